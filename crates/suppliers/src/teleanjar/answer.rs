//! Reading teleanjar's answers: the envelope, then the rows of `respdata`, whose fields differ from product to product.

use crate::amount::same_destination;
use crate::json::{self, Object};
use crate::protocol::Buy;
use crate::serial::is_serial;
use konter_core::catalog::ProductKind;
use konter_core::money::Rupiah;
use konter_core::outcome::{
    Bill, Delivery, Detail, Details, Doubt, FailureKind, Inquiry, InquiryReading, Outcome, Reading,
};

/// The one response code of the document's examples; no other is listed. What another means depends on the call: an
/// inquiry moves no money and has failed, a payment's fate is unknown.
const SUCCESS: &str = "SWT:0000";

/// The fields that hold the customer's number, by product ("Data Inquiry Product", "Contoh Reponse").
const CUSTOMER_NUMBERS: [&str; 4] = [
    "idpel",            // PLN postpaid, prepaid and non-taglis; Telkom's inquiry
    "nometer",          // PLN prepaid
    "nomor_registrasi", // PLN non-taglis
    "nopel",            // Telkom's payment
];

/// Fields kept as text. The first that is there wins: `nopel` is Telkom's name for `idpel`, and `referensi` is Telkom's
/// own where `billreff` is the switch's.
const TEXTS: [(&str, Detail); 13] = [
    ("nama", Detail::CustomerName),
    ("nometer", Detail::Meter),
    ("idpel", Detail::CustomerId),
    ("nopel", Detail::CustomerId),
    ("tarif", Detail::Tariff),
    ("daya", Detail::Power),
    ("kwh", Detail::Kwh),
    ("nomor_registrasi", Detail::RegistrationNumber),
    ("nama_transaksi", Detail::TransactionName),
    ("pesan", Detail::Message),
    ("blth", Detail::Period),
    ("referensi", Detail::UtilityReference),
    ("billreff", Detail::UtilityReference),
];

/// Fields in rupiah, of which a purchase has one row ("Contoh Reponse" 2).
const AMOUNTS: [(&str, Detail); 7] = [
    ("rp_token", Detail::TokenAmount),
    ("rp_total", Detail::Paid),
    ("rp_admin", Detail::Admin),
    ("rp_materai", Detail::Stamp),
    ("rp_ppn", Detail::Vat),
    ("rp_ppj", Detail::StreetLightTax),
    ("rp_angsuran", Detail::Instalment),
];

/// "Data Inquiry Product" 1 to 4.
pub(super) fn read_inquiry(buy: &Buy<'_>, reply: &Object) -> Result<InquiryReading, Doubt> {
    if response_code(reply)? != SUCCESS {
        return Ok(InquiryReading::Failed(FailureKind::Refused));
    }
    let rows = rows(buy, reply)?;
    let quote = reply.text("respid").ok_or(Doubt::NotUnderstood)?;
    let bills = bills(&rows)?;
    let denoms = denoms(&rows)?;
    let total = match buy.kind {
        ProductKind::Bill if bills.is_empty() => return Err(Doubt::OtherProduct),
        ProductKind::Bill => Some(total(&bills)?),
        ProductKind::Topup | ProductKind::Token if !bills.is_empty() => return Err(Doubt::OtherProduct),
        ProductKind::Topup | ProductKind::Token => None,
    };
    if buy.denom.is_some_and(|wanted| !denoms.is_empty() && !denoms.contains(&wanted)) {
        return Ok(InquiryReading::Failed(FailureKind::ProductClosed));
    }
    let mut details = details(&rows, &bills);
    details.remove(&Detail::Paid); // nothing is, yet
    if let Some(info) = reply.verbatim("info") {
        details.insert(Detail::Receipt, info.to_owned());
    }
    let supplier_balance = reply.amount("saldo");
    Ok(InquiryReading::Found(Inquiry { quote, details, bills, total, denoms, supplier_balance }))
}

