//! The `konter` program. All of it is in the library (`konter::app`).
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    konter::app::main()
}
