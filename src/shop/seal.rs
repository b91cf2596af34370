//! Messages wait in the inbox with the PINs people typed, and a log-structured store keeps on the disk what was deleted
//! from it. So their words are sealed before they are stored, with a key made of a secret that is in no file of the shop.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::h2h::{VaultKey, key_of};
use konter_store::InboxMessage;

/// Begins a sealed text. What people type is sealed whatever it begins with, so none is taken for one.
const MARK: &str = "\u{1}sealed ";
/// Keeps the key apart from whatever else is made of the same secret.
const PURPOSE: &[u8] = b"konter inbox 1\0";
/// Of the cipher: long enough to be drawn by chance every time.
const NONCE_BYTES: usize = 24;

/// Seals texts, and opens them after a restart with the same secret.
pub struct Seal {
    messages: XChaCha20Poly1305,
    programs: VaultKey,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(hidden)")
    }
}

impl Seal {
    /// `secret` must be hard to guess, as a bot's token is.
    pub fn new(secret: &SecretString) -> Self {
        let mut sha = Sha256::new();
        sha.update(PURPOSE);
        sha.update(secret.expose_secret());
        Self { messages: XChaCha20Poly1305::new(&sha.finalize()), programs: key_of(secret) }
    }

    pub(super) const fn vault_key(&self) -> VaultKey {
        self.programs
    }

    /// The message as it may be stored; `None` when it cannot be sealed, which only lack of memory would explain.
    pub(super) fn close(&self, message: &InboxMessage) -> Option<InboxMessage> {
        let nonce = XNonce::from(rand::random::<[u8; NONCE_BYTES]>());
        let name = message.key().to_string();
        let payload = Payload { msg: message.text.as_bytes(), aad: name.as_bytes() };
        let sealed = self.messages.encrypt(&nonce, payload).ok()?;
        let text = format!("{MARK}{}", STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()));
        Some(InboxMessage { text, ..message.clone() })
    }

    /// The message as it came; `None` when it was sealed with another secret, or was changed since.
    pub(super) fn open(&self, stored: InboxMessage) -> Option<InboxMessage> {
        let Some(sealed) = stored.text.strip_prefix(MARK) else { return Some(stored) };
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let name = stored.key().to_string();
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        let text = String::from_utf8(self.messages.decrypt(&XNonce::from(*nonce), payload).ok()?).ok()?;
        Some(InboxMessage { text, ..stored })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use konter_core::ids::ChatId;

    fn message(number: &str, text: &str) -> InboxMessage {
        InboxMessage::new(ChatId::telegram(1), number.to_owned(), text.to_owned(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn only_the_same_secret_opens_what_was_sealed() {
        let (seal, other) = (Seal::new(&"12:token".into()), Seal::new(&"12:tokem".into()));
        for text in ["S10.081234567890.739154", "", "\u{1}sealed AAAA", "✓ ünïcode"] {
            let typed = message("7", text);
            let stored = seal.close(&typed).unwrap();
            assert!(stored.text.starts_with(MARK) && !stored.text.contains("739154"), "{}", stored.text);
            assert_ne!(stored.text, seal.close(&typed).unwrap().text, "no two look alike");
            assert_eq!(other.open(stored.clone()), None);
            assert_eq!(
                seal.open(InboxMessage { message: "8".to_owned(), ..stored.clone() }),
                None,
                "another message's"
            );
            assert_eq!(seal.open(stored), Some(typed));
        }
        let before = message("7", "SAL");
        assert_eq!(seal.open(before.clone()), Some(before), "stored by an earlier version");
        assert_eq!(seal.open(message("7", "\u{1}sealed !")), None);
    }
}
