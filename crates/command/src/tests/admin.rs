//! Resellers, products and orders, as admins type.

use super::*;
use konter_core::pricing::PriceStep;

#[test]
fn asking_again_can_be_insisted_on() {
    for text in ["/cekulang 12 --paksa", "/cekulang \u{2014}paksa #12"] {
        let recheck = AdminCommand::Recheck { id: konter_core::ids::OrderId(12), forced: true };
        assert_eq!(parse(text), Command::Admin(recheck), "{text}");
    }
}

#[test]
fn prices_are_set_or_stepped_one_by_one_or_by_category() {
    let sell = |price, forced| AdminCommand::SellPrice { product: "S10".parse().unwrap(), price, forced };
    let by = |rupiah| NewPrice::By(PriceStep::By(Rupiah::new(rupiah)));
    let category = |step| {
        let name = "Pulsa Telkomsel".to_owned();
        AdminCommand::Desk(AdminDesk::Reprice { name, step })
    };
    for (text, expected) in [
        ("/hargajual S10 10.500", sell(NewPrice::To(Rupiah::new(10_500)), false)),
        ("/hargajual S10 +1.000", sell(by(1_000), false)),
        ("/hargajual S10 -100 --paksa", sell(by(-100), true)),
        ("/hargajual S10 +2,5%", sell(NewPrice::By(PriceStep::Percent(250)), false)),
        ("/hargajual kategori Pulsa Telkomsel +100", category(PriceStep::By(Rupiah::new(100)))),
        ("/hargajual *Pulsa Telkomsel -0.5%", category(PriceStep::Percent(-50))),
        ("/hargajual kembalikan", AdminCommand::Desk(AdminDesk::RestorePrices)),
        ("/katalog excel", AdminCommand::Desk(AdminDesk::CatalogWorkbook)),
    ] {
        assert_eq!(parse(text), Command::Admin(expected), "{text}");
    }
    for text in [
        "/hargajual kategori Telkomsel",
        "/hargajual kategori Telkomsel 100",
        "/hargajual kategori Telkomsel +0%",
        "/hargajual kategori Telkomsel +51%",
        "/hargajual S10 +%",
        "/hargajual S10 +é%",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
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
        ("/order 12", AdminCommand::Order { id, raw: false }),
        ("/order 12 mentah", AdminCommand::Order { id, raw: true }),
        ("/order 12 RAW", AdminCommand::Order { id, raw: true }),
        ("/cekulang #12", AdminCommand::Recheck { id, forced: false }),
        ("/sukses 12 SN: 1234", AdminCommand::Success { id, sn: "1234".to_owned() }),
        ("/sukses 12 sn 1234", AdminCommand::Success { id, sn: "1234".to_owned() }),
        ("/sukses 12 SN1234", AdminCommand::Success { id, sn: "SN1234".to_owned() }),
        ("/sukses 12 1234-5678 / A#B", AdminCommand::Success { id, sn: "1234-5678 / A#B".to_owned() }),
        ("/gagal 12 nomor salah.", AdminCommand::Failure { id, reason: "nomor salah.".to_owned() }),
        ("/siaran Halo,\nserver normal", AdminCommand::Broadcast { text: "Halo,\nserver normal".to_owned() }),
        ("/rekap", AdminCommand::Recap { date: None }),
        ("/rekap kemarin", AdminCommand::Recap { date: Some(DateArg::Yesterday) }),
        ("/rekap bulan ini", AdminCommand::Recap { date: Some(DateArg::ThisMonth) }),
        ("/rekap hari ini", AdminCommand::Recap { date: Some(DateArg::Today) }),
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

/// Behind a command that takes nothing more stands why, and nothing else.
#[test]
fn a_reason_is_kept_and_whatever_means_something_else_is_not_taken_for_one() {
    let remark = |text: &str| match parse(text) {
        Command::Admin(AdminCommand::Remarked { remark, .. }) => Some(remark),
        _ => None,
    };
    for (text, reason) in [
        ("/blokir KR0001 nunggak", "nunggak"),
        ("/blokir KR0001 tidak bayar-bayar", "tidak bayar-bayar"),
        ("/tutup S10 karena gangguan", "karena gangguan"),
        ("/tutup S10 gangguan", "gangguan"),
        ("/tutup S10 xgate gangguan dari pusat", "gangguan dari pusat"),
        ("/buka KR0001 sudah bayar", "sudah bayar"),
        ("/resetpin KR0001 lupa", "lupa"),
        ("/tutup S10 gangguan sampai besok", "gangguan sampai besok"),
    ] {
        assert_eq!(remark(text).as_deref(), Some(reason), "{text}: {:?}", parse(text));
    }
    for text in ["/buka S10 ya", "/buka S10 lagi", "/setujui KR0001 ya kak", "/tutup S10 dulu"] {
        assert!(matches!(parse(text), Command::Admin(_)) && remark(text).is_none(), "{text}: {:?}", parse(text));
    }
    for text in [
        "/blokir KR0001 KR0002",
        "/tutup S10 S5 S20",
        "/blokir KR0001 salah orang",
        "/blokir KR0001 jangan",
        "/blokir KR0001 kalau belum bayar",
        "/tutup S10 kecuali kios",
        "/tutup S10 di kios",
        "/buka S10 khusus xgate",
        "/buka KR0001 atau KR0002",
        "/setujui KR0001 ga jadi",
    ] {
        assert!(!matches!(parse(text), Command::Admin(_)), "{text}: {:?}", parse(text));
    }
    for (words, later) in [
        ("sampai besok", true),
        ("gangguan sampai besok", true),
        ("nanti malam", true),
        ("30 menit", true),
        ("libur besok", true),
        ("gangguan dari tadi malam", false),
        ("deposit habis", false),
    ] {
        assert_eq!(says_when(words), later, "{words}");
    }
}

#[test]
fn prices_and_limits_are_read_as_amounts_are() {
    let price = |text: &str| match parse(text) {
        Command::Admin(AdminCommand::SellPrice { price, .. }) => Some(price),
        _ => None,
    };
    let to = |rupiah| Some(NewPrice::To(Rupiah::new(rupiah)));
    let by = |rupiah| Some(NewPrice::By(PriceStep::By(Rupiah::new(rupiah))));
    for (typed, meant) in [
        ("10,6rb", to(10_600)),
        ("10.6rb", to(10_600)),
        ("11 rb", to(11_000)),
        ("10rb500", to(10_500)),
        ("sepuluh ribu", to(10_000)),
        ("Rp 10.600", to(10_600)),
        ("+ 100", by(100)),
        ("-100", by(-100)),
        ("10.6", None),
        ("10600 rb", None),
        ("10.600rb", None),
    ] {
        assert_eq!(price(&format!("/hargajual S10 {typed}")), meant, "{typed}");
    }
    let limit = |text: &str| match parse(text) {
        Command::Admin(AdminCommand::Desk(AdminDesk::SetLimit { limit, .. })) => limit.map(Rupiah::get),
        _ => None,
    };
    assert_eq!(limit("/batas KR0002 2 jt"), Some(2_000_000));
    assert_eq!(limit("/batas KR0002 2jt5"), Some(2_500_000));
    // No PIN stands there: what cannot be read is shown as it is.
    match parse("/hargajual kategori Telkomsel 10600") {
        Command::Incomplete { problem: Problem::Unfit(_, typed), .. } => assert_eq!(typed.to_string(), "10600"),
        other => panic!("{other:?}"),
    }
}

/// Whatever decides is not done where its own words doubt, or name something else as well.
#[test]
fn words_of_doubt_decide_nothing() {
    for text in [
        "/tolak 1 ?",
        "/nama KR0003 jangan",
        "/nama KR0003 KR0001",
        "/supplier kios jeda ga jadi",
        "/supplier kios jeda batal",
        "/supplier kios jeda eh salah xgate",
        "/supplier kios jeda belum",
    ] {
        assert!(!matches!(parse(text), Command::Admin(_)), "{text}: {:?}", parse(text));
    }
    for text in [
        "/tolak 12 uang belum masuk",
        "/nama KR0001 Berkah Cell",
        "/supplier kios jeda deposit habis",
        "/supplier kios jeda tidak ada deposit",
    ] {
        assert!(matches!(parse(text), Command::Admin(_)), "{text}: {:?}", parse(text));
    }
    for words in ["1 jam", "22:00", "sebentar", "sampai jam 10"] {
        assert!(says_when(words), "{words}");
    }
}

/// A reason says what its writer likes; a success, a doubt or another order is asked about.
#[test]
fn a_price_goes_back_unasked_where_the_reason_says_no_more() {
    for text in [
        "nomor salah",
        "nomor salah.",
        "token tidak masuk",
        "trx dibatalkan provider",
        "kata supplier gagal",
        "tidak masuk",
        "ga masuk",
        "ditolak operator",
        "salah nomor",
        "nomor tidak aktif",
        "stok kosong",
        "produk gangguan",
        "sudah direfund supplier",
        "wrong number",
        "not delivered",
        "tes",
        "salah input",
        "refund manual",
        "xl lagi rusak",
        "ditolak kios",
        "customer batal",
        "token dobel",
    ] {
        assert!(says_why_it_failed(text), "{text}");
    }
    for text in [
        "sukses",
        "kata kios sukses",
        "mungkin",
        "kayaknya ga masuk",
        "-",
        "16",
        "dan 2",
        "belum tau",
        "sudah diterima",
        "pelanggan bilang masuk",
        "di aplikasi masih pending",
        "kalau besok belum",
        "belum masuk",
        "ok",
        "trx 8",
        "gagal tidak",
        "tidak gagal",
        "tidak jadi gagal",
        "sn 0041123456788",
        "nomor salah?",
        "sudah masuk",
        "ternyata tidak",
        "ALASAN",
        "timeout",
        "katanya gagal",
        "saldo masuk",
    ] {
        assert!(!says_why_it_failed(text), "{text}");
    }
}

/// A note says what its writer likes; another sum, somebody else or a doubt is asked about.
#[test]
fn a_deposit_is_booked_unasked_where_its_note_says_no_more() {
    for text in [
        "tunai",
        "cash",
        "saldo awal",
        "modal awal",
        "tf BCA jam 10",
        "tf BCA\njam 10",
        "BCA 1234567890 Budi",
        "transfer BCA 01/12",
        "bayar utang",
        "dari pak haji",
        "setoran siang 10:30",
        "tiket 12",
        "awal",
        "pak budi",
        "setor di toko",
        "bonus lebaran",
        "tes",
    ] {
        assert!(says_how_paid(text, false), "{text}");
    }
    for text in [
        "kurang 1000",
        "harusnya 20000",
        "buat joko",
        "untuk KR0002",
        "dan KR0002 20000",
        "x2",
        "atau 94000",
        "atau KR0002",
        "maaf salah",
        "kayaknya",
        "ragu",
        "14.000",
        "+5000",
        "tf bca kurang 1000",
        "tf 20000",
        "cash buat joko",
        "tunai?",
        "uang belum masuk",
        "tf nanti",
        "dari KR0002",
        "salah nomor agen",
    ] {
        assert!(!says_how_paid(text, false), "{text}");
    }
    for text in ["salah nomor agen", "salah ketik", "salah input", "kelebihan tf", "double", "koreksi"] {
        assert!(says_how_paid(text, true), "{text}");
    }
}
