//! What the banks' apps, sites and messages write.

use super::*;
use crate::catalog::Table;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

fn shown(moved: &[Moved]) -> Vec<(i64, Flow)> {
    moved.iter().map(|moved| (moved.amount.get(), moved.flow)).collect()
}

#[test]
fn messages_and_statements_are_read_as_banks_write_them() {
    let mut wrong = Vec::new();
    for (bank, text, expected) in [
        (
            "KlikBCA's file",
            "'30/11,TRSF E-BANKING CR 11/30 95031 BUDI SANTOSO,'0000,100618.00,CR,1250618.00",
            &[(100_618, Flow::In)][..],
        ),
        ("KlikBCA's file, out", "'30/11,\"BIAYA ADM\",'0000,15000.00,DB,1235618.00", &[(15_000, Flow::Out)]),
        (
            "KlikBCA's page",
            "30/11 TRSF E-BANKING CR 3011/FTSCY/WS95031 BUDI 0000 100,618.00 CR 1,250,618.00\n30/11 KARTU DEBIT INDOMARET 50,000.00 DB 1,200,618.00",
            &[(100_618, Flow::In), (50_000, Flow::Out)],
        ),
        ("KlikBCA's page, by itself", "30/11 KR OTOMATIS 450,236.00", &[(450_236, Flow::In)]),
        (
            "KlikBCA's page, the amount among the words",
            "30/11/2026 TRSF E-BANKING CR 3011/FTSCY/WS95031\n210471.00\nSRI 0000 210,471.00 CR 9,999,999.00\n30/11/2026 TRSF E-BANKING CR\n210471.00\nBUDI 0000 210,471.00 CR 9,999,999.00",
            &[(210_471, Flow::In), (210_471, Flow::In)],
        ),
        (
            "BCA mobile",
            "m-Transfer: Dana masuk\n30/11 10:21:05\nDari 1234567890\nBUDI SANTOSO\nRp 100.618,00",
            &[(100_618, Flow::In)],
        ),
        (
            "BRI's message",
            "30/11/26 10:21:05 TRANSFER MASUK Rp100.618,00 dari BUDI REK 0012****5678. Saldo Rp1.250.618,00 Info 14017",
            &[(100_618, Flow::In)],
        ),
        (
            "BRImo",
            "Transfer Masuk\nHore! Kamu menerima Rp100.618 dari BUDI SANTOSO pada 30 Nov 2026, 10:21 WIB",
            &[(100_618, Flow::In)],
        ),
        (
            "Livin'",
            "Uang masuk Rp 100.618,00 ke rekening *1234 dari BUDI SANTOSO tgl 30/11/2026 10.21. Cek di Livin' by Mandiri.",
            &[(100_618, Flow::In)],
        ),
        (
            "Mandiri's file",
            "30/11/2026;30/11/2026;MCM InhouseTrf DARI BUDI;;0.00;100,618.00;1,250,618.00",
            &[(100_618, Flow::In)],
        ),
        (
            "Mandiri's file, out",
            "30/11/2026;30/11/2026;Biaya transfer;;2,500.00;0.00;1,248,118.00",
            &[(2_500, Flow::Out)],
        ),
        (
            "BNI",
            "BNI: Rek XX1234 telah dikreditkan IDR 100,618.00 tgl 30-11-26 10:21. Saldo: IDR 1,250,618.00",
            &[(100_618, Flow::In)],
        ),
        (
            "BNI's statement",
            "30 Nov 2026 | TRF/PAY/TOP-UP ECHANNEL BUDI | 100.618,00 K | 1.250.618,00",
            &[(100_618, Flow::In)],
        ),
        (
            "QRIS",
            "Pembayaran QRIS Rp100.618 dari GOPAY BUDI berhasil diterima. RRN 633412345678",
            &[(100_618, Flow::In)],
        ),
        ("DANA", "Kamu menerima Rp100.618 dari BUDI SANTOSO. Saldo DANA kamu Rp250.618", &[(100_618, Flow::In)]),
        ("a sent transfer", "Transfer ke BUDI 1234567890 Rp 100.618 BERHASIL", &[(100_618, Flow::Out)]),
        ("plain digits", "transfer masuk 100618 dari BUDI", &[(100_618, Flow::In)]),
        ("a balance alone", "Saldo rekening Anda Rp 1.250.618", &[]),
        ("numbers that are no amounts", "30/11 10:21 REF 95031 0812-3456-7890 kode 123456", &[]),
        (
            "Mandiri's message",
            "Rekening Mandiri 137****678 telah dikredit IDR 100,618.00 tgl 30/11/26 10:21",
            &[(100_618, Flow::In)],
        ),
        ("a bank's message", "Rek. 1370012345678 dikredit Rp100.618 30/11/2026", &[(100_618, Flow::In)]),
        ("BCA's notice", "Notifikasi BCA: Anda mendapat transfer Rp 100.618,00 dari BUDI", &[(100_618, Flow::In)]),
        ("SeaBank", "SeaBank: Rp100.618 diterima dari BUDI SANTOSO pada 30 Nov 2026", &[(100_618, Flow::In)]),
        (
            "an unmarked balance",
            "30/11 KR OTOMATIS 450,236.00 1,250,618.00",
            &[(450_236, Flow::In), (1_250_618, Flow::Unclear)],
        ),
        ("a card", "Pembayaran kartu kredit Rp100.618 berhasil", &[(100_618, Flow::Unclear)]),
        ("nothing says which way", "Budi Rp 100.618", &[(100_618, Flow::Unclear)]),
        ("both are said", "transfer masuk, biaya Rp 100.618", &[]),
        ("a price list", "S10 Telkomsel 10.000 = 10.500", &[(10_000, Flow::Unclear), (10_500, Flow::Unclear)]),
        ("nothing", "", &[]),
    ] {
        let read = shown(&read(text, today()));
        if read != expected {
            wrong.push(format!("{bank}: {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What failed, was taken back, is to come, is asked or only talked of is nobody's payment.
#[test]
fn only_a_plain_credit_has_come_in() {
    for text in [
        "Transfer masuk Rp80.324 gagal, dana dikembalikan",
        "Transfer masuk\nRp80.324\nStatus: Gagal",
        "m-Transfer: Dana masuk\n30/11 10:21\nRp 80.324,00\nDIBATALKAN",
        "Transfer DIBATALKAN, dana masuk kembali\n30/11 10:21\nRp 80.324,00",
        "belum masuk 80.236",
        "80.236 masuk?",
        "dana masuk?\n80.236",
        "80.236 masuk",
        "ani bilang sudah transfer 80.236, tapi belum masuk",
        "ani sudah transfer Rp80.236, dana masuk ke rekening",
        "Dana masuk Rp80.236 DIBATALKAN oleh pengirim",
        "Dana masuk Rp80.236 tertunda",
        "Anda akan menerima transfer Rp80.236",
        "Anda dapat transfer Rp80.236 gratis biaya",
        "Pembayaran kartu kredit Rp80.236 berhasil",
        "Rekening Anda akan dikredit Rp80.236",
        "Reversal CR 01/12 80,236.00",
        "30/11 KOREKSI TRSF CR 80,236.00",
        "30/11 REVERSAL TRSF 80,236.00 CR",
        "30/11 TRSF E-BANKING 80,236.00 CR\n30/11 KOREKSI TRSF 80,236.00 DB",
        "Tagihan masuk Rp80.236 jatuh tempo besok",
        "Top up GoPay Rp80.236 berhasil, saldo masuk",
        "kalau 80.236 masuk kabari",
        "kalau dana masuk Rp80.236 kabari",
        "30/11/2026;RETUR KLIRING;;0.00;80,236.00;1,250,618.00",
    ] {
        assert!(!tells_of_income(text, today()), "{text}: {:?}", read(text, today()));
    }
    let day = "30/11/2026;TRF BUDI;0,00;100.618,00;1,0\n30/11/2026;REVERSAL TRF;0,00;80.236,00;1,0\n";
    let table = Table::of_text(&format!("Tanggal;Keterangan;Debet;Kredit;Saldo\n{day}"));
    let is_in: Vec<Flow> = read_table(&table, today()).iter().map(|moved| moved.flow).collect();
    assert_eq!(is_in, [Flow::In, Flow::Unclear]);
    // Of several, the others stay what they are.
    let moved = read("30/11 TRSF 100,618.00 CR\n30/11 REVERSAL 80,236.00 CR\n30/11 TRSF 90,111.00 CR", today());
    let flows: Vec<Flow> = moved.iter().map(|moved| moved.flow).collect();
    assert_eq!(flows, [Flow::In, Flow::Unclear, Flow::In]);
    // What a bank says besides is no doubt.
    for text in [
        "Dana masuk Rp80.236 dari BUDI. Bukan Anda? Hubungi 1500888",
        "Transfer masuk Rp80.236 dari ANI. Jika ada pertanyaan hubungi CS kami. Jangan beri OTP",
        "Uang Rp 80.236 masuk ke rekening *1234",
        "30/11 TRF/PAY/TOP-UP ECHANNEL BUDI 80.236,00 K",
    ] {
        assert!(tells_of_income(text, today()), "{text}: {:?}", read(text, today()));
    }
}

/// Whole notices in a bank's own form alone are payments, on the day they name wherever they name it.
#[test]
fn a_payment_is_what_a_bank_writes_and_nothing_else() {
    let today = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let wordings = include_str!("../../../../../tests/data/bank-notices.txt");
    let mut wrong = Vec::new();
    let cases = wordings.lines().filter(|line| !line.starts_with('#'));
    for (expected, text) in cases.filter_map(|line| line.split_once('|')) {
        let text = text.replace('~', "\n").replace("{a}", "30.236").replace("{c}", "30,236");
        let moved = read(&text, today);
        let ours = moved.iter().find(|moved| moved.amount == Rupiah::new(30_236) && moved.flow == Flow::In);
        let found = match ours.map(|moved| moved.day) {
            None => "no",
            Some(Some(day)) if day < today => "older",
            Some(Some(day)) if day > today => "to come",
            Some(_) => "offered",
        };
        if found != expected {
            wrong.push(format!("{text}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_statement_as_a_file_is_read_by_its_columns() {
    let bri = "Rekening:;0012-01-005678-50-1;;;\nTanggal;Keterangan;Debet;Kredit;Saldo\n30/11/2026;TRF BUDI;0,00;100.618,00;1.250.618,00\n30/11/2026;ADM;15.000,00;0,00;1.235.618,00\n";
    let one_column = "Date,Description,Branch,Amount,,Balance\n'30/11,TRSF CR BUDI,'0000,100618.00,CR,1250618.00\n";
    let in_and_out = &[(100_618, Flow::In), (15_000, Flow::Out)][..];
    for (text, expected) in [(bri, in_and_out), (one_column, &in_and_out[..1])] {
        let moved = read_table(&Table::of_text(text), today());
        assert_eq!(shown(&moved), expected, "{text}");
        assert_eq!(moved[0].day, Some(today()), "{text}");
    }
    let catalog = Table::of_text(crate::catalog::SAMPLE);
    assert!(read_table(&catalog, today()).iter().all(|moved| moved.flow != Flow::In), "a catalog is no statement");
}

#[test]
fn a_line_says_its_day_and_one_without_a_year_is_not_far_to_come() {
    let day = |text: &str| read(text, today()).first().and_then(|moved| moved.day).map(|day| day.to_string());
    for (text, expected) in [
        ("30/11 x 100,618.00 CR", Some("2026-11-30")),
        ("'01/12,x,100618.00,CR,1", Some("2026-12-01")),
        ("'10/12,x,100618.00,CR,1", Some("2025-12-10")),
        ("30/11/26 10:21 x 100,618.00 CR", Some("2026-11-30")),
        ("30/11 10:21 x 100,618.00 CR", Some("2026-11-30")),
        ("2026-11-28 10:21 100.618,00 CR", Some("2026-11-28")),
        ("5 Agustus 2026 100.618,00 CR", Some("2026-08-05")),
        ("31/02/2026 100.618,00 CR", None),
        ("BCA 30/11 100.618,00 CR", Some("2026-11-30")),
    ] {
        assert_eq!(day(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn hostile_text_costs_nothing() {
    for text in [
        "9".repeat(600_000),
        "1.".repeat(300_000),
        "Rp ".repeat(200_000),
        "100.618 CR\n".repeat(50_000),
        "é".repeat(400_000),
    ] {
        assert!(cut(&read(&text, today())).0.len() <= MOST_LINES);
    }
}
