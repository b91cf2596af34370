//! Commands that open with a word: balance, prices, deposits, reports and all the rest that is not an order.

use super::amount;
use super::atom::{Atom, Cursor, Gap};
use super::date;
use super::deposit;
use super::dest_reader;
use super::habit::{self, Ask};
use super::network;
use super::order_parts::{Target, nominal, phones_in_pieces};
use super::pin::is_pin;
use super::problem::{Part, Problem, Topic};
use super::receipt;
use super::redact::without_order_pins;
use super::routing;
use super::typed::Typed;
use super::words::{self, Word};
use super::{Command, DateArg, Feature, HabitCommand, Language, NamedAs, OrdersQuery, Pin, PriceFilter, ReportKind};
use konter_core::catalog::DestKind;
use konter_core::destination::{
    Destination, DestinationFault, MAX_CUSTOMER_DIGITS, MIN_CUSTOMER_DIGITS, digits_of, is_masked,
};
use konter_core::ids::ProductCode;

/// Most filters of a price list.
const MAX_FILTERS: usize = 20;
/// Longest word of a filter.
const MAX_FILTER_CHARS: usize = 30;
/// Fewest digits of a bill's customer number: no other number can stand in its place.
const MIN_BILL_DIGITS: usize = 5;

type Parsed = Result<Command, (Topic, Problem)>;

