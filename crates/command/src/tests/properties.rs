//! What holds for any text.

use proptest::prelude::*;

use super::*;
use konter_core::order::request::MAX_NTH;
use konter_core::phone::Phone;

#[test]
fn huge_and_tangled_messages_are_answered_at_once() {
    for text in [
        "S10.081234567890.".repeat(6_000),
        "0812 ".repeat(20_000),
        "5.081234567890.2.10.".repeat(5_000),
        "5 2 081234567890 2 ".repeat(6),
        "9".repeat(100_000),
        "\u{202E}🙂#2.".repeat(20_000),
        "DAFTAR.".to_owned() + &"08 - ".repeat(20_000),
        "LAP.".to_owned() + &"1.".repeat(50_000),
    ] {
        assert!(!matches!(parse(&text), Command::Order(_)));
    }
}

fn code() -> impl Strategy<Value = String> {
    "[A-Z]{1,4}[0-9]{1,3}".prop_filter("words open commands", |code| !is_reserved(code))
}

fn mobile() -> impl Strategy<Value = String> {
    "08[1-9][0-9]{8,9}"
}

/// A number as somebody may write it; pieces with spaces only where `spaced` leaves no doubt.
fn styled(phone: &str, style: u8) -> String {
    let (a, rest) = phone.split_at(4);
    let (b, c) = rest.split_at(4);
    match style {
        0 => phone.to_owned(),
        1 => format!("{a}-{b}-{c}"),
        2 => format!("+62{}", &phone[1..]),
        3 => format!("62{}", &phone[1..]),
        4 => format!("({a}) {b}-{c}"),
        5 => format!("+62 {}-{b}-{c}", &a[1..]),
        6 => format!("{a} {b} {c}"),
        _ => phone.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
    }
}

const SEPARATORS: [&str; 7] = [".", "#", "*", ",", ";", " . ", ". "];

proptest! {
    #[test]
    fn any_text_gives_a_command(text in any::<String>()) {
        let command = parse(&text);
        let _ = (format!("{command:?}"), redact(&text), suggest(&text));
    }

    #[test]
    fn anything_that_looks_like_a_message_gives_a_command(
        text in "(/?(S10|PLN|CEK|LAP|TR|M|I2|Ulang|K|DAFTAR|TIKET|deposit|GP|10|2|#2)[.# *,;-]){0,3}([0-9x+() .#-]{0,20}){0,4}( R#[a-z0-9]*)?"
    ) {
        let _ = parse(&text);
    }

    #[test]
    fn without_digits_enough_for_a_number_nothing_is_ordered(
        parts in prop::collection::vec("[A-Za-zx .#*,;/+()-]{1,8}[0-9]{0,1}", 0..5)
    ) {
        let text = parts.concat();
        prop_assert!(!matches!(parse(&text), Command::Order(_)), "{}", text);
    }

    #[test]
    fn an_order_reads_the_same_however_it_is_typed(
        lines in prop::collection::vec((code(), mobile(), 0..8_u8), 1..4),
        pin in "[0-9]{4,6}",
        nth in 1..=MAX_NTH,
        place in 0..3,
        separator in prop::sample::select(&SEPARATORS[..]),
        lower: bool,
    ) {
        let single = lines.len() == 1;
        let mut text = Vec::new();
        let mut expected: Vec<OrderLine> = Vec::new();
        for (code, phone, style) in &lines {
            let nth = if single { nth } else { 1 };
            text.push(code.clone());
            if single && place == 0 { text.push(nth.to_string()); }
            text.push(styled(phone, *style));
            if single && place == 1 { text.push(nth.to_string()); }
            let dest = Destination::Phone(phone.parse::<Phone>().unwrap());
            expected.push(OrderLine { what: What::Code(code.parse().unwrap()), dest, nth, buyer_phone: None });
        }
        text.push(pin.clone());
        if single && place == 2 { text.push(nth.to_string()); }
        prop_assume!((1..expected.len()).all(|i| !expected[..i].contains(&expected[i])));
        let text = text.join(separator);
        let text = if lower { text.to_lowercase() } else { text };
        let request = OrderRequest { lines: expected, pin: Some(pin.parse().unwrap()), reference: None };
        prop_assert_eq!(parse(&text), Command::Order(request), "{}", text);
    }

    #[test]
    fn an_order_by_spaces_alone_is_never_another_order(
        code in code(),
        phone in mobile(),
        style in 0..8_u8,
        pin in "[0-9]{4,6}",
    ) {
        let text = format!("{code} {} {pin}", styled(&phone, style));
        match parse(&text) {
            Command::Order(request) => {
                prop_assert_eq!(request.lines.len(), 1);
                prop_assert_eq!(request.lines[0].dest.as_str(), phone);
                prop_assert_eq!(request.pin, Some(pin.parse().unwrap()));
            }
            other => prop_assert_eq!(style, 6, "{}: {:?}", text, other),
        }
    }
}
