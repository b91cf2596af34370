//! PINs: hashed with argon2, which is slow on purpose, and remembered while the shop runs so that a reseller's every
//! order does not pay for it again. With a pepper, which is in no file of the shop, a stolen data dir is not enough to
//! guess them.
//!
//! **Memory.** The blocks argon2 works in are kept and used again. The C library's allocator must not be asked for them
//! each time: glibc before 2.38 (Debian 12, Ubuntu 22.04) never reuses what argon2 gives back, 19 MiB a PIN.
//!
//! **Turns.** Few PINs are hashed at once, on a machine with two processors one. Of registrations only one is, and only so
//! many wait for that, so however many strangers register, a reseller's PIN waits for one of theirs at most, and for other
//! resellers'.

use std::collections::HashMap;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Block, Params, ParamsBuilder, PasswordHash, Version};
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

use konter_core::ids::AgentId;
use konter_store::PepperMark;

/// Hashes worked out at once, at most. Each takes 19 MiB and a processor for some 20 ms; after a restart every reseller's
/// first order needs one, and hundreds together would leave the shop neither memory nor time for anything else.
const AT_ONCE: usize = 2;
/// Processors for each of them: one hashes, the others go on with orders. So a small machine keeps memory for one only.
const PROCESSORS_A_TURN: usize = 2;

fn at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |processors| processors.get() / PROCESSORS_A_TURN).clamp(1, AT_ONCE)
}

/// Registrations that wait for their hash, the one being worked on included: some three seconds' work on a small machine.
/// Whoever comes on top of them is told to come again, which costs less than a chat that is silent.
const MOST_REGISTRATIONS: usize = 64;

/// What argon2 works in.
type Memory = Mutex<Vec<Vec<Block>>>;

/// Turns at hashing, and as much memory to do it in.
struct Turns {
    free: Arc<Semaphore>,
    memory: Arc<Memory>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(at_once())), memory: Arc::default() }
    }
}

impl Turns {
    /// Does slow work when it is its turn: on a thread of its own, or where a runtime has no more than one, on that. There
    /// it would come back at a moment of its own, and nothing that is played twice be the same.
    async fn take<T: Send + 'static>(&self, work: impl FnOnce(&Memory) -> T + Send + 'static) -> Option<T> {
        let turn = Arc::clone(&self.free).acquire_owned().await.ok()?;
        if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
            return Some(work(&self.memory));
        }
        let memory = Arc::clone(&self.memory);
        let working = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also when whoever asked has gone.
            let _turn = turn;
            work(&memory)
        });
        working.await.ok()
    }
}

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
        let check = Turns::default().take(move |memory| hash_with(memory, Some(&marking), MARKED)).await.flatten()?;
        Some((pepper, PepperMark { check }))
    }

    /// The pepper that a mark was made with; `None` when this is another one.
    pub async fn known(secret: &SecretString, mark: &PepperMark) -> Option<Self> {
        let id = key_of(&mark.check)?.try_into().ok()?;
        let pepper = Self { secret: secret.clone(), id };
        let (checking, check) = (pepper.clone(), mark.check.clone());
        let fits = Turns::default().take(move |memory| verify(memory, &check, Some(&checking), MARKED)).await;
        fits.unwrap_or(false).then_some(pepper)
    }

    pub(super) fn vault_key(&self) -> super::h2h::VaultKey {
        super::h2h::key_of(&self.secret)
    }

    /// As new hashes are made with it.
    fn params(&self) -> Option<Params> {
        ParamsBuilder::new().keyid(argon2::KeyId::new(&self.id).ok()?).build().ok()
    }
}

/// More registrations wait than anybody would wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Checks PINs. What it remembers is keyed with a random value that dies with the process, and is never stored.
pub struct Pins {
    key: [u8; 32],
    known: Mutex<HashMap<AgentId, Known>>,
    pepper: Option<Pepper>,
    turns: Turns,
    /// For whoever registers; none is free when too many do.
    registrations: Semaphore,
    /// Only one of the turns is ever a registration's.
    registering: Semaphore,
}

