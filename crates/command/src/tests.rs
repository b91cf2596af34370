use proptest::prelude::*;

use super::*;
use konter_core::habits::SellRule;
use konter_core::order::request::MAX_NTH;
use konter_core::phone::Phone;

/// The orders of a text in short: `S10 0812… x2 for 0857…`, several joined with ` + `; the PIN behind a slash.
fn orders(text: &str) -> Result<String, Command> {
    match parse(text) {
        Command::Order(request) => {
            let lines: Vec<String> = request.lines.iter().map(short).collect();
            Ok(format!("{}/{}", lines.join(" + "), request.pin.as_ref().map_or("-", Pin::expose)))
        }
        other => Err(other),
    }
}

fn short(line: &OrderLine) -> String {
    let nth = if line.nth == 1 { String::new() } else { format!(" x{}", line.nth) };
    let buyer = line.buyer_phone.as_ref().map(|phone| format!(" for {phone}")).unwrap_or_default();
    format!("{} {}{nth}{buyer}", line.what, line.dest)
}

fn check_orders(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(orders(text), Ok((*expected).to_owned()), "{text}");
    }
}

fn problem(text: &str) -> Problem {
    match parse(text) {
        Command::BadOrder(BadOrder { problem, .. }) | Command::Incomplete { problem, .. } => problem,
        other => panic!("{text}: {other:?}"),
    }
}

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
    assert!(matches!(problem("S10.081234567890.1234 cepat ya"), Problem::Leftover(_)));
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

#[test]
fn every_example_is_understood_as_what_it_shows() {
    for topic in Topic::ALL {
        let command = parse(topic.example());
        let fits = match topic {
            Topic::Order => matches!(command, Command::Order(_)),
            Topic::Balance => matches!(command, Command::Balance { .. }),
            Topic::Prices => matches!(command, Command::Prices { .. }),
            Topic::Orders => matches!(command, Command::Orders(_)),
            Topic::Deposit => matches!(command, Command::Deposit { .. }),
            Topic::ChangePin => matches!(command, Command::ChangePin { .. }),
            Topic::Register => matches!(command, Command::Register { .. }),
            Topic::Meter => matches!(command, Command::Meter { .. }),
            Topic::BillInquiry => matches!(command, Command::BillInquiry { .. }),
            Topic::BillPayment => matches!(command, Command::BillPayment { .. }),
            Topic::Transfer => matches!(command, Command::Transfer(_)),
            Topic::Sales => matches!(command, Command::Report { kind: ReportKind::Sales, .. }),
            Topic::Statement => matches!(command, Command::Report { kind: ReportKind::Statement, .. }),
            Topic::Complaint => matches!(command, Command::Complaint { .. }),
            Topic::Receipt => matches!(command, Command::Receipt { .. }),
            Topic::Help => matches!(command, Command::Help { .. }),
            Topic::Language => matches!(command, Command::Language { .. }),
            Topic::DownlineRegistration => {
                matches!(command, Command::Network(NetworkCommand::RegisterDownline(_)))
            }
            Topic::Downlines => matches!(command, Command::Network(NetworkCommand::Downlines { .. })),
            Topic::Markup => matches!(command, Command::Network(NetworkCommand::Markup(_))),
            Topic::Invite => matches!(command, Command::Network(NetworkCommand::Invite { .. })),
            Topic::Confirm => matches!(command, Command::Network(NetworkCommand::Confirm { .. })),
            Topic::Chats => matches!(command, Command::Habit(HabitCommand::AddChat { .. })),
            Topic::Favourites => matches!(command, Command::Habit(HabitCommand::SaveFavourite { .. })),
            Topic::Selling => matches!(command, Command::Habit(HabitCommand::Selling(_))),
            Topic::SellingList => matches!(command, Command::Habit(HabitCommand::SellingList { .. })),
            Topic::Rename => matches!(command, Command::Habit(HabitCommand::Rename { .. })),
            Topic::CancelOrder => matches!(command, Command::Routing(RoutingCommand::Cancel { .. })),
            Topic::Queue => matches!(command, Command::Routing(RoutingCommand::Queue { on: Some(true) })),
            _ => matches!(command, Command::Admin(_)),
        };
        assert!(fits, "{topic:?}: {command:?}");
    }
}

