//! One record: the rows of a group of commits, behind its length, its number, the hash of the record before it and its own.
//! The hash is over all of that, so a record that reads stands where it was written, behind the record it was written behind.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::StoreError;

/// Half of a SHA-256.
pub type Hash = [u8; 16];

/// Length, number, hash of the record before.
const HEAD: usize = 4 + 8 + 16;
pub(super) const HEADER: usize = HEAD + 16;
/// Further ahead than any record stands in one file.
const FURTHER: u64 = 1_000_000;

/// How far books go: their last record, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub number: u64,
    pub hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub number: u64,
    pub previous: Hash,
    pub hash: Hash,
    /// The rows, see [`super::rows`].
    pub payload: &'a [u8],
}

impl Record<'_> {
    pub(super) const fn position(&self) -> Position {
        Position { number: self.number, hash: self.hash }
    }

    pub(super) const fn bytes(&self) -> usize {
        HEADER + self.payload.len()
    }
}

pub(super) fn half(digest: Sha256) -> Hash {
    let mut hash = Hash::default();
    hash.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    hash
}

fn hash_of(head: &[u8], payload: &[u8]) -> Hash {
    half(Sha256::new().chain_update(head).chain_update(payload))
}

/// A record as it is written, and how far the books go with it.
pub(super) fn frame(last: Position, payload: &[u8]) -> Result<(Vec<u8>, Position), StoreError> {
    let length = u32::try_from(payload.len());
    let length =
        length.map_err(|_| StoreError::Unavailable("a group of commits is too long to be written".to_owned()))?;
    let number = last.number + 1;
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&number.to_be_bytes());
    frame.extend_from_slice(&last.hash);
    let hash = hash_of(&frame, payload);
    frame.extend_from_slice(&hash);
    frame.extend_from_slice(payload);
    Ok((frame, Position { number, hash }))
}

/// The record that these bytes begin with, when it is whole.
pub fn record_of(bytes: &[u8]) -> Option<Record<'_>> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (hash, rest) = rest.split_first_chunk::<16>()?;
    let (length, head_rest) = head.split_first_chunk::<4>()?;
    let (number, previous) = head_rest.split_first_chunk::<8>()?;
    let payload = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let number = u64::from_be_bytes(*number);
    let is_whole = number > 0 && hash_of(head, payload) == *hash;
    is_whole.then_some(Record { number, previous: previous.try_into().ok()?, hash: *hash, payload })
}

/// What a record says of itself, unproven: enough to pass over it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub position: Position,
    pub bytes: usize,
}

pub(super) fn head_of(bytes: &[u8]) -> Option<Head> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let (_, rest) = rest.split_first_chunk::<16>()?;
    let (hash, _) = rest.split_first_chunk::<16>()?;
    let bytes = HEADER.checked_add(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some(Head { position: Position { number: u64::from_be_bytes(*number), hash: *hash }, bytes })
}

/// Why a file's records end where they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing was written behind the last one.
    Clean,
    /// The last one was being written when the power went: nobody was told of it.
    Torn,
    /// This record does not read, or does not go on from the one before it; others stand behind it.
    Damaged(u64),
}

/// The records of one file, in order.
pub struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The record before; `None` before the first of a file that is read by itself.
    last: Option<Position>,
    next: u64,
}

