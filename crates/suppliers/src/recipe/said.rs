//! What a reply says, before it is held against an order.

use konter_core::clean::{self, clean};
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, FailureKind};

use super::schema::{SerialRule, Verdict};
use crate::amount::same_destination;
use crate::denial::{denies_failure, denies_success, says_success, wavers};
use crate::serial;

/// Fields of a reply. A group of a regular expression may be called by its English or its Indonesian name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Reference,
    Product,
    Destination,
    Serial,
    Price,
    /// Our deposit before it was charged.
    Before,
    Balance,
    Reason,
    Name,
    Trx,
}

pub(super) const FIELD_NAMES: &str = "ref, kode, tujuan, sn, harga, saldo, alasan, nama, trx (or reference, product, destination, serial, price, balance, \
     reason, name) and before";

impl Field {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ref" | "reference" | "clientid" | "idtrx" => Self::Reference,
            "kode" | "product" => Self::Product,
            "tujuan" | "dest" | "destination" => Self::Destination,
            "sn" | "serial" => Self::Serial,
            "harga" | "hargabeli" | "price" => Self::Price,
            "before" | "saldoawal" => Self::Before,
            "saldo" | "balance" => Self::Balance,
            "alasan" | "keterangan" | "reason" => Self::Reason,
            "nama" | "name" => Self::Name,
            "trx" | "trxid" => Self::Trx,
            _ => return None,
        })
    }
}

/// A dot, a dash in the place of a serial says more than an empty place: that there is none.
pub(super) const NO_SERIAL: &str = "-";

/// What a reply says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub verdict: Verdict,
    /// Why its verdict is unknown, where more is known than that no rule matched.
    pub doubt: Option<Doubt>,
    /// It speaks of an order sent before.
    pub earlier: bool,
    pub reference: Option<String>,
    pub product: Option<String>,
    pub destination: Option<String>,
    pub serial: Option<String>,
    pub price: Option<Rupiah>,
    pub before: Option<Rupiah>,
    pub balance: Option<Rupiah>,
    pub reason: Option<String>,
    pub kind: Option<FailureKind>,
    pub name: Option<String>,
    pub trx: Option<String>,
}

impl Said {
    pub fn has(&self, field: Field) -> bool {
        match field {
            Field::Reference => self.reference.is_some(),
            Field::Product => self.product.is_some(),
            Field::Destination => self.destination.is_some(),
            Field::Serial => self.serial.is_some(),
            Field::Price => self.price.is_some(),
            Field::Before => self.before.is_some(),
            Field::Balance => self.balance.is_some(),
            Field::Reason => self.reason.is_some(),
            Field::Name => self.name.is_some(),
            Field::Trx => self.trx.is_some(),
        }
    }

    /// Whether what stands in the serial's place is one, and not the order's other figures or a word.
    pub fn has_serial_of_its_own(&self) -> bool {
        let is_other = |serial: &str| {
            [&self.reference, &self.destination, &self.trx]
                .into_iter()
                .flatten()
                .any(|other| same_destination(other, serial))
        };
        self.serial.as_deref().is_some_and(|serial| serial::is_number_of_a_delivery(serial) && !is_other(serial))
    }

    /// A verdict in a place of its own is in doubt where the text beside it says another, of whatever order it speaks.
    pub fn hold_against(&mut self, text: &str) {
        let denies = match self.verdict {
            Verdict::Failed => self.kind != Some(FailureKind::Reversed) && denies_failure(text),
            Verdict::Success => denies_success(text) || (!says_success(text) && wavers(text)),
            Verdict::Pending | Verdict::Unknown => false,
        };
        if denies {
            (self.verdict, self.doubt) = (Verdict::Unknown, Some(Doubt::Contradictory));
        }
    }

    /// Takes a field over, where it has none yet.
    pub fn set(&mut self, field: Field, value: &str) {
        let value = value.trim();
        let text = |slot: &mut Option<String>, longest| {
            if slot.is_none() && !value.is_empty() {
                *slot = Some(clean(value, longest)).filter(|cleaned| !cleaned.is_empty());
            }
        };
        let amount = |slot: &mut Option<Rupiah>| *slot = slot.or_else(|| figure(value));
        match field {
            Field::Reference => text(&mut self.reference, clean::NAME),
            Field::Product => text(&mut self.product, clean::TYPED),
            Field::Destination => text(&mut self.destination, clean::TYPED),
            Field::Serial if self.serial.is_none() => {
                let serial = trimmed(value);
                let none = || Some(NO_SERIAL.to_owned()).filter(|_| !value.is_empty());
                self.serial = if serial.is_empty() { none() } else { Some(serial) };
            }
            Field::Price => amount(&mut self.price),
            Field::Before => amount(&mut self.before),
            Field::Balance => amount(&mut self.balance),
            Field::Reason if self.reason.is_none() => {
                let reason = clean(trimmed(value).as_str(), clean::SENTENCE);
                self.reason = Some(reason).filter(|reason| reason.chars().any(char::is_alphanumeric));
            }
            Field::Serial | Field::Reason => {}
            Field::Name => text(&mut self.name, clean::NAME),
            Field::Trx => text(&mut self.trx, clean::NAME),
        }
    }

