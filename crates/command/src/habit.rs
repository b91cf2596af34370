//! What resellers type about their own habits: other chats, favourites, repeating an order, selling prices, their
//! shop's name, and the questions a guided order begins with.

use super::atom::{Atom, Cursor, Gap};
use super::dest_reader;
use super::order_parts::{nth, phones_in_pieces};
use super::pin::{NEW_PIN_DIGITS, is_pin};
use super::problem::{Part, Problem};
use super::typed::Typed;
use super::{Command, Feature, NamedAs, Pin, PriceFilter, amount};
use konter_core::destination::{Destination, DestinationFault, digits_of, is_masked};
use konter_core::habits::{FavouriteName, SellRule};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

/// Longest name of a chat, such as an address of a chat service.
const LONGEST_NAME: usize = 40;
/// Fewest digits of a customer number in a favourite.
const FEWEST_DIGITS: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HabitCommand {
    /// Another chat, called by this name.
    AddChat {
        name: ChatName,
        pin: Option<Pin>,
    },
    Chats {
        pin: Option<Pin>,
    },
    RemoveChat {
        which: ChatName,
        /// Also when it is the one that asks.
        sure: bool,
        pin: Option<Pin>,
    },
    /// The second in the place of the first.
    ReplaceChat {
        old: ChatName,
        new: ChatName,
        pin: Option<Pin>,
    },
    /// The last order once more.
    Repeat,
    SaveFavourite {
        name: FavouriteName,
        product: ProductCode,
        dest: Destination,
    },
    Favourites,
    Favourite {
        name: FavouriteName,
        nth: u8,
        /// Without one, it is asked for.
        pin: Option<Pin>,
    },
    ForgetFavourite {
        name: FavouriteName,
    },
    Selling(SellingChange),
    /// The price list for the reseller's own customers; all of it without a filter.
    SellingList {
        filters: Vec<PriceFilter>,
    },
    Rename {
        name: String,
        pin: Option<Pin>,
    },
    /// What came in from downlines.
    Earnings {
        pin: Option<Pin>,
    },
    /// What a guided order asks for first.
    Ask(Ask),
}

/// A chat as its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatName {
    /// None given.
    Any,
    /// Its place in the list, from 1 on.
    Place(usize),
    Phone(Phone),
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SellingChange {
    Show,
    /// Added to all; nothing takes it away.
    All(Option<Rupiah>),
    Product(ProductCode, Option<SellRule>),
    Rounded(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Which phone number?
    Phone,
    /// Which meter?
    Meter,
    /// Which kind of bill?
    Bills,
    /// Whose bill of this kind?
    Customer(ProductCode),
}

const fn habit(command: HabitCommand) -> Command {
    Command::Habit(command)
}

pub(super) const fn ask(what: Ask) -> Command {
    habit(HabitCommand::Ask(what))
}

/// `[HP|NOMOR|…].<phone or name>.<pin>`; nothing at all lists the chats.
pub(super) fn add_chat(mut args: Cursor<'_>) -> Result<Command, Problem> {
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(habit(HabitCommand::Chats { pin: None }));
    }
    if is_for_a_downline(args) {
        return Ok(Command::Known(Feature::SenderNumbers));
    }
    let (name, pin) = chat_and_pin(args)?;
    match name {
        ChatName::Place(_) => Err(Problem::unfit(Part::Destination, args.rest())),
        name => Ok(habit(HabitCommand::AddChat { name, pin })),
    }
}

/// `LIST[.<pin>]`; with anything else it is the price list.
pub(super) fn list(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.atoms.iter().any(|atom| !is_pin(atom.text)) {
        return selling_list(args);
    }
    Ok(habit(HabitCommand::Chats { pin: args.last_pin()? }))
}

/// `[HP].<place, phone or name>[.YA].<pin>`, or `FAV.<name>`.
pub(super) fn remove(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.take_if(|atom| is_favourite(atom)).is_some() {
        let name = favourite_name(&mut args)?;
        args.pin();
        args.finish()?;
        return Ok(habit(HabitCommand::ForgetFavourite { name }));
    }
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(habit(HabitCommand::Chats { pin: None }));
    }
    let says_yes = |atom: &Atom<'_>| atom.is("YA") || atom.is("YES");
    let kept: Vec<Atom<'_>> = args.atoms.iter().filter(|atom| !says_yes(atom)).copied().collect();
    let sure = kept.len() < args.atoms.len();
    match chat_and_pin(Cursor::new(args.text, &kept))? {
        (ChatName::Any, _) => Err(Problem::Missing(Part::Destination)),
        (which, pin) => Ok(habit(HabitCommand::RemoveChat { which, sure, pin })),
    }
}

/// `<old>.<new>.<pin>`, both phone numbers.
pub(super) fn replace_chat(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.take_if(|atom| atom.is("NAMA")).is_some() {
        return rename(args);
    }
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(habit(HabitCommand::Chats { pin: None }));
    }
    let mut number = || {
        let atom = args.need(Part::Destination)?;
        atom.text.parse().map(ChatName::Phone).map_err(|_| unreadable(atom))
    };
    let (old, new) = (number()?, number()?);
    Ok(habit(HabitCommand::ReplaceChat { old, new, pin: args.last_pin()? }))
}

