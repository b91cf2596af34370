//! The catalog file: what it takes to be read, how its mistakes are told, and how products are found.

use konter_core::catalog::{
    COLUMNS, Catalog, DestKind, LARGEST_FILE, MOST_ERRORS, MOST_ROWS, NoNominal, OPERATORS, Product, ProductKind,
    Route, RowError, SAMPLE, parse_catalog, write_catalog,
};
use konter_core::ids::{ProductCode, SupplierId};
use konter_core::money::Rupiah;
use proptest::prelude::*;

const HEADER: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open";
const S10: &str = "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10500,kios,S10,,10150,1,yes";

fn nothing_reserved(_: &str) -> bool {
    false
}

fn parse(text: &str) -> Result<Vec<Product>, Vec<RowError>> {
    parse_catalog(text, None, &nothing_reserved)
}

fn code(text: &str) -> ProductCode {
    text.parse().unwrap()
}

/// The sample row with some cells replaced, by column name.
fn row(changes: &[(&str, &str)]) -> String {
    let cells: Vec<_> = COLUMNS
        .iter()
        .zip(S10.split(','))
        .map(|(column, cell)| changes.iter().find(|(name, _)| name == column).map_or(cell, |(_, value)| value))
        .collect();
    cells.join(",")
}

/// What is told about a file, one mistake per line of the answer.
fn mistakes(text: &str) -> Vec<String> {
    parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_becomes_a_product_with_one_route() {
    let products = parse(&format!("{HEADER}\n{S10}\n")).unwrap();
    let expected = Product {
        code: code("S10"),
        name: "Telkomsel 10.000".to_owned(),
        category: "Pulsa Telkomsel".to_owned(),
        operator: Some("telkomsel".to_owned()),
        kind: ProductKind::Topup,
        dest: None,
        nominal: Some(Rupiah::new(10_000)),
        price: Rupiah::new(10_500),
        routes: vec![Route {
            supplier: "kios".parse().unwrap(),
            sku: "S10".to_owned(),
            denom: None,
            cost: Rupiah::new(10_150),
            priority: 1,
            open: true,
        }],
    };
    assert_eq!(products, [expected]);
}

#[test]
fn the_same_catalog_reads_alike_however_it_was_saved() {
    let plain = parse(&format!("{HEADER}\n{S10}\n")).unwrap();
    let quoted = S10.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
    let spaced = S10.split(',').map(|cell| format!(" {cell} ")).collect::<Vec<_>>().join(",");
    let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    for (text, what) in [
        (format!("{HEADER}\n{S10}"), "no line end at the end"),
        (format!("\u{feff}{HEADER}\n{S10}\n"), "a byte order mark"),
        (format!("{HEADER}\r\n{S10}\r\n"), "Windows line ends"),
        (format!("{HEADER}\r{S10}\r"), "old Mac line ends"),
        (format!("\n\n{HEADER}\n\n\n{S10}\n\n"), "blank lines"),
        (format!("{HEADER}\n,,,,,,,,,,,,\n{S10}\n"), "a row of bare commas"),
        (format!("{HEADER}\n{quoted}\n"), "every cell quoted"),
        (format!("{HEADER}\n{spaced}\n"), "spaces around cells"),
        (format!("{}\n{}\n", reversed(HEADER), reversed(S10)), "columns in another order"),
        (format!("{}\n{S10}\n", HEADER.to_uppercase()), "column names in capitals"),
        (
            format!(
                "{HEADER}\n{}\n",
                row(&[("code", "s10"), ("operator", "Telkomsel"), ("kind", "TOPUP"), ("open", "Ya"), ("priority", "")])
            ),
            "loose spelling",
        ),
    ] {
        assert_eq!(parse(&text).as_ref(), Ok(&plain), "{what}");
    }
}

#[test]
fn text_that_a_spreadsheet_takes_for_a_formula_is_only_text() {
    for name in ["=SUM(A1)", "+62 paket", "-50% promo", "@home"] {
        let products = parse(&format!("{HEADER}\n{}\n", row(&[("name", name)]))).unwrap();
        assert_eq!(products[0].name, name);
    }
}

#[test]
fn rows_of_one_code_are_routes_by_priority() {
    let text = [
        HEADER,
        &row(&[("supplier", "biller"), ("priority", "3")]),
        &row(&[("code", "X5"), ("name", "XL 5.000")]),
        &row(&[("supplier", "xgate"), ("priority", "2"), ("open", "no")]),
        &row(&[("supplier", "ppob"), ("priority", "2")]),
        &row(&[]),
    ]
    .join("\n");
    let products = parse(&text).unwrap();
    let codes: Vec<_> = products.iter().map(|product| product.code.as_str()).collect();
    assert_eq!(codes, ["S10", "X5"]);
    let routes: Vec<_> = products[0].routes.iter().map(|route| (route.supplier.as_str(), route.open)).collect();
    assert_eq!(routes, [("kios", true), ("xgate", false), ("ppob", true), ("biller", true)]);
}

#[test]
fn each_wrong_cell_is_told_with_its_line_and_column() {
    for (changes, told) in [
        (&[("code", "")][..], "line 3, code: must not be empty"),
        (
            &[("code", "10")],
            "line 3, code: `10` is not a product code (letters and digits, at least one letter, at most 20)",
        ),
        (&[("name", "")], "line 3, name: must not be empty"),
        (&[("name", "\"two\nlines\"")], "line 3, name: has a line break or another control character in it"),
        (&[("category", "")], "line 3, category: must not be empty"),
        (
            &[("operator", "telkomsol")],
            "line 3, operator: `telkomsol` is none of: telkomsel, byu, indosat, xl, axis, tri, smartfren",
        ),
        (&[("kind", "pulsa")], "line 3, kind: `pulsa` is none of: topup, token, bill"),
        (&[("kind", "")], "line 3, kind: must not be empty"),
        (
            &[("nominal", "10.00.0")],
            "line 3, nominal: `10.00.0` is not an amount in whole rupiah, such as 10500 or 10.500",
        ),
        (&[("nominal", "0")], "line 3, nominal: must be above 0"),
        (&[("price", "")], "line 3, price: must not be empty"),
        (&[("price", "0")], "line 3, price: must be above 0"),
        (&[("price", "-1")], "line 3, price: must not be below 0"),
        (&[("price", "99999999999")], "line 3, price: must not be above 1.000.000.000"),
        (
            &[("price", "99999999999999999999")],
            "line 3, price: `99999999999999999999` is not an amount in whole rupiah, such as 10500 or 10.500",
        ),
        (&[("supplier", "Kios A")], "line 3, supplier: `Kios A` is not a supplier id ([a-z0-9]+)"),
        (&[("sku", "")], "line 3, sku: must not be empty"),
        (&[("denom", "-20000")], "line 3, denom: must not be below 0"),
        (&[("cost", "-1")], "line 3, cost: must not be below 0"),
        (&[("cost", "")], "line 3, cost: must not be empty"),
        (&[("priority", "first")], "line 3, priority: `first` is not a whole number such as 1"),
        (&[("open", "perhaps")], "line 3, open: `perhaps` is neither yes nor no"),
        (&[("open", "")], "line 3, open: must not be empty"),
    ] {
        // The other row has another code: the faults of one row must not depend on the next.
        let text = format!("{HEADER}\n\n{}\n{}\n", row(changes), row(&[("code", "S20")]));
        assert_eq!(mistakes(&text), [told], "{changes:?}");
        let windows = text.replace('\n', "\r\n");
        assert_eq!(mistakes(&windows), [told], "{changes:?} with Windows line ends");
    }
}

#[test]
fn a_bill_may_cost_no_fee() {
    assert!(parse(&format!("{HEADER}\n{}\n", row(&[("kind", "bill"), ("price", "0")]))).is_ok());
}

#[test]
fn every_mistake_is_told_at_once() {
    let text =
        [HEADER, &row(&[("price", "x"), ("open", "x")]), "", S10, &row(&[("code", "S20"), ("cost", "x")])].join("\n");
    let places: Vec<_> = parse(&text).unwrap_err().iter().map(|error| (error.line, error.column.unwrap())).collect();
    assert_eq!(places, [(2, "price"), (2, "open"), (5, "cost")]);
}

#[test]
fn rows_of_one_code_must_agree_and_both_lines_are_named() {
    for (column, value, told) in [
        ("name", "Other", "`Other` here, but `Telkomsel 10.000` on line 2"),
        ("category", "Other", "`Other` here, but `Pulsa Telkomsel` on line 2"),
        ("operator", "", "`` here, but `telkomsel` on line 2"),
        ("kind", "token", "`token` here, but `topup` on line 2"),
        ("nominal", "", "`` here, but `10000` on line 2"),
        ("price", "10600", "`10600` here, but `10500` on line 2"),
    ] {
        let text = format!("{HEADER}\n{S10}\n{}\n", row(&[("supplier", "xgate"), (column, value)]));
        assert_eq!(mistakes(&text), [format!("line 3, {column}: {told}; all rows of one code must agree")]);
    }
}

#[test]
fn the_same_way_of_buying_stands_once() {
    let text = format!("{HEADER}\n{S10}\n{}\n{}\n", row(&[("sku", "TS10")]), row(&[("priority", "9")]));
    assert_eq!(mistakes(&text), ["line 4: the same code, supplier and sku as line 2"]);
}

#[test]
fn what_the_shop_cannot_use_is_refused() {
    let kios: SupplierId = "kios".parse().unwrap();
    let text = format!("{HEADER}\n{S10}\n{}\n", row(&[("code", "SALDO"), ("supplier", "other")]));
    let told: Vec<_> = parse_catalog(&text, Some(&[kios]), &|code| code == "SALDO")
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "line 3, code: `SALDO` is a command word, so nobody could order it",
            "line 3, supplier: `other` is not one of the suppliers in the settings",
        ]
    );
}

