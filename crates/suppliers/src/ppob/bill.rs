//! What the texts of an inquiry or a payment tell of the customer and the bill. The document shows neither, so only
//! labelled fields are read, and for a name what stands before them in `sn`.

use crate::labels::{self, Label, Part};
use crate::token_serial;
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Detail, Details};

/// Between fields. A comma is none: names and amounts hold them.
const SEPARATORS: [char; 4] = ['/', '#', ';', '|'];

/// What was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub details: Details,
    /// Only where its parts add up to the total.
    pub bill: Option<Bill>,
}

/// Reads `sn` and `message` as one text; what one says and the other denies is left out.
pub(super) fn read(sn: &str, message: &str, total: Option<Rupiah>) -> Told {
    let in_serial = labels::parts(sn, &SEPARATORS);
    let parts: Vec<Part<'_>> = in_serial.iter().copied().chain(labels::parts(message, &SEPARATORS)).collect();
    let mut details = token_serial::connection(&parts);
    let name = match labels::values(&parts, Label::Name).next() {
        Some(_) => labels::only(&parts, Label::Name),
        None => name_before_fields(&in_serial),
    };
    let period = period(&parts);
    let admin = labels::amount(&parts, Label::Admin).map(|admin| admin.get().to_string());
    for (detail, value) in [
        (Detail::CustomerName, name.map(str::to_owned)),
        (Detail::Meter, labels::only(&parts, Label::Meter).map(str::to_owned)),
        (Detail::CustomerId, labels::only(&parts, Label::CustomerId).map(str::to_owned)),
        (Detail::UtilityReference, labels::only(&parts, Label::Reference).map(str::to_owned)),
        (Detail::Period, period.map(str::to_owned)),
        (Detail::Admin, admin),
    ] {
        details.extend(value.map(|value| (detail, value)));
    }
    let bill = total.and_then(|total| bill(&parts, period, total));
    Told { details, bill }
}

/// `NAME/TOTAL:102500`: the first piece with letters before the first field.
fn name_before_fields<'t>(parts: &[Part<'t>]) -> Option<&'t str> {
    let [Part::Loose(text), Part::Field(..), ..] = parts else { return None };
    let mut pieces = labels::pieces(text, &SEPARATORS).into_iter().map(|piece| piece.trim_matches([',', ' ']));
    pieces.find(|piece| token_serial::is_name(piece))
}

/// One bill, when there is a period, or a bill and a fee. A fine is part of the bill.
fn bill(parts: &[Part<'_>], period: Option<&str>, total: Rupiah) -> Option<Bill> {
    let given = |label| match labels::values(parts, label).next() {
        Some(_) => labels::amount(parts, label).map(Some), // there but not readable: nothing adds up
        None => Some(None),
    };
    let (amount, admin, fine) = (given(Label::Bill)?, given(Label::Admin)?, given(Label::Penalty)?);
    if period.is_none() && (amount.is_none() || admin.is_none()) {
        return None;
    }
    let fee = admin.unwrap_or(Rupiah::ZERO);
    let rest = total.checked_sub(fee).filter(|rest| rest.is_positive())?;
    let adds_up = match amount {
        Some(amount) => amount.checked_add(fine.unwrap_or(Rupiah::ZERO)) == Some(rest),
        None => fine.is_none_or(|fine| fine <= rest),
    };
    adds_up.then(|| Bill { period: period.unwrap_or_default().to_owned(), amount: rest, admin: fee, total })
}

/// The period all texts agree on.
fn period<'t>(parts: &[Part<'t>]) -> Option<&'t str> {
    labels::agreed(labels::values(parts, Label::Period).map(periods))?
}

/// `MEI18`, `202605`, `Mei 2026`, `APR26-MEI26`, several after commas; what follows them is left.
fn periods(value: &str) -> Option<&str> {
    let mut end = None;
    let mut at = 0;
    for item in value.split(',') {
        let is_range = || item.split_once('-').is_some_and(|(from, to)| is_period(from) && is_period(to));
        if !is_period(item) && !is_range() {
            break;
        }
        end = Some(at + item.len());
        at += item.len() + 1;
    }
    value.get(..end?).map(str::trim)
}

