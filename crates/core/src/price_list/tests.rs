use super::*;
use crate::catalog::{Catalog, Product, Route, SAMPLE, parse_catalog};
use crate::ids::{ChatId, SupplierId};
use crate::money::Rupiah;
use crate::pricing::PriceStep;
use chrono::{DateTime, TimeDelta};

fn kios() -> SupplierId {
    "kios".parse().unwrap()
}

fn catalog() -> Catalog {
    Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap())
}

fn row() -> PriceListRow {
    PriceListRow::of(kios())
}

fn listed(sku: &str, cost: i64, open: bool) -> Listed {
    Listed { sku: sku.to_owned(), cost: Listed::usable(Rupiah::new(cost)), open: Some(open), pause: None }
}

/// The catalog as kiosampm's own list would say it.
fn of_catalog(catalog: &Catalog) -> Vec<Listed> {
    let routes = catalog.iter().flat_map(|product| &product.routes).filter(|route| route.supplier == kios());
    routes.map(|route| listed(&route.sku, route.cost.get(), route.open)).collect()
}

fn with(sku: &str, change: impl Fn(&mut Listed)) -> List {
    let mut rows = of_catalog(&catalog());
    rows.iter_mut().filter(|row| row.sku == sku).for_each(change);
    List::new(rows)
}

fn changes(list: &List, row: &PriceListRow, margins: &Margins) -> Result<Changes, ListFault> {
    compare(list, &Known { catalog: &catalog(), row, margins })
}

fn plain(list: &List) -> Changes {
    changes(list, &row(), &Margins::default()).unwrap()
}

fn offer(changes: Changes) -> Offer {
    let Changes { moves, prices, lost, unknown, .. } = changes;
    Offer { number: 1, at: DateTime::UNIX_EPOCH, moves, prices, lost, unknown, state: OfferState::Waiting }
}

fn is_odd(changes: &Changes) -> bool {
    !offer(changes.clone()).odd().is_empty()
}

fn margins(above: PriceStep, round: Option<RoundTo>) -> Margins {
    let rules = [("Pulsa Telkomsel".to_owned(), MarginRule { above, round })];
    Margins { version: 1, rules: rules.into() }
}

fn applied() -> OfferState {
    OfferState::Applied { by: Some(ChatId::telegram(1)), at: DateTime::UNIX_EPOCH }
}

fn with_products(products: &[(Product, Product)]) -> Catalog {
    let mut catalog = catalog();
    for (_, after) in products {
        catalog.put(after.clone());
    }
    catalog
}

fn route(catalog: &Catalog, code: &str) -> Route {
    let product = catalog.get(&code.parse().unwrap()).unwrap();
    product.routes.iter().find(|route| route.supplier == kios()).unwrap().clone()
}

#[test]
fn the_same_list_changes_nothing() {
    assert_eq!(plain(&List::new(of_catalog(&catalog()))), Changes::default());
}

#[test]
fn a_cost_that_changed_is_a_move_and_the_price_stays_without_a_rule() {
    let found = plain(&with("S10", |row| row.cost = Some(Rupiah::new(10_250))));
    assert_eq!((found.moves.len(), found.prices.len(), is_odd(&found)), (1, 0, false));
    let one = &found.moves[0];
    assert_eq!((one.product.as_str(), one.after.cost.get(), one.after.open, one.loses), ("S10", 10_250, true, false));
}

#[test]
fn what_would_be_sold_at_a_loss_is_closed_and_nothing_to_wonder_at() {
    let found = plain(&with("S10", |row| row.cost = Some(Rupiah::new(10_501))));
    let one = &found.moves[0];
    assert_eq!((one.after.cost.get(), one.after.open, one.loses, is_odd(&found)), (10_501, false, true, false));
}

#[test]
fn a_price_follows_its_rule_by_the_dearest_open_route() {
    let rule = margins(PriceStep::By(Rupiah::new(200)), Some(RoundTo::Hundred));
    let list = with("S10", |row| row.cost = Some(Rupiah::new(10_601)));
    let found = changes(&list, &row(), &rule).unwrap();
    assert_eq!((found.prices[0].before.get(), found.prices[0].after.get()), (10_500, 10_900));
    assert!(found.moves[0].after.open && !is_odd(&found), "the price covers it");
    // Cheaper here, but the other supplier is not: that one may be bought from as well.
    let other =
        catalog().get(&"S10".parse().unwrap()).unwrap().routes.iter().map(|route| route.cost.get()).max().unwrap();
    let cheap = changes(&with("S10", |row| row.cost = Some(Rupiah::new(9_000))), &row(), &rule).unwrap();
    assert!(cheap.prices.iter().all(|one| one.after.get() >= other + 200), "{cheap:?}");
}