/// Reads the arguments of a command that opens with `word`; `reference` is a machine client's own.
pub(super) fn command(word: Word, args: Cursor<'_>, reference: Option<&str>) -> Parsed {
    let about = |topic: Topic| move |problem: Problem| (topic, problem);
    match word {
        Word::Balance | Word::BalanceOrComplaint => balance(word, args).map_err(about(Topic::Balance)),
        Word::Prices => prices(args, None).map_err(about(Topic::Prices)),
        Word::PlnPrices => prices(args, Some("PLN")).map_err(about(Topic::Prices)),
        Word::BillPrices => Ok(Command::Prices { filters: vec![PriceFilter::Word("PPOB".to_owned())] })
            .and_then(|command| args.finish().map(|()| command).map_err(about(Topic::Prices))),
        Word::Orders => orders_or_other(args, reference),
        Word::Deposit => deposit::ticket(args).map_err(about(Topic::Deposit)),
        Word::HowToDeposit => Ok(Command::Deposit { amount: None, bank: None, pin: None }),
        Word::Proof => deposit::proof(args).map_err(about(Topic::Deposit)),
        Word::ChangePin => change_pin(args).map_err(about(Topic::ChangePin)),
        Word::PinOrSender => {
            let pins = args.atoms.len() > 1 && args.atoms.iter().all(|atom| is_pin(atom.text));
            command(if pins { Word::ChangePin } else { Word::AddChat }, args, reference)
        }
        Word::Change => {
            let mut after = args;
            match after.take_if(|atom| atom.is("PIN")) {
                Some(_) => command(Word::ChangePin, after, reference),
                None => habit::replace_chat(args).map_err(about(Topic::Chats)),
            }
        }
        Word::SenderOrStatus if network::has_phone(args) => command(Word::AddChat, args, reference),
        Word::SenderOrStatus => Ok(Command::Known(Feature::DownlineStatus)),
        Word::Register | Word::RegisterDownline if network::has_phone(args) => {
            network::registration(args).map_err(about(Topic::DownlineRegistration))
        }
        Word::Register => register(args).map_err(about(Topic::Register)),
        Word::RegisterDownline => Ok(Command::Known(Feature::DownlineRegistration)),
        Word::Start => {
            let payload = Some(args.rest()).filter(|rest| !rest.is_empty()).map(str::to_owned);
            Ok(Command::Start { payload })
        }
        Word::Pln if args.is_empty() => Ok(habit::ask(Ask::Meter)),
        Word::Meter | Word::Pln => meter(args, reference).map_err(about(Topic::Meter)),
        Word::InquiryOrMeter if args.peek().is_some_and(|atom| atom.is("PLN")) => {
            let mut after = args;
            after.skip(1);
            command(Word::Meter, after, reference)
        }
        Word::Inquiry if args.is_empty() => Ok(habit::ask(Ask::Bills)),
        Word::Inquiry | Word::InquiryOrMeter => inquiry(args, None, reference).map_err(about(Topic::BillInquiry)),
        Word::Payment => payment(args, None, reference).map_err(about(Topic::BillPayment)),
        Word::PlnPayment => payment(args, "PLN".parse().ok(), reference).map_err(about(Topic::BillPayment)),
        Word::PlnInquiry => inquiry(args, "PLN".parse().ok(), reference).map_err(about(Topic::BillInquiry)),
        Word::Receipt => receipt::receipt(args).map_err(about(Topic::Receipt)),
        Word::ReceiptShop => Ok(receipt::shop(args)),
        Word::ReceiptFooter => Ok(receipt::footer(args)),
        Word::Transfer => network::transfer(args).map_err(about(Topic::Transfer)),
        Word::SalesOrDownline if network::has_phone(args) => command(Word::RegisterDownline, args, reference),
        Word::Sales | Word::SalesOrDownline => report(ReportKind::Sales, args).map_err(about(Topic::Sales)),
        Word::Statement => report(ReportKind::Statement, args).map_err(about(Topic::Statement)),
        Word::Complaint => complaint(args).map_err(about(Topic::Complaint)),
        Word::ComplaintOrCentres => {
            if let Some(query) = asked_state(args) {
                return Ok(Command::Orders(query));
            }
            let talk = args.atoms.iter().any(|atom| !is_pin(atom.text));
            if talk { command(Word::Complaint, args, reference) } else { Ok(Command::Known(Feature::CentreNumbers)) }
        }
        Word::Help => {
            let topic = Some(args.rest()).filter(|rest| !rest.is_empty());
            Ok(Command::Help { topic: topic.map(|rest| rest.chars().take(MAX_FILTER_CHARS).collect()) })
        }
        Word::Language => language(args).map_err(about(Topic::Language)),
        Word::OrdersOrMarkup => network::own_markup(args).map_err(about(Topic::Markup)),
        Word::Markup => network::markup(args).map_err(about(Topic::Markup)),
        Word::ShowMarkup => network::show_markup(args).map_err(about(Topic::Markup)),
        Word::Downlines => network::downlines(args).map_err(about(Topic::Downlines)),
        Word::Downline => network::downline(args).map_err(about(Topic::Downlines)),
        Word::Invite => network::invite(args).map_err(about(Topic::Invite)),
        Word::Confirm => network::confirm(args).map_err(about(Topic::Confirm)),
        // `tambah saldo 100000`
        Word::AddChat if args.peek().is_some_and(deposit::is_balance) => {
            deposit::ticket(args).map_err(about(Topic::Deposit))
        }
        Word::AddChat => habit::add_chat(args).map_err(about(Topic::Chats)),
        Word::Remove => habit::remove(args).map_err(about(Topic::Chats)),
        Word::Chats => habit::list(args).map_err(about(Topic::Chats)),
        Word::SaveFavourite => habit::save_favourite(args).map_err(about(Topic::Favourites)),
        Word::Favourite => habit::favourite(args).map_err(about(Topic::Favourites)),
        Word::Selling => habit::selling(args).map_err(about(Topic::Selling)),
        Word::SellingList => habit::selling_list(args).map_err(about(Topic::SellingList)),
        Word::Name => habit::name(args).map_err(about(Topic::Rename)),
        Word::Rename => habit::rename(args).map_err(about(Topic::Rename)),
        Word::Earnings => Ok(habit::earnings(args)),
        Word::Order if args.is_empty() => Ok(habit::ask(Ask::Phone)),
        Word::Again if args.atoms.iter().all(|atom| is_pin(atom.text)) => Ok(Command::Habit(HabitCommand::Repeat)),
        Word::Cancel => routing::cancel(args).map_err(about(Topic::CancelOrder)),
        Word::Queue => routing::queue(args).map_err(about(Topic::Queue)),
        Word::Order | Word::Again | Word::Inner => Err((Topic::Order, Problem::Missing(Part::Destination))),
        Word::Feature(feature) => Ok(Command::Known(feature)),
    }
}

