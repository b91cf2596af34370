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
