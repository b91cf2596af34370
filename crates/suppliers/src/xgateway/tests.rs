use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::json::tests::configured;
use konter_core::money::Rupiah;
use konter_core::outcome::{Delivery, Detail, Details, FirstSending, Sending};

mod codes;
mod tokens;

const TOPUP_SUCCESS: &str = include_str!("../../../../tests/fixtures/xgateway/topup_success.xml");
const TOPUP_FAILED: &str = include_str!("../../../../tests/fixtures/xgateway/topup_failed.xml");
const TOPUP_PENDING: &str = include_str!("../../../../tests/fixtures/xgateway/topup_pending.xml");
const QUERY_SUCCESS: &str = include_str!("../../../../tests/fixtures/xgateway/query_success.xml");
const PLNA_TOPUP_SUCCESS: &str = include_str!("../../../../tests/fixtures/xgateway/plna_topup_success.xml");
const PLN_DIRECT_SUCCESS: &str = include_str!("../../../../tests/fixtures/xgateway/pln_direct_success.xml");
const CALLBACK_SUCCESS: &str = include_str!("../../../../tests/fixtures/xgateway/callback_success.xml");
const TOKEN: &str = "9999-9999-9999-9999-9999";

fn supplier() -> Xgateway {
    buying_tokens("direct")
}

fn buying_tokens(way: &str) -> Xgateway {
    configured(&[("USER_ID", "konter01"), ("PIN", "p<&>9"), ("TOKEN", way)], Xgateway::configure).unwrap()
}

fn topup(reference: u64, sku: &'static str, dest: &'static str) -> Buy<'static> {
    Buy::first(Reference(reference), sku, dest, ProductKind::Topup)
}

/// The order that [`TOPUP_SUCCESS`] answers.
fn i50() -> Buy<'static> {
    topup(12_906_609, "I50", "085700000001")
}

/// The order that [`TOPUP_FAILED`] and [`TOPUP_PENDING`] answer.
fn sf50() -> Buy<'static> {
    topup(12_906_713, "SF50", "085700000001")
}

fn pln(sku: &'static str) -> Buy<'static> {
    Buy { kind: ProductKind::Token, ..topup(12_906_713, sku, "11310000011") }
}

fn answer(text: &str) -> Response {
    Response { content_type: Some("text/xml".to_owned()), body: text.as_bytes().to_vec() }
}

fn read(buy: &Buy<'_>, text: &str) -> Reading {
    supplier().read_purchase(buy, &answer(text))
}

fn sold(buy: &Buy<'_>, text: &str) -> Delivery {
    match read(buy, text).outcome {
        Outcome::Success(delivery) => delivery,
        other => panic!("no success: {other:?} of {text}"),
    }
}

fn doubt(buy: &Buy<'_>, text: &str) -> Doubt {
    match read(buy, text).outcome {
        Outcome::Unknown(doubt) => doubt,
        other => panic!("not unknown: {other:?} of {text}"),
    }
}

fn with_code(text: &str, code: &str) -> String {
    let from = text.find("<string>").unwrap() + "<string>".len();
    let to = from + text[from..].find('<').unwrap();
    format!("{}{code}{}", &text[..from], &text[to..])
}

/// The failed reply with another code.
fn failed(code: &str) -> String {
    with_code(TOPUP_FAILED, code)
}

fn shown(details: &Details) -> String {
    let lines: Vec<_> = details.iter().map(|(detail, value)| format!("{detail:?}: {value}")).collect();
    lines.join("\n")
}

fn noon() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 3, 1).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

#[test]
fn a_user_and_its_zone_or_a_name_of_two_words_are_found() {
    let told = |ours: &'static str, theirs: &str| {
        let text = TOPUP_SUCCESS.replace("KE 085700000001", &format!("KE {theirs}"));
        assert!(text.contains(theirs), "{text}");
        read(&Buy { dest: ours, ..i50() }, &text).outcome
    };
    let (zone, name) = ("156378300|8483", "Budi Gamer#ID7");
    for (ours, theirs) in
        [(zone, zone), (zone, "156378300(8483)"), (zone, "156378300 (8483)"), (zone, "156378300-8483"), (name, name)]
    {
        let outcome = told(ours, theirs);
        assert!(matches!(outcome, Outcome::Success(_)), "{theirs}: {outcome:?}");
    }
    for (ours, theirs) in [
        (zone, "156378300|8484"),
        (zone, "156378300"),
        (zone, "156378300 (8484)"),
        (name, "Budi"),
        (name, "Budi Gamer#ID70"),
    ] {
        assert_eq!(told(ours, theirs), Outcome::Unknown(Doubt::OtherDestination), "{theirs}");
    }
}