fn balance(word: Word, mut args: Cursor<'_>) -> Result<Command, Problem> {
    let talk = args.atoms.iter().any(|atom| !is_pin(atom.text));
    if word == Word::BalanceOrComplaint && talk {
        return complaint(args);
    }
    let somebody = |cursor: &Cursor<'_>| cursor.peek().is_some_and(|atom| atom.text.parse::<ProductCode>().is_ok());
    if somebody(&args) && args.atoms.iter().skip(1).all(|atom| is_pin(atom.text)) {
        return network::downline(args);
    }
    Ok(Command::Balance { pin: args.last_pin()? })
}

pub(super) fn prices(mut args: Cursor<'_>, prefix: Option<&str>) -> Result<Command, Problem> {
    let mut filters = Vec::new();
    let mut pin_seen = false;
    while let Some(atom) = args.take() {
        let worded = filters.iter().any(|filter| matches!(filter, PriceFilter::Word(_)));
        let pin_place = args.is_empty() || filters.is_empty();
        match (nominal(atom), prefix) {
            (Some(nominal), Some(prefix)) => {
                filters.push(PriceFilter::Word(format!("{prefix}{}", nominal.get() / 1000)));
            }
            (Some(nominal), None) if !worded || !is_pin(atom.text) => filters.push(PriceFilter::Nominal(nominal)),
            // A PIN is not needed here, but many are used to type it.
            _ if is_pin(atom.text) && pin_place && !pin_seen => pin_seen = true,
            _ if atom.is_digits() || filters.len() >= MAX_FILTERS || atom.text.chars().count() > MAX_FILTER_CHARS => {
                return Err(Problem::unfit(Part::Product, atom.text));
            }
            _ => filters.push(PriceFilter::Word(atom.text.to_uppercase())),
        }
    }
    Ok(Command::Prices { filters })
}

/// `CEK` asks for orders, unless the next word says what else is to be looked up.
fn orders_or_other(args: Cursor<'_>, reference: Option<&str>) -> Parsed {
    let mut after = args;
    let next = after.take().and_then(|atom| words::lookup(atom.text));
    match next {
        Some(Word::Orders) => return orders_or_other(after, reference),
        Some(word @ (Word::Balance | Word::Prices | Word::Pln | Word::Inquiry)) if words_apart(args) => {
            return command(word, after, reference);
        }
        _ => {}
    }
    if let Some(dest) = dest_reader::lettered_alone(args.atoms) {
        return Ok(Command::Orders(OrdersQuery { dest: Some(dest), ..OrdersQuery::default() }));
    }
    if let [product, rest @ ..] = args.atoms
        && rest.len() <= 1
        && rest.iter().all(|atom| is_pin(atom.text))
    {
        let code = product.text.parse::<ProductCode>().is_ok() && !is_masked(product.text);
        let small = product.is_digits() && product.text.len() <= 2;
        if code || small {
            return command(Word::Prices, args, reference);
        }
    }
    orders(args).map_err(|problem| (Topic::Orders, problem))
}

/// `CEK.S` is the price list of `S`: a single letter does not change what `CEK` means.
fn words_apart(args: Cursor<'_>) -> bool {
    args.peek().is_some_and(|atom| atom.text.len() > 1)
}

fn orders(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let mut query = OrdersQuery::default();
    while let Some(atom) = args.peek() {
        let code = atom.text.parse::<ProductCode>().ok();
        if is_masked(atom.text) {
            return Err(Problem::Destination(DestinationFault::Unreadable, Typed::new(atom.text)));
        } else if query.dest.is_none()
            && let Some(dest) = whole_number(&mut args)
        {
            query.dest = Some(dest);
        } else if query.date.is_none()
            && let Some(date) = date::take(&mut args)?
        {
            query.date = Some(date);
        } else if query.date.is_some()
            && let Some(date) = date::take(&mut args)?
        {
            let joined = query.date.take().and_then(|first| first.until(date));
            query.date = Some(joined.ok_or_else(|| Problem::unfit(Part::Date, atom.text))?);
        } else if query.pin.is_none()
            && let Some(pin) = args.pin()
        {
            query.pin = Some(pin);
        } else if query.product.is_none() && code.is_some() {
            query.product = code;
            args.take();
        } else {
            args.finish()?;
        }
    }
    Ok(Command::Orders(query))
}