#[test]
fn asking_again_can_be_insisted_on() {
    for text in ["/cekulang 12 --paksa", "/cekulang \u{2014}paksa #12"] {
        let recheck = AdminCommand::Recheck { id: konter_core::ids::OrderId(12), forced: true };
        assert_eq!(parse(text), Command::Admin(recheck), "{text}");
    }
}

#[test]
fn admins_act_on_resellers_products_and_orders() {
    let agent = || AgentRef::Code("KR0001".parse().unwrap());
    let phone = || AgentRef::Phone("081234567890".parse().unwrap());
    let deposit = |agent, amount, note: Option<&str>| AdminCommand::Deposit {
        agent,
        amount: Rupiah::new(amount),
        note: note.map(str::to_owned),
        forced: false,
    };
    let forced = |note: Option<&str>| AdminCommand::Deposit {
        agent: agent(),
        amount: Rupiah::new(-50_000),
        note: note.map(str::to_owned),
        forced: true,
    };
    let accept = |ticket, amount: Option<i64>| AdminCommand::AcceptTicket { ticket, amount: amount.map(Rupiah::new) };
    let refuse =
        |ticket, reason: Option<&str>| AdminCommand::RefuseTicket { ticket, reason: reason.map(str::to_owned) };
    let numbered = TicketRef::Id(konter_core::ids::TicketId(12));
    let product = || "S10".parse::<ProductCode>().unwrap();
    let id = konter_core::ids::OrderId(12);
    for (text, expected) in [
        ("/deposit KR0001 100000", deposit(agent(), 100_000, None)),
        ("/deposit@konter_bot kr1 100.000 via BCA, lunas", deposit(agent(), 100_000, Some("via BCA, lunas"))),
        ("/deposit KR0001 -50.000 salah input", deposit(agent(), -50_000, Some("salah input"))),
        ("/deposit 0812-3456-7890 1jt", deposit(phone(), 1_000_000, None)),
        ("/deposit 0812 3456 7890 Rp100.000", deposit(phone(), 100_000, None)),
        (
            "/deposit telegram:1001 50rb",
            deposit(AgentRef::Chat(konter_core::ids::ChatId::telegram(1001)), 50_000, None),
        ),
        ("/deposit Budi 50000", deposit(AgentRef::Other("Budi".to_owned()), 50_000, None)),
        ("/deposit KR0001 -50000 salah input --paksa", forced(Some("salah input"))),
        ("/deposit KR0001 -50000 --PAKSA", forced(None)),
        ("/deposit KR0001 -50000 —paksa dobel", forced(Some("dobel"))),
        ("/acc #12", accept(numbered, None)),
        ("/acc 12", accept(TicketRef::Digits(12), None)),
        ("/acc 100412", accept(TicketRef::Digits(100_412), None)),
        ("/acc 100.412", accept(TicketRef::Pay(Rupiah::new(100_412)), None)),
        ("/acc rp100412", accept(TicketRef::Pay(Rupiah::new(100_412)), None)),
        ("/acc #12 100.000", accept(numbered, Some(100_000))),
        ("/tolak 12", refuse(TicketRef::Digits(12), None)),
        ("/tolak #12 uang belum masuk.", refuse(numbered, Some("uang belum masuk."))),
        ("/agen", AdminCommand::Agents { agent: None }),
        ("/agen +62 812 3456 7890", AdminCommand::Agents { agent: Some(phone()) }),
        ("/setujui KR0001", AdminCommand::Approve { agent: agent() }),
        ("/blokir KR0001", AdminCommand::Block { agent: agent() }),
        ("/buka KR0001", AdminCommand::Unblock { agent: agent() }),
        ("/buka s10", AdminCommand::OpenProduct { product: product() }),
        ("/tutup S10", AdminCommand::CloseProduct { product: product() }),
        ("/resetpin 081234567890", AdminCommand::ResetPin { agent: phone() }),
        (
            "/hargajual S10 10.500",
            AdminCommand::SellPrice { product: product(), price: NewPrice::To(Rupiah::new(10_500)), forced: false },
        ),
        (
            "/hargajual S10 +1.000",
            AdminCommand::SellPrice { product: product(), price: NewPrice::By(Rupiah::new(1_000)), forced: false },
        ),
        (
            "/hargajual S10 -100 --paksa",
            AdminCommand::SellPrice { product: product(), price: NewPrice::By(Rupiah::new(-100)), forced: true },
        ),
        ("/order 12", AdminCommand::Order { id, raw: false }),
        ("/order 12 mentah", AdminCommand::Order { id, raw: true }),
        ("/order 12 RAW", AdminCommand::Order { id, raw: true }),
        ("/cekulang #12", AdminCommand::Recheck { id, forced: false }),
        ("/sukses 12 1234-5678 / A#B", AdminCommand::Success { id, sn: "1234-5678 / A#B".to_owned() }),
        ("/gagal 12 nomor salah.", AdminCommand::Failure { id, reason: "nomor salah.".to_owned() }),
        ("/siaran Halo,\nserver normal", AdminCommand::Broadcast { text: "Halo,\nserver normal".to_owned() }),
        ("/rekap", AdminCommand::Recap { date: None }),
        ("/rekap kemarin", AdminCommand::Recap { date: Some(DateArg::Yesterday) }),
        ("/katalog", AdminCommand::Catalog),
        ("/pending", AdminCommand::Pending),
        ("/supplier", AdminCommand::Suppliers),
    ] {
        assert_eq!(parse(text), Command::Admin(expected), "{text}");
    }
    for text in [
        "/deposit KR0001",
        "/deposit KR0001 0",
        "/deposit KR0001 10.50",
        "/deposit KR0001 seratus",
        "/acc",
        "/acc x",
        "/acc 1 2 3",
        "/acc 12 -100000",
        "/tolak #x",
        "/tolak",
        "/sukses 12",
        "/gagal x y",
        "/hargajual S10 -0",
        "/tutup",
        "/order",
        "/pending 3",
        "/setujui",
        "/rekap 32/01/26",
        "/siaran",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
    }
}

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
    ] {
        assert_eq!(amount(text), Ok((Some(expected), pin)), "{text}");
    }
    for text in ["TIKET.17", "TIKET.0", "TIKET.abc", "TIKET.100,00.000", "TIKET.99999999999999999999", "TIKET.50000.12"]
    {
        assert!(amount(text).is_err(), "{text}: {:?}", parse(text));
    }
    assert_eq!(problem("TIKET.-100000"), Problem::NegativeAmount);
    assert_eq!(problem("TR.KR0002.-50000.1234"), Problem::NegativeAmount);
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
        ("/undang baru", "INVITE.NEW"),
        ("ya #3", "YA.3"),
    ] {
        let plain = |text: &str| read(text).replace("Some(***)", "None").replace("Other(\"S10\")", "s10");
        assert!(plain(text).starts_with("Network("), "{text}: {}", read(text));
        if !text.starts_with("MARKUP") {
            assert_eq!(plain(text), plain(same_as), "{text}");
        }
    }
    for text in ["REG.081234567890.100.1234", "REG.Sari.081234567890.081234567891.100", "YA", "YA.x", "UNDANG.semua"] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {}", read(text));
    }
    assert_eq!(problem("MARKUP.KR0002.-100.1234"), Problem::NegativeAmount);
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
        ("/grup KR0001 agent", AdminNetwork::Assign { agent: agent(1), name: group("agent") }),
        (
            "/grup 0812 3456 7890 agent",
            AdminNetwork::Assign { agent: AgentRef::Phone("081234567890".parse().unwrap()), name: group("agent") },
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
fn days_are_told_from_pins() {
    let day = |text: &str| match parse(text) {
        Command::Report { date, pin, .. } => (date, pin.map(|pin| pin.expose().to_owned())),
        other => panic!("{text}: {other:?}"),
    };
    let on = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let pin = || Some("1234".to_owned());
    for (text, date, with_pin) in [
        ("REKAP", None, None),
        ("REKAP.1234", None, pin()),
        ("LAP.12", Some(DateArg::DayOfMonth(12)), None),
        ("LAP.12.1234", Some(DateArg::DayOfMonth(12)), pin()),
        ("LAP.1234.12", Some(DateArg::DayOfMonth(12)), pin()),
        ("LAP.150709.1234", Some(DateArg::Day(on(2009, 7, 15))), pin()),
        ("LAP.1234.150709", Some(DateArg::Day(on(2009, 7, 15))), pin()),
        ("LAP.25.07.2026.1234", Some(DateArg::Day(on(2026, 7, 25))), pin()),
        ("LAP 2026-07-25", Some(DateArg::Day(on(2026, 7, 25))), None),
        ("LAP.25/10", Some(DateArg::DayAndMonth { day: 25, month: 10 }), None),
        ("MUTASI kemarin", Some(DateArg::Yesterday), None),
        ("LAP.01/07/26 s/d 25/07/26", Some(DateArg::Range(on(2026, 7, 1), on(2026, 7, 25))), None),
        ("REKAP.129956", None, Some("129956".to_owned())),
    ] {
        assert_eq!(day(text), (date, with_pin), "{text}");
    }
    for text in ["LAP.32", "LAP.31/02/26", "LAP.25/07/26.24/07/26", "LAP.12.13", "LAP.1234.5678", "LAP.besok"] {
        assert!(matches!(parse(text), Command::Incomplete { topic: Topic::Sales, .. }), "{text}: {:?}", parse(text));
    }
}

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
    assert_eq!(problem("KOMPLAIN"), Problem::Missing(Part::Text));
    assert_eq!(problem("KOMPLAIN.1234"), Problem::Missing(Part::Text));
}