    /// Takes over what `over` has, and keeps its own where that has none.
    pub fn fill_under(&mut self, over: Self) {
        let own = std::mem::take(self);
        *self = Self {
            doubt: over.doubt.or(own.doubt),
            reference: over.reference.or(own.reference),
            product: over.product.or(own.product),
            destination: over.destination.or(own.destination),
            serial: over.serial.or(own.serial),
            price: over.price.or(own.price),
            before: over.before.or(own.before),
            balance: over.balance.or(own.balance),
            reason: over.reason.or(own.reason),
            kind: over.kind.or(own.kind),
            name: over.name.or(own.name),
            trx: over.trx.or(own.trx),
            ..over
        };
    }

    /// A price that does not come to the balance is none; nor is a negative one.
    pub fn check_money(&mut self) {
        if let (Some(before), Some(price), Some(after)) = (self.before, self.price, self.balance)
            && before.checked_sub(price) != Some(after)
        {
            self.price = None;
        }
        self.price = self.price.filter(|price| !price.is_negative());
    }

    /// Takes back a success whose serial denies it, or lacks one that must be there. Only a success has a serial.
    pub fn check_serial(&mut self, rule: SerialRule) {
        if self.verdict != Verdict::Success {
            self.serial = None;
            return;
        }
        if !is_proof(self.serial.as_deref(), rule) {
            self.verdict = Verdict::Unknown;
            self.doubt = Some(Doubt::NoSerial);
            self.serial = None;
        }
    }
}

/// Whether what stands in a serial's place goes with a success.
pub(super) fn is_proof(serial: Option<&str>, rule: SerialRule) -> bool {
    match (serial, rule) {
        (None, rule) => rule == SerialRule::Optional,
        (Some(serial), SerialRule::Required) => serial::is_serial(serial),
        (Some(serial), SerialRule::Optional) => {
            let is_empty = !serial.chars().any(|c| c.is_alphanumeric() && c != '0');
            serial::is_serial(serial) || !(is_empty || serial::denies(serial) || is_placeholder(serial))
        }
    }
}

/// Words, or one sign over and over, that fill the place of a serial.
fn is_placeholder(serial: &str) -> bool {
    const WORDS: [&str; 13] =
        ["na", "nan", "nihil", "ok", "sn", "ref", "snref", "nosn", "tanpasn", "tidakada", "unknown", "false", "test"];
    let letters: String = serial.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut signs = letters.chars();
    let first = signs.next();
    signs.all(|sign| Some(sign) == first) || WORDS.iter().any(|word| letters.eq_ignore_ascii_case(word))
}

/// Without what only parts a value from what stands around it.
fn trimmed(value: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '|' | '#' | '"' | '\'');
    value.trim_matches(is_edge).trim_start_matches(['=', '-']).trim_matches(is_edge).to_owned()
}

/// Whole rupiah in any notation: the last of two kinds of separators is the decimal one, one kind alone groups by three
/// or stands before one or two decimals. Parts of a rupiah are left away.
pub(super) fn figure(text: &str) -> Option<Rupiah> {
    let text = text.trim();
    let text =
        text.strip_prefix("Rp").or_else(|| text.strip_prefix("rp")).or_else(|| text.strip_prefix("RP")).unwrap_or(text);
    let text = text.trim_start_matches(['.', ' ']);
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest.trim_start()));
    let text = text.trim_end_matches(['.', ',', '-', ' ']);
    let first = text.find(['.', ',']);
    let last = text.rfind(['.', ',']);
    let (whole, decimals) = match (first, last) {
        (Some(first), Some(last)) => {
            let separator = |at: usize| text.as_bytes().get(at).copied();
            let tail = text.get(last + 1..)?;
            let mixed = separator(first) != separator(last);
            if mixed || (first == last && tail.len() != 3) { (text.get(..last)?, tail) } else { (text, "") }
        }
        _ => (text, ""),
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let grouped = groups.len() == 1
        || groups
            .iter()
            .enumerate()
            .all(|(i, group)| if i == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 });
    let digits = groups.concat();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !grouped || digits.is_empty() || !all_digits(&digits) || !all_digits(decimals) {
        return None;
    }
    let amount = Rupiah::new(digits.parse().ok()?);
    if negative { amount.checked_neg() } else { Some(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_in_every_notation() {
        for (text, expected) in [
            ("1.234.567", 1_234_567),
            ("12,345.00", 12_345),
            ("66,125", 66_125),
            ("1.321", 1_321),
            ("97765", 97_765),
            ("10.600", 10_600),
            ("1.234.531.425,773", 1_234_531_425),
            ("1,234,531,425.77", 1_234_531_425),
            ("54.401.132.", 54_401_132),
            ("Rp. 89,500", 89_500),
            ("Rp12.345", 12_345),
            ("-101.000", -101_000),
            ("5.5", 5),
            ("5000,00", 5_000),
            ("0", 0),
        ] {
            assert_eq!(figure(text), Some(Rupiah::new(expected)), "{text}");
        }
        for text in ["", "Rp", "12.34.567", "1x", "1.2345.678", "..", "99999999999999999999"] {
            assert_eq!(figure(text), None, "{text}");
        }
    }

    #[test]
    fn a_price_that_does_not_come_to_the_balance_is_none() {
        let mut said =
            Said { before: figure("100.000"), price: figure("10.600"), balance: figure("89.400"), ..Said::default() };
        said.check_money();
        assert_eq!(said.price, figure("10.600"));
        said.balance = figure("90.000");
        said.check_money();
        assert_eq!(said.price, None);
    }
}
