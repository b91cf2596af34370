//! Orders, whatever is known of the product.

use super::*;

#[test]
fn a_number_is_read_in_every_style_in_every_place() {
    let plain = "S10 081234567890/1234";
    check_orders(&[
        ("s10.081234567890.1234", plain),
        ("S10 0812 3456 7890 1234", plain),
        ("S10.0812.3456.7890.1234", plain),
        ("S10.+62 812-3456-7890.1234", plain),
        ("S10 +62 812 3456 7890 1234", plain),
        ("S10 62 812 3456 7890 1234", plain),
        ("S10.(0812) 3456 7890.1234", plain),
        ("S10 (0812) 34567-890 1234", plain),
        ("S10 0812-3456 7890 1234", plain),
        ("S10 0812 - 3456 - 7890 1234", plain),
        ("S10#6281234567890#1234", plain),
        ("S10*081234567890*1234#", plain),
        ("S10, 081234567890; 1234", plain),
        ("*S10.081234567890.1234*", plain),
        ("Ｓ１０．０８１２３４５６７８９０．１２３４", plain),
        ("\u{202B}S10.0812\u{200B}34567890.1234\u{202C}", plain),
        ("S10\n081234567890\n1234", plain),
        ("081234567890.S10.1234", plain),
        ("I.S10.081234567890.1234", plain),
        ("/beli@konter_bot S10 081234567890 1234", plain),
        ("/order S10 081234567890 1234", plain),
        ("10.081234567890.1234", "10 081234567890/1234"),
        ("10000.081234567890.1234", "10 081234567890/1234"),
        ("12500.081234567890.1234", "12500 081234567890/1234"),
        ("ML86.12345678(2334).1234", "ML86 12345678(2334)/1234"),
        ("FF70.1234567.1234", "FF70 1234567/1234"),
        ("S10 0812 3456 7890", "S10 081234567890/-"),
        ("S10.081234567890.PIN", "S10 081234567890/-"),
    ]);
}

#[test]
fn the_repeat_number_is_read_wherever_it_stands() {
    let second = "S10 081234567890 x2/1234";
    check_orders(&[
        ("S10.2.081234567890.1234", second),
        ("S10.081234567890.2.1234", second),
        ("S10.081234567890.1234.2", second),
        ("S10.081234567890.1234#2", second),
        ("#2.S10.081234567890.1234", second),
        ("#2 S10 0812 3456 7890 1234", second),
        ("2S10.081234567890.1234", second),
        ("I2.S10.081234567890.1234", second),
        ("S10.081234567890.1234.RO", second),
        ("Ulang.S10.081234567890.1234", second),
        ("Ulang.S10.081234567890.1234.1", second),
        ("S10.2.081234567890.1234.2", second),
        ("S10.081234567890.1234.1", "S10 081234567890/1234"),
        ("Ulang.S10.081234567890.1234.2", "S10 081234567890 x3/1234"),
        ("#2.10.081234567890.1234", "10 081234567890 x2/1234"),
        ("I10.2.085634567890.1234", "I10 085634567890 x2/1234"),
        ("I2.085634567890.1234", "I2 085634567890/1234"),
    ]);
    assert_eq!(problem("S10.2.081234567890.1234.3"), Problem::RepeatsDisagree);
}

