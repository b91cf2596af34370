//! Buttons on a terminal: each has a number, and typing the number presses it. Only the last reply to a chat has any, and
//! only until something else is said there: a number typed later is words like any other.

use crate::front::Button;
use konter_command::Tap;
use konter_core::ids::ChatId;

/// Digits of a number that can press a button: fewer than any PIN, amount or destination has.
const MOST_DIGITS: usize = 2;

/// The buttons that can be pressed now, the latest last.
#[derive(Default)]
pub(super) struct Offers(Vec<Offer>);

struct Offer {
    chat: ChatId,
    /// The reply the buttons stand under.
    under: String,
    buttons: Vec<Button>,
}

/// A button that was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Press {
    pub chat: ChatId,
    pub under: String,
    pub tap: String,
}

impl Offers {
    /// A reply was said: its buttons are the chat's now. Gives the lines that show them.
    pub fn told(&mut self, chat: &ChatId, under: String, rows: Vec<Vec<Button>>) -> Vec<String> {
        self.withdraw(chat);
        // Where a PIN is asked for, digits are typed and not pressed.
        if rows.is_empty() || rows.iter().flatten().any(is_key) {
            return Vec::new();
        }
        let mut number = 0;
        let mut numbered = |button: &Button| {
            number += 1;
            format!("[{number}] {}", button.label)
        };
        let lines =
            rows.iter().map(|row| row.iter().map(&mut numbered).collect::<Vec<_>>().join("  ")).collect::<Vec<_>>();
        self.0.push(Offer { chat: chat.clone(), under, buttons: rows.into_iter().flatten().collect() });
        lines
    }

    /// Something was said in a chat.
    pub fn withdraw(&mut self, chat: &ChatId) {
        self.0.retain(|offer| offer.chat != *chat);
    }

    /// The button that a line presses, if it presses one.
    pub fn pressed(&self, line: &str) -> Option<Press> {
        let is_number = line.len() <= MOST_DIGITS && line.bytes().all(|b| b.is_ascii_digit());
        let place = line.parse::<usize>().ok().filter(|_| is_number)?.checked_sub(1)?;
        let offer = self.0.last()?;
        let button = offer.buttons.get(place)?;
        Some(Press { chat: offer.chat.clone(), under: offer.under.clone(), tap: button.tap.clone() })
    }
}

fn is_key(button: &Button) -> bool {
    matches!(Tap::read(&button.tap), Some(Tap::Key(..) | Tap::OrderKey(..) | Tap::LineKey(..)))
}

#[cfg(test)]
mod tests {
    use super::super::{admin, reseller};
    use super::*;
    use konter_command::{PadKey, PadTap};
    use konter_core::ids::InquiryId;

    fn row(buttons: &[(&str, &str)]) -> Vec<Button> {
        buttons.iter().map(|(label, tap)| Button { label: (*label).to_owned(), tap: (*tap).to_owned() }).collect()
    }

    fn tap(offers: &Offers, line: &str) -> Option<String> {
        offers.pressed(line).map(|press| press.tap)
    }

    #[test]
    fn buttons_are_numbered_through_their_rows() {
        let mut offers = Offers::default();
        let rows = vec![row(&[("S5 5.700", "a"), ("S10 10.500", "b")]), row(&[("Batal", "c")])];
        let lines = offers.told(&reseller(), "7".to_owned(), rows);
        assert_eq!(lines, ["[1] S5 5.700  [2] S10 10.500", "[3] Batal"]);
        let third = Press { chat: reseller(), under: "7".to_owned(), tap: "c".to_owned() };
        assert_eq!(offers.pressed("3"), Some(third));
        for line in ["0", "4", "99", "003", "1234", "1.", "+1", "-1", "", "satu", "１"] {
            assert_eq!(offers.pressed(line), None, "{line}");
        }
    }

    #[test]
    fn only_the_last_reply_of_a_chat_can_be_pressed() {
        let mut offers = Offers::default();
        offers.told(&reseller(), "1".to_owned(), vec![row(&[("Bayar", "pay")])]);
        offers.told(&admin(), "2".to_owned(), vec![row(&[("Ya", "yes")])]);
        assert_eq!(tap(&offers, "1").as_deref(), Some("yes"));
        offers.withdraw(&admin());
        assert_eq!(tap(&offers, "1").as_deref(), Some("pay"));
        assert!(offers.told(&reseller(), "3".to_owned(), Vec::new()).is_empty());
        assert_eq!(tap(&offers, "1"), None);
    }

    #[test]
    fn a_keypad_is_typed_on() {
        let mut offers = Offers::default();
        offers.told(&reseller(), "1".to_owned(), vec![row(&[("Bayar", "pay")])]);
        let key = Tap::Key(InquiryId(1), PadTap { key: PadKey::Digit(1), drawn: Some(0) }).to_string();
        let rows = vec![row(&[("1", &key)]), row(&[("Batal", "!cancel 1")])];
        assert!(offers.told(&reseller(), "1".to_owned(), rows).is_empty());
        assert_eq!(tap(&offers, "1"), None);
    }
}
