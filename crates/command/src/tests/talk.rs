//! Complaints.

use super::*;

#[test]
fn a_complaint_keeps_its_words_and_loses_its_pin() {
    let complaint = |text: &str| match parse(text) {
        Command::Complaint { text, .. } => text.to_string(),
        other => panic!("{text}: {other:?}"),
    };
    for (text, words) in [
        ("KOMPLAIN.S10 ke 081234567890 Belum masuk!", "S10 ke 081234567890 Belum masuk!"),
        ("k.S10 belum masuk.1234", "S10 belum masuk"),
        ("K.1234.S10 belum masuk.", "S10 belum masuk."),
        ("C.8888.Tidak masuk.1234", "8888.Tidak masuk"),
        ("/komplain saldo 100.000 belum masuk", "saldo 100.000 belum masuk"),
    ] {
        assert_eq!(complaint(text), words, "{text}");
    }
    assert_eq!(parse("KOMPLAIN"), Command::Talk(Talk::WantsAdmin));
    assert_eq!(problem("KOMPLAIN.1234"), Problem::Missing(Part::Text));
}