/// What kind of chat other servers want to be told first.
fn skip_kind(args: &mut Cursor<'_>) {
    const KINDS: [&str; 16] = [
        "HP", "NO", "NOMOR", "NOMER", "NUMBER", "CHAT", "GT", "GTALK", "YM", "JABBER", "XMPP", "BBM", "WA", "TG",
        "TELEGRAM", "AKUN",
    ];
    if args.atoms.len() > 1 || args.peek().is_some_and(|atom| !is_pin(atom.text)) {
        args.take_if(|atom| KINDS.iter().any(|kind| atom.is(kind)));
    }
}

/// `PAR.<downline>.<phone>.<pin>`: somebody else's number.
fn is_for_a_downline(args: Cursor<'_>) -> bool {
    let phone = |atom: &Atom<'_>| atom.text.parse::<Phone>().is_ok();
    matches!(args.atoms, [first, second, ..] if !phone(first) && phone(second))
}

fn chat_and_pin(args: Cursor<'_>) -> Result<(ChatName, Option<Pin>), Problem> {
    if let Some(masked) = args.atoms.iter().find(|atom| is_masked(atom.text)) {
        return Err(unreadable(masked));
    }
    let (names, pin) = match args.atoms {
        // One number of a PIN's length is the PIN; one digit is a place.
        [only] if is_pin(only.text) => return Ok((ChatName::Any, only.text.parse().ok())),
        [names @ .., last] if !names.is_empty() && is_pin(last.text) => (names, last.text.parse().ok()),
        names => (names, None),
    };
    let (Some(first), Some(last)) = (names.first(), names.last()) else {
        return Err(Problem::Missing(Part::Destination));
    };
    if let [place] = names
        && place.is_digits()
        && place.text.len() <= 2
    {
        let place = place.text.parse().map_err(|_| Problem::unfit(Part::Destination, place.text))?;
        return Ok((ChatName::Place(place), pin));
    }
    if let [one] = names
        && let Ok(phone) = one.text.parse()
    {
        return Ok((ChatName::Phone(phone), pin));
    }
    let in_pieces = phones_in_pieces(names).into_iter().find(|(_, count)| *count == names.len());
    if let Some((phone, _)) = in_pieces {
        return Ok((ChatName::Phone(phone), pin));
    }
    if digits_of(first.text).is_some_and(|digits| digits.starts_with("08") || first.text.starts_with('+')) {
        return Err(unreadable(first));
    }
    let name = args.text.get(first.start..last.end()).unwrap_or_default();
    // A name is shown and kept; this one could be a PIN.
    let could_be_a_pin = NEW_PIN_DIGITS.contains(&name.len()) && is_pin(name);
    if could_be_a_pin || name.chars().count() > LONGEST_NAME {
        return Err(Problem::unfit(Part::Name, name));
    }
    // `tambah kuota 50000`
    let pin = pin.filter(|_| !is_spoken(args));
    Ok((ChatName::Other(name.to_owned()), pin))
}

fn unreadable(atom: &Atom<'_>) -> Problem {
    let shown = if is_pin(atom.text) { super::redact(atom.text) } else { atom.text.to_owned() };
    Problem::Destination(DestinationFault::Unreadable, Typed::new(&shown))
}

fn is_favourite(atom: &Atom<'_>) -> bool {
    ["FAV", "FAVORIT", "FAVORITE", "SIMPAN"].iter().any(|word| atom.is(word))
}

fn favourite_name(args: &mut Cursor<'_>) -> Result<FavouriteName, Problem> {
    let atom = args.need(Part::Name)?;
    atom.text.parse().map_err(|_| Problem::unfit(Part::Name, atom.text))
}

/// `<name>.<product>.<number>`.
pub(super) fn save_favourite(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return Ok(habit(HabitCommand::Favourites));
    }
    let name = favourite_name(&mut args)?;
    let atom = args.need(Part::Product)?;
    let product = atom.text.parse().map_err(|_| Problem::unfit(Part::Product, atom.text))?;
    let first = *args.peek().ok_or(Problem::Missing(Part::Destination))?;
    let (dest, count) = match (args.kinds)(&product, NamedAs::Code) {
        Some(kind) => match dest_reader::whole(kind, args.atoms) {
            Ok(dest) => (dest, args.atoms.len()),
            Err(fault) => return Err(Problem::Destination(fault, Typed::new(&super::redact(args.rest())))),
        },
        None => whole_destination(args.atoms).ok_or_else(|| unreadable(&first))?,
    };
    args.skip(count);
    args.finish()?;
    Ok(habit(HabitCommand::SaveFavourite { name, product, dest }))
}

