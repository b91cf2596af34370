//! The log as stores before schema 2 kept it: in sled. Its rows settle when such a store is opened first.

use super::StoreError;
use super::kv::Batch;
use super::log;
use super::sled_kv::SledKv;

/// Of the log settled at once.
const PORTION: usize = 1 << 20;

struct Record {
    number: u64,
    pieces: u32,
    bytes: Vec<u8>,
}

/// Settles whatever there is. `true`: there was something; it is durable once sled is flushed and synced.
///
/// # Errors
/// [`StoreError::Corrupt`] when a part of it is missing.
pub(super) fn settle(kv: &SledKv) -> Result<bool, StoreError> {
    let mut stored: Vec<Record> = Vec::new();
    let mut all_there = true;
    kv.scan_log(&mut |number, place, piece| {
        if let Some(record) = stored.last_mut().filter(|last| last.number == number) {
            all_there &= record.pieces == place;
            record.pieces += 1;
            record.bytes.extend_from_slice(piece);
        } else {
            // Records settled from the front and were added at the back: one missing in between was lost.
            all_there &= place == 0 && stored.last().is_none_or(|last| last.number + 1 == number);
            stored.push(Record { number, pieces: 1, bytes: piece.to_vec() });
        }
    })?;
    if !all_there {
        return Err(StoreError::Corrupt { what: "log", problem: "a part in its middle is missing".to_owned() });
    }
    let mut rest = stored.as_slice();
    while !rest.is_empty() {
        let (mut count, mut bytes) = (0, 0);
        while let Some(record) = rest.get(count).filter(|_| bytes < PORTION) {
            (count, bytes) = (count + 1, bytes + record.bytes.len());
        }
        let (now, later) = rest.split_at(count);
        settle_these(kv, now)?;
        rest = later;
    }
    Ok(!stored.is_empty())
}

fn settle_these(kv: &SledKv, records: &[Record]) -> Result<(), StoreError> {
    // Of one key the last row counts.
    let mut rows = std::collections::BTreeMap::new();
    for record in records {
        log::read(&record.bytes, |key, row| drop(rows.insert(key.to_vec(), row.map(<[u8]>::to_vec))))?;
    }
    kv.settle_log(rows.into_iter().collect::<Batch>(), records.iter().map(|record| (record.number, record.pieces)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::Kv as _;
    use crate::sled_handle::SledHandle;
    use crate::sled_store::SledOptions;

    #[test]
    fn a_log_in_sled_settles_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let kv = SledKv::new(SledHandle::open(folder.path(), SledOptions::default()).unwrap().0);
        assert!(!settle(&kv).unwrap());
        let long = vec![b'x'; 9_000];
        kv.append(5, &log::write(&vec![(b"oa".to_vec(), Some(long)), (b"ob".to_vec(), Some(b"1".to_vec()))])).unwrap();
        kv.append(6, &log::write(&vec![(b"oa".to_vec(), None), (b"oc".to_vec(), Some(b"2".to_vec()))])).unwrap();
        assert!(settle(&kv).unwrap());
        let rows = [b"oa", b"ob", b"oc"].map(|key| kv.get(key).unwrap());
        assert_eq!(rows, [None, Some(b"1".to_vec()), Some(b"2".to_vec())]);
        assert!(!settle(&kv).unwrap());
        kv.append(8, &log::write(&vec![(b"od".to_vec(), None)])).unwrap();
        kv.append(10, &log::write(&vec![(b"oe".to_vec(), None)])).unwrap();
        assert!(matches!(settle(&kv), Err(StoreError::Corrupt { .. })));
    }
}
