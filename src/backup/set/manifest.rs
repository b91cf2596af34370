//! The list that a backup is. Lines of text, so that a person can read it, and see what is missing, when nothing else works:
//!
//! | line | |
//! |---|---|
//! | first | `konter manifest 1` |
//! | second | of what and when, as JSON |
//! | then | a line of JSON for each part |
//! | last | `sha256 ` and that of everything before, in hexadecimal digits |

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::backup::format::hex;
use crate::backup::{BackupError, Unfinished};
use konter_store::parts::{Mark, Part};

const NAME: &str = "konter manifest ";
const FIRST: &str = "konter manifest 1";
const SUM: &str = "sha256 ";
/// A list has a line of some 200 bytes for each closed day, and one for each megabyte of the newest records.
const LONGEST: u64 = 64 << 20;

/// A backup, as a list of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub of: Of,
    pub parts: Vec<Listed>,
}

/// Of what and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of {
    /// When its rows stood like this.
    pub made_at: DateTime<Utc>,
    /// The version of the program that wrote it.
    pub program: String,
    /// Whose books.
    pub books: String,
    /// Their last record in it.
    pub end: Mark,
    /// When all of a backup was last read again, from its first part to its last row, and its books were right.
    pub proven_at: Option<DateTime<Utc>>,
    /// So that a list that lost lines is known.
    pub parts: usize,
}

/// A part, and the file it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    #[serde(flatten)]
    pub part: Part,
    pub file: String,
    pub bytes: u64,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
}

pub(in crate::backup) fn is_manifest(begin: &[u8]) -> bool {
    begin.starts_with(NAME.as_bytes())
}

/// What people may read before they see that it is no list.
const NONE: BackupError = BackupError::Damaged("its list of parts cannot be read");

impl Manifest {
    /// # Errors
    /// When it cannot be read, is none, or is damaged.
    pub fn read(path: &Path) -> Result<Self, BackupError> {
        let length = fs::metadata(path).map_err(BackupError::file(path))?.len();
        if length > LONGEST {
            return Err(NONE);
        }
        let bytes = fs::read(path).map_err(BackupError::file(path))?;
        Self::parse(&bytes)
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, BackupError> {
        if !is_manifest(bytes) {
            return Err(BackupError::NotABackup);
        }
        if !bytes.starts_with(FIRST.as_bytes()) || bytes.get(FIRST.len()) != Some(&b'\n') {
            return Err(BackupError::Newer);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NONE)?;
        let (list, sum) = text.rsplit_once(SUM).ok_or(BackupError::CutOff)?;
        if sum.len() != 65 || !sum.ends_with('\n') {
            return Err(BackupError::CutOff);
        }
        if sum.trim_end() != hex(Sha256::digest(list).as_ref()) {
            return Err(BackupError::Damaged("its list of parts has another checksum"));
        }
        let mut lines = list.lines().skip(1);
        let of: Of = lines.next().and_then(|line| serde_json::from_str(line).ok()).ok_or(NONE)?;
        let parts: Vec<Listed> = lines.map(serde_json::from_str).collect::<Result<_, _>>().map_err(|_| NONE)?;
        // A name is looked for in the parts' folder, and nowhere else.
        let is_there = |listed: &Listed| !listed.file.contains(['/', '\\']) && !listed.file.starts_with('.');
        if parts.len() != of.parts || !parts.iter().all(is_there) {
            return Err(NONE);
        }
        Ok(Self { of, parts })
    }

    pub(super) fn text(&self) -> Result<String, BackupError> {
        let json = |error: serde_json::Error| BackupError::File("writing the list of parts".to_owned(), error.into());
        let mut text = format!("{FIRST}\n{}\n", serde_json::to_string(&self.of).map_err(json)?);
        for part in &self.parts {
            text.push_str(&serde_json::to_string(part).map_err(json)?);
            text.push('\n');
        }
        let sum = hex(Sha256::digest(&text).as_ref());
        Ok(format!("{text}{SUM}{sum}\n"))
    }

    /// Writes it, durable, under its name or not at all.
    ///
    /// # Errors
    /// When there is a file of that name, or the disk fails.
    pub(super) fn write(&self, path: &Path) -> Result<u64, BackupError> {
        if path.exists() {
            return Err(BackupError::Exists(path.display().to_string()));
        }
        let (text, unfinished) = (self.text()?, Unfinished::beside(path)?);
        unfinished.create()?.write_all(text.as_bytes()).map_err(BackupError::file(path))?;
        unfinished.becomes(path)?;
        Ok(text.len() as u64)
    }

    /// Bytes of all its parts.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }
}

impl Listed {
    pub(super) fn path(&self, folder: &Path) -> PathBuf {
        super::parts_of(folder).join(&self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(file: &str) -> Manifest {
        let mark = Mark { record: 7, hash: "00".repeat(16) };
        let listed = Listed {
            part: Part::Book { first: 1, last: mark.clone(), is_full: false },
            file: file.to_owned(),
            bytes: 10,
            sha256: "11".repeat(32),
        };
        let of = Of {
            made_at: DateTime::UNIX_EPOCH,
            program: "1.0.0".to_owned(),
            books: "22".repeat(16),
            end: mark,
            proven_at: None,
            parts: 1,
        };
        Manifest { of, parts: vec![listed] }
    }

    #[test]
    fn a_list_comes_back_as_it_was_and_no_other_is_believed() {
        let list = list("a.book.gz");
        let text = list.text().unwrap();
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), list);
        for end in 0..text.len() {
            assert!(Manifest::parse(&text.as_bytes()[..end]).is_err(), "cut at {end}");
        }
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] ^= 0x04;
            assert!(Manifest::parse(&other).is_err(), "another byte at {place}");
        }
        let newer = text.replace(FIRST, "konter manifest 2");
        assert!(matches!(Manifest::parse(newer.as_bytes()), Err(BackupError::Newer)));
        assert!(matches!(Manifest::parse(b"hello"), Err(BackupError::NotABackup)));
    }

    #[test]
    fn no_list_leads_out_of_its_folder() {
        for file in ["../../etc/passwd", "/etc/passwd", "..", ".konter-half.1.part", "a\\b"] {
            let text = list(file).text().unwrap();
            assert!(matches!(Manifest::parse(text.as_bytes()), Err(BackupError::Damaged(_))), "{file}");
        }
    }
}