#[test]
fn several_orders_share_one_pin() {
    let both = "S10 081234567890 + X10 087812345678/1234";
    check_orders(&[
        ("S10.081234567890.X10.087812345678.1234", both),
        ("S10.081234567890,X10.087812345678.1234", both),
        ("S10.081234567890.1234;X10.087812345678.1234", both),
        ("S10 0812 3456 7890 X10 0878 1234 5678 1234", both),
        ("S10.081234567890\nX10.087812345678\n1234", both),
        ("M-S10.081234567890-X10.087812345678-1234", both),
        ("081234567890.S10.087812345678.X10.1234", both),
        ("S10.2.081234567890.X10.087812345678.1234", "S10 081234567890 x2 + X10 087812345678/1234"),
    ]);
    assert_eq!(problem("S10.081234567890.1234;X10.087812345678.4321"), Problem::DifferentPins);
    assert_eq!(problem("S10.081234567890.S10.6281234567890.1234"), Problem::SameOrderTwice);
    assert_eq!(problem("S10.081234567890.X10.087812345678.1234 R#a1"), Problem::ReferenceForSeveral);
    let many = |count: usize| {
        (0..count).map(|i| format!("S10.0812345678{i:02}")).chain(["1234".to_owned()]).collect::<Vec<_>>().join(".")
    };
    assert!(matches!(parse(&many(MAX_ORDERS_PER_MESSAGE)), Command::Order(_)));
    assert_eq!(problem(&many(MAX_ORDERS_PER_MESSAGE + 1)), Problem::TooManyOrders);
    assert_eq!(problem(&many(99)), Problem::TooManyOrders);
}

#[test]
fn whom_to_tell_the_token_stands_behind_the_pin_or_before_the_meter() {
    let told = "PLN20 14027480301 for 085712345678/1234";
    check_orders(&[
        ("PLN20.14027480301.1234.085712345678", told),
        ("PLN20.14027480301.1234.0857 1234 5678", told),
        ("PLN20.085712345678.14027480301.1234", told),
        ("PLN 14027480301 20 1234", "20 14027480301/1234"),
        ("20.14027480301.1234.2.085712345678", "20 14027480301 x2 for 085712345678/1234"),
    ]);
    // With a mobile number to fill up, a second one is more likely a slip.
    assert!(matches!(problem("S10.081234567890.1234.085712345678"), Problem::Leftover(_)));
}

#[test]
fn what_can_mean_two_things_is_not_bought() {
    for text in ["S10 0812 345 67 1234", "5.081234567890.2.5.087812345678.1234", "100.14027480301.2000.085712345678"] {
        assert_eq!(problem(text), Problem::Ambiguous, "{text}");
    }
}

#[test]
fn a_destination_that_cannot_be_read_is_named_and_not_bought() {
    for (text, fault) in [
        ("S10.0812xxxx.1234", DestinationFault::Unreadable),
        ("S10.0812XXXXXXX", DestinationFault::Unreadable),
        ("10.0812-xxxx-7890.1234", DestinationFault::Unreadable),
        ("S10.0812345.1234", DestinationFault::TooShort),
        ("S10.0812345678901234.1234", DestinationFault::TooLong),
        ("S10.0812345678901234", DestinationFault::TooLong),
        ("S10.123456789012345678901.1234", DestinationFault::TooLong),
    ] {
        assert!(matches!(problem(text), Problem::Destination(found, _) if found == fault), "{text}: {:?}", parse(text));
    }
    assert_eq!(problem("S10.1234"), Problem::Missing(Part::Destination));
    assert!(matches!(problem("S10.081234567890.1234 lewat"), Problem::Leftover(_)));
    for text in [
        "S10-0812-3456-7890-1234",
        "S10.-081234567890.1234",
        "tolong 081234567890",
        "081234567890",
        "1234.081234567890",
        "T.081234567890.1234",
        "M.S10.100000.1234",
        "halo",
        "👍",
        "",
        "...",
        "/",
    ] {
        assert!(!matches!(parse(text), Command::Order(_)), "{text}");
    }
}

#[test]
fn a_machine_clients_reference_comes_last() {
    let reference = |text: &str| match parse(text) {
        Command::Order(request) => request.reference,
        other => panic!("{other:?}"),
    };
    for text in ["S10.081234567890.1234 R#ab-1", "S10.081234567890.1234.r#ab-1"] {
        assert_eq!(reference(text).as_deref(), Some("ab-1"));
    }
    assert_eq!(reference("S10.081234567890.1234"), None);
    assert!(matches!(parse("S10.081234567890.1234 R#a b"), Command::BadOrder(_)));
    assert!(matches!(parse("SALDO R#1"), Command::Incomplete { topic: Topic::Balance, .. }));
}
