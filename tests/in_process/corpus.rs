//! Real messages of many servers, each with what konter makes of it: `tests/data/corpus.jsonl`.

use std::collections::BTreeMap;

use konter_command::{
    AgentRef, ChatName, Command, DateArg, Feature, MarkupChange, MarkupWhom, NetworkCommand, Pin, PreferenceCommand,
    PriceFilter, Problem, ReceiptOf, ReportKind, TransferRef, parse,
};
use konter_core::order::request::OrderLine;

/// A message and its meaning.
#[derive(serde::Deserialize)]
struct Row {
    text: String,
    expect: String,
}

fn rows() -> Vec<Row> {
    include_str!("../data/corpus.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A command in one line; what it says about PINs is only whether there is one.
fn describe(command: &Command) -> String {
    let joined = |words: &[&str]| words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
    match command {
        Command::Order(request) => {
            let lines: Vec<String> = request.lines.iter().map(line).collect();
            let pin = if request.pin.is_some() { "" } else { "nopin" };
            let reference = request.reference.as_ref().map(|r| format!("ref={r}")).unwrap_or_default();
            joined(&["order", &lines.join(" + "), pin, &reference])
        }
        Command::BadOrder(bad) => joined(&[
            "bad-order",
            &bad.what.as_ref().map(ToString::to_string).unwrap_or_default(),
            problem(&bad.problem),
        ]),
        Command::Balance { .. } => "balance".to_owned(),
        Command::Prices { filters } => {
            let filters: Vec<String> = filters
                .iter()
                .map(|filter| match filter {
                    PriceFilter::Word(word) => word.clone(),
                    PriceFilter::Nominal(nominal) => nominal.to_string(),
                })
                .collect();
            joined(&["prices", &filters.join(" ")])
        }
        Command::Orders(query) => joined(&[
            "orders",
            query.product.as_ref().map_or("", |product| product.as_str()),
            query.dest.as_deref().unwrap_or_default(),
            &date(query.date),
        ]),
        Command::Deposit { amount, bank, .. } => joined(&[
            "deposit",
            bank.as_deref().unwrap_or_default(),
            &amount.map(|amount| amount.get().to_string()).unwrap_or_default(),
        ]),
        Command::ChangePin { a, b } => format!("change-pin {} {}", a.expose(), b.expose()),
        Command::Register { name, town, .. } => joined(&["register", name, town.as_deref().unwrap_or_default()]),
        Command::Start { .. } => "start".to_owned(),
        Command::Meter { customer, reference, .. } => {
            joined(&["meter", customer, reference.as_deref().unwrap_or_default()])
        }
        Command::BillInquiry { product, customer, amount, reference, .. } => joined(&[
            "bill",
            product.as_str(),
            customer,
            &amount.map(|amount| amount.get().to_string()).unwrap_or_default(),
            reference.as_deref().unwrap_or_default(),
        ]),
        Command::Receipt { of, price } => {
            let of = match of {
                ReceiptOf::Latest => "latest".to_owned(),
                ReceiptOf::Order(id) => format!("#{id}"),
                ReceiptOf::Customer { dest, date: day } => format!("{dest} {}", date(*day)),
            };
            joined(&["receipt", of.trim(), &price.map(|price| price.get().to_string()).unwrap_or_default()])
        }
        Command::ReceiptLine(line) => format!("{line:?}"),
        Command::BillPayment { product, customer, .. } => format!("pay {product} {customer}"),
        Command::Transfer(transfer) => {
            let pin = transfer.pin.as_ref().map_or("nopin", |pin| pin.expose());
            format!("transfer {:?} {} {pin}", transfer.agent, transfer.amount.get())
        }
        Command::Report { kind, date: day, .. } => {
            let kind = match kind {
                ReportKind::Sales => "sales",
                ReportKind::Statement => "statement",
            };
            joined(&[kind, &date(*day)])
        }
        Command::Proof { text, .. } => joined(&["proof", text.as_str()]),
        Command::Complaint { text, .. } => format!("complaint {text}"),
        Command::Help { .. } => "help".to_owned(),
        Command::Language { .. } => "language".to_owned(),
        Command::Admin(command) => format!("admin {command:?}"),
        Command::Network(command) => network(command),
        Command::Preference(command) => preference(command),
        Command::Routing(command) => format!("{command:?}"),
        Command::Wish(wish) => format!("wish {wish:?}"),
        Command::Talk(talk) => format!("talk {talk:?}"),
        Command::Known(feature) => format!("known {feature:?}"),
        Command::Incomplete { topic, problem: why } => format!("incomplete {topic:?} {}", problem(why)),
        Command::Unknown { nearest } => format!("unknown {nearest:?}"),
    }
}

fn preference(command: &PreferenceCommand) -> String {
    let chat = |name: &ChatName| match name {
        ChatName::Any => "any".to_owned(),
        ChatName::Place(place) => place.to_string(),
        ChatName::Phone(phone) => format!("<{phone}>"),
        ChatName::Other(name) => format!("\"{name}\""),
    };
    let pinned = |pin: &Option<Pin>| if pin.is_some() { "" } else { " nopin" };
    match command {
        PreferenceCommand::AddChat { name, pin } => format!("add-chat {}{}", chat(name), pinned(pin)),
        PreferenceCommand::Chats { .. } => "chats".to_owned(),
        PreferenceCommand::RemoveChat { which, sure, pin } => {
            format!("remove-chat {}{}{}", chat(which), if *sure { " sure" } else { "" }, pinned(pin))
        }
        PreferenceCommand::ReplaceChat { old, new, pin } => {
            format!("replace-chat {} {}{}", chat(old), chat(new), pinned(pin))
        }
        PreferenceCommand::Rename { of, name, pin } => {
            let of = of.as_ref().map(|of| format!("{} ", named(of))).unwrap_or_default();
            format!("rename {of}{name}{}", pinned(pin))
        }
        PreferenceCommand::Earnings { .. } => "earnings".to_owned(),
        other => format!("{other:?}"),
    }
}

fn network(command: &NetworkCommand) -> String {
    let pin =
        |pin: &Option<konter_command::Pin>| pin.as_ref().map_or("nopin".to_owned(), |pin| pin.expose().to_owned());
    let amount =
        |amount: Option<konter_core::money::Rupiah>| amount.map_or("-".to_owned(), |amount| amount.get().to_string());
    match command {
        NetworkCommand::RegisterDownline(new) => format!(
            "downline {} | {} | {} markup {} deposit {} {}",
            new.name,
            new.town.as_deref().unwrap_or("-"),
            new.phone,
            amount(new.markup),
            amount(new.deposit),
            pin(&new.pin),
        ),
        NetworkCommand::Downlines { page, .. } => format!("downlines {page}"),
        NetworkCommand::Downline { agent, .. } => format!("downline {}", named(agent)),
        NetworkCommand::Block { agent, block, .. } => format!("block {block} {}", named(agent)),
        NetworkCommand::Markup(request) => {
            let whom = match &request.whom {
                MarkupWhom::All => "all".to_owned(),
                MarkupWhom::Product(product) => product.to_string(),
                MarkupWhom::Agent(agent) => named(agent),
                MarkupWhom::Both(agent, product) => format!("{} {product}", named(agent)),
            };
            let change = match request.change {
                MarkupChange::Show => "show".to_owned(),
                MarkupChange::Set(amount) => amount.get().to_string(),
                MarkupChange::Remove => "remove".to_owned(),
            };
            format!("markup {whom} {change} {}", pin(&request.pin))
        }
        NetworkCommand::Invite { renew } => format!("invite {renew}"),
        NetworkCommand::Confirm { number } => format!("confirm {number}"),
        NetworkCommand::TakeBack { of, pin: typed } => {
            let of = match of {
                TransferRef::Latest => "latest".to_owned(),
                TransferRef::Number(number) => format!("#{number}"),
                TransferRef::To { agent, amount: sum } => format!("{} {}", named(agent), amount(*sum)),
            };
            format!("take-back {of} {}", pin(typed))
        }
        NetworkCommand::TransferEither(readings) => format!("transfer-either {}", readings.len()),
    }
}

fn named(agent: &AgentRef) -> String {
    match agent {
        AgentRef::Code(code) => code.to_string(),
        AgentRef::Chat(chat) => chat.to_string(),
        AgentRef::Phone(phone) => format!("<{phone}>"),
        AgentRef::Other(name) => format!("\"{name}\""),
    }
}

fn line(line: &OrderLine) -> String {
    let nth = if line.nth == 1 { String::new() } else { format!(" x{}", line.nth) };
    let buyer = line.buyer_phone.as_ref().map(|phone| format!(" for {phone}")).unwrap_or_default();
    format!("{} {}{nth}{buyer}", line.what, line.dest)
}

fn date(date: Option<DateArg>) -> String {
    match date {
        None => String::new(),
        Some(DateArg::Today) => "today".to_owned(),
        Some(DateArg::Yesterday) => "yesterday".to_owned(),
        Some(
            date @ (DateArg::ThisWeek
            | DateArg::LastWeek
            | DateArg::ThisMonth
            | DateArg::LastMonth
            | DateArg::Year
            | DateArg::LastDays(_)
            | DateArg::Month(_)),
        ) => {
            format!("{date:?}")
        }
        Some(DateArg::DayOfMonth(day)) => format!("day {day}"),
        Some(DateArg::DayAndMonth { day, month }) => format!("day {day} month {month}"),
        Some(DateArg::Day(day)) => day.to_string(),
        Some(DateArg::Range(from, to)) => format!("{from}..{to}"),
    }
}

const fn problem(problem: &Problem) -> &'static str {
    match problem {
        Problem::Missing(_) => "missing",
        Problem::Unfit(..) => "unfit",
        Problem::Destination(..) => "destination",
        Problem::Leftover(_) => "leftover",
        Problem::Ambiguous => "ambiguous",
        Problem::DifferentPins => "pins",
        Problem::RepeatsDisagree => "repeats",
        Problem::SameOrderTwice => "twice",
        Problem::TooManyOrders => "many",
        Problem::ReferenceForSeveral => "reference",
        Problem::NegativeAmount => "negative",
        Problem::DoubtfulAmount { .. } => "doubtful amount",
        Problem::SeveralDeposits => "several deposits",
    }
}

/// What a message is about; or, where konter does not do what it asks, why.
enum Sorted {
    Subject(&'static str),
    /// A digit or a word of the message was hidden when it was written down, or it never made sense.
    Unreadable(&'static str),
    Elsewhere(&'static str),
}

/// Why something is left to other servers.
const fn why_not(feature: Feature) -> &'static str {
    match feature {
        Feature::DownlineRegistration => "self-registration by a keyword: here by UNDANG's link",
        Feature::DownlineStatus => "switching a downline off and on: only admins do",
        Feature::Markup => "a fixed price for one downline: here a markup",
        Feature::SenderNumbers => "adding a number for somebody else: each adds its own",
        Feature::Commission => "somebody else's commission: each sees its own",
        Feature::Points => "points and gifts",
        Feature::CancelOrder => "cancelling an order that is on its way: nobody can",
        Feature::CentreNumbers => "numbers of SMS centres: there are none",
        Feature::ResetPin => "a PIN reset by message: only an admin, who knows who asks",
        Feature::StaffUsers => "users of a counter: chats of one account do",
        Feature::FeeScheme => "schemes of bill fees",
    }
}

fn sorted(command: &Command) -> Sorted {
    Sorted::Subject(match command {
        Command::Order(_) | Command::Wish(_) => "orders",
        Command::BadOrder(_) => return Sorted::Unreadable("an order whose number cannot be read"),
        Command::Known(feature) => return Sorted::Elsewhere(why_not(*feature)),
        Command::Incomplete { problem: why, .. } => {
            return Sorted::Unreadable(match why {
                Problem::NegativeAmount => "a transfer below zero would take money from somebody",
                Problem::Destination(..) => "a number cannot be read",
                _ => "something in it is no date, name or amount",
            });
        }
        Command::Unknown { .. } => return Sorted::Unreadable("means nothing"),
        Command::Balance { .. } => "balance",
        Command::Prices { .. } => "prices",
        Command::Orders(_) => "looking up orders",
        Command::Deposit { .. } | Command::Proof { .. } => "deposits and tickets",
        Command::ChangePin { .. } => "changing the PIN",
        Command::Register { .. } | Command::Start { .. } => "registering",
        Command::Meter { .. } | Command::BillInquiry { .. } | Command::BillPayment { .. } => "meters and bills",
        Command::Receipt { .. } | Command::ReceiptLine(_) => "receipts",
        Command::Transfer(_)
        | Command::Network(NetworkCommand::TransferEither(_) | NetworkCommand::TakeBack { .. }) => "transfers",
        Command::Network(_) => "downlines and markups",
        Command::Report { .. } => "reports",
        Command::Complaint { .. } | Command::Talk(_) => "complaints",
        Command::Help { .. } | Command::Language { .. } => "help and language",
        Command::Admin(_) => "admins",
        Command::Routing(_) => "orders that wait",
        Command::Preference(
            PreferenceCommand::AddChat { .. }
            | PreferenceCommand::RemoveChat { .. }
            | PreferenceCommand::ReplaceChat { .. }
            | PreferenceCommand::Chats { .. },
        ) => "chats and numbers",
        Command::Preference(PreferenceCommand::Rename { .. }) => "the shop's name",
        Command::Preference(PreferenceCommand::Earnings { .. }) => "commission",
        Command::Preference(_) => "favourites, selling prices, guided orders",
    })
}

#[test]
fn every_message_means_what_it_should() {
    let rows = rows();
    let mut subjects: BTreeMap<&str, usize> = BTreeMap::new();
    let mut elsewhere: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut unreadable: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in &rows {
        let command = parse(&row.text);
        match sorted(&command) {
            Sorted::Subject(subject) => *subjects.entry(subject).or_default() += 1,
            Sorted::Elsewhere(why) => elsewhere.entry(why).or_default().push(&row.text),
            Sorted::Unreadable(why) => unreadable.entry(why).or_default().push(&row.text),
        }
        let described = describe(&command);
        if described != row.expect {
            wrong.push(format!("{:?}: {described:?}, not {:?}", row.text, row.expect));
        }
    }
    let count = |sorted: &BTreeMap<&str, Vec<&str>>| sorted.values().map(Vec::len).sum::<usize>();
    let understood = subjects.values().sum::<usize>();
    println!("{} messages, {understood} understood:", rows.len());
    for (subject, count) in &subjects {
        println!("{count:5}  {subject}");
    }
    for (title, sorted) in [("told what cannot be read", &unreadable), ("left to other servers", &elsewhere)] {
        println!("{} {title}:", count(sorted));
        for (why, texts) in sorted {
            println!("{:5}  {why}: {}", texts.len(), texts.join("  "));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((rows.len(), understood, count(&unreadable), count(&elsewhere)), (421, 370, 31, 20));
}

#[test]
fn what_is_no_order_never_becomes_one_however_it_is_typed() {
    for row in rows().iter().filter(|row| !row.expect.starts_with("order ")) {
        for text in [
            row.text.clone(),
            row.text.to_uppercase(),
            row.text.to_lowercase(),
            format!("  {}\n", row.text),
            format!("\u{202B}{}\u{202C}", row.text),
            row.text.replace('.', "#"),
            row.text.replace('.', " "),
            row.text.replace('.', " . "),
        ] {
            let command = parse(&text);
            assert!(!matches!(command, Command::Order(_)), "{text:?} became {command:?}");
        }
    }
}

#[test]
fn an_order_stays_the_same_in_any_letter_case_and_with_any_separator() {
    for row in rows().iter().filter(|row| row.expect.starts_with("order ") && !row.text.contains("R#")) {
        let separated = |separator: &str| row.text.replace(['.', ','], separator);
        for text in [row.text.to_uppercase(), row.text.to_lowercase(), separated("*"), separated(";"), separated(". ")]
        {
            // Between an `M-` and its dashes nothing else separates.
            if row.text.starts_with("M-") && text.contains(['*', ';']) {
                continue;
            }
            assert_eq!(describe(&parse(&text)), row.expect, "{text:?}");
        }
    }
}
