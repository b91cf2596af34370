use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::super::{Found, Rolling};
use super::*;
use crate::kv::Batch;

fn all(mut rows: AsOf, at_once: usize) -> Result<Vec<RawRow>, StoreError> {
    rows.at_once = at_once;
    crate::Snapshot::new(rows).all()
}

fn some_rows(choices: &mut StdRng) -> Batch {
    let rows: BTreeMap<Vec<u8>, Option<Vec<u8>>> = (0..choices.random_range(1..30))
        .map(|_| {
            let row = choices.random_bool(0.8).then(|| vec![b'x'; choices.random_range(0..200)]);
            (format!("{:03}", choices.random_range(0..300)).into_bytes(), row)
        })
        .collect();
    rows.into_iter().collect()
}

/// Rows as of any moment are what was written, however little memory there is, wherever a base took the records' place.
#[test]
fn rows_are_those_of_their_record() {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut choices = StdRng::seed_from_u64(seed);
    for least in [2_000, u64::MAX] {
        let folder = tempfile::tempdir().unwrap();
        let mut books = Found::look(folder.path()).unwrap().write_on(3_000).unwrap();
        let (mut rows, mut rolling) = (BTreeMap::new(), Rolling::default());
        for _ in 0..80 {
            let mut batch = some_rows(&mut choices);
            books.append(&mut batch).unwrap();
            for (key, row) in batch {
                match row {
                    Some(row) => drop(rows.insert(key, row)),
                    None => drop(rows.remove(&key)),
                }
            }
            let at_once = choices.random_range(300..30_000);
            let wanted: Vec<RawRow> = rows.clone().into_iter().collect();
            let before = books.contents().lock().as_of(books.end()).unwrap();
            assert_eq!(all(before, at_once).unwrap(), wanted, "with {at_once} bytes");
            // One that has been opened stays readable while files go.
            let opened = books.contents().lock().as_of(books.end()).unwrap();
            rolling.begin_when_due(books.contents(), least);
            rolling.wait();
            assert_eq!(all(opened, at_once).unwrap(), wanted);
            assert_eq!(all(books.contents().lock().as_of(books.end()).unwrap(), at_once).unwrap(), wanted);
        }
        assert_eq!(books.contents().lock().base.is_some(), least == 2_000);
        let (end, wanted): (_, Vec<RawRow>) = (books.end(), rows.into_iter().collect());
        drop(books);
        let again = Found::look(folder.path()).unwrap();
        assert_eq!((again.end(), all(again.rows().unwrap(), 1 << 20).unwrap()), (end, wanted));
    }
}
