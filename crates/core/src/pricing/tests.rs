//! Groups, markups, and prices down random trees.

use proptest::prelude::*;

use super::*;
use crate::catalog::{Product, ProductKind, Route};
use crate::ids::{AgentId, ProductCode};
use crate::money::Rupiah;

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

fn code(text: &str) -> ProductCode {
    text.parse().unwrap()
}

/// A product with routes of these costs; one below zero is closed.
fn product(text: &str, kind: ProductKind, price: i64, costs: &[i64]) -> Product {
    let route = |cost: &i64| Route {
        supplier: "kios".parse().unwrap(),
        sku: text.to_owned(),
        denom: None,
        cost: rp(cost.abs()),
        priority: 1,
        open: *cost >= 0,
    };
    Product {
        code: code(text),
        name: text.to_owned(),
        category: "Pulsa".to_owned(),
        operator: None,
        kind,
        dest: None,
        nominal: None,
        price: rp(price),
        routes: costs.iter().map(route).collect(),
    }
}

fn topup(price: i64, costs: &[i64]) -> Product {
    product("S10", ProductKind::Topup, price, costs)
}

fn group(margin: i64, forced: bool, prices: &[(&str, i64)]) -> PriceGroup {
    PriceGroup {
        margin: rp(margin),
        forced,
        prices: prices.iter().map(|(product, price)| (code(product), rp(*price))).collect(),
        ..PriceGroup::new("agent".parse().unwrap())
    }
}

fn forced(mut group: PriceGroup, product: &str, price: i64) -> PriceGroup {
    group.set_price(code(product), rp(price), true);
    group
}

#[test]
fn a_price_is_set_with_closed_routes_in_mind() {
    let s10 = topup(10_500, &[10_100, -11_000]);
    assert_eq!((lowest_price(&s10), lowest_lasting_price(&s10)), (rp(10_100), rp(11_000)));
}

#[test]
fn a_group_pays_its_own_price_or_the_catalogs_and_its_margin() {
    let s10 = topup(10_500, &[10_100, 10_200, -11_000]);
    for (group, pays) in [
        (group(0, false, &[]), Some(10_500)),
        (group(-200, false, &[]), Some(10_300)),
        (group(150, false, &[]), Some(10_650)),
        // A margin alone never sells below the dearest open route.
        (group(-500, false, &[]), Some(10_200)),
        (group(-500, true, &[]), Some(10_000)),
        (group(-20_000, true, &[]), None),
        (group(-200, false, &[("S10", 10_250)]), Some(10_250)),
        (group(-200, false, &[("S5", 5_250)]), Some(10_300)),
        // Nor does an own price that was fine before the cost rose.
        (group(-200, false, &[("S10", 10_150)]), Some(10_200)),
        (forced(group(0, false, &[]), "S10", 10_150), Some(10_150)),
    ] {
        assert_eq!(group.price(&s10), pays.map(rp), "{group:?}");
    }
    // What the catalog itself sells below cost stays at the catalog's price.
    assert_eq!(group(-200, false, &[]).price(&topup(10_000, &[10_100])), Some(rp(10_000)));
    assert_eq!(group(i64::MAX, true, &[]).price(&s10), None);
}

#[test]
fn the_fee_of_a_bill_is_never_below_zero() {
    let bill = product("PLNPOST", ProductKind::Bill, 2_000, &[0]);
    for (margin, fee) in [(0, 2_000), (-500, 1_500), (-5_000, 0)] {
        assert_eq!(group(margin, true, &[]).price(&bill), Some(rp(fee)));
    }
}

#[test]
fn the_lowest_margin_is_set_by_the_product_with_the_least_room() {
    let products =
        [topup(10_500, &[10_100]), product("S5", ProductKind::Topup, 5_500, &[5_400]), topup(9_000, &[9_500])];
    let (product, margin) = lowest_margin(&products).unwrap();
    assert_eq!((product.code.as_str(), margin), ("S5", rp(-100)));
}

