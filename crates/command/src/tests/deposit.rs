//! Tickets, proofs, amounts.

use super::*;

#[test]
fn a_deposit_without_a_reseller_is_ones_own_ticket() {
    for text in ["/deposit 100000", "/deposit 100.000 1234", "/deposit BCA 100000", "/deposit Rp100.000"] {
        let expected = Some(Rupiah::new(100_000));
        assert!(
            matches!(parse(text), Command::Deposit { amount, .. } if amount == expected),
            "{text}: {:?}",
            parse(text)
        );
    }
    // Without the slash they are nobody's command.
    for text in ["acc 12", "sukses 12 1234", "blokir KR0001"] {
        assert!(!matches!(parse(text), Command::Admin(_)), "{text}");
    }
}

#[test]
fn staff_may_write_an_amount_as_people_say_it() {
    let booked = |text: &str| match parse(text) {
        Command::Admin(AdminCommand::Deposit { amount, note, .. }) => Some((amount.get(), note.unwrap_or_default())),
        _ => None,
    };
    for (typed, amount, note) in [
        ("50 ribu", 50_000, ""),
        ("50 rb tunai", 50_000, "tunai"),
        ("Rp 65.000,-", 65_000, ""),
        ("65000,- dari Ani", 65_000, "dari Ani"),
        ("1,5jt", 1_500_000, ""),
        ("2 juta", 2_000_000, ""),
        ("50000 oke", 50_000, "oke"),
        ("1jt5", 1_500_000, ""),
        ("1jt250 tunai", 1_250_000, "tunai"),
        ("1,250jt", 1_250_000, ""),
        ("0,5 jt", 500_000, ""),
        ("1,5 juta", 1_500_000, ""),
        ("100.000,00", 100_000, ""),
        ("seratus ribu", 100_000, ""),
        ("seratus lima puluh ribu tunai", 150_000, "tunai"),
        ("sejuta lunas", 1_000_000, "lunas"),
        ("1500 rb", 1_500_000, ""),
    ] {
        assert_eq!(booked(&format!("/deposit KR0001 {typed}")), Some((amount, note.to_owned())), "{typed}");
    }
    for slip in [
        "1 500 000",
        "65.0000",
        "100.00",
        "1jt25",
        "50 ribu lima ratus",
        "seratus",
        "57000 KR0002 58000",
        "57000 081299990009 58 ribu",
    ] {
        assert_eq!(booked(&format!("/deposit KR0001 {slip}")), None, "{slip}");
    }
    assert_eq!(problem("/deposit KR0001 57000 kr0002 58000"), Problem::SeveralDeposits);
    for (typed, less, more) in [
        ("50000 rb", 50_000, 50_000_000),
        ("50000rb", 50_000, 50_000_000),
        ("50.000 rb", 50_000, 50_000_000),
        ("10.600rb tunai", 10_600, 10_600_000),
        ("1.250jt", 1_250_000, 1_250_000_000),
        ("-50.000rb", 50_000, 50_000_000),
    ] {
        let doubt = Problem::DoubtfulAmount { less: Rupiah::new(less), more: Rupiah::new(more) };
        assert_eq!(problem(&format!("/deposit KR0001 {typed}")), doubt, "{typed}");
    }
    // No PIN stands there, so what cannot be read is shown as it is.
    let shown = |text: &str| {
        format!(
            "{}",
            match problem(text) {
                Problem::Unfit(_, typed) | Problem::Leftover(typed) => typed,
                other => panic!("{text}: {other:?}"),
            }
        )
    };
    assert_eq!(shown("/deposit KR0001 65.0000"), "65.0000");
    assert_eq!(shown("/acc 12 100412 100412"), "100412");
    for polite in
        ["/acc 12 ok", "/acc 12, makasih ya", "/setujui KR0001 ya", "/gagal 13, nomor salah", "/gagal 13,nomor salah"]
    {
        assert!(matches!(parse(polite), Command::Admin(_)), "{polite}: {:?}", parse(polite));
    }
    assert!(!matches!(parse("/acc 12 ga jadi"), Command::Admin(_)));
}

#[test]
fn a_proof_is_passed_on_without_a_pin() {
    let proof = |text: &str| match parse(text) {
        Command::Proof { text, pin } => (text.as_str().to_owned(), pin.map(|pin| pin.expose().to_owned())),
        other => panic!("{text}: {other:?}"),
    };
    for (text, words, pin) in [
        ("BUKTI.sudah tf 100.412 dari BCA", "sudah tf 100.412 dari BCA", None),
        ("KONFIRMASI.100412.BCA.Siti.4321", "100412.BCA.Siti", Some("4321")),
        ("konfirmasi.4321.transfer 50.030", "transfer 50.030", Some("4321")),
        ("bukti transfer", "transfer", None),
        ("BUKTI", "", None),
    ] {
        assert_eq!(proof(text), (words.to_owned(), pin.map(str::to_owned)), "{text}");
    }
    for (text, words) in [
        ("sudah tf 100.412 ya bos", "sudah tf 100.412 ya bos"),
        ("sdh transfer.4321", "sdh transfer"),
        ("sudah tf 100412, pin 4321", "sudah tf ***, pin ***"),
    ] {
        assert_eq!(proof_words(text), words, "{text}");
    }
}

#[test]
fn telling_of_a_transfer_sounds_like_a_proof_and_nothing_else_does() {
    for text in
        ["sudah transfer min", "Sdh TF 100.412 BCA", "udah trf ya", "ini bukti transfernya, sudah tf", "dah setor bos"]
    {
        assert!(sounds_like_proof(text), "{text}");
    }
    for text in [
        "",
        "transfer kemana?",
        "mau tf dulu",
        "sudah",
        "pulsa sudah masuk",
        "S10.081234567890.1234",
        "stafnya sudah tau",
    ] {
        assert!(!sounds_like_proof(text), "{text}");
    }
}

#[test]
fn amounts_are_read_by_their_shape() {
    let amount = |text: &str| match parse(text) {
        Command::Deposit { amount, pin, .. } => Ok((amount.map(Rupiah::get), pin.is_some())),
        other => Err(other),
    };
    for (text, expected, pin) in [
        ("TIKET.100000", 100_000, false),
        ("TIKET.100.000", 100_000, false),
        ("TIKET 1,000,000 1234", 1_000_000, true),
        ("TIKET.100.000.1234", 100_000, true),
        ("tiket rp 50.000", 50_000, false),
        ("TIKET.500rb.1234", 500_000, true),
        ("TIKET 500 ribu", 500_000, false),
        ("deposit 2jt", 2_000_000, false),
        ("deposit 2jt5", 2_500_000, false),
        ("TIKET 1,25 juta", 1_250_000, false),
    ] {
        assert_eq!(amount(text), Ok((Some(expected), pin)), "{text}");
    }
    for text in [
        "TIKET.17",
        "TIKET.0",
        "TIKET.abc",
        "TIKET.100,00.000",
        "TIKET.99999999999999999999",
        "TIKET.50000.12",
        "TIKET 50000 rb",
        "TIKET.50.000 rb",
    ] {
        assert!(amount(text).is_err(), "{text}: {:?}", parse(text));
    }
    assert_eq!(problem("TIKET.-100000"), Problem::NegativeAmount);
    assert_eq!(problem("TR.KR0002.-50000.1234"), Problem::NegativeAmount);
}
