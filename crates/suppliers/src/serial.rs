//! What is a serial number, and what only stands in the place of one. Suppliers put sentences there ("Menunggu jawaban
//! provider."), reasons ("Nomor Tujuan Salah") and their programs' errors; none of these proves a delivery.

use super::token_serial;
use konter_core::catalog::ProductKind;
use konter_core::outcome::{Delivery, Details, Doubt};

/// Letters a code without any digit must have: shorter ones are words.
const LETTERS_OF_A_CODE: usize = 8;

/// Words that speak of an order that is under way, has failed, or of which nothing is known. One of them makes whatever
/// else stands there doubtful, digits included: "Menunggu jawaban, tiket 4711".
const DENYING: &[&str] = &[
    "antri",
    "antrian",
    "batal",
    "belum",
    "cancel",
    "cancelled",
    "cek",
    "check",
    "delay",
    "denied",
    "dialihkan",
    "dibatalkan",
    "dicek",
    "diproses",
    "dispute",
    "ditolak",
    "err",
    "error",
    "exception",
    "fail",
    "failed",
    "failure",
    "gagal",
    "gangguan",
    "hubungi",
    "inprogress",
    "invalid",
    "kosong",
    "maaf",
    "maintenance",
    "manual",
    "menunggu",
    "menyusul",
    "mohon",
    "ngantri",
    "nil",
    "none",
    "null",
    "nyusul",
    "offline",
    "pending",
    "process",
    "processed",
    "processing",
    "proses",
    "queue",
    "queued",
    "refund",
    "refunded",
    "rejected",
    "salah",
    "sedang",
    "silahkan",
    "silakan",
    "suspect",
    "tanpa",
    "tidak",
    "timeout",
    "tunggu",
    "undefined",
    "wait",
    "waiting",
];

/// Words that say nothing at all where they stand alone, in a text without a digit.
const EMPTY: &[&str] = &[
    "available",
    "berhasil",
    "diterima",
    "success",
    "successful",
    "successfully",
    "sukses",
    "terisi",
    "terkirim",
    "terima",
    "transaksi",
    "unknown",
];

/// The delivery of a purchase that is said to have succeeded, by the text in its serial's place.
pub fn delivery(kind: ProductKind, text: &str) -> Result<Delivery, Doubt> {
    let text = text.trim();
    let details = match kind {
        ProductKind::Token => {
            let serial = token_serial::read(text);
            if serial.tokens.is_empty() {
                return Err(Doubt::NoSerial);
            }
            serial.details
        }
        ProductKind::Topup | ProductKind::Bill => Details::new(),
    };
    if is_serial(text) { Ok(Delivery { sn: text.to_owned(), details }) } else { Err(Doubt::NoSerial) }
}

/// Whether a text is a serial number, and neither the empty place of one (`-`, `0`, `N/A`) nor prose. With a digit in it
/// anything is that denies nothing (`DANA DIANA CONTOH 621597343042654`); without one only a code is
/// (`ABCD-EFGH-IJKL-MNOP`), because words have no digits either. A token proves itself, whatever its customer is called.
pub(super) fn is_serial(text: &str) -> bool {
    let text = text.trim();
    if !token_serial::read(text).tokens.is_empty() {
        return true;
    }
    let has_digit = text.chars().any(|c| c.is_ascii_digit() && c != '0');
    !denies(text) && (has_digit || is_code_of_letters(text))
}

/// Whether a text beside a failure is a serial number for certain: one piece with the digits of one. A shorter one, or one
/// among words, may be a code of the failure.
pub(super) fn is_number_of_a_delivery(text: &str) -> bool {
    const DIGITS: usize = 8;
    let text = text.trim();
    !token_serial::read(text).tokens.is_empty()
        || (!text.contains(char::is_whitespace)
            && text.chars().filter(char::is_ascii_digit).count() >= DIGITS
            && is_serial(text))
}

/// Whether a text speaks of an order that was not, or not yet, delivered.
pub(super) fn denies(text: &str) -> bool {
    words(text).any(|word| DENYING.contains(&word.as_str()))
}

