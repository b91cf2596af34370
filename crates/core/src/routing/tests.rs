//! What keeps a supplier from being asked, and what lets it be asked again; and that nothing ever passes a closed door.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::catalog::Route;
use crate::ids::ChatId;
use crate::money::Rupiah;
use crate::outcome::{Delivery, Doubt, FailureKind, Outcome};

const SKU: &str = "S10";
const COST: Rupiah = Rupiah::new(10_200);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

/// A supplier that has just given so many bad signs in a row.
fn after_bad(signs: u32) -> Traffic {
    let mut traffic = Traffic::default();
    (0..signs).for_each(|_| traffic.saw(SKU, COST, Sign::Bad, at(0)));
    traffic
}

fn enters(traffic: &mut Traffic, seconds: i64) -> Option<Pass> {
    traffic.enter(SKU, COST, at(seconds))
}

#[test]
fn it_opens_after_bad_signs_in_a_row_and_not_before() {
    assert!(after_bad(OPENS_AFTER - 1).is_ready(SKU, COST, at(0)));
    assert!(!after_bad(OPENS_AFTER).is_ready(SKU, COST, at(0)));
    let mut mixed = after_bad(OPENS_AFTER - 1);
    mixed.saw(SKU, COST, Sign::Good, at(1));
    mixed.saw(SKU, COST, Sign::Bad, at(2));
    assert_eq!(mixed.door(at(2)), Door::Closed, "a good sign in between begins anew");
    let mut neutral = after_bad(OPENS_AFTER - 1);
    neutral.saw(SKU, COST, Sign::Neutral, at(1));
    neutral.saw(SKU, COST, Sign::Bad, at(1));
    assert!(!neutral.is_ready(SKU, COST, at(1)), "what says nothing does not begin anew");
}

#[test]
fn after_its_rest_one_order_goes_to_see() {
    let mut traffic = after_bad(OPENS_AFTER);
    assert_eq!(enters(&mut traffic, 29), None);
    let probe = enters(&mut traffic, 30).unwrap();
    assert_eq!(traffic.door(at(30)), Door::HalfOpen { probing: true });
    assert_eq!(enters(&mut traffic, 31), None, "one at a time");
    traffic.saw(SKU, COST, Sign::Good, at(32));
    traffic.leave(&probe);
    assert_eq!(traffic.door(at(32)), Door::Closed);
}

#[test]
fn each_failed_probe_doubles_the_rest_up_to_five_minutes() {
    let mut traffic = after_bad(OPENS_AFTER);
    let mut now = 0;
    for rest in [30, 60, 120, 240, 300, 300] {
        assert_eq!(enters(&mut traffic, now + rest - 1), None, "rests {rest} s");
        now += rest;
        let probe = enters(&mut traffic, now).unwrap();
        traffic.saw(SKU, COST, Sign::Bad, at(now));
        traffic.leave(&probe);
    }
}

#[test]
fn a_probe_that_brings_no_sign_makes_room_for_another() {
    let mut traffic = after_bad(OPENS_AFTER);
    let probe = enters(&mut traffic, 40).unwrap();
    traffic.leave(&probe);
    let second = enters(&mut traffic, 41).unwrap();
    // The first one's task ends late: the second is still on its way.
    traffic.leave(&probe);
    assert_eq!(enters(&mut traffic, 42), None);
    traffic.leave(&second);
}

#[test]
fn a_disturbed_product_keeps_only_itself_away() {
    let mut traffic = Traffic::default();
    (0..OPENS_AFTER).for_each(|_| traffic.saw(SKU, COST, Sign::ProductBad, at(0)));
    assert!(!traffic.is_ready(SKU, COST, at(1)));
    assert!(traffic.is_ready("S20", COST, at(1)));
    assert_eq!(traffic.disturbed(at(1)).collect::<Vec<_>>(), [SKU]);
    let probe = enters(&mut traffic, 31).unwrap();
    traffic.saw(SKU, COST, Sign::Good, at(32));
    traffic.leave(&probe);
    assert_eq!(traffic.disturbed(at(32)).count(), 0);
}

#[test]
fn a_clock_set_back_does_not_keep_it_closed_for_ever() {
    let traffic = after_bad(OPENS_AFTER);
    assert!(traffic.is_ready(SKU, COST, at(-3_600)));
}

#[test]
fn what_the_deposit_does_not_cover_is_kept_away_for_a_while() {
    let mut funds = Funds::default();
    assert!(funds.cover(COST, at(0)), "unknown is no reason");
    funds.told(rp(25_000), at(0));
    assert!(funds.cover(COST, at(1)));
    funds.reserve(COST);
    funds.reserve(COST);
    assert!(!funds.cover(COST, at(1)), "two are under way");
    funds.release(COST);
    assert!(funds.cover(COST, at(1)));
    funds.spent(COST);
    assert!(!funds.cover(COST, at(1)));
    assert!(funds.cover(COST, at(0) + BELIEVED_FOR), "old balances are not believed");
    funds.told(rp(500_000), at(2));
    assert!(funds.cover(COST, at(3)), "topped up");
}