#[test]
fn an_order_is_one_struct_of_escaped_strings() {
    insta::assert_snapshot!(supplier().purchase(&i50(), noon()).reveal(), @r#"
    POST /st24
    Content-Type: text/xml

    <?xml version="1.0"?>
    <methodCall>
    <methodName>topUpRequest</methodName>
    <params>
    <param>
    <value>
    <struct>
    <member><name>MSISDN</name><value><string>konter01</string></value></member>
    <member><name>REQUESTID</name><value><string>12906609</string></value></member>
    <member><name>PIN</name><value><string>p&lt;&amp;&gt;9</string></value></member>
    <member><name>NOHP</name><value><string>085700000001</string></value></member>
    <member><name>NOM</name><value><string>I50</string></value></member>
    </struct>
    </value>
    </param>
    </params>
    </methodCall>
    "#);
}

#[test]
fn each_way_of_buying_has_its_method() {
    let quoted = Buy { inquiry: Some("1553843112963"), ..pln("PLN20") };
    let method = |request: Request| {
        let text = request.reveal();
        let from = text.find("<methodName>").unwrap() + "<methodName>".len();
        text[from..].split('<').next().unwrap().to_owned()
    };
    assert_eq!(method(supplier().purchase(&pln("PLN20"), noon())), "PLNPrepaidDirectTopup");
    assert_eq!(method(supplier().purchase(&quoted, noon())), "PLNPrepaidTopup");
    assert_eq!(method(supplier().inquiry(&pln("PLN20"), noon()).unwrap()), "PLNPrepaidQuery");
    assert_eq!(supplier().inquiry(&i50(), noon()), None);
    for (way, first) in [("", false), ("direct", false), ("Query", true)] {
        let supplier = buying_tokens(way);
        assert_eq!(supplier.inquiry_first(ProductKind::Token), first, "{way}");
        assert!(!supplier.inquiry_first(ProductKind::Topup) && !supplier.inquiry_first(ProductKind::Bill));
        assert_eq!(method(supplier.inquiry(&pln("PLN20"), noon()).unwrap()), "PLNPrepaidQuery");
        // A status check repeats what was sent, whatever is set by then.
        let now = Now { utc: noon().and_utc(), local: noon() };
        for buy in [pln("PLN20"), quoted] {
            assert_eq!(supplier.status(&buy, now.utc, &now), Some(supplier.purchase(&buy, noon())));
            assert_eq!(supplier.purchase(&buy, noon()), buying_tokens("direct").purchase(&buy, noon()));
        }
    }
    let wrong = Options::new(&|name| Some(if name == "TOKEN" { "both" } else { "x" }.to_owned()));
    assert!(Xgateway::configure(&wrong).is_none());
    let [error] = <[_; 1]>::try_from(wrong.into_errors()).unwrap();
    assert_eq!(error.to_string(), "TOKEN: must be one of: direct, query");
}

/// Query and purchase share a REQUESTID: what is said of the one is never taken for the other.
#[test]
fn the_querys_answer_says_nothing_of_the_purchase() {
    let buy = pln("PLN20");
    let worded = |word: &str, code: &str| with_code(&QUERY_SUCCESS.replace("SUKSES", word), code);
    for (text, expected) in [
        (QUERY_SUCCESS.to_owned(), Doubt::NoSerial),
        (worded("GAGAL", "07"), Doubt::Inconclusive("07".to_owned())),
        (worded("PENDING", "68"), Doubt::Inconclusive("68".to_owned())),
    ] {
        let expected = Outcome::Unknown(expected);
        assert_eq!(read(&buy, &text).outcome, expected, "{text}");
        assert_eq!(supplier().read_status(&buy, &answer(&text)).outcome, expected, "{text}");
        let callback = Callback { body: text.as_bytes().to_vec(), ..Callback::default() };
        assert_eq!(supplier().read_callback(&buy, &callback).outcome, expected, "{text}");
    }
}

#[test]
fn whole_rupiah_may_be_written_with_zero_cents() {
    let labels = [
        ("RPTOKEN", Detail::TokenAmount),
        ("RPBAYAR", Detail::Paid),
        ("ADMIN", Detail::Admin),
        ("METERAI", Detail::Stamp),
        ("PPN", Detail::Vat),
        ("PPJ", Detail::StreetLightTax),
        ("ANGSURAN", Detail::Instalment),
    ];
    for (written, expected) in [
        ("2000.0", Some("2000")),
        ("2000.00", Some("2000")),
        ("2,000.0", Some("2000")),
        ("12000.0", Some("12000")),
        ("0.0", Some("0")),
        ("0", Some("0")),
        ("2000.55", None),
        ("2000.5", None),
        ("2000.000", None),
        ("", None),
    ] {
        let fields = labels.map(|(label, _)| format!("{label}={written}")).join(", ");
        let message = format!("ISI PLN20 KE 11310000011 , SUKSES. SAL=1, {fields}, TOKEN={TOKEN}");
        let details = sold(&pln("PLN20"), &reply("00", 12_906_713, &message, TOKEN)).details;
        for (label, detail) in labels {
            assert_eq!(details.get(&detail).map(String::as_str), expected, "{label}={written}");
        }
    }
}

#[test]
fn a_reference_is_never_too_long_for_a_requestid() {
    assert!(Reference(u64::MAX).to_string().len() <= 20);
}

#[test]
fn a_status_check_is_the_same_request_while_it_cannot_buy_again() {
    let sent = noon().and_utc();
    let ask = |later: TimeDelta| supplier().status(&i50(), sent, &Now { utc: sent + later, local: noon() });
    assert_eq!(ask(TimeDelta::minutes(1)), Some(supplier().purchase(&i50(), noon())));
    assert_eq!(ask(TimeDelta::hours(23) - TimeDelta::seconds(1)), Some(supplier().purchase(&i50(), noon())));
    for refused in [TimeDelta::hours(23), TimeDelta::hours(25), TimeDelta::seconds(-1)] {
        assert_eq!(ask(refused), None, "{refused}");
    }
}

#[test]
fn settings_are_needed_and_hidden() {
    let options = Options::new(&|_| None);
    assert!(Xgateway::configure(&options).is_none());
    let names: Vec<_> = options.into_errors().into_iter().map(|error| error.name).collect();
    assert_eq!(names, ["USER_ID", "PIN"]);
    let shown = format!("{:?}", supplier());
    assert!(!shown.contains("p<&>9") && !shown.contains("konter01"), "{shown}");
}

#[test]
fn topup_success() {
    let reading = read(&i50(), TOPUP_SUCCESS);
    assert_eq!(sold(&i50(), TOPUP_SUCCESS), Delivery { sn: "0329135143014892".to_owned(), details: Details::new() });
    assert_eq!(reading.supplier_trx.as_deref(), Some("1553842300121"));
    assert_eq!(reading.charged, Some(rp(48_825)));
    assert_eq!(reading.supplier_balance, Some(rp(5_609_112)));
}

#[test]
fn topup_failed_and_pending() {
    let reading = read(&sf50(), TOPUP_FAILED);
    assert_eq!(reading.outcome, Outcome::Failed(FailureKind::WrongNumber));
    assert_eq!(reading.supplier_balance, Some(rp(5_235_917)));
    let reading = read(&sf50(), TOPUP_PENDING);
    assert_eq!(reading.outcome, Outcome::Pending);
    assert_eq!(reading.supplier_trx.as_deref(), Some("1553843112963"));
    assert_eq!((reading.charged, reading.supplier_balance), (None, Some(rp(5_789_512))));
}

/// A reply with these fields.
fn reply(code: &str, reference: u64, message: &str, sn: &str) -> String {
    let members: String = [
        ("RESPONSECODE", code),
        ("REQUESTID", reference.to_string().as_str()),
        ("MESSAGE", message),
        ("SN", sn),
        ("TRANSACTIONID", "77"),
    ]
    .map(|(name, value)| {
        let value = quick_xml::escape::escape(value).into_owned();
        format!("<member><name>{name}</name><value><string>{value}</string></value></member>")
    })
    .concat();
    format!(
        "<methodResponse><params><param><value><struct>{members}</struct></value></param></params></methodResponse>"
    )
}

#[test]
fn xml_rpc_is_read_in_every_dress() {
    let string = |value: &str| format!("<string>{value}</string>");
    let sn = "0329135143014892";
    for (from, to) in [
        (string("00"), "00".to_owned()),
        (string("00"), " \n 00 \n".to_owned()),
        (string("00"), "<int>0</int>".to_owned()),
        (string("00"), "<i4>00</i4>".to_owned()),
        (string("00"), "<![CDATA[00]]>".to_owned()),
        (string("00"), "<string><![CDATA[0]]>0</string>".to_owned()),
        (string("00"), "<string>&#48;&#x30;</string>".to_owned()),
        (string("12906609"), "<int>12906609</int>".to_owned()),
        (string("12906609"), "<i8> 12906609 </i8>".to_owned()),
        (string(sn), format!("<i8>{sn}</i8>")),
        (string(sn), format!("<!-- the serial --><string>{sn}</string>")),
        (string(sn), "<nil/>".to_owned()),
        (string(sn), "<string/>".to_owned()),
        (string(sn), String::new()),
        ("<name>SN</name>".to_owned(), "<name> sn </name>".to_owned()),
        ("<?xml version=\"1.0\"?>".to_owned(), "\u{feff}<?xml version='1.0' encoding='iso-8859-1'?><?x y?>".to_owned()),
        ("\n".to_owned(), "\r\n\t".to_owned()),
        (" SUKSES".to_owned(), " Sukses".to_owned()),
        ("085700000001".to_owned(), "6285700000001".to_owned()),
        ("ISI I50 KE".to_owned(), "isi i50 ke".to_owned()),
        ("ISI I50 KE 085700000001 , SUKSES.".to_owned(), String::new()),
    ] {
        let text = TOPUP_SUCCESS.replace(&from, &to);
        assert_eq!(sold(&i50(), &text).sn, sn, "{to}");
    }
    let compact: String = TOPUP_SUCCESS.lines().map(str::trim).collect();
    assert_eq!(sold(&i50(), &compact).sn, sn);
}

#[test]
fn members_stand_in_any_order_and_may_be_more() {
    let (head, rest) = TOPUP_SUCCESS.split_once("<struct>").unwrap();
    let (members, tail) = rest.split_once("</struct>").unwrap();
    let mut parts: Vec<String> = members.split_inclusive("</member>").map(str::to_owned).collect();
    parts.reverse();
    parts.push("<member><value><boolean>1</boolean></value><name>EXTRA</name></member>".to_owned());
    let text = format!("{head}<struct>{}</struct>{tail}", parts.concat());
    assert_eq!(sold(&i50(), &text).sn, "0329135143014892");
}

#[test]
fn a_callback_is_the_same_xml() {
    let callback = |body: &str| Callback { body: body.as_bytes().to_vec(), ..Callback::default() };
    let buy = topup(144_006_080, "XLA25", "083120625600");
    let success = callback(CALLBACK_SUCCESS);
    assert_eq!(supplier().callback_reference(&success), Some(buy.reference));
    let Outcome::Success(delivery) = supplier().read_callback(&buy, &success).outcome else { panic!() };
    assert_eq!(delivery.sn, "99970329141597");

    let reversed = with_code(&CALLBACK_SUCCESS.replace("SUKSES", "GAGAL"), "21");
    let outcome = supplier().read_callback(&buy, &callback(&reversed)).outcome;
    assert_eq!(outcome, Outcome::Failed(FailureKind::Reversed));
    let cut_off = callback(&failed("35"));
    assert_eq!(supplier().read_callback(&sf50(), &cut_off).outcome, Outcome::Failed(FailureKind::CutOff));

    for body in ["", "<html/>", "\u{0}", &CALLBACK_SUCCESS.replace("144006080", "+144006080")] {
        assert_eq!(supplier().callback_reference(&callback(body)), None, "{body}");
    }
    let huge = "<methodResponse>".repeat(600_000);
    assert_eq!(supplier().callback_reference(&callback(&huge)), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let response = Response { content_type: None, body: body.clone() };
        prop_assert!(matches!(supplier().read_purchase(&i50(), &response).outcome, Outcome::Unknown(_)));
        prop_assert!(matches!(supplier().read_inquiry(&pln("PLN20"), &response), InquiryReading::Unknown(_)));
        prop_assert_eq!(supplier().callback_reference(&Callback { body, ..Callback::default() }), None);
    }

    #[test]
    fn any_message_is_read_without_panic(message in "(ISI|QUERY|SN|TOKEN|NAMA|KE|[,. =/&-]|[a-z0-9\u{e9}]){0,40}", sn in "[0-9/ -]{0,60}") {
        let text = reply("00", 12_906_713, &message, &sn);
        let _ = read(&pln("PLN20"), &text);
        let _ = supplier().read_inquiry(&pln("PLN20"), &answer(&text));
    }

    #[test]
    fn a_spoilt_reply_decides_nothing_unless_its_reference_is_intact(
        which in 0_usize..3,
        at in any::<proptest::sample::Index>(),
        length in 0_usize..12,
        put in "[<>/&;#!0-9A-Za-z \u{e9}]{0,8}",
    ) {
        let (buy, fixture, reference) = match which {
            0 => (i50(), TOPUP_SUCCESS, "12906609"),
            1 => (sf50(), TOPUP_FAILED, "12906713"),
            _ => (pln("PLNA20"), PLNA_TOPUP_SUCCESS, "12906713"),
        };
        let mut characters: Vec<char> = fixture.chars().collect();
        let from = at.index(characters.len());
        let to = (from + length).min(characters.len());
        characters.splice(from..to, put.chars());
        let text: String = characters.into_iter().collect();
        if matches!(read(&buy, &text).outcome, Outcome::Success(_) | Outcome::Failed(_)) {
            prop_assert!(text.contains(reference), "{}", text);
        }
    }
}
