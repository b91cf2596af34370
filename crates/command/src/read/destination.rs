//! Which atoms can be a destination, where the product's way of reading them is known. Where it is not, they are read by
//! their shape alone ([`shape::targets`]).

use super::atom::{Atom, Gap, atoms};
use super::pin::is_pin;
use super::redact::redact;
use super::shape::{self, SHORT, Target, phones_in_pieces};
use super::typed::Typed;
use konter_core::catalog::DestKind;
use konter_core::destination::{
    Destination, DestinationFault, MAX_CUSTOMER_DIGITS, METER_DIGITS, MIN_CUSTOMER_DIGITS, TEXT_LENGTH, Zoned,
    digits_of, is_digits,
};
use konter_core::phone::{Phone, clean};

/// How many digits one group of a number has when people write it as it is printed.
const GROUP: std::ops::RangeInclusive<usize> = 2..=6;
/// Groups and digits of a card's number: `6032 9812 3456 7890`.
const CARD_GROUPS: usize = 4;
/// Digits of a phone number that lost its 0.
const WITHOUT_ZERO: std::ops::RangeInclusive<usize> = 9..=12;
/// A user's id that stands apart from its zone.
const APART_ID: std::ops::RangeInclusive<usize> = 4..=MAX_CUSTOMER_DIGITS;
/// A zone that stands apart from its user's id has so many digits: one could be a repeat number.
const APART_ZONE: std::ops::RangeInclusive<usize> = 3..=6;
/// What people write in front of a user's id, and of its zone.
const ID_LABELS: &[&str] = &["userid", "idnya", "uid", "id"];
const ZONE_LABELS: &[&str] = &["zoneid", "zonenya", "zonanya", "zone", "zona", "servernya", "server"];

/// Every destination of this kind that can begin at the first of these atoms, and how many atoms it takes. With
/// `lenient`, those that cannot be used are given too, to say what is wrong with them.
pub fn targets(kind: Option<DestKind>, atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
    let Some(first) = atoms.first() else { return Vec::new() };
    let found = match kind {
        None => unknown(first, atoms, lenient),
        Some(DestKind::Phone) => phones(first, atoms, lenient),
        Some(DestKind::Meter) => meters(first, atoms),
        Some(DestKind::Digits) => numbers(first, atoms),
        Some(DestKind::IdZone) => zoned(first, atoms, lenient),
        Some(DestKind::Text) => texts(first, atoms),
    };
    let as_typed = matches!(kind, Some(DestKind::Meter | DestKind::Digits));
    if found.is_empty() && lenient && as_typed {
        return unusable(first, atoms);
    }
    found
}

/// A text that is one destination and nothing else, read by its shape. What stands behind a complete number never
/// belongs to it: `08123456789 5` is none.
#[must_use]
pub fn destination_alone(text: &str) -> Option<Destination> {
    let text = clean(text);
    let pieces = atoms(text.trim(), false);
    let [first, rest @ ..] = pieces.as_slice() else { return None };
    if let Ok(dest) = first.text.parse::<Destination>() {
        return rest.is_empty().then_some(dest);
    }
    let phone = phones_in_pieces(&pieces).into_iter().find(|(_, count)| *count == pieces.len());
    let meter = || destination_of(DestKind::Meter, &text).ok();
    phone.map(|(phone, _)| Destination::Phone(phone)).or_else(meter)
}

/// A text that is one destination and nothing else, read as a product of this kind does.
///
/// # Errors
/// What keeps it from being one.
pub fn destination_of(kind: DestKind, text: &str) -> Result<Destination, DestinationFault> {
    let text = clean(text);
    whole(kind, &atoms(text.trim(), false))
}