#[test]
fn an_orders_state_is_asked_for_by_day_product_and_number() {
    let asked = |text: &str| match parse(text) {
        Command::Orders(OrdersQuery { dest, product, date, pin: None }) => {
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
fn what_is_said_in_words_holds_no_pin() {
    for (text, amount) in
        [("tambah saldo 100000", 100_000), ("isi saldo 50rb", 50_000), ("TAMBAH.DEPOSIT.25000", 25_000)]
    {
        let expected = Command::Deposit { amount: Some(Rupiah::new(amount)), bank: None, pin: None };
        assert_eq!(parse(text), expected, "{text}");
    }
    let renamed = |name: &str| Command::Habit(HabitCommand::Rename { name: name.to_owned(), pin: None });
    assert_eq!(parse("nama saya sri 12345"), renamed("saya sri"));
    assert_eq!(parse("Nama sri 1234"), renamed("sri"));
    for text in ["tambah kuota 50000", "tambah uang jajan 5000"] {
        let command = parse(text);
        assert!(matches!(&command, Command::Habit(HabitCommand::AddChat { pin: None, .. })), "{text}: {command:?}");
    }
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
    ] {
        assert_eq!(format!("{:?}", parse(text)), expected, "{text}");
    }
    for (text, nearest) in [
        ("SALDDO", Topic::Balance),
        ("hraga", Topic::Prices),
        ("kompalin dong", Topic::Complaint),
        ("kak pulsa saya belum masuk", Topic::Complaint),
        ("mau isi pulsa ke 081234567890 dong", Topic::Order),
        ("halo", Topic::Help),
        ("apa kabar", Topic::Help),
    ] {
        assert_eq!(parse(text), Command::Unknown { nearest }, "{text}");
    }
    assert_eq!(suggest("SALDDO"), "SALDO");
}

#[test]
fn resellers_arrange_their_own_things() {
    use HabitCommand as Habit;
    let pin = || "1234".parse().ok();
    let phone = || ChatName::Phone("081234567890".parse().unwrap());
    let other = |name: &str| ChatName::Other(name.to_owned());
    let code = |text: &str| text.parse::<ProductCode>().unwrap();
    let name = |text: &str| text.parse::<konter_core::habits::FavouriteName>().unwrap();
    let rp = Rupiah::new;
    let saved = |product: &str, dest: &str| Habit::SaveFavourite {
        name: name("IBU"),
        product: code(product),
        dest: dest.parse().unwrap_or_else(|_| Destination::Customer(dest.to_owned())),
    };
    let word = |word: &str| PriceFilter::Word(word.to_owned());
    for (text, expected) in [
        ("PAR.081234567890.1234", Habit::AddChat { name: phone(), pin: pin() }),
        ("tambah nomor 0812-3456-7890 1234", Habit::AddChat { name: phone(), pin: pin() }),
        ("TAMBAH.0812 3456 7890.1234", Habit::AddChat { name: phone(), pin: pin() }),
        ("A.+6281234567890", Habit::AddChat { name: phone(), pin: None }),
        ("TAMBAH.1234", Habit::AddChat { name: ChatName::Any, pin: pin() }),
        ("TGT*a_b@mail.com*1234", Habit::AddChat { name: other("a_b@mail.com"), pin: pin() }),
        ("TAMBAH", Habit::Chats { pin: None }),
        ("LIST", Habit::Chats { pin: None }),
        ("LIST.1234", Habit::Chats { pin: pin() }),
        ("HAPUS.2.1234", Habit::RemoveChat { which: ChatName::Place(2), sure: false, pin: pin() }),
        ("HAPUS.2.ya.1234", Habit::RemoveChat { which: ChatName::Place(2), sure: true, pin: pin() }),
        ("hapus hp 081234567890 1234", Habit::RemoveChat { which: phone(), sure: false, pin: pin() }),
        ("DELYM*your_pulsa*1234", Habit::RemoveChat { which: other("your_pulsa"), sure: false, pin: pin() }),
        ("GANTI.081234567890.081234567890.1234", Habit::ReplaceChat { old: phone(), new: phone(), pin: pin() }),
        ("ULANG", Habit::Repeat),
        ("lagi 1234", Habit::Repeat),
        ("SIMPAN.ibu.S10.0812 3456 7890", saved("S10", "081234567890")),
        ("simpan ibu pln20 14027480301", saved("PLN20", "14027480301")),
        ("SIMPAN.IBU.ML5.12345", saved("ML5", "12345")),
        ("FAV", Habit::Favourites),
        ("FAV.1234", Habit::Favourites),
        ("FAV.ibu", Habit::Favourite { name: name("IBU"), nth: 1, pin: None }),
        ("FAV.ibu.1234", Habit::Favourite { name: name("IBU"), nth: 1, pin: pin() }),
        ("fav s10 2 1234", Habit::Favourite { name: name("S10"), nth: 2, pin: pin() }),
        ("FAV.IBU.-", Habit::ForgetFavourite { name: name("IBU") }),
        ("HAPUS.FAV.IBU", Habit::ForgetFavourite { name: name("IBU") }),
        ("JUAL", Habit::Selling(SellingChange::Show)),
        ("JUAL.+1000", Habit::Selling(SellingChange::All(Some(rp(1_000))))),
        ("JUAL.+1.000", Habit::Selling(SellingChange::All(Some(rp(1_000))))),
        ("JUAL.+0", Habit::Selling(SellingChange::All(Some(rp(0))))),
        ("JUAL.-", Habit::Selling(SellingChange::All(None))),
        ("jual s10 12rb", Habit::Selling(SellingChange::Product(code("S10"), Some(SellRule::Price(rp(12_000)))))),
        ("JUAL.S10.12.000", Habit::Selling(SellingChange::Product(code("S10"), Some(SellRule::Price(rp(12_000)))))),
        ("JUAL.S10.+2rb", Habit::Selling(SellingChange::Product(code("S10"), Some(SellRule::Above(rp(2_000)))))),
        ("JUAL.S10.-", Habit::Selling(SellingChange::Product(code("S10"), None))),
        ("JUAL.BULAT", Habit::Selling(SellingChange::Rounded(true))),
        ("jual bulat -", Habit::Selling(SellingChange::Rounded(false))),
        ("DAFTARHARGA", Habit::SellingList { filters: Vec::new() }),
        ("LIST.S10,X10", Habit::SellingList { filters: vec![word("S10"), word("X10")] }),
        ("GN.CAHAYA-CELL.1234", Habit::Rename { name: "CAHAYA-CELL".to_owned(), pin: pin() }),
        ("ganti nama Budi Cell 1234", Habit::Rename { name: "Budi Cell".to_owned(), pin: pin() }),
        ("TUKAR.1234", Habit::Earnings { pin: pin() }),
        ("BELI", Habit::Ask(Ask::Phone)),
        ("PLN", Habit::Ask(Ask::Meter)),
        ("TAGIHAN", Habit::Ask(Ask::Bills)),
        ("TAG.PLNPOST", Habit::Ask(Ask::Customer(code("PLNPOST")))),
    ] {
        assert_eq!(parse(text), Command::Habit(expected), "{text}");
    }
}

#[test]
fn what_resellers_arrange_is_told_what_is_wrong_with_it() {
    for text in [
        "TAMBAH.0812xxxx.1234",
        "TAMBAH.2.1234",
        "TAMBAH.4321.1234",
        "HAPUS.1234",
        "SIMPAN.IBU",
        "SIMPAN.123.S10.081234567890",
        "SIMPAN.IBU.S10.0812345678901234567890",
        "SIMPAN.IBU.S10.081234567890.1234",
        "FAV.081234567890.1234",
        "FAV.IBU.S10.1234",
        "JUAL.S10",
        "JUAL.S10.-500",
        "JUAL.+abc",
        "NAMA.1234",
        "NAMA.77.1234",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
    }
    // A favourite's name and a PIN are no order.
    assert!(!matches!(parse("IBU.1234"), Command::Order(_)));
}

#[test]
fn words_and_repeats_cannot_be_product_codes() {
    let orderable = |code: &str| is_orderable(&code.parse().unwrap());
    for code in ["S10", "I2", "MLCEK5", "DANA", "T10", "1S"] {
        assert!(orderable(code), "{code}");
    }
    for code in ["S", "PLN", "cek", "LAST5", "2S10", "0X1", "RO"] {
        assert!(!orderable(code), "{code}");
    }
    for conflict in CONFLICTS {
        assert!(!conflict.word.is_empty() && !conflict.elsewhere.is_empty() && !conflict.here.is_empty());
    }
    let mut words: Vec<_> = words::all().map(|(word, _)| word).collect();
    let count = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), count, "a word has two meanings");
}