#[test]
fn a_refusal_for_want_of_funds_keeps_away_what_costs_as_much() {
    let mut funds = Funds::default();
    funds.refused(rp(50_000), at(0));
    assert!(funds.cover(COST, at(1)) && !funds.cover(rp(50_000), at(1)) && !funds.cover(rp(99_000), at(1)));
    funds.told(rp(60_000), at(2));
    assert!(funds.cover(rp(50_000), at(3)));
    funds.refused(rp(50_000), at(4));
    assert!(funds.cover(rp(50_000), at(5)), "the supplier itself has just said that there is enough");
}

#[test]
fn requests_are_spaced_evenly() {
    let mut rate = Rate::default();
    let waits: Vec<i64> = (0..4).map(|_| rate.book(Some(10), 1, at(0)).num_milliseconds()).collect();
    assert_eq!(waits, [0, 100, 200, 300]);
    assert_eq!(rate.book(Some(10), 1, at(10)), TimeDelta::zero());
    assert_eq!(rate.book(Some(10), 1, at(-86_400)), TimeDelta::zero(), "the clock was set back");
    assert_eq!(Rate::default().book(None, 1, at(0)), TimeDelta::zero());
    let mut among_four = Rate::default();
    let waits: Vec<i64> = (0..3).map(|_| among_four.book(Some(10), 4, at(0)).num_milliseconds()).collect();
    assert_eq!(waits, [0, 400, 800], "the supplier counts what all processes send");
}

#[test]
fn the_record_looks_back_on_fifty() {
    let mut record = Record::default();
    assert_eq!((record.percent(), record.median()), (None, None));
    (0..100).for_each(|_| record.add(false, TimeDelta::seconds(60)));
    (0..25).for_each(|n| record.add(true, TimeDelta::seconds(n)));
    assert_eq!((record.count(), record.percent()), (50, Some(50)));
    (0..25).for_each(|_| record.add(true, TimeDelta::seconds(2)));
    assert_eq!((record.percent(), record.median()), (Some(100), Some(TimeDelta::seconds(2))));
}

#[test]
fn few_alarms_are_told_one_by_one_and_many_together() {
    let mut alarm = Alarm::default();
    assert!(alarm.more(1, at(0)) && alarm.more(MOST_CARDS - 1, at(1)));
    assert!(!alarm.more(1, at(2)));
    assert!(!alarm.is_due(at(3)), "more may come");
    assert!(!alarm.more(494, at(30)));
    let due = at(2) + GATHER;
    assert!(alarm.is_due(due));
    alarm.told(due);
    assert!(!alarm.is_due(due) && !alarm.more(10, due + TimeDelta::seconds(1)));
    assert!(!alarm.is_due(due + TimeDelta::minutes(14)) && alarm.is_due(due + TimeDelta::minutes(15)));
    alarm.told(due + TimeDelta::minutes(15));
    assert!(alarm.more(1, due + TimeDelta::minutes(16)), "calm again");
}

#[test]
fn reasons_are_short_or_none() {
    assert_eq!(reason("  deposit habis "), Ok(Some("deposit habis".to_owned())));
    assert_eq!(reason(" "), Ok(None));
    assert_eq!(reason(&"a".repeat(201)), Err(LongReason));
}