/// One text as a destination of this kind, all of it.
pub fn whole(kind: DestKind, atoms: &[Atom<'_>]) -> Result<Destination, DestinationFault> {
    if kind == DestKind::Digits
        && let Some(digits) = all_digits(atoms)
    {
        return Ok(Destination::Customer(digits));
    }
    let mut found = targets(Some(kind), atoms, true).into_iter().filter(|(_, count)| *count == atoms.len());
    match (found.next(), found.next()) {
        (Some((Target::Good(dest) | Target::Short(dest) | Target::Apart { dest, .. }, _)), None) => Ok(dest),
        (Some((Target::Bad(fault, _), _)), None) => Err(fault),
        (None, _) if kind == DestKind::IdZone => Err(DestinationFault::NeedsZone),
        _ => Err(DestinationFault::NotItsForm),
    }
}

/// Digits that are a number where nothing else can be meant, in one piece or in groups; a piece that could be complete
/// takes no other behind it.
fn all_digits(atoms: &[Atom<'_>]) -> Option<String> {
    const FEWEST: usize = 5; // fewer could be a PIN
    const FEWEST_GROUPS: usize = 3; // the second of two could be a PIN
    let grouped = atoms.len() >= FEWEST_GROUPS && atoms.iter().skip(1).all(|atom| atom.gap == Gap::Space);
    let group = |atom: &Atom<'_>| grouped && GROUP.contains(&atom.text.len());
    let fits = |atom: &Atom<'_>| atom.is_digits() && (atoms.len() == 1 || group(atom));
    let digits: String = atoms.iter().map(|atom| atom.text).collect();
    (atoms.iter().all(fits) && (FEWEST..=MAX_CUSTOMER_DIGITS).contains(&digits.len())).then_some(digits)
}

/// Without a product: eleven digits may be a meter as well as a phone number, so they stay as they are.
fn unknown(first: &Atom<'_>, atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
    if first.is_digits() && first.text.starts_with("628") && first.text.len() == *METER_DIGITS.start() {
        return vec![(Target::Good(Destination::Customer(first.text.to_owned())), 1)];
    }
    shape::targets(atoms, lenient)
}

/// A number without its 0 is completed, and one that is no phone number is left for the catalog to refuse.
fn phones(first: &Atom<'_>, atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
    let completed = |target| match target {
        Target::Good(Destination::Customer(digits)) if WITHOUT_ZERO.contains(&digits.len()) => {
            let phone = digits.starts_with('8').then(|| format!("0{digits}").parse::<Phone>().ok()).flatten();
            Target::Good(phone.map_or(Destination::Customer(digits), Destination::Phone))
        }
        Target::Good(Destination::Zoned(_)) => bad(DestinationFault::TwoParts, first),
        other => other,
    };
    shape::targets(atoms, lenient).into_iter().map(|(target, count)| (completed(target), count)).collect()
}

fn meters(first: &Atom<'_>, atoms: &[Atom<'_>]) -> Vec<(Target, usize)> {
    if first.text.starts_with('+') {
        return shape::targets(atoms, false); // a phone, which the catalog refuses
    }
    let alone = one_number(first);
    match &alone {
        Some(Err(fault)) => return vec![(bad(*fault, first), 1)],
        Some(Ok(digits)) if digits.len() >= MIN_CUSTOMER_DIGITS => {
            return vec![(Target::Good(Destination::Meter(digits.clone())), 1)];
        }
        _ => {}
    }
    let fits = |(digits, _): &(String, usize)| METER_DIGITS.contains(&digits.len());
    let found: Vec<_> = groups(atoms).into_iter().filter(fits).map(good(Destination::Meter)).collect();
    match alone {
        // Too few digits, which the catalog says.
        Some(Ok(digits)) if found.is_empty() && SHORT.contains(&digits.len()) => {
            vec![(Target::Short(Destination::Meter(digits)), 1)]
        }
        _ => found,
    }
}

fn numbers(first: &Atom<'_>, atoms: &[Atom<'_>]) -> Vec<(Target, usize)> {
    if first.text.starts_with('+') {
        return vec![(bad(DestinationFault::LacksZero, first), 1)];
    }
    let mut found = Vec::new();
    match one_number(first) {
        Some(Err(fault)) => return vec![(bad(fault, first), 1)],
        Some(Ok(digits)) if digits.len() >= MIN_CUSTOMER_DIGITS => {
            return vec![(Target::Good(Destination::Customer(digits)), 1)];
        }
        Some(Ok(digits)) if SHORT.contains(&digits.len()) && !digits.starts_with('0') => {
            found.push((Target::Short(Destination::Customer(digits)), 1));
        }
        _ => {}
    }
    if first.text.trim_start_matches('(').starts_with('0') {
        let phones = phones_in_pieces(atoms).into_iter();
        found.extend(phones.map(|(phone, count)| (phone.to_string(), count)).map(good(Destination::Customer)));
    } else {
        let groups = groups(atoms);
        let is_card = |count: usize| {
            count == CARD_GROUPS && atoms.iter().take(CARD_GROUPS).all(|atom| atom.text.len() == CARD_GROUPS)
        };
        let any_card = groups.iter().any(|(_, count)| is_card(*count));
        // Other numbers end where the gaps change: a PIN behind the same gap would look like another group.
        let ends = |count: usize| match (atoms.get(count - 1), atoms.get(count)) {
            (Some(last), Some(next)) => last.gap != next.gap,
            _ => atoms.get(count - 1).is_some_and(|last| !is_pin(last.text)),
        };
        let long_enough = |digits: &str| digits.len() >= MIN_CUSTOMER_DIGITS;
        let kept = groups
            .into_iter()
            .filter(|(digits, count)| long_enough(digits) && if any_card { is_card(*count) } else { ends(*count) });
        found.extend(kept.map(good(Destination::Customer)));
    }
    found
}

