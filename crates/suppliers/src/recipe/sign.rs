//! Signatures as recipes describe them: parts joined, hashed, written out.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::Hmac;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use super::super::protocol::hex;
use super::fault::{Fault, Source};
use super::schema::{self, Encoding, Hash};
use super::template::{Names, Template, Values};

/// A signature ready to be computed.
#[derive(Debug)]
pub(super) struct Sign {
    parts: Vec<Template>,
    join: String,
    hash: Hash,
    encode: Encoding,
    key: Option<Template>,
}

impl Sign {
    pub fn compile(source: &Source<'_>, name: &str, written: &schema::Sign, names: &Names) -> Result<Self, Fault> {
        let field = format!("sign.{name}");
        let template = |text: &String| Template::parse(text, names).map_err(|why| source.of(text, &field, why));
        Ok(Self {
            parts: written.parts.iter().map(template).collect::<Result<_, _>>()?,
            join: written.join.clone(),
            hash: written.hash,
            encode: written.encode,
            key: written.hmac.as_ref().map(template).transpose()?,
        })
    }

    pub fn of(&self, values: &Values<'_>) -> String {
        let parts: Vec<String> = self.parts.iter().filter_map(|part| part.text(values)).collect();
        let text = parts.join(&self.join);
        let digest = match self.key.as_ref().and_then(|key| key.text(values)) {
            Some(key) => keyed(self.hash, key.as_bytes(), text.as_bytes()),
            None => plain(self.hash, text.as_bytes()),
        };
        match self.encode {
            Encoding::Hex => hex(&digest),
            Encoding::Base64 => STANDARD.encode(digest),
            Encoding::Base64url => URL_SAFE_NO_PAD.encode(digest),
        }
    }
}

fn plain(hash: Hash, text: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Md5 => Md5::digest(text).to_vec(),
        Hash::Sha1 => Sha1::digest(text).to_vec(),
        Hash::Sha256 => Sha256::digest(text).to_vec(),
    }
}

/// An HMAC; a key may have any length.
pub(super) fn keyed(hash: Hash, key: &[u8], text: &[u8]) -> Vec<u8> {
    fn finish<M: hmac::Mac + hmac::KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
        // No length is wrong for an HMAC; were one, nothing would match an empty digest.
        <M as hmac::KeyInit>::new_from_slice(key)
            .map_or_else(|_| Vec::new(), |mac| mac.chain_update(text).finalize().into_bytes().to_vec())
    }
    match hash {
        Hash::Md5 => finish::<Hmac<Md5>>(key, text),
        Hash::Sha1 => finish::<Hmac<Sha1>>(key, text),
        Hash::Sha256 => finish::<Hmac<Sha256>>(key, text),
    }
}
