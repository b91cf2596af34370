//! A program must be able to tell the answers apart by their words alone.

use chrono::DateTime;

use super::*;
use konter_core::ids::OrderId;
use konter_reply::samples;

fn query() -> Query {
    Query::read(&["memberID=KR0001&product=s10&dest=081234567890&refID=abc"])
}

fn line(verdict: Verdict, sn: &str, reason: Option<FailureReason>) -> OrderLine {
    OrderLine {
        order: OrderId(7),
        product: "S10".parse().unwrap(),
        product_name: "Telkomsel 10.000 SUKSES".to_owned(),
        kind: konter_core::catalog::ProductKind::Topup,
        dest: "081234567890".to_owned(),
        nth: 1,
        price: Rupiah::new(10_500),
        verdict,
        sn: sn.to_owned(),
        details: std::collections::BTreeMap::default(),
        reason,
        at: DateTime::UNIX_EPOCH,
        client_reference: Some("abc".to_owned()),
        withheld: Rupiah::ZERO,
    }
}

/// Which verdicts a text carries.
fn verdicts(text: &str) -> Vec<&'static str> {
    ["akan diproses", "SUKSES", "GAGAL"].into_iter().filter(|word| text.contains(word)).collect()
}

#[test]
fn an_order_is_told_as_otomax_servers_tell_it() {
    let balance = Rupiah::new(89_500);
    let told = |verdict, sn: &str, reason| status(&line(verdict, sn, reason), balance);
    let failed = |reason| told(Verdict::Failed, "", Some(reason));
    for (text, expected) in [
        (told(Verdict::Open, "", None), "R#abc S10.081234567890 akan diproses. Saldo 89.500"),
        (told(Verdict::Success, "0041.77/8", None), "R#abc S10.081234567890 SUKSES. SN: 0041.77/8. Saldo 89.500"),
        (told(Verdict::Success, "", None), "R#abc S10.081234567890 SUKSES. Saldo 89.500"),
        (
            failed(FailureReason::Supplier(FailureKind::WrongNumber)),
            "R#abc S10.081234567890 GAGAL. nomor tujuan salah. Saldo 89.500",
        ),
        (
            failed(FailureReason::Supplier(FailureKind::SupplierFunds)),
            "R#abc S10.081234567890 GAGAL. produk sedang gangguan. Saldo 89.500",
        ),
        (
            failed(FailureReason::Admin("tadi SUKSES SN: 1".to_owned())),
            "R#abc S10.081234567890 GAGAL. dibatalkan admin. Saldo 89.500",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn a_token_is_told_with_its_meter() {
    let mut line = line(Verdict::Success, "1234-5678-9012-3456-7890", None);
    for (detail, text) in [
        (Detail::Token, "1234-5678-9012-3456-7890"),
        (Detail::CustomerName, "BUDI"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "13.7"),
    ] {
        line.details.insert(detail, text.to_owned());
    }
    assert_eq!(serial(&line).as_deref(), Some("1234-5678-9012-3456-7890/BUDI/R1/1300VA/13.7"));
}

#[test]
fn what_is_not_known_carries_no_verdict() {
    let query = query();
    for text in [busy(&query), disturbed(&query), slow(&query), in_doubt(&query, None), no_such(&query, Rupiah::ZERO)] {
        assert!(verdicts(&text).is_empty() && text.starts_with("R#abc S10.081234567890 "), "{text}");
    }
    let ip = "203.0.113.7".parse().unwrap();
    for turned in [
        Turned::NotSetUp,
        Turned::NotAllowedFrom(ip),
        Turned::UnknownAddress,
        Turned::Wrong,
        Turned::Locked,
        Turned::OtherPin,
    ] {
        assert!(
            verdicts(&turned_away(&query, turned, None)).is_empty(),
            "{turned:?}: it may be, or have been, delivered"
        );
    }
}

#[test]
fn every_refusal_is_a_failure_and_reads_like_nothing_else() {
    let refusals = samples().unwrap().into_iter().filter_map(|sample| match sample.reply {
        Reply::OrderRefused(refused) => Some(refused),
        _ => None,
    });
    let mut seen = 0;
    for refusal in refusals {
        let text = refused(&query(), &refusal, Rupiah::new(89_500));
        assert_eq!(verdicts(&text), ["GAGAL"], "{text}");
        assert!(text.starts_with("R#abc S10.081234567890 GAGAL. ") && text.ends_with(". Saldo 89.500"), "{text}");
        assert!(!text.contains("SN:") && !text.contains('\n'), "{text}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn only_the_ends_of_orders_are_reported() {
    let mut reported = 0;
    for sample in samples().unwrap() {
        let is_end = matches!(
            sample.reply,
            Reply::OrderSuccess(_) | Reply::OrderFailed(_) | Reply::OrderReversed(_) | Reply::OrderDeliveredLate(_)
        );
        let row = Outgoing {
            seq: 1,
            at: DateTime::UNIX_EPOCH,
            chat: konter_core::ids::ChatId::h2h(konter_core::ids::AgentId(1)),
            locale: konter_core::agent::Locale::En,
            payload: Payload::Reply(Box::new(sample.reply)),
            class: konter_store::Class::Final,
            balance: sample.balance,
            topic: None,
        };
        assert_eq!(line_of(&row).is_some(), is_end, "{row:?}");
        if let Some((reference, text)) = report(&row) {
            assert!(is_end && text.starts_with(&format!("R#{reference} ")), "{text}");
            reported += 1;
        }
    }
    assert!(reported > 0);
}

/// One konter orders at another with the shipped recipe: it must not give money back for a request that was only turned away.
#[test]
fn the_shipped_recipe_reads_every_answer_as_it_is_meant() {
    let recipe = konter_suppliers::recipe::Recipe::load("otomax").unwrap();
    let outcome = |text: &str| serde_json::to_value(recipe.taken(text)).unwrap()["outcome"].clone();
    let query = query();
    let known = [
        Turned::NotSetUp,
        Turned::NotAllowedFrom("203.0.113.7".parse().unwrap()),
        Turned::UnknownAddress,
        Turned::Wrong,
        Turned::Locked,
        Turned::OtherPin,
    ]
    .map(|turned| turned_away(&query, turned, None));
    let others = [in_doubt(&query, None), busy(&query), disturbed(&query), slow(&query), contradictory(&query)];
    for text in known.iter().chain(&others) {
        assert!(["unknown", "pending"].contains(&outcome(text).as_str().unwrap()), "{text}");
    }
    let said = |line: &OrderLine| outcome(&status(line, Rupiah::new(89_500)));
    assert_eq!(said(&line(Verdict::Success, "0041002345678901", None)), "success");
    assert_eq!(said(&line(Verdict::Success, "", None)), "success", "without a serial number");
    assert_eq!(said(&line(Verdict::Open, "", None)), "pending");
    let wrong = FailureReason::Supplier(FailureKind::WrongNumber);
    assert_eq!(said(&line(Verdict::Failed, "", Some(wrong))), "failed");
}
