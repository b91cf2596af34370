//! Rows in blocks, as sled keeps them. To sled every entry costs much the same, and a page of its tree has sixteen at most: a row among
//! others in an entry costs a quarter of what it costs by itself. A block's key is that of the first row it was made with,
//! and it has all rows from there to the next block.

use std::collections::BTreeMap;

use super::StoreError;
use super::books::{read_rows, write_row};
use super::kv::Batch;

/// A block that gets longer is cut, unless it is one row. All of it is written anew for each row that changes, so no longer.
const LONGEST: usize = 2 << 10;
/// Beside each row: the lengths of its key and of itself.
const LENGTHS: usize = 8;

/// Gives every row of a block in order.
pub(super) fn rows<'a>(block: &'a [u8], mut give: impl FnMut(&'a [u8], &'a [u8])) -> Result<(), StoreError> {
    read_rows(block, |key, row| give(key, row.unwrap_or_default()))
}

/// Puts rows into a block, both in order of their keys. Gives what takes its place, with the keys: nothing where there are no
/// rows any more.
pub(super) fn put<'a>(
    block: Option<(&'a [u8], &'a [u8])>,
    new: &'a [(Vec<u8>, Option<Vec<u8>>)],
) -> Result<Batch, StoreError> {
    let mut all = BTreeMap::new();
    if let Some((_, block)) = block {
        rows(block, |key, row| {
            all.insert(key, row);
        })?;
    }
    for (key, row) in new {
        match row {
            Some(row) => all.insert(key, row),
            None => all.remove(key.as_slice()),
        };
    }
    let bytes: usize = all.iter().map(|(key, row)| LENGTHS + key.len() + row.len()).sum();
    let each = bytes.div_ceil(bytes.div_ceil(LONGEST).max(1));
    let mut blocks: Batch = block.iter().map(|(key, _)| (key.to_vec(), None)).collect();
    let mut is_first = !blocks.is_empty();
    for (key, row) in all {
        let is_full = blocks.last().and_then(|(_, block)| block.as_ref()).is_none_or(|block| block.len() >= each);
        if is_full && !std::mem::take(&mut is_first) {
            blocks.push((key.to_vec(), None));
        }
        if let Some((_, block)) = blocks.last_mut() {
            write_row(block.get_or_insert_default(), key, Some(row));
        }
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: u8, bytes: usize) -> (Vec<u8>, Option<Vec<u8>>) {
        (vec![key], Some(vec![key; bytes]))
    }

    #[test]
    fn a_long_block_is_cut_into_even_ones_and_an_empty_one_goes() {
        let new: Batch = (1..=100).map(|key| row(key, 100)).collect();
        let blocks = put(None, &new).unwrap();
        assert_eq!(blocks.len(), 6);
        let mut read = Batch::new();
        for (key, block) in &blocks {
            let block = block.as_ref().unwrap();
            assert!((1_000..LONGEST + 200).contains(&block.len()), "{}", block.len());
            let first = read.len();
            rows(block, |key, row| read.push((key.to_vec(), Some(row.to_vec())))).unwrap();
            assert_eq!(key, &read[first].0);
        }
        assert_eq!(read, new);
        let (key, Some(block)) = &blocks[0] else { panic!() };
        // A block keeps its key also when the row it was made with goes.
        let changed = put(Some((key, block)), &[(vec![1], None), row(2, 3_000), row(3, 0)]).unwrap();
        assert_eq!(changed.iter().map(|(key, _)| key[0]).collect::<Vec<_>>(), [1, 3]);
        let gone: Batch = (1..=100).map(|key| (vec![key], None)).collect();
        assert_eq!(put(Some((key, block)), &gone).unwrap(), [(key.clone(), None)]);
        assert_eq!(put(None, &gone).unwrap(), []);
    }
}