/// The digits of an atom, or what keeps it from being one number; `None` when it is something else.
fn one_number(atom: &Atom<'_>) -> Option<Result<String, DestinationFault>> {
    let inner = atom.text.trim_start_matches('(');
    let two_parts = inner.len() == atom.text.len() && atom.text.contains('(');
    if two_parts || atom.text.contains(['|', '/']) {
        return Zoned::in_one_piece(atom.text).map(|_| Err(DestinationFault::TwoParts));
    }
    let digits = digits_of(atom.text)?;
    if !is_one_when_joined(atom.text) {
        Some(Err(DestinationFault::TwoParts))
    } else if digits.len() > MAX_CUSTOMER_DIGITS {
        Some(Err(DestinationFault::TooLong))
    } else {
        Some(Ok(digits))
    }
}

/// Whether dashes only group the digits of one number. `156378300-8483` is a user and a zone.
fn is_one_when_joined(text: &str) -> bool {
    const AREA_CODE: usize = 4; // `021-7654321`
    let groups: Vec<&str> = text.split('-').filter(|group| !group.is_empty()).collect();
    match groups.as_slice() {
        [] | [_] => true,
        [first, _] => first.trim_matches(['(', ')']).len() <= AREA_CODE,
        several => several.iter().all(|group| group.trim_matches(['(', ')']).len() <= *GROUP.end()),
    }
}

/// Every number that groups of digits with the same gap between them make, from two groups on.
fn groups(atoms: &[Atom<'_>]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let is_group = |atom: &Atom<'_>| atom.is_digits() && GROUP.contains(&atom.text.len());
    let Some(first) = atoms.first().filter(|first| is_group(first)) else { return found };
    let mut digits = first.text.to_owned();
    let mut gap = None;
    for (i, atom) in atoms.iter().enumerate().skip(1) {
        let same = gap.is_none_or(|gap| gap == atom.gap);
        if !is_group(atom) || !same || !matches!(atom.gap, Gap::Space | Gap::Dot) {
            break;
        }
        gap = Some(atom.gap);
        digits.push_str(atom.text);
        if digits.len() > MAX_CUSTOMER_DIGITS {
            break;
        }
        found.push((digits.clone(), i + 1));
    }
    found
}

/// `12345678(2001)`, `12345678 2001`, `id 12345678 zone 2001`: a zone is digits, or a server's own name.
fn zoned(first: &Atom<'_>, atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
    if let Some(zoned) = Zoned::in_one_piece(first.text) {
        return vec![(Target::Good(Destination::Zoned(zoned)), 1)];
    }
    let (first, behind, before) = match (behind_label(first.text, ID_LABELS), atoms) {
        (Some(""), [_, id, behind @ ..]) => (id.text, behind, 2),
        (Some(id), [_, behind @ ..]) if !id.is_empty() => (id, behind, 1),
        (_, [_, behind @ ..]) => (first.text, behind, 1),
        (_, []) => return Vec::new(),
    };
    let id = first.trim_end_matches(['|', '-', '/', '(']);
    if !(is_digits(id) && APART_ID.contains(&id.len())) {
        return Vec::new();
    }
    let zone = zone_behind(behind);
    let is_marked = zone.is_marked || id.len() < first.len();
    let found = Zoned::new(id, zone.text).filter(|_| is_server(zone.text) || is_digits(zone.text)).and_then(|zoned| {
        let dest = Destination::Zoned(zoned);
        if is_marked || is_server(zone.text) {
            return Some(Target::Good(dest));
        }
        let spaced = behind.first().is_some_and(|atom| atom.gap == Gap::Space);
        APART_ZONE.contains(&zone.text.len()).then(|| Target::Apart { dest, zone: zone.text.to_owned(), spaced })
    });
    match found {
        Some(found) => vec![(found, before + zone.atoms)],
        None if lenient => {
            // Alone it may as well be a PIN.
            let shown = if behind.is_empty() { redact(id) } else { id.to_owned() };
            vec![(Target::Bad(DestinationFault::NeedsZone, Typed::new(&shown)), before)]
        }
        None => Vec::new(),
    }
}

/// What stands where a zone does, and how many atoms it takes.
struct ZonePart<'a> {
    text: &'a str,
    atoms: usize,
    /// Brackets, a sign or a word say that it is one.
    is_marked: bool,
}