#[test]
fn a_catalog_says_how_destinations_are_read_or_leaves_it_to_the_rest() {
    let header = format!("{HEADER},dest");
    let game = "ML86,Mobile Legends,Game,,topup,,21000,ppob,ML86,,19600,1,yes";
    let kind = |text: &str| parse(text).unwrap().remove(0).dest_kind();
    let token = row(&[("operator", ""), ("kind", "token")]);
    for (text, expected) in [
        (format!("{HEADER}\n{S10}"), DestKind::Phone),
        (format!("{HEADER}\n{token}"), DestKind::Meter),
        (format!("{HEADER}\n{game}"), DestKind::Digits),
        (format!("{header}\n{game},"), DestKind::Digits),
        (format!("{header}\n{game}"), DestKind::Digits),
        (format!("{header}\n{game},ID+Zone"), DestKind::IdZone),
        (format!("{header}\n{game},text"), DestKind::Text),
        (format!("{header}\n{game},phone"), DestKind::Phone),
        (format!("{header}\n{game},digits"), DestKind::Digits),
    ] {
        assert_eq!(kind(&text), expected, "{text}");
    }
    let both = format!("{header}\n{game},text\n{}\n", game.replace("ML86,,", "ML87,,"));
    for (text, told) in [
        (
            format!("{header}\n{game},zone"),
            "line 2, dest: `zone` is none of: phone, meter, digits, id+zone, text".to_owned(),
        ),
        (
            format!("{header}\n{S10},digits"),
            "line 2, dest: a product of an operator goes to its phone numbers: write phone, or nothing".to_owned(),
        ),
        (both, "line 3, dest: `` here, but `text` on line 2; all rows of one code must agree".to_owned()),
    ] {
        assert_eq!(mistakes(&text), [told], "{text}");
    }
    // What was left open stays open when it is written.
    let products = parse(&format!("{header}\n{game},id+zone\n{S10}")).unwrap();
    assert_eq!(products[1].dest, None);
    assert_eq!(parse(&write_catalog(&products)), Ok(products));
}