#[test]
fn rules_round_up_and_never_sell_below_cost() {
    let by = |amount| PriceStep::By(Rupiah::new(amount));
    for (above, round, cost, price) in [
        (by(200), None, 10_150, Some(10_350)),
        (by(200), Some(RoundTo::FiveHundred), 10_150, Some(10_500)),
        (by(200), Some(RoundTo::Fifty), 10_151, Some(10_400)),
        (PriceStep::Percent(250), Some(RoundTo::Thousand), 10_150, Some(11_000)),
        (by(0), Some(RoundTo::Hundred), 10_000, Some(10_000)),
        (by(-1), None, 10_000, None),
        (by(i64::MAX), None, 10_000, None),
        (PriceStep::Percent(5_000), None, 900_000_000, None),
    ] {
        assert_eq!(MarginRule { above, round }.price(Rupiah::new(cost)).map(Rupiah::get), price, "{above} {cost}");
    }
}

#[test]
fn only_what_the_list_has_closed_is_opened_by_it() {
    let mut catalog = catalog();
    let mut product = catalog.get(&"S10".parse().unwrap()).unwrap().clone();
    product.routes.iter_mut().filter(|route| route.supplier == kios()).for_each(|route| route.open = false);
    catalog.put(product);
    let list = with("S10", |row| row.open = Some(true));
    let by_hand = Known { catalog: &catalog, row: &row(), margins: &Margins::default() };
    assert_eq!(compare(&list, &by_hand).unwrap(), Changes::default());
    let mut by_list = row();
    by_list.closed.insert(("S10".parse().unwrap(), route(&catalog, "S10").sku));
    let known = Known { row: &by_list, ..by_hand };
    assert!(compare(&list, &known).unwrap().moves[0].after.open);
    // Not where it would lose, unless a rule makes the price of its cost.
    let dear = with("S10", |row| row.cost = Some(Rupiah::new(10_900)));
    let closed = compare(&dear, &known).unwrap();
    assert!(!closed.moves[0].after.open);
    let taken = by_list.take(&offer(closed), &catalog, applied()).unwrap();
    let dearer = with_products(&taken.products);
    let rule = margins(PriceStep::By(Rupiah::new(300)), None);
    let known = Known { catalog: &dearer, row: &taken.row, margins: &Margins::default() };
    assert_eq!(compare(&dear, &known).unwrap(), Changes::default());
    let opened = compare(&dear, &Known { margins: &rule, ..known }).unwrap();
    assert!(opened.moves[0].after.open && opened.prices[0].after.get() == 11_200, "{opened:?}");
}

#[test]
fn lists_that_cannot_be_believed_change_nothing() {
    let whole = of_catalog(&catalog());
    let all = |by: &dyn Fn(i64) -> i64| {
        List::new(whole.iter().map(|row| listed(&row.sku, by(row.cost.unwrap_or_default().get()), true)))
    };
    assert!(matches!(changes(&all(&|cost| cost * 1_000), &row(), &Margins::default()), Err(ListFault::Unit { .. })));
    assert!(matches!(changes(&all(&|cost| cost / 1_000), &row(), &Margins::default()), Err(ListFault::Unit { .. })));
    assert_eq!(changes(&List::default(), &row(), &Margins::default()), Err(ListFault::Empty));
    let long = PriceListRow { count: whole.len() * 2 + 1, ..row() };
    let now = List::new(whole.clone()).count();
    let shrunk = changes(&List::new(whole), &long, &Margins::default());
    assert_eq!(shrunk, Err(ListFault::Shrunk { before: long.count, now }));
}

#[test]
fn amounts_that_are_no_costs_and_rows_that_deny_each_other_are_left_alone() {
    for cost in [0, -1, i64::MIN, i64::MAX, 1_000_000_001] {
        assert_eq!(Listed::usable(Rupiah::new(cost)), None, "{cost}");
        assert_eq!(plain(&with("S10", |row| row.cost = Listed::usable(Rupiah::new(cost)))), Changes::default());
    }
    let mut twice = of_catalog(&catalog());
    twice.push(listed("s10 ", 9_000, false));
    assert_eq!(plain(&List::new(twice)), Changes::default());
}

