//! What stands behind a command with a slash, as admins type it: words cut at white space only.

use super::agent_ref::AgentRef;
use super::amount;
use super::atom::atoms;
use super::cursor::Cursor;
use super::problem::{Part, Problem};
use super::shape::phones_in_pieces;
use super::spelled;
use super::typed::Typed;
use konter_core::ids::{OrderId, ProductCode};
use konter_core::money::Rupiah;

/// Behind dashes it stands in a command that would otherwise be refused.
const FORCE: &str = "paksa";

/// A note without the word of force, and whether that stood in it. Phones make one dash of two.
pub fn without_force(note: &str) -> (bool, String) {
    let is_force = |word: &&str| word.starts_with('-') && word.trim_start_matches('-').eq_ignore_ascii_case(FORCE);
    let forced = note.split_whitespace().any(|word| is_force(&word));
    let kept: Vec<&str> = note.split_whitespace().filter(|word| !is_force(word)).collect();
    (forced, if forced { kept.join(" ") } else { note.trim().to_owned() })
}

/// Whether a reseller's phone number begins here, in one word or in pieces.
pub fn starts_a_phone(word: &str) -> bool {
    word.starts_with('0') || word.starts_with("+62") || word == "62"
}

/// Words cut at white space only: names, notes and serial numbers may hold any other sign.
pub struct Words<'a>(pub &'a str);

impl<'a> Words<'a> {
    /// All that stands behind a command's word.
    pub fn of(args: Cursor<'a>) -> Self {
        Self(args.text.trim())
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
        self.0 = rest.trim();
        if word.is_empty() { None } else { Some(word) }
    }

    pub fn need(&mut self, part: Part) -> Result<&'a str, Problem> {
        self.next().ok_or(Problem::Missing(part))
    }

    pub fn finish(&self) -> Result<(), Problem> {
        if self.0.trim().is_empty() { Ok(()) } else { Err(Problem::Leftover(Typed::new(self.0))) }
    }

    /// An amount, in one word or several: `50000`, `50 ribu`, `+ 100`, `Rp 65.000,-`, `seratus ribu`.
    pub fn amount(&mut self, signed: bool) -> Result<Rupiah, Problem> {
        let is_currency = |word: &str| ["rp", "rp."].iter().any(|rp| word.eq_ignore_ascii_case(rp));
        let mut word = self.need(Part::Amount)?.to_owned();
        if signed && matches!(word.as_str(), "+" | "-") {
            word.push_str(self.need(Part::Amount)?);
        }
        if is_currency(&word) {
            self.need(Part::Amount)?.clone_into(&mut word);
        }
        let sign = word.chars().next().filter(|c| signed && matches!(c, '+' | '-'));
        let unsigned = sign.map_or(word.as_str(), |sign| word.trim_start_matches(sign));
        let words: Vec<String> =
            std::iter::once(unsigned).chain(self.0.split_whitespace()).map(str::to_lowercase).collect();
        if let Some((sum, count)) = spelled::sum(&words) {
            for _ in 1..count {
                self.next();
            }
            return if sign == Some('-') {
                sum.checked_neg().ok_or_else(|| Problem::unfit_at_work(Part::Amount, &word))
            } else {
                Ok(sum)
            };
        }
        let mut behind = Words(self.0);
        if word.ends_with(|c: char| c.is_ascii_digit())
            && let Some(unit) = behind.next().filter(|next| amount::unit(next).is_some())
        {
            self.0 = behind.0;
            word.push_str(unit);
        }
        amount::read(&word, signed)
    }

    /// All that is left.
    pub fn text(&mut self, part: Part) -> Result<String, Problem> {
        match self.0.trim() {
            "" => Err(Problem::Missing(part)),
            text => Ok(text.to_owned()),
        }
    }

    /// One word, or a phone number in pieces whose end is plain because `fits` what follows.
    pub fn agent(&mut self, fits: impl Fn(&str) -> bool) -> Result<AgentRef, Problem> {
        let before = self.0;
        let word = self.need(Part::Agent)?;
        if let Some(agent) = AgentRef::read(word) {
            return Ok(agent);
        }
        let atoms = atoms(before, false);
        let ends: Vec<_> = phones_in_pieces(&atoms)
            .into_iter()
            .map(|(phone, count)| {
                (phone, atoms.get(count).map_or("", |next| before.get(next.start..).unwrap_or_default()))
            })
            .filter(|(_, rest)| fits(rest))
            .collect();
        match ends.as_slice() {
            [(phone, rest)] => {
                self.0 = rest;
                Ok(AgentRef::Phone(phone.clone()))
            }
            [] => Err(Problem::unfit_at_work(Part::Agent, word)),
            _ => Err(Problem::Ambiguous),
        }
    }

    pub fn only_agent(&mut self) -> Result<AgentRef, Problem> {
        let agent = self.agent(str::is_empty)?;
        self.finish().map(|()| agent)
    }

    pub fn product(&mut self) -> Result<ProductCode, Problem> {
        let word = self.need(Part::Product)?;
        word.parse().map_err(|_| Problem::unfit_at_work(Part::Product, word))
    }

    /// `13`, also with a sign behind it: `13, nomor salah`.
    pub fn id(&mut self) -> Result<OrderId, Problem> {
        let text = self.0.trim_start();
        let word = self.need(Part::OrderNumber)?;
        let number = word.split([',', ';', ':']).next().unwrap_or(word);
        let id = number.parse().map_err(|_| Problem::unfit_at_work(Part::OrderNumber, word))?;
        self.0 = text.get(number.len()..).unwrap_or_default().trim_start_matches([',', ';', ':']).trim();
        Ok(id)
    }
}
