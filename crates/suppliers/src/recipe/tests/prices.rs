//! Price lists: what is read of them, and what is no list.

use super::super::check_text;
use super::*;
use crate::protocol::Protocol as _;
use konter_core::money::Rupiah;

fn okeconnect(price_id: &str) -> Supplier {
    supplier("okeconnect", &[("price_id", price_id), ("price_url", "https://okeconnect.com/harga/json")])
}

/// What the rows of a list are read as.
fn read(rows: &str) -> Option<Vec<String>> {
    let rows = okeconnect("key").read_prices(&answer(rows))?;
    Some(rows.iter().map(|row| format!("{} {row}", row.sku)).collect())
}

#[test]
fn amounts_are_read_in_every_shape_and_no_other() {
    let price = |shape: &str| {
        let rows = read(&format!(r#"[{{"kode":"T1","harga":{shape},"status":"1"}}]"#));
        rows.map(|rows| rows[0].trim_start_matches("T1 ").trim_end_matches(" open").to_owned())
    };
    for (shape, read) in [
        ("134600", "134600"),
        ("\"134600\"", "134600"),
        ("1321.0", "1321"),
        ("1321.4", "1322"),
        ("\"1321.00\"", "1321"),
        ("\"66,125\"", "66125"),
        ("\"1.321\"", "1321"),
        ("\"Rp 10.900\"", "10900"),
        ("1000000000", "1000000000"),
        ("0", "no price"),
        ("-1321", "no price"),
        ("\"-25\"", "no price"),
        ("1e18", "no price"),
        ("1e308", "no price"),
        ("99999999999999999999", "no price"),
        ("\"NaN\"", "no price"),
        ("\"134600.000\"", "no price"),
        ("\"\"", "no price"),
        ("null", "no price"),
        ("[1]", "no price"),
        ("true", "no price"),
    ] {
        assert_eq!(price(shape).as_deref(), Some(read), "{shape}");
    }
    assert_eq!(price("NaN"), None, "no JSON");
}

#[test]
fn what_is_no_list_is_none() {
    for body in ["", "<html><body>503</body></html>", "{}", "null", "[", r#"{"data":[]}"#, r#""x""#] {
        assert_eq!(read(body), None, "{body}");
    }
    assert_eq!(read("[]"), Some(vec![]));
    assert_eq!(read(r#"[1,null,"x",[],{"harga":"1"},{"kode":"","harga":"1"}]"#), Some(vec![]));
    let long = format!("[{}]", vec![r#"{"kode":"T1","harga":1}"#; konter_core::price_list::MOST_ROWS + 1].join(","));
    assert_eq!(read(&long), None);
    assert_eq!(read(&format!("[{}]", " ".repeat(crate::protocol::LARGEST_LIST))), None);
}

#[test]
fn a_list_is_asked_for_where_it_can_be_and_no_more_often_than_its_supplier_wants() {
    assert!(okeconnect("").prices(noon()).is_none(), "without its key");
    let request = okeconnect("key").prices(noon()).unwrap();
    assert_eq!(request.largest, crate::protocol::LARGEST_LIST);
    assert_eq!(supplier("digiflazz", &[]).prices_every(), TimeDelta::minutes(5));
    assert!(supplier("otomax", &[]).prices(noon()).is_none());
}

#[test]
fn a_recipe_says_where_its_price_list_is_wrong() {
    let text = file("recipes/okeconnect.toml");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let faults = check_text("mine.toml", &text.replacen(from, to, 1)).err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(
        [
            with("when = \"price_id\"", "when = \"price_key\""),
            with("when = \"price_id\"", "not_before_secs = 1"),
            with("when = \"price_id\"", "cutoff_from = \"/from\""),
            with("price = \"/harga\"", "price = \"harga\""),
            with("134600 open", "134600 closed"),
            with("expect = { rows = 1,", "expect = { rows = 2,"),
        ]
        .join("\n")
    );
}

#[test]
fn the_most_an_order_may_cost_goes_along_where_the_supplier_takes_it() {
    let digiflazz = supplier("digiflazz", &[]);
    let body = |buy: &Buy<'_>| digiflazz.purchase(buy, noon()).body.unwrap().text;
    assert!(body(&Buy { max_cost: Some(Rupiah::new(10_500)), ..BUY }).contains(r#""max_price":10500,"#));
    assert!(!body(&BUY).contains("max_price"));
    let bill = Buy { kind: ProductKind::Bill, inquiry: Some("1"), max_cost: Some(Rupiah::new(10_500)), ..BUY };
    assert!(!body(&bill).contains("max_price"));
    // The question is the same request again.
    let buy = Buy { max_cost: Some(Rupiah::new(10_500)), ..BUY };
    let asked = digiflazz.status(&buy, DateTime::UNIX_EPOCH, &now_after(3_600)).unwrap();
    assert_eq!(asked.body.unwrap().text, body(&buy));
}