#[test]
fn the_header_must_name_each_column_once() {
    let all = format!("{HEADER},dest");
    let without_denom = HEADER.replace("denom,", "");
    for (text, told) in [
        (String::new(), vec![format!("line 1: the first line must name the columns: {all}")]),
        ("\n\n".to_owned(), vec![format!("line 1: the first line must name the columns: {all}")]),
        (format!("{HEADER},stock"), vec!["line 1: `stock` is not a column of the catalog".to_owned()]),
        (format!("{HEADER},price"), vec!["line 1, price: this column stands twice".to_owned()]),
        (format!("{without_denom}\n{S10}"), vec!["line 1, denom: this column is missing".to_owned()]),
        (
            HEADER.replace(',', "|"),
            vec!["line 1: columns must be separated by commas, semicolons or tabs, not by `|`".to_owned()],
        ),
    ] {
        assert_eq!(mistakes(&text), told, "{text}");
    }
    assert_eq!(parse(HEADER), Ok(vec![]), "a header alone is an empty catalog");
}

#[test]
fn a_row_of_another_length_is_told_as_such() {
    let text = format!("{HEADER}\n{S10},\nS20,Telkomsel\n");
    let told = |line, found| {
        format!("line {line}: {found} cells where the header has 13; is there a comma or a quote too many?")
    };
    assert_eq!(mistakes(&text), [told(2, 14), told(3, 2)]);
}

