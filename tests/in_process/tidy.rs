//! Rules of the source itself, checked from the source: how long a file may grow, what each folder says of itself.

use std::fs;
use std::path::{Path, PathBuf};

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

/// Every source of the program: its own and its crates'.
fn all_sources() -> Vec<PathBuf> {
    let crates = fs::read_dir(root("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    crates.chain([root("src")]).flat_map(|folder| sources(&folder)).collect()
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
        || path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn no_source_file_outgrows_its_subject() {
    let long: Vec<String> = all_sources()
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "look for the second subject in:\n{}", long.join("\n"));
}

/// `Shop` puts its parts together and passes on what it is asked: what is done is done by a part that knows only what it
/// uses.
#[test]
fn the_shop_itself_does_nothing() {
    let shop = sources(&root("src")).into_iter().filter(|path| *path != root("src/shop/mod.rs"));
    let busy: Vec<String> = shop
        .filter(|path| fs::read_to_string(path).unwrap().lines().any(|line| line.starts_with("impl Shop {")))
        .map(|path| path.display().to_string())
        .collect();
    assert!(busy.is_empty(), "give this to one of the shop's parts:\n{}", busy.join("\n"));
}

#[test]
fn every_folder_says_what_lives_there() {
    let silent: Vec<String> = all_sources()
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "mod.rs" || name == "lib.rs"))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no opening lines in:\n{}", silent.join("\n"));
}

/// Outside of tests and the simulators nothing may give up: what can happen in production is handled.
#[test]
fn production_code_does_not_panic_by_choice() {
    let mut found = Vec::new();
    for path in all_sources().into_iter().filter(|path| !is_test(path)) {
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
