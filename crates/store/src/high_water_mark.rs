//! A word beside the store about how far it had come: sled reads files that have lost their end, or everything, as if
//! they were whole. Written after what it speaks of is durable, so it never knows more than the store.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::apply::Tip;
use super::kv::Kv;
use super::read::Reader;
use super::rows::SCHEMA;
use super::sled_faults::io;
use konter_core::ledger::Digest;

const NAME: &str = "high-water-mark.json";
/// Between two words while the shop works: each costs a sync of its own.
const EVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Word {
    schema: u32,
    /// The journal's last line and its digest.
    line: u64,
    digest: Digest,
}

pub(super) struct HighWaterMark {
    path: PathBuf,
    word: Option<Word>,
    written: Instant,
}

impl HighWaterMark {
    /// A word that cannot be read is none: it is small, and written whole or not at all.
    pub(super) fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(NAME);
        let word = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(io("reading its high_water_mark", &error)),
        };
        Ok(Self { path, word, written: Instant::now() })
    }

    pub(super) const fn has_seen_a_shop(&self) -> bool {
        self.word.is_some()
    }

    /// Whether the store is at least as far as this word, and the same up to there. Then it speaks of the store as it is
    /// now.
    pub(super) fn verify<K: Kv>(&mut self, rows: &Reader<'_, K>, tip: &Tip) -> Result<(), StoreError> {
        if let Some(word) = self.word.filter(|word| word.line > 0) {
            let line = rows.journal(word.line - 1, 1)?.into_iter().next();
            if line.is_none_or(|line| line.seq != word.line || line.digest != word.digest) {
                let problem = format!("it had {} lines, and what stands there now is not that", word.line);
                return Err(StoreError::Corrupt { what: "journal", problem });
            }
        }
        self.note(tip);
        Ok(())
    }

    /// Notes how far the store is; everything up to there must be durable. Not being able to is no fault of the store.
    pub(super) fn note(&mut self, tip: &Tip) {
        let (line, digest) = tip.end();
        let word = Word { schema: SCHEMA, line, digest };
        self.written = Instant::now();
        if self.word == Some(word) {
            return;
        }
        match self.write(&word) {
            Ok(()) => self.word = Some(word),
            Err(error) => tracing::warn!(%error, "the store's high_water_mark cannot be written"),
        }
    }

    /// Notes it when the last word is old enough.
    pub(super) fn note_at_times(&mut self, tip: &Tip) {
        if self.written.elapsed() > EVERY {
            self.note(tip);
        }
    }

    fn write(&self, word: &Word) -> std::io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(word)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }
}