#[test]
fn group_names_are_lower_case_and_never_a_resellers_code() {
    assert_eq!("Master_2".parse::<GroupName>().unwrap().as_str(), "master_2");
    for bad in ["", "500", "KR0001", "kr1", "dua kata", "grosir!", &"x".repeat(21)] {
        assert_eq!(bad.parse::<GroupName>(), Err(BadGroupName), "{bad}");
    }
}

#[test]
fn the_most_specific_markup_counts() {
    let mut markups = Markups::default();
    let (near, far) = (AgentId(2), AgentId(3));
    let on = |markups: &Markups, whom, product: &str| markups.on(whom, &code(product)).get();
    for (whom, amount, expected) in [
        (MarkupFor::All, Some(100), [100, 100, 100, 100]),
        (MarkupFor::Product(code("S10")), Some(200), [200, 100, 200, 100]),
        (MarkupFor::Downline(near), Some(300), [300, 300, 200, 100]),
        (MarkupFor::Both(near, code("S10")), Some(400), [400, 300, 200, 100]),
        // Nothing at all is a markup too.
        (MarkupFor::Downline(near), Some(0), [400, 0, 200, 100]),
        (MarkupFor::Both(near, code("S10")), None, [0, 0, 200, 100]),
        (MarkupFor::Downline(near), None, [200, 100, 200, 100]),
        (MarkupFor::Product(code("S10")), None, [100, 100, 100, 100]),
        (MarkupFor::All, None, [0, 0, 0, 0]),
    ] {
        markups.set(whom.clone(), amount.map(rp)).unwrap();
        let found = [(near, "S10"), (near, "S5"), (far, "S10"), (far, "S5")].map(|(whom, p)| on(&markups, whom, p));
        assert_eq!(found, expected, "{whom:?} {amount:?}");
    }
    assert_eq!(markups, Markups::default());
}

#[test]
fn a_markup_has_its_limits() {
    let mut markups = Markups::default();
    for amount in [-1, 50_001, i64::MAX, i64::MIN] {
        assert_eq!(markups.set(MarkupFor::All, Some(rp(amount))), Err(MarkupFault::OutOfRange), "{amount}");
    }
    for n in 0..MOST_MARKUPS {
        markups.set(MarkupFor::Downline(AgentId(u32::try_from(n).unwrap())), Some(rp(1))).unwrap();
    }
    assert_eq!(markups.set(MarkupFor::Product(code("S10")), Some(rp(1))), Err(MarkupFault::TooMany));
    markups.forget(AgentId(7));
    assert_eq!(markups.set(MarkupFor::Product(code("S10")), Some(rp(1))), Ok(()));
}

#[test]
fn markups_read_back_from_a_row() {
    let mut markups = Markups::default();
    for whom in [
        MarkupFor::All,
        MarkupFor::Product(code("S10")),
        MarkupFor::Downline(AgentId(2)),
        MarkupFor::Both(AgentId(2), code("S5")),
    ] {
        markups.set(whom, Some(rp(75))).unwrap();
    }
    let row = serde_json::to_string(&markups).unwrap();
    assert_eq!(serde_json::from_str::<Markups>(&row).unwrap(), markups, "{row}");
    assert_eq!(serde_json::to_string(&Markups::default()).unwrap(), "{}");
}

/// The root, one below it and who orders, with what the upper two add to everything.
fn tariff(adds: [i64; 2], percent: u8) -> Tariff {
    let uplines = [1, 2].map(AgentId).into_iter().zip(adds).map(|(agent, add)| {
        let mut markups = Markups::default();
        markups.set(MarkupFor::All, Some(rp(add))).unwrap();
        (agent, markups)
    });
    Tariff::new(AgentId(3), uplines.collect(), group(0, false, &[]), MarginCap::new(percent).unwrap())
}

