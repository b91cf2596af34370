//! Settings that work, and that nobody should want: told by `konter check` and at start, never a reason to stay closed.

use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};

use super::{SettingError, Settings};

/// The widest ranges that can be somebody's own, by the length of their prefix: 10.0.0.0/8, and a provider's IPv6 block.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;
/// Characters. Whoever guesses it says that orders were delivered.
const SHORT_SECRET: usize = 16;

impl Settings {
    pub(super) fn risky(&self) -> Vec<SettingError> {
        let mut found = Vec::new();
        wide(
            "KONTER_TRUSTED_PROXIES",
            &self.trusted_proxies,
            "anybody can say which address they come from",
            &mut found,
        );
        for supplier in &self.suppliers {
            let name = |setting: &str| format!("SUPPLIER_{}_{setting}", supplier.id.as_str().to_uppercase());
            let harm = "anybody can say that an order was delivered, unless a secret is set";
            wide(&name("CALLBACK_IPS"), &supplier.callback_ips, harm, &mut found);
            let length = |secret: &SecretString| secret.expose_secret().chars().count();
            if supplier.callback_secret.as_ref().is_some_and(|secret| length(secret) < SHORT_SECRET) {
                let problem = format!("has fewer than {SHORT_SECRET} characters and can be guessed");
                found.push(SettingError { name: name("CALLBACK_SECRET"), problem });
            }
        }
        found
    }
}

fn wide(name: &str, ranges: &[IpNet], harm: &str, found: &mut Vec<SettingError>) {
    let is_wide = |range: &&IpNet| match range {
        IpNet::V4(range) => range.prefix_len() < WIDEST_V4,
        IpNet::V6(range) => range.prefix_len() < WIDEST_V6,
    };
    for range in ranges.iter().filter(is_wide) {
        let problem = format!("believes nearly every address there is ({range}): {harm}");
        found.push(SettingError { name: name.to_owned(), problem });
    }
}
