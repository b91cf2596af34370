//! What resellers type about those below them: registering, markups, lists, transfers, invitations.

use super::agent_ref::AgentRef;
use super::amount::{self, MAX_AMOUNT};
use super::atom::{Atom, Cursor, Gap};
use super::order_parts::phones_in_pieces;
use super::pin::is_pin;
use super::problem::{Part, Problem};
use super::typed::Typed;
use super::{Command, Pin, Transfer};
use konter_core::destination::{DestinationFault, is_masked};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

/// A lone number behind a phone's is a markup up to here, a PIN from here on: PINs have four digits or more.
const PIN_ALONE: usize = 4;
/// Digits of a list's page.
const PAGE_DIGITS: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkCommand {
    RegisterDownline(DownlineRequest),
    /// Those directly below, from page 1 on.
    Downlines {
        page: usize,
        pin: Option<Pin>,
    },
    Downline {
        agent: AgentRef,
        pin: Option<Pin>,
    },
    Markup(MarkupRequest),
    /// The invitation; a new one in its place when `renew`.
    Invite {
        renew: bool,
    },
    /// Yes to a transfer.
    Confirm {
        number: u32,
    },
    /// A transfer that can be read in several ways, each with another reseller; which of them exist decides.
    TransferEither(Vec<Transfer>),
}

/// Somebody to be registered below who asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownlineRequest {
    pub name: String,
    pub town: Option<String>,
    pub phone: Phone,
    pub markup: Option<Rupiah>,
    /// A first balance, from who registers.
    pub deposit: Option<Rupiah>,
    /// Of who registers.
    pub pin: Option<Pin>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkupRequest {
    pub whom: MarkupWhom,
    pub change: MarkupChange,
    pub pin: Option<Pin>,
}

/// Whom a markup is for, as typed. A name that is nobody's may still be a product's: the catalog knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkupWhom {
    All,
    Product(ProductCode),
    Agent(AgentRef),
    Both(AgentRef, ProductCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkupChange {
    Show,
    /// Zero or more.
    Set(Rupiah),
    /// The less specific one counts again.
    Remove,
}

/// Whether the atoms hold a phone number, readable or masked.
pub(super) fn has_phone(args: Cursor<'_>) -> bool {
    (0..args.atoms.len()).any(|at| {
        let here = args.atoms.get(at..).unwrap_or_default();
        here.first().is_some_and(|atom| is_masked(atom.text) || atom.text.parse::<Phone>().is_ok())
            || !phones_in_pieces(here).is_empty()
    })
}

/// The first of these words that a single gap other than white space ends, and the rest: a name and a town.
pub(super) fn named<'a>(text: &'a str, atoms: &[Atom<'_>]) -> Option<(&'a str, Option<&'a str>)> {
    let (first, last) = (atoms.first()?, atoms.last()?);
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    match atoms.iter().skip(1).find(|atom| atom.gap != Gap::Space) {
        None => Some((slice(first.start, last.end()), None)),
        Some(next) => {
            let name = slice(first.start, next.start).trim_end_matches(|c: char| !c.is_alphanumeric());
            Some((name, Some(slice(next.start, last.end()))))
        }
    }
}

/// Name, phone, town, markup and PIN in the orders of many servers: what stands before the phone and has letters is the
/// name and the town; the numbers at the end are first balance, markup and PIN.
pub(super) fn registration(args: Cursor<'_>) -> Result<Command, Problem> {
    let (phone, at, count) = phone_among(args.atoms)?;
    let before = args.atoms.get(..at).unwrap_or_default();
    let after = args.atoms.get(at + count..).unwrap_or_default();
    let (words, numbers, pin_first) = match before {
        // <pin>.<phone>.<markup>.<name>.<balance>
        [pin] if is_pin(pin.text) => (Words::after_markup(after), Numbers::around(after)?, pin.text.parse().ok()),
        [] => {
            let words = Words::before_numbers(after);
            (words, Numbers::behind(after.get(words.len()..).unwrap_or_default())?, None)
        }
        words => (words, Numbers::behind(after)?, None),
    };
    let (name, town) = named(args.text, words).ok_or(Problem::Missing(Part::Name))?;
    if !name.chars().any(char::is_alphabetic) {
        return Err(Problem::unfit(Part::Name, name));
    }
    let town = town.filter(|town| !town.eq_ignore_ascii_case("HP")).map(str::to_owned);
    let Numbers { deposit, markup, pin } = numbers;
    let pin = pin_first.or(pin);
    let request = DownlineRequest { name: name.to_owned(), town, phone, markup, deposit, pin };
    Ok(Command::Network(NetworkCommand::RegisterDownline(request)))
}

/// The one phone number, where it begins and how many atoms it takes.
fn phone_among(atoms: &[Atom<'_>]) -> Result<(Phone, usize, usize), Problem> {
    if let Some(masked) = atoms.iter().find(|atom| is_masked(atom.text)) {
        return Err(Problem::Destination(DestinationFault::Unreadable, Typed::new(masked.text)));
    }
    let whole = |(at, atom): (usize, &Atom<'_>)| Some((atom.text.parse::<Phone>().ok()?, at, 1));
    let mut found: Vec<_> = atoms.iter().enumerate().filter_map(whole).collect();
    if found.is_empty() {
        for at in 0..atoms.len() {
            let here = atoms.get(at..).unwrap_or_default();
            found.extend(phones_in_pieces(here).into_iter().map(|(phone, count)| (phone, at, count)));
        }
    }
    if found.len() > 1 {
        return Err(Problem::Ambiguous);
    }
    found.pop().ok_or(Problem::Missing(Part::Destination))
}

/// Where a name stands behind a phone number.
struct Words;

impl Words {
    fn before_numbers<'a, 'b>(atoms: &'a [Atom<'b>]) -> &'a [Atom<'b>] {
        let numbers = atoms.iter().rev().take_while(|atom| number(atom).is_some()).count();
        atoms.get(..atoms.len() - numbers).unwrap_or_default()
    }

    fn after_markup<'a, 'b>(atoms: &'a [Atom<'b>]) -> &'a [Atom<'b>] {
        let rest = if atoms.first().and_then(number).is_some() { atoms.get(1..) } else { Some(atoms) };
        Self::before_numbers(rest.unwrap_or_default())
    }
}

