//! PINs in what is shown, logged and printed.

use super::*;

#[test]
fn no_pin_is_ever_printed() {
    for text in [
        "S10.081234567890.73519",
        "GP.73519.73519",
        "DAFTAR.Budi.73519",
        "S10.081234567890.1234 73519 73519",
        "S10.081234567890.1234.73519;X10.087812345678.73519",
        "KOMPLAIN.pin saya 73519 salah",
        "SALDO.73519.73519",
        "S10.73519",
        "CEKPLN.73519",
        "TR.73519.KR0001.73519",
        "LAP.73519.73519",
        "TAMBAH.kasir.73519",
        "HAPUS.73519",
        "GANTI.73519.081234567890",
        "FAV.IBU.73519",
        "SIMPAN.73519.S10.081234567890",
        "NAMA.73519",
        "JUAL.S10.12000.73519",
        "FOO.73519",
        "API.rahasia73519.73519",
        "API.73519",
        "API 73519 73519",
        "APIIP.73519.73519",
        "APIREPORT.http://toko.example/73519",
    ] {
        let command = parse(text);
        assert!(!format!("{command:?}").contains("73519"), "{text}: {command:?}");
        if let Command::BadOrder(BadOrder { problem, .. }) | Command::Incomplete { problem, .. } = &command {
            let (Problem::Unfit(_, shown) | Problem::Destination(_, shown) | Problem::Leftover(shown)) = problem else {
                continue;
            };
            assert!(!shown.as_str().contains("73519"), "{text}: {shown}");
        }
    }
}

#[test]
fn logs_get_the_message_without_what_could_be_a_pin() {
    for (text, logged) in [
        ("S10.081234567890.1234", "S10.081234567890.***"),
        ("S100.0812-3456-7890.123456", "S100.***-***-***.***"),
        ("GP.1234.4321", "GP.***.***"),
        ("pin1234", "pin***"),
        ("S10.０８１２３４５６７８９０．１２３４", "S10.081234567890.***"),
        ("S10.0812345678901234", "S10.***"),
        ("halo", "halo"),
        ("API.rahasia.1234", "API.***"),
        ("/api rahasia 1234", "api.***"),
        ("apik", "apik"),
    ] {
        assert_eq!(redact(text), logged);
    }
}
