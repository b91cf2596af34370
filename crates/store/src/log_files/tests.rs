use super::*;

const LONGEST: u64 = 100;

/// Opens the log behind `settled`; with it, the records that were read.
fn open(folder: &Path, settled: u64) -> Result<(LogFiles, Vec<(u64, String)>), StoreError> {
    let mut read = Vec::new();
    let log = LogFiles::open(folder, LONGEST, settled, |number, record| {
        read.push((number, String::from_utf8(record.to_vec()).unwrap()));
        Ok(())
    })?;
    Ok((log, read))
}

fn text(number: u64) -> String {
    format!("record {number} of some forty bytes, or a few more")
}

fn records(numbers: std::ops::RangeInclusive<u64>) -> Vec<(u64, String)> {
    numbers.map(|number| (number, text(number))).collect()
}

/// A log of these records: two in each file.
fn log_of(last: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), 0).unwrap();
    for (number, text) in records(1..=last) {
        log.append(number, text.as_bytes()).unwrap();
    }
    folder
}

fn names(folder: &Path) -> Vec<u64> {
    list(folder).unwrap().iter().map(|file| file.first).collect()
}

/// Changes one of the log's files.
fn change(folder: &Path, first: u64, change: impl FnOnce(&mut Vec<u8>)) {
    let path = folder.join(format!("{PREFIX}{first:020}"));
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn problem(folder: &Path, settled: u64) -> String {
    match open(folder, settled) {
        Err(StoreError::Corrupt { what: "log", problem }) => problem,
        other => panic!("{:?}", other.map(|(_, read)| read)),
    }
}

#[test]
fn what_was_appended_is_read_back_and_what_has_settled_is_not() {
    let folder = log_of(7);
    assert_eq!(names(folder.path()), [1, 3, 5, 7]);
    assert_eq!(open(folder.path(), 0).unwrap().1, records(1..=7));
    assert_eq!(open(folder.path(), 3).unwrap().1, records(4..=7));
    assert_eq!(names(folder.path()), [3, 5, 7], "what has settled goes");
    let (mut log, read) = open(folder.path(), 6).unwrap();
    assert_eq!(read, records(7..=7));
    log.append(8, text(8).as_bytes()).unwrap();
    assert_eq!(open(folder.path(), 6).unwrap().1, records(7..=8));
    assert!(open(folder.path(), 8).unwrap().1.is_empty());
}

#[test]
fn files_go_when_all_in_them_has_settled_but_the_last() {
    let folder = log_of(6);
    let (mut log, _) = open(folder.path(), 0).unwrap();
    log.append(7, text(7).as_bytes()).unwrap();
    for (settled, left) in [(1, vec![1, 3, 5, 7]), (2, vec![3, 5, 7]), (3, vec![3, 5, 7]), (6, vec![7]), (7, vec![7])] {
        assert_eq!(log.can_let_go(settled), names(folder.path()) != left, "{settled}");
        log.let_go(settled);
        assert_eq!(names(folder.path()), left, "{settled}");
    }
}

#[test]
fn a_torn_end_is_cut_off_and_written_over() {
    let whole = fs::read(log_of(2).path().join(format!("{PREFIX}{:020}", 1))).unwrap();
    let one = whole.len() / 2;
    for length in (one + 1)..whole.len() {
        for rubbish in [false, true] {
            let folder = log_of(2);
            change(folder.path(), 1, |bytes| {
                bytes.truncate(length);
                if rubbish {
                    bytes.resize(whole.len(), 0xA5);
                }
            });
            let (mut log, read) = open(folder.path(), 0).unwrap();
            assert_eq!(read, records(1..=1), "{length}");
            log.append(2, b"another").unwrap();
            let read = open(folder.path(), 0).unwrap().1;
            assert_eq!(read.last().unwrap(), &(2, "another".to_owned()), "{length}");
        }
    }
    let folder = log_of(3);
    change(folder.path(), 3, |bytes| bytes.fill(0));
    let (mut log, read) = open(folder.path(), 0).unwrap();
    assert_eq!((read, names(folder.path())), (records(1..=2), vec![1]), "a file without a record is none");
    log.append(3, b"another").unwrap();
    assert_eq!(open(folder.path(), 0).unwrap().1.len(), 3);
}

#[test]
fn anything_else_that_is_missing_or_does_not_read_is_damage() {
    let flip = |at: usize| move |bytes: &mut Vec<u8>| bytes[at] ^= 1;
    for at in [0, 5, 11, 13, 16, 50] {
        let folder = log_of(6);
        change(folder.path(), 3, flip(at));
        assert_eq!(problem(folder.path(), 0), "record 3 does not read", "{at}");
        assert_eq!(problem(folder.path(), 2), "record 3 does not read", "{at}");
        assert_eq!(open(folder.path(), 4).unwrap().1, records(5..=6), "{at}: it has settled");
        // In the last file, with a whole record behind it.
        change(folder.path(), 5, flip(at));
        assert_eq!(problem(folder.path(), 4), "record 5 does not read", "{at}");
    }
    let folder = log_of(6);
    fs::remove_file(folder.path().join(format!("{PREFIX}{:020}", 3))).unwrap();
    assert_eq!(problem(folder.path(), 0), "the records from 3 to 5 are missing");
    assert_eq!(open(folder.path(), 4).unwrap().1, records(5..=6));
    let folder = log_of(6);
    fs::remove_file(folder.path().join(format!("{PREFIX}{:020}", 1))).unwrap();
    assert_eq!(problem(folder.path(), 1), "the records before 3 are missing");
}

#[test]
fn a_log_that_ends_before_what_has_settled_is_not_gone_on_with() {
    let folder = log_of(5);
    let (mut log, read) = open(folder.path(), 9).unwrap();
    assert!(read.is_empty() && names(folder.path()).is_empty());
    log.append(10, text(10).as_bytes()).unwrap();
    assert_eq!(open(folder.path(), 9).unwrap().1, records(10..=10));
}

#[test]
fn a_momentary_lack_of_handles_is_written_past() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, _) = open(folder.path(), 0).unwrap();
    let none_left = |_: &Path| Err(std::io::Error::from_raw_os_error(24));
    for (number, text) in records(1..=9) {
        log.make = if (2..=6).contains(&number) { none_left } else { make };
        log.append(number, text.as_bytes()).unwrap();
    }
    assert_eq!(names(folder.path()), [1, 7, 9], "what should have begun at 3 began as soon as it could");
    drop(log);
    assert_eq!(open(folder.path(), 0).unwrap().1, records(1..=9));
}

#[test]
fn a_file_that_is_there_already_is_never_written_past() {
    let folder = log_of(2);
    let (mut log, _) = open(folder.path(), 0).unwrap();
    log.append(3, text(3).as_bytes()).unwrap();
    log.append(4, text(4).as_bytes()).unwrap();
    fs::write(folder.path().join(format!("{PREFIX}{:020}", 5)), "").unwrap();
    assert!(log.append(5, text(5).as_bytes()).is_err());
}