#[test]
fn margins_together_are_a_share_of_what_the_root_pays_and_the_root_comes_first() {
    for (adds, percent, price, earned) in [
        ([200, 100], 50, 6_000, vec![200, 100]),
        ([50_000, 50_000], 50, 8_550, vec![2_850]),
        ([2_800, 100], 50, 8_550, vec![2_800, 50]),
        ([50_000, 1], 100, 11_400, vec![5_700]),
        ([200, 100], 0, 5_700, vec![]),
    ] {
        let priced = tariff(adds, percent).price(&topup(5_700, &[5_600])).unwrap();
        let found: Vec<i64> = priced.margins.iter().map(|margin| margin.amount.get()).collect();
        assert_eq!((priced.price.get(), found), (price, earned), "{adds:?} {percent}");
    }
    assert_eq!(MarginCap::new(101), None);
}

#[test]
fn a_bill_has_room_for_margins_also_where_the_shop_takes_no_fee() {
    let bill = |fee| product("PLNPOST", ProductKind::Bill, fee, &[0]);
    for (fee, most) in [(0, 2_500), (3_000, 2_500), (20_000, 10_000)] {
        assert_eq!(tariff([0, 0], 50).room(&bill(fee)), Some(rp(most)), "{fee}");
    }
}

fn any_markups() -> impl Strategy<Value = Markups> {
    let whom = prop_oneof![
        Just(MarkupFor::All),
        Just(MarkupFor::Product("S10".parse().unwrap())),
        (1_u32..12).prop_map(|n| MarkupFor::Downline(AgentId(n))),
        (1_u32..12).prop_map(|n| MarkupFor::Both(AgentId(n), "S10".parse().unwrap())),
    ];
    proptest::collection::vec((whom, 0_i64..=50_000), 0..6).prop_map(|set| {
        let mut markups = Markups::default();
        for (whom, amount) in set {
            markups.set(whom, Some(Rupiah::new(amount))).unwrap();
        }
        markups
    })
}

proptest! {
    /// Whatever everybody adds: the price is what the root pays and the margins, one an upline at most, in their order.
    #[test]
    fn margins_are_what_the_price_has_grown_by(
        uplines in proptest::collection::vec(any_markups(), 0..11),
        margin in -2_000_i64..2_000,
        price in 1_i64..1_000_000,
        percent in 0_u8..=100,
    ) {
        let uplines: Vec<(AgentId, Markups)> = (1..).map(AgentId).zip(uplines).collect();
        let agent = AgentId(u32::try_from(uplines.len()).unwrap() + 1);
        let product = topup(price, &[price]);
        let group = group(margin, true, &[]);
        let cap = MarginCap::new(percent).unwrap();
        let tariff = Tariff::new(agent, uplines.clone(), group.clone(), cap);
        match (tariff.price(&product), group.price(&product)) {
            (Some(priced), Some(root)) => {
                let sum: i64 = priced.margins.iter().map(|margin| margin.amount.get()).sum();
                prop_assert_eq!(priced.price.get() - root.get(), sum);
                let most = root.get() * i64::from(percent) / 100;
                prop_assert!(sum <= most, "{sum} of {most}");
                prop_assert_eq!(tariff.room(&product), Some(rp(most - sum)));
                prop_assert!(priced.margins.iter().all(|m| m.amount.is_positive() && m.amount <= HIGHEST_MARKUP));
                prop_assert!(priced.margins.windows(2).all(|pair| pair[0].agent < pair[1].agent));
                // Each upline pays what the one below pays less its own margin.
                if let Some((last, above)) = uplines.split_last() {
                    let theirs = Tariff::new(last.0, above.to_vec(), group, cap);
                    let own = last.1.on(agent, &product.code).min(theirs.room(&product).unwrap());
                    let theirs = theirs.price(&product).unwrap();
                    prop_assert_eq!(theirs.price.get() + own.get(), priced.price.get());
                }
            }
            (None, None) => prop_assert!(price + margin <= 0),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
