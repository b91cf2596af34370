//! The free text in `MESSAGE`, e.g. `ISI I50 KE 085700000001 , SUKSES. SAL=5609112,HRG=48825,ID=1,SN=2` ("Contoh
//! RESPON" in sections III.1 to III.3, version 1.2). Values may hold commas and `&`; only known keys part them.

use std::collections::BTreeMap;

use super::super::amount::{end_of_destination, strip_word};
use konter_core::outcome::Detail;

/// A known key of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Our deposit afterwards.
    Balance,
    /// What we were charged.
    Charged,
    TransactionId,
    Serial,
    Explanation,
    /// Of these `Power` holds tariff and power: `R3/5500`, `R3 /5500 VA`.
    Detail(Detail),
}

const KEYS: [(&str, Key); 19] = [
    ("SAL", Key::Balance),
    ("HRG", Key::Charged),
    ("ID", Key::TransactionId),
    ("SN", Key::Serial),
    ("KET", Key::Explanation),
    ("METER", Key::Detail(Detail::Meter)),
    ("IDPEL", Key::Detail(Detail::CustomerId)),
    ("NAMA", Key::Detail(Detail::CustomerName)),
    ("DAYA", Key::Detail(Detail::Power)),
    ("REF", Key::Detail(Detail::UtilityReference)),
    ("RPBAYAR", Key::Detail(Detail::Paid)),
    ("ADMIN", Key::Detail(Detail::Admin)),
    ("METERAI", Key::Detail(Detail::Stamp)),
    ("PPN", Key::Detail(Detail::Vat)),
    ("PPJ", Key::Detail(Detail::StreetLightTax)),
    ("ANGSURAN", Key::Detail(Detail::Instalment)),
    ("RPTOKEN", Key::Detail(Detail::TokenAmount)),
    ("KWH", Key::Detail(Detail::Kwh)),
    ("TOKEN", Key::Detail(Detail::Token)),
];

/// What the text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// `ISI`
    Topup,
    /// `QUERY`
    Query,
}

/// The text's opening: `ISI product KE destination`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head<'t> {
    pub subject: Subject,
    pub product: &'t str,
    pub dest: &'t str,
}

/// The word after the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Success,
    Failed,
    Pending,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Text<'t> {
    pub head: Option<Head<'t>>,
    pub word: Option<Word>,
    fields: BTreeMap<Key, Field<'t>>,
}

#[derive(Clone, Copy, Debug)]
enum Field<'t> {
    Is(&'t str),
    /// Given twice with different values, as when a customer's name imitates a key.
    Disputed,
}

impl<'t> Text<'t> {
    /// `dest` is what we ordered for, if that is known.
    pub(super) fn read(text: &'t str, dest: &str) -> Self {
        let (head, rest) = head(text, dest);
        Self { head, word: head.and_then(|_| word(rest)), fields: fields(rest) }
    }

    /// A field's value; `None` when it is absent, empty or given twice with different values.
    pub(super) fn get(&self, key: Key) -> Option<&'t str> {
        match self.fields.get(&key)? {
            Field::Is(value) => Some(*value).filter(|value| !value.is_empty()),
            Field::Disputed => None,
        }
    }
}

fn head<'t>(text: &'t str, ours: &str) -> (Option<Head<'t>>, &'t str) {
    let text = text.trim();
    let parsed = || {
        let (verb, rest) = next_word(text)?;
        let subject = match () {
            () if verb.eq_ignore_ascii_case("ISI") => Subject::Topup,
            () if verb.eq_ignore_ascii_case("QUERY") => Subject::Query,
            () => return None,
        };
        let (product, rest) = next_word(rest)?;
        let (to, rest) = next_word(rest)?;
        let rest = to.eq_ignore_ascii_case("KE").then(|| rest.trim_start())?;
        let (dest, rest) = rest.split_at(end_of_destination(rest, ours, |c| c.is_whitespace() || c == ','));
        Some((Head { subject, product, dest: dest.trim_end_matches('.') }, rest))
    };
    parsed().map_or((None, text), |(head, rest)| (Some(head), rest))
}

fn next_word(text: &str) -> Option<(&str, &str)> {
    text.trim_start().split_once(char::is_whitespace)
}

/// `, SUKSES.`
fn word(rest: &str) -> Option<Word> {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    [("SUKSES", Word::Success), ("GAGAL", Word::Failed), ("PENDING", Word::Pending)]
        .into_iter()
        .find_map(|(name, meaning)| word.eq_ignore_ascii_case(name).then_some(meaning))
}

/// Every known `KEY=value`; a key opens after a comma, a full stop or the text's beginning.
fn fields(text: &str) -> BTreeMap<Key, Field<'_>> {
    let mut openings: Vec<(usize, usize, Key)> = Vec::new();
    let mut at_boundary = true;
    for (at, c) in text.char_indices() {
        if at_boundary
            && !c.is_whitespace()
            && let Some((key, value_at)) = key_at(text, at)
        {
            openings.push((at, value_at, key));
        }
        at_boundary = matches!(c, ',' | '.') || (at_boundary && c.is_whitespace());
    }
    let ends = openings.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
    let mut fields = BTreeMap::new();
    for ((_, from, key), to) in openings.iter().zip(ends) {
        let value = text.get(*from..to).unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || c == ',');
        fields
            .entry(*key)
            .and_modify(|field| {
                if !matches!(field, Field::Is(earlier) if *earlier == value) {
                    *field = Field::Disputed;
                }
            })
            .or_insert(Field::Is(value));
    }
    fields
}

/// The key that begins here, and where its value does.
fn key_at(text: &str, at: usize) -> Option<(Key, usize)> {
    let rest = text.get(at..)?;
    KEYS.iter().find_map(|(name, key)| {
        let value = strip_word(rest, name)?.trim_start_matches(' ').strip_prefix('=')?;
        Some((*key, text.len() - value.len()))
    })
}
