//! teleanjar ("API Reference H2H Teleanjar" v1.4): an inquiry, then a payment that quotes its `respid`. Requests are
//! built here, answers read in `answer.rs`.
//!
//! A payment's answer is final; the document knows no status call, no callback and no safe repeat. So a payment is
//! never sent twice, and whatever is not clearly its success is left to a person, who compares the balances.

mod answer;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDateTime;
use md5::{Digest, Md5};
use secrecy::SecretString;

use super::json::{self, Sent};
use super::protocol::{Buy, Named, Options, Protocol, Request, Response, gist_of, hex, reveal};
use konter_core::catalog::ProductKind;
use konter_core::money::Rupiah;
use konter_core::outcome::{InquiryReading, Reading};

/// "API :Trx (inquiry)", URL.
const INQUIRY: &str = "/tele-api-v2/h2h/trx/inquiry";
/// "API :Trx(Payment)", URL.
const PAYMENT: &str = "/tele-api-v2/h2h/trx/payment";

/// The protocol with our account at the switch.
pub struct Teleanjar {
    partner_id: SecretString,
    /// `username|password`.
    ppid: SecretString,
    /// `ppid` as it is sent: whoever holds it holds the password.
    encoded_ppid: SecretString,
    password: SecretString,
    api_key: SecretString,
}

impl Teleanjar {
    /// Reads `PARTNER_ID`, `USERNAME`, `PASSWORD` and `API_KEY`.
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let partner_id = options.secret("PARTNER_ID");
        let username = options.secret("USERNAME");
        let password = options.secret("PASSWORD");
        let api_key = options.secret("API_KEY");
        let (partner_id, username, password, api_key) = (partner_id?, username?, password?, api_key?);
        let ppid = format!("{}|{}", reveal(&username), reveal(&password));
        let encoded_ppid = STANDARD.encode(&ppid).into();
        Some(Self { partner_id, ppid: ppid.into(), encoded_ppid, password, api_key })
    }

    /// The body of both calls ("Parameter IN (request)"). The key is also sent as a header of its name.
    fn request(&self, path: &'static str, buy: &Buy<'_>, udata: &str, now: NaiveDateTime) -> Request {
        let dtime = now.format("%Y-%m-%d %H:%M:%S").to_string();
        let body = json::body(&[
            ("uuid", Sent::Text(reveal(&self.partner_id))),
            ("ppid", Sent::Text(reveal(&self.encoded_ppid))),
            ("udata", Sent::Text(&STANDARD.encode(udata))),
            ("dtime", Sent::Text(&dtime)),
            ("ket", Sent::Text(&buy.reference.to_string())), // optional and free: lets both sides find an order
            ("X-API-KEY", Sent::Text(reveal(&self.api_key))),
            ("signature", Sent::Text(&self.signature(&dtime, udata))),
        ]);
        let headers = vec![("X-API-KEY", reveal(&self.api_key).to_owned())];
        Request::post(path, headers, Some(body))
    }

    /// `md5("tele-android-" + uuid + dtime + ppid + udata + x-api-key + "-indonesia")`, ppid and udata not encoded.
    fn signature(&self, dtime: &str, udata: &str) -> String {
        let (uuid, ppid, key) = (reveal(&self.partner_id), reveal(&self.ppid), reveal(&self.api_key));
        hex(&Md5::digest(format!("tele-android-{uuid}{dtime}{ppid}{udata}{key}-indonesia")))
    }
}

/// `product|customer[|respid][|denom]`, the last where the product is a purchase.
fn udata(buy: &Buy<'_>, respid: Option<&str>) -> String {
    let denom = buy.denom.map(|denom| denom.get().to_string());
    let parts = [Some(buy.sku), Some(buy.dest), respid, denom.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("|")
}

impl Protocol for Teleanjar {
    /// Every payment quotes an inquiry's `respid`.
    fn reports(&self) -> bool {
        false
    }

    fn inquiry_first(&self, _: ProductKind) -> bool {
        true
    }

    /// "API :Trx (inquiry)".
    fn inquiry(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Option<Request> {
        Some(self.request(INQUIRY, buy, &udata(buy, None), now))
    }

    /// "Data Inquiry Product" 1 to 4.
    fn read_inquiry(&self, buy: &Buy<'_>, response: &Response) -> InquiryReading {
        json::read_object(&response.text())
            .and_then(|reply| answer::read_inquiry(buy, &reply))
            .unwrap_or_else(InquiryReading::Unknown)
    }

    /// "API :Trx(Payment)".
    fn purchase(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Request {
        let respid = buy.inquiry.unwrap_or_default(); // without one the switch can only refuse
        self.request(PAYMENT, buy, &udata(buy, Some(respid)), now)
    }

    /// "Contoh Reponse" 1 to 4.
    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        match json::read_object(&response.text()) {
            Ok(reply) => answer::read_payment(buy, &reply).unwrap_or_else(|doubt| Reading {
                supplier_balance: reply.amount("saldo"), // what a person will decide by
                ..Reading::unknown(doubt)
            }),
            Err(doubt) => Reading::unknown(doubt),
        }
    }

    /// "Parameter Out (response)", `saldo`: in every answer of both calls.
    fn read_deposit(&self, response: &Response) -> Option<Rupiah> {
        json::read_object(&response.text()).ok()?.amount("saldo")
    }

    /// An answer names no reference of ours and no product: only the customer.
    fn named(&self, reply: &str) -> Named {
        let Ok(object) = json::read_object(reply) else { return Named::default() };
        let rows = object.objects("respdata").unwrap_or_default();
        let of_rows = |name: &str| rows.first().and_then(|row| row.text(name));
        let dest = ["idpel", "nometer", "nomor_registrasi", "nopel"].into_iter().find_map(of_rows);
        let reason = ["ket", "pesan", "message"].into_iter().find_map(|name| object.text(name));
        Named { dest, reason, ..Named::default() }
    }

    fn gist(&self, reply: &str) -> Option<String> {
        let reply = json::read_object(reply).ok()?;
        let rows = reply.objects("respdata").unwrap_or_default();
        // The token before any text: it is what a person would have to type in.
        let tokens: Vec<String> = rows.iter().filter_map(|row| row.text("token")).collect();
        let texts = ["ket", "pesan", "message", "info_struk", "info"];
        let text = texts.into_iter().find_map(|name| reply.text(name).or_else(|| rows.first()?.text(name)));
        gist_of(&[&reply.text("response").unwrap_or_default(), &tokens.join(", "), &text.unwrap_or_default()])
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.password, &self.api_key, &self.ppid, &self.encoded_ppid]
    }
}

#[cfg(test)]
mod tests;