/// "Contoh Reponse" 1 to 4. The `respid` of a payment differs from the inquiry's in some examples and equals it in
/// others, so an answer is known by its customer number.
pub(super) fn read_payment(buy: &Buy<'_>, reply: &Object) -> Result<Reading, Doubt> {
    let code = response_code(reply)?;
    if code != SUCCESS {
        return Err(json::unlisted(&code));
    }
    let rows = rows(buy, reply)?;
    let bills = bills(&rows)?;
    let token = token(&rows)?;
    let all_proven = rows.iter().all(|row| row.text("billreff").is_some());
    let references = joined(&rows, "billreff").filter(|_| all_proven);
    let mut details = details(&rows, &bills);
    let (sn, charged) = match (buy.kind, token) {
        (ProductKind::Bill, None) if bills.is_empty() => return Err(Doubt::OtherProduct),
        (ProductKind::Bill, None) => (references, Some(total(&bills)?)),
        (ProductKind::Bill, Some(_)) => return Err(Doubt::OtherProduct),
        (ProductKind::Token, _) if !bills.is_empty() => return Err(Doubt::OtherProduct),
        (ProductKind::Token, None) => return Err(Doubt::NoSerial),
        (ProductKind::Token | ProductKind::Topup, Some(token)) => {
            details.insert(Detail::Token, json::in_fours(&token));
            (Some(token), charged_for(&rows))
        }
        (ProductKind::Topup, None) => (references, charged_for(&rows)),
    };
    let sn = sn.filter(|sn| is_serial(sn)).ok_or(Doubt::NoSerial)?;
    if let Some(receipt) = reply.verbatim("info_struk") {
        details.insert(Detail::Receipt, receipt.to_owned());
    }
    Ok(Reading {
        outcome: Outcome::Success(Delivery { sn, details }),
        supplier_trx: reply.text("respid"),
        charged,
        supplier_balance: reply.amount("saldo"),
    })
}

/// The response code. Telkom's answers carry an `rc` besides, which must not contradict a success.
fn response_code(reply: &Object) -> Result<String, Doubt> {
    let code = reply.text("response").ok_or(Doubt::NotUnderstood)?;
    let other_fails = reply.text("rc").is_some_and(|rc| rc.bytes().any(|b| b != b'0'));
    if code == SUCCESS && other_fails { Err(Doubt::Contradictory) } else { Ok(code) }
}

/// The rows of `respdata`: at least one, each of them our customer's.
fn rows<'r>(buy: &Buy<'_>, reply: &'r Object) -> Result<Vec<&'r Object>, Doubt> {
    let rows = reply.objects("respdata").filter(|rows| !rows.is_empty()).ok_or(Doubt::NotUnderstood)?;
    let is_ours = |row: &&Object| {
        let mut numbers = CUSTOMER_NUMBERS.iter().filter_map(|name| row.text(name));
        numbers.any(|number| same_destination(&number, buy.dest))
    };
    if rows.iter().all(is_ours) { Ok(rows) } else { Err(Doubt::OtherDestination) }
}

/// One bill per row; none where no row has a `total`.
fn bills(rows: &[&Object]) -> Result<Vec<Bill>, Doubt> {
    if rows.iter().all(|row| row.get("total").is_none()) {
        return Ok(vec![]);
    }
    rows.iter().map(|row| bill(row)).collect()
}

fn bill(row: &Object) -> Result<Bill, Doubt> {
    let given = |name| match row.get(name) {
        None => Ok(None),
        Some(value) => value.amount().filter(|amount| !amount.is_negative()).map(Some).ok_or(Doubt::NotUnderstood),
    };
    let total = given("total")?.filter(|total| total.is_positive()).ok_or(Doubt::NotUnderstood)?;
    let admin = given("admin")?.unwrap_or(Rupiah::ZERO);
    let rest = total.checked_sub(admin).filter(|rest| !rest.is_negative()).ok_or(Doubt::Contradictory)?;
    let amount = given("tagihan")?.unwrap_or(rest);
    if amount > total {
        return Err(Doubt::Contradictory);
    }
    Ok(Bill { period: row.text("blth").unwrap_or_default(), amount, admin, total })
}