/// `INFO.100811.X10.081931001001`: the state of an order, by its day, product and number. Words are a complaint.
fn asked_state(args: Cursor<'_>) -> Option<OrdersQuery> {
    let Ok(Command::Orders(query)) = orders(args) else { return None };
    let names_a_day = matches!(query.date, Some(DateArg::Day(_) | DateArg::Range(..)));
    let names_an_order = query.dest.is_some() || (names_a_day && query.product.is_some());
    // A code without a digit may be any word.
    let is_word = query.product.as_ref().is_some_and(|code| !code.as_str().bytes().any(|b| b.is_ascii_digit()));
    (names_an_order && !is_word && query.pin.is_none()).then_some(query)
}

/// A number that cannot be anything else at the cursor; the longest one where it is written in pieces.
fn whole_number(args: &mut Cursor<'_>) -> Option<String> {
    if let Ok(dest) = args.peek()?.text.parse::<Destination>() {
        args.take();
        return Some(dest.to_string());
    }
    let (phone, count) = phones_in_pieces(args.atoms).pop()?;
    args.skip(count);
    Some(phone.to_string())
}

fn change_pin(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut pins: Vec<Pin> = Vec::new();
    for atom in args.atoms {
        pins.push(atom.text.parse().map_err(|_| Problem::unfit(Part::Pin, atom.text))?);
    }
    let mut pins = pins.into_iter();
    match (pins.next(), pins.next(), pins.next(), pins.next()) {
        (None, ..) => Err(Problem::Missing(Part::Pin)),
        (Some(_), None, ..) => Err(Problem::Missing(Part::NewPin)),
        (Some(a), Some(b), None, _) => Ok(Command::ChangePin { a, b }),
        // The new one twice, or the old one in either place.
        (Some(a), Some(b), Some(c), None) if b == c || a == c => Ok(Command::ChangePin { a, b }),
        (Some(a), Some(b), Some(c), None) if a == b => Ok(Command::ChangePin { a, b: c }),
        _ => Err(args.atoms.last().map_or(Problem::Missing(Part::Pin), |last| Problem::leftover(last.text))),
    }
}

/// `<name>.<pin>`, or with a town between them.
fn register(args: Cursor<'_>) -> Result<Command, Problem> {
    let pin: Option<Pin> = args.atoms.last().and_then(|atom| atom.text.parse().ok());
    let named = if pin.is_some() { args.atoms.split_last().map_or(args.atoms, |(_, rest)| rest) } else { args.atoms };
    let (name, town) = network::named(args.text, named).ok_or(Problem::Missing(Part::Name))?;
    if !name.chars().any(char::is_alphabetic) {
        return Err(Problem::unfit(Part::Name, name));
    }
    let pin = pin.ok_or(Problem::Missing(Part::Pin))?;
    Ok(Command::Register { name: name.to_owned(), town: town.map(str::to_owned), pin })
}