/// `2001`, `(2001)`, `| 2001`, `zone 2001`, `(server: 2001)`, `zone id 2001`.
fn zone_behind<'a>(behind: &[Atom<'a>]) -> ZonePart<'a> {
    const MOST: usize = 3;
    let (mut is_marked, mut is_named) = (false, false);
    for (at, atom) in behind.iter().enumerate().take(MOST) {
        let text = atom.text.trim_start_matches(['|', '-', '/', '(']).trim_end_matches(')');
        is_marked |= text.len() < atom.text.len();
        let labels = if is_named { ID_LABELS } else { ZONE_LABELS };
        match behind_label(text, labels) {
            Some("") => (is_marked, is_named) = (true, true),
            Some(text) => return ZonePart { text, atoms: at + 1, is_marked: true },
            None if text.is_empty() && at == 0 => {}
            None => return ZonePart { text, atoms: at + 1, is_marked },
        }
    }
    ZonePart { text: "", atoms: 0, is_marked: false }
}

/// What stands behind one of these words in the same piece, `zone2001`, `ID:12345678`; empty where nothing does.
fn behind_label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    labels.iter().find_map(|label| {
        let (word, rest) = text.split_at_checked(label.len())?;
        let rest = rest.trim_start_matches([':', '=']);
        (word.eq_ignore_ascii_case(label) && (rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())))
            .then_some(rest)
    })
}

/// `os_asia`, `asia`. Any other word behind a user's id is talk.
fn is_server(zone: &str) -> bool {
    const NAMES: &[&str] = &["asia", "america", "europe", "cht", "sea", "global"];
    let lettered = zone.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    lettered && (zone.trim_matches('_').contains('_') || NAMES.iter().any(|name| zone.eq_ignore_ascii_case(name)))
}

/// `NamaKu#IDN1`, `Nama Ku#IDN1`, `B 1234 XYZ`, `budi.cell@example.com`, or one word.
fn texts(first: &Atom<'_>, atoms: &[Atom<'_>]) -> Vec<(Target, usize)> {
    tagged(atoms)
        .or_else(|| plate(atoms))
        .or_else(|| mail(atoms))
        .or_else(|| Some((first.text.to_owned(), 1)))
        .filter(|(text, _)| is_text(text))
        .map(|(text, count)| {
            // Digits alone could be a PIN.
            let sure = text.bytes().any(|b| !b.is_ascii_digit()) || text.len() >= MIN_CUSTOMER_DIGITS;
            let dest = Destination::Text(text);
            (if sure { Target::Good(dest) } else { Target::Short(dest) }, count)
        })
        .into_iter()
        .collect()
}

