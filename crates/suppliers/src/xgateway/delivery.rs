//! What was delivered, and to whom: the serial's two forms ("Keterangan SN", sections III.2 and III.3, version 1.2) and
//! the fields of the text. A serial in another form is read by its pieces' shapes.

use super::super::amount::{amount, strip_word, token};
use super::super::protocol::Buy;
use super::super::token_serial::{self, TokenSerial};
use super::message::{Key, Text};
use konter_core::catalog::ProductKind;
use konter_core::outcome::{Delivery, Detail, Details, Doubt};

/// The delivery of a purchase that is said to have succeeded.
pub(super) fn read(buy: &Buy<'_>, serial: Option<&str>, text: &Text<'_>) -> Result<Delivery, Doubt> {
    match buy.kind {
        ProductKind::Token => read_token(serial, text),
        ProductKind::Topup | ProductKind::Bill => {
            let sn = serial.ok_or(Doubt::NoSerial)?.to_owned();
            Ok(Delivery { sn, details: details(text) })
        }
    }
}

/// The token is the serial (`PLN…`), its first part (`PLNA…`) or the field `TOKEN`; given twice it must be the same.
fn read_token(serial: Option<&str>, text: &Text<'_>) -> Result<Delivery, Doubt> {
    let shapes = serial.map(token_serial::read).unwrap_or_default();
    let in_serial = serial.and_then(|serial| serial.split('/').next()).and_then(token).or_else(|| only(&shapes));
    let in_text = text.get(Key::Detail(Detail::Token)).and_then(token);
    let token = match (in_serial, in_text) {
        (Some(one), Some(other)) if one != other => return Err(Doubt::Contradictory),
        (Some(token), _) | (None, Some(token)) => token,
        (None, None) => return Err(Doubt::NoSerial),
    };
    let mut details = details(text);
    if let Some(serial) = serial {
        let fixed = serial_parts(serial);
        let told = if fixed.is_empty() { shapes.details.into_iter().collect() } else { fixed };
        for (detail, value) in told {
            details.entry(detail).or_insert(value);
        }
    }
    details.insert(Detail::Token, token.clone());
    Ok(Delivery { sn: token, details })
}

fn only(serial: &TokenSerial) -> Option<String> {
    if let [token] = serial.tokens.as_slice() { Some(token.clone()) } else { None }
}

/// `token/name/kWh/segment/power`, from the ends inwards: the name may hold a `/`. Nothing when the parts are not what
/// they should be.
fn serial_parts(serial: &str) -> Vec<(Detail, String)> {
    let mut ends = serial.rsplitn(4, '/');
    let (Some(power), Some(segment), Some(kwh), Some(front)) = (ends.next(), ends.next(), ends.next(), ends.next())
    else {
        return vec![];
    };
    let Some((_, name)) = front.split_once('/') else { return vec![] };
    let kwh = plain_kwh(kwh);
    let is_figure = kwh.starts_with(|c: char| c.is_ascii_digit()) && !kwh.contains(char::is_alphabetic);
    let (Some(power), true) = (volt_ampere(power), is_figure) else { return vec![] };
    let parts = [
        (Detail::CustomerName, name.trim().to_owned()),
        (Detail::Kwh, kwh),
        (Detail::Tariff, segment.trim().to_owned()),
        (Detail::Power, power),
    ];
    parts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Who the customer is: `METER`, `IDPEL`, `NAMA`, `DAYA`.
pub(super) fn customer(text: &Text<'_>) -> Details {
    let mut details = Details::new();
    for detail in [Detail::Meter, Detail::CustomerId, Detail::CustomerName] {
        if let Some(value) = text.get(Key::Detail(detail)) {
            details.insert(detail, value.to_owned());
        }
    }
    if let Some(power) = text.get(Key::Detail(Detail::Power)) {
        let (tariff, power) = power.split_once('/').map_or((None, power), |(tariff, power)| (Some(tariff), power));
        if let Some(tariff) = tariff.map(str::trim).filter(|tariff| !tariff.is_empty()) {
            details.insert(Detail::Tariff, tariff.to_owned());
        }
        if let Some(power) = volt_ampere(power) {
            details.insert(Detail::Power, power);
        }
    }
    details
}

fn details(text: &Text<'_>) -> Details {
    let mut details = customer(text);
    for detail in [
        Detail::TokenAmount,
        Detail::Paid,
        Detail::Admin,
        Detail::Stamp,
        Detail::Vat,
        Detail::StreetLightTax,
        Detail::Instalment,
    ] {
        // Amounts with cents are left out: these are whole rupiah.
        if let Some(amount) = text.get(Key::Detail(detail)).and_then(amount) {
            details.insert(detail, amount.get().to_string());
        }
    }
    if let Some(reference) = text.get(Key::Detail(Detail::UtilityReference)) {
        details.insert(Detail::UtilityReference, reference.to_owned());
    }
    if let Some(kwh) = text.get(Key::Detail(Detail::Kwh)) {
        details.insert(Detail::Kwh, plain_kwh(kwh));
    }
    details
}

/// `kWh1500.0` without its unit.
fn plain_kwh(text: &str) -> String {
    let text = text.trim();
    strip_word(text, "kWh").unwrap_or(text).trim().to_owned()
}

/// `5500`, `5500 VA` as `5500VA`.
fn volt_ampere(text: &str) -> Option<String> {
    let digits = text.trim().trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{digits}VA"))
}
