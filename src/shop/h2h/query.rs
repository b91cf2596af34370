//! The fields of a program's request. Their names are read in any letter case; one that comes twice with two values
//! makes the request mean nothing.

use std::collections::BTreeMap;

use konter_command::MAX_REFERENCE;
use konter_core::ids::AgentId;
use konter_core::order::request::MAX_NTH;
use konter_suppliers::percent_decoded;

/// Fields read of one request; programs send a dozen.
const MOST_FIELDS: usize = 40;

/// It holds a PIN, a password or a signature, so it is never printed.
#[derive(Clone, Default)]
pub struct Query {
    fields: BTreeMap<String, String>,
    is_contradictory: bool,
}

impl Query {
    /// Reads what stands behind an address's `?`, and a form.
    pub fn read(parts: &[&str]) -> Self {
        let mut query = Self::default();
        let pairs = parts.iter().flat_map(|part| part.split('&')).filter(|pair| !pair.is_empty());
        for pair in pairs.take(MOST_FIELDS) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent_decoded(name, b' ').trim().to_ascii_lowercase();
            let value = percent_decoded(value, b' ').trim().to_owned();
            if query.fields.get(&name).is_some_and(|known| *known != value) {
                query.is_contradictory = true;
            }
            query.fields.insert(name, value);
        }
        query
    }

    /// A field's value; empty counts as missing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub(super) fn member(&self) -> Option<AgentId> {
        self.get("memberid")?.parse().ok()
    }

    /// The program's own number of its order; `None` for what could not be one.
    pub(super) fn reference(&self) -> Option<&str> {
        let fits = |text: &&str| {
            text.len() <= MAX_REFERENCE
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':'))
        };
        self.get("refid").filter(fits)
    }

    /// Whether it only asks what became of an order.
    pub(super) fn only_asks(&self) -> bool {
        self.get("check").is_some_and(|check| check != "0")
    }

    /// Which order of the same product and number today it is; `None` when that cannot be read.
    pub(super) fn nth(&self) -> Option<u8> {
        match self.get("counter").map(str::parse::<u8>) {
            // Some programs count repeats, and begin at 0.
            None | Some(Ok(0)) => Some(1),
            Some(Ok(nth)) if nth <= MAX_NTH => Some(nth),
            Some(_) => None,
        }
    }

    /// Whether it asks for something else than one piece of the product.
    pub(super) fn asks_for_more(&self) -> bool {
        self.get("qty").is_some_and(|qty| !matches!(qty, "0" | "1"))
    }

    pub(super) const fn is_contradictory(&self) -> bool {
        self.is_contradictory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_programs_write_them() {
        let query = Query::read(&["memberID=kr1&PRODUCT=s10&dest=%2B62+812-3456&refid=a%2D1&pin=1234", "check=1"]);
        assert_eq!(query.member(), Some(AgentId(1)));
        assert_eq!((query.text("product"), query.text("dest")), ("s10", "+62 812-3456"));
        assert_eq!((query.reference(), query.only_asks(), query.nth()), (Some("a-1"), true, Some(1)));
        assert!(!query.is_contradictory() && !query.asks_for_more());
    }

    #[test]
    fn what_cannot_be_read_one_way_only_is_seen() {
        for (text, reference) in [
            ("refID=", None),
            ("refID=a b", None),
            ("refID=x%20SUKSES.%20SN:%201", None),
            ("refID=%00", None),
            ("refID=2026/11-30_a:1.b", Some("2026/11-30_a:1.b")),
        ] {
            assert_eq!(Query::read(&[text]).reference(), reference, "{text}");
        }
        assert_eq!(Query::read(&[&format!("refid={}", "1".repeat(65))]).reference(), None);
        for (text, nth) in
            [("", Some(1)), ("counter=0", Some(1)), ("counter=2", Some(2)), ("counter=10", None), ("counter=x", None)]
        {
            assert_eq!(Query::read(&[text]).nth(), nth, "{text}");
        }
        assert!(Query::read(&["dest=1&DEST=2"]).is_contradictory());
        assert!(!Query::read(&["dest=1", "dest=1"]).is_contradictory());
        assert!(Query::read(&["qty=5"]).asks_for_more() && !Query::read(&["qty=1"]).asks_for_more());
    }
}
