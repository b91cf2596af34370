//! kiosAMPM, "Dokumen Spesifikasi Teknis Pulsa Elektrik & Paket Data", version 1.3: HTTP GET, plain text between `#`.
//! Here: the requests, and which text of an answer or report is read. What the text says is in `reply.rs`.

mod reply;
mod report;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sha1::{Digest as _, Sha1};

use self::reply::Occasion;
use super::protocol::{Buy, Callback, Named, Now, Options, Protocol, Request, Response, reveal as text_of};
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, FirstSending, Reading};

/// "Informasi Server KiosAMPM": Path Transaksi.
const PATH_ORDER: &str = "/trx";
/// "Informasi Server KiosAMPM": Path Cek Saldo.
const PATH_BALANCE: &str = "/balance";

/// How long after the first sending the same request is still taken for a question. Row 12 tells the earlier order's
/// hour but not its day, and no document says how long a refid is remembered: past a day the repeat could buy again.
const REPEAT_IS_SAFE: TimeDelta = TimeDelta::hours(23);

/// How a request proves who sends it ("Keamanan Transaksi").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// `pin` and `password` as parameters.
    None,
    /// `sign` in their place. The document names it without a formula; this is the one its engine, `OtomaX`, publishes.
    Otomax,
}

/// A member's access to kiosAMPM.
#[derive(Debug)]
pub struct Kiosampm {
    member_id: SecretString,
    pin: SecretString,
    password: SecretString,
    sign: Sign,
}

impl Kiosampm {
    /// Settings `_MEMBER_ID`, `_PIN`, `_PASSWORD` and `_SIGN` (`none` or `otomax`).
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let member_id = options.secret("MEMBER_ID");
        let pin = options.secret("PIN");
        let password = options.secret("PASSWORD");
        let sign = options.choice("SIGN", Sign::None, &[("none", Sign::None), ("otomax", Sign::Otomax)]);
        Some(Self { member_id: member_id?, pin: pin?, password: password?, sign: sign? })
    }

    /// Adds the proof of who we are; `signed` is what the signature covers between member id and PIN.
    fn prove(&self, query: &mut Vec<(&'static str, String)>, before_member: &[&str], after_member: &[&str]) {
        match self.sign {
            Sign::None => {
                query.push(("pin", text_of(&self.pin).to_owned()));
                query.push(("password", text_of(&self.password).to_owned()));
            }
            Sign::Otomax => {
                let mut parts = vec!["OtomaX"];
                parts.extend(before_member);
                parts.push(text_of(&self.member_id));
                parts.extend(after_member);
                parts.push(text_of(&self.pin));
                parts.push(text_of(&self.password));
                query.push(("sign", signature(&parts)));
            }
        }
    }

    fn order(&self, buy: &Buy<'_>) -> Request {
        let reference = buy.reference.to_string();
        let mut query = vec![
            ("memberid", text_of(&self.member_id).to_owned()),
            ("dest", buy.dest.to_owned()),
            ("product", buy.sku.to_owned()),
            ("refid", reference.clone()),
        ];
        self.prove(&mut query, &[], &[buy.sku, buy.dest, &reference]);
        get(PATH_ORDER, query)
    }
}

fn get(path: &'static str, query: Vec<(&'static str, String)>) -> Request {
    Request::get(path, query)
}

/// Url-safe base64 without padding of the raw SHA-1 of the parts joined by `|`.
fn signature(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(Sha1::digest(parts.join("|")))
}

impl Protocol for Kiosampm {
    fn can_check(&self) -> bool {
        true
    }

    /// "Format Request & Parameter Transaksi".
    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        self.order(buy)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        reply::read(buy, &response.text(), Occasion::Purchase)
    }

    /// The very same request: "Format Balasan" row 12 answers it with the earlier order's status.
    fn status(&self, buy: &Buy<'_>, first_sent: DateTime<Utc>, now: &Now) -> Option<Request> {
        let age = now.utc.signed_duration_since(first_sent);
        // Turned away for some other order's sake, this one was never taken: once that one is forgotten, the same again
        // would buy.
        let was_taken = buy.sent.first != FirstSending::AnotherOrders;
        (was_taken && (TimeDelta::zero()..REPEAT_IS_SAFE).contains(&age)).then(|| self.order(buy))
    }

    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        reply::read(buy, &response.text(), Occasion::Repeat)
    }

    /// "Check Balance". Its parameters are not documented: the same credentials are sent.
    fn balance(&self, _: NaiveDateTime) -> Option<Request> {
        let mut query = vec![("memberid", text_of(&self.member_id).to_owned())];
        self.prove(&mut query, &["CheckBalance"], &[]);
        Some(get(PATH_BALANCE, query))
    }

    fn read_balance(&self, response: &Response) -> Option<Rupiah> {
        reply::balance(&response.text())
    }

    /// "IP Report": the reply's text reaches our one address.
    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        report::text(callback).and_then(|text| reply::reference(&text))
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        match report::text(callback) {
            // Which of the two references is meant?
            Some(_) if report::names_another(callback, buy.reference) => Reading::unknown(Doubt::Contradictory),
            Some(text) => reply::read(buy, &text, Occasion::Report),
            None => Reading::unknown(Doubt::NotUnderstood),
        }
    }

    fn named(&self, reply: &str) -> Named {
        reply::named(reply)
    }

    fn gist(&self, reply: &str) -> Option<String> {
        reply::gist(reply)
    }

    fn gist_of_report(&self, callback: &Callback) -> Option<String> {
        reply::gist(&report::text(callback)?)
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.pin, &self.password]
    }
}
