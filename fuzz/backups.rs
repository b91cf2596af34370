//! What must hold for any file that is put before `konter restore`. The fuzz target plays it with inputs it makes up,
//! `tests/in_process/fuzz_corpus.rs` with those that were kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use konter::backup::{self, BackupError, Header, Reader, Writer};
use konter_store::audit::audit;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{RawRow, Store};
use sha2::{Digest as _, Sha256};

/// An input that begins so is not the file itself but what stands in it, still to be packed and summed: no made-up file
/// gets past its checksum, and what lies behind it would never be played.
pub const UNPACKED: u8 = 0;
pub const BEGINS: &[u8] = b"konter backup 1\n";
/// What sealed inputs were sealed with.
pub const PASSPHRASE: &str = "tiga ekor kucing hitam";
/// Bytes: what is held of a backup at once, whatever it says of its lengths.
const MOST_HELD: usize = 3 << 20;

/// Packs and sums what stands in a backup.
pub fn packed(inner: &[u8]) -> Vec<u8> {
    let mut packing = GzEncoder::new(BEGINS.to_vec(), Compression::fast());
    packing.write_all(inner).expect("memory");
    let mut file = packing.finish().expect("memory");
    let sum = Sha256::digest(&file);
    file.extend(sum);
    file
}

/// A file is a backup, which is written and reads as the same again and is put back as it is, or it says what is wrong
/// with it, and nothing is left in the data dir.
pub fn backup(data: &[u8]) {
    let bytes = match data.split_first() {
        Some((&UNPACKED, inner)) => packed(inner),
        _ => data.to_vec(),
    };
    let folder = Folder::new();
    let (file, dir) = (folder.0.join("file"), folder.0.join("data"));
    fs::write(&file, &bytes).expect("a file");
    let read = read_file(&file);
    if let Ok((made_at, rows)) = &read {
        let (header, again) = written(*made_at, rows);
        let mut reader = Reader::new(&*again).expect("what was written");
        let rows_again = read_all(|| reader.page()).expect("a backup");
        assert!(header == reader.header && *rows == rows_again, "it reads as something else once it is written again");
    }
    // Whatever its rows are, the audit on the way says so. (A sealed one is a plain one by then.)
    if bytes.starts_with(BEGINS) {
        let proven = backup::verify(&file, None);
        assert!(read.is_ok() || proven.is_err(), "what cannot be read was proven");
    }
    match backup::restore(&file, &dir, false, Some(&PASSPHRASE.into()), Utc::now()) {
        Ok(restoring) => {
            let (_, rows) = read.expect("what was put back");
            assert_eq!(restoring.take_place().expect("an empty data dir"), None);
            put_back(&dir, &rows);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{error:?}");
            let left: Vec<_> = fs::read_dir(&dir).into_iter().flatten().collect();
            assert!(left.is_empty(), "{error}, and this is left: {left:?}");
        }
    }
}

fn read_file(file: &Path) -> Result<(DateTime<Utc>, Vec<RawRow>), BackupError> {
    let mut opened = backup::open(file, Some(&PASSPHRASE.into()))?;
    Ok((opened.made_at, read_all(|| opened.page())?))
}

fn read_all(mut next: impl FnMut() -> Result<Vec<RawRow>, BackupError>) -> Result<Vec<RawRow>, BackupError> {
    let mut rows = Vec::new();
    loop {
        let page = next()?;
        let held: usize = page.iter().map(|(key, row)| key.capacity() + row.capacity()).sum();
        assert!(held <= MOST_HELD, "{held} bytes at once");
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

fn written(made_at: DateTime<Utc>, rows: &[RawRow]) -> (Header, Vec<u8>) {
    let header = Header::new(made_at);
    let mut writer = Writer::new(Vec::new(), &header).expect("memory");
    for (key, row) in rows {
        writer.row(key, row).expect("memory");
    }
    (header, writer.finish().expect("memory"))
}

/// The store holds the backup's rows, and its mark. It may be no shop for all that: then it says so.
fn put_back(dir: &Path, rows: &[RawRow]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let Ok(store) = SledStore::open(dir, SledOptions::default()).map(Store::new) else { return };
        let _ = audit(&store).await;
        let mut snapshot = store.snapshot().await.expect("rows at rest");
        let mut there = BTreeMap::new();
        loop {
            let page = snapshot.next_page().expect("rows at rest");
            if page.is_empty() {
                break;
            }
            there.extend(page);
        }
        // Of two rows of one key the later one counts.
        let expected: BTreeMap<&Vec<u8>, &Vec<u8>> = rows.iter().map(|(key, row)| (key, row)).collect();
        for (key, row) in expected {
            let is_mark = key.ends_with(b"restored");
            assert!(is_mark || there.get(key) == Some(row), "{key:?} is not what it was");
        }
        store.close().await.expect("a store at rest");
    });
}

/// One input's files, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("konter-fuzz-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
