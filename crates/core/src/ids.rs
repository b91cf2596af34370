//! Names of things: newtypes that parse and print, so that one kind of name is never taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is no name of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}")]
pub struct BadName {
    /// What was expected, with its form.
    pub what: &'static str,
    /// What stood there.
    pub text: String,
}

impl BadName {
    pub fn new(what: &'static str, text: &str) -> Self {
        // An error must stay readable when someone pastes a novel where a name belongs.
        const SHOWN: usize = 40;
        Self { what, text: text.chars().take(SHOWN).collect() }
    }
}

/// Serialises through `Display` and `FromStr`: what is stored and what people read is the same text.
macro_rules! as_text {
    ($name:ty) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A reseller's number; shown as the code `KR0001`. Not `transparent`: what shows a value that serialises knows it by
/// its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AgentId(pub u32);

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KR{:04}", self.0)
    }
}

impl FromStr for AgentId {
    type Err = BadName;

    /// `KR0001` in any letter case, leading zeros optional.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("an agent code such as KR0001", text);
        let digits = text.get(2..).filter(|_| text.is_char_boundary(2)).ok_or_else(bad)?;
        if !text[..2].eq_ignore_ascii_case("KR") || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        digits.parse().map(Self).map_err(|_| bad())
    }
}

/// A name that is a number, and how a text is read as one.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $what:literal, $digits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let digits: fn(&str) -> &str = $digits;
                digits(text).parse().map(Self).map_err(|_| BadName::new($what, text))
            }
        }
    };
}

/// As people quote numbers: `#12`.
fn quoted(text: &str) -> &str {
    text.strip_prefix('#').unwrap_or(text)
}

number! {
    /// An order's number, counted up from 1; what people quote when they ask about an order.
    OrderId, "an order number", quoted
}

number! {
    /// The reference one attempt carries to its supplier: digits only (xgateway allows at most 20 characters, ppob wants
    /// a number that JSON keeps exact). It grows with the clock, so that a shop restored from an old backup can never give
    /// a supplier a reference it has already used.
    Reference, "an order reference", str::trim
}

number! {
    /// An inquiry's number, which is also the reference its request carries: it grows with the clock and is never given
    /// twice, so a button under an old message can never mean a newer inquiry.
    InquiryId, "an inquiry number", |text| text
}

impl InquiryId {
    /// What the suppliers know it by.
    #[must_use]
    pub const fn reference(self) -> Reference {
        Reference(self.0)
    }
}

number! {
    /// A deposit ticket's number, counted up from 1; what admins accept or refuse.
    TicketId, "a ticket number", quoted
}

number! {
    /// A transfer's number, counted up from 1; what people quote when one is to be taken back.
    TransferId, "a transfer's number", quoted
}

number! {
    /// An announcement's number, counted up from 1.
    BroadcastId, "an announcement's number", quoted
}

/// A supplier's id as the settings name it: `[a-z0-9]+`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierId(String);

impl SupplierId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SupplierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for SupplierId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const LONGEST: usize = 32; // it stands in addresses, keys and variable names
        let well_formed =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if well_formed { Ok(Self(text.to_owned())) } else { Err(BadName::new("a supplier id ([a-z0-9]+)", text)) }
    }
}

as_text!(SupplierId);

/// A product's code as resellers type it, kept in upper case: letters and digits, at least one letter (digits alone
/// are a nominal).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductCode(String);

impl ProductCode {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ProductCode {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const LONGEST: usize = 20;
        let well_formed = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric())
            && text.bytes().any(|b| b.is_ascii_alphabetic());
        if well_formed {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(BadName::new("a product code (letters and digits, at least one letter, at most 20)", text))
        }
    }
}

as_text!(ProductCode);

/// Where a conversation takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Telegram,
    Console,
    /// A reseller's own program; the chat is the reseller's code.
    H2h,
}

impl Channel {
    const fn name(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Console => "console",
            Self::H2h => "h2h",
        }
    }
}

/// A chat identity: `telegram:1001`. In a private chat it is also who speaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId {
    pub channel: Channel,
    /// The channel's own name of the chat; for Telegram its number.
    pub id: String,
}

impl ChatId {
    pub fn telegram(id: i64) -> Self {
        Self { channel: Channel::Telegram, id: id.to_string() }
    }

    /// Whether one person speaks there: no group or channel, and none of Telegram's own accounts that anybody may write
    /// under (service messages and linked channels, anonymous admins, people who write as a channel).
    pub fn is_person(&self) -> bool {
        const NOBODY: [i64; 3] = [777_000, 1_087_968_824, 136_817_688];
        match self.channel {
            Channel::Telegram => self.id.parse().is_ok_and(|number: i64| number > 0 && !NOBODY.contains(&number)),
            Channel::Console => true,
            Channel::H2h => false,
        }
    }

    pub fn console(id: &str) -> Self {
        Self { channel: Channel::Console, id: id.to_owned() }
    }

    /// Of a reseller's own program.
    pub fn h2h(agent: AgentId) -> Self {
        Self { channel: Channel::H2h, id: agent.to_string() }
    }

    /// Whose program it is, if it is one.
    pub fn program_of(&self) -> Option<AgentId> {
        (self.channel == Channel::H2h).then(|| self.id.parse().ok()).flatten()
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel.name(), self.id)
    }
}

impl FromStr for ChatId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("a chat identity such as telegram:1001", text);
        let (channel, id) = text.trim().split_once(':').ok_or_else(bad)?;
        match channel {
            "telegram" if id.parse::<i64>().is_ok() => Ok(Self { channel: Channel::Telegram, id: id.to_owned() }),
            "h2h" => id.parse().map(Self::h2h).map_err(|_| bad()),
            "console" if !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric()) => Ok(Self::console(id)),
            _ => Err(bad()),
        }
    }
}

as_text!(ChatId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_codes_print_with_four_digits_and_read_loosely() {
        assert_eq!(AgentId(1).to_string(), "KR0001");
        assert_eq!(AgentId(123_456).to_string(), "KR123456");
        for text in ["KR0001", "kr1", "Kr01"] {
            assert_eq!(text.parse(), Ok(AgentId(1)), "{text}");
        }
        for bad in ["", "K", "KR", "MH1", "KR-1", "KR1x", "é1", "KR99999999999"] {
            assert!(bad.parse::<AgentId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn product_codes_are_upper_case_and_never_digits_alone() {
        assert_eq!("s10".parse::<ProductCode>().unwrap().as_str(), "S10");
        for bad in ["", "10", "S-10", "S 10", "ABCDEFGHIJKLMNOPQRSTU", "É5"] {
            assert!(bad.parse::<ProductCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn chat_identities_round_trip() {
        for text in ["telegram:1001", "telegram:-100200", "console:admin", "h2h:KR0001"] {
            assert_eq!(text.parse::<ChatId>().unwrap().to_string(), text);
        }
        for bad in ["", "telegram", "telegram:", "telegram:abc", "sms:1", "console:", "h2h:", "h2h:1"] {
            assert!(bad.parse::<ChatId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn supplier_ids_fit_in_addresses_and_variable_names() {
        assert!("kios1".parse::<SupplierId>().is_ok());
        for bad in ["", "Kios", "kios-1", "kios_1"] {
            assert!(bad.parse::<SupplierId>().is_err(), "{bad}");
        }
    }
}
