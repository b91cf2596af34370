//! The keyboard that stays below the chat: a key is typed as its label, so labels are words that are read here.

use super::meaning::{Command, ReportKind};
use super::{AdminCommand, Ask, PreferenceCommand};

/// A key, by what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    TopUp,
    Token,
    Bills,
    Balance,
    Prices,
    Deposit,
    // Of those who work here.
    Pending,
    Recap,
    Suppliers,
}

/// What a key's label may be, in lower case: the built-in ones of every language, and what comes near to them.
const LABELS: [(Key, &[&str]); 9] = [
    (Key::TopUp, &["isi pulsa", "pulsa", "isi pulsa/data", "pulsa & data", "top up"]),
    (Key::Token, &["token pln", "token", "token listrik", "power token"]),
    (Key::Bills, &["tagihan", "bayar tagihan", "bills"]),
    (Key::Balance, &["saldo", "balance"]),
    (Key::Prices, &["harga", "prices"]),
    (Key::Deposit, &["deposit", "isi saldo", "top up balance"]),
    (Key::Pending, &["pending"]),
    (Key::Recap, &["rekap", "report"]),
    (Key::Suppliers, &["supplier", "suppliers"]),
];

impl Key {
    /// A reseller's, two rows of three.
    pub const RESELLER: [[Self; 3]; 2] =
        [[Self::TopUp, Self::Token, Self::Bills], [Self::Balance, Self::Prices, Self::Deposit]];
    /// Of those who work here.
    pub const STAFF: [[Self; 2]; 2] = [[Self::Pending, Self::Recap], [Self::Deposit, Self::Suppliers]];
    /// Below a reseller's, for those who also work here.
    pub const BOTH: [Self; 2] = [Self::Pending, Self::Suppliers];

    /// The key whose label this is: the whole text, whatever its letter case.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        LABELS.into_iter().find(|(_, labels)| labels.contains(&text.as_str())).map(|(key, _)| key)
    }

    /// What it asks for. `works_here`: the sender has a role, and `buys_here`: is a reseller too.
    #[must_use]
    pub fn command(self, works_here: bool, buys_here: bool) -> Option<Command> {
        let staff = |command| works_here.then_some(Command::Admin(command));
        match self {
            Self::TopUp => Some(Command::Preference(PreferenceCommand::Ask(Ask::Phone))),
            Self::Token => Some(Command::Preference(PreferenceCommand::Ask(Ask::Meter))),
            Self::Bills => Some(Command::Preference(PreferenceCommand::Ask(Ask::Bills))),
            Self::Balance => Some(Command::Balance { pin: None }),
            Self::Prices => Some(Command::Prices { filters: Vec::new() }),
            Self::Deposit => Some(Command::Deposit { amount: None, bank: None, pin: None }),
            Self::Pending => staff(AdminCommand::Pending),
            Self::Recap if works_here && !buys_here => staff(AdminCommand::Recap { date: None }),
            Self::Recap => Some(Command::Report { kind: ReportKind::Sales, date: None, pin: None }),
            Self::Suppliers => staff(AdminCommand::Suppliers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_its_key_and_nothing_else_is() {
        for (text, key) in [
            ("Isi pulsa", Some(Key::TopUp)),
            (" token  PLN ", Some(Key::Token)),
            ("SALDO", Some(Key::Balance)),
            ("Pending", Some(Key::Pending)),
            ("isi pulsa 10", None),
            ("saldo KR0002", None),
            ("S10.081234567890.1234", None),
            ("", None),
        ] {
            assert_eq!(Key::read(text), key, "{text}");
        }
    }

    #[test]
    fn what_is_for_those_who_work_here_is_nobody_elses() {
        for key in [Key::Pending, Key::Suppliers] {
            assert_eq!(key.command(false, true), None);
            assert!(matches!(key.command(true, false), Some(Command::Admin(_))));
        }
        assert!(matches!(Key::Recap.command(true, false), Some(Command::Admin(AdminCommand::Recap { .. }))));
        assert!(matches!(Key::Recap.command(true, true), Some(Command::Report { .. })));
        assert!(matches!(Key::Recap.command(false, true), Some(Command::Report { .. })));
    }
}
