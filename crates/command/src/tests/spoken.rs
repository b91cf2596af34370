//! Everyday talk: `tests/data/talk.jsonl`, written for this shop's catalog, each line with its meaning.

use std::collections::BTreeMap;

use super::*;
use konter_core::catalog::{Catalog, SAMPLE, parse_catalog};
use konter_core::order::request::OrderLine;

/// A message and its meaning; `none`: whatever else it is, nothing is ordered.
#[derive(serde::Deserialize)]
struct Row {
    text: String,
    means: String,
}

fn rows() -> Vec<Row> {
    include_str!("../../../../tests/data/talk.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(catalog: &Catalog, text: &str) -> Command {
    parse_with(text, &|code, _| catalog.get(code).map(konter_core::catalog::Product::dest_kind))
}

fn sample() -> Catalog {
    Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap())
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// A command in the words of the file.
fn meaning(command: &Command) -> String {
    let line = |line: &OrderLine| {
        let what = match &line.what {
            What::Code(code) => code.to_string(),
            What::Nominal(nominal) => (nominal.get() / 1_000).to_string(),
        };
        let nth = if line.nth == 1 { String::new() } else { format!("x{}", line.nth) };
        joined(&[&what, line.dest.as_str(), &nth])
    };
    match command {
        Command::Order(request) => {
            let lines: Vec<String> = request.lines.iter().map(line).collect();
            joined(&["order", &lines.join(" + "), if request.pin.is_some() { "" } else { "nopin" }])
        }
        Command::Wish(wish) => {
            let sort = wish.sort.map_or("", |sort| match sort {
                Sort::Credit => "pulsa",
                Sort::Data => "data",
                Sort::Token => "token",
            });
            joined(&[
                "wish",
                wish.code.as_ref().map_or("", ProductCode::as_str),
                sort,
                wish.brand.as_deref().unwrap_or_default(),
                &wish.nominal.map(|nominal| nominal.to_string()).unwrap_or_default(),
                &wish.dest.as_ref().map(|dest| format!("ke {dest}")).unwrap_or_default(),
                if wish.held_pin { "pin" } else { "" },
                &if wish.times > 1 { format!("times {}", wish.times) } else { String::new() },
            ])
        }
        Command::Balance { .. } => "balance".to_owned(),
        Command::Prices { filters: by } => joined(&["prices", &filters(by)]),
        Command::Orders(OrdersQuery { number: Some(order), .. }) => format!("trx #{order}"),
        Command::Orders(query) => joined(&["orders", query.dest.as_deref().unwrap_or_default()]),
        Command::Deposit { amount, .. } => {
            joined(&["deposit", &amount.map(|amount| amount.get().to_string()).unwrap_or_default()])
        }
        Command::Report { kind: ReportKind::Statement, .. } => "statement".to_owned(),
        Command::Report { date, .. } => joined(&["sales", days(*date)]),
        Command::Receipt { .. } => "receipt".to_owned(),
        Command::Preference(PreferenceCommand::Repeat) => "repeat".to_owned(),
        Command::Preference(PreferenceCommand::Earnings { .. }) => "earnings".to_owned(),
        Command::Preference(PreferenceCommand::Ask(Ask::Phone)) => "wish pulsa".to_owned(),
        Command::Preference(PreferenceCommand::Ask(Ask::Meter)) => "wish token".to_owned(),
        Command::Preference(PreferenceCommand::Ask(Ask::Customer(product))) => format!("bill {product}"),
        Command::Help { topic } => joined(&["help", topic.as_deref().unwrap_or_default()]),
        Command::Proof { .. } => "proof".to_owned(),
        Command::Talk(talk) => {
            let (name, dest) = match talk {
                Talk::Greeting { peace: true } => ("peace", None),
                Talk::Greeting { peace: false } => ("greeting", None),
                Talk::Thanks => ("thanks", None),
                Talk::Chatter => ("chatter", None),
                Talk::LostPin => ("lost-pin", None),
                Talk::TellDownlines => ("tell-downlines", None),
                Talk::LostAccount => ("lost-account", None),
                Talk::WhoAmI => ("who-am-i", None),
                Talk::CloseAccount => ("close-account", None),
                Talk::ChangesPrice { .. } => ("changes-price", None),
                Talk::Disturbance { named } => return joined(&["talk disturbance", &filters(named)]),
                Talk::Undo { dest } => ("undo", dest.as_deref()),
                Talk::NotArrived { dest } => ("not-arrived", dest.as_deref()),
                Talk::OfNumber { dest } => ("of-number", Some(dest.as_str())),
                Talk::OfSerial { serial } => ("serial", Some(serial.as_str())),
                Talk::Meant { line } => ("meant", Some(line.as_str())),
                Talk::Later => ("later", None),
                Talk::WhoseNumber => ("whose-number", None),
                Talk::Hours => ("hours", None),
                Talk::MoneyNotIn => ("money", None),
                Talk::WantsAdmin => ("admin", None),
                Talk::WantsToJoin => ("join", None),
                Talk::DropTicket => ("drop-ticket", None),
                Talk::Yes => ("yes", None),
                Talk::No => ("no", None),
                Talk::Wait => ("wait", None),
                Talk::Pays => ("pays", None),
                Talk::TakenBack { .. } => ("taken-back", None),
            };
            joined(&["talk", name, dest.unwrap_or_default()])
        }
        Command::Transfer(sent) => {
            joined(&["transfer", &sent.amount.to_string(), if sent.pin.is_some() { "" } else { "nopin" }])
        }
        other => format!("{other:?}"),
    }
}

fn filters(filters: &[PriceFilter]) -> String {
    let shown = |filter: &PriceFilter| match filter {
        PriceFilter::Word(word) => word.clone(),
        PriceFilter::Nominal(nominal) => nominal.to_string(),
    };
    filters.iter().map(shown).collect::<Vec<_>>().join(" ")
}

fn days(date: Option<DateArg>) -> &'static str {
    match date {
        None | Some(DateArg::Today) => "",
        Some(DateArg::Yesterday) => "yesterday",
        Some(DateArg::ThisWeek) => "week",
        Some(DateArg::LastWeek) => "last week",
        Some(DateArg::ThisMonth) => "month",
        Some(DateArg::LastMonth) => "last month",
        Some(_) => "another day",
    }
}