#[test]
fn what_the_list_lacks_is_named_and_what_the_catalog_lacks_is_counted() {
    let mut rows = of_catalog(&catalog());
    rows.retain(|row| row.sku != "S10");
    rows.push(listed("NEW1", 1_000, true));
    rows.push(listed("NEW2", 1_000, true));
    let found = plain(&List::new(rows));
    assert_eq!((found.lost.len(), found.lost[0].as_str(), found.unknown), (1, "S10", 2));
    assert_eq!(found.moves, []);
}

#[test]
fn a_cost_that_doubles_or_halves_and_most_of_it_closed_need_a_person() {
    let cost = route(&catalog(), "S5").cost.get();
    for (odd, after) in [(true, cost / 2), (true, cost * 2), (false, cost - 100), (false, cost + 100)] {
        let found = plain(&with("S5", |row| row.cost = Some(Rupiah::new(after))));
        assert_eq!(is_odd(&found), odd, "{after}");
    }
    let closed = List::new(of_catalog(&catalog()).into_iter().map(|row| Listed { open: Some(false), ..row }));
    assert!(plain(&closed).closes_most);
    assert!(!plain(&with("S5", |row| row.open = Some(false))).closes_most);
}

#[test]
fn an_offer_is_taken_over_and_back_as_one() {
    let rule = margins(PriceStep::By(Rupiah::new(300)), None);
    let pause = Break::read("23:45", "0:15").unwrap();
    let list = with("S10", |row| {
        row.cost = Some(Rupiah::new(10_900));
        row.open = Some(false);
        row.pause = Some(pause);
    });
    let offer = offer(changes(&list, &row(), &rule).unwrap());
    let taken = row().take(&offer, &catalog(), applied()).unwrap();
    let after = with_products(&taken.products);
    assert_eq!((route(&after, "S10").cost.get(), route(&after, "S10").open), (10_900, false));
    assert_eq!((taken.row.breaks.of("s10"), taken.row.closed.len()), (pause, 1));
    assert!(taken.row.take(&offer, &after, applied()).is_none(), "once");
    let back = taken.row.take(&offer, &after, OfferState::TakenBack).unwrap();
    let before = with_products(&back.products);
    assert!(before.iter().eq(catalog().iter()));
    assert_eq!((back.row.breaks.count(), back.row.closed.len()), (0, 0));
}

#[test]
fn what_somebody_changed_since_keeps_the_whole_offer_from_being_taken_over() {
    let rule = margins(PriceStep::By(Rupiah::new(300)), None);
    let list = with("S10", |row| row.cost = Some(Rupiah::new(10_900)));
    let offer = offer(changes(&list, &row(), &rule).unwrap());
    let touched = |change: &dyn Fn(&mut Product)| {
        let mut touched = catalog();
        let mut product = touched.get(&"S10".parse().unwrap()).unwrap().clone();
        change(&mut product);
        touched.put(product);
        row().take(&offer, &touched, applied()).is_none()
    };
    assert!(!touched(&|_| ()));
    assert!(touched(&|product| product.price = Rupiah::new(10_600)));
    assert!(touched(&|product| product.routes.iter_mut().for_each(|route| route.cost = Rupiah::new(10_000))));
    assert!(touched(&|product| product.routes.iter_mut().for_each(|route| route.open = false)));
    assert!(touched(&|product| product.routes.retain(|route| route.supplier != kios())));
    assert!(!touched(&|product| product.name = "Another name".to_owned()));
}

#[test]
fn bills_and_open_amounts_keep_their_costs() {
    let mut rows = Vec::new();
    for product in parse_catalog(SAMPLE, None, &|_| false).unwrap() {
        for route in product.routes.iter().filter(|_| product.kind == crate::catalog::ProductKind::Bill) {
            let supplier = route.supplier.clone();
            let list = List::new([listed(&route.sku, 1, false)]);
            let row = PriceListRow::of(supplier);
            let catalog = Catalog::new([product.clone()]);
            rows.push(
                compare(&list, &Known { catalog: &catalog, row: &row, margins: &Margins::default() }).unwrap().moves,
            );
        }
    }
    assert!(!rows.is_empty() && rows.iter().all(Vec::is_empty));
    let mut product = catalog().get(&"S10".parse().unwrap()).unwrap().clone();
    for route in &mut product.routes {
        route.denom = Some(Rupiah::new(10_000));
    }
    let catalog = Catalog::new([product]);
    let row = row();
    let known = Known { catalog: &catalog, row: &row, margins: &Margins::default() };
    let found = compare(&List::new([listed("S10", 200, false)]), &known).unwrap();
    assert_eq!((found.moves[0].after.cost, found.moves[0].after.open), (found.moves[0].before.cost, false));
}