#[test]
fn no_pin_is_ever_printed() {
    for text in [
        "S10.081234567890.73519",
        "GP.73519.73519",
        "DAFTAR.Budi.73519",
        "S10.081234567890.1234 73519 73519",
        "S10.081234567890.1234.73519;X10.087812345678.73519",
        "KOMPLAIN.pin saya 73519 salah",
        "SALDO.73519.73519",
        "S10.73519",
        "CEKPLN.73519",
        "TR.73519.KR0001.73519",
        "LAP.73519.73519",
        "TAMBAH.kasir.73519",
        "HAPUS.73519",
        "GANTI.73519.081234567890",
        "FAV.IBU.73519",
        "SIMPAN.73519.S10.081234567890",
        "NAMA.73519",
        "JUAL.S10.12000.73519",
        "FOO.73519",
    ] {
        let command = parse(text);
        assert!(!format!("{command:?}").contains("73519"), "{text}: {command:?}");
        if let Command::BadOrder(BadOrder { problem, .. }) | Command::Incomplete { problem, .. } = &command {
            let (Problem::Unfit(_, shown) | Problem::Destination(_, shown) | Problem::Leftover(shown)) = problem else {
                continue;
            };
            assert!(!shown.as_str().contains("73519"), "{text}: {shown}");
        }
    }
}

