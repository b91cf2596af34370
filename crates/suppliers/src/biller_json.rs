//! biller-json ("API Biller, Format Json" v1.0.0): JSON over POST, success only by a later reversal call.
//!
//! The document does not say whether a repeated `trxid` is safe, so there is no status check and none is ever sent
//! twice. It is also silent about `trxid` in replies: its example shows a number of another form than the request's.
//! A reply that names a number other than ours is not believed; the reversal, whose `refid` is documented as ours,
//! then decides.

use chrono::NaiveDateTime;
use md5::{Digest, Md5};
use secrecy::SecretString;

use super::amount::{amount, end_of_destination, same_destination};
use super::denial::denies_failure;
use super::json::{self, Object, Sent};
use super::protocol::{
    Buy, Callback, Named, Options, Protocol, Request, Response, gist_of, hex, named_in_query, reveal,
};
use super::serial;
use konter_core::ids::Reference;
use konter_core::outcome::{Doubt, FailureKind, Outcome, Reading};

/// The protocol with our account at the biller.
pub struct BillerJson {
    user: SecretString,
    password: SecretString,
}

impl BillerJson {
    /// Reads `USER` and `PASSWORD`.
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let (user, password) = (options.secret("USER"), options.secret("PASSWORD"));
        Some(Self { user: user?, password: password? })
    }

    /// `md5(user + password + trxid)`, lower-case hex (v1.0.0, A. Transaksi, Parameter `sign`).
    fn sign(&self, trxid: &str) -> String {
        let text = format!("{}{}{trxid}", reveal(&self.user), reveal(&self.password));
        hex(&Md5::digest(text.as_bytes()))
    }
}

/// What the words of a reason or message say of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Processing,
    Succeeded,
    Failed,
}

/// The words that say it, each a run of whole words in any letter case.
const WORDS: [(&[&str], Said); 3] = [
    // v1.0.0, A. Transaksi, Example Response PENDING
    (&["sedang", "diproses"], Said::Processing),
    // v1.0.0, B. Reversal, Sukses
    (&["sukses"], Said::Succeeded),
    // v1.0.0, A. Transaksi, Example Response GAGAL; B. Reversal, Gagal
    (&["gagal"], Said::Failed),
];

/// Why it failed. `GAGAL` with a reason not in the list is a failure all the same, for no reason we know.
const REASONS: [(&[&str], FailureKind); 3] = [
    // v1.0.0, List Reason Gagal 1: "Produk tidak tersedia (ROUTE)"
    (&["route"], FailureKind::ProductClosed),
    // v1.0.0, List Reason Gagal 2: "silakan coba lagi (DEDUCT)"
    (&["deduct"], FailureKind::Refused),
    // v1.0.0, List Reason Gagal 3: "Produk tidak Aktif"
    (&["produk", "tidak", "aktif"], FailureKind::ProductClosed),
];

/// v1.0.0, B. Reversal: its parameters, of which `message` is free text, and the labels in that.
const PARAMETERS: [&str; 6] = ["status", "refid", "product", "qty", "dest", "message"];
const LABELS: [&str; 3] = ["saldo:", "harga:", "tgl:"];

impl Protocol for BillerJson {
    /// v1.0.0, A. Transaksi.
    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        let trxid = buy.reference.to_string();
        let body = json::body(&[
            ("user", Sent::Text(reveal(&self.user))),
            ("sign", Sent::Text(&self.sign(&trxid))),
            ("trxid", Sent::Text(&trxid)),
            ("cmd", Sent::Text("trx")),
            ("idpel", Sent::Text(buy.dest)),
            ("produk", Sent::Text(buy.sku)),
        ]);
        Request::post("/service/in/json", vec![], Some(body))
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        json::read_object(&response.text()).and_then(|reply| read_reply(buy, &reply)).unwrap_or_else(Reading::unknown)
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        callback.param("refid").and_then(json::reference)
    }

    /// v1.0.0, B. Reversal: 0 is success, 1 is failure.
    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        read_reversal(buy, callback).unwrap_or_else(Reading::unknown)
    }

    fn named(&self, reply: &str) -> Named {
        if let Ok(object) = json::read_object(reply) {
            return Named {
                reference: object.text("trxid").or_else(|| object.text("ftrxid")),
                product: object.text("kodeproduk"),
                dest: object.text("tujuan"),
                reason: object.text("reason"),
            };
        }
        named_in_query(reply, ["refid", "product", "dest", "message"])
    }

    fn gist(&self, reply: &str) -> Option<String> {
        let reply = json::read_object(reply).ok()?;
        let status = reply.truth("status").map_or_else(|| reply.text("status"), |status| Some(status.to_string()));
        gist_of(&[&status.unwrap_or_default(), &reply.text("reason").unwrap_or_default()])
    }

    fn gist_of_report(&self, callback: &Callback) -> Option<String> {
        let message = json::free_text(callback, "message", &PARAMETERS, &LABELS).unwrap_or_default();
        gist_of(&[callback.param("status").unwrap_or_default(), &message])
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.password]
    }
}

