use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::*;
use crate::sled_faults::Faults;
use crate::sled_store::SledOptions;

fn layers() -> (Layers, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let faults = Arc::new(Faults::new(folder.path()));
    let Ok(disk) = SledKv::open(&folder.path().join("state"), SledOptions::default(), &faults) else { panic!() };
    (Layers::new(disk, at(0)), folder)
}

const fn at(number: u64) -> Position {
    Position { number, hash: [0; 16] }
}

/// Applies everything up to a record, as the applier does.
fn apply(layers: &Layers, record: u64) {
    let rows = layers.rows_up_to(record, &[], usize::MAX, usize::MAX);
    layers.disk().write(&rows, None).unwrap();
    layers.evict(&rows, record);
    layers.applied(record);
}

/// Keys of two kinds, one of them of rows that are never written over.
fn key(number: u32) -> Vec<u8> {
    let kind = if number.is_multiple_of(2) { keys::OUTBOX } else { keys::ORDER };
    [&[kind], number.to_be_bytes().as_slice()].concat()
}

fn walk(kv: &dyn Kv, range: Range<Vec<u8>>, direction: Direction) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    kv.scan(range, direction, &mut |key, row| {
        found.push((key.to_vec(), row.to_vec()));
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    found
}

#[test]
fn rows_read_as_they_were_written_from_either_layer() {
    let (layers, _folder) = layers();
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut choices = StdRng::seed_from_u64(seed);
    let mut wanted: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for record in 1..=120 {
        let rows: BTreeMap<Vec<u8>, Option<Vec<u8>>> = (0..choices.random_range(1..40))
            .map(|_| {
                let row = choices.random_bool(0.7).then(|| vec![b'x'; choices.random_range(0..300)]);
                (key(choices.random_range(0..600)), row)
            })
            .filter(|(key, row)| !keys::is_never_written_over(key) || row.is_none() || !wanted.contains_key(key))
            .collect();
        for (key, row) in &rows {
            match row {
                Some(row) => drop(wanted.insert(key.clone(), row.clone())),
                None => drop(wanted.remove(key)),
            }
        }
        layers.publish(rows.into_iter().collect(), at(record));
        if choices.random_bool(0.3) {
            apply(&layers, choices.random_range(0..=record));
        }
        let mut bounds = [key(choices.random_range(0..620)), key(choices.random_range(0..620))];
        bounds.sort_unstable();
        let [from, to] = bounds;
        let range = from..to;
        let mut there: Vec<_> = wanted
            .iter()
            .filter(|(key, _)| range.contains(*key))
            .map(|(key, row)| (key.clone(), row.clone()))
            .collect();
        assert_eq!(walk(&layers, range.clone(), Direction::Up), there);
        let (nearby, few) = (Nearby::over(&layers), there.len() < 60);
        let short = walk(&nearby, range.clone(), Direction::Up);
        assert!(!few || nearby.was_enough());
        assert!(!nearby.was_enough() || short == there);
        there.reverse();
        assert_eq!(walk(&layers, range, Direction::Down), there);
        let key = key(choices.random_range(0..600));
        assert_eq!(layers.get(&key).unwrap(), wanted.get(&key).cloned());
    }
    apply(&layers, 120);
    assert_eq!(layers.waiting(), Waiting::default(), "what is counted is what is there");
}

#[test]
fn a_message_that_was_said_before_it_was_applied_leaves_nothing_to_walk_over() {
    let (layers, _folder) = layers();
    let said =
        |number, row: Option<&[u8]>, record| layers.publish(vec![(key(number), row.map(<[u8]>::to_vec))], at(record));
    said(2, Some(b"in sled"), 1);
    apply(&layers, 1);
    said(2, None, 2);
    said(4, Some(b"said at once"), 3);
    said(4, None, 4);
    said(6, Some(b"taken for sled"), 5);
    let taken = layers.rows_up_to(5, &[], usize::MAX, usize::MAX);
    said(6, None, 6);
    let rows = |layers: &Layers| layers.memtable.read().rows.keys().cloned().collect::<Vec<_>>();
    assert_eq!(rows(&layers), [key(2), key(6)], "what sled has, or is about to have, must be deleted there");
    layers.disk().write(&taken, None).unwrap();
    layers.evict(&taken, 5);
    layers.applied(5);
    assert_eq!(walk(&layers, Vec::new()..vec![u8::MAX], Direction::Up), []);
    apply(&layers, 6);
    assert_eq!((layers.waiting(), rows(&layers)), (Waiting::default(), vec![]));
}

#[test]
fn a_long_walk_holds_up_no_writer_and_sees_the_rows_of_its_beginning() {
    let (layers, _folder) = layers();
    let rows = (0..200_u32).map(|n| (n.to_be_bytes().to_vec(), Some(b"old".to_vec()))).collect();
    layers.publish(rows, at(1));
    let mut seen = 0;
    layers
        .scan(Vec::new()..vec![u8::MAX], Direction::Up, &mut |_, row| {
            assert_eq!(row, b"old");
            seen += 1;
            if seen == 100 {
                // Would wait for ever if the walk still held the layer.
                let rows = (0..400_u32).map(|n| (n.to_be_bytes().to_vec(), Some(b"new".to_vec()))).collect();
                layers.publish(rows, at(2));
            }
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!(seen, 200);
}

#[test]
fn what_is_applied_waits_for_walks_that_began_before() {
    let (layers, _folder) = layers();
    let walk = Arc::clone(&layers.walks.lock());
    let waiting = std::thread::spawn({
        let layers = layers.clone();
        move || layers.wait_for_walks()
    });
    while Arc::ptr_eq(&walk, &layers.walks.lock()) {
        std::thread::yield_now();
    }
    let later = Arc::clone(&layers.walks.lock());
    assert!(!waiting.is_finished());
    drop(walk);
    waiting.join().unwrap();
    drop(later);
}

/// Rules look up rows while they walk over others, and the applier may be waiting to let go of some.
#[test]
fn a_walk_reads_rows_also_while_somebody_waits_to_write() {
    let (layers, _folder) = layers();
    // More than are taken along at once.
    let rows = (0..9_u8).map(|key| (vec![key], Some(vec![key]))).collect();
    layers.publish(rows, at(1));
    let (done, is_done) = std::sync::mpsc::channel();
    let (walker, writer) = (layers.clone(), layers.clone());
    std::thread::spawn(move || {
        let mut writing = None;
        let mut read = Vec::new();
        let ended = walker.scan(vec![0]..vec![9], Direction::Up, &mut |key, _| {
            if writing.is_none() {
                let writer = writer.clone();
                writing = Some(std::thread::spawn(move || writer.applied(1)));
                // A writer that waits keeps new readers out.
                while walker.memtable.try_read().is_some() {
                    std::thread::yield_now();
                }
            }
            read.push(walker.get(key)?);
            walker.scan(vec![0]..vec![9], Direction::Down, &mut |_, _| Ok(ControlFlow::Continue(())))?;
            Ok(ControlFlow::Continue(()))
        });
        done.send((ended.is_ok(), read)).unwrap();
    });
    let patience = std::time::Duration::from_secs(20);
    let read = (0..9_u8).map(|key| Some(vec![key])).collect();
    assert_eq!(is_done.recv_timeout(patience), Ok((true, read)), "the walk and the writer wait for each other");
}

/// Some of the rows of a walk are in a block that is cut while it is under way.
#[test]
fn a_walk_sees_a_row_once_whatever_becomes_of_its_block() {
    let key = |n: u32| n.to_be_bytes().to_vec();
    for direction in [Direction::Up, Direction::Down] {
        let (layers, _folder) = layers();
        let disk = layers.disk();
        disk.write(&(0..400).map(|n| (key(n * 100), Some(vec![0; 150]))).collect(), None).unwrap();
        let (mut seen, mut more) = (Vec::new(), 0);
        disk.scan(Vec::new()..vec![9], direction, &mut |found, row| {
            if row[0] == 0 {
                seen.push(found.to_vec());
                more += 1;
                let at = u32::from_be_bytes(found.try_into().unwrap());
                let around = (1..30).map(|n| (key(at + n), Some(vec![1; 150])));
                disk.write(&around.collect(), None)?;
            }
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        if direction == Direction::Down {
            seen.reverse();
        }
        assert_eq!(seen, (0..400).map(|n| key(n * 100)).collect::<Vec<_>>(), "{direction:?}");
        assert_eq!((more, walk(disk, Vec::new()..vec![9], direction).len()), (400, 400 * 30));
    }
}
