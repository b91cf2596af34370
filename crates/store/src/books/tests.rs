use super::*;

/// Opens the books; with them, the numbers of the records behind `after`.
fn open(folder: &Path) -> Result<(Books, Vec<u64>), StoreError> {
    let found = Found::look(folder)?;
    let mut numbers = Vec::new();
    let start = Position { number: 0, hash: found.id() };
    assert!(found.replay(start, |record| {
        numbers.push(record.number);
        Ok(())
    })?);
    Ok((found.write_on(300)?, numbers))
}

fn write(books: &mut Books, records: u64) {
    for n in 0..records {
        books.append(&mut vec![(vec![b'k'; 40], Some(format!("row {n}").into_bytes()))]).unwrap();
    }
}

fn newest(folder: &Path) -> PathBuf {
    files::list(folder, Kind::Book).unwrap().pop().unwrap().path
}

#[test]
fn books_go_on_where_they_ended_through_every_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for more in [0, 1, 7, 0, 3] {
        let (mut books, numbers) = open(folder.path()).unwrap();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
        write(&mut books, more);
        count += more;
        assert_eq!(books.end().number, count);
    }
    assert!(files::list(folder.path(), Kind::Book).unwrap().len() > 2, "in several files");
}

#[test]
fn a_torn_end_is_cut_off_and_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    write(&mut books, 4);
    drop(books);
    let path = newest(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    bytes.truncate(end - 3);
    fs::write(&path, &bytes).unwrap();
    let (mut books, numbers) = open(folder.path()).unwrap();
    assert_eq!(numbers, [1, 2, 3]);
    write(&mut books, 1);
    drop(books);
    assert_eq!(open(folder.path()).unwrap().1, [1, 2, 3, 4]);
}

#[test]
fn a_file_that_was_only_just_begun_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    write(&mut books, 2);
    let id = books.contents().lock().id;
    drop(books);
    for content in [&b""[..], &b"konter bo"[..], &[0; 32], &files::header(Kind::Book, id)] {
        fs::write(path_of(folder.path(), Kind::Book, 3), content).unwrap();
        let (books, numbers) = open(folder.path()).unwrap();
        assert_eq!((numbers, books.contents().lock().id), (vec![1, 2], id));
    }
}

#[test]
fn without_a_handle_for_a_new_file_the_last_one_is_written_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    books.make = |_| Err(std::io::Error::from_raw_os_error(24));
    write(&mut books, 20);
    assert_eq!(files::list(folder.path(), Kind::Book).unwrap().len(), 1);
    books.make = make;
    write(&mut books, 1);
    drop(books);
    assert_eq!(files::list(folder.path(), Kind::Book).unwrap().len(), 2);
    assert_eq!(open(folder.path()).unwrap().1, (1..=21).collect::<Vec<_>>());
}

#[test]
fn books_that_went_on_differently_are_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    write(&mut books, 3);
    let end = books.end();
    let found = Found::look(folder.path()).unwrap();
    let other = Position { hash: [7; 16], ..end };
    assert!(found.replay(end, |_| panic!("nothing is behind it")).unwrap());
    let error = found.replay(other, |_| Ok(())).unwrap_err();
    assert!(error.to_string().contains("record 3 is not the one"), "{error}");
    let last_of_a_file = Position { number: 2, hash: [7; 16] };
    assert!(found.replay(last_of_a_file, |_| Ok(())).is_err());
}

#[test]
fn a_base_takes_the_records_place_and_the_newest_whole_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    let mut rolling = Rolling::default();
    let mut roll = |books: &mut Books| {
        write(books, 12);
        rolling.begin_when_due(books.contents(), 300);
        rolling.wait();
        files::list(folder.path(), Kind::Base).unwrap().pop().unwrap()
    };
    let first = roll(&mut books);
    let kept: Vec<_> = files::list(folder.path(), Kind::Book).unwrap();
    let copies: Vec<_> =
        kept.iter().chain([&first]).map(|file| (file.path.clone(), fs::read(&file.path).unwrap())).collect();
    let second = roll(&mut books);
    assert!(second.number > first.number && !first.path.exists());
    let end = books.end();
    drop(books);
    // What the crash left that came before the old files went.
    for (path, bytes) in &copies {
        if !path.exists() {
            fs::write(path, bytes).unwrap();
        }
    }
    let found = Found::look(folder.path()).unwrap();
    assert_eq!((found.end(), found.contents.base.as_ref().map(|base| base.number)), (end, Some(second.number)));
    assert!(!first.path.exists());
    // And what it left when the new one is not whole.
    fs::write(&first.path, &copies.last().unwrap().1).unwrap();
    let mut bytes = fs::read(&second.path).unwrap();
    bytes.truncate(bytes.len() - 4);
    fs::write(&second.path, bytes).unwrap();
    let found = Found::look(folder.path()).unwrap();
    assert_eq!((found.end(), found.contents.base.as_ref().map(|base| base.number)), (end, Some(first.number)));
}

