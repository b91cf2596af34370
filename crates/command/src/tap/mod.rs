//! What buttons say. A tap comes in as a message's text, but only a real tap is read as one: typed by hand it means
//! nothing.

pub mod report;

use std::fmt;

use konter_core::ids::{AgentId, BroadcastId, InquiryId, OrderId, TicketId, TransferId};
use konter_core::money::Rupiah;
use konter_core::report::Span;
use konter_core::staff::Role::{self, Operator, Owner, Viewer};
use report::{Page, ReportFile};

/// Nothing people type begins so.
const MARK: &str = "!";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    /// Pay this bill: asks for the PIN.
    Pay(InquiryId),
    Cancel(InquiryId),
    /// A key of the pad the PIN for this bill is tapped on.
    Key(InquiryId, PadTap),
    Receipt(OrderId),
    /// One of the products that were offered for a number, by the offer's number and the product's place in it.
    Choose(u64, usize),
    NoChoice(u64),
    /// A key of the pad the PIN for what was chosen is tapped on.
    OrderKey(u64, PadTap),
    /// A key of the pad the PIN for a typed command is tapped on.
    LineKey(u64, PadTap),
    NoLine(u64),
    /// Take over the catalog that came with this message.
    Import(u64),
    CancelImport(u64),
    // Deposit tickets; only admins have these.
    AcceptTicket(TicketId),
    RefuseTicket(TicketId),
    // Reports.
    /// Lines of the reseller's statement; of these days only, if given.
    Statement(Page, Option<Span>),
    /// The shop's report as a file.
    Report(ReportFile, Span),
    /// Yes or no to a question, by its number.
    Yes(u32),
    No(u32),
    // Orders that need a person; only admins have these.
    AskAgain(OrderId),
    /// Asks for its serial number.
    Delivered(OrderId),
    /// Asks whether that is sure.
    NotDelivered(OrderId),
    /// By the attempt it was said of: what was found out about one says nothing of the next.
    SurelyNotDelivered(OrderId, usize),
    Reconsider(OrderId),
    // Announcements; only those who may send one have these.
    SendBroadcast(BroadcastId),
    DropBroadcast(BroadcastId),
    /// This order once more.
    Repeat(OrderId),
    /// Another category of what was offered for a number, by its place.
    Shelf(u64, usize),
    /// A category of the price list, by its place.
    Prices(usize),
    /// Tell the admins that this order has not arrived.
    Complain(OrderId),
    /// The receipt in another form, with the price that stands on it, if any.
    ReceiptAs(ReceiptAs, OrderId, Option<Rupiah>),
    // Transfers.
    /// Its sender asks for it back.
    AskBack(TransferId),
    /// Its receiver gives it back.
    GiveBack(TransferId),
    /// Its receiver does not.
    KeepTransfer(TransferId),
    // New resellers; only admins have these.
    Approve(AgentId),
    TurnAway(AgentId),
}

/// A receipt besides its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptAs {
    Text,
    Printer,
}

