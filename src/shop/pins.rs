//! PINs: hashed with argon2, which is slow on purpose, and remembered while the shop runs so that a reseller's every
//! order does not pay for it again.

use std::collections::HashMap;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::ids::AgentId;

/// Hashes worked out at once. Each takes 19 MiB and a processor for some 20 ms; after a restart every reseller's first
/// order needs one, and hundreds together would leave the shop neither memory nor time for anything else.
const AT_ONCE: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Checks PINs. What it remembers is keyed with a random value that dies with the process, and is never stored.
pub struct Pins {
    key: [u8; 32],
    known: Mutex<HashMap<AgentId, Known>>,
}

/// A PIN seen to fit a stored hash, as a keyed digest over both.
struct Known([u8; 32]);

impl Default for Pins {
    fn default() -> Self {
        Self { key: rand::random(), known: Mutex::default() }
    }
}

impl Pins {
    /// Whether the PIN fits the stored hash. Slow the first time, on a thread of its own.
    pub async fn fits(&self, agent: AgentId, hash: &str, pin: &str) -> bool {
        let digest = self.digest(hash, pin);
        if self.known.lock().get(&agent).is_some_and(|known| bool::from(known.0.ct_eq(&digest))) {
            return true;
        }
        let (hash, pin) = (hash.to_owned(), pin.to_owned());
        let fits = slowly(move || verify(&hash, &pin)).await.unwrap_or(false);
        if fits {
            self.known.lock().insert(agent, Known(digest));
        }
        fits
    }

    fn digest(&self, hash: &str, pin: &str) -> [u8; 32] {
        let mut sha = Sha256::new();
        sha.update(self.key);
        sha.update(hash);
        sha.update([0]);
        sha.update(pin);
        sha.finalize().into()
    }
}

fn verify(hash: &str, pin: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(pin.as_bytes(), &parsed).is_ok())
}

/// Hashes a PIN for keeping; slow, on a thread of its own. `None` when the machine cannot (no memory, no randomness).
pub async fn hash(pin: &str) -> Option<String> {
    let pin = pin.to_owned();
    slowly(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).ok()?;
        Argon2::default().hash_password(pin.as_bytes(), &salt).ok().map(|hash| hash.to_string())
    })
    .await
    .flatten()
}

/// Does slow work on a thread of its own when it is its turn.
async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let turn = TURNS.acquire().await.ok()?;
    let working = tokio::task::spawn_blocking(move || {
        // Kept until the work is done, also when whoever asked has gone.
        let _turn = turn;
        work()
    });
    working.await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_pin_fits_also_once_remembered() {
        let (pins, hash) = (Pins::default(), hash("1234").await.unwrap());
        for _ in 0..2 {
            assert!(pins.fits(AgentId(1), &hash, "1234").await);
            assert!(!pins.fits(AgentId(1), &hash, "1235").await);
            assert!(!pins.fits(AgentId(1), "not a hash", "1234").await);
        }
    }
}