/// Found by a power cut in a test: one of several files that had been removed was there again, and with a hole behind it.
#[test]
fn a_file_that_a_power_cut_brings_back_is_none_of_the_books() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    write(&mut books, 12);
    let first = files::list(folder.path(), Kind::Book).unwrap().remove(0);
    let bytes = fs::read(&first.path).unwrap();
    let reading = Segment { bytes: &bytes, file: &first.path, first: first.number };
    let old = reading.read(None, None, &mut |_| Ok(())).unwrap().last.unwrap();
    let mut rolling = Rolling::default();
    rolling.begin_when_due(books.contents(), 300);
    rolling.wait();
    let end = books.end();
    drop(books);
    assert!(!first.path.exists());
    for left in [bytes.len(), bytes.len() - 5] {
        fs::write(&first.path, &bytes[..left]).unwrap();
        let found = Found::look(folder.path()).unwrap();
        assert_eq!(found.end(), end);
        assert!(!found.replay(old, |_| Ok(())).unwrap(), "its records are only in the base");
        found.write_on(300).unwrap();
        assert!(!first.path.exists());
    }
}

#[test]
fn a_base_that_is_missing_is_noticed_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    write(&mut books, 12);
    let mut rolling = Rolling::default();
    rolling.begin_when_due(books.contents(), 300);
    rolling.wait();
    let base = files::list(folder.path(), Kind::Base).unwrap().pop().unwrap();
    fs::remove_file(base.path).unwrap();
    let error = Found::look(folder.path()).err().unwrap().to_string();
    assert!(error.contains(&format!("the records from 1 to {} are missing", base.number)), "{error}");
}

#[test]
fn a_person_can_read_them_up_to_the_damage() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join(FOLDER);
    let mut books = Found::look(&folder).unwrap().write_on(300).unwrap();
    let key = |n: u8| [b"o\0".as_slice(), &[n]].concat();
    for n in 0..6 {
        let rows = vec![(key(n), Some(format!("{{\"id\":{n}}}").into_bytes())), (b"gone".to_vec(), None)];
        books.append(&mut rows.clone()).unwrap();
    }
    let shown = |from| {
        let mut out = Vec::new();
        let shown = show(data.path(), from, &mut out);
        (String::from_utf8(out).unwrap(), shown.map_err(|error| error.to_string()))
    };
    let (all, end) = shown(0);
    assert_eq!((all.lines().count(), end), (12, Ok(())));
    let (last, _) = shown(6);
    let lines = "{\"record\":6,\"key\":\"gone\",\"deleted\":true}\n{\"record\":6,\"key\":\"o\\\\00\\\\05\",\"row\":{\"id\":5}}\n";
    assert_eq!(last, lines);
    let second = files::list(&folder, Kind::Book).unwrap()[1].clone();
    let mut bytes = fs::read(&second.path).unwrap();
    bytes[HEADER + 5] ^= 1;
    fs::write(&second.path, bytes).unwrap();
    let (before, end) = shown(0);
    assert_eq!(before.lines().count() as u64, 2 * (second.number - 1));
    assert!(end.unwrap_err().contains(&format!("at record {}", second.number)));
}

/// Every row, in order.
fn all_rows(rows: AsOf) -> Result<Vec<RawRow>, StoreError> {
    crate::Snapshot::new(rows).all()
}

#[test]
fn pieces_tell_what_the_books_tell_from_wherever_they_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, _) = open(folder.path()).unwrap();
    for n in 0..7_u8 {
        books.append(&mut vec![(vec![b'k', n % 5], Some(vec![n; 400_000]))]).unwrap();
    }
    let (end, contents) = (books.end(), Arc::clone(books.contents()));
    let original = contents.lock().original(end).unwrap();
    let cut = |after| {
        let mut pieces = Vec::new();
        let cut = original.cut(after, |piece| {
            pieces.push((piece.first, piece.last, piece.is_full, piece.bytes));
            Ok::<_, StoreError>(())
        });
        cut.map(|()| pieces)
    };
    let pieces = cut(original.begin).unwrap();
    assert_eq!(
        pieces.iter().map(|(first, _, is_full, _)| (*first, *is_full)).collect::<Vec<_>>(),
        [(1, true), (4, true), (7, false)]
    );
    for (place, (first, last, ..)) in pieces.iter().enumerate() {
        assert!(original.have(*last).unwrap());
        assert!(cut(*last).unwrap() == pieces[place + 1..], "what is full is never cut again");
        let other = Position { hash: [9; 16], ..*last };
        assert!(!original.have(other).unwrap());
        assert!(cut(other).is_err() || *last == end, "behind record {} of other books, from {first}", last.number);
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = pieces.iter().map(|(first, ..)| elsewhere.path().join(first.to_string())).collect();
    for (path, (first, last, _, bytes)) in paths.iter().zip(&pieces) {
        fs::write(path, bytes).unwrap();
        prove_piece(path, original.books, *first, *last).unwrap();
        assert!(prove_piece(path, original.books, *first, Position { number: 99, ..*last }).is_err());
        assert!(prove_piece(path, [7; 16], *first, *last).is_err());
    }
    let files = |from: usize| -> Vec<CopiedFile<'_>> {
        let files = paths.iter().zip(&pieces).map(|(path, (first, ..))| CopiedFile { path, first: *first });
        files.skip(from).collect()
    };
    let rows = |from| rows_of(original.books, None, &files(from), end).and_then(all_rows);
    assert!(rows(0).unwrap() == all_rows(contents.lock().as_of(end).unwrap()).unwrap());
    assert!(rows(1).unwrap_err().to_string().contains("the records from 1 to 3 are missing"));
}
