//! ppob (`api.ppob-server.com` style gateway): JSON over POST with signed headers, reports by GET.
//!
//! A repeated `refid` is never processed twice (1.1, Keterangan) and is answered with what became of the first (1.2),
//! so the status check is the same request again.
//!
//! A bill begins with an order of its inquiry code; its `trx_id` is quoted by the payment, which names no product. So
//! for a bill the supplier's product code is the inquiry's. Inquiry and payment are two transactions and need two
//! `refid`s; see [`inquiry_reference`].

mod bill;

use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::amount::{leading_amount, same_destination};
use super::denial::denies_failure;
use super::json::{self, Object, Sent};
use super::protocol::{
    Body, Buy, Callback, Named, Now, Options, Protocol, Request, Response, gist_of, hex, named_in_query, reveal,
};
use super::serial;
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Delivery, Detail, Details, Doubt, FailureKind, Inquiry, InquiryReading, Outcome, Reading};

/// Orders and inquiries (1.1).
const TOPUP: &str = "/trx/topup";
/// Payments of bills (1.3).
const PAYMENT: &str = "/trx/payment";

/// The protocol with our account at the gateway.
pub struct Ppob {
    username: SecretString,
    token: SecretString,
}

impl Ppob {
    /// Reads `USERNAME` and `TOKEN`.
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let (username, token) = (options.secret("USERNAME"), options.secret("TOKEN"));
        Some(Self { username: username?, token: token? })
    }

    /// The headers of 1.1; `GW-signature` is `sha256(username + datetime + token)`, lower-case hex.
    fn request(&self, path: &'static str, body: Body, now: NaiveDateTime) -> Request {
        let datetime = now.format("%Y-%m-%d %H:%M:%S").to_string();
        let username = reveal(&self.username);
        let signed = format!("{username}{datetime}{}", reveal(&self.token));
        let headers = vec![
            ("GW-username", username.to_owned()),
            ("GW-datetime", datetime),
            ("GW-signature", hex(&Sha256::digest(signed.as_bytes()))),
        ];
        Request::post(path, headers, Some(body))
    }

    fn topup(&self, buy: &Buy<'_>, reference: Reference, now: NaiveDateTime) -> Request {
        let refid = reference.to_string();
        let fields = [
            ("code", Sent::Text(buy.sku)),
            ("dest", Sent::Text(buy.dest)),
            ("refid", Sent::reference(reference, &refid)),
        ];
        self.request(TOPUP, json::body(&fields), now)
    }

    fn payment(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Request {
        let refid = buy.reference.to_string();
        let quote = buy.inquiry.unwrap_or_default();
        let fields = [("inq_id", Sent::number_or_text(quote)), ("refid", Sent::reference(buy.reference, &refid))];
        self.request(PAYMENT, json::body(&fields), now)
    }
}

/// The `refid` of the inquiry before a payment: the payment's with bit 52 turned over. References are microseconds
/// since 1970 and stay below 2^52 until the year 2112, so this is a number no payment has, no two orders share, and
/// that a double still keeps exactly. A report of the inquiry therefore names no order of ours and is never taken for
/// the payment's.
fn inquiry_reference(reference: Reference) -> Reference {
    Reference(reference.0 ^ (1 << 52))
}

/// The status words, in any letter case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Open,
    Success,
    Failed,
}

const STATUSES: [(&str, Status); 4] = [
    // 1.2, Keterangan response: status
    ("waiting", Status::Open),
    // 1.2, Keterangan response: status; 2.1, report
    ("pending", Status::Open),
    // 1.2, Keterangan response: status; 2.1, report
    ("failed", Status::Failed),
    // 2.1, report (in a reply it can only be that of a repeated refid)
    ("success", Status::Success),
];

fn status(word: &str) -> Result<Status, Doubt> {
    let found = STATUSES.iter().find(|(name, _)| word.trim().eq_ignore_ascii_case(name));
    found.map(|&(_, status)| status).ok_or_else(|| json::unlisted(word))
}

/// Whether a success without a serial number is believed. Only the report has `Success` among its documented words,
/// and its serial number may be empty; a reply's could be read before the number was there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EmptySerial {
    Allowed,
    Doubtful,
}

impl Protocol for Ppob {
    fn can_check(&self) -> bool {
        true
    }

    /// 1.1, Keterangan: the same refid is not processed twice; no time is named.
    fn repeat_outlives_day(&self) -> bool {
        true
    }

    fn inquiry_first(&self, kind: ProductKind) -> bool {
        kind == ProductKind::Bill
    }

