use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Shelf = BTreeMap<Vec<u8>, Vec<u8>>;
/// A row as it should be; `Err` is one in pieces.
type Wish = Result<Vec<u8>, Pieces>;
type Wanted = BTreeMap<Vec<u8>, Wish>;

fn row(wanted: &Wish) -> Row<'static> {
    match wanted {
        Ok(row) => Row::Whole(Cow::Owned(row.clone())),
        Err(pieces) => Row::InPieces(*pieces),
    }
}

/// What `sled_kv` does with the blocks of one kind.
fn write(shelf: &mut Shelf, changes: Vec<(Vec<u8>, Option<Wish>)>) -> Vec<(Vec<u8>, Pieces)> {
    let mut loose = Vec::new();
    let mut changes = changes.into_iter().peekable();
    while let Some((first, _)) = changes.peek() {
        let covering = shelf.range(..=first.clone()).next_back().map(|(from, stored)| (from.clone(), stored.clone()));
        let end = shelf.keys().find(|from| *from > first).cloned();
        let mut here = Vec::new();
        while let Some((key, new)) = changes.next_if(|(key, _)| end.as_ref().is_none_or(|end| key < end)) {
            here.push((key, new.as_ref().map(row)));
        }
        let block = covering.as_ref().map(|(from, stored)| Block::new(from, stored));
        let done = rewrite(block, here).unwrap();
        loose.extend(done.loose);
        for (key, value) in done.values {
            match value {
                Some(value) => drop(shelf.insert(key, value)),
                None => drop(shelf.remove(&key)),
            }
        }
    }
    loose
}

fn read(shelf: &Shelf) -> Wanted {
    let mut found = Wanted::new();
    for (from, stored) in shelf {
        let mut rows = Block::new(from, stored).rows();
        while let Some(row) = rows.advance().unwrap() {
            let row = match row {
                Row::Whole(row) => Ok(row.into_owned()),
                Row::InPieces(pieces) => Err(pieces),
            };
            assert!(found.insert(rows.key().to_vec(), row).is_none(), "a row stands in two blocks");
        }
    }
    found
}

fn find(shelf: &Shelf, key: &[u8]) -> bool {
    let block = shelf.range(..=key.to_vec()).next_back();
    block.is_some_and(|(from, stored)| Block::new(from, stored).find(key).unwrap().is_some())
}

fn key(number: u16) -> Vec<u8> {
    [&b"o"[..], &u64::from(number).to_be_bytes()].concat()
}

/// Rows of all lengths a block may have, and some in pieces.
fn some_row() -> impl Strategy<Value = Option<Wish>> {
    prop_oneof![
        2 => Just(None),
        4 => (0_usize..60).prop_map(|length| Some(Ok(vec![b'{'; length]))),
        2 => (0_usize..=LONGEST_ROW).prop_map(|length| Some(Ok(vec![b'{'; length]))),
        1 => (4_001_usize..9_000, any::<[u8; 8]>())
            .prop_map(|(bytes, digest)| Some(Err(Pieces { bytes, digest }))),
    ]
}

proptest! {
    #[test]
    fn blocks_hold_what_was_written_whatever_the_order(
        rounds in prop::collection::vec(prop::collection::btree_map(0_u16..400, some_row(), 1..40), 1..25),
        plain in prop::collection::btree_map(0_u16..400, 0_usize..50, 0..20),
    ) {
        // Rows of an older store, each under its own key.
        let mut shelf: Shelf = plain.iter().map(|(&n, &length)| (key(n), vec![b'"'; length])).collect();
        let mut wanted: Wanted = shelf.iter().map(|(key, row)| (key.clone(), Ok(row.clone()))).collect();
        prop_assert_eq!(&read(&shelf), &wanted);
        for round in rounds {
            let mut orphans = Vec::new();
            for (&n, row) in &round {
                let before = match row {
                    Some(row) => wanted.insert(key(n), row.clone()),
                    None => wanted.remove(&key(n)),
                };
                if let Some(Err(pieces)) = before {
                    orphans.push((key(n), pieces));
                }
            }
            let changes = round.into_iter().map(|(n, row)| (key(n), row)).collect();
            prop_assert_eq!(write(&mut shelf, changes), orphans);
            prop_assert_eq!(&read(&shelf), &wanted);
            for n in 0..400 {
                prop_assert_eq!(find(&shelf, &key(n)), wanted.contains_key(&key(n)));
            }
            for (from, stored) in &shelf {
                prop_assert!(stored.len() <= LONGEST_VALUE, "{} bytes", stored.len());
                prop_assert!(!from.is_empty());
            }
        }
    }
}

#[test]
fn rows_added_behind_fill_their_blocks_and_rows_between_leave_room() {
    let row = |length| Some(Ok(vec![b'{'; length]));
    let mut shelf = Shelf::new();
    for n in 0..640 {
        write(&mut shelf, vec![(key(n), row(10))]);
    }
    assert_eq!(shelf.len(), 10, "as many rows in each as there may be");
    write(&mut shelf, vec![([key(5), vec![0]].concat(), row(10))]);
    assert_eq!(shelf.len(), 11, "a full block is cut in two");
    let mut scattered = Shelf::new();
    for n in 0..4_000_u16 {
        write(&mut scattered, vec![(key(n.wrapping_mul(40_503)), row(30))]);
    }
    assert!(scattered.len() < 4_000 / 10, "{} blocks", scattered.len());
    assert!(scattered.values().all(|stored| stored.len() <= LONGEST_SCATTERED));
}

#[test]
fn what_changes_nothing_is_not_written() {
    let mut shelf = Shelf::new();
    assert_eq!(rewrite(None, vec![(key(1), None)]).unwrap(), Rewritten::default());
    write(&mut shelf, vec![(key(1), Some(Ok(b"1".to_vec())))]);
    let (from, stored) = shelf.first_key_value().unwrap();
    assert_eq!(rewrite(Some(Block::new(from, stored)), vec![(key(2), None)]).unwrap(), Rewritten::default());
    write(&mut shelf, vec![(key(1), None)]);
    assert!(shelf.is_empty(), "an empty block goes");
}

#[test]
fn a_torn_block_is_an_error_and_never_a_panic() {
    let mut shelf = Shelf::new();
    let rows = (0..5).map(|n| (key(n), Some(Ok(vec![b'{'; 20])))).collect();
    write(&mut shelf, rows);
    let (from, stored) = shelf.first_key_value().unwrap();
    let ends_of_rows = [1, 26, 52, 78, 104];
    for end in 1..stored.len() {
        let mut rows = Block::new(from, &stored[..end]).rows();
        let mut count = 0;
        let ended = loop {
            match rows.advance() {
                Ok(Some(_)) => count += 1,
                ended => break ended,
            }
        };
        assert!(count < 5, "{end}");
        assert_eq!(ended.is_ok(), ends_of_rows.contains(&end), "{end}");
    }
    assert!(Block::new(from, &[IN_PIECES, 1, 2]).rows().advance().is_err());
}
