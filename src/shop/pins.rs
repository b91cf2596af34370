//! PINs: hashed with argon2, which is slow on purpose, and remembered while the shop runs so that a reseller's every
//! order does not pay for it again. With a pepper, which is in no file of the shop, a stolen data dir is not enough to
//! guess them.

use std::collections::HashMap;
use std::sync::OnceLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, ParamsBuilder, Version};
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::ids::AgentId;
use crate::store::PepperMark;

/// Hashes worked out at once. Each takes 19 MiB and a processor for some 20 ms; after a restart every reseller's first
/// order needs one, and hundreds together would leave the shop neither memory nor time for anything else.
const AT_ONCE: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// What a pepper's mark is the hash of; no secret.
const MARKED: &[u8] = b"konter PIN pepper";

/// Mixed into every new hash, and kept where the hashes are not: without it nobody can try PINs against a stolen store.
#[derive(Clone, Debug)]
pub struct Pepper {
    secret: SecretString,
    /// Stands in each hash made with it (`keyid`), so that hashes without, or with another, are told apart.
    id: [u8; Self::ID_BYTES],
}

impl Pepper {
    /// The most a hash's `keyid` holds is 8.
    const ID_BYTES: usize = 6;

    /// A pepper that is used for the first time, and the mark by which it is known again.
    pub async fn mark(secret: &SecretString) -> Option<(Self, PepperMark)> {
        let pepper = Self { secret: secret.clone(), id: rand::random() };
        let marking = pepper.clone();
        let check = slowly(move || hash_with(Some(&marking), MARKED)).await.flatten()?;
        Some((pepper, PepperMark { check }))
    }

    /// The pepper that a mark was made with; `None` when this is another one.
    pub async fn known(secret: &SecretString, mark: &PepperMark) -> Option<Self> {
        let id = key_of(&mark.check)?.try_into().ok()?;
        let pepper = Self { secret: secret.clone(), id };
        let (checking, check) = (pepper.clone(), mark.check.clone());
        let fits = slowly(move || verify(&check, Some(&checking), MARKED)).await.unwrap_or(false);
        fits.then_some(pepper)
    }

    fn argon(&self) -> Option<Argon2<'_>> {
        let params = ParamsBuilder::new().keyid(argon2::KeyId::new(&self.id).ok()?).build().ok()?;
        Argon2::new_with_secret(self.secret.expose_secret().as_bytes(), Algorithm::Argon2id, Version::V0x13, params)
            .ok()
    }
}

/// Checks PINs. What it remembers is keyed with a random value that dies with the process, and is never stored.
pub struct Pins {
    key: [u8; 32],
    known: Mutex<HashMap<AgentId, Known>>,
    pepper: OnceLock<Pepper>,
}

/// A PIN seen to fit a stored hash, as a keyed digest over both.
struct Known([u8; 32]);

impl Default for Pins {
    fn default() -> Self {
        Self { key: rand::random(), known: Mutex::default(), pepper: OnceLock::new() }
    }
}

impl Pins {
    /// New hashes are made with it from here on.
    pub(super) fn learn_pepper(&self, pepper: Pepper) {
        let _ = self.pepper.set(pepper);
    }

    /// Hashes a PIN for keeping; see [`hash`].
    pub async fn hash(&self, pin: &str) -> Option<String> {
        let (pepper, pin) = (self.pepper.get().cloned(), pin.to_owned());
        slowly(move || hash_with(pepper.as_ref(), pin.as_bytes())).await.flatten()
    }

    /// Whether a hash was made before the pepper was set, or with an earlier one.
    pub(super) fn is_stale(&self, hash: &str) -> bool {
        self.pepper.get().is_some_and(|pepper| key_of(hash).is_none_or(|key| key != pepper.id))
    }

    /// Whether the PIN fits the stored hash. Slow the first time, on a thread of its own.
    pub async fn fits(&self, agent: AgentId, hash: &str, pin: &str) -> bool {
        let digest = self.digest(hash, pin);
        if self.known.lock().get(&agent).is_some_and(|known| bool::from(known.0.ct_eq(&digest))) {
            return true;
        }
        let (hash, pin, pepper) = (hash.to_owned(), pin.to_owned(), self.pepper.get().cloned());
        let fits = slowly(move || verify(&hash, pepper.as_ref(), pin.as_bytes())).await.unwrap_or(false);
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

/// Which pepper a hash was made with; empty for none, `None` for what is no hash.
fn key_of(hash: &str) -> Option<Vec<u8>> {
    let parsed = PasswordHash::new(hash).ok()?;
    Some(Params::try_from(&parsed).ok()?.keyid().to_vec())
}

fn verify(hash: &str, pepper: Option<&Pepper>, pin: &[u8]) -> bool {
    let (Some(key), Ok(parsed)) = (key_of(hash), PasswordHash::new(hash)) else { return false };
    if key.is_empty() {
        return Argon2::default().verify_password(pin, &parsed).is_ok();
    }
    let maker = pepper.filter(|pepper| key == pepper.id).and_then(Pepper::argon);
    maker.is_some_and(|argon| argon.verify_password(pin, &parsed).is_ok())
}

fn hash_with(pepper: Option<&Pepper>, pin: &[u8]) -> Option<String> {
    let argon = match pepper {
        Some(pepper) => pepper.argon()?,
        None => Argon2::default(),
    };
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).ok()?;
    argon.hash_password(pin, &salt).ok().map(|hash| hash.to_string())
}

/// Hashes a PIN without a pepper; slow, on a thread of its own. `None` when the machine cannot (no memory, no randomness).
pub async fn hash(pin: &str) -> Option<String> {
    let pin = pin.to_owned();
    slowly(move || hash_with(None, pin.as_bytes())).await.flatten()
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

    #[tokio::test]
    async fn a_pepper_is_known_again_and_needed_for_what_it_made() {
        let (secret, other) = (SecretString::from("a pepper of our own"), SecretString::from("somebody else's"));
        let (pepper, mark) = Pepper::mark(&secret).await.unwrap();
        assert!(Pepper::known(&secret, &mark).await.is_some());
        assert!(Pepper::known(&other, &mark).await.is_none());
        let text = format!("{pepper:?} {mark:?}");
        assert!(!text.contains("of our own"), "{text}");

        let (with, without) = (Pins::default(), Pins::default());
        with.learn_pepper(pepper);
        let (plain, peppered) = (without.hash("1234").await.unwrap(), with.hash("1234").await.unwrap());
        for (pins, hash, expected) in
            [(&with, &plain, true), (&with, &peppered, true), (&without, &plain, true), (&without, &peppered, false)]
        {
            assert_eq!(pins.fits(AgentId(1), hash, "1234").await, expected, "{hash}");
            assert!(!pins.fits(AgentId(1), hash, "4321").await, "{hash}");
        }
        assert!(with.is_stale(&plain) && !with.is_stale(&peppered) && !without.is_stale(&plain));
    }
}