#[test]
fn logs_get_the_message_without_what_could_be_a_pin() {
    for (text, logged) in [
        ("S10.081234567890.1234", "S10.081234567890.***"),
        ("S100.0812-3456-7890.123456", "S100.***-***-***.***"),
        ("GP.1234.4321", "GP.***.***"),
        ("pin1234", "pin***"),
        ("S10.０８１２３４５６７８９０．１２３４", "S10.081234567890.***"),
        ("S10.0812345678901234", "S10.***"),
        ("halo", "halo"),
    ] {
        assert_eq!(redact(text), logged);
    }
}

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
        let started = std::time::Instant::now();
        assert!(!matches!(parse(&text), Command::Order(_)));
        assert!(started.elapsed().as_secs() < 5, "{}", text.chars().take(30).collect::<String>());
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

#[test]
fn orders_that_wait_are_taken_back_by_their_number_only() {
    let cancel = |order, pin: Option<&str>| {
        let pin = pin.map(|pin| pin.parse().unwrap());
        Command::Routing(RoutingCommand::Cancel { order: konter_core::ids::OrderId(order), pin })
    };
    let queue = |on| Command::Routing(RoutingCommand::Queue { on });
    for (text, expected) in [
        ("BATAL.12", cancel(12, None)),
        ("batal #12", cancel(12, None)),
        ("BTL.12.1234", cancel(12, Some("1234"))),
        ("BTL.085212345678.1234", Command::Known(Feature::CancelOrder)),
        ("BATAL S10", Command::Known(Feature::CancelOrder)),
        ("ANTRI", queue(None)),
        ("ANTRI.YA", queue(Some(true))),
        ("antri tidak", queue(Some(false))),
        ("ANTRI.OFF.1234", queue(Some(false))),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
    for text in ["BATAL", "BATAL.12.x", "ANTRI.BESOK"] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}");
    }
}