fn is_period(text: &str) -> bool {
    const MONTHS: [&str; 28] = [
        "JAN",
        "JANUARI",
        "FEB",
        "FEBRUARI",
        "MAR",
        "MARET",
        "APR",
        "APRIL",
        "MEI",
        "MAY",
        "JUN",
        "JUNI",
        "JUL",
        "JULI",
        "AGU",
        "AGS",
        "AUG",
        "AGUSTUS",
        "SEP",
        "SEPTEMBER",
        "OKT",
        "OKTOBER",
        "OCT",
        "NOV",
        "NOVEMBER",
        "DES",
        "DESEMBER",
        "DEC",
    ];
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let month = |digits: Option<&str>| digits.is_some_and(|month| ("01"..="12").contains(&month));
        let year = |digits: Option<&str>| digits.is_some_and(|year| year.starts_with("20"));
        return text.len() == 6
            && (year(text.get(..4)) && month(text.get(4..)) || month(text.get(..2)) && year(text.get(2..)));
    }
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, year) = text.split_at(letters);
    let named = MONTHS.iter().any(|month| word.eq_ignore_ascii_case(month));
    let year = year.trim_start_matches([' ', '.', '-']);
    named && matches!(year.len(), 0 | 2 | 4) && year.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(sn: &str, message: &str, total: Option<i64>) -> String {
        let Told { details, bill } = read(sn, message, total.map(Rupiah::new));
        let mut lines: Vec<String> = details.iter().map(|(detail, value)| format!("{detail:?}={value}")).collect();
        lines.extend(bill.map(|bill| {
            let Bill { period, amount, admin, total } = bill;
            format!("[{period} {} + {} = {}]", amount.get(), admin.get(), total.get())
        }));
        lines.join(" ")
    }

    #[test]
    fn labelled_fields_are_read_from_both_texts() {
        for (sn, message, total, expected) in [
            (
                "",
                "NAMA: SUBSCRIBER NAME, TAGIHAN: 100.000, ADMIN: 2.500, TOTAL: 102.500",
                Some(102_500),
                "CustomerName=SUBSCRIBER NAME Admin=2500 [ 100000 + 2500 = 102500]",
            ),
            ("SUBSCRIBER NAME/TOTAL:102500", "", Some(102_500), "CustomerName=SUBSCRIBER NAME"),
            (
                "BUDI & SONS, CV/TOTAL:102500",
                "inquiry sukses, nama BUDI & SONS, CV, total 102500",
                Some(102_500),
                "CustomerName=BUDI & SONS, CV",
            ),
            (
                "BUDI/R1/BLTH:MEI26/RPTAG:100000/ADM:2500/DENDA:3000/TOTAL:105500/REF:7A9B",
                "",
                Some(105_500),
                "CustomerName=BUDI Admin=2500 UtilityReference=7A9B Period=MEI26 [MEI26 103000 + 2500 = 105500]",
            ),
            (
                "A/N: BUDI; PERIODE: APR26, MEI26; TARIF/DAYA: R1/1300VA; TOTAL: 5000",
                "",
                Some(5_000),
                "CustomerName=BUDI Tariff=R1 Power=1300VA Period=APR26, MEI26 [APR26, MEI26 5000 + 0 = 5000]",
            ),
            (
                "ATAS NAMA=BUDI#BLN=202605#STAND METER=100-120#DAYA=1300#IDPEL=5312",
                "",
                None,
                "CustomerName=BUDI CustomerId=5312 Power=1300VA Period=202605",
            ),
            ("nama BUDI, blth MEI26, adm 2500, tagihan 5000", "", None, "CustomerName=BUDI Admin=2500 Period=MEI26"),
        ] {
            assert_eq!(told(sn, message, total), expected, "{sn} {message}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for (sn, message, total, expected) in [
            ("", "", Some(5), ""),
            ("BUDI", "inquiry sukses", Some(5_000), ""),
            ("12345/TOTAL:5", "inquiry sukses, total 5", Some(5), ""),
            ("NAMA:BUDI", "NAMA:ANI", None, ""),
            ("ADM:1000", "ADMIN:2000", None, ""),
            // They do not add up.
            ("TAGIHAN:5000/ADMIN:1000", "", Some(7_000), "Admin=1000"),
            ("BLTH:MEI26/TAGIHAN:5000", "", Some(7_000), "Period=MEI26"),
            ("BLTH:MEI26/ADMIN:7000", "", Some(7_000), "Admin=7000 Period=MEI26"),
            ("BLTH:MEI26/TAGIHAN:1.2.3", "", Some(7_000), "Period=MEI26"),
            ("BLTH:2 BULAN/BLN:13", "", Some(7_000), ""),
            ("BLTH:MEI26/BLTH:JUN26", "", Some(7_000), ""),
        ] {
            assert_eq!(told(sn, message, total), expected, "{sn} {message}");
        }
    }

    #[test]
    fn periods_are_months() {
        for (text, expected) in [
            ("MEI18", Some("MEI18")),
            ("mei 2026", Some("mei 2026")),
            ("September 26", Some("September 26")),
            ("JAN-26", Some("JAN-26")),
            ("052026", Some("052026")),
            ("APR26-MEI26", Some("APR26-MEI26")),
            ("APR26,MEI26, terima kasih", Some("APR26,MEI26")),
            ("4b2b77ebb7e", None),
            ("202613", None),
            ("2 bulan", None),
            ("MARIA", None),
            ("", None),
        ] {
            assert_eq!(periods(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(
            sn in "(NAMA|TOTAL|ADM|BLTH|MEI18|DAYA|[/#,;|:=. é\u{0}]|[0-9a-z]){0,20}",
            message in "(A/N|TAGIHAN|DENDA|[/#,;|:=. é]|[0-9a-z]){0,20}",
            total in 1_i64..1_000_000,
        ) {
            if let Some(bill) = read(&sn, &message, Some(Rupiah::new(total))).bill {
                prop_assert_eq!(bill.amount.get() + bill.admin.get(), total);
            }
        }
    }
}