/// All of the atoms as one number.
fn whole_destination(atoms: &[Atom<'_>]) -> Option<(Destination, usize)> {
    let first = atoms.first()?;
    let pieces = phones_in_pieces(atoms).into_iter().find(|(_, count)| *count == atoms.len());
    if let Some((phone, count)) = pieces {
        return Some((Destination::Phone(phone), count));
    }
    match first.text.parse::<Destination>() {
        Ok(dest) => Some((dest, 1)),
        Err(DestinationFault::TooShort) => {
            let digits = digits_of(first.text)?;
            let fits = digits.len() >= FEWEST_DIGITS && !digits.starts_with("08") && !first.text.contains('+');
            fits.then_some((Destination::Customer(digits), 1))
        }
        Err(_) => None,
    }
}

/// Nothing: the list. `<name>[.<nth>][.<pin>]`: one of them. `<name>.-`: without it.
pub(super) fn favourite(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.atoms.iter().all(|atom| is_pin(atom.text)) {
        return Ok(habit(HabitCommand::Favourites));
    }
    let name = favourite_name(&mut args)?;
    if args.take_if(|atom| atom.is("-")).is_some() {
        args.finish()?;
        return Ok(habit(HabitCommand::ForgetFavourite { name }));
    }
    let repeat = args.peek().and_then(nth);
    if repeat.is_some() {
        args.take();
    }
    Ok(habit(HabitCommand::Favourite { name, nth: repeat.unwrap_or(1), pin: args.last_pin()? }))
}

/// `+1000`, `S10.12000`, `S10.+1500`, `S10.-`, `BULAT`, `BULAT.-`; nothing shows what is set.
pub(super) fn selling(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let Some(first) = args.take() else { return Ok(habit(HabitCommand::Selling(SellingChange::Show))) };
    let change = if first.is("BULAT") || first.is("ROUND") {
        let off = args.take_if(|atom| atom.is("-") || atom.is("OFF") || atom.is("TIDAK")).is_some();
        SellingChange::Rounded(!off)
    } else if first.text == "-" {
        SellingChange::All(None)
    } else if first.text.starts_with('+') {
        SellingChange::All(Some(above(first, &mut args)?))
    } else {
        let product = first.text.parse().map_err(|_| Problem::unfit(Part::Product, first.text))?;
        let value = *args.peek().ok_or(Problem::Missing(Part::Price))?;
        let rule = if value.text == "-" {
            args.take();
            None
        } else if value.text.starts_with('+') {
            args.take();
            Some(SellRule::Above(above(&value, &mut args)?))
        } else {
            Some(SellRule::Price(amount::take(&mut args)?))
        };
        SellingChange::Product(product, rule)
    };
    args.finish()?;
    Ok(habit(HabitCommand::Selling(change)))
}

/// `+1000`, `+1.000`, `+1rb`, and `+0`.
fn above(first: &Atom<'_>, args: &mut Cursor<'_>) -> Result<Rupiah, Problem> {
    let digits = first.text.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|b| b == b'0') {
        return Ok(Rupiah::ZERO);
    }
    // A group of three digits behind a dot belongs to the amount.
    let groups = args.atoms.iter().take_while(|atom| atom.is_digits() && atom.text.len() == 3).count();
    let end = args.atoms.get(..groups).and_then(<[_]>::last).unwrap_or(first).end();
    let word = args.text.get(first.start..end).unwrap_or(first.text);
    let amount = amount::read(word, false)?;
    args.skip(groups);
    Ok(amount)
}

pub(super) fn selling_list(args: Cursor<'_>) -> Result<Command, Problem> {
    match super::talk::prices(args, None)? {
        Command::Prices { filters } => Ok(habit(HabitCommand::SellingList { filters })),
        other => Ok(other),
    }
}

/// `NAMA.<new name>.<pin>`. With spaces it may be somebody telling theirs (`nama saya sri 12345`): the digits are no PIN
/// then, and no part of the name, because they might be one.
pub(super) fn name(args: Cursor<'_>) -> Result<Command, Problem> {
    match rename(args)? {
        Command::Habit(HabitCommand::Rename { name, pin: Some(_) }) if is_spoken(args) => {
            Ok(habit(HabitCommand::Rename { name, pin: None }))
        }
        command => Ok(command),
    }
}

/// Whether a space is all that stands before the last word.
fn is_spoken(args: Cursor<'_>) -> bool {
    args.atoms.last().is_some_and(|last| last.gap == Gap::Space)
}

/// `<new name>.<pin>`.
pub(super) fn rename(args: Cursor<'_>) -> Result<Command, Problem> {
    let (words, pin) = match args.atoms {
        [words @ .., last] if !words.is_empty() && is_pin(last.text) => (words, last.text.parse().ok()),
        words => (words, None),
    };
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Err(Problem::Missing(Part::Name));
    };
    let name = args.text.get(first.start..last.end()).unwrap_or_default();
    if !name.chars().any(char::is_alphabetic) {
        return Err(Problem::unfit(Part::Name, name));
    }
    Ok(habit(HabitCommand::Rename { name: name.to_owned(), pin }))
}

/// `[<pin>]`: one's own. Of somebody else nothing is told.
pub(super) fn earnings(args: Cursor<'_>) -> Command {
    let mut own = args;
    match own.last_pin() {
        Ok(pin) => habit(HabitCommand::Earnings { pin }),
        Err(_) => Command::Known(Feature::Commission),
    }
}
