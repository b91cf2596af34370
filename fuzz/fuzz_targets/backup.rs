#![no_main]

#[allow(dead_code, reason = "some of it is for making inputs")]
#[path = "../backups.rs"]
mod backups;

libfuzzer_sys::fuzz_target!(|data: &[u8]| backups::backup(data));
