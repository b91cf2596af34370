//! Who may report: the address must be allowed or the secret must match, and where both are set, both must.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

use super::address::allowed;
use konter_core::ids::SupplierId;

/// How one supplier proves to be itself.
#[derive(Clone, Default)]
pub struct Entry {
    pub addresses: Vec<IpNet>,
    pub secret: Option<SecretString>,
}

/// Every supplier's entry.
#[derive(Clone, Default)]
pub struct CallbackAuth(pub BTreeMap<SupplierId, Entry>);

impl CallbackAuth {
    /// Whether a callback is believed. Without addresses and without a secret, none is.
    #[must_use]
    pub fn believes(&self, supplier: &SupplierId, from: IpAddr, secret: Option<&str>) -> bool {
        let Some(entry) = self.0.get(supplier) else { return false };
        let secret_fits = match (&entry.secret, secret) {
            (Some(wanted), Some(given)) => bool::from(wanted.expose_secret().as_bytes().ct_eq(given.as_bytes())),
            (Some(_), None) => false,
            (None, given) => given.is_none(),
        };
        let address_fits = allowed(from, &entry.addresses);
        match (entry.addresses.is_empty(), entry.secret.is_some()) {
            (true, true) => secret_fits,
            (true, false) => false,
            (false, _) => address_fits && secret_fits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(addresses: &[&str], secret: Option<&str>) -> (CallbackAuth, SupplierId) {
        let id: SupplierId = "kios".parse().unwrap();
        let entry = Entry {
            addresses: addresses.iter().map(|net| net.parse().unwrap()).collect(),
            secret: secret.map(SecretString::from),
        };
        (CallbackAuth(BTreeMap::from([(id.clone(), entry)])), id)
    }

    #[test]
    fn address_and_secret_are_both_asked_for_where_both_are_set() {
        type Case<'a> = (&'a [&'a str], Option<&'a str>, &'a str, Option<&'a str>, bool);
        let cases: &[Case<'_>] = &[
            (&[], None, "127.0.0.1", None, false),
            (&[], Some("s3"), "9.9.9.9", Some("s3"), true),
            (&[], Some("s3"), "9.9.9.9", Some("s4"), false),
            (&[], Some("s3"), "9.9.9.9", None, false),
            (&["10.0.0.0/8"], None, "10.1.2.3", None, true),
            (&["10.0.0.0/8"], None, "11.1.2.3", None, false),
            (&["10.0.0.0/8"], None, "10.1.2.3", Some("guess"), false),
            (&["10.0.0.0/8"], Some("s3"), "10.1.2.3", Some("s3"), true),
            (&["10.0.0.0/8"], Some("s3"), "10.1.2.3", None, false),
            (&["10.0.0.0/8"], Some("s3"), "11.1.2.3", Some("s3"), false),
        ];
        for (addresses, secret, from, given, believed) in cases {
            let (door, id) = door(addresses, *secret);
            assert_eq!(door.believes(&id, from.parse().unwrap(), *given), *believed, "{addresses:?} {secret:?} {from}");
        }
    }

    #[test]
    fn nobody_speaks_for_a_supplier_that_is_not_there() {
        let (door, _) = door(&["0.0.0.0/0"], None);
        assert!(!door.believes(&"other".parse().unwrap(), "127.0.0.1".parse().unwrap(), None));
    }
}