/// A key, and how far the keypad was that it was tapped on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PadTap {
    pub key: PadKey,
    /// How many taps the keypad had taken when it was drawn: some clients send a tap twice, as two taps, and only the
    /// keypad it was made on tells such a repeat from the same key tapped again. `None` on buttons that do not say.
    pub drawn: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadKey {
    Digit(u8),
    /// A digit that is kept elsewhere: as such a tap is stored.
    Kept,
    /// Takes the last digit back.
    Back,
    Done,
}

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pay(id) => write!(f, "{MARK}pay {id}"),
            Self::Cancel(id) => write!(f, "{MARK}cancel {id}"),
            Self::Key(id, key) => write!(f, "{MARK}pin {id} {key}"),
            Self::OrderKey(id, key) => write!(f, "{MARK}opin {id} {key}"),
            Self::LineKey(id, key) => write!(f, "{MARK}lpin {id} {key}"),
            Self::NoLine(id) => write!(f, "{MARK}noline {id}"),
            Self::Choose(id, index) => write!(f, "{MARK}choose {id} {index}"),
            Self::NoChoice(id) => write!(f, "{MARK}nochoice {id}"),
            Self::Receipt(order) => write!(f, "{MARK}receipt {order}"),
            Self::Import(number) => write!(f, "{MARK}import {number}"),
            Self::CancelImport(number) => write!(f, "{MARK}noimport {number}"),
            Self::AcceptTicket(ticket) => write!(f, "{MARK}acc {ticket}"),
            Self::RefuseTicket(ticket) => write!(f, "{MARK}tolak {ticket}"),
            Self::Statement(page, None) => write!(f, "{MARK}statement {page}"),
            Self::Statement(page, Some(days)) => {
                write!(f, "{MARK}statement {page} {} {}", days.from(), days.to())
            }
            Self::Report(file, days) => write!(f, "{MARK}report {file} {} {}", days.from(), days.to()),
            Self::Yes(number) => write!(f, "{MARK}yes {number}"),
            Self::No(number) => write!(f, "{MARK}no {number}"),
            Self::AskAgain(order) => write!(f, "{MARK}ask {order}"),
            Self::Delivered(order) => write!(f, "{MARK}got {order}"),
            Self::NotDelivered(order) => write!(f, "{MARK}fail {order}"),
            Self::SurelyNotDelivered(order, attempt) => write!(f, "{MARK}failed {order} {attempt}"),
            Self::Reconsider(order) => write!(f, "{MARK}back {order}"),
            Self::SendBroadcast(id) => write!(f, "{MARK}siar {id}"),
            Self::DropBroadcast(id) => write!(f, "{MARK}nosiar {id}"),
            Self::Repeat(order) => write!(f, "{MARK}again {order}"),
            Self::Shelf(id, place) => write!(f, "{MARK}shelf {id} {place}"),
            Self::Prices(place) => write!(f, "{MARK}prices {place}"),
            Self::Complain(order) => write!(f, "{MARK}complain {order}"),
            Self::ReceiptAs(form, order, price) => {
                let verb = match form {
                    ReceiptAs::Text => "rtext",
                    ReceiptAs::Printer => "rprint",
                };
                write!(f, "{MARK}{verb} {order}")?;
                price.map_or(Ok(()), |price| write!(f, " {}", price.get()))
            }
            Self::AskBack(transfer) => write!(f, "{MARK}askback {transfer}"),
            Self::GiveBack(transfer) => write!(f, "{MARK}giveback {transfer}"),
            Self::KeepTransfer(transfer) => write!(f, "{MARK}keep {transfer}"),
            Self::Approve(agent) => write!(f, "{MARK}approve {}", agent.0),
            Self::TurnAway(agent) => write!(f, "{MARK}turnaway {}", agent.0),
        }
    }
}

impl fmt::Display for PadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit(digit) => write!(f, "{digit}"),
            Self::Kept => f.write_str("*"),
            Self::Back => f.write_str("back"),
            Self::Done => f.write_str("ok"),
        }
    }
}

impl fmt::Display for PadTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.drawn {
            Some(drawn) => write!(f, "{} {drawn}", self.key),
            None => write!(f, "{}", self.key),
        }
    }
}

impl PadTap {
    fn read<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let key = PadKey::read(words.next()?)?;
        let drawn = words.next().map(str::parse).transpose().ok()?;
        words.next().is_none().then_some(Self { key, drawn })
    }

    fn without_digit(self) -> (Self, Option<u8>) {
        let (key, digit) = self.key.without_digit();
        (Self { key, ..self }, digit)
    }
}

impl PadKey {
    fn read(text: &str) -> Option<Self> {
        match text {
            "back" => Some(Self::Back),
            "ok" => Some(Self::Done),
            "*" => Some(Self::Kept),
            digit => digit.parse().ok().filter(|digit| *digit <= 9).map(Self::Digit),
        }
    }

    fn without_digit(self) -> (Self, Option<u8>) {
        match self {
            Self::Digit(digit) => (Self::Kept, Some(digit)),
            key => (key, None),
        }
    }
}

impl Tap {
    /// Whether it decides and changes nothing.
    #[must_use]
    pub const fn only_shows(&self) -> bool {
        matches!(
            self,
            Self::Receipt(_)
                | Self::ReceiptAs(..)
                | Self::Repeat(_)
                | Self::Report(..)
                | Self::Statement(..)
                | Self::Prices(_)
                | Self::Shelf(..)
        )
    }