#[test]
fn limits_end_the_reading() {
    assert_eq!(mistakes(&"x".repeat(LARGEST_FILE + 1)), ["line 1: the file is larger than 10485760 bytes"]);

    let many: Vec<_> = (0..=MOST_ROWS).map(|i| format!("A{i},n,c,,topup,,1,s,k,,1,1,yes")).collect();
    assert_eq!(
        mistakes(&format!("{HEADER}\n{}", many.join("\n"))),
        [format!("line {}: more than 100000 rows", MOST_ROWS + 2)]
    );

    let wrong = format!("{}\n", row(&[("price", "x")])).repeat(MOST_ERRORS + 5);
    let told = mistakes(&format!("{HEADER}\n{wrong}"));
    assert_eq!(told.len(), MOST_ERRORS + 1);
    assert!(told.last().unwrap().ends_with("there are more mistakes; mend these first"));
}

#[test]
fn the_sample_is_a_sound_catalog_of_the_demo() {
    let suppliers: Vec<SupplierId> =
        ["kios", "xgate", "biller", "ppob", "tele"].iter().map(|id| id.parse().unwrap()).collect();
    let products = parse_catalog(SAMPLE, Some(&suppliers), &nothing_reserved).unwrap();
    for product in &products {
        let bill = product.kind == ProductKind::Bill;
        for route in &product.routes {
            assert!(bill || route.cost < product.price, "{} earns nothing at {}", product.code, route.supplier);
        }
    }
    for supplier in &suppliers {
        let sells = |product: &&Product| product.routes.iter().any(|route| route.supplier == *supplier);
        assert!(products.iter().any(|product| sells(&product)), "{supplier} sells nothing");
    }
    let catalog = Catalog::new(products.clone());
    assert_eq!(catalog.get(&code("S10")).unwrap().price, Rupiah::new(10_500));
    for needed in "S5 S10 S20 S25 S50 S100 BY5 BY10 I5 I10 I20 I25 I50 I100 X5 X10 X25 X50 X100 A5 A10 T5 T10 T20 SM5 \
                   SM10 SM20 PLN20 PLN50 PLN100 PLN200 TKN20 GOPAY10 OVO10 DANA10 PLNPOST PLNNON TELKOM PDAM"
        .split_whitespace()
    {
        assert!(catalog.get(&code(needed)).is_some_and(Product::is_open), "{needed}");
    }
    assert_eq!(parse(&write_catalog(&products)), Ok(products));
}

fn text_cell() -> impl Strategy<Value = String> {
    // Anything that fits one line: quotes, commas, formulas, other scripts.
    "[^\\p{C}]{1,40}".prop_map(|text| text.trim().to_owned()).prop_filter("blank", |text| !text.is_empty())
}

fn amount(least: i64) -> impl Strategy<Value = Rupiah> {
    (least..=1_000_000_000).prop_map(Rupiah::new)
}