fn is_bought(command: &Command) -> bool {
    matches!(command, Command::Order(request) if request.pin.is_some())
}

#[test]
fn talk_means_what_a_good_counter_hears() {
    let catalog = sample();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut wrong, mut bought, mut false_orders) = (Vec::new(), 0, 0);
    let rows = rows();
    for row in &rows {
        let command = read(&catalog, &row.text);
        let means = meaning(&command);
        let may_buy = row.means.starts_with("order ") && !row.means.ends_with("nopin");
        *kinds.entry(row.means.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        bought += usize::from(is_bought(&command));
        false_orders += usize::from(is_bought(&command) && !may_buy);
        let is_right = if row.means == "none" { !is_bought(&command) } else { means == row.means };
        if !is_right {
            wrong.push(format!("{:?}: {means}, not {}", row.text, row.means));
        }
    }
    let not_orders = rows.iter().filter(|row| row.means == "none").count();
    println!(
        "{} messages, {} understood, {bought} orders, {false_orders} of them false",
        rows.len(),
        rows.len() - wrong.len()
    );
    println!("{not_orders} with all parts of an order that are none; by kind: {kinds:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(false_orders, 0);
}

#[test]
fn a_pin_may_be_named_as_one_and_nothing_else_beside_it() {
    for text in ["1234", " 123456 ", "pin 1234", "PIN: 1234", "pinnya 1234 kak", "pin saya 1234 ya", "pin1234"] {
        assert!(pin_said(text, false).is_some(), "{text}");
    }
    for text in [
        "pin",
        "pin 12",
        "pin 1234 4321",
        "pin 1234?",
        "pin 1234 salah",
        "pin 1234 🛑",
        "pin lama 1234",
        "5000 ya",
        "s10 1234",
        "jangan 1234",
    ] {
        assert!(pin_said(text, false).is_none(), "{text}");
    }
    // Where one is waited for, courtesies may stand beside it.
    for text in
        ["4821 ya", "4821 kak", "ok 4821", "iya 4821 makasih", "4821 gas", "4821, ya", "4821 lanjut", "pin 4821"]
    {
        assert!(pin_said(text, true).is_some(), "{text}");
    }
    for text in [
        "4821 ya?",
        "4821 salah",
        "4821 ga jadi",
        "jangan 4821",
        "4821 besok",
        "4821 1234 ya",
        "081234567890 ya",
        "5rb ya",
        "s10 4821",
        "4821 🛑",
    ] {
        assert!(pin_said(text, true).is_none(), "{text}");
    }
}

#[test]
fn sums_are_understood_as_they_are_said() {
    let catalog = sample();
    for (said, nominal) in [
        ("seratus lima puluh ribu", "150.000"),
        ("dua puluh lima ribu", "25.000"),
        ("lima belas ribu", "15.000"),
        ("dua ratus ribu", "200.000"),
        ("satu juta", "1.000.000"),
        ("lima", "5.000"),
        ("ceban", "10.000"),
        ("25 rebu", "25.000"),
    ] {
        let wish = read(&catalog, &format!("pulsa {said} ke 081234567890"));
        assert_eq!(meaning(&wish), format!("wish pulsa {nominal} ke 081234567890"), "{said}");
    }
    // Digits that are dictated are no sum, and a small number may count anything.
    for said in ["nol delapan satu tiga", "dua kali", "satu dua tiga", "tiga"] {
        let command = read(&catalog, &format!("pulsa {said} ke 081234567890"));
        assert!(!meaning(&command).contains(".000"), "{said}: {command:?}");
    }
}

#[test]
fn what_is_not_meant_as_an_order_is_none_however_it_is_typed() {
    let catalog = sample();
    for row in rows().iter().filter(|row| !row.means.starts_with("order ")) {
        for text in [
            row.text.to_uppercase(),
            row.text.to_lowercase(),
            format!("min {} ya kak 🙏", row.text),
            format!("`{}`", row.text),
            format!("1. {}", row.text),
            row.text.replace(' ', "\n"),
            row.text.replace(' ', "  "),
        ] {
            // `1. 0812…` is a face value and its number.
            if text.starts_with("1. 0") {
                continue;
            }
            let command = read(&catalog, &text);
            assert!(!is_bought(&command), "{text:?} became {command:?}");
        }
    }
}

#[test]
fn a_word_of_doubt_anywhere_keeps_an_order_from_being_bought() {
    const DOUBTS: &str = "jangan jgn bukan salah batal cancel stop tunda nanti besok kemarin tadi sudah udah belum \
        gagal pending masuk kok kenapa kalau misal contoh coba tes dobel dua 2x kali eh hapus maaf oops wait later \
        not no-no don't wrong should if maybe cek status berapa gimana apa siapa kapan bisa katanya teman orang lupa \
        atau or vs tapi but cuma sampai sebelum setelah habis utang refund ditunda dikirim sukses selesai ojo ulah \
        ora entong gak tidak tanpa undo ralat maksudnya harusnya mungkin lusa";
    let catalog = sample();
    for doubt in DOUBTS.split_whitespace() {
        for text in [
            format!("{doubt} s10 081234567890 1234"),
            format!("s10 {doubt} 081234567890 1234"),
            format!("s10 081234567890 {doubt} 1234"),
            format!("s10 081234567890 1234 {doubt}"),
            format!("s10.081234567890.1234.{doubt}"),
            format!("{doubt}.s10.081234567890.1234"),
            format!("s10 081234567890 1234\n{doubt}"),
            format!("kak {doubt} dong, s10 081234567890 1234 ya"),
        ] {
            let command = read(&catalog, &text);
            assert!(!is_bought(&command), "{text:?} became {command:?}");
        }
    }
    // A greeting in front is one; behind an order it may say when.
    assert!(is_bought(&read(&catalog, "malam kak s10 081234567890 1234")));
    assert!(!is_bought(&read(&catalog, "s10 081234567890 1234 malam")));
}

#[test]
fn an_order_stays_the_same_between_courtesies() {
    let catalog = sample();
    for row in rows().iter().filter(|row| row.means.starts_with("order ")) {
        for text in [
            format!("min {}", row.text),
            format!("Assalamualaikum kak, {}", row.text),
            format!("{} ya", row.text),
            format!("{} makasih 🙏", row.text),
            row.text.to_uppercase(),
        ] {
            let numbered = row.text.starts_with(|c: char| c.is_ascii_digit()) || row.text.starts_with('-');
            if numbered && !text.starts_with(&row.text) {
                continue;
            }
            assert_eq!(meaning(&read(&catalog, &text)), row.means, "{text:?}");
        }
    }
}
