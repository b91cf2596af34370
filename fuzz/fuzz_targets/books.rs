//! See `fuzz/books.rs`.
#![no_main]

#[path = "../books.rs"]
mod books;

libfuzzer_sys::fuzz_target!(|data: &[u8]| books::books(data));
