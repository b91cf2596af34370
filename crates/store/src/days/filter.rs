//! A Bloom filter: says of a key that it is certainly not there, or may be. Written into files, so its hash is one that
//! stays the same.

use sha2::{Digest as _, Sha256};

/// Each commit asks every day for keys that are in none: about one in a hundred thousand is looked for in vain.
const BITS_A_KEY: usize = 24;
const HASHES: usize = 16;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter(Vec<u8>);

/// A key's hash, made once for all filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash(u64, u64);

impl Hash {
    pub(super) fn of(key: &[u8]) -> Self {
        let digest = Sha256::digest(key);
        let word = |at: usize| digest.iter().skip(at).take(8).fold(0, |word, byte| word << 8 | u64::from(*byte));
        Self(word(0), word(8) | 1)
    }
}

impl Filter {
    pub(super) fn new(hashes: &[Hash]) -> Self {
        let mut filter = Self(vec![0; (hashes.len() * BITS_A_KEY).div_ceil(8)]);
        for hash in hashes {
            for (byte, bit) in filter.places(*hash) {
                if let Some(byte) = filter.0.get_mut(byte) {
                    *byte |= bit;
                }
            }
        }
        filter
    }

    pub(super) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn may_have(&self, hash: Hash) -> bool {
        !self.0.is_empty()
            && self.places(hash).into_iter().all(|(byte, bit)| self.0.get(byte).is_some_and(|byte| byte & bit != 0))
    }

    /// The bits of a key: byte and mask.
    fn places(&self, Hash(first, step): Hash) -> [(usize, u8); HASHES] {
        let bits = (self.0.len() as u64 * 8).max(1);
        let mut places = [(0, 0); HASHES];
        for (number, place) in (0_u64..).zip(&mut places) {
            let bit = first.wrapping_add(step.wrapping_mul(number)) % bits;
            *place = (usize::try_from(bit / 8).unwrap_or_default(), 1 << (bit % 8));
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_there_is_never_denied_and_others_mostly_are() {
        let hash = |n: u32| Hash::of(&n.to_be_bytes());
        let filter = Filter::new(&(0..1_000).map(hash).collect::<Vec<_>>());
        assert!((0..1_000).all(|n| filter.may_have(hash(n))));
        let taken = (1_000..11_000).filter(|n| filter.may_have(hash(*n))).count();
        assert!(taken < 10, "{taken} of 10,000");
        assert!(!Filter::new(&[]).may_have(hash(1)));
    }
}