fn route() -> impl Strategy<Value = Route> {
    ("[a-z0-9]{1,32}", text_cell(), proptest::option::of(amount(1)), amount(0), any::<u32>(), any::<bool>()).prop_map(
        |(supplier, sku, denom, cost, priority, open)| Route {
            supplier: supplier.parse().unwrap(),
            sku,
            denom,
            cost,
            priority,
            open,
        },
    )
}

fn product() -> impl Strategy<Value = Product> {
    let kinds = vec![ProductKind::Topup, ProductKind::Token, ProductKind::Bill];
    let routes = proptest::collection::vec(route(), 1..4).prop_map(|mut routes| {
        routes.sort_by_key(|route| route.priority);
        routes.dedup_by(|a, b| a.supplier == b.supplier && a.sku == b.sku);
        routes
    });
    (
        (
            "[A-Z][A-Z0-9]{0,19}",
            text_cell(),
            text_cell(),
            proptest::option::of(proptest::sample::select(&OPERATORS[..])),
        ),
        (
            proptest::sample::select(kinds),
            proptest::option::of(proptest::sample::select(&DestKind::ALL[..])),
            proptest::option::of(amount(1)),
            amount(1),
            routes,
        ),
    )
        .prop_map(|((code, name, category, operator), (kind, dest, nominal, price, routes))| Product {
            code: code.parse().unwrap(),
            name,
            category,
            dest: dest.filter(|dest| operator.is_none() || *dest == DestKind::Phone),
            operator: operator.map(str::to_owned),
            kind,
            nominal,
            price,
            routes,
        })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(mut products in proptest::collection::vec(product(), 0..6)) {
        let mut codes = std::collections::HashSet::new();
        products.retain(|product| codes.insert(product.code.clone()));
        prop_assert_eq!(parse(&write_catalog(&products)), Ok(products));
    }

    #[test]
    fn no_text_stops_the_reader(text in "\\PC*|[a-z,\"\r\n;=0-9]*") {
        let _ = parse(&text);
        let _ = parse(&format!("{HEADER}\n{text}"));
    }
}

mod looking_up {
    use super::*;

    fn sample() -> Catalog {
        Catalog::new(parse(SAMPLE).unwrap())
    }

    /// A topup with one route.
    fn topup(code: &str, operator: &str, nominal: &str, price: &str, open: &str) -> Product {
        let changes = [("code", code), ("operator", operator), ("nominal", nominal), ("price", price), ("open", open)];
        parse(&format!("{HEADER}\n{}\n", row(&changes))).unwrap().remove(0)
    }

    fn codes(products: &[&Product]) -> Vec<String> {
        products.iter().map(|product| product.code.to_string()).collect()
    }

    #[test]
    fn a_nominal_is_the_cheapest_open_topup_of_the_operator() {
        let mut catalog = Catalog::new([
            topup("A1", "telkomsel", "10000", "10500", "yes"),
            topup("A2", "telkomsel", "10000", "10400", "yes"),
            topup("A3", "telkomsel", "10000", "10300", "no"),
            topup("B1", "byu", "10000", "10450", "yes"),
            topup("C1", "xl", "10000", "10100", "no"),
            topup("D1", "", "10000", "9000", "yes"),
        ]);
        let ten = Rupiah::new(10_000);
        let find = |catalog: &Catalog, operators: &[&str]| {
            catalog.by_nominal(ten, operators).map(|product| product.code.to_string())
        };
        assert_eq!(find(&catalog, &["telkomsel"]).as_deref(), Ok("A2"));
        assert_eq!(find(&catalog, &["byu", "telkomsel"]).as_deref(), Ok("A2"));
        assert_eq!(find(&catalog, &["xl"]), Err(NoNominal::AllClosed));
        assert_eq!(find(&catalog, &["tri"]), Err(NoNominal::NotSold));
        assert_eq!(find(&catalog, &[]), Err(NoNominal::NotSold), "no operator, no product");
        assert_eq!(catalog.by_nominal(Rupiah::new(10), &["telkomsel"]), Err(NoNominal::NotSold));

        catalog.put(topup("A2", "telkomsel", "20000", "20400", "yes"));
        assert_eq!(find(&catalog, &["telkomsel"]).as_deref(), Ok("A1"), "a product that changed is found anew");
    }