/// A PIN seen to fit a stored hash, as a keyed digest over both.
struct Known([u8; 32]);

impl Pins {
    /// New hashes are made with the pepper, where there is one.
    pub(super) fn new(pepper: Option<Pepper>) -> Self {
        Self {
            key: rand::random(),
            known: Mutex::default(),
            pepper,
            turns: Turns::default(),
            registrations: Semaphore::new(MOST_REGISTRATIONS),
            registering: Semaphore::new(1),
        }
    }

    /// Hashes a PIN for keeping. `None` when the machine cannot (no memory, no randomness).
    pub async fn hash(&self, pin: &str) -> Option<String> {
        let (pepper, pin) = (self.pepper.clone(), pin.to_owned());
        self.turns.take(move |memory| hash_with(memory, pepper.as_ref(), pin.as_bytes())).await.flatten()
    }

    /// The same for somebody who registers, who waits behind resellers.
    ///
    /// # Errors
    /// When too many do.
    pub(super) async fn hash_for_registration(&self, pin: &str) -> Result<Option<String>, TooMany> {
        let _waiting = self.registrations.try_acquire().map_err(|_| TooMany)?;
        let _registering = self.registering.acquire().await.map_err(|_| TooMany)?;
        Ok(self.hash(pin).await)
    }

    /// Whether a hash was made before the pepper was set, or with an earlier one.
    pub(super) fn is_stale(&self, hash: &str) -> bool {
        self.pepper.as_ref().is_some_and(|pepper| key_of(hash).is_none_or(|key| key != pepper.id))
    }

    /// Whether the PIN fits the stored hash. Slow the first time, on a thread of its own.
    pub async fn fits(&self, agent: AgentId, hash: &str, pin: &str) -> bool {
        let digest = self.digest(hash, pin);
        if self.known.lock().get(&agent).is_some_and(|known| bool::from(known.0.ct_eq(&digest))) {
            return true;
        }
        let (hash, pin, pepper) = (hash.to_owned(), pin.to_owned(), self.pepper.clone());
        let fits = self.turns.take(move |memory| verify(memory, &hash, pepper.as_ref(), pin.as_bytes())).await;
        let fits = fits.unwrap_or(false);
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

fn verify(memory: &Memory, hash: &str, pepper: Option<&Pepper>, pin: &[u8]) -> bool {
    let fits = || {
        let parsed = PasswordHash::new(hash).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        // What was made with a pepper needs that one.
        let pepper = match params.keyid() {
            [] => None,
            key => Some(pepper.filter(|pepper| key == pepper.id)?),
        };
        let is_ours = parsed.algorithm == argon2::ARGON2ID_IDENT && parsed.version == Some(Version::V0x13.into());
        let output = work(memory, pepper, params, pin, &parsed.salt.filter(|_| is_ours)?)?;
        // Compared in constant time.
        Some(output == parsed.hash?)
    };
    fits().unwrap_or(false)
}

fn hash_with(memory: &Memory, pepper: Option<&Pepper>, pin: &[u8]) -> Option<String> {
    let params = match pepper {
        Some(pepper) => pepper.params()?,
        None => Params::default(),
    };
    let salt = Salt::new(&rand::random::<[u8; 16]>()).ok()?;
    let hash = PasswordHash {
        algorithm: argon2::ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(salt),
        hash: Some(work(memory, pepper, params, pin, &salt)?),
    };
    Some(hash.to_string())
}

/// argon2, in memory that was used before. Only to be called by whoever has a turn.
fn work(kept: &Memory, pepper: Option<&Pepper>, params: Params, pin: &[u8], salt: &[u8]) -> Option<Output> {
    let (blocks, length) = (params.block_count(), params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN));
    let secret = pepper.map_or(&[][..], |pepper| pepper.secret.expose_secret().as_bytes());
    let argon = match pepper {
        Some(_) => Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params).ok()?,
        None => Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
    };
    let mut memory = kept.lock().pop().unwrap_or_default();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut output = vec![0; length];
    let worked =
        argon.hash_password_into_with_memory(pin, salt, &mut output, memory.get_mut(..blocks).unwrap_or_default());
    kept.lock().push(memory);
    worked.ok()?;
    Output::new(&output).ok()
}