impl<'a> Records<'a> {
    /// `first` is the number of the first one.
    pub const fn new(bytes: &'a [u8], first: u64, last: Option<Position>) -> Self {
        Self { bytes, at: 0, last, next: first }
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Bytes of the records read.
    pub(super) const fn read(&self) -> usize {
        self.at
    }

    pub(super) const fn position(&self) -> Option<Position> {
        self.last
    }

    /// To be asked when there is no next one.
    pub fn end(&self) -> End {
        let rest = self.rest();
        if rest.iter().all(|&byte| byte == 0) {
            return End::Clean;
        }
        // Each is synced before the next is written, so what stands behind a record that does not read was not torn.
        let goes_on =
            record_of(rest).is_some() || (1..rest.len()).any(|at| self.is_later(rest.get(at..).unwrap_or_default()));
        if goes_on { End::Damaged(self.next) } else { End::Torn }
    }

    fn is_later(&self, bytes: &[u8]) -> bool {
        let number = bytes.get(4..12).and_then(|number| number.try_into().ok()).map(u64::from_be_bytes);
        let is_near = number.is_some_and(|number| (self.next..self.next + FURTHER).contains(&number));
        is_near && record_of(bytes).is_some()
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let record = record_of(self.rest())?;
        let goes_on = record.number == self.next && self.last.is_none_or(|last| last.hash == record.previous);
        if !goes_on {
            return None;
        }
        self.at += record.bytes();
        (self.last, self.next) = (Some(record.position()), self.next + 1);
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of records behind record 6, and where each begins.
    fn file(payloads: &[&[u8]]) -> (Vec<u8>, Vec<usize>) {
        let (mut last, mut bytes, mut begins) = (Position { number: 6, hash: [9; 16] }, Vec::new(), Vec::new());
        for payload in payloads {
            let (frame, position) = frame(last, payload).unwrap();
            begins.push(bytes.len());
            bytes.extend(frame);
            last = position;
        }
        (bytes, begins)
    }

    fn read(bytes: &[u8]) -> (usize, End) {
        let mut records = Records::new(bytes, 7, Some(Position { number: 6, hash: [9; 16] }));
        let count = records.by_ref().count();
        (count, records.end())
    }

    const PAYLOADS: [&[u8]; 3] = [b"one", b"", b"three and more"];

    #[test]
    fn records_read_back_also_before_zeros() {
        let (bytes, _) = file(&PAYLOADS);
        let read_back: Vec<_> = Records::new(&bytes, 7, None).map(|record| record.payload).collect();
        assert_eq!(read_back, PAYLOADS);
        assert_eq!(read(&bytes), (3, End::Clean));
        assert_eq!(read(&[bytes, vec![0; 5_000]].concat()), (3, End::Clean));
    }

    #[test]
    fn wherever_the_last_one_is_cut_or_scribbled_over_it_is_torn() {
        let (bytes, begins) = file(&PAYLOADS);
        for end in begins[2] + 1..bytes.len() {
            let nothing_but_zeros = bytes[begins[2]..end].iter().all(|&byte| byte == 0);
            let said = if nothing_but_zeros { End::Clean } else { End::Torn };
            assert_eq!(read(&bytes[..end]), (2, said), "cut at {end}");
            let mut scribbled = bytes.clone();
            scribbled[end..].fill(0xA5);
            assert_eq!(read(&scribbled), (2, End::Torn), "scribbled from {end}");
        }
        assert_eq!(
            read(&bytes[..begins[2]]),
            (2, End::Clean),
            "an end at the end of a record cannot be seen in the file"
        );
    }

    #[test]
    fn a_bit_that_flipped_before_the_last_one_is_damage() {
        let (bytes, begins) = file(&PAYLOADS);
        for place in 0..begins[2] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x10;
            let number = begins.iter().rposition(|&begin| begin <= place).unwrap();
            assert_eq!(read(&flipped), (number, End::Damaged(7 + number as u64)), "at {place}");
        }
    }

    #[test]
    fn what_goes_on_from_something_else_is_damage() {
        let (bytes, begins) = file(&PAYLOADS);
        assert_eq!(Records::new(&bytes, 7, Some(Position { number: 6, hash: [8; 16] })).end(), End::Damaged(7));
        assert_eq!(Records::new(&bytes, 8, None).end(), End::Damaged(8), "the first is another one");
        let missing = [&bytes[..begins[1]], &bytes[begins[2]..]].concat();
        assert_eq!(read(&missing), (1, End::Damaged(8)));
        let twice = [&bytes[..begins[1]], &bytes[..]].concat();
        let mut records = Records::new(&twice, 7, None);
        assert_eq!((records.by_ref().count(), records.end()), (1, End::Damaged(8)));
    }
}
