//! `API`, `APIIP`, `APIREPORT`: how a reseller's own program may order. Addresses and passwords hold what separates words
//! elsewhere, so these are read off the text as it was typed: one separator behind the word, the PIN behind the last.

use std::fmt;
use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::command::PreferenceCommand;
use crate::meaning::Command;
use crate::read::{Cursor, Part, Pin, Problem, Typed};

/// Shorter ones could be guessed within a lock or two.
const SHORTEST_PASSWORD: usize = 4;
const LONGEST_PASSWORD: usize = 64;
/// More fits into no setting anybody has.
const LONGEST_ADDRESS: usize = 500;
const OFF: [&str; 4] = ["MATI", "OFF", "HAPUS", "-"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiCommand {
    /// What is set.
    Show,
    /// Switches it on, for whoever knows both.
    On { password: ApiPassword, pin: Pin },
    /// Switches it off, without a PIN.
    Off,
    /// Lets a program call from there: addresses, ranges, or `*`.
    Allow { addresses: Vec<String>, pin: Pin },
    /// From nowhere any more.
    AllowNone { pin: Pin },
    /// Where final words go.
    ReportTo { url: Typed, pin: Pin },
    /// It asks by itself.
    ReportNowhere { pin: Pin },
}

impl ApiCommand {
    /// Whether what was typed should not stay in the chat.
    #[must_use]
    pub const fn holds_secrets(&self) -> bool {
        !matches!(self, Self::Show | Self::Off)
    }
}

/// A program's password as typed. It prints as `***`.
#[derive(Clone)]
pub struct ApiPassword(SecretString);

impl ApiPassword {
    /// The password itself: only for sealing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is of the kind that is tried first.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        const STRONG: usize = 8;
        let text = self.expose();
        text.len() < STRONG || text.bytes().all(|b| b.is_ascii_digit())
    }
}

impl PartialEq for ApiPassword {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for ApiPassword {}

impl fmt::Debug for ApiPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// `<password>.<pin>`, `MATI[.<pin>]`, or nothing, which shows what is set.
pub(super) fn access(args: Cursor<'_>) -> Result<Command, Problem> {
    let (value, pin) = value_and_pin(args);
    let is_off = OFF.iter().any(|off| value.eq_ignore_ascii_case(off));
    let command = match pin {
        _ if is_off => ApiCommand::Off,
        _ if value.is_empty() => ApiCommand::Show,
        None => return Err(Problem::Missing(Part::Pin)),
        Some(pin) => ApiCommand::On { password: password(value, &pin)?, pin },
    };
    Ok(Command::Preference(PreferenceCommand::Api(command)))
}

/// What is wrong with a password is told without it.
fn password(text: &str, pin: &Pin) -> Result<ApiPassword, Problem> {
    let fits = (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic())
        && text != pin.expose();
    if fits { Ok(ApiPassword(SecretString::from(text))) } else { Err(Problem::unfit(Part::Text, "***")) }
}

/// `<address>[,<address>…].<pin>`; `HAPUS` takes all away.
pub(super) fn addresses(args: Cursor<'_>) -> Result<Command, Problem> {
    let allow = |value: &str, pin| {
        let separated = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
        let addresses: Vec<&str> = value.split(separated).filter(|part| !part.is_empty()).collect();
        match addresses.iter().find(|address| !is_address(address)) {
            Some(unfit) => Err(Problem::unfit(Part::Text, unfit)),
            None => Ok(ApiCommand::Allow { addresses: addresses.into_iter().map(str::to_owned).collect(), pin }),
        }
    };
    setting(args, allow, |pin| ApiCommand::AllowNone { pin })
}

/// An address, a range, or the sign for anywhere. Whether the range is one is seen where it is kept.
fn is_address(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    text == "*" || (address.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok())
}

/// `<url>.<pin>`; `HAPUS` takes it away.
pub(super) fn report(args: Cursor<'_>) -> Result<Command, Problem> {
    let report_to = |url: &str, pin| Ok(ApiCommand::ReportTo { url: Typed::whole(url), pin });
    setting(args, report_to, |pin| ApiCommand::ReportNowhere { pin })
}

fn setting(
    args: Cursor<'_>,
    set: impl Fn(&str, Pin) -> Result<ApiCommand, Problem>,
    clear: impl Fn(Pin) -> ApiCommand,
) -> Result<Command, Problem> {
    let (value, pin) = value_and_pin(args);
    let is_off = OFF.iter().any(|off| value.eq_ignore_ascii_case(off));
    let command = match pin {
        None if value.is_empty() => ApiCommand::Show,
        None => return Err(Problem::Missing(Part::Pin)),
        Some(_) if value.is_empty() => return Err(Problem::Missing(Part::Text)),
        Some(_) if value.len() > LONGEST_ADDRESS => return Err(Problem::unfit(Part::Text, value)),
        Some(pin) if is_off => clear(pin),
        Some(pin) => set(value, pin)?,
    };
    Ok(Command::Preference(PreferenceCommand::Api(command)))
}

/// What stands between the word and the PIN. Without a PIN at the end, all of it.
fn value_and_pin(args: Cursor<'_>) -> (&str, Option<Pin>) {
    const SEPARATORS: [char; 6] = ['.', '#', '*', ',', ';', ' '];
    let text = args.text.trim();
    // Behind a slash the word is not part of the text any more.
    let word = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let is_word = super::API_WORDS.iter().any(|known| text.get(..word).is_some_and(|w| w.eq_ignore_ascii_case(known)));
    let behind = if is_word { text.get(word..).unwrap_or_default() } else { text };
    let behind = behind.strip_prefix(SEPARATORS).unwrap_or(behind).trim();
    let (value, last) = behind.rsplit_once(SEPARATORS).unwrap_or(("", behind));
    match last.parse() {
        Ok(pin) => (value.trim(), Some(pin)),
        Err(_) => (behind, None),
    }
}