/// A customer's number as its product reads it. In pieces it is read where a PIN or nothing follows.
fn customer(args: &mut Cursor<'_>, kind: DestKind, fewest: usize) -> Result<String, Problem> {
    let first = args.peek().ok_or(Problem::Missing(Part::Customer))?;
    let mut found = dest_reader::targets(Some(kind), args.atoms, false);
    if let [(Target::Bad(fault, typed), _)] = found.as_slice() {
        return Err(Problem::Destination(*fault, typed.clone()));
    }
    let in_one = matches!(found.as_slice(), [(Target::Good(_), 1)]);
    found.retain(|(target, count)| {
        let follows = match args.atoms.get(*count..) {
            Some([]) => !matches!(target, Target::Apart(..)),
            Some([pin]) => is_pin(pin.text),
            _ => false,
        };
        !matches!(target, Target::Short(_) | Target::Bad(..)) && (in_one || follows)
    });
    match found.as_slice() {
        [(Target::Good(dest) | Target::Apart(dest, _), count)] => {
            args.skip(*count);
            return Ok(dest.to_string());
        }
        [_, _, ..] => return Err(Problem::Ambiguous),
        _ => {}
    }
    match kind {
        DestKind::IdZone => {
            return Err(Problem::Destination(DestinationFault::NeedsZone, Typed::new(&super::redact(first.text))));
        }
        DestKind::Text => {
            return Err(Problem::Destination(DestinationFault::NotItsForm, Typed::new(&super::redact(first.text))));
        }
        DestKind::Phone | DestKind::Meter | DestKind::Digits => {}
    }
    let lenient = dest_reader::targets(Some(kind), args.atoms, true);
    if let [(Target::Bad(DestinationFault::Letters, typed), _)] = lenient.as_slice() {
        return Err(Problem::Destination(DestinationFault::Letters, typed.clone()));
    }
    let fault = match digits_of(first.text) {
        None => DestinationFault::Unreadable,
        Some(digits) if digits.len() < fewest => DestinationFault::TooShort,
        Some(digits) if digits.len() > MAX_CUSTOMER_DIGITS => DestinationFault::TooLong,
        Some(digits) => {
            args.take();
            return Ok(digits);
        }
    };
    let shown = if is_pin(first.text) { super::redact(first.text) } else { first.text.to_owned() };
    Err(Problem::Destination(fault, Typed::new(&shown)))
}

fn meter(mut args: Cursor<'_>, reference: Option<&str>) -> Result<Command, Problem> {
    let customer = customer(&mut args, DestKind::Meter, MIN_CUSTOMER_DIGITS)?;
    let pin = args.last_pin()?;
    Ok(Command::Meter { customer, pin, reference: reference.map(str::to_owned) })
}

/// Customers of what nobody sells are shown as they were typed.
fn kind_of(product: &ProductCode, args: &Cursor<'_>) -> DestKind {
    (args.kinds)(product, NamedAs::Bill).unwrap_or(DestKind::Digits)
}

fn product(args: &mut Cursor<'_>) -> Result<ProductCode, Problem> {
    let atom = args.need(Part::Product)?;
    atom.text.parse().map_err(|_| Problem::unfit(Part::Product, atom.text))
}

/// `<product>.<customer>`, and what machine clients add: PIN, then amount.
fn inquiry(mut args: Cursor<'_>, known: Option<ProductCode>, reference: Option<&str>) -> Result<Command, Problem> {
    let product = known.map_or_else(|| product(&mut args), Ok)?;
    if args.is_empty() {
        return Ok(habit::ask(Ask::Customer(product)));
    }
    let kind = kind_of(&product, &args);
    let customer = customer(&mut args, kind, MIN_BILL_DIGITS)?;
    let pin = args.pin();
    let amount = if args.is_empty() { None } else { Some(amount::take(&mut args)?) };
    args.finish()?;
    Ok(Command::BillInquiry { product, customer, amount, pin, reference: reference.map(str::to_owned) })
}

fn payment(mut args: Cursor<'_>, known: Option<ProductCode>, reference: Option<&str>) -> Result<Command, Problem> {
    let product = known.map_or_else(|| product(&mut args), Ok)?;
    let kind = kind_of(&product, &args);
    let customer = customer(&mut args, kind, MIN_BILL_DIGITS)?;
    let pin = args.last_pin()?;
    Ok(Command::BillPayment { product, customer, pin, reference: reference.map(str::to_owned) })
}