    /// 1.1 (an inquiry is an order of an inquiry code) and 1.3.
    fn inquiry(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Option<Request> {
        self.inquiry_first(buy.kind).then(|| self.topup(buy, inquiry_reference(buy.reference), now))
    }

    fn read_inquiry(&self, buy: &Buy<'_>, response: &Response) -> InquiryReading {
        json::read_object(&response.text())
            .and_then(|reply| read_inquiry(buy, &reply))
            .unwrap_or_else(InquiryReading::Unknown)
    }

    /// 1.1; for a bill 1.3.
    fn purchase(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Request {
        match buy.kind {
            ProductKind::Topup | ProductKind::Token => self.topup(buy, buy.reference, now),
            ProductKind::Bill => self.payment(buy, now),
        }
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        json::read_object(&response.text()).and_then(|reply| read_reply(buy, &reply)).unwrap_or_else(Reading::unknown)
    }

    /// A refusal that does not say that it found the first one may be about the repetition ("saldo tidak cukup").
    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        match json::read_object(&response.text()) {
            Ok(reply) => match read_reply(buy, &reply).unwrap_or_else(Reading::unknown) {
                Reading { outcome: Outcome::Failed(_), .. } if !found_the_first(&reply) => {
                    Reading::unknown(Doubt::Inconclusive("Failed".to_owned()))
                }
                reading => reading,
            },
            Err(doubt) => Reading::unknown(doubt),
        }
    }

    /// 1.1, Keterangan, and 1.2: the same refid again is answered with the first one's state.
    fn status(&self, buy: &Buy<'_>, _: DateTime<Utc>, now: &Now) -> Option<Request> {
        Some(self.purchase(buy, now.local))
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        callback.param("ref_id").and_then(json::reference)
    }

    /// 2.1, Topup Report.
    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        read_report(buy, callback).unwrap_or_else(Reading::unknown)
    }

    fn named(&self, reply: &str) -> Named {
        if let Ok(object) = json::read_object(reply) {
            return Named {
                reference: object.text("ref_id").or_else(|| object.text("refid")),
                product: object.text("code"),
                dest: object.text("destination"),
                reason: object.text("message"),
            };
        }
        named_in_query(reply, ["ref_id", "code", "destination", "message"])
    }

    fn gist(&self, reply: &str) -> Option<String> {
        let reply = json::read_object(reply).ok()?;
        let parts = ["status", "sn", "message"].map(|name| reply.text(name).unwrap_or_default());
        gist_of(&parts.each_ref().map(String::as_str))
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.token]
    }
}

/// Whose reply it is, by what section 1.2 shows of every one.
fn identify(buy: &Buy<'_>, reference: Reference, reply: &Object) -> Result<(), Doubt> {
    reply.must_name(reference, &["ref_id", "refid"])?;
    reply.must_match("code", |code| json::same_product(buy.sku, code), Doubt::OtherProduct)?;
    reply.must_match("destination", |dest| same_destination(dest, buy.dest), Doubt::OtherDestination)
}

/// 1.2: "trx sebelumnya ditemukan".
fn found_the_first(reply: &Object) -> bool {
    reply.text("message").is_some_and(|message| message.to_ascii_lowercase().contains("sebelumnya ditemukan"))
}

fn read_reply(buy: &Buy<'_>, reply: &Object) -> Result<Reading, Doubt> {
    identify(buy, buy.reference, reply)?;
    let status = status(&reply.text("status").ok_or(Doubt::NotUnderstood)?)?;
    let (sn, message) = (reply.text("sn").unwrap_or_default(), reply.text("message").unwrap_or_default());
    let outcome = outcome(buy, status, Said { sn: &sn, message: &message }, EmptySerial::Doubtful)?;
    Ok(Reading { supplier_trx: reply.text("trx_id"), ..Reading::new(outcome) })
}

/// 2.1, Topup Report.
const PARAMETERS: [&str; 5] = ["ref_id", "status", "sn", "code", "destination"];

fn read_report(buy: &Buy<'_>, callback: &Callback) -> Result<Reading, Doubt> {
    let given = |name| json::param(callback, name);
    if given("ref_id")?.and_then(json::reference) != Some(buy.reference) {
        return Err(Doubt::OtherReference);
    }
    if given("code")?.is_some_and(|code| !code.is_empty() && !json::same_product(buy.sku, code)) {
        return Err(Doubt::OtherProduct);
    }
    if given("destination")?.is_some_and(|dest| !dest.is_empty() && !same_destination(dest, buy.dest)) {
        return Err(Doubt::OtherDestination);
    }
    let status = status(given("status")?.ok_or(Doubt::NotUnderstood)?)?;
    let said = Said { sn: given("sn")?.unwrap_or_default(), message: "" };
    if json::free_text(callback, "sn", &PARAMETERS, &[]).is_some_and(|whole| whole != said.sn) {
        return Err(Doubt::NotUnderstood); // a bare `&` cut it off; asking tells the whole
    }
    outcome(buy, status, said, EmptySerial::Allowed).map(Reading::new)
}

