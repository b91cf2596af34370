//! What the command line knows about itself: completions for a shell, manual pages.

use std::io::{self, Write as _};
use std::path::Path;

use clap_complete::Shell;

use super::Failure;
use super::open::fault;

/// Prints what a shell completes konter's command line with.
///
/// # Errors
/// When it cannot be written.
pub fn completions(mut command: clap::Command, shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "konter", &mut script);
    print(&script)
}

/// Prints the manual page, or writes one for each command into a folder.
///
/// # Errors
/// When it cannot be written.
pub fn man(command: clap::Command, folder: Option<&Path>) -> Result<(), Failure> {
    if let Some(folder) = folder {
        let failed = |error: io::Error| Failure::Fault(format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(failed)?;
        return clap_mangen::generate_to(command, folder).map_err(failed);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(fault)?;
    print(&page)
}

/// A closed pipe is the reader's wish to see no more.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    match io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(fault(error)),
        _ => Ok(()),
    }
}