/// `<product> <customer> CEK <pin>` and `<product> <customer> PAY <pin>`: the word that says what to do comes third.
pub(super) fn bill_verb_third(args: Cursor<'_>, reference: Option<&str>) -> Option<Parsed> {
    let [product, number, verb, rest @ ..] = args.atoms else { return None };
    let pays = match verb.text.to_ascii_uppercase().as_str() {
        "CEK" | "TAG" | "INQ" => false,
        "PAY" | "BAYAR" | "BYR" => true,
        _ => return None,
    };
    let product = product.text.parse::<ProductCode>().ok()?;
    digits_of(number.text).map(|_| ()).or_else(|| is_masked(number.text).then_some(()))?;
    let kind = kind_of(&product, &args);
    let read = || -> Result<Command, Problem> {
        let mut number = Cursor::new(args.text, args.atoms.get(1..2).unwrap_or_default());
        let customer = customer(&mut number, kind, MIN_BILL_DIGITS)?;
        let pin = Cursor::new(args.text, rest).last_pin()?;
        let reference = reference.map(str::to_owned);
        Ok(if pays {
            Command::BillPayment { product, customer, pin, reference }
        } else {
            Command::BillInquiry { product, customer, amount: None, pin, reference }
        })
    };
    let topic = if pays { Topic::BillPayment } else { Topic::BillInquiry };
    Some(read().map_err(|problem| (topic, problem)))
}

fn report(kind: ReportKind, mut args: Cursor<'_>) -> Result<Command, Problem> {
    let (date, pin) = date::date_and_pin(&mut args)?;
    Ok(Command::Report { kind, date, pin })
}

fn complaint(args: Cursor<'_>) -> Result<Command, Problem> {
    words_for_admins(args).map(|(text, pin)| Command::Complaint { text, pin })
}

/// What is passed on to admins. A PIN before or behind the words is not part of them.
pub(super) fn words_for_admins(args: Cursor<'_>) -> Result<(Typed, Option<Pin>), Problem> {
    const LEAST: usize = 4; // `10.300` may be a time or a price; three-digit PINs are rare
    let pin = |atom: &Atom<'_>| atom.text.parse::<Pin>().ok().filter(|_| atom.text.len() >= LEAST);
    // A round sum at the end is an amount: `K.1234.….BCA.100000`.
    let behind = match args.atoms {
        [first, .., last] if last.gap != Gap::Space && (nominal(last).is_none() || pin(first).is_none()) => pin(last),
        _ => None,
    };
    let before = match args.atoms {
        [only] => pin(only),
        [first, second, ..] if second.gap != Gap::Space && behind.is_none() => pin(first),
        _ => None,
    };
    let from = usize::from(before.is_some());
    let to = args.atoms.len() - usize::from(behind.is_some());
    let (Some(first), Some(last)) = (args.atoms.get(from), args.atoms.get(..to).and_then(<[_]>::last)) else {
        return Err(Problem::Missing(Part::Text));
    };
    // Without a PIN behind them, the last signs belong to the words.
    let end = if behind.is_some() { last.end() } else { args.text.len() };
    let text = args.text.get(first.start..end).unwrap_or_default();
    Ok((Typed::whole(&without_order_pins(text)), before.or(behind)))
}

/// `CStransfer 50250 … belum masuk`: a complaint whose first word grew together with the next.
pub(super) fn glued_complaint(cursor: Cursor<'_>) -> Option<Command> {
    const OPENING: usize = "CS".len();
    const FEWEST: usize = 5; // words: fewer may be anything
    let first = cursor.peek()?;
    let (opening, rest) = first.text.split_at_checked(OPENING)?;
    let glued = opening.eq_ignore_ascii_case("CS") && rest.len() > 1 && rest.bytes().all(|b| b.is_ascii_alphabetic());
    if !glued || cursor.atoms.len() < FEWEST {
        return None;
    }
    let text = cursor.text.get(first.start + OPENING..)?;
    Some(Command::Complaint { text: Typed::whole(&without_order_pins(text)), pin: None })
}

fn language(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let Some(atom) = args.take() else { return Ok(Command::Language { to: None }) };
    let to = match atom.text.to_ascii_uppercase().as_str() {
        "ID" | "IN" | "INDONESIA" => Language::Indonesian,
        "EN" | "ENG" | "ENGLISH" | "INGGRIS" => Language::English,
        _ => return Err(Problem::unfit(Part::Language, atom.text)),
    };
    args.finish()?;
    Ok(Command::Language { to: Some(to) })
}