#[test]
fn admins_steer_suppliers_and_routes() {
    let product = || "S10".parse::<ProductCode>().unwrap();
    let steer = AdminCommand::Routing;
    let pause = |reason: &str| steer(AdminRouting::Pause { supplier: "xgate".to_owned(), reason: reason.to_owned() });
    let ranked = |priority| steer(AdminRouting::Priority { supplier: "xgate".to_owned(), priority });
    let route_open =
        |open| steer(AdminRouting::RouteOpen { product: product(), supplier: "xgate".parse().unwrap(), open });
    for (text, expected) in [
        ("/supplier XGATE", steer(AdminRouting::Show { supplier: "xgate".to_owned() })),
        ("/supplier xgate jeda", pause("")),
        ("/supplier xgate jeda deposit habis, besok lagi", pause("deposit habis, besok lagi")),
        ("/supplier xgate lanjut", steer(AdminRouting::Resume { supplier: "xgate".to_owned() })),
        ("/supplier xgate prioritas 2", ranked(Some(2))),
        ("/supplier xgate prioritas hapus", ranked(None)),
        (
            "/prioritas s10 Xgate 1",
            steer(AdminRouting::RoutePriority { product: product(), supplier: "xgate".parse().unwrap(), priority: 1 }),
        ),
        ("/tutup S10 xgate", route_open(false)),
        ("/buka S10 XGATE", route_open(true)),
    ] {
        assert_eq!(parse(text), Command::Admin(expected), "{text}");
    }
    for text in [
        "/supplier xgate mati",
        "/supplier xgate prioritas 0",
        "/supplier xgate lanjut terus",
        "/prioritas S10 xgate",
        "/prioritas S10 1",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}");
    }
}
