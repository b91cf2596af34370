//! Amounts of money as people type them. A separator's meaning is decided by shape.

use super::atom::{Atom, Gap};
use super::cursor::Cursor;
use super::problem::{Part, Problem};
use super::typed::Typed;
use konter_core::destination::MIN_CUSTOMER_DIGITS;
use konter_core::money::Rupiah;

/// No shop moves more at once, and sums of it stay far from overflow.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An amount above zero at the cursor: `100000`, `100.000`, `Rp100.000`, `100rb`, `1jt`.
pub fn take(cursor: &mut Cursor<'_>) -> Result<Rupiah, Problem> {
    cursor.take_if(|atom| atom.is("RP"));
    let first = cursor.need(Part::Amount)?;
    if first.text.starts_with('-') {
        return Err(Problem::NegativeAmount);
    }
    let unfit = || Problem::unfit(Part::Amount, first.text);
    let (mut digits, factor) = split(first.text).ok_or_else(unfit)?;
    // `0812…`: a number, and no sum.
    if digits.len() >= MIN_CUSTOMER_DIGITS && digits.starts_with('0') {
        return Err(unfit());
    }
    if factor == 1 && (1..=GROUP).contains(&digits.len()) && !digits.starts_with('0') {
        let mut mark = None;
        while let Some(group) = cursor.take_if(|atom| {
            let same = matches!(atom.gap, Gap::Dot | Gap::Comma) && mark.is_none_or(|mark| mark == atom.gap);
            same && atom.is_digits() && atom.text.len() == GROUP
        }) {
            mark = Some(group.gap);
            digits.push_str(group.text);
        }
    }
    if factor == 1
        && let Some(amount) = part_of_a_million(&digits, cursor)
    {
        return Ok(amount);
    }
    let spaced = cursor.peek().filter(|atom| factor == 1 && atom.gap == Gap::Space).and_then(|atom| unit(atom.text));
    if spaced.is_some() {
        cursor.take();
    }
    let amount = scaled(&digits, spaced.unwrap_or(factor)).ok_or_else(unfit)?;
    if amount.is_positive() { Ok(amount) } else { Err(unfit()) }
}

/// `1,5jt`, `1.5 juta`: what stands behind the sign is a tenth of a million.
fn part_of_a_million(millions: &str, cursor: &mut Cursor<'_>) -> Option<Rupiah> {
    const MILLION: i64 = 1_000_000;
    let [tenths, rest @ ..] = cursor.atoms else { return None };
    if !matches!(tenths.gap, Gap::Dot | Gap::Comma) {
        return None;
    }
    let (digits, own) = split(tenths.text)?;
    let spaced = rest.first().filter(|atom| own == 1 && atom.gap == Gap::Space).and_then(|atom| unit(atom.text));
    if digits.len() != 1 || spaced.unwrap_or(own) != MILLION {
        return None;
    }
    let amount = scaled(&format!("{millions}{digits}"), MILLION / 10)?;
    cursor.skip(1 + usize::from(spaced.is_some()));
    Some(amount)
}

/// The same in one word.
fn tenths_of_a_million(word: &str) -> Option<Rupiah> {
    const TENTH: i64 = 100_000;
    let (millions, rest) = word.split_once(['.', ','])?;
    let (tenth, unit) = rest.split_at_checked(1)?;
    let is_count = !millions.is_empty() && millions.bytes().chain(tenth.bytes()).all(|b| b.is_ascii_digit());
    let is_million = ["jt", "juta"].iter().any(|million| unit.eq_ignore_ascii_case(million));
    if is_count && is_million { scaled(&format!("{millions}{tenth}"), TENTH) } else { None }
}

/// Digits in a group.
const GROUP: usize = 3;

/// An amount in one word, with a sign if `signed`; never zero. For admins, whose words are cut at spaces only: none of
/// them is a PIN, so what cannot be read is shown as it stands.
pub fn read(word: &str, signed: bool) -> Result<Rupiah, Problem> {
    let unfit = || Problem::Unfit(Part::Amount, Typed::new(word));
    let (body, negative) =
        word.strip_prefix('-').map_or((word.strip_prefix('+').unwrap_or(word), false), |b| (b, true));
    // `65.000,-`
    let body = body.strip_suffix('-').and_then(|body| body.strip_suffix([',', '.'])).unwrap_or(body);
    if negative && !signed {
        return Err(Problem::NegativeAmount);
    }
    let amount = tenths_of_a_million(body).or_else(|| {
        let (digits, factor) = split(&ungroup(body)?)?;
        scaled(&digits, factor)
    });
    let amount = amount.filter(|amount| amount.is_positive()).ok_or_else(unfit)?;
    if negative { amount.checked_neg().ok_or_else(unfit) } else { Ok(amount) }
}

/// `100.000` to `100000`; `None` where a separator does not group three digits.
fn ungroup(text: &str) -> Option<String> {
    let Some(mark) = text.chars().find(|c| matches!(c, '.' | ',')) else { return Some(text.to_owned()) };
    let lower = text.to_ascii_lowercase();
    let mut groups = lower.strip_prefix("rp").unwrap_or(&lower).trim_start_matches('.').split(mark);
    let first = groups.next().filter(|group| (1..=GROUP).contains(&group.len()) && !group.starts_with('0'))?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != GROUP {
            return None;
        }
        plain.push_str(group);
    }
    plain.bytes().all(|b| b.is_ascii_digit()).then_some(plain)
}

/// Digits and the factor of the unit behind them.
fn split(text: &str) -> Option<(String, i64)> {
    let lower = text.to_ascii_lowercase();
    let body = lower.strip_prefix("rp").unwrap_or(&lower);
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (digits, suffix) = body.split_at(end);
    let factor = if suffix.is_empty() { 1 } else { unit(suffix)? };
    if digits.is_empty() { None } else { Some((digits.to_owned(), factor)) }
}

/// What a word behind a number multiplies it by.
pub fn unit(text: &str) -> Option<i64> {
    match text.to_ascii_lowercase().as_str() {
        "k" | "rb" | "ribu" | "rebu" | "ewu" | "rbu" | "rban" | "ribuan" => Some(1_000),
        "jt" | "juta" => Some(1_000_000),
        _ => None,
    }
}

fn scaled(digits: &str, factor: i64) -> Option<Rupiah> {
    let amount = digits.parse::<i64>().ok()?.checked_mul(factor)?;
    (amount <= MAX_AMOUNT).then(|| Rupiah::new(amount))
}

/// A nominal: under 1000 in thousands, from there on a round sum, so that a PIN is not taken for one.
pub fn nominal(atom: &Atom<'_>) -> Option<Rupiah> {
    const HIGHEST: i64 = 10_000_000;
    const ROUND: i64 = 500;
    if !atom.is_digits() || atom.text.starts_with('0') || atom.text.len() > MIN_CUSTOMER_DIGITS {
        return None;
    }
    match atom.text.parse().ok()? {
        thousands @ 1..1000 => Some(Rupiah::new(thousands * 1000)),
        rupiah @ 1000..=HIGHEST if rupiah % ROUND == 0 => Some(Rupiah::new(rupiah)),
        _ => None,
    }
}