#[derive(Default)]
struct Numbers {
    deposit: Option<Rupiah>,
    markup: Option<Rupiah>,
    pin: Option<Pin>,
}

impl Numbers {
    /// `[[<balance>.]<markup>.]<pin>`, or the markup alone.
    fn behind(atoms: &[Atom<'_>]) -> Result<Self, Problem> {
        let markup = |atom: &Atom<'_>| number(atom).map(Some).ok_or_else(|| Problem::unfit(Part::Amount, atom.text));
        let pin = |atom: &Atom<'_>| atom.text.parse().map(Some).map_err(|_| Problem::unfit(Part::Pin, atom.text));
        match atoms {
            [] => Ok(Self::default()),
            [only] if is_pin(only.text) && only.text.len() >= PIN_ALONE => {
                Ok(Self { pin: pin(only)?, ..Self::default() })
            }
            [only] => Ok(Self { markup: markup(only)?, ..Self::default() }),
            [first, last] => Ok(Self { deposit: None, markup: markup(first)?, pin: pin(last)? }),
            [deposit, second, last] => {
                let deposit = markup(deposit)?.filter(|deposit| deposit.is_positive());
                Ok(Self { deposit, markup: markup(second)?, pin: pin(last)? })
            }
            [_, _, _, more, ..] => Err(Problem::leftover(more.text)),
        }
    }

    /// The markup before a name, a first balance behind it.
    fn around(atoms: &[Atom<'_>]) -> Result<Self, Problem> {
        let markup = atoms.first().and_then(number);
        let rest = if markup.is_some() { atoms.get(1..).unwrap_or_default() } else { atoms };
        let behind = rest.get(Words::before_numbers(rest).len()..).unwrap_or_default();
        let deposit = behind.first().and_then(number).filter(|deposit| deposit.is_positive());
        match behind {
            [] | [_] => Ok(Self { deposit, markup, pin: None }),
            [_, more, ..] => Err(Problem::leftover(more.text)),
        }
    }
}

/// Whole rupiah, zero included; some servers want an `H` before a markup.
fn number(atom: &Atom<'_>) -> Option<Rupiah> {
    let digits = atom.text.strip_prefix(['H', 'h']).unwrap_or(atom.text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|amount| plain && *amount <= MAX_AMOUNT).map(Rupiah::new)
}

/// The list, or one of them.
pub(super) fn downlines(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let is_one = args.peek().is_some_and(|first| !is_pin(first.text) && first.text.len() > PAGE_DIGITS);
    if is_one {
        return downline(args);
    }
    let page = args.take_if(|atom| atom.is_digits() && atom.text.len() <= PAGE_DIGITS);
    let page = page.and_then(|atom| atom.text.parse().ok()).unwrap_or(1).max(1);
    Ok(Command::Network(NetworkCommand::Downlines { page, pin: args.last_pin()? }))
}

/// `<agent>[.<pin>]`.
pub(super) fn downline(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return downlines(args);
    }
    if let Some(masked) = args.peek().filter(|atom| is_masked(atom.text)) {
        return Err(Problem::unfit(Part::Agent, masked.text));
    }
    let agent = AgentRef::take(&mut args, |mut rest| rest.last_pin().is_ok())?;
    Ok(Command::Network(NetworkCommand::Downline { agent, pin: args.last_pin()? }))
}

/// `[<amount>|<product>.<amount>|<product>=<amount>].<pin>`: `M` and its like never name a reseller.
pub(super) fn own_markup(args: Cursor<'_>) -> Result<Command, Problem> {
    markup_of(args, MarkupWhom::All)
}

/// `[<agent>|<product>|<agent>.<product>].[<amount>|-].<pin>`.
pub(super) fn markup(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let names = |atom: &Atom<'_>| number(atom).is_none() && !atom.text.contains('=') && atom.text != "-";
    // A phone number is no amount, in pieces or whole.
    let phone =
        args.peek().is_some_and(|atom| atom.text.parse::<Phone>().is_ok()) || !phones_in_pieces(args.atoms).is_empty();
    if !phone && !args.peek().is_some_and(names) {
        return markup_of(args, MarkupWhom::All);
    }
    let agent = AgentRef::take(&mut args, |rest| markup_of(rest, MarkupWhom::All).is_ok())?;
    markup_of(args, MarkupWhom::Agent(agent))
}

/// What is charged somebody below; amounts are not read here.
pub(super) fn show_markup(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let agent = AgentRef::take(&mut args, |mut rest| rest.last_pin().is_ok())?;
    let pin = args.last_pin()?;
    Ok(request(MarkupWhom::Agent(agent), MarkupChange::Show, pin))
}

fn request(whom: MarkupWhom, change: MarkupChange, pin: Option<Pin>) -> Command {
    Command::Network(NetworkCommand::Markup(MarkupRequest { whom, change, pin }))
}

fn markup_of(mut args: Cursor<'_>, whom: MarkupWhom) -> Result<Command, Problem> {
    let for_product = |whom: MarkupWhom, product| match whom {
        MarkupWhom::Agent(agent) => MarkupWhom::Both(agent, product),
        _ => MarkupWhom::Product(product),
    };
    let product_of = |text: &str| text.parse::<ProductCode>().map_err(|_| Problem::unfit(Part::Product, text));
    let Some(first) = args.peek() else { return Ok(request(whom, MarkupChange::Show, None)) };
    if let Some((product, value)) = first.text.split_once('=') {
        args.take();
        let change = change(value)?;
        return Ok(request(for_product(whom, product_of(product)?), change, args.last_pin()?));
    }
    let whom = if number(first).is_none() && !first.text.starts_with('-') {
        args.take();
        for_product(whom, product_of(first.text)?)
    } else {
        whom
    };
    let Some(value) = args.take() else { return Ok(request(whom, MarkupChange::Show, None)) };
    Ok(request(whom, change(value.text)?, args.last_pin()?))
}

fn change(value: &str) -> Result<MarkupChange, Problem> {
    if value == "-" {
        return Ok(MarkupChange::Remove);
    }
    if value.starts_with('-') {
        return Err(Problem::NegativeAmount);
    }
    let atom = Atom { text: value, gap: Gap::Hard, start: 0 };
    number(&atom).map(MarkupChange::Set).ok_or_else(|| Problem::unfit(Part::Amount, value))
}

/// `UNDANG`, and `UNDANG.BARU` for another one.
pub(super) fn invite(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let renew = args.take_if(|atom| atom.is("BARU") || atom.is("NEW")).is_some();
    args.finish()?;
    Ok(Command::Network(NetworkCommand::Invite { renew }))
}

/// `YA.<number>`.
pub(super) fn confirm(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let atom = args.need(Part::Number)?;
    let number = atom.text.trim_start_matches('#').parse().map_err(|_| Problem::unfit(Part::Number, atom.text))?;
    args.finish()?;
    Ok(Command::Network(NetworkCommand::Confirm { number }))
}

/// `<agent>.<amount>.<pin>`. Other servers put the amount, or the PIN, before the agent: both are read where it is
/// plain which of the two numbers is the amount. Where the reseller could be one of several, all of them are passed on.
pub(super) fn transfer(args: Cursor<'_>) -> Result<Command, Problem> {
    let first = args.peek().ok_or(Problem::Missing(Part::Agent))?;
    let number_first =
        first.is_digits() && AgentRef::read(first.text).is_none() && phones_in_pieces(args.atoms).is_empty();
    if !number_first && !first.text.to_ascii_uppercase().starts_with("RP") {
        return or_either(agent_first(args), args);
    }
    match (amount_first(args), pin_first(args)) {
        (Ok(one), Ok(two)) => match (is_round(one.amount), is_round(two.amount)) {
            (true, false) => Ok(Command::Transfer(one)),
            (false, true) => Ok(Command::Transfer(two)),
            (true, true) | (false, false) => Err(Problem::Ambiguous),
        },
        (Ok(transfer), Err(_)) | (Err(_), Ok(transfer)) => Ok(Command::Transfer(transfer)),
        (Err(problem), Err(_)) => or_either(Err(problem), args),
    }
}

/// What is ambiguous because a phone number in pieces could end in several places becomes all that it can be.
fn or_either(read: Result<Transfer, Problem>, args: Cursor<'_>) -> Result<Command, Problem> {
    match read {
        Ok(transfer) => Ok(Command::Transfer(transfer)),
        Err(Problem::Ambiguous) => {
            let mut readings: Vec<Transfer> = Vec::new();
            for (agent, rest) in agents_at(args) {
                readings.extend(amount_and_pin(agent, rest).ok());
            }
            let mut after_amount = args;
            if let Ok(amount) = amount::take(&mut after_amount) {
                for (agent, mut rest) in agents_at(after_amount) {
                    readings.extend(rest.last_pin().ok().map(|pin| Transfer { agent, amount, pin }));
                }
            }
            let same = |reading: &Transfer| readings.first().is_some_and(|first| first.agent == reading.agent);
            if readings.len() > 1 && readings.iter().all(same) {
                // Which of the numbers is the amount, nobody's being there can tell.
                Err(Problem::Ambiguous)
            } else if readings.len() > 1 {
                Ok(Command::Network(NetworkCommand::TransferEither(readings)))
            } else {
                readings.pop().map(Command::Transfer).ok_or(Problem::Ambiguous)
            }
        }
        Err(problem) => Err(problem),
    }
}

/// Every reseller that could be named at the cursor, and what follows it.
fn agents_at(args: Cursor<'_>) -> impl Iterator<Item = (AgentRef, Cursor<'_>)> {
    let skipped = move |count: usize| {
        let mut rest = args;
        rest.skip(count);
        rest
    };
    let word = args.peek().and_then(|first| AgentRef::read(first.text)).map(|agent| (agent, 1));
    let pieces = phones_in_pieces(args.atoms).into_iter().map(|(phone, count)| (AgentRef::Phone(phone), count));
    word.into_iter().chain(pieces).map(move |(agent, count)| (agent, skipped(count)))
}

fn is_round(amount: Rupiah) -> bool {
    const ROUND: i64 = 500;
    amount.get() % ROUND == 0
}

fn is_amount(mut cursor: Cursor<'_>) -> bool {
    amount::take(&mut cursor).is_ok() && cursor.last_pin().is_ok()
}

fn amount_and_pin(agent: AgentRef, mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let amount = amount::take(&mut args)?;
    Ok(Transfer { agent, amount, pin: args.last_pin()? })
}

fn agent_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let agent = AgentRef::take(&mut args, is_amount)?;
    amount_and_pin(agent, args)
}

fn amount_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let amount = amount::take(&mut args)?;
    let agent = AgentRef::take(&mut args, |mut rest| rest.last_pin().is_ok())?;
    Ok(Transfer { agent, amount, pin: args.last_pin()? })
}

fn pin_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let pin = args.pin().ok_or(Problem::Missing(Part::Pin))?;
    let agent = AgentRef::take(&mut args, is_amount)?;
    let amount = amount::take(&mut args)?;
    args.finish()?;
    Ok(Transfer { agent, amount, pin: Some(pin) })
}
