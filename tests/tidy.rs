//! Rules of the source itself, checked from the source: what the core may know, and how long a file may grow.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules that decide and never do: no I/O, no clock, no runtime.
const CORE: [&str; 22] = [
    "src/money.rs",
    "src/ids.rs",
    "src/agent.rs",
    "src/attachment.rs",
    "src/broadcast.rs",
    "src/staff.rs",
    "src/phone",
    "src/command",
    "src/catalog",
    "src/ledger",
    "src/deposit",
    "src/habits",
    "src/inquiry",
    "src/network",
    "src/order",
    "src/pricing",
    "src/question.rs",
    "src/receipt",
    "src/reply",
    "src/report",
    "src/routing",
    "src/supplier",
];
/// The one place beside the protocols that sends.
const OUTSIDE_THE_CORE: [&str; 1] = ["src/supplier/client.rs"];
/// What the core must not name.
const FORBIDDEN: [&str; 12] = [
    "tokio::",
    "reqwest::",
    "sled::",
    "teloxide::",
    "axum::",
    "std::fs",
    "std::net::TcpStream",
    "std::env",
    "std::time::Instant",
    "SystemTime",
    "Utc::now",
    "Local::now",
];
/// A longer file has a second subject.
const LONGEST_FILE: usize = 600;

fn sources(under: &Path) -> Vec<PathBuf> {
    if under.is_file() {
        return vec![under.to_owned()];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
        || path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn the_core_knows_no_io_no_clock_and_no_runtime() {
    let outside: Vec<PathBuf> = OUTSIDE_THE_CORE.iter().map(|path| root(path)).collect();
    let mut found = Vec::new();
    for path in CORE.iter().flat_map(|module| sources(&root(module))) {
        if outside.contains(&path) || is_test(&path) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in FORBIDDEN.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "the core must stay pure:\n{}", found.join("\n"));
}

#[test]
fn no_source_file_outgrows_its_subject() {
    let long: Vec<String> = sources(&root("src"))
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "look for the second subject in:\n{}", long.join("\n"));
}

#[test]
fn every_folder_says_what_lives_there() {
    let silent: Vec<String> = sources(&root("src"))
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "mod.rs"))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no opening lines in:\n{}", silent.join("\n"));
}

/// Outside of tests and the simulators nothing may give up: what can happen in production is handled.
#[test]
fn production_code_does_not_panic_by_choice() {
    let mut found = Vec::new();
    for path in sources(&root("src")).into_iter().filter(|path| !is_test(path)) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            let line = line.trim_start();
            if !line.starts_with("//")
                && [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("].iter().any(|w| line.contains(w))
            {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
