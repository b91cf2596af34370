//! Orders that are kept by a name.

use super::chats::unreadable;
use super::command::PreferenceCommand;
use crate::meaning::Command;
use crate::read::{Atom, Cursor, NamedAs, Part, Problem, Typed, destination, is_pin, phones_in_pieces, redact};
use konter_core::destination::{Destination, DestinationFault, digits_of};
use konter_core::preferences::FavouriteName;

/// Fewest digits of a customer number in a favourite.
const FEWEST_DIGITS: usize = 4;

fn is_favourite(atom: &Atom<'_>) -> bool {
    ["FAV", "FAVORIT", "FAVORITE", "SIMPAN"].iter().any(|word| atom.is(word))
}

/// `HAPUS.FAV.<name>`; `None` where something else goes.
pub(super) fn forget(mut args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    args.take_if(|atom| is_favourite(atom))?;
    let mut read = || {
        let name = favourite_name(&mut args)?;
        args.pin();
        args.finish().map(|()| Command::Preference(PreferenceCommand::ForgetFavourite { name }))
    };
    Some(read())
}

fn favourite_name(args: &mut Cursor<'_>) -> Result<FavouriteName, Problem> {
    let atom = args.need(Part::Name)?;
    atom.text.parse().map_err(|_| Problem::unfit(Part::Name, atom.text))
}

/// `<name>.<product>.<number>`.
pub(super) fn save(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return Ok(Command::Preference(PreferenceCommand::Favourites));
    }
    let name = favourite_name(&mut args)?;
    let atom = args.need(Part::Product)?;
    let product = atom.text.parse().map_err(|_| Problem::unfit(Part::Product, atom.text))?;
    let first = *args.peek().ok_or(Problem::Missing(Part::Destination))?;
    let (dest, count) = match (args.context.kinds)(&product, NamedAs::Code) {
        Some(kind) => match destination::whole(kind, args.atoms) {
            Ok(dest) => (dest, args.atoms.len()),
            Err(fault) => return Err(Problem::Destination(fault, Typed::new(&redact(args.rest())))),
        },
        None => whole_destination(args.atoms).ok_or_else(|| unreadable(&first))?,
    };
    args.skip(count);
    args.finish()?;
    Ok(Command::Preference(PreferenceCommand::SaveFavourite { name, product, dest }))
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
        return Ok(Command::Preference(PreferenceCommand::Favourites));
    }
    let name = favourite_name(&mut args)?;
    if args.take_if(|atom| atom.is("-")).is_some() {
        args.finish()?;
        return Ok(Command::Preference(PreferenceCommand::ForgetFavourite { name }));
    }
    let repeat = args.peek().and_then(Atom::repeat);
    if repeat.is_some() {
        args.take();
    }
    Ok(Command::Preference(PreferenceCommand::Favourite { name, nth: repeat.unwrap_or(1), pin: args.last_pin()? }))
}
