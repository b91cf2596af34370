//! How people name a reseller.

use super::cursor::Cursor;
use super::pin::Pin;
use super::problem::{Part, Problem};
use super::shape::phones_in_pieces;
use konter_core::destination::is_masked;
use konter_core::ids::{AgentId, ChatId};
use konter_core::phone::Phone;

/// A reseller as somebody named it; whether there is such a one, only the books know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentRef {
    Code(AgentId),
    Chat(ChatId),
    Phone(Phone),
    /// A name konter gives nobody: another server's code, a shop's name.
    Other(String),
}

/// The longest foreign code worth repeating.
const LONGEST: usize = 32;

impl AgentRef {
    /// One word.
    pub fn read(word: &str) -> Option<Self> {
        if let Ok(code) = word.parse() {
            return Some(Self::Code(code));
        }
        if let Ok(chat) = word.parse() {
            return Some(Self::Chat(chat));
        }
        if let Ok(phone) = word.parse() {
            return Some(Self::Phone(phone));
        }
        let named = word.chars().any(char::is_alphabetic) && word.chars().count() <= LONGEST;
        named.then(|| Self::Other(word.to_owned()))
    }

    /// The agent at the cursor: one word, or a phone number in pieces whose end is plain because `next` fits there.
    pub fn take(cursor: &mut Cursor<'_>, next: impl Fn(Cursor<'_>) -> bool) -> Result<Self, Problem> {
        let first = cursor.peek().ok_or(Problem::Missing(Part::Agent))?;
        if let Some(agent) = Self::read(first.text) {
            cursor.take();
            return Ok(agent);
        }
        let ends: Vec<_> = phones_in_pieces(cursor.atoms)
            .into_iter()
            .filter(|(_, count)| {
                let mut after = *cursor;
                after.skip(*count);
                next(after)
            })
            .collect();
        match ends.as_slice() {
            [(phone, count)] => {
                cursor.skip(*count);
                Ok(Self::Phone(phone.clone()))
            }
            [] => Err(Problem::unfit(Part::Agent, first.text)),
            _ => Err(Problem::Ambiguous),
        }
    }

    /// `<agent>[.<pin>]`, and nothing after it.
    pub fn with_pin(mut args: Cursor<'_>) -> Result<(Self, Option<Pin>), Problem> {
        if let Some(masked) = args.peek().filter(|atom| is_masked(atom.text)) {
            return Err(Problem::unfit(Part::Agent, masked.text));
        }
        let agent = Self::take(&mut args, |mut rest| rest.last_pin().is_ok())?;
        Ok((agent, args.last_pin()?))
    }
}
