//! The table of commands: every family's formats, in the order they are asked.

use super::format::Format;
use super::topic::Topic;
use super::{account, admin, bill, deposit, elsewhere, network, order, preference, receipt, report, routing, talk};
use konter_core::staff::Role;

/// Formats that belong together.
pub struct Family {
    pub name: &'static str,
    pub formats: &'static [Format],
}

/// Orders first: what can be read as one is one, whatever else its word means.
pub static FAMILIES: [Family; 11] = [
    Family { name: "orders", formats: order::FORMATS },
    Family { name: "account", formats: account::FORMATS },
    Family { name: "deposits", formats: deposit::FORMATS },
    Family { name: "meters and bills", formats: bill::FORMATS },
    Family { name: "receipts", formats: receipt::FORMATS },
    Family { name: "reports", formats: report::FORMATS },
    Family { name: "talk", formats: talk::FORMATS },
    Family { name: "network", formats: network::FORMATS },
    Family { name: "preferences", formats: preference::FORMATS },
    Family { name: "shop", formats: admin::FORMATS },
    Family { name: "routing", formats: routing::FORMATS },
];

/// Longest word worth looking up.
const LONGEST_WORD: usize = 20;

/// Every format.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    FAMILIES.iter().flat_map(|family| family.formats)
}

/// The formats a word opens; those it opens only with some arguments stand first.
pub(super) fn opened_by(word: &str) -> impl Iterator<Item = &'static Format> {
    let of = move |owned: bool| {
        let fits = move |format: &&Format| format.owns_its_words() == owned && format.has(word);
        formats().filter(fits)
    };
    of(false).chain(of(true))
}

/// The format that is meant where the word's arguments do not say otherwise.
pub(super) fn owner(word: &str) -> Option<&'static Format> {
    let chat = word.len() <= LONGEST_WORD && !word.starts_with('/');
    formats().find(|format| chat && format.owns_its_words() && format.has(word))
}

/// Whether the word opens a command, so that a product code of that name could never be ordered.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    owner(word).is_some() || elsewhere::feature(word).is_some()
}

/// The least role that may use any form of a word with a slash; `None` when it is everybody's, or no word.
#[must_use]
pub fn least_role(word: &str) -> Option<Role> {
    let staff = formats().filter(|format| format.has(word));
    staff.map(Format::least_of_any).min().flatten()
}

/// What a word with a slash is about for those who work at the shop.
#[must_use]
pub fn staff_topic(word: &str) -> Option<Topic> {
    formats().find(|format| format.has(word) && format.least_of_any().is_some()).map(|format| format.topic)
}

impl Topic {
    /// One line that is typed right: it parses as this topic.
    #[must_use]
    pub fn example(self) -> &'static str {
        self.format().map_or("", |format| format.example)
    }

    /// The least role this format is for; `None` for everybody.
    #[must_use]
    pub fn needs(self) -> Option<Role> {
        self.format().and_then(|format| format.least)
    }

    fn format(self) -> Option<&'static Format> {
        formats().find(|format| format.topic == self)
    }
}