    /// Reads a button's data; `None` when it is not one of these.
    #[must_use]
    pub fn read(data: &str) -> Option<Self> {
        let mut words = data.strip_prefix(MARK)?.split(' ');
        let verb = words.next()?;
        match verb {
            "statement" => return report::page(words).map(|(page, days)| Self::Statement(page, days)),
            "report" => return report::file(words).map(|(file, days)| Self::Report(file, days)),
            _ => {}
        }
        let id = words.next()?;
        let tap = match verb {
            "pay" => Self::Pay(id.parse().ok()?),
            "cancel" => Self::Cancel(id.parse().ok()?),
            "receipt" => Self::Receipt(id.parse().ok()?),
            "again" => Self::Repeat(id.parse().ok()?),
            "yes" => Self::Yes(id.parse().ok()?),
            "no" => Self::No(id.parse().ok()?),
            "import" => Self::Import(id.parse().ok()?),
            "noimport" => Self::CancelImport(id.parse().ok()?),
            "acc" => Self::AcceptTicket(id.parse().ok()?),
            "tolak" => Self::RefuseTicket(id.parse().ok()?),
            "pin" => Self::Key(id.parse().ok()?, PadTap::read(&mut words)?),
            "opin" => Self::OrderKey(id.parse().ok()?, PadTap::read(&mut words)?),
            "lpin" => Self::LineKey(id.parse().ok()?, PadTap::read(&mut words)?),
            "noline" => Self::NoLine(id.parse().ok()?),
            "choose" => Self::Choose(id.parse().ok()?, words.next()?.parse().ok()?),
            "nochoice" => Self::NoChoice(id.parse().ok()?),
            "ask" => Self::AskAgain(id.parse().ok()?),
            "got" => Self::Delivered(id.parse().ok()?),
            "fail" => Self::NotDelivered(id.parse().ok()?),
            "failed" => Self::SurelyNotDelivered(id.parse().ok()?, words.next().unwrap_or("0").parse().ok()?),
            "back" => Self::Reconsider(id.parse().ok()?),
            "siar" => Self::SendBroadcast(id.parse().ok()?),
            "nosiar" => Self::DropBroadcast(id.parse().ok()?),
            "shelf" => Self::Shelf(id.parse().ok()?, words.next()?.parse().ok()?),
            "prices" => Self::Prices(id.parse().ok()?),
            "complain" => Self::Complain(id.parse().ok()?),
            "rtext" => Self::ReceiptAs(ReceiptAs::Text, id.parse().ok()?, price(&mut words)?),
            "rprint" => Self::ReceiptAs(ReceiptAs::Printer, id.parse().ok()?, price(&mut words)?),
            "askback" => Self::AskBack(id.parse().ok()?),
            "giveback" => Self::GiveBack(id.parse().ok()?),
            "keep" => Self::KeepTransfer(id.parse().ok()?),
            "approve" => Self::Approve(AgentId(id.parse().ok()?)),
            "turnaway" => Self::TurnAway(AgentId(id.parse().ok()?)),
            _ => return None,
        };
        words.next().is_none().then_some(tap)
    }

    /// Whether only a button can say this, though perhaps none of today's.
    #[must_use]
    pub fn looks_like_one(data: &str) -> bool {
        data.starts_with(MARK)
    }

    /// The same without what was tapped of a PIN, and the digit: for whatever is kept.
    #[must_use]
    pub fn without_secret(self) -> (Self, Option<u8>) {
        match self {
            Self::Key(id, key) => {
                let (key, digit) = key.without_digit();
                (Self::Key(id, key), digit)
            }
            Self::OrderKey(id, key) => {
                let (key, digit) = key.without_digit();
                (Self::OrderKey(id, key), digit)
            }
            Self::LineKey(id, key) => {
                let (key, digit) = key.without_digit();
                (Self::LineKey(id, key), digit)
            }
            other => (other, None),
        }
    }
}

/// The price at the end of a receipt's button, if there is one; `None` when it is none.
#[allow(clippy::option_option, reason = "unreadable, or left out")]
fn price<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Option<Rupiah>> {
    match words.next().map(str::parse) {
        None => Some(None),
        Some(Ok(price)) => Some(Some(Rupiah::new(price))),
        Some(Err(_)) => None,
    }
}