fn total(bills: &[Bill]) -> Result<Rupiah, Doubt> {
    sum(bills.iter().map(|bill| bill.total)).ok_or(Doubt::NotUnderstood)
}

fn sum(mut amounts: impl Iterator<Item = Rupiah>) -> Option<Rupiah> {
    amounts.try_fold(Rupiah::ZERO, Rupiah::checked_add)
}

/// What a purchase cost us, where the answer says so.
fn charged_for(rows: &[&Object]) -> Option<Rupiah> {
    let [row] = rows else { return None };
    row.amount("rp_total").filter(|total| total.is_positive())
}

/// `available_token` of PLN prepaid ("Data Inquiry Product" 2).
fn denoms(rows: &[&Object]) -> Result<Vec<Rupiah>, Doubt> {
    let Some(list) = rows.first().and_then(|row| row.get("available_token")) else { return Ok(vec![]) };
    let json::Json::List(items) = list else { return Err(Doubt::NotUnderstood) };
    items.iter().map(|item| item.amount().ok_or(Doubt::NotUnderstood)).collect()
}

/// The 20 digits; an answer with a token has one row.
fn token(rows: &[&Object]) -> Result<Option<String>, Doubt> {
    let mut tokens = rows.iter().filter_map(|row| row.text("token"));
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(None),
        (Some(token), None) => json::token_digits(&token).map(Some).ok_or(Doubt::NoSerial),
        (Some(_), Some(_)) => Err(Doubt::Contradictory),
    }
}

fn details(rows: &[&Object], bills: &[Bill]) -> Details {
    let mut details = Details::new();
    for (name, detail) in TEXTS {
        if let Some(text) = joined(rows, name) {
            details.entry(detail).or_insert(text);
        }
    }
    for (name, detail) in AMOUNTS {
        if let Some(amount) = rows.first().and_then(|row| row.amount(name)) {
            details.insert(detail, amount.get().to_string());
        }
    }
    details.extend(meter_stand(rows).map(|stand| (Detail::MeterStand, stand)));
    details.extend(arrears(rows).map(|months| (Detail::Arrears, months.to_string())));
    if !bills.is_empty() {
        for (detail, amount) in
            [(Detail::Paid, sum(bills.iter().map(|b| b.total))), (Detail::Admin, sum(bills.iter().map(|b| b.admin)))]
        {
            details.extend(amount.map(|amount| (detail, amount.get().to_string())));
        }
    }
    details
}

/// `stan_awal` and `stan_akhir` of each period ("Contoh Reponse" 1, "STAND METER").
fn meter_stand(rows: &[&Object]) -> Option<String> {
    let stand = |row: &&Object| Some(format!("{}-{}", row.text("stan_awal")?, row.text("stan_akhir")?));
    rows.iter().map(stand).collect::<Option<Vec<_>>>().map(|stands| stands.join(", "))
}

/// `sisatungg` counts down over the periods paid together; what the last leaves is still owed ("Contoh Reponse" 1,
/// "Anda masih memiliki sisatunggakan").
fn arrears(rows: &[&Object]) -> Option<i64> {
    let left: Option<Vec<_>> = rows.iter().map(|row| row.amount("sisatungg")).collect();
    left?.into_iter().min().map(Rupiah::get).filter(|months| *months > 0)
}

/// The different values of one field over all rows, in their order; `None` where no row has it.
fn joined(rows: &[&Object], name: &str) -> Option<String> {
    let mut values: Vec<String> = Vec::new();
    for value in rows.iter().filter_map(|row| row.text(name)) {
        if values.last() != Some(&value) {
            values.push(value);
        }
    }
    (!values.is_empty()).then(|| values.join(", "))
}
