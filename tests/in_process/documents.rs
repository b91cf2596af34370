//! Documents that point at tests and files: what they point at is there.

use std::fs;
use std::path::PathBuf;

use crate::support::files::{root, sources};
use regex::Regex;

#[test]
fn every_test_and_file_the_threat_model_names_exists() {
    let text = fs::read_to_string(root("SECURITY.md")).unwrap();
    let files: Vec<PathBuf> = ["src", "tests"].iter().flat_map(|folder| sources(&root(folder))).collect();
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
        assert!(root(&path).exists(), "SECURITY.md names {path}, which is not there");
    }
}
