//! Names, selling prices, limits.

use super::*;
use crate::money::Rupiah;

#[test]
fn a_favourites_name_is_never_a_number() {
    for (text, name) in [("ibu", "IBU"), ("Warung2", "WARUNG2"), ("3A", "3A"), ("abcdefghijklmno", "ABCDEFGHIJKLMNO")] {
        assert_eq!(text.parse::<FavouriteName>().unwrap().as_str(), name);
    }
    for text in ["", "1234", "081234567890", "a b", "ibu.1", "abcdefghijklmnop", "ibü"] {
        assert!(text.parse::<FavouriteName>().is_err(), "{text}");
    }
}

#[test]
fn there_is_room_for_so_many_favourites_and_for_changing_one() {
    let favourite = |dest: &str| Favourite { product: "S10".parse().unwrap(), dest: dest.to_owned() };
    let mut all = Favourites::default();
    for n in 0..MOST_FAVOURITES {
        assert!(all.put(format!("F{n}").parse().unwrap(), favourite("1")));
    }
    assert!(!all.put("NEW".parse().unwrap(), favourite("1")));
    assert!(all.put("f3".parse().unwrap(), favourite("2")));
    assert_eq!(all.get(&"F3".parse().unwrap()), Some(&favourite("2")));
    assert!(all.remove(&"F3".parse().unwrap()));
    assert!(!all.remove(&"F3".parse().unwrap()));
    assert!(all.put("NEW".parse().unwrap(), favourite("1")));
}

#[test]
fn the_more_specific_selling_price_counts() {
    let rp = Rupiah::new;
    let code = |text: &str| text.parse::<crate::ids::ProductCode>().unwrap();
    let mut selling = Selling::default();
    assert_eq!(selling.price(&code("S10"), rp(10_500)), None);
    selling.set(code("S5"), Some(SellRule::Price(rp(7_000)))).unwrap();
    selling.set_all(Some(rp(1_200))).unwrap();
    selling.set(code("X10"), Some(SellRule::Above(rp(2_100)))).unwrap();
    for (product, exact, rounded) in [("S5", 7_000, 7_000), ("S10", 11_700, 12_000), ("X10", 12_600, 13_000)] {
        selling.rounded = false;
        assert_eq!(selling.price(&code(product), rp(10_500)), Some(rp(exact)), "{product}");
        selling.rounded = true;
        assert_eq!(selling.price(&code(product), rp(10_500)), Some(rp(rounded)), "{product}");
    }
    assert_eq!(selling.price(&code("S10"), rp(10_800)), Some(rp(12_000)), "full already");
    selling.set(code("S5"), None).unwrap();
    assert_eq!(selling.price(&code("S5"), rp(6_000)), Some(rp(7_500)));
    selling.set_all(None).unwrap();
    assert_eq!(selling.price(&code("S10"), rp(10_500)), None);
    for amount in [rp(-1), rp(HIGHEST_SELLING.get() + 1)] {
        assert_eq!(selling.set_all(Some(amount)), Err(SellingFault::OutOfRange));
        assert_eq!(selling.set(code("S10"), Some(SellRule::Price(amount))), Err(SellingFault::OutOfRange));
    }
}
