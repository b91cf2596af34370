//! The journal's hash chain: no line can be changed, dropped or slipped in without every later digest giving it away.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::posting::Entry;
use crate::ids::BadName;

/// SHA-256 over the digest before it and the entry itself; all zero before the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName { what: "a digest of 64 hexadecimal digits", text: text.chars().take(70).collect() };
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Gives an entry its number and its digest after `previous`.
pub fn seal(entry: &mut Entry, seq: u64, previous: Digest) {
    entry.seq = seq;
    entry.digest = digest(entry, previous);
}

/// Whether the entry is what was sealed after `previous`.
#[must_use]
pub fn verify(entry: &Entry, previous: Digest) -> bool {
    entry.digest == digest(entry, previous)
}

fn digest(entry: &Entry, previous: Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update(previous.0);
    // Fields in a fixed order with a separator that no field but the note can hold; the note goes last.
    let order = entry.order.map_or(0, |order| order.0);
    hash.update(format!(
        "{}|{}|{:?}|{:?}|{}|{}|{}|{}|{}|{order}|{}",
        entry.seq,
        entry.at.timestamp_micros(),
        entry.kind,
        entry.reason,
        entry.debit,
        entry.credit,
        entry.amount.get(),
        entry.debit_available.get(),
        entry.credit_available.get(),
        entry.note.as_deref().unwrap_or_default(),
    ));
    Digest(hash.finalize().into())
}
