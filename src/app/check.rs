//! `konter check`: every mistake in settings and catalog, at once.

use std::path::{Path, PathBuf};

use super::Failure;
use super::open::{cannot_be_ordered, catalog_table, prefixes, texts};
use super::unrouted::{plausible, unrouted};
use crate::config::{BrokenLine, Checked, DEFAULT_CATALOG, LogFormat, Settings};
use konter_core::catalog::{RowError, read_catalog};
use konter_core::ids::SupplierId;
use konter_core::pricing::{below_cost, odd_prices};

/// Reads everything a start would read, reports every mistake, sends and writes nothing.
///
/// # Errors
/// [`Failure::Fault`] with all mistakes when there is one.
pub fn check() -> Result<(), Failure> {
    let Checked { settings, warnings } = read_environment()?;
    let mut warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let mut mistakes: Vec<String> = Vec::new();
    match settings {
        Err(errors) => {
            mistakes.extend(errors.iter().map(ToString::to_string));
            // Which suppliers there are is not known; the rest of the catalog can be judged all the same.
            let catalog = std::env::var_os("KONTER_CATALOG").filter(|path| !path.is_empty());
            mistakes.extend(in_catalog(
                &catalog.map_or_else(|| DEFAULT_CATALOG.into(), PathBuf::from),
                None,
                &mut warnings,
            ));
        }
        Ok(settings) => {
            let note = |result: Result<(), Failure>| result.err().map(|failure| failure.to_string());
            mistakes.extend(note(texts(&settings).map(drop)));
            mistakes.extend(note(prefixes(&settings).map(drop)));
            mistakes.extend(in_catalog(&settings.catalog, Some(&settings.supplier_ids()), &mut warnings));
            for words in unset(&settings) {
                eprintln!("note: {words}");
            }
        }
    }
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    if mistakes.is_empty() {
        let verdict = if warnings.is_empty() { "all is well" } else { "nothing stops a start, but look at this first" };
        eprintln!("{verdict}");
        Ok(())
    } else {
        Err(Failure::Fault(mistakes.join("\n")))
    }
}

/// What a shop can be without, though hardly anybody means it to be.
pub(super) fn unset(settings: &Settings) -> Vec<&'static str> {
    let no_token = "TELOXIDE_TOKEN is not set: there is no chat, only callbacks are served";
    let no_admins = "KONTER_ADMINS is not set: nobody can approve resellers, book deposits or decide orders";
    let no_suppliers = "KONTER_SUPPLIERS is not set: nothing can be bought";
    let missing = [
        (settings.telegram.is_none(), no_token),
        (settings.admins.is_empty(), no_admins),
        (settings.suppliers.is_empty(), no_suppliers),
    ];
    missing.into_iter().filter_map(|(is_missing, words)| is_missing.then_some(words)).collect()
}

/// The mistakes in the catalog. What sells below its cost, or has nobody of `suppliers` to be bought from, is no mistake
/// in the file, but a warning; a supplier's name that looks like a slip is one.
fn in_catalog(path: &Path, suppliers: Option<&[SupplierId]>, warnings: &mut Vec<String>) -> Vec<String> {
    let table = match catalog_table(path) {
        Ok(table) => table,
        Err(failure) => return vec![failure.to_string()],
    };
    let in_file = |errors: &[RowError]| errors.iter().map(|error| format!("{}: {error}", path.display())).collect();
    match read_catalog(&table, None, &cannot_be_ordered) {
        Ok(products) => {
            let plausible = suppliers.map(|suppliers| plausible(&products, suppliers));
            if let Err(slips) = read_catalog(&table, plausible.as_deref(), &cannot_be_ordered) {
                return in_file(&slips);
            }
            eprintln!("catalog: {} products", products.len());
            let found = below_cost(&products)
                .map(|row| row.to_string())
                .chain(odd_prices(&products).map(|row| row.to_string()));
            let found = found.chain(suppliers.and_then(|suppliers| unrouted(&products, suppliers)));
            warnings.extend(found.map(|words| format!("{}: {words}", path.display())));
            Vec::new()
        }
        Err(errors) => in_file(&errors),
    }
}

/// The settings, or every mistake in them.
pub(super) fn settings_or_failure() -> Result<Settings, Failure> {
    let Checked { settings, warnings } = read_environment()?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    settings.map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
        Failure::Wrong(lines.join("\n"))
    })
}

/// How the log is to look. It begins before the settings are checked; what is wrong with this one is told with them.
pub(super) fn log_format() -> LogFormat {
    // As in `read_environment`, which tells what is wrong with the file.
    let _ = take_env_file();
    LogFormat::of_environment(&|name| std::env::var(name).ok())
}

/// More than all settings there are.
const LARGEST_ENV: u64 = 1 << 20;

/// Takes the variables of `.env` into the environment, where they are not set.
fn take_env_file() -> Result<(), Failure> {
    // Only here: a file of the same name further up is somebody else's.
    let path = Path::new(".env");
    let wrong = |problem: &str| Failure::Wrong(format!(".env {problem}"));
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(wrong("cannot be read")),
    };
    if !about.is_file() {
        return Err(wrong("is no file"));
    }
    if about.len() > LARGEST_ENV {
        return Err(wrong("is longer than a mebibyte: that is no settings file"));
    }
    let bytes = std::fs::read(path).map_err(|_| wrong("cannot be read"))?;
    // The environment cannot hold one, and says so by breaking down.
    if bytes.contains(&0) {
        return Err(wrong("has a NUL byte in it: save it as plain text (UTF-8)"));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8: save it as plain text (UTF-8)"))?;
    match dotenvy::from_path(path) {
        Ok(()) => Ok(()),
        // Not the error itself: it quotes the line, which may hold a secret.
        Err(_) => Err(match BrokenLine::find(&text) {
            Some(broken) => wrong(&broken.to_string()),
            None => wrong("cannot be read"),
        }),
    }
}

/// Settings from the environment and `.env`; the environment wins.
fn read_environment() -> Result<Checked, Failure> {
    take_env_file()?;
    let names: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    Ok(Settings::check(&|name| std::env::var(name).ok(), names))
}
