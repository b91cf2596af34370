//! An order that needs a person: the buttons below its alert, and the serial number typed after one of them.

use super::{Answer, Request};
use konter_command::{Command, NEW_PIN_DIGITS, Pin, Talk, Tap, parse, parse_formats, powers, says_why_it_failed};
use konter_core::agent::Locale;
use konter_core::catalog::ProductKind;
use konter_core::ids::OrderId;
use konter_core::order::{AdminVerdict, Order, view};
use konter_reply::{AdminProblem, OverdueCard, OverdueStage, Reply};
use konter_store::{Act, Payload, Say, StoreError};
use konter_suppliers::serial;

/// Serial numbers are shorter; more is somebody talking.
const LONGEST_SERIAL: usize = 100;

/// Digits a serial number has at least, where nobody has to be asked whether it is one.
const FEWEST_DIGITS: usize = 6;
/// Digits in a group of a token, as people type it with blanks, and groups of the shortest.
const TOKEN_GROUP: usize = 4;
const FEWEST_GROUPS: usize = 4;
const MOST_GROUPS: usize = 5;

/// Whether what was typed is a serial number: `Some(false)` where that has to be asked, `None` where it means something
/// else, or was meant to: a command, an order (mistyped or not), a phone number, anything with a PIN.
fn reads_as_serial(text: &str) -> Option<bool> {
    if text.is_empty() || text.starts_with('/') || text.chars().count() > LONGEST_SERIAL {
        return None;
    }
    // Of what means nothing by itself, what begins as a command or an order does was to be one.
    if !matches!(parse_formats(text), Command::Unknown { .. }) {
        return None;
    }
    // `eh jangan`: so does a no.
    if matches!(parse(text), Command::Talk(Talk::Undo { .. } | Talk::No | Talk::Wait)) {
        return None;
    }
    let separates = |c: char| c.is_whitespace() || ".,;#*".contains(c);
    let words: Vec<&str> = text.split(separates).filter(|word| !word.is_empty()).collect();
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let is_group = |word: &&str| word.len() == TOKEN_GROUP && digits(word) == TOKEN_GROUP;
    if words.len() >= FEWEST_GROUPS && words.iter().all(is_group) {
        return Some(true);
    }
    let is_pin = |word: Option<&&str>| word.is_some_and(|word| word.parse::<Pin>().is_ok());
    if is_pin(words.first()) || is_pin(words.last()) || words.iter().any(|word| begins_like_a_phone(word)) {
        return None;
    }
    Some(words.first().is_some_and(|first| digits(first) >= FEWEST_DIGITS))
}

/// Figures alone, more than a customer's number has: a serial number, whatever it is for.
pub(super) fn is_serial_alone(text: &str) -> bool {
    const FEWEST: usize = 14;
    text.len() >= FEWEST && text.bytes().all(|b| b.is_ascii_digit()) && reads_as_serial(text) == Some(true)
}

/// Digits that may be a PIN as well as the serial number of a supplier who counts: never taken without asking.
fn is_short_number(text: &str) -> bool {
    let text = text.trim();
    text.parse::<Pin>().is_ok() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Also with a letter in it by mistake, or with something typed right behind it.
fn begins_like_a_phone(word: &str) -> bool {
    const FEWEST: usize = 9;
    let word = word.trim_start_matches('+');
    let begins = word.starts_with("08") || word.starts_with("628");
    begins && word.chars().filter(char::is_ascii_digit).count() >= FEWEST
}

/// Whether a text is one serial number and can only be this delivery's. What else has figures too (an hour, a day, a sum, the
/// destination, two numbers at once) is asked about. A token may name its owner.
fn proves_delivery(order: &Order, text: &str) -> bool {
    const FEWEST: usize = 4;
    const FEWEST_IN_PIECES: usize = 10;
    const MOST: usize = 24;
    /// Figures in a row: no day, hour or sum has so many.
    const IN_A_ROW: usize = 6;
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let mut fields = text.split('/').map(str::trim);
    let serial = fields.next().unwrap_or_default();
    let longest = serial.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    let is_piece = serial.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let is_grouped = digits(serial) >= FEWEST_GROUPS * TOKEN_GROUP
        && digits(serial) <= MOST_GROUPS * TOKEN_GROUP
        && serial.split([' ', '-']).all(|group| digits(group) == TOKEN_GROUP && group.len() == TOKEN_GROUP);
    let has_enough = if serial.contains(['.', '-']) {
        longest >= IN_A_ROW && digits(serial) >= FEWEST_IN_PIECES
    } else {
        digits(serial) >= FEWEST
    };
    let is_one = !begins_like_a_phone(serial) && (is_grouped || (is_piece && has_enough && digits(serial) <= MOST));
    let is_own = order.bill.is_some() || order.serial_key_of(text).is_some();
    let others = |field: &str| order.kind == ProductKind::Token && digits(field) < FEWEST_IN_PIECES;
    is_one && is_own && fields.all(others) && serial::delivery(order.kind, text).is_ok()
}

/// The reason a reseller is told when an admin taps "failed"; a reason of one's own goes with `/gagal`.
const fn tapped_reason(locale: Locale) -> &'static str {
    match locale {
        Locale::Id => "tidak terkirim oleh supplier",
        Locale::En => "the supplier did not deliver it",
    }
}

