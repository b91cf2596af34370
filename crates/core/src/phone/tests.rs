use super::*;

#[test]
fn every_way_of_writing_a_number_reads_the_same() {
    for text in [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "+6281234567890",
        "+62 812-3456-7890",
        "(+62) 812 3456 7890",
        "6281234567890",
        "62 812 3456 7890",
        "+62 0812 3456 7890",
        "０８１２３４５６７８９０",
        "\u{202A}0812\u{200B}3456\u{2011}7890\u{202C}",
        " 0812\u{A0}3456\u{A0}7890 ",
        "٠٨١٢٣٤٥٦٧٨٩٠",
    ] {
        assert_eq!(text.parse::<Phone>().map(|p| p.to_string()), Ok("081234567890".to_owned()), "{text}");
    }
    assert_eq!("0317625555".parse::<Phone>().unwrap().as_str(), "0317625555");
    assert_eq!("+62 31 762 5555".parse::<Phone>().unwrap().as_str(), "0317625555");
}

#[test]
fn other_texts_are_no_numbers_and_say_why() {
    for (text, why) in [
        ("", NotAPhone::OtherCharacters),
        ("()", NotAPhone::OtherCharacters),
        ("0812xxxx", NotAPhone::OtherCharacters),
        ("0812/3456", NotAPhone::OtherCharacters),
        ("-", NotAPhone::OtherCharacters),
        ("81234567890", NotAPhone::OtherStart),
        ("+1 202 555 0100", NotAPhone::OtherStart),
        ("0081234567890", NotAPhone::OtherStart),
        ("6217625555", NotAPhone::OtherStart),
        ("08123456", NotAPhone::TooShort),
        ("0812345678901234", NotAPhone::TooLong),
        ("081234567890123", NotAPhone::TooLong),
    ] {
        assert_eq!(text.parse::<Phone>(), Err(why), "{text}");
    }
    assert_eq!("0".repeat(100_000).parse::<Phone>(), Err(NotAPhone::TooLong));
}

#[test]
fn shipped_prefixes_name_the_operators() {
    let table = PrefixTable::parse(include_str!("prefixes.csv")).unwrap();
    assert_eq!(table, PrefixTable::default());
    for (phone, operators) in [
        ("081234567890", vec![Operator::Telkomsel]),
        ("085134567890", vec![Operator::Telkomsel, Operator::Byu]),
        ("085834567890", vec![Operator::Indosat]),
        ("085934567890", vec![Operator::Xl]),
        ("087834567890", vec![Operator::Xl]),
        ("083834567890", vec![Operator::Axis]),
        ("089834567890", vec![Operator::Tri]),
        ("088134567890", vec![Operator::Smartfren]),
        ("083434567890", vec![]),
        ("0317625555", vec![]),
    ] {
        assert_eq!(table.operators_of(&phone.parse().unwrap()), operators, "{phone}");
    }
}

#[test]
fn bad_prefix_lines_are_named() {
    let errors = PrefixTable::parse("prefix,operator\n0811,telkomsel\n\n811,xl\n0813-0811,xl\n0817,xxl\n0818\n");
    let said: Vec<_> = errors.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    for (said, start) in said.iter().zip(["line 4: `811`", "line 5: `0813-0811`", "line 6: `xxl`", "line 7: a line is"])
    {
        assert!(said.starts_with(start), "{said}");
    }
    assert_eq!(PrefixTable::parse("").unwrap_err()[0].fault, PrefixFault::Header);
    assert!(PrefixTable::parse("\u{FEFF}Prefix, Operator\r\n# new\r\n0811 - 0813 , Telkomsel\r\n").is_ok());
}

#[test]
fn operators_read_and_print_as_in_the_catalog() {
    for operator in Operator::ALL {
        assert_eq!(operator.to_string().to_uppercase().parse(), Ok(operator));
    }
    assert!("3".parse::<Operator>().is_err());
}
