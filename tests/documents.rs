//! Documents that point at tests and files: what they point at is there.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_test_and_file_the_threat_model_names_exists() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let files: Vec<PathBuf> = ["src", "tests"].iter().flat_map(|folder| sources(&root().join(folder))).collect();
    let code: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    // A test's name is a sentence: three words or more.
    let sentence = Regex::new(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`").unwrap();
    let mut named = 0;
    for name in sentence.captures_iter(&text).map(|capture| capture[1].to_owned()) {
        named += 1;
        assert!(code.contains(&format!("fn {name}(")), "SECURITY.md names {name}, which is no test");
    }
    assert!(named > 20, "the threat model names its tests");
    let file = Regex::new(r"`((?:src|tests|docs|contrib)/[A-Za-z0-9_./-]+)`").unwrap();
    for path in file.captures_iter(&text).map(|capture| capture[1].to_owned()) {
        assert!(root().join(&path).exists(), "SECURITY.md names {path}, which is not there");
    }
}