impl Request<'_> {
    pub(super) async fn tapped_overdue(&self, tap: Tap, answer: &mut Answer) -> Result<(), StoreError> {
        let (Tap::AskAgain(id)
        | Tap::Delivered(id)
        | Tap::NotDelivered(id)
        | Tap::SurelyNotDelivered(id, _)
        | Tap::Reconsider(id)) = tap
        else {
            return Ok(());
        };
        let Some(order) = self.find_order(id, answer).await? else { return Ok(()) };
        // A card is about the attempt that needs a person: once another one is under way it says nothing of that.
        if !order.is_open() || !order.escalated {
            self.restage_overdue(&order, OverdueStage::Done, answer);
            return Ok(());
        }
        let (chat, serials) = (&self.message.chat, &self.shop.dialogs.serials);
        match tap {
            Tap::AskAgain(_) => {
                self.act(format!("/cekulang {id}"), answer);
                if self.recheck(id, false, answer).await? {
                    self.restage_overdue(&order, OverdueStage::Asked, answer);
                }
            }
            Tap::Delivered(_) => {
                serials.ask(chat, id, self.at);
                self.restage_overdue(&order, OverdueStage::WantsSerial, answer);
            }
            Tap::NotDelivered(_) => self.restage_overdue(&order, OverdueStage::Sure, answer),
            // Another attempt is in doubt by now: the card is shown as it is.
            Tap::SurelyNotDelivered(_, attempt) if attempt != order.attempts.len() => {
                self.restage_overdue(&order, OverdueStage::Sure, answer);
            }
            Tap::SurelyNotDelivered(..) => {
                let reason = tapped_reason(order.locale).to_owned();
                self.act(format!("/gagal {id} {reason}"), answer);
                self.decide(id, AdminVerdict::Failed { reason }, None, answer).await?;
            }
            _ => {
                serials.forget(chat, id);
                self.restage_overdue(&order, OverdueStage::Open, answer);
            }
        }
        Ok(())
    }

    /// The serial number an admin was asked for; `false` when the message is something else. Whatever means something by
    /// itself keeps that meaning.
    pub(super) async fn typed_serial(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        // Whoever was asked may have lost the role since.
        if self.shop.staff.role_of(&self.message.chat) < Some(powers::ALERTED) {
            return Ok(false);
        }
        let (serials, message) = (&self.shop.dialogs.serials, &self.message.message);
        let Some(asked) = serials.asked(&self.message.chat, message, self.at) else { return Ok(false) };
        let (id, text) = (asked.order, self.message.text.trim());
        // In answer to another order's card, or to anything else, it is not this one's.
        if self.message.replies_to.is_some() && self.about != Some(id) {
            return Ok(false);
        }
        // Whoever has an account may have typed its PIN.
        let is_short = is_short_number(text) && (self.agent.is_none() || text.len() > *NEW_PIN_DIGITS.end());
        let reads = reads_as_serial(text).or_else(|| (asked.undisturbed && is_short).then_some(false));
        let Some(reads_as_one) = reads else { return Ok(false) };
        let Some(order) = self.shop.store.order(id).await?.filter(Order::is_open) else { return Ok(false) };
        let verdict = AdminVerdict::Success { sn: text.to_owned() };
        // The destination's own digits prove nothing, nor does a token's product anything but a token; and what was read of
        // an attempt before says nothing of the one that is under way now.
        // With something else said in between, a number may be anything.
        let proves = reads_as_one && asked.undisturbed && order.escalated && proves_delivery(&order, text);
        if proves && self.neighbour_with(&order, text).await?.is_none() {
            self.act(format!("/sukses {id} {text}"), answer);
            self.decide(id, verdict, None, answer).await?;
        } else {
            self.ask_decision(&order, verdict, answer).await?;
        }
        Ok(true)
    }

    /// `/sukses`, `/gagal`: a serial number that proves the delivery and a plain reason are taken at once, what may mean
    /// something else is asked back, and what was to be an order or a command is refused.
    pub(super) async fn decide_typed(
        &self,
        id: OrderId,
        verdict: AdminVerdict,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(order) = self.find_order(id, answer).await? else { return Ok(()) };
        let is_plain = match &verdict {
            AdminVerdict::Success { sn } => {
                let is_number = sn.trim().bytes().all(|b| b.is_ascii_digit());
                if reads_as_serial(sn).is_none() && !is_number {
                    Self::admin_refused(answer, AdminProblem::Usage { usage: format!("/sukses {id} 0123456789") });
                    return Ok(());
                }
                proves_delivery(&order, sn) && self.neighbour_with(&order, sn).await?.is_none()
            }
            AdminVerdict::Failed { reason } => says_why_it_failed(reason),
        };
        if order.is_open() && !order.is_in_flight() && !is_plain {
            // The yes is recorded.
            answer.commit.acts.clear();
            return self.ask_decision(&order, verdict, answer).await;
        }
        self.decide(id, verdict, None, answer).await.map(drop)
    }

    /// Another order, among those placed shortly before or after, that shows this serial number: what was copied may be the
    /// one that was copied before.
    pub(super) async fn neighbour_with(&self, order: &Order, sn: &str) -> Result<Option<OrderId>, StoreError> {
        const NEIGHBOURS: u64 = 200;
        let Some(key) = order.serial_key_of(sn) else { return Ok(None) };
        let first = OrderId(order.id.0.saturating_sub(NEIGHBOURS));
        let near = self.shop.store.orders_from(first, 2 * usize::try_from(NEIGHBOURS).unwrap_or_default()).await?;
        let shows_it =
            |other: &&Order| other.id != order.id && other.serial_key().is_some_and(|other| other.serial == key.serial);
        Ok(near.iter().find(shows_it).map(|other| other.id))
    }

    /// Every act of an admin is recorded as the command it is worth.
    pub(super) fn act(&self, what: String, answer: &mut Answer) {
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
    }

    fn restage_overdue(&self, order: &Order, stage: OverdueStage, answer: &mut Answer) {
        let Some(message) = self.message.tapped.clone() else { return };
        let card = OverdueCard { card: view::card(order, self.at), stage };
        let payload = Payload::Edit { message, reply: Box::new(Reply::AlertOverdue(Box::new(card))) };
        answer.commit.outgoing.push(Say::new(self.message.chat.clone(), self.shop.policy.locale, payload));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_read_as_suppliers_and_people_write_them() {
        for text in [
            "0041002345678901",
            "1234-5678-9012-3456-7890/BUDI SANTOSO/R1/900VA/13,5",
            "12345678901234567890",
            "1234 5678 9012 3456 7890",
            "R240101.1234.567890AB",
            "250612345678901234",
            "SN123456789",
            "UP23061512345678",
            "A1B2C3D4E5F6",
        ] {
            assert_eq!(reads_as_serial(text), Some(true), "{text}");
        }
        for text in ["sudah masuk kak", "oke", "sn nya belum ada", "ABCDEF", "sukses"] {
            assert_eq!(reads_as_serial(text), Some(false), "{text}");
        }
    }

    #[test]
    fn what_was_to_be_an_order_or_holds_a_pin_is_no_serial_number() {
        for text in [
            "",
            "/pending",
            "1234",
            "123456",
            "SAL",
            "S10.081234567890.1234",
            "S1O.081234567890.1234",
            "S10.0812345678.123",
            "S10.0812345.1234",
            "10.081234567890.1234",
            "10 0812 3456 7890 1234",
            "10.08123456789O.1234",
            "081234567890",
            "0812345678901234",
            "6281234567890.1234",
            "081234567890 5 1234",
            "0812-3456-7890 10 1234",
            "XYZ 081234567890",
            "ke 08123456789O pin saya 1234",
            "TR.KR0002.50000.1234",
            "PLN2O.14027480301.1234",
            "KR0002 50000",
            "saldo 1234",
            "eh jangan",
            "ga jadi",
            "tunggu dulu",
        ] {
            assert_eq!(reads_as_serial(text), None, "{text}");
        }
    }
}