/// The free texts of a reply or a report; empty where it has none.
#[derive(Clone, Copy)]
struct Said<'a> {
    sn: &'a str,
    message: &'a str,
}

impl Said<'_> {
    /// A serial number, or words of a success: what failed has neither. What takes a success back may name its serial.
    fn denies_failure(self, buy: &Buy<'_>) -> bool {
        let is_serial = serial::is_number_of_a_delivery(self.sn);
        (is_serial && !buy.sent.delivered) || denies_failure(self.sn) || denies_failure(self.message)
    }
}

fn outcome(buy: &Buy<'_>, status: Status, said: Said<'_>, empty: EmptySerial) -> Result<Outcome, Doubt> {
    match status {
        Status::Open => Ok(Outcome::Pending),
        Status::Failed if said.denies_failure(buy) => Err(Doubt::Contradictory),
        Status::Failed => Ok(Outcome::Failed(FailureKind::Refused)), // the document lists no reasons
        Status::Success => delivery(buy, said, empty).map(Outcome::Success),
    }
}

fn delivery(buy: &Buy<'_>, said: Said<'_>, empty: EmptySerial) -> Result<Delivery, Doubt> {
    let sn = said.sn.trim();
    if sn.is_empty() && empty == EmptySerial::Doubtful {
        return Err(Doubt::NoSerial);
    }
    let details = match buy.kind {
        // A report may come without one.
        ProductKind::Topup if sn.is_empty() => Details::new(),
        ProductKind::Topup | ProductKind::Token => return serial::delivery(buy.kind, sn),
        // A bill's may be no more than the customer's name.
        ProductKind::Bill if serial::denies(sn) => return Err(Doubt::NoSerial),
        ProductKind::Bill => {
            let total = stated_total(&[sn, said.message]);
            let mut details = bill::read(sn, said.message, total).details;
            details.extend(total.map(|total| (Detail::Paid, total.get().to_string())));
            details
        }
    };
    Ok(Delivery { sn: sn.to_owned(), details })
}

fn read_inquiry(buy: &Buy<'_>, reply: &Object) -> Result<InquiryReading, Doubt> {
    identify(buy, inquiry_reference(buy.reference), reply)?;
    let word = reply.text("status").ok_or(Doubt::NotUnderstood)?;
    match status(&word)? {
        Status::Failed => Ok(InquiryReading::Failed(FailureKind::Refused)),
        Status::Open => Ok(InquiryReading::Pending), // 1.2: the same inquiry again is answered with its state
        Status::Success => {
            let quote = reply.text("trx_id").ok_or(Doubt::NotUnderstood)?;
            let (sn, message) = (reply.text("sn"), reply.text("message"));
            let texts = [&sn, &message].map(|text| text.as_deref().unwrap_or_default());
            let total = stated_total(&texts);
            let [in_sn, in_message] = texts;
            let bill::Told { mut details, bill } = bill::read(in_sn, in_message, total);
            details.extend(sn.or(message).map(|said| (Detail::Message, said)));
            Ok(InquiryReading::Found(Inquiry {
                quote,
                details,
                bills: bill.into_iter().collect(),
                total,
                ..Inquiry::default()
            }))
        }
    }
}

/// The amount to pay. The document does not say where an inquiry's answer holds it, so it is taken only where the
/// text itself names one, and only one, total: `TOTAL: 102.500`, `Total Bayar=Rp102500`, `TOTAL TAGIHAN Rp. 102,500`.
fn stated_total(texts: &[&str]) -> Option<Rupiah> {
    let mut totals = texts.iter().flat_map(|text| totals_in(text));
    let first = totals.next()??;
    (first.is_positive() && totals.all(|total| total == Some(first))).then_some(first)
}

/// What stands behind each word `total`; `None` where that is no amount.
fn totals_in(text: &str) -> Vec<Option<Rupiah>> {
    const LABEL: &str = "total";
    let lower = text.to_ascii_lowercase();
    let starts_word = |at: usize| !lower.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    lower
        .match_indices(LABEL)
        .filter(|&(at, _)| starts_word(at))
        .map(|(at, _)| {
            let mut rest = lower.get(at + LABEL.len()..)?.trim_start();
            for word in ["bayar", "tagihan"] {
                rest = rest.strip_prefix(word).unwrap_or(rest).trim_start();
            }
            leading_amount(rest.trim_start_matches([':', '=', ' '])).map(|(amount, _)| amount)
        })
        .collect()
}

#[cfg(test)]
#[path = "ppob_tests.rs"]
mod tests;