/// Hashes a PIN without a pepper, outside of any shop's turns; slow, on a thread of its own.
pub async fn hash(pin: &str) -> Option<String> {
    let pin = pin.to_owned();
    Turns::default().take(move |memory| hash_with(memory, None, pin.as_bytes())).await.flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_pin_fits_also_once_remembered() {
        let (pins, hash) = (Pins::new(None), hash("1234").await.unwrap());
        for _ in 0..2 {
            assert!(pins.fits(AgentId(1), &hash, "1234").await);
            assert!(!pins.fits(AgentId(1), &hash, "1235").await);
            assert!(!pins.fits(AgentId(1), "not a hash", "1234").await);
        }
    }

    #[tokio::test]
    async fn hashes_are_those_of_the_library_itself() {
        use argon2::{PasswordHasher as _, PasswordVerifier as _};
        let ours = hash("1234").await.unwrap();
        assert!(Argon2::default().verify_password(b"1234", &PasswordHash::new(&ours).unwrap()).is_ok());
        let theirs = Argon2::default().hash_password_with_salt(b"1234", b"sixteen bytes so").unwrap().to_string();
        assert!(Pins::new(None).fits(AgentId(1), &theirs, "1234").await);
    }

    /// Both were made by argon2 0.5.
    #[test]
    fn hashes_stored_by_an_earlier_version_still_fit() {
        let (memory, pepper) =
            (Memory::default(), Pepper { secret: "a pepper of our own".into(), id: [1, 2, 3, 4, 5, 6] });
        for (hash, pepper) in [
            ("$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBzbw$m91SBwI3iKMpEAyBIDcVd5zQmPIZAgcTSxVksHlI6D0", None),
            (
                "$argon2id$v=19$m=19456,t=2,p=1,keyid=AQIDBAUG$c2l4dGVlbiBieXRlcyBzbw$myOzg7YQqIkNjnmQqn0hh5wwHdt6gjJgwmDnehDpGyQ",
                Some(&pepper),
            ),
        ] {
            assert!(verify(&memory, hash, pepper, b"1234"), "{hash}");
            assert!(!verify(&memory, hash, pepper, b"1235"), "{hash}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pins_are_hashed_in_memory_that_is_kept() {
        let pins = Pins::new(None);
        let many = (0..12).map(|n| format!("12{n:02}"));
        let hashes = futures::future::join_all(many.map(async |pin| pins.hash(&pin).await)).await;
        assert!(hashes.iter().all(Option::is_some));
        let kept = pins.turns.memory.lock().len();
        assert!((1..=at_once()).contains(&kept), "{kept}");
    }

    #[tokio::test]
    async fn of_registrations_only_so_many_wait_and_no_reseller_behind_them() {
        let pins = Pins::new(None);
        let register = || pins.hash_for_registration("4821");
        let own = hash("1234").await.unwrap();
        // Nothing is registered as long as this is held, so all that are polled wait.
        let held = pins.registering.acquire().await.unwrap();
        let mut waiting: Vec<_> = (0..MOST_REGISTRATIONS).map(|_| Box::pin(register())).collect();
        for registration in &mut waiting {
            assert!(futures::poll!(registration).is_pending());
        }
        assert_eq!(register().await, Err(TooMany));
        assert!(pins.fits(AgentId(1), &own, "1234").await, "a reseller's PIN waits for none of them");
        drop((waiting, held));
        assert!(register().await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_pepper_is_known_again_and_needed_for_what_it_made() {
        let (secret, other) = (SecretString::from("a pepper of our own"), SecretString::from("somebody else's"));
        let (pepper, mark) = Pepper::mark(&secret).await.unwrap();
        assert!(Pepper::known(&secret, &mark).await.is_some());
        assert!(Pepper::known(&other, &mark).await.is_none());
        let text = format!("{pepper:?} {mark:?}");
        assert!(!text.contains("of our own"), "{text}");

        let (with, without) = (Pins::new(Some(pepper)), Pins::new(None));
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