/// A name of some words, `#` and its tag, which ends it.
fn tagged(atoms: &[Atom<'_>]) -> Option<(String, usize)> {
    const WORDS: usize = 4;
    let mut text = atoms.first()?.text.to_owned();
    for (i, atom) in atoms.iter().enumerate().skip(1).take(WORDS) {
        match atom.gap {
            Gap::Hash => return Some((format!("{text}#{}", atom.text), i + 1)),
            Gap::Space => text = format!("{text} {}", atom.text),
            _ => return None,
        }
    }
    None
}

/// A number plate in its three parts; without the spaces it is the same one.
fn plate(atoms: &[Atom<'_>]) -> Option<(String, usize)> {
    let [area, number, series, ..] = atoms else { return None };
    let letters = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_alphabetic());
    let spaced = number.gap == Gap::Space && series.gap == Gap::Space;
    let is_one = letters(area.text, 2) && number.is_digits() && number.text.len() <= 4 && letters(series.text, 3);
    (spaced && is_one && !series.is("PIN")).then(|| (format!("{}{}{}", area.text, number.text, series.text), 3))
}

/// `NamaKu#IDN1`, a plate or an e-mail address and nothing else, where no product tells that letters may stand here.
pub fn lettered_alone(atoms: &[Atom<'_>], is_word: fn(&str) -> bool) -> Option<String> {
    let first = atoms.first().filter(|first| first.gap != Gap::Hash && !is_word(first.text))?;
    let named = tagged(atoms).filter(|(text, _)| text.rsplit_once('#').is_some_and(|(_, tag)| !is_digits(tag)));
    let (text, count) = named.or_else(|| plate(atoms)).or_else(|| mail(atoms)).or_else(|| joined_plate(first.text))?;
    (count == atoms.len() && is_text(&text)).then_some(text)
}

/// `B1234XYZ`: no product's code has letters on both sides of so many digits.
fn joined_plate(text: &str) -> Option<(String, usize)> {
    let number = text.trim_matches(|c: char| c.is_ascii_alphabetic());
    let (area, series) = (text.find(number)?, text.len() - text.find(number)? - number.len());
    let is_one = (1..=2).contains(&area) && (2..=3).contains(&series) && (3..=4).contains(&number.len());
    (is_one && is_digits(number)).then(|| (text.to_owned(), 1))
}

/// An address with the dots that part its words.
fn mail(atoms: &[Atom<'_>]) -> Option<(String, usize)> {
    let has_letter = |atom: &Atom<'_>| atom.text.bytes().any(|b| b.is_ascii_alphabetic());
    let mut text = atoms.first()?.text.to_owned();
    let mut count = 1;
    for atom in atoms.iter().skip(1).take_while(|atom| atom.gap == Gap::Dot && has_letter(atom) && !atom.is("PIN")) {
        text = format!("{text}.{}", atom.text);
        count += 1;
    }
    (text.matches('@').count() == 1).then_some((text, count))
}

fn is_text(text: &str) -> bool {
    /// `GSH10 harga` asks for the price.
    const NO_NAMES: [&str; 4] = ["PIN", "harga", "berapa", "brp"];
    const LEAST_DIGITS: usize = 5;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '#' | '@' | '.' | ' ' | '_' | '-' | '+' | '/' | ':' | '\'');
    let lettered = text.chars().any(char::is_alphabetic) || text.len() >= LEAST_DIGITS;
    TEXT_LENGTH.contains(&text.chars().count())
        && text.starts_with(char::is_alphanumeric)
        && text.chars().all(fits)
        && lettered
        && !NO_NAMES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What stands where digits belong and has letters, or is a number that cannot be read.
fn unusable(first: &Atom<'_>, atoms: &[Atom<'_>]) -> Vec<(Target, usize)> {
    const LEAST: usize = 5; // fewer may be a product's code
    let has = |what: fn(&u8) -> bool| first.text.bytes().any(|b| what(&b));
    let lettered = has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit) && first.text.len() >= LEAST;
    let found: Vec<_> =
        shape::targets(atoms, true).into_iter().filter(|(target, _)| matches!(target, Target::Bad(..))).collect();
    if found.is_empty() && lettered { vec![(bad(DestinationFault::Letters, first), 1)] } else { found }
}

fn bad(fault: DestinationFault, atom: &Atom<'_>) -> Target {
    let shown = if is_pin(atom.text) { redact(atom.text) } else { atom.text.to_owned() };
    Target::Bad(fault, Typed::new(&shown))
}

fn good(of: fn(String) -> Destination) -> impl Fn((String, usize)) -> (Target, usize) {
    move |(digits, count)| (Target::Good(of(digits)), count)
}