#[test]
fn steering_reads_back_and_old_rows_too() {
    let supplier: crate::ids::SupplierId = "xgate".parse().unwrap();
    let pause = Pause { by: ChatId::telegram(1), at: at(0), reason: None };
    let row = SupplierOverrides {
        paused: Some(pause),
        priority: Some(2),
        told_low: true,
        ..SupplierOverrides::of(supplier).next()
    };
    assert_eq!(serde_json::from_str::<SupplierOverrides>(&serde_json::to_string(&row).unwrap()).unwrap(), row);
    let plain: SupplierOverrides = serde_json::from_str(r#"{"supplier":"xgate","version":3}"#).unwrap();
    assert_eq!((plain.version, plain.paused, plain.priority, plain.told_low), (3, None, None, false));
}

/// What each kind of outcome says of its supplier.
#[test]
fn signs() {
    let failed = |kind| Outcome::Failed(kind);
    for (outcome, sign) in [
        (Outcome::Success(Delivery::default()), Sign::Good),
        (Outcome::Pending, Sign::Good),
        (failed(FailureKind::WrongNumber), Sign::Good),
        (failed(FailureKind::BillPaid), Sign::Good),
        (failed(FailureKind::ProductDisturbed), Sign::ProductBad),
        (failed(FailureKind::SupplierDisturbed), Sign::Bad),
        (failed(FailureKind::AccountRefused), Sign::Bad),
        (failed(FailureKind::CutOff), Sign::Bad),
        (failed(FailureKind::SupplierFunds), Sign::Funds),
        (failed(FailureKind::Refused), Sign::Neutral),
        (Outcome::Unknown(Doubt::Timeout), Sign::Bad),
        (Outcome::Unknown(Doubt::HttpStatus(502)), Sign::Bad),
        (Outcome::Unknown(Doubt::NotUnderstood), Sign::Bad),
        (Outcome::Unknown(Doubt::NoSerial), Sign::Neutral),
        (Outcome::Unknown(Doubt::Interrupted), Sign::Neutral),
    ] {
        assert_eq!(sign_of(&outcome), sign, "{outcome:?}");
    }
}

fn route(supplier: usize, priority: u32, open: bool) -> Route {
    Route {
        supplier: format!("s{supplier}").parse().unwrap(),
        sku: SKU.to_owned(),
        denom: None,
        cost: COST,
        priority,
        open,
    }
}

fn availability() -> impl Strategy<Value = Availability> {
    prop::sample::select(vec![Availability::Ready, Availability::CutOff, Availability::Resting, Availability::NotSetUp])
}

/// Something that can happen at one supplier.
#[derive(Clone, Debug)]
enum Happens {
    Enter,
    Leave(usize),
    Saw(Sign),
    Told(i64),
    Pass(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let signs = vec![Sign::Good, Sign::Neutral, Sign::ProductBad, Sign::Bad, Sign::Bad, Sign::Bad, Sign::Funds];
    prop_oneof![
        4 => Just(Happens::Enter),
        3 => (0_usize..8).prop_map(Happens::Leave),
        4 => prop::sample::select(signs).prop_map(Happens::Saw),
        1 => (0_i64..60_000).prop_map(Happens::Told),
        2 => (-60_i64..400).prop_map(Happens::Pass),
    ]
}

proptest! {
    /// A plan holds each open route that is set up once, begins with one that can be used, and has none that is closed.
    #[test]
    fn a_plan_begins_with_what_can_be_used(
        routes in prop::collection::vec((1_u32..5, any::<bool>(), availability()), 0..8),
    ) {
        let listed: Vec<Route> =
            routes.iter().enumerate().map(|(i, (priority, open, _))| route(i, *priority, *open)).collect();
        let index = |route: &Route| route.supplier.as_str()[1..].parse::<usize>().unwrap();
        let of = |route: &Route| routes[index(route)].2;
        let usable = |route: &&Route| route.open && of(route) == Availability::Ready;
        let best = listed.iter().filter(usable).map(|route| route.priority).min();
        match plan(&listed, |route| route.priority, of) {
            Plan::Buy(planned) => {
                prop_assert!(usable(&&planned[0]));
                prop_assert_eq!(Some(planned[0].priority), best);
                let mut rest: Vec<u32> = planned[1..].iter().map(|route| route.priority).collect();
                prop_assert!(rest.is_sorted(), "{:?}", rest);
                rest.clear();
                let mut suppliers: Vec<usize> = planned.iter().map(index).collect();
                suppliers.sort_unstable();
                suppliers.dedup();
                prop_assert_eq!(suppliers.len(), planned.len());
                prop_assert!(planned.iter().all(|route| route.open && of(route) != Availability::NotSetUp));
            }
            Plan::AfterCutOff(planned) => {
                prop_assert_eq!(best, None);
                prop_assert!(planned.iter().any(|route| of(route) == Availability::CutOff));
            }
            Plan::Resting | Plan::NoSupplier => prop_assert_eq!(best, None),
        }
    }

    /// Whatever happens: nothing passes an open door, one probe at most is on its way while it is half open, what is
    /// under way is counted, and what is reserved never exceeds a balance that was just told.
    #[test]
    fn nothing_passes_a_closed_door(story in prop::collection::vec(happens(), 1..200)) {
        let (mut traffic, mut inside, mut now) = (Traffic::default(), Vec::new(), at(0));
        // Since the last sign or rest: orders let through while it was half open.
        let mut probes_out = 0;
        for event in story {
            match event {
                Happens::Enter => {
                    let (door, covered) = (traffic.door(now), traffic.funds.cover(COST, now));
                    match traffic.enter(SKU, COST, now) {
                        Some(pass) => {
                            prop_assert!(door.lets_through() && covered, "{door:?}");
                            if matches!(door, Door::HalfOpen { .. }) {
                                probes_out += 1;
                                prop_assert_eq!(probes_out, 1);
                            }
                            inside.push(pass);
                        }
                        None => prop_assert!(!traffic.is_ready(SKU, COST, now)),
                    }
                }
                Happens::Leave(index) if !inside.is_empty() => {
                    let pass = inside.remove(index % inside.len());
                    traffic.leave(&pass);
                    if !matches!(traffic.door(now), Door::HalfOpen { probing: true }) {
                        probes_out = 0;
                    }
                }
                Happens::Leave(_) => {}
                Happens::Saw(sign) => {
                    traffic.saw(SKU, COST, sign, now);
                    if !matches!(traffic.door(now), Door::HalfOpen { probing: true }) {
                        probes_out = 0;
                    }
                }
                Happens::Told(balance) => traffic.funds.told(rp(balance), now),
                Happens::Pass(seconds) => now += TimeDelta::seconds(seconds),
            }
            prop_assert_eq!(traffic.under_way(), inside.len());
        }
        for pass in &inside {
            traffic.leave(pass);
        }
        prop_assert_eq!(traffic.under_way(), 0);
        now += TimeDelta::hours(1);
        prop_assert!(traffic.is_ready(SKU, COST, now) || !traffic.door(now).lets_through());
    }
}