impl Tap {
    /// The least role that may; `None` for what is a reseller's.
    #[must_use]
    pub const fn needs(&self) -> Option<Role> {
        match self {
            Self::Report(..) => Some(Viewer),
            Self::AcceptTicket(_)
            | Self::RefuseTicket(_)
            | Self::AskAgain(_)
            | Self::Delivered(_)
            | Self::NotDelivered(_)
            | Self::SurelyNotDelivered(..)
            | Self::Reconsider(_)
            | Self::Approve(_)
            | Self::TurnAway(_) => Some(Operator),
            Self::Import(_) | Self::CancelImport(_) | Self::SendBroadcast(_) | Self::DropBroadcast(_) => Some(Owner),
            Self::Pay(_)
            | Self::Cancel(_)
            | Self::Key(..)
            | Self::Receipt(_)
            | Self::Choose(..)
            | Self::NoChoice(_)
            | Self::OrderKey(..)
            | Self::LineKey(..)
            | Self::NoLine(_)
            | Self::Statement(..)
            | Self::Yes(_)
            | Self::No(_)
            | Self::Repeat(_)
            | Self::Shelf(..)
            | Self::Prices(_)
            | Self::Complain(_)
            | Self::AskBack(_)
            | Self::GiveBack(_)
            | Self::KeepTransfer(_)
            | Self::ReceiptAs(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_reads_back_and_fits_a_button() {
        let id = InquiryId(u64::MAX);
        let keys = (0..=9).map(PadKey::Digit).chain([PadKey::Kept, PadKey::Back, PadKey::Done]);
        let keys = keys.flat_map(|key| [None, Some(u16::MAX)].map(|drawn| Tap::Key(id, PadTap { key, drawn })));
        for tap in keys.chain([
            Tap::Pay(id),
            Tap::Choose(u64::MAX, 23),
            Tap::NoChoice(7),
            Tap::OrderKey(u64::MAX, PadTap { key: PadKey::Back, drawn: Some(u16::MAX) }),
            Tap::LineKey(u64::MAX, PadTap { key: PadKey::Kept, drawn: Some(u16::MAX) }),
            Tap::NoLine(u64::MAX),
            Tap::Cancel(id),
            Tap::Receipt(OrderId(u64::MAX)),
            Tap::Import(7),
            Tap::CancelImport(7),
            Tap::AcceptTicket(TicketId(u64::MAX)),
            Tap::RefuseTicket(TicketId(u64::MAX)),
            Tap::Yes(u32::MAX),
            Tap::No(7),
            Tap::AskAgain(OrderId(u64::MAX)),
            Tap::Delivered(OrderId(12)),
            Tap::NotDelivered(OrderId(12)),
            Tap::SurelyNotDelivered(OrderId(12), 2),
            Tap::Reconsider(OrderId(12)),
            Tap::SendBroadcast(BroadcastId(u64::MAX)),
            Tap::DropBroadcast(BroadcastId(7)),
            Tap::Repeat(OrderId(u64::MAX)),
            Tap::Shelf(u64::MAX, 99),
            Tap::Prices(99),
            Tap::Complain(OrderId(u64::MAX)),
            Tap::ReceiptAs(ReceiptAs::Text, OrderId(u64::MAX), Some(Rupiah::new(i64::MAX))),
            Tap::ReceiptAs(ReceiptAs::Printer, OrderId(7), None),
            Tap::AskBack(TransferId(u64::MAX)),
            Tap::GiveBack(TransferId(7)),
            Tap::KeepTransfer(TransferId(7)),
            Tap::Approve(AgentId(u32::MAX)),
            Tap::TurnAway(AgentId(7)),
        ]) {
            let data = tap.to_string();
            assert_eq!(Tap::read(&data), Some(tap), "{data}");
            assert!(data.len() <= 64, "{data}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for data in [
            "",
            "!",
            "!pay",
            "!pay x",
            "!pay 1 2",
            "pay 1",
            "!pin 1",
            "!pin 1 10",
            "!pin 1 ok ok",
            "!pin 1 1 -1",
            "!pin 1 1 1 1",
            "!rtext 1 x",
            "!rtext 1 5 5",
            "SAL",
        ] {
            assert_eq!(Tap::read(data), None, "{data:?}");
        }
    }

    #[test]
    fn what_is_kept_of_a_tap_holds_no_digit_of_a_pin() {
        let tap = |digit| PadTap { key: PadKey::Digit(digit), drawn: Some(2) };
        let kept = |digit| Tap::Key(InquiryId(7), tap(digit)).without_secret();
        assert_eq!(kept(1).0, kept(2).0);
        assert_eq!(kept(4).1, Some(4));
        assert_eq!(Tap::Pay(InquiryId(7)).without_secret(), (Tap::Pay(InquiryId(7)), None));
    }
}
