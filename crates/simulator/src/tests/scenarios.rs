//! What each scenario delivers, answers and calls back, and when.

use super::*;

/// Deliveries and callbacks at the direct, the reporting and the answering suppliers.
type Outcomes = [(u32, usize); 3];

/// What the client sees of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Whole,
    Nothing,
    Gateway,
}

#[tokio::test]
async fn every_scenario_delivers_and_calls_back_as_the_table_says() {
    use Seen::{Gateway, Nothing, Whole};
    let cases: [(_, _, Outcomes); 17] = [
        ("90", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("01", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("02", Whole, [(0, 1), (0, 1), (0, 0)]),
        ("03", Whole, [(1, 0), (1, 0), (1, 0)]),
        ("04", Nothing, [(1, 1), (1, 1), (1, 0)]),
        ("05", Nothing, [(1, 0), (1, 0), (1, 0)]),
        ("06", Whole, [(0, 1), (0, 2), (1, 0)]),
        ("07", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("08", Gateway, [(1, 1), (1, 1), (1, 0)]),
        ("09", Nothing, [(1, 1), (1, 1), (1, 0)]),
        ("19", Whole, [(0, 0), (0, 0), (0, 0)]),
        ("21", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("22", Whole, [(1, 2), (1, 2), (1, 0)]),
        ("23", Whole, [(0, 0), (0, 0), (0, 0)]),
        ("24", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("25", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("26", Whole, [(1, 0), (1, 0), (1, 0)]),
    ];
    let market = open_market().await;
    let style = |kind| match kind {
        Kind::Kiosampm | Kind::Xgateway => 0,
        Kind::BillerJson | Kind::Ppob => 1,
        Kind::Teleanjar => 2,
        described => panic!("{described:?} has tests of its own"),
    };
    let mut callbacks = 0;
    for (i, (ending, seen, outcomes)) in (100_u64..).zip(&cases) {
        for kind in Kind::ALL {
            let dest = format!("08123456{ending}");
            let heard = market.buy(kind, &dest, i).await;
            let saw = match &heard {
                Ok((200, _)) => Whole,
                Ok(_) => Gateway,
                Err(_) => Nothing,
            };
            assert_eq!(saw, *seen, "{kind:?} {dest} {heard:?}");
            callbacks += outcomes[style(kind)].1;
        }
    }
    let calls = market.calls(callbacks).await;
    for (ending, _, outcomes) in &cases {
        let dest = format!("08123456{ending}");
        for kind in Kind::ALL {
            let (deliveries, callbacks) = outcomes[style(kind)];
            assert_eq!(market.times_delivered(kind, &dest), deliveries, "{kind:?} {dest}");
            let address = format!("/callback/{}/", kind.supplier_id());
            let count = calls.iter().filter(|call| call.contains(&address) && call.contains(&dest)).count();
            assert_eq!(count, callbacks, "{kind:?} {dest}");
        }
    }
    for kind in Kind::ALL {
        let delivered: u32 =
            market.simulators.bought().iter().filter(|b| b.kind == kind).map(|b| b.times_delivered).sum();
        let each = if kind == Kind::Teleanjar { 20_350 } else { price("S10") };
        let pending = if kind == Kind::Teleanjar { 0 } else { each };
        let spent = START_BALANCE - market.simulators.balance(kind);
        assert_eq!(spent, i64::from(delivered) * each + pending, "{kind:?}: 23 stays pending and holds its price");
    }
}

#[tokio::test]
async fn answers_can_carry_other_names_and_the_repeat_is_right() {
    let market = open_market().await;
    let (_, text) = market.kios("S10", "081234560024", "7").await.unwrap();
    assert_like(&text, "*SUKSES*#Reffid:8#");
    assert_like(&market.kios("S10", "081234560024", "7").await.unwrap().1, "*SUKSES; sudah pernah*#Reffid:7 #");
    let (_, text) = market.kios("S10", "081234560025", "9").await.unwrap();
    assert_like(&text, "*#ke:081234560026#SUKSES*");
    let (_, text) = market.biller("S10", "081234560024", "9").await.unwrap();
    assert_like(&text, r#"*"trxid":"0"*"#);
}

#[tokio::test]
async fn a_callback_can_come_before_the_answer() {
    let market = open_market().await;
    for kind in [Kind::Kiosampm, Kind::Xgateway, Kind::BillerJson, Kind::Ppob] {
        let before = market.calls.lock().len();
        market.buy(kind, "081234560021", 5).await.unwrap();
        assert_eq!(market.calls.lock().len(), before + 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_bought_at_once_even_when_the_client_gives_up() {
    let market = open_market().await;
    let url = format!("{}/trx", market.simulators.url(Kind::Kiosampm));
    let query = [
        ("memberid", kiosampm::MEMBER_ID),
        ("dest", "081234560010"),
        ("product", "S10"),
        ("refid", "1"),
        ("pin", kiosampm::PIN),
        ("password", kiosampm::PASSWORD),
    ];
    let impatient = market.client.get(url).query(&query).timeout(Duration::from_millis(200));
    assert!(market.send(impatient).await.unwrap_err().is_timeout());
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081234560010"), 1);
    assert_like(&market.kios("S10", "081234560010", "1").await.unwrap().1, "*SUKSES; sudah pernah*");
}

#[tokio::test]
async fn a_callback_nobody_takes_is_tried_again() {
    let market = open_market().await;
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = busy.local_addr().unwrap();
    drop(busy); // nobody listens there now
    market.simulators.set_callback_base(format!("http://{address}"));
    market.kios("S10", "081234560001", "1").await.unwrap();
    let calls = Arc::clone(&market.calls);
    let listener = loop {
        if market.times_delivered(Kind::Kiosampm, "081234560001") == 1 {
            break TcpListener::bind(address).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(note).with_state(calls)).await });
    assert_eq!(market.calls(1).await.len(), 1);
}

#[test]
fn every_scenario_is_in_the_table_once() {
    for row in TABLE.iter().skip(1) {
        assert_eq!(TABLE.iter().filter(|other| other.ending == row.ending).count(), 1, "{}", row.ending);
        assert_eq!(Scenario::of(Kind::Ppob, &format!("0812345678{}", row.ending)), row.scenario);
    }
    assert_eq!(TABLE.len(), 30);
    for (kind, dest, scenario) in [
        (Kind::Kiosampm, "", Scenario::Success),
        (Kind::Kiosampm, "1", Scenario::Success),
        (Kind::Kiosampm, "9911", Scenario::Listed(11)),
        (Kind::Kiosampm, "9917", Scenario::DepositTooSmall),
        (Kind::Xgateway, "9977", Scenario::Listed(77)),
        (Kind::BillerJson, "9904", Scenario::ClosedThenReported),
        (Kind::Ppob, "99é4", Scenario::Success),
    ] {
        assert_eq!(Scenario::of(kind, dest), scenario, "{kind:?} {dest}");
    }
}
