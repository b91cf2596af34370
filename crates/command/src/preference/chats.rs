//! The chats of one account: more of them, fewer, another in the place of one.

use super::command::{ChatName, PreferenceCommand};
use crate::elsewhere::Feature;
use crate::meaning::Command;
use crate::read::{Atom, Cursor, Gap, NEW_PIN_DIGITS, Part, Pin, Problem, Typed, is_pin, phones_in_pieces, redact};
use konter_core::destination::{DestinationFault, digits_of, is_masked};
use konter_core::phone::Phone;

/// Longest name of a chat, such as an address of a chat service.
const LONGEST_NAME: usize = 40;

/// `[HP|NOMOR|…].<phone or name>.<pin>`; nothing at all lists the chats.
pub(super) fn add(mut args: Cursor<'_>) -> Result<Command, Problem> {
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(Command::Preference(PreferenceCommand::Chats { pin: None }));
    }
    if is_for_a_downline(args) {
        return Ok(Command::Known(Feature::SenderNumbers));
    }
    let (name, pin) = chat_and_pin(args)?;
    match name {
        ChatName::Place(_) => Err(Problem::unfit(Part::Destination, args.rest())),
        // `tambah s5` wants one more order; whoever opens the account to another chat says for whom.
        ChatName::Other(name) if args.is_no_name() => Err(Problem::unfit(Part::Destination, &name)),
        name => Ok(Command::Preference(PreferenceCommand::AddChat { name, pin })),
    }
}

/// `LIST[.<pin>]`.
pub(super) fn list(mut args: Cursor<'_>) -> Result<Command, Problem> {
    Ok(Command::Preference(PreferenceCommand::Chats { pin: args.last_pin()? }))
}

/// `[HP].<place, phone or name>[.YA].<pin>`.
pub(super) fn remove(mut args: Cursor<'_>) -> Result<Command, Problem> {
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(Command::Preference(PreferenceCommand::Chats { pin: None }));
    }
    let says_yes = |atom: &Atom<'_>| atom.is("YA") || atom.is("YES");
    let kept: Vec<Atom<'_>> = args.atoms.iter().filter(|atom| !says_yes(atom)).copied().collect();
    let sure = kept.len() < args.atoms.len();
    match chat_and_pin(args.over(&kept))? {
        (ChatName::Any, _) => Err(Problem::Missing(Part::Destination)),
        (which, pin) => Ok(Command::Preference(PreferenceCommand::RemoveChat { which, sure, pin })),
    }
}

/// `<old>.<new>.<pin>`, both phone numbers.
pub(super) fn replace(mut args: Cursor<'_>) -> Result<Command, Problem> {
    skip_kind(&mut args);
    if args.is_empty() {
        return Ok(Command::Preference(PreferenceCommand::Chats { pin: None }));
    }
    let mut number = || {
        let atom = args.need(Part::Destination)?;
        atom.text.parse().map(ChatName::Phone).map_err(|_| unreadable(atom))
    };
    let (old, new) = (number()?, number()?);
    Ok(Command::Preference(PreferenceCommand::ReplaceChat { old, new, pin: args.last_pin()? }))
}

/// What kind of chat other servers want to be told first.
fn skip_kind(args: &mut Cursor<'_>) {
    const OWN: [&str; 8] = ["SAYA", "SY", "AKU", "KU", "GUE", "GW", "BARU", "SENDIRI"];
    const KINDS: [&str; 16] = [
        "HP", "NO", "NOMOR", "NOMER", "NUMBER", "CHAT", "GT", "GTALK", "YM", "JABBER", "XMPP", "BBM", "WA", "TG",
        "TELEGRAM", "AKUN",
    ];
    if args.atoms.len() > 1 || args.peek().is_some_and(|atom| !is_pin(atom.text)) {
        args.take_if(|atom| KINDS.iter().any(|kind| atom.is(kind)));
    }
    // `tambah hp saya 0812…`
    while args.take_if(|atom| OWN.iter().any(|own| atom.is(own))).is_some() {}
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

pub(super) fn unreadable(atom: &Atom<'_>) -> Problem {
    let shown = if is_pin(atom.text) { redact(atom.text) } else { atom.text.to_owned() };
    Problem::Destination(DestinationFault::Unreadable, Typed::new(&shown))
}

/// Whether a space is all that stands before the last word.
pub(super) fn is_spoken(args: Cursor<'_>) -> bool {
    args.atoms.last().is_some_and(|last| last.gap == Gap::Space)
}