/// `ABCD-EFGH-IJKL-MNOP`, `QWERTYUIOPAS`: one piece in one letter case.
fn is_code_of_letters(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphabetic).count();
    let one_piece = text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '0'));
    let one_case = !text.contains(|c: char| c.is_ascii_lowercase()) || !text.contains(|c: char| c.is_ascii_uppercase());
    // `XXXXXXXXXXXX` hides one.
    let is_one_letter = text.chars().filter(char::is_ascii_alphabetic).is_sorted_by(|a, b| a == b);
    one_piece
        && !is_one_letter
        && one_case
        && letters >= LETTERS_OF_A_CODE
        && !words(text).any(|word| EMPTY.contains(&word.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn serials_of_every_form_seen_are_serials() {
        for text in [
            "0041002345678901",
            "0329135143014892",
            "1",
            "7A9B",
            "SN1",
            "R230512.1911.2100F1",
            "ABCD-EFGH-IJKL-MNOP",
            "abcd-efgh-ijkl-mnop",
            "QWERTYUIOPAS",
            "A1B2-C3D4 / 2028-12-07",
            "DANA DIANA CONTOH 621597343042654",
            "OVO BUDI SANTOSO/Rp50.000/Ref 20231130112233",
            "SUKSES 0041002345678901",
            "1234-5678-9012-3456-7890/BUDI/R1/1300VA/13,5",
            "0123-4567-8901-2345-6789/PT SEDANG MAJU/R1 /000001300/66.2",
            "SUBSCRIBER NAME/TOTAL:102500",
            " 0041002345678901 ",
        ] {
            assert!(is_serial(text), "{text}");
        }
    }

    #[test]
    fn prose_in_the_place_of_a_serial_is_none() {
        for text in [
            "",
            " ",
            "-",
            "--",
            ".",
            "0",
            "000",
            "0-0",
            "null",
            "NULL",
            "nil",
            "none",
            "N/A",
            "n/a",
            "na",
            "SN",
            "ok",
            "sukses",
            "SUKSES",
            "berhasil",
            "BERHASIL",
            "Successful",
            "TRANSAKSI-SUKSES",
            "pending",
            "PENDING",
            "gagal",
            "Menunggu jawaban provider.",
            "MENUNGGU-JAWABAN",
            "Menunggu jawaban provider 0812 3456 7890",
            "Nomor Tujuan Salah",
            "NOMOR TUJUAN SALAH",
            "error_require_login",
            "error_500123",
            "ERROR 404",
            "sedang diproses",
            "Sedang-diproses",
            "sedang diproses 14:02:11",
            "akan diproses 14:02:11.",
            "Diterima",
            "in process",
            "Waiting",
            "undefined",
            "Terima kasih",
            "Pulsa masuk",
            "Telkomsel",
            "Timeout 30000",
            "Nomor 081234567890 tidak terdaftar",
            "tunggu 5 menit",
            "saldo kosong 0",
            "cek manual",
            "hubungi CS",
            "SUSPECT",
            "MANUAL",
            "trx sukses tanpa SN",
            "dispute 8812",
            "WAIT0001",
            "XXXXXXXXXXXX",
        ] {
            assert!(!is_serial(text), "{text}");
        }
    }

    #[test]
    fn a_token_product_is_delivered_by_a_token_only() {
        for (kind, text, is_delivered) in [
            (ProductKind::Token, "1234-5678-9012-3456-7890/BUDI/R1/1300VA/13,5", true),
            (ProductKind::Token, "12345678901234567890", true),
            (ProductKind::Token, "0041002345678901", false),
            (ProductKind::Token, "BUDI/R1/1300VA/13,5", false),
            (ProductKind::Topup, "0041002345678901", true),
            (ProductKind::Topup, "Menunggu jawaban provider.", false),
        ] {
            assert_eq!(delivery(kind, text).is_ok(), is_delivered, "{kind:?} {text}");
        }
        assert_eq!(delivery(ProductKind::Token, "Menunggu"), Err(Doubt::NoSerial));
    }

    proptest! {
        #[test]
        fn digits_alone_are_a_serial(text in "[0-9]{5,24}[1-9]") {
            prop_assert!(is_serial(&text));
        }

        #[test]
        fn a_denying_word_makes_any_text_but_a_token_doubtful(
            before in "[A-Za-z0-9 ]{0,12}",
            word in prop::sample::select(DENYING),
            behind in "[A-Za-z0-9 .]{0,12}",
        ) {
            let text = format!("{before} {word} {behind}");
            prop_assert!(!is_serial(&text), "{}", text);
        }

        #[test]
        fn any_text_is_judged_without_panic(text in any::<String>()) {
            let _ = is_serial(&text);
        }
    }
}