    #[test]
    fn tokens_and_bills_are_no_answer_to_a_nominal() {
        let token = parse(&format!("{HEADER}\n{}\n", row(&[("kind", "token")]))).unwrap();
        let found = Catalog::new(token).by_nominal(Rupiah::new(10_000), &["telkomsel"]).cloned();
        assert_eq!(found, Err(NoNominal::NotSold));
    }

    #[test]
    fn codes_close_to_a_mistyped_one_are_offered() {
        let catalog = sample();
        for (typed, expected) in [
            ("s1", &["S10", "S15", "S100"][..]),
            ("S11", &["S10", "S15", "SD1"]),
            ("GOPAI10", &["GOPAY10", "GOPAY20", "GOPAY50"]),
            ("PLN2", &["PLN20", "PLN200"]),
            ("ZZZZZZ", &[]),
            ("", &[]),
        ] {
            let near = catalog.near(typed, 3);
            let found = codes(&near);
            assert_eq!(found, expected, "{typed}");
        }
        assert!(catalog.near(&"S".repeat(100_000), 3).is_empty());
    }

    #[test]
    fn closed_products_are_not_offered() {
        let catalog = Catalog::new([topup("S10", "telkomsel", "10000", "10500", "no")]);
        assert!(catalog.near("S1", 3).is_empty());
        assert!(catalog.near_nominal(Rupiah::new(10_000), &["telkomsel"], 3).is_empty());
    }

    #[test]
    fn the_closest_nominals_of_the_operator_are_offered() {
        let catalog = sample();
        assert_eq!(codes(&catalog.near_nominal(Rupiah::new(12_000), &["telkomsel"], 3)), ["S10", "S15", "S5"]);
    }

    #[test]
    fn price_lists_by_what_people_type() {
        let catalog = sample();
        let telkomsel = "SD1 SD3 SD10 S5 S10 S15 S20 S25 S50 S100";
        let indosat = "ID2 ID7 I5 I10 I20 I25 I50 I100";
        for (typed, expected) in [
            ("S10", "S10"),
            ("s10", "S10"),
            ("TELKOM", "TELKOM"),
            ("telkomsel", telkomsel),
            ("TSEL", telkomsel),
            ("simpati", telkomsel),
            ("telk", telkomsel),
            ("isat", indosat),
            ("INDOSAT", indosat),
            ("by.u", "BY5 BY10 BY25"),
            ("XL", "XD3 X5 X10 X25 X50 X100"),
            ("S", "S5 S10 S15 S20 S25 S50 S100"),
            ("SM", "SM5 SM10 SM20 SM50"),
            ("X", "X5 X10 X25 X50 X100"),
            ("SD", "SD1 SD3 SD10"),
            ("token", "PLN20 TKN20 PLN50 TKN50 PLN100 TKN100 PLN200"),
            ("pln", "PLN20 TKN20 PLN50 TKN50 PLN100 TKN100 PLN200"),
            ("tagihan", "PDAM TELKOM PLNNON PLNPOST"),
            ("voucher game", "FF70 GSH10 FF140 ML86"),
            ("game", "FF70 GSH10 FF140 ML86"),
            ("gopay", "GOPAY10 GOPAY20 GOPAY50 GOPAY100"),
            ("PLNP", "PLNPOST"),
            ("nothing", ""),
            ("😀", ""),
        ] {
            let found = codes(&catalog.filter(typed)).join(" ");
            assert_eq!(found, expected, "{typed}");
        }
        assert_eq!(catalog.filter(" ").len(), catalog.len(), "no word, everything");
    }

    #[test]
    fn price_lists_go_by_category_then_price_and_show_closed_products() {
        let mut closed = topup("S7", "telkomsel", "7000", "7300", "no");
        closed.category = "Promo".to_owned();
        let catalog = Catalog::new([
            topup("S20", "telkomsel", "20000", "20300", "yes"),
            closed,
            topup("S5", "telkomsel", "5000", "5600", "yes"),
        ]);
        assert_eq!(codes(&catalog.filter("S")), ["S7", "S5", "S20"]);
    }
}
