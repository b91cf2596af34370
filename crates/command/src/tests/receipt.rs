//! Receipts.

use super::*;

fn shown(text: &str) -> String {
    match parse(text) {
        Command::Receipt { of, price } => {
            let of = match of {
                ReceiptOf::Latest => "latest".to_owned(),
                ReceiptOf::Order(id) => format!("#{id}"),
                ReceiptOf::Customer { dest, date: None } => dest,
                ReceiptOf::Customer { dest, date: Some(date) } => format!("{dest} on {date:?}"),
            };
            price.map_or_else(|| of.clone(), |price| format!("{of} for {price}"))
        }
        Command::ReceiptLine(line) => format!("{line:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn receipts_are_asked_for_in_many_ways() {
    for (text, expected) in [
        ("STRUK", "latest"),
        ("struk 12", "#12"),
        ("STRUK #12", "#12"),
        ("CETAK.12.25000", "#12 for 25.000"),
        ("STRUK.12.25.000", "#12 for 25.000"),
        ("STRUK.12.25rb", "#12 for 25.000"),
        ("/struk 12 25000", "#12 for 25.000"),
        ("NOTA.081234567890", "081234567890"),
        ("STRUK.0812-3456-7890.12000", "081234567890 for 12.000"),
        ("PRINT.10123456789.01012015", "10123456789 on Day(2015-01-01)"),
        ("STRUK.520010509867.KEMARIN", "520010509867 on Yesterday"),
        ("NAMASTRUK.Berkah Cell, Jl. Mawar 1", "Shop(Some(\"Berkah Cell, Jl. Mawar 1\"))"),
        ("STRUK.NAMA.Berkah Cell", "Shop(Some(\"Berkah Cell\"))"),
        ("KAKISTRUK", "Footer(None)"),
        ("STRUK KAKI Terima kasih.", "Footer(Some(\"Terima kasih.\"))"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_receipt_is_told_why() {
    for text in ["STRUK.abc", "STRUK.12.0", "STRUK.12.-5000", "STRUK.12.5000.9999.1"] {
        assert!(shown(text).starts_with("Incomplete { topic: Receipt"), "{text}: {}", shown(text));
    }
}
