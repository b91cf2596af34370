//! Destinations as their products read them.

use proptest::prelude::*;

use super::*;
use konter_core::phone::PrefixTable;

/// A shop that sells something of each kind.
fn kinds(code: &ProductCode, named: NamedAs) -> Option<DestKind> {
    match (code.as_str(), named) {
        ("S10" | "S5" | "X10" | "DANA50", _) => Some(DestKind::Phone),
        ("PLN20", _) => Some(DestKind::Meter),
        ("FF70" | "CARD10" | "PDAM" | "PLNPOST", _) | ("AIR", NamedAs::Bill) => Some(DestKind::Digits),
        ("ML86", _) => Some(DestKind::IdZone),
        ("GSH10" | "SAMSAT", _) => Some(DestKind::Text),
        _ => None,
    }
}

fn read(text: &str) -> Command {
    parse_with(text, &kinds)
}

/// The orders of a text in short, the PIN behind a slash; or what is wrong with it.
fn short(text: &str) -> String {
    match read(text) {
        Command::Order(request) => {
            let line = |line: &OrderLine| {
                let nth = if line.nth == 1 { String::new() } else { format!(" x{}", line.nth) };
                let buyer = line.buyer_phone.as_ref().map(|phone| format!(" for {phone}")).unwrap_or_default();
                format!("{} {}{nth}{buyer}", line.what, line.dest)
            };
            let lines: Vec<String> = request.lines.iter().map(line).collect();
            format!("{}/{}", lines.join(" + "), request.pin.as_ref().map_or("-", Pin::expose))
        }
        Command::BadOrder(BadOrder { problem: Problem::Destination(fault, typed), .. }) => format!("{fault:?} {typed}"),
        Command::BadOrder(BadOrder { problem, .. }) => format!("{problem:?}"),
        Command::Incomplete { problem, .. } => format!("incomplete {problem:?}"),
        other => format!("{other:?}"),
    }
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| short(text) != *expected)
        .map(|(text, expected)| format!("{text}: {:?}, not {expected:?}", short(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn digits_stay_as_they_are_typed() {
    check(&[
        ("FF70.6281234567.1234", "FF70 6281234567/1234"),
        ("FF70.62812345678.1234", "FF70 62812345678/1234"),
        ("FF70.6281234567890.1234", "FF70 6281234567890/1234"),
        ("FF70.81234567890.1234", "FF70 81234567890/1234"),
        ("FF70.081234567890.1234", "FF70 081234567890/1234"),
        ("FF70.1234567.1234", "FF70 1234567/1234"),
        ("6281234567.FF70.1234", "FF70 6281234567/1234"),
        ("FF70.2.6281234567.1234", "FF70 6281234567 x2/1234"),
        ("FF70.6281234567.1234.2", "FF70 6281234567 x2/1234"),
        ("FF70.0812 3456 7890.1234", "FF70 081234567890/1234"),
        ("FF70.+6281234567890.1234", "LacksZero +6281234567890"),
        ("FF70.156378300(8483).1234", "TwoParts 156378300(8483)"),
        ("FF70.156378300-8483.1234", "TwoParts 156378300-8483"),
        ("FF70.156378300|8483.1234", "TwoParts 156378300|8483"),
        ("FF70.B1234XYZ.1234", "Letters B1234XYZ"),
        ("CARD10.6032-9812-3456-7890.1234", "CARD10 6032981234567890/1234"),
    ]);
}

#[test]
fn numbers_in_the_groups_they_are_printed_in_are_one_number_or_refused() {
    check(&[
        ("CARD10 6032 9812 3456 7890 1234", "CARD10 6032981234567890/1234"),
        ("CARD10.6032 9812 3456 7890.1234", "CARD10 6032981234567890/1234"),
        ("CARD10 6032 9812 3456 7890", "CARD10 6032981234567890/-"),
        ("CARD10 6032 9812 3456 7890 1234 2", "CARD10 6032981234567890 x2/1234"),
        ("CARD10.6032 9812 345.1234", "CARD10 60329812345/1234"),
        ("PLN20.5300 1234 567.1234", "PLN20 53001234567/1234"),
        ("PLN20 5300 1234 567 1234", "PLN20 53001234567/1234"),
        ("PLN20 5300 1234 5678 1234", "PLN20 530012345678/1234"),
        ("PLN20.5300-1234-567.1234", "PLN20 53001234567/1234"),
        ("PLN20 5300 1234 1234", "PLN20 530012341234/-"),
        ("PLN20.1401234.1234", "PLN20 1401234/1234"),
        ("DANA50 6032 9812 3456 7890 1234", "NotAPhone 6032 9812 3456 7890"),
        ("PLN20 5300 1234 567 89 1234", "Leftover(\"89 ***\")"),
    ]);
    for text in ["CARD10 6032 9812 345 1234", "PLN20 5300 1234 567 89 1234"] {
        assert!(!matches!(read(text), Command::Order(_)), "{text}: {}", short(text));
    }
}

#[test]
fn a_meter_is_never_rewritten_and_its_buyer_stands_on_either_side() {
    check(&[
        ("PLN20.62812345678.1234", "PLN20 62812345678/1234"),
        ("PLN.62812345678.20.1234", "20 62812345678/1234"),
        ("PLN.14027480301.20.1234", "20 14027480301/1234"),
        ("20.62812345678.1234", "20 62812345678/1234"),
        ("20.628123456789.1234", "20 08123456789/1234"),
        ("PLN20.14027480301.081234567890.1234", "PLN20 14027480301 for 081234567890/1234"),
        ("PLN20.081234567890.14027480301.1234", "PLN20 14027480301 for 081234567890/1234"),
        ("PLN20.14027480301.1234.081234567890", "PLN20 14027480301 for 081234567890/1234"),
        ("100.86024157967.085750007322.1234", "100 86024157967 for 085750007322/1234"),
        ("PLN20.081234567890.1234", "PLN20 081234567890/1234"),
    ]);
    let Command::Order(request) = read("PLN.62812345678.20.1234") else { panic!() };
    assert_eq!(request.lines[0].dest, Destination::Meter("62812345678".to_owned()));
}

#[test]
fn a_phone_is_completed() {
    let plain = "DANA50 081234567890/1234";
    check(&[
        ("DANA50.81234567890.1234", plain),
        ("DANA50.6281234567890.1234", plain),
        ("DANA50.+62 812-3456-7890.1234", plain),
        ("DANA50.081234567890.1234", plain),
        ("S10.81234567890.1234", "S10 081234567890/1234"),
        ("S10.08123456789012.1234", "TooLong 08123456789012"),
        ("08123456789 5", "5 08123456789/-"),
        ("08123456789 5 1234", "5 08123456789/1234"),
    ]);
}

#[test]
fn a_user_and_its_zone_stay_apart_however_they_are_written() {
    let plain = "ML86 12345678(2001)/1234";
    check(&[
        ("ML86.12345678(2001).1234", plain),
        ("ML86.12345678 (2001).1234", plain),
        ("ML86 12345678 (2001) 1234", plain),
        ("ML86.12345678-2001.1234", plain),
        ("ML86.12345678|2001.1234", plain),
        ("ML86 12345678|2001 1234", plain),
        ("ML86 12345678 | 2001 1234", plain),
        ("ML86.12345678/2001.1234", plain),
        ("ML86.12345678.2001.1234", plain),
        ("ML86 12345678 2001 1234", plain),
        ("ML86#12345678#2001#1234", plain),
        ("12345678.2001.ML86.1234", plain),
        ("ML86.156378300(8483).1234", "ML86 156378300(8483)/1234"),
        ("ML86.81234567.os_asia.1234", "ML86 81234567(os_asia)/1234"),
        ("ML86.12345678(2001)", "ML86 12345678(2001)/-"),
        ("ML86.2.12345678.2001.1234", "ML86 12345678(2001) x2/1234"),
        ("ML86.12345678.2001.2.1234", "ML86 12345678(2001) x2/1234"),
        ("ML86.12345678.2001.1234.2", "ML86 12345678(2001) x2/1234"),
        ("ML86.12345678.2001.S10.081234567890.1234", "ML86 12345678(2001) + S10 081234567890/1234"),
    ]);
}

#[test]
fn the_word_for_a_zone_is_never_the_zone() {
    let plain = "ML86 12345678(2001)/1234";
    let without = "ML86 12345678(2001)/-";
    check(&[
        ("ML86 12345678 zone 2001", without),
        ("ML86 12345678 zona: 2001", without),
        ("ML86 12345678 server 2001", without),
        ("ML86 12345678 (zone 2001)", without),
        ("ML86 id 12345678 zone 2001", without),
        ("ML86\nID: 12345678\nZone: 2001", without),
        ("ML86 id12345678 zone2001", without),
        ("ML86 12345678 zona 2001 1234", plain),
        ("ML86 id 12345678 zone id 2001 1234", plain),
        ("ML86 12345678 (zone 2001) pin", without),
        ("ML86.12345678.zone2001.1234", plain),
        ("ML86 12345678 server asia 1234", "ML86 12345678(asia)/1234"),
        // By itself, as orders of other kinds end: it is shown before anything is bought.
        ("ML86 12345678 2001", without),
    ]);
    for text in ["ML86 12345678 zone", "ML86 12345678(zone)", "ML86 12345678 zone 2001a", "ML86 12345678 pin 1234"] {
        assert!(!matches!(read(text), Command::Order(_)), "{text}: {}", short(text));
    }
}

#[test]
fn a_zone_and_a_pin_are_never_taken_for_each_other() {
    check(&[
        ("ML86.12345678.2001", "NeedsZone 12345678"),
        ("ML86.12345678.1234", "NeedsZone 12345678"),
        ("ML86.12345678.1234.1234", "NeedsZone 12345678"),
        ("ML86.12345678.1234.2", "NeedsZone 12345678"),
        ("ML86.12345678 pin 1234", "NeedsZone ***"),
        ("ML86.12345678.1234.S10.081234567890.1234", "NeedsZone 12345678"),
        ("ML86.081234567890.1234", "NeedsZone 081234567890"),
        ("ML86.12345678", "NeedsZone ***"),
        ("ML86.1234", "NeedsZone ***"),
    ]);
}

#[test]
fn a_destination_with_letters_is_taken_as_typed() {
    check(&[
        ("GSH10.NamaKu#IDN1.1234", "GSH10 NamaKu#IDN1/1234"),
        ("gsh10 NamaKu#IDN1 1234", "GSH10 NamaKu#IDN1/1234"),
        ("GSH10#NamaKu#IDN1#1234", "GSH10 NamaKu#IDN1/1234"),
        ("GSH10.Nama Ku#IDN1.1234", "GSH10 Nama Ku#IDN1/1234"),
        ("GSH10.2.NamaKu#IDN1.1234", "GSH10 NamaKu#IDN1 x2/1234"),
        ("GSH10.NamaKu#1234.5678", "GSH10 NamaKu#1234/5678"),
        ("GSH10.budi.cell@example.co.id.1234", "GSH10 budi.cell@example.co.id/1234"),
        ("GSH10.NamaKu#IDN1", "GSH10 NamaKu#IDN1/-"),
        ("SAMSAT B 1234 XYZ 5678", "SAMSAT B1234XYZ/5678"),
        ("SAMSAT.B1234XYZ.5678", "SAMSAT B1234XYZ/5678"),
        ("GSH10.12345678.1234", "GSH10 12345678/1234"),
        // The tag may be a PIN.
        ("GSH10#NamaKu#1234", "Missing(Pin)"),
        ("GSH10.1234", "Missing(Destination)"),
    ]);
    for text in ["GSH10 Nama Ku 1234", "GSH10.NamaKu#IDN1 cepat 1234", "GSH10 2 Cepat#IDN1 1234", "GSH10.PIN.1234"] {
        assert!(!matches!(read(text), Command::Order(_)), "{text}: {}", short(text));
    }
}

#[test]
fn bills_and_meters_are_looked_up_by_what_was_typed() {
    let customer = |text: &str| match read(text) {
        Command::Meter { customer, .. }
        | Command::BillInquiry { customer, .. }
        | Command::BillPayment { customer, .. } => customer,
        other => format!("{other:?}"),
    };
    for (text, expected) in [
        ("CEKPLN.62812345678", "62812345678"),
        ("CEKPLN.628123456789", "628123456789"),
        ("CEKPLN 5300 1234 567", "53001234567"),
        ("CEKPLN 5300 1234 567 1234", "53001234567"),
        ("TAG.PDAM.6281234567", "6281234567"),
        ("TAG.AIR.6281234567", "6281234567"),
        ("TAG.PLNPOST.628123456789", "628123456789"),
        ("BAYAR.PLNPOST.628123456789.1234", "628123456789"),
        ("PLNPOST 628123456789 CEK 1234", "628123456789"),
        ("TAG.QQQ.628123456789", "628123456789"),
        ("TAG.PDAM.021-7654321", "0217654321"),
        ("TAG.DANA50.81234567890", "081234567890"),
        ("TAG.SAMSAT.B1234XYZ", "B1234XYZ"),
        ("TAG SAMSAT B 1234 XYZ 5678", "B1234XYZ"),
        ("TAG.ML86.12345678(2001)", "12345678(2001)"),
    ] {
        assert_eq!(customer(text), expected, "{text}");
    }
    assert!(short("TAG.PDAM.B1234XYZ").contains("Destination(Letters"), "{}", short("TAG.PDAM.B1234XYZ"));
    assert!(short("TAG.PDAM.156378300(8483)").contains("TwoParts"), "{}", short("TAG.PDAM.156378300(8483)"));
}

#[test]
fn a_word_that_spoils_an_order_is_named() {
    check(&[
        ("S10.lewat.081281234513.1234", "Unfit(Destination, \"lewat\")"),
        ("S10.081281234514.1234 lewat", "Leftover(\"lewat\")"),
    ]);
    // A talk about a product is no order.
    assert!(matches!(read("S10 belum masuk bos sejak jam 1200"), Command::Talk(Talk::NotArrived { .. })));
}

#[test]
fn a_number_alone_ends_where_it_is_complete() {
    for (text, expected) in [
        ("08123456789", Some("08123456789")),
        ("0812-3456-7890", Some("081234567890")),
        ("0812 3456 7890", Some("081234567890")),
        ("14027480301", Some("14027480301")),
        ("5300 1234 567", Some("53001234567")),
        ("08123456789 5", None),
        ("0812345678 123", None),
        ("0812-3456-789 12", None),
        ("14027480301 20", None),
        ("081234567890 1234", None),
        ("1234", None),
        ("S10", None),
        ("", None),
    ] {
        assert_eq!(destination_alone(text).map(|dest| dest.to_string()).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_text_that_is_all_one_destination_is_read_whole() {
    for (kind, text, expected) in [
        (DestKind::Digits, "6281234567", Ok("6281234567")),
        (DestKind::Digits, "12345", Ok("12345")),
        (DestKind::Digits, "5200 1050 9867", Ok("520010509867")),
        (DestKind::Digits, "021-7654321", Ok("0217654321")),
        (DestKind::Digits, "520010509867 1234", Err(DestinationFault::NotItsForm)),
        (DestKind::Digits, "12345 1234", Err(DestinationFault::NotItsForm)),
        (DestKind::Digits, "12345678(2001)", Err(DestinationFault::TwoParts)),
        (DestKind::Phone, "81234567890", Ok("081234567890")),
        (DestKind::Meter, "62812345678", Ok("62812345678")),
        (DestKind::IdZone, "12345678 2001", Ok("12345678(2001)")),
        (DestKind::IdZone, "12345678", Err(DestinationFault::NeedsZone)),
        (DestKind::Text, "Nama Ku#IDN1", Ok("Nama Ku#IDN1")),
    ] {
        let read = destination_of(kind, text);
        assert_eq!(read.as_ref().map(Destination::as_str).map_err(|fault| *fault), expected, "{text}");
    }
}

#[test]
fn orders_to_names_and_plates_are_found() {
    let dest = |text: &str| match read(text) {
        Command::Orders(query) => query.dest,
        other => panic!("{text}: {other:?}"),
    };
    for (text, expected) in [
        ("CEK.NamaKu#IDN1", "NamaKu#IDN1"),
        ("CEK.B1234XYZ", "B1234XYZ"),
        ("CEK B 1234 XYZ", "B1234XYZ"),
        ("CEK.156378300(8483)", "156378300(8483)"),
        ("CEK.081234567890", "081234567890"),
    ] {
        assert_eq!(dest(text).as_deref(), Some(expected), "{text}");
    }
    assert!(matches!(read("CEK.S10"), Command::Prices { .. }));
}

#[test]
fn what_does_not_fit_a_product_is_told_by_the_catalog() {
    let prefixes = PrefixTable::default();
    let customer = |digits: &str| Destination::Customer(digits.to_owned());
    let meter = |digits: &str| Destination::Meter(digits.to_owned());
    for (dest, kind, sure, fault) in [
        (meter("14027480301"), DestKind::Meter, false, None),
        (meter("62812345678"), DestKind::Meter, false, None),
        (meter("81234567890"), DestKind::Meter, false, None),
        (meter("081234567890"), DestKind::Meter, false, Some(DestinationFault::PhoneNotMeter)),
        (meter("08123456789"), DestKind::Meter, false, Some(DestinationFault::PhoneNotMeter)),
        (meter("628123456789"), DestKind::Meter, false, Some(DestinationFault::PhoneNotMeter)),
        (meter("1402748030"), DestKind::Meter, false, Some(DestinationFault::TooShort)),
        (meter("1402748030123"), DestKind::Meter, false, Some(DestinationFault::TooLong)),
        (customer("6281234567"), DestKind::Digits, false, None),
        (customer("81234567890"), DestKind::Digits, true, None),
        (customer("81234567890"), DestKind::Digits, false, Some(DestinationFault::LacksZero)),
        (customer("80034567890"), DestKind::Digits, false, None),
        (customer("14027480301"), DestKind::Phone, false, Some(DestinationFault::NotAPhone)),
        (Destination::Phone("081234567890".parse().unwrap()), DestKind::Phone, false, None),
        (
            Destination::Phone("081234567890".parse().unwrap()),
            DestKind::Digits,
            true,
            Some(DestinationFault::Unreadable),
        ),
        (customer("12345678"), DestKind::IdZone, false, Some(DestinationFault::NeedsZone)),
    ] {
        assert_eq!(dest.fault(kind, sure, &prefixes), fault, "{dest} {kind:?}");
    }
    assert!(customer("62812345678").is_phone_or_meter(&prefixes));
    assert!(customer("81234567890").is_phone_or_meter(&prefixes));
    assert!(!customer("14027480301").is_phone_or_meter(&prefixes));
    assert!(!meter("62812345678").is_phone_or_meter(&prefixes));
}

proptest! {
    /// Whatever is typed behind a product: what is ordered for stands in the message as it was typed, or is its phone
    /// number.
    #[test]
    fn nothing_is_bought_for_a_number_that_was_not_typed(
        code in prop::sample::select(vec!["FF70", "ML86", "PLN20", "DANA50", "GSH10", "S10"]),
        parts in prop::collection::vec("[0-9]{1,14}|62[0-9]{8,11}|08[0-9]{8,11}|[(|-]?[0-9]{4}[)]?|[A-Za-z#]{1,6}", 1..5),
        separator in prop::sample::select(vec![".", " ", "#", "-", ". "]),
        pin in "[0-9]{4,6}",
    ) {
        let text = format!("{code}{separator}{}{separator}{pin}", parts.join(separator));
        if let Command::Order(request) = read(&text) {
            for line in &request.lines {
                let What::Code(ordered) = &line.what else { continue };
                let Some(kind) = kinds(ordered, NamedAs::Code) else { continue }; // nobody sells it
                let plain = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
                let (typed, dest) = (plain(&text), plain(line.dest.as_str()));
                let as_phone = kind == DestKind::Phone && dest.strip_prefix('0').is_some_and(|rest| typed.contains(rest));
                // A word that asks for nothing may stand within a number: `12345678 zone 2001`, `0812 ya 34567890`.
                let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
                let in_pieces = kind != DestKind::Text && digits(&text).contains(&digits(&dest));
                prop_assert!(typed.contains(&dest) || as_phone || in_pieces, "{}: {:?}", text, line);
                let fits = match &line.dest {
                    Destination::Phone(_) => kind == DestKind::Phone,
                    Destination::Meter(_) => kind == DestKind::Meter,
                    Destination::Customer(_) => matches!(kind, DestKind::Digits | DestKind::Phone),
                    Destination::Zoned(_) => kind == DestKind::IdZone,
                    Destination::Text(_) => kind == DestKind::Text,
                };
                prop_assert!(fits, "{}: {:?}", text, line);
                // Written out as konter writes it, it is the same order. A `#` parts as well: with one in a name it is asked back.
                if line.dest.as_str().contains('#') {
                    continue;
                }
                let again = line.example(line.nth).replace(".PIN", ".5937");
                let Command::Order(again) = read(&again) else { panic!("{again:?} of {text:?}: {:?}", read(&again)) };
                prop_assert_eq!(&again.lines, std::slice::from_ref(line), "{}", text);
            }
        }
    }
}
