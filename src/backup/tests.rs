//! The file itself: it comes back as it went in, and nothing that is not whole is taken for a backup.

use std::io::BufReader;

use chrono::DateTime;
use secrecy::SecretString;

use super::*;
use konter_store::RawRow;

fn rows() -> Vec<RawRow> {
    let row = |n: u32| (format!("j{n:08}").into_bytes(), format!("{{\"n\":{n},\"x\":\"{}\"}}", n * n).into_bytes());
    let mut rows: Vec<RawRow> = (0..3_000).map(row).collect();
    rows.push((b"k".to_vec(), Vec::new()));
    rows.push((b"o".to_vec(), vec![b'x'; 300_000]));
    rows
}

fn written(rows: &[RawRow]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &Header::new(DateTime::UNIX_EPOCH)).unwrap();
    for (key, row) in rows {
        writer.row(key, row).unwrap();
    }
    writer.finish().unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<RawRow>, BackupError> {
    let mut reader = Reader::new(BufReader::with_capacity(1_000, bytes))?;
    let mut rows = Vec::new();
    loop {
        let page = reader.page()?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

#[test]
fn what_goes_in_comes_out() {
    for rows in [rows(), Vec::new()] {
        assert_eq!(read(&written(&rows)).unwrap(), rows);
    }
    assert_eq!(written(&rows()), written(&rows()), "the same rows are the same file");
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_no_backup() {
    let whole = written(&rows());
    let ends = (0..whole.len()).step_by(97).chain(whole.len() - 60..whole.len());
    for end in ends {
        let error = read(&whole[..end]).expect_err("a part was taken for the whole");
        let expected = if end < 16 { "not a backup" } else { "" };
        assert!(error.to_string().contains(expected), "{end}: {error}");
    }
    assert!(matches!(read(&whole[..whole.len() - 1]), Err(BackupError::CutOff)));
}

#[test]
fn one_other_byte_anywhere_is_noticed() {
    let whole = written(&rows());
    for place in (0..whole.len()).step_by(61).chain(whole.len() - 60..whole.len()) {
        let mut other = whole.clone();
        other[place] ^= 0x20;
        assert!(read(&other).is_err(), "byte {place}");
    }
    let mut longer = whole;
    longer.push(0);
    assert!(matches!(read(&longer), Err(BackupError::Damaged(_))));
}

#[test]
fn other_files_and_newer_ones_are_told_apart() {
    for (bytes, expected) in [
        (&b""[..], "not a backup"),
        (b"PK\x03\x04 something else altogether", "not a backup"),
        (b"konter backup 2\n and what will come then", "newer"),
    ] {
        assert!(read(bytes).unwrap_err().to_string().contains(expected), "{expected}");
    }
}

#[test]
fn lengths_that_cannot_be_are_not_believed() {
    for (key, row) in [(u32::MAX, 1), (5_000, 1), (1, u32::MAX)] {
        let mut writer = Writer::new(Vec::new(), &Header::new(DateTime::UNIX_EPOCH)).unwrap();
        writer.raw(&[key.to_be_bytes(), row.to_be_bytes()].concat());
        let bytes = writer.finish().unwrap();
        assert!(matches!(read(&bytes), Err(BackupError::Damaged(_))), "{key} {row}");
    }
}

#[test]
fn what_is_encrypted_is_read_with_its_passphrase_only() {
    let (right, wrong) = (SecretString::from("tiga ekor kucing"), SecretString::from("empat ekor kucing"));
    let whole = written(&[]);
    let sealed = seal::seal(Vec::new(), &right, |out| out.write_all(&whole)).unwrap();
    assert!(seal::is_sealed(&sealed));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.backup.age");
    let is = |bytes: &[u8], passphrase: Option<&SecretString>| {
        std::fs::write(&path, bytes).unwrap();
        open(&path, passphrase).and_then(|mut reader| reader.page()).map(|page| page.len())
    };
    assert!(matches!(is(&sealed, Some(&right)), Ok(0)));
    assert!(matches!(is(&whole, Some(&right)), Ok(0)), "one that is not encrypted needs none");
    assert!(matches!(is(&sealed, None), Err(BackupError::Encrypted)));
    assert!(matches!(is(&sealed, Some(&wrong)), Err(BackupError::WrongPassphrase)));
    assert!(is(&sealed[..sealed.len() - 5], Some(&right)).is_err());
}
