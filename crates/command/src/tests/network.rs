//! Transfers, downlines, markups, price groups.

use super::*;

#[test]
fn a_downlines_name_is_told_from_the_words_around_it() {
    for (text, name) in [
        ("daftar downline baru nama Siti nomor 081299990001 1234", "Siti"),
        ("daftar downline Siti Cell no hp 081299990001 1234", "Siti Cell"),
        ("reg nama Budi 081299990001", "Budi"),
        ("REG.Raja HP.081299990001.100.1234", "Raja HP"),
        ("REG.Baru Jaya.081299990001.100.1234", "Baru Jaya"),
    ] {
        match parse(text) {
            Command::Network(NetworkCommand::RegisterDownline(request)) => assert_eq!(request.name, name, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in ["daftar downline baru nomor 081299990001", "daftar nama 081299990001"] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
    }
}

#[test]
fn a_transfer_never_guesses_which_number_is_the_amount() {
    let transfer = |text: &str| match parse(text) {
        Command::Transfer(transfer) => {
            Some((transfer.agent, transfer.amount.get(), transfer.pin.map(|pin| pin.expose().to_owned())))
        }
        _ => None,
    };
    let agent = AgentRef::Code("KR0002".parse().unwrap());
    let phone = AgentRef::Phone("081234567890".parse().unwrap());
    let pin = Some("1234".to_owned());
    for (text, to) in [
        ("TR.KR0002.50000.1234", &agent),
        ("tr kr2 50.000 1234", &agent),
        ("TR.50000.KR0002.1234", &agent),
        ("T.1234.KR0002.50000", &agent),
        ("TR.081234567890.50000.1234", &phone),
        ("TR 0812 3456 7890 50000 1234", &phone),
        ("TR.50000.0812-3456-7890.1234", &phone),
    ] {
        assert_eq!(transfer(text), Some((to.clone(), 50_000, pin.clone())), "{text}");
    }
    assert_eq!(transfer("TR.KR0002.50000"), Some((agent, 50_000, None)));
    assert_eq!(problem("T.5000.081234567890.2500"), Problem::Ambiguous);
    for text in ["TR", "TR.KR0002", "TR.KR0002.50000.1234.9", "TR.081234567890.1234.x"] {
        assert_eq!(transfer(text), None, "{text}");
    }
}

#[test]
fn a_transfer_that_could_go_to_several_is_all_of_them() {
    let Command::Network(NetworkCommand::TransferEither(readings)) = parse("TR 0812 345 678 900 1234") else {
        panic!("it has one meaning only");
    };
    let told: Vec<_> = readings.iter().map(|r| (r.agent.clone(), r.amount.get(), r.pin.is_some())).collect();
    let phone = |text: &str| AgentRef::Phone(text.parse().unwrap());
    assert_eq!(told, [(phone("0812345678"), 900, true), (phone("0812345678900"), 1_234, false)]);
}

#[test]
fn downlines_markups_and_invitations_are_read() {
    let read = |text: &str| format!("{:?}", parse(text));
    for (text, same_as) in [
        ("/downline 2", "DOWNLINE.2"),
        ("SD kr2", "SD.KR0002.1234"),
        ("daftar sari pulsa.0812 3456 7890.100.1234", "REG.sari pulsa.081234567890.100.1234"),
        ("MARKUP.S10.150.1234", "markup s10=150 1234"),
        // A thousand's point parts nothing.
        ("MARKUP.2.500.1234", "MARKUP.2500.1234"),
        ("markup 2.500", "markup 2500"),
        ("MARKUP.KR0014.1.500.1234", "MARKUP.KR0014.1500.1234"),
        ("MARKUP.S10.1.500.1234", "MARKUP.S10.1500.1234"),
        ("REG.Toko S.081390001401.1.500.5220", "REG.Toko S.081390001401.1500.5220"),
        ("reg Toko U 081390001403 2.500 5220", "reg Toko U 081390001403 2500 5220"),
        ("REG.Toko S.081390001401.50.000.1.500.5220", "REG.Toko S.081390001401.50000.1500.5220"),
        ("REG.Toko S.081390001401.50.000.100.5220", "REG.Toko S.081390001401.50000.100.5220"),
        ("/undang baru", "INVITE.NEW"),
        ("ya #3", "YA.3"),
    ] {
        let plain = |text: &str| read(text).replace("Some(***)", "None").replace("Other(\"S10\")", "s10");
        assert!(plain(text).starts_with("Network("), "{text}: {}", read(text));
        if !text.starts_with("MARKUP") {
            assert_eq!(plain(text), plain(same_as), "{text}");
        }
    }
    for text in ["REG.081234567890.100.1234", "REG.Sari.081234567890.081234567891.100", "YA.x", "UNDANG.semua"] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {}", read(text));
    }
    assert_eq!(problem("MARKUP.KR0002.-100.1234"), Problem::NegativeAmount);
    for text in ["markup 10%", "MARKUP.10%.1234", "markup KR0024 10%", "tr KR0018 10%", "TAMBAH.s5"] {
        let known = |code: &ProductCode, _: NamedAs| (code.as_str() == "S5").then_some(DestKind::Phone);
        let read = parse_with(text, &known);
        assert!(matches!(read, Command::Incomplete { .. }), "{text}: {read:?}");
    }
}

#[test]
fn admins_set_groups_and_move_resellers() {
    let group = |name: &str| name.parse().unwrap();
    let agent = |n| AgentRef::Code(konter_core::ids::AgentId(n));
    let s10 = || "S10".parse::<ProductCode>().unwrap();
    let price = |price: Option<i64>, force| AdminNetwork::Price {
        name: group("agent"),
        product: s10(),
        price: price.map(Rupiah::new),
        force,
    };
    let margin = |margin, force| AdminNetwork::Margin { name: group("agent"), margin: Rupiah::new(margin), force };
    for (text, expected) in [
        ("/grup", AdminNetwork::Groups),
        ("/grup Agent", AdminNetwork::Group { name: group("agent") }),
        ("/grup agent -100", margin(-100, false)),
        ("/grup agent 0 --paksa", margin(0, true)),
        ("/grup agent -5.000 \u{2014}paksa", margin(-5_000, true)),
        ("/grup agent S10 10.300", price(Some(10_300), false)),
        ("/grup agent s10 0 --paksa", price(Some(0), true)),
        ("/grup agent S10 -", price(None, false)),
        ("/grup KR0001 agent", AdminNetwork::Assign { agent: agent(1), name: Some(group("agent")) }),
        ("/grup KR0001 -", AdminNetwork::Assign { agent: agent(1), name: None }),
        ("/grup KR0001 hapus", AdminNetwork::Assign { agent: agent(1), name: None }),
        (
            "/grup 0812 3456 7890 agent",
            AdminNetwork::Assign {
                agent: AgentRef::Phone("081234567890".parse().unwrap()),
                name: Some(group("agent")),
            },
        ),
        ("/pindah KR0003 KR0002", AdminNetwork::Move { agent: agent(3), upline: Some(agent(2)) }),
        ("/pindah kr3 -", AdminNetwork::Move { agent: agent(3), upline: None }),
    ] {
        assert_eq!(parse(text), Command::Admin(AdminCommand::Network(expected)), "{text}");
    }
    for text in ["/grup agent S10", "/grup agent S10 -5", "/grup KR0001", "/grup a b c d", "/pindah", "/pindah KR0003"]
    {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
    }
}

#[test]
fn a_transfer_is_asked_for_by_its_number_or_by_what_it_was() {
    let asked = |text: &str| match parse(text) {
        Command::Network(NetworkCommand::TakeBack { of, pin }) => (of, pin.is_some()),
        other => panic!("{text}: {other:?}"),
    };
    let to = |amount: Option<i64>| TransferRef::To {
        agent: AgentRef::Code("KR0002".parse().unwrap()),
        amount: amount.map(konter_core::money::Rupiah::new),
    };
    let number = || TransferRef::Number(konter_core::ids::TransferId(12));
    for (text, of, pin) in [
        ("TARIK", TransferRef::Latest, false),
        ("tarik saldo", TransferRef::Latest, false),
        ("tarik transfer kembali", TransferRef::Latest, false),
        ("salah transfer min", TransferRef::Latest, false),
        ("min salah kirim saldo", TransferRef::Latest, false),
        ("TARIK.0412", TransferRef::Latest, true),
        ("TARIK.12", number(), false),
        ("batalTR #12 1234", number(), true),
        ("TARIK.KR0002", to(None), false),
        ("TARIK.KR0002.50000", to(Some(50_000)), false),
        ("TARIK.KR0002.50.000.1234", to(Some(50_000)), true),
    ] {
        assert_eq!(asked(text), (of, pin), "{text}");
    }
    // A wrong number is an order's, and what counts is told exactly.
    for text in ["salah kirim nomor", "salah transfer 50000 ke 081234567890", "batal"] {
        assert!(!matches!(parse(text), Command::Network(NetworkCommand::TakeBack { .. })), "{text}");
    }
    // A number with words behind it is none of a PIN's places: what the shop suggests is passed on as it is.
    let Command::Complaint { text, pin: None } = parse("KOMPLAIN.transfer #1234 salah kirim") else { panic!() };
    assert_eq!(text.as_str(), "transfer #1234 salah kirim");
}
