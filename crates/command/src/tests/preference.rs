//! Chats, favourites, selling prices, names.

use super::*;
use konter_core::preferences::SellRule;

#[test]
fn what_is_said_in_words_holds_no_pin() {
    for (text, amount) in
        [("tambah saldo 100000", 100_000), ("isi saldo 50rb", 50_000), ("TAMBAH.DEPOSIT.25000", 25_000)]
    {
        let expected = Command::Deposit { amount: Some(Rupiah::new(amount)), bank: None, pin: None };
        assert_eq!(parse(text), expected, "{text}");
    }
    let renamed =
        |name: &str| Command::Preference(PreferenceCommand::Rename { of: None, name: name.to_owned(), pin: None });
    assert_eq!(parse("nama saya sri 12345"), renamed("saya sri"));
    assert_eq!(parse("Nama sri 1234"), renamed("sri"));
    for text in ["tambah kuota 50000", "tambah uang jajan 5000"] {
        let command = parse(text);
        assert!(
            matches!(&command, Command::Preference(PreferenceCommand::AddChat { pin: None, .. })),
            "{text}: {command:?}"
        );
    }
}

#[test]
fn resellers_arrange_their_own_things() {
    use PreferenceCommand as Preference;
    let pin = || "1234".parse().ok();
    let phone = || ChatName::Phone("081234567890".parse().unwrap());
    let other = |name: &str| ChatName::Other(name.to_owned());
    let code = |text: &str| text.parse::<ProductCode>().unwrap();
    let name = |text: &str| text.parse::<konter_core::preferences::FavouriteName>().unwrap();
    let rp = Rupiah::new;
    let saved = |product: &str, dest: &str| Preference::SaveFavourite {
        name: name("IBU"),
        product: code(product),
        dest: dest.parse().unwrap_or_else(|_| Destination::Customer(dest.to_owned())),
    };
    let word = |word: &str| PriceFilter::Word(word.to_owned());
    for (text, expected) in [
        ("PAR.081234567890.1234", Preference::AddChat { name: phone(), pin: pin() }),
        ("tambah nomor 0812-3456-7890 1234", Preference::AddChat { name: phone(), pin: pin() }),
        ("TAMBAH.0812 3456 7890.1234", Preference::AddChat { name: phone(), pin: pin() }),
        ("A.+6281234567890", Preference::AddChat { name: phone(), pin: None }),
        ("TAMBAH.1234", Preference::AddChat { name: ChatName::Any, pin: pin() }),
        ("TGT*a_b@mail.com*1234", Preference::AddChat { name: other("a_b@mail.com"), pin: pin() }),
        ("TAMBAH", Preference::Chats { pin: None }),
        ("LIST", Preference::Chats { pin: None }),
        ("LIST.1234", Preference::Chats { pin: pin() }),
        ("HAPUS.2.1234", Preference::RemoveChat { which: ChatName::Place(2), sure: false, pin: pin() }),
        ("HAPUS.2.ya.1234", Preference::RemoveChat { which: ChatName::Place(2), sure: true, pin: pin() }),
        ("hapus hp 081234567890 1234", Preference::RemoveChat { which: phone(), sure: false, pin: pin() }),
        ("DELYM*your_pulsa*1234", Preference::RemoveChat { which: other("your_pulsa"), sure: false, pin: pin() }),
        ("GANTI.081234567890.081234567890.1234", Preference::ReplaceChat { old: phone(), new: phone(), pin: pin() }),
        ("ULANG", Preference::Repeat),
        ("lagi 1234", Preference::Repeat),
        ("SIMPAN.ibu.S10.0812 3456 7890", saved("S10", "081234567890")),
        ("simpan ibu pln20 14027480301", saved("PLN20", "14027480301")),
        ("SIMPAN.IBU.ML5.12345", saved("ML5", "12345")),
        ("FAV", Preference::Favourites),
        ("FAV.1234", Preference::Favourites),
        ("FAV.ibu", Preference::Favourite { name: name("IBU"), nth: 1, pin: None }),
        ("FAV.ibu.1234", Preference::Favourite { name: name("IBU"), nth: 1, pin: pin() }),
        ("fav s10 2 1234", Preference::Favourite { name: name("S10"), nth: 2, pin: pin() }),
        ("FAV.IBU.-", Preference::ForgetFavourite { name: name("IBU") }),
        ("HAPUS.FAV.IBU", Preference::ForgetFavourite { name: name("IBU") }),
        ("JUAL", Preference::Selling(SellingChange::Show)),
        ("JUAL.+1000", Preference::Selling(SellingChange::All(Some(rp(1_000))))),
        ("JUAL.+1.000", Preference::Selling(SellingChange::All(Some(rp(1_000))))),
        ("JUAL.+0", Preference::Selling(SellingChange::All(Some(rp(0))))),
        ("JUAL.-", Preference::Selling(SellingChange::All(None))),
        ("jual s10 12rb", Preference::Selling(SellingChange::Product(code("S10"), Some(SellRule::Price(rp(12_000)))))),
        (
            "JUAL.S10.12.000",
            Preference::Selling(SellingChange::Product(code("S10"), Some(SellRule::Price(rp(12_000))))),
        ),
        ("JUAL.S10.+2rb", Preference::Selling(SellingChange::Product(code("S10"), Some(SellRule::Above(rp(2_000)))))),
        ("JUAL.S10.-", Preference::Selling(SellingChange::Product(code("S10"), None))),
        ("JUAL.BULAT", Preference::Selling(SellingChange::Rounded(true))),
        ("jual bulat -", Preference::Selling(SellingChange::Rounded(false))),
        ("DAFTARHARGA", Preference::SellingList { filters: Vec::new() }),
        ("LIST.S10,X10", Preference::SellingList { filters: vec![word("S10"), word("X10")] }),
        ("GN.CAHAYA-CELL.1234", Preference::Rename { of: None, name: "CAHAYA-CELL".to_owned(), pin: pin() }),
        ("ganti nama Budi Cell 1234", Preference::Rename { of: None, name: "Budi Cell".to_owned(), pin: pin() }),
        ("TUKAR.1234", Preference::Earnings { pin: pin() }),
        ("BELI", Preference::Ask(Ask::Phone)),
        ("PLN", Preference::Ask(Ask::Meter)),
        ("TAGIHAN", Preference::Ask(Ask::Bills)),
        ("TAG.PLNPOST", Preference::Ask(Ask::Customer(code("PLNPOST")))),
    ] {
        assert_eq!(parse(text), Command::Preference(expected), "{text}");
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
fn a_reseller_s_own_program_is_set_up_by_chat() {
    use ApiCommand as Api;
    let pin = || "1234".parse::<Pin>().unwrap();
    let allow = |addresses: &[&str]| Api::Allow {
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        pin: pin(),
    };
    let report = |url: &str| Api::ReportTo { url: Typed::whole(url), pin: pin() };
    for (text, expected) in [
        ("API", Api::Show),
        ("api.1234", Api::Show),
        ("APIIP", Api::Show),
        ("API.MATI", Api::Off),
        ("/api off 1234", Api::Off),
        ("APIIP.203.0.113.7.1234", allow(&["203.0.113.7"])),
        ("APIIP#203.0.113.0/24#1234", allow(&["203.0.113.0/24"])),
        ("apiip 203.0.113.7, 203.0.113.8 1234", allow(&["203.0.113.7", "203.0.113.8"])),
        ("/apiip 2001:db8::1 1234", allow(&["2001:db8::1"])),
        ("APIIP.*.1234", allow(&["*"])),
        ("APIIP***1234", allow(&["*"])),
        ("APIIP * 1234", allow(&["*"])),
        ("APIIP.HAPUS.1234", Api::AllowNone { pin: pin() }),
        ("APIREPORT.https://toko.example/lapor?k=1.1234", report("https://toko.example/lapor?k=1")),
        ("APIREPORT https://toko.example:8443/a.b 1234", report("https://toko.example:8443/a.b")),
        ("APIREPORT.hapus.1234", Api::ReportNowhere { pin: pin() }),
    ] {
        assert_eq!(parse(text), Command::Preference(PreferenceCommand::Api(expected)), "{text}");
    }
    for (text, password, weak) in [
        ("API.Rahasia-Toko9.1234", "Rahasia-Toko9", false),
        ("API.a.b#c.1234", "a.b#c", true),
        ("api rahasia 1234", "rahasia", true),
        ("/api 1234567890 1234", "1234567890", true),
    ] {
        let Command::Preference(PreferenceCommand::Api(Api::On { password: read, pin: tried })) = parse(text) else {
            panic!("{text}: {:?}", parse(text))
        };
        assert_eq!((read.expose(), read.is_weak(), tried), (password, weak, pin()), "{text}");
    }
    for text in [
        "API.rahasia",
        "API.abc.1234",
        "API.1234.1234",
        "API.dua kata.1234",
        "APIIP.203.0.113.7",
        "APIIP.1234",
        "APIIP.203.0.113.1234",
        "APIIP.toko.example.1234",
        "APIIP.203.0.113.0/x.1234",
        "APIREPORT.https://toko.example/lapor",
    ] {
        assert!(matches!(parse(text), Command::Incomplete { .. }), "{text}: {:?}", parse(text));
    }
}
