use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::sled_store::SledOptions;

fn open(folder: &tempfile::TempDir) -> SledKv {
    SledKv::new(SledHandle::open(folder.path(), SledOptions::default()).unwrap().0)
}

fn read(kv: &SledKv, range: Range<Vec<u8>>, direction: Direction) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    kv.scan(range, direction, &mut |key, row| {
        found.push((key.to_vec(), row.to_vec()));
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    found
}

fn key(choices: &mut StdRng) -> Vec<u8> {
    let kind = [b'a', b'o', b'x'][choices.random_range(0..3)];
    [&[kind][..], &choices.random_range(0_u64..300).to_be_bytes()].concat()
}

fn some_row(choices: &mut StdRng) -> Option<Vec<u8>> {
    let length = match choices.random_range(0..10) {
        0..2 => return None,
        2..8 => choices.random_range(0..40),
        8 => choices.random_range(0..4_100),
        _ => choices.random_range(4_000..13_000),
    };
    Some(vec![b'{' + choices.random_range(0..3); length])
}

#[test]
fn rows_read_as_they_were_written_through_every_range_and_every_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let kv = open(&folder);
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut choices = StdRng::seed_from_u64(seed);
    let mut wanted: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    // Rows under their own keys, as a hand on sled leaves them.
    for n in 0..50_u64 {
        let (key, row) = ([b"o".as_slice(), &(n * 5).to_be_bytes()].concat(), b"\"old\"".to_vec());
        kv.sled.with(|tree| Ok(tree.insert(key.clone(), row.clone()).unwrap())).unwrap();
        wanted.insert(key, row);
    }
    for round in 0..60 {
        let rows: BTreeMap<_, _> =
            (0..choices.random_range(1..30)).map(|_| (key(&mut choices), some_row(&mut choices))).collect();
        for (key, row) in &rows {
            match row {
                Some(row) => drop(wanted.insert(key.clone(), row.clone())),
                None => drop(wanted.remove(key)),
            }
        }
        kv.write(rows.into_iter().collect()).unwrap();
        if round % 20 == 7 {
            kv.flush().unwrap();
            assert!(kv.sled().reopen().unwrap());
        }
        let (one, other) = (key(&mut choices), key(&mut choices));
        for range in [one.clone().max(other.clone())..vec![PIECE], one.clone().min(other.clone())..one.max(other)] {
            let mut rows: Vec<_> = wanted.range(range.clone()).map(|(key, row)| (key.clone(), row.clone())).collect();
            assert_eq!(read(&kv, range.clone(), Direction::Up), rows, "round {round}, {range:?}");
            rows.reverse();
            assert_eq!(read(&kv, range.clone(), Direction::Down), rows, "round {round}, {range:?}");
        }
        for _ in 0..20 {
            let key = key(&mut choices);
            assert_eq!(kv.get(&key).unwrap().as_ref(), wanted.get(&key), "round {round}");
        }
    }
    let pieces_left = kv.sled.with(|tree| Ok(tree.scan_prefix([PIECE]).count())).unwrap();
    let pieces_wanted = wanted.values().filter(|row| blocks::is_long(row)).map(|row| row.len().div_ceil(LONGEST_VALUE));
    assert_eq!(pieces_left, pieces_wanted.sum::<usize>(), "no piece is left behind");
}

/// Blocks are cut in two and sled is closed and opened while rows are read: none is missed and none is seen twice.
#[test]
fn readers_miss_nothing_while_blocks_are_cut_and_sled_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let kv = open(&folder);
    let key = |n: u64| [b"o".as_slice(), &n.to_be_bytes()].concat();
    let even: Vec<_> = (0..400).map(|n| (key(2 * n), b"{even}".to_vec())).collect();
    kv.write(even.iter().map(|(key, row)| (key.clone(), Some(row.clone()))).collect()).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers = [Direction::Up, Direction::Down].map(|direction| {
            let (kv, even, done) = (&kv, &even, &done);
            scope.spawn(move || {
                let mut rounds = 0;
                while !done.load(Ordering::SeqCst) {
                    let mut rows = read(kv, b"o".to_vec()..b"p".to_vec(), direction);
                    if direction == Direction::Down {
                        rows.reverse();
                    }
                    assert!(rows.is_sorted_by(|(a, _), (b, _)| a < b), "{direction:?}: a row twice");
                    rows.retain(|(_, row)| row == b"{even}");
                    assert_eq!(rows, *even, "{direction:?}: a row is missing");
                    assert!(kv.get(&even[rounds % even.len()].0).unwrap().is_some());
                    rounds += 1;
                }
                rounds
            })
        });
        let mut choices = StdRng::seed_from_u64(1);
        let mut reopened = 0;
        for n in 0..300_u64 {
            let odd = 2 * (n * 7 % 400) + 1;
            kv.write(vec![(key(odd), Some(vec![b'['; choices.random_range(0..300)]))]).unwrap();
            if n % 50 == 49 {
                reopened += u32::from(kv.sled().reopen().unwrap());
            }
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
        assert!(reopened > 0);
    });
}

#[test]
fn sled_that_does_not_open_again_is_told_and_nothing_is_read_or_written_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kv = SledKv::new(SledHandle::open(&data, SledOptions::default()).unwrap().0);
    kv.write(vec![(b"o1".to_vec(), Some(b"{}".to_vec()))]).unwrap();
    kv.flush().unwrap();
    // What sled would make of it is not asked for: a folder where its file should be cannot be opened at all.
    std::fs::rename(&data, folder.path().join("away")).unwrap();
    std::fs::create_dir_all(data.join("db")).unwrap();
    let error = kv.sled().reopen().unwrap_err().to_string();
    assert!(error.contains("cannot be opened again"), "{error}");
    for failed in [kv.get(b"o1").map(drop), kv.write(vec![(b"o2".to_vec(), None)]), kv.sled().reopen().map(drop)] {
        let error = failed.unwrap_err().to_string();
        assert!(error.contains("could not be opened again"), "{error}");
    }
}
