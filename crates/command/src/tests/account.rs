//! Looking up orders, and the small commands.

use super::*;

#[test]
fn an_orders_state_is_asked_for_by_day_product_and_number() {
    let asked = |text: &str| match parse(text) {
        Command::Orders(OrdersQuery { dest, product, date, pin: None, number: None }) => {
            let text = |part: Option<String>| part.unwrap_or_default();
            (text(date.map(|date| format!("{date:?}"))), text(product.map(|code| code.to_string())), text(dest))
        }
        other => panic!("{text}: {other:?}"),
    };
    let line = |date: &str, product: &str, dest: &str| (date.to_owned(), product.to_owned(), dest.to_owned());
    for (text, expected) in [
        ("INFO.100811.X10.081931001001", line("Day(2011-08-10)", "X10", "081931001001")),
        ("INFO.291126.S5", line("Day(2026-11-29)", "S5", "")),
        ("info s10 0812-3456-7890", line("", "S10", "081234567890")),
        ("INFO.081234567890", line("", "", "081234567890")),
    ] {
        assert_eq!(asked(text), expected, "{text}");
    }
    for text in [
        "INFO gangguan 081234567890",
        "INFO.1234.S10 belum masuk",
        "info s10 12 gangguan?",
        "INFO.1234.X10.081931001001",
    ] {
        assert!(matches!(parse(text), Command::Complaint { .. }), "{text}: {:?}", parse(text));
    }
    assert_eq!(parse("INFO.100811"), Command::Known(Feature::CentreNumbers));
}

#[test]
fn everything_else_finds_its_command() {
    for (text, expected) in [
        ("DAFTAR Budi Cell 1234", "Register { name: \"Budi Cell\", town: None, pin: *** }"),
        ("daftar#Budi Cell#Palu#1234", "Register { name: \"Budi Cell\", town: Some(\"Palu\"), pin: *** }"),
        ("/start ref_12", "Start { payload: Some(\"ref_12\") }"),
        ("/start", "Start { payload: None }"),
        ("/harga S", "Prices { filters: [Word(\"S\")] }"),
        ("CEK SALDO", "Balance { pin: None }"),
        ("BAHASA EN", "Language { to: Some(English) }"),
        ("/help deposit", "Help { topic: Some(\"deposit\") }"),
        ("GP.1234.4321", "ChangePin { a: ***, b: *** }"),
        ("PAR.JS165-11.081234567890.1234", "Known(SenderNumbers)"),
        ("warung sebelah 081234567890 tutup", "Talk(OfNumber { dest: \"081234567890\" })"),
    ] {
        assert_eq!(format!("{:?}", parse(text)), expected, "{text}");
    }
    for (text, nearest) in
        [("TARKI", Topic::TakeBack), ("mohon pengertiannya", Topic::Complaint), ("entahlah", Topic::Help)]
    {
        assert_eq!(parse(text), Command::Unknown { nearest }, "{text}");
    }
    assert_eq!(suggest("SALDDO"), "SALDO");
}
