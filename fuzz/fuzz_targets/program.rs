#![no_main]

#[path = "../programs.rs"]
mod programs;
#[allow(dead_code, reason = "each target plays one of them")]
#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| programs::program(data));