fn read_reply(buy: &Buy<'_>, reply: &Object) -> Result<Reading, Doubt> {
    reply.must_name(buy.reference, &["trxid", "ftrxid"])?;
    reply.must_match("kodeproduk", |code| json::same_product(buy.sku, code), Doubt::OtherProduct)?;
    reply.must_match("tujuan", |dest| same_destination(dest, buy.dest), Doubt::OtherDestination)?;
    let (Some(accepted), Some(reason)) = (reply.truth("status"), reply.text("reason")) else {
        return Err(Doubt::NotUnderstood);
    };
    let line = Line::read(&reason, buy.dest);
    line.must_be_for(buy)?;
    let outcome = match (accepted, line.said()?) {
        (true, Said::Processing) => Outcome::Pending,
        (false, Said::Failed) if denies_failure(line.said) => return Err(Doubt::Contradictory),
        (false, Said::Failed) => Outcome::Failed(line.failure()),
        (true, Said::Succeeded) => return Err(json::unlisted(&reason)), // success comes by reversal only
        (true, Said::Failed) | (false, Said::Processing | Said::Succeeded) => return Err(Doubt::Contradictory),
    };
    let charged = if accepted { reply.amount("total") } else { None };
    Ok(Reading { outcome, supplier_trx: None, charged, supplier_balance: reply.amount("saldo") })
}

fn read_reversal(buy: &Buy<'_>, callback: &Callback) -> Result<Reading, Doubt> {
    let given = |name| json::param(callback, name);
    if given("refid")?.and_then(json::reference) != Some(buy.reference) {
        return Err(Doubt::OtherReference);
    }
    if given("product")?.is_some_and(|code| !code.is_empty() && !json::same_product(buy.sku, code)) {
        return Err(Doubt::OtherProduct);
    }
    if given("dest")?.is_some_and(|dest| !dest.is_empty() && !same_destination(dest, buy.dest)) {
        return Err(Doubt::OtherDestination);
    }
    if given("qty")?.is_some_and(|qty| !qty.is_empty() && qty != "1") {
        return Err(Doubt::Contradictory); // we order one at a time
    }
    let (Some(status), Some(_)) = (given("status")?, given("message")?) else { return Err(Doubt::NotUnderstood) };
    let message = json::free_text(callback, "message", &PARAMETERS, &LABELS).ok_or(Doubt::NotUnderstood)?;
    // The serial number may hold any word, so only what stands before the fields is searched.
    let (head, written) = message.split_once(',').unwrap_or((&message, ""));
    let line = Line::read(head, buy.dest);
    line.must_be_for(buy)?;
    let fields = Fields::read(written);
    let is_serial = || !buy.sent.delivered && fields.serial.is_some_and(serial::is_number_of_a_delivery);
    let denies = || denies_failure(line.said) || denies_failure(written) || is_serial();
    let outcome = match (status, line.said()?) {
        ("0", Said::Succeeded) => Outcome::Success(serial::delivery(buy.kind, fields.serial.unwrap_or_default())?),
        ("1", Said::Failed) if denies() => return Err(Doubt::Contradictory),
        ("1", Said::Failed) => Outcome::Failed(line.failure()),
        ("0" | "1", _) => return Err(Doubt::Contradictory),
        (other, _) => return Err(json::unlisted(other)),
    };
    let charged = if matches!(outcome, Outcome::Success(_)) { fields.price.and_then(amount) } else { None };
    Ok(Reading { outcome, supplier_trx: None, charged, supplier_balance: fields.balance.and_then(amount) })
}

