//! A program's PIN and password as they are kept. A signature is made of both, so a hash is not enough to check one: they
//! are sealed, with a key made of a secret that is in no file of the shop. A stolen data dir or backup opens nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use konter_core::ids::AgentId;

/// Keeps the key apart from whatever else is made of the same secret.
const PURPOSE: &[u8] = b"konter programs 1\0";
/// Of the cipher: long enough to be drawn by chance every time.
const NONCE_BYTES: usize = 24;
/// Between PIN and password; a PIN is digits.
const BETWEEN: char = ':';

pub(in crate::shop) type VaultKey = [u8; 32];

/// A key made of one of the shop's secrets.
pub(in crate::shop) fn key_of(secret: &SecretString) -> VaultKey {
    let mut sha = Sha256::new();
    sha.update(PURPOSE);
    sha.update(secret.expose_secret());
    sha.finalize().into()
}

/// What a program proves itself by.
pub(in crate::shop) struct ProgramSecrets {
    pin: SecretString,
    password: SecretString,
}

impl ProgramSecrets {
    pub fn new(pin: &str, password: &str) -> Self {
        Self { pin: pin.into(), password: password.into() }
    }

    pub fn pin(&self) -> &str {
        self.pin.expose_secret()
    }

    pub fn password(&self) -> &str {
        self.password.expose_secret()
    }
}

/// Seals with its first key, opens with any: a shop that is given a pepper later keeps what it has.
pub(in crate::shop) struct Vault(Vec<XChaCha20Poly1305>);

impl Vault {
    /// Without a key of the shop's, what is sealed opens until the next start.
    pub fn new(mut keys: Vec<VaultKey>) -> Self {
        if keys.is_empty() {
            keys.push(rand::random());
        }
        Self(keys.into_iter().map(|key| XChaCha20Poly1305::new(&Key::from(key))).collect())
    }

    /// `None` when it cannot be sealed, which only lack of memory would explain.
    pub fn close(&self, agent: AgentId, secrets: &ProgramSecrets) -> Option<String> {
        let nonce = XNonce::from(rand::random::<[u8; NONCE_BYTES]>());
        let text = SecretString::from(format!("{}{BETWEEN}{}", secrets.pin(), secrets.password()));
        let name = agent.to_string();
        let payload = Payload { msg: text.expose_secret().as_bytes(), aad: name.as_bytes() };
        let sealed = self.0.first()?.encrypt(&nonce, payload).ok()?;
        Some(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// `None` when it was sealed with another secret, or for another reseller.
    pub fn open(&self, agent: AgentId, sealed: &str) -> Option<ProgramSecrets> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let name = agent.to_string();
        let open = |cipher: &XChaCha20Poly1305| {
            let payload = Payload { msg: sealed, aad: name.as_bytes() };
            cipher.decrypt(&XNonce::from(*nonce), payload).ok()
        };
        let text = SecretString::from(String::from_utf8(self.0.iter().find_map(open)?).ok()?);
        let (pin, password) = text.expose_secret().split_once(BETWEEN)?;
        Some(ProgramSecrets::new(pin, password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shop_s_own_secrets_open_what_is_one_reseller_s() {
        let [token, pepper] = ["12:token", "a pepper of some length"].map(|secret| key_of(&secret.into()));
        let secrets = ProgramSecrets::new("1234", "rahasia:1");
        let sealed = Vault::new(vec![token]).close(AgentId(1), &secrets).unwrap();
        assert!(!sealed.contains("rahasia"));
        let opened = |keys, agent| Vault::new(keys).open(AgentId(agent), &sealed);
        let same = opened(vec![pepper, token], 1).unwrap();
        assert_eq!((same.pin(), same.password()), ("1234", "rahasia:1"));
        assert!(opened(vec![token], 2).is_none(), "another reseller's");
        assert!(opened(vec![pepper], 1).is_none() && opened(Vec::new(), 1).is_none());
        assert!(Vault::new(vec![token]).open(AgentId(1), "?").is_none());
    }
}