#[test]
fn breaks_are_read_as_lists_write_them() {
    let shown = |from, to| Break::read(from, to).map(|pause| pause.map(|pause| pause.to_string()));
    let some = |text: &str| Some(Some(text.to_owned()));
    assert_eq!(shown("23:45", "0:15"), some("23:45-00:15"));
    assert_eq!(shown("23:45:00", "00:15:00"), some("23:45-00:15"));
    assert_eq!(shown("22.30", "24:00"), some("22:30-00:00"));
    assert_eq!(shown("0:0", "0:0"), Some(None));
    assert_eq!(shown("0:15", "23:45"), Some(None), "nearly a whole day");
    for (from, to) in [("", ""), ("25:00", "1:00"), ("x", "1:00"), ("1", "2"), ("-1:00", "2:00"), ("24:01", "1:00")] {
        assert_eq!(shown(from, to), None, "{from} {to}");
    }
}

#[test]
fn a_list_may_not_be_asked_for_too_soon() {
    let now = DateTime::UNIX_EPOCH + TimeDelta::hours(10);
    let asked = |at| PriceListRow { asked_at: Some(at), ..row() };
    let every = TimeDelta::minutes(5);
    assert_eq!(row().rests_until(every, now), None);
    assert_eq!(asked(now - TimeDelta::minutes(2)).rests_until(every, now), Some(now + TimeDelta::minutes(3)));
    assert_eq!(asked(now - every).rests_until(every, now), None);
    assert_eq!(asked(now + TimeDelta::days(9)).rests_until(every, now), None, "the clock was put back");
}

/// A row of the store has at most a megabyte.
#[test]
fn what_is_kept_of_the_largest_list_fits_into_a_row() {
    let sample = catalog().get(&"S10".parse().unwrap()).unwrap().clone();
    let sku = |n: usize| format!("{n:0>64}");
    let product = |n: usize| {
        let routes = vec![Route { sku: sku(n), ..sample.routes[0].clone() }];
        Product { code: format!("P{n:0>19}").parse().unwrap(), routes, ..sample.clone() }
    };
    let mut catalog = Catalog::new((0..20_000).map(product));
    let rule = margins(PriceStep::By(Rupiah::new(300)), None);
    let mut kept = row();
    for _ in 0..5 {
        let pause = Some(Break::read("23:45", "0:15").unwrap());
        let rows = (0..10_000).map(|n| Listed { pause, ..listed(&sku(n), 10_900, false) });
        let known = Known { catalog: &catalog, row: &kept, margins: &rule };
        let taken = kept.take(&offer(compare(&List::new(rows), &known).unwrap()), &catalog, applied()).unwrap();
        for (_, after) in taken.products {
            catalog.put(after);
        }
        kept = taken.row;
        let length = serde_json::to_vec(&kept).unwrap().len();
        assert!(length < 900_000, "{length}");
    }
    assert!(kept.breaks.count() >= 2_000 && kept.closed.len() >= 2_000);
}

proptest::proptest! {
    /// Whatever a list says: nothing that was not sold at a loss before is sold at one afterwards.
    #[test]
    fn no_list_makes_the_shop_sell_at_a_loss(
        costs in proptest::collection::vec((0..200_usize, -5_i64..40_000, proptest::bool::ANY), 0..60),
        above in 0_i64..3_000,
        has_rule in proptest::bool::ANY,
    ) {
        let catalog = catalog();
        let mut rows = of_catalog(&catalog);
        for (at, cost, open) in costs {
            let at = at % rows.len();
            rows[at] = listed(&rows[at].sku.clone(), cost, open);
        }
        let rules = if has_rule { margins(PriceStep::By(Rupiah::new(above)), Some(RoundTo::Fifty)) } else { Margins::default() };
        let row = row();
        if let Ok(found) = compare(&List::new(rows), &Known { catalog: &catalog, row: &row, margins: &rules }) {
            let taken = row.take(&offer(found), &catalog, applied()).unwrap();
            let loses = |product: &Product| product.routes.iter().any(|route| route.open && route.cost > product.price);
            for (before, after) in &taken.products {
                proptest::prop_assert!(loses(before) || !loses(after), "{before:?} {after:?}");
            }
        }
    }
}