/// `Transaksi <product>.<destination> <what became of it>`. The product in it is no proof: the document's own
/// reversals show one code here and another in `product`.
struct Line<'a> {
    /// `<product>.<destination>`, where the line opens with it.
    order: &'a str,
    /// What follows it.
    said: &'a str,
    words: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str, dest: &str) -> Self {
        const OPENING: &str = "transaksi ";
        let text = text.trim();
        let opened = text.get(..OPENING.len()).is_some_and(|start| start.eq_ignore_ascii_case(OPENING));
        let rest = if opened { text.get(OPENING.len()..).unwrap_or_default().trim_start() } else { text };
        let (order, said) = if opened { rest.split_at(end_of_order(rest, dest)) } else { ("", rest) };
        let words = said.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        Self { order, said, words }
    }

    fn must_be_for(&self, buy: &Buy<'_>) -> Result<(), Doubt> {
        // Codes and destinations may have dots of their own.
        let mut after_dots = self.order.match_indices('.').filter_map(|(at, _)| self.order.get(at + 1..)).peekable();
        if after_dots.peek().is_none() || after_dots.any(|dest| same_destination(dest.trim(), buy.dest)) {
            Ok(())
        } else {
            Err(Doubt::OtherDestination)
        }
    }

    fn holds(&self, run: &[&str]) -> bool {
        self.words.windows(run.len()).any(|words| words.iter().zip(run).all(|(a, b)| a.eq_ignore_ascii_case(b)))
    }

    fn said(&self) -> Result<Said, Doubt> {
        let mut said = WORDS.iter().filter(|(run, _)| self.holds(run)).map(|&(_, said)| said);
        match (said.next(), said.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(Doubt::Contradictory),
            (None, _) => Err(json::unlisted(&self.words.join(" "))),
        }
    }

    fn failure(&self) -> FailureKind {
        REASONS.iter().find(|(run, _)| self.holds(run)).map_or(FailureKind::Refused, |&(_, kind)| kind)
    }
}

/// Where `<product>.<destination>` ends. Codes have no blanks, but may have dots of their own; the document prints a blank
/// behind one (page of the reversal: `s5. 2222222222`).
fn end_of_order(text: &str, dest: &str) -> usize {
    let code = text.split(char::is_whitespace).next().unwrap_or_default();
    let blanks = |at: usize| text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let mut ends = code.match_indices('.').map(|(dot, _)| dot + 1 + blanks(dot + 1));
    let named = ends.find(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(dest)));
    let at = named.unwrap_or(0);
    at + end_of_destination(text.get(at..).unwrap_or_default(), dest, char::is_whitespace)
}

/// `SN: …, Saldo: Rp…, Harga: …, Tgl: …` behind the line. Serial numbers and amounts hold commas themselves, so the
/// labels are sought from the end.
struct Fields<'a> {
    serial: Option<&'a str>,
    balance: Option<&'a str>,
    price: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Self {
        let (rest, _) = cut_label(text, "tgl:");
        let (rest, price) = cut_label(rest, "harga:");
        let (rest, balance) = cut_label(rest, "saldo:");
        let serial = rest.trim().get(..3).filter(|label| label.eq_ignore_ascii_case("sn:"));
        let serial = serial.and_then(|_| rest.trim().get(3..)).map(|serial| serial.trim().trim_end_matches(','));
        Self { serial, balance, price }
    }
}

/// Splits at the last `label` that begins the text or follows a comma: what stands before, and the value behind it.
fn cut_label<'a>(text: &'a str, label: &str) -> (&'a str, Option<&'a str>) {
    let lower = text.to_ascii_lowercase(); // same length, same boundaries
    for (at, _) in lower.rmatch_indices(label) {
        let before = text.get(..at).unwrap_or_default().trim_end();
        if before.is_empty() || before.ends_with(',') {
            let value = text.get(at + label.len()..).unwrap_or_default();
            return (before, Some(value.trim().trim_end_matches(',')));
        }
    }
    (text, None)
}

#[cfg(test)]
#[path = "biller_json_tests.rs"]
mod tests;
