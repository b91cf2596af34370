//! See `fuzz/sets.rs`.
#![no_main]

#[path = "../sets.rs"]
mod sets;

use std::sync::LazyLock;

static WHOLE: LazyLock<sets::Set> = LazyLock::new(sets::small_set);

libfuzzer_sys::fuzz_target!(|data: &[u8]| sets::set(&WHOLE, data));
