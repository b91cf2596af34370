//! What a request proves itself by: PIN and password, or the signature that `OtomaX` servers take.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use super::Query;
use super::vault::ProgramSecrets;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proven {
    Yes,
    No,
}

/// What is given, and what a signature would have been made over besides PIN and password.
pub(super) struct Proof<'a> {
    query: &'a Query,
    /// As the program wrote it, and as programs sign that write it in capitals first.
    signed: [String; 2],
}

impl<'a> Proof<'a> {
    pub fn of_trade(query: &'a Query) -> Self {
        let [member, product, dest, reference] = ["memberid", "product", "dest", "refid"].map(|name| query.text(name));
        let over = |member: &str, product: &str| format!("{member}|{product}|{dest}|{reference}");
        let signed = [over(member, product), over(&member.to_uppercase(), &product.to_uppercase())];
        Self { query, signed }
    }

    pub fn of_balance(query: &'a Query) -> Self {
        let member = query.text("memberid");
        let over = |member: &str| format!("CheckBalance|{member}");
        Self { query, signed: [over(member), over(&member.to_uppercase())] }
    }

    /// A signature counts where there is one; else PIN and password.
    pub fn check(&self, secrets: &ProgramSecrets) -> Proven {
        let is_right = if let Some(sign) = self.query.get("sign") {
            let sign = in_base64url(sign);
            let [one, other] = self.signed.each_ref().map(|over| same(&sign, &signature(over, secrets)));
            one | other
        } else {
            let pin = same(self.query.text("pin"), secrets.pin());
            let password = same(self.query.text("password"), secrets.password());
            pin & password
        };
        if is_right { Proven::Yes } else { Proven::No }
    }
}

fn same(given: &str, right: &str) -> bool {
    given.as_bytes().ct_eq(right.as_bytes()).into()
}

fn signature(over: &str, secrets: &ProgramSecrets) -> String {
    let mut sha = Sha1::new();
    sha.update(format!("OtomaX|{over}|{}|{}", secrets.pin(), secrets.password()));
    URL_SAFE_NO_PAD.encode(sha.finalize())
}

/// Some programs write the signature in the other alphabet, or fill it up; a `+` in an address is a blank.
fn in_base64url(sign: &str) -> String {
    sign.trim_end_matches('=').replace([' ', '+'], "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, pin: &str, password: &str) -> bool {
        Proof::of_trade(&Query::read(&[query])).check(&ProgramSecrets::new(pin, password)) == Proven::Yes
    }

    /// The vector is printed in a provider's own table of parameters.
    #[test]
    fn signatures_are_otomax_s() {
        const TRADE: &str = "memberID=YUSUF&product=X10&dest=08123456789&refID=2140669";
        let signed = |sign: &str| check(&format!("{TRADE}&sign={sign}"), "1144", "abcd");
        assert!(signed("Cp9NLVuKWBt5Sey_uMlYsvnKvJI") && signed("Cp9NLVuKWBt5Sey/uMlYsvnKvJI="));
        assert!(!signed("RmgYPgNrZY6ROnkp4Djfdejls_c"));
        for (query, right) in [
            ("memberID=yusuf&product=x10&dest=08123456789&refID=2140669&sign=RmgYPgNrZY6ROnkp4Djfdejls_c", true),
            ("memberID=yusuf&product=x10&dest=08123456789&refID=2140669&sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI", true),
            ("memberID=YUSUF&product=X10&dest=08123456788&refID=2140669&sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI", false),
            ("memberID=YUSUF&product=X10&dest=08123456789&refID=2140668&sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI", false),
            ("memberID=YUSUF&product=X10&dest=08123456789&refID=2140669&sign=", false),
        ] {
            assert_eq!(check(query, "1144", "abcd"), right, "{query}");
        }
    }

    #[test]
    fn pin_and_password_must_both_be_right() {
        for (query, right) in [
            ("pin=1144&password=abcd", true),
            ("pin=1144&password=abce", false),
            ("pin=1145&password=abcd", false),
            ("pin=1144", false),
            ("password=abcd", false),
            ("", false),
            ("pin=1144&password=abcd&sign=nonsense", false),
        ] {
            assert_eq!(check(query, "1144", "abcd"), right, "{query}");
        }
    }
}
