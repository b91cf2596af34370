//! Amounts of money as people type them. A separator's meaning is decided by shape.

use super::atom::{Atom, Gap};
use super::cursor::Cursor;
use super::problem::{Part, Problem};
use super::typed::Typed;
use konter_core::destination::MIN_CUSTOMER_DIGITS;
use konter_core::money::Rupiah;
use konter_core::written;

/// No shop moves more at once, and sums of it stay far from overflow.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// An amount above zero at the cursor: `100000`, `100.000`, `Rp100.000`, `100rb`, `1jt`, `1jt5`.
pub fn take(cursor: &mut Cursor<'_>) -> Result<Rupiah, Problem> {
    cursor.take_if(|atom| atom.is("RP"));
    let first = cursor.need(Part::Amount)?;
    if first.text.starts_with('-') {
        return Err(Problem::NegativeAmount);
    }
    let unfit = || Problem::unfit(Part::Amount, first.text);
    let body = without_currency(first.text);
    let digits_end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (mut digits, own) = body.split_at_checked(digits_end).map(|(d, own)| (d.to_owned(), own)).ok_or_else(unfit)?;
    // `0812…`: a number, and no sum.
    if digits.len() >= MIN_CUSTOMER_DIGITS && digits.starts_with('0') {
        return Err(unfit());
    }
    if own.is_empty() && (1..=GROUP).contains(&digits.len()) && !digits.starts_with('0') {
        let mut mark = None;
        while let Some(group) = cursor.take_if(|atom| {
            let same = matches!(atom.gap, Gap::Dot | Gap::Comma) && mark.is_none_or(|mark| mark == atom.gap);
            same && atom.is_digits() && atom.text.len() == GROUP
        }) {
            mark = Some(group.gap);
            digits.push_str(group.text);
        }
    }
    if own.is_empty()
        && let Some(amount) = part_of_a_million(&digits, cursor)
    {
        return amount.and_then(|amount| amount.ok_or_else(unfit));
    }
    let spaced = cursor.peek().filter(|atom| own.is_empty() && atom.gap == Gap::Space && unit(atom.text).is_some());
    if spaced.is_some() {
        cursor.take();
    }
    let factor = spaced.map_or(own, |atom| atom.text);
    counted(&format!("{digits}{factor}"))?.filter(|amount| amount.is_positive()).ok_or_else(unfit)
}

/// `1,5jt`, `1.5 juta`, `1,250jt`: behind the sign stands a part of a million, or a group with a unit of its own.
fn part_of_a_million(millions: &str, cursor: &mut Cursor<'_>) -> Option<Result<Option<Rupiah>, Problem>> {
    let [part, rest @ ..] = cursor.atoms else { return None };
    let mark = match part.gap {
        Gap::Dot => '.',
        Gap::Comma => ',',
        _ => return None,
    };
    let end = part.text.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.text.len());
    let (digits, own) = part.text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let spaced = rest.first().filter(|atom| own.is_empty() && atom.gap == Gap::Space).map(|atom| atom.text);
    let million = spaced.unwrap_or(own);
    match unit(million) {
        Some(MILLION) => {}
        // `50.000rb`
        Some(_) if digits.len() == GROUP => {}
        _ => return None,
    }
    cursor.skip(1 + usize::from(spaced.is_some()));
    Some(counted(&format!("{millions}{mark}{digits}{million}")))
}

/// Digits in a group.
const GROUP: usize = 3;
const THOUSAND: i64 = 1_000;
const MILLION: i64 = 1_000_000;

/// An amount in one word, with a sign if `signed`; never zero. For admins, whose words are cut at spaces only: none of
/// them is a PIN, so what cannot be read is shown as it stands.
pub fn read(word: &str, signed: bool) -> Result<Rupiah, Problem> {
    let unfit = || Problem::Unfit(Part::Amount, Typed::new(word));
    let (body, negative) =
        word.strip_prefix('-').map_or((word.strip_prefix('+').unwrap_or(word), false), |b| (b, true));
    if negative && !signed {
        return Err(Problem::NegativeAmount);
    }
    let amount = counted(without_currency(body))?.filter(|amount| amount.is_positive()).ok_or_else(unfit)?;
    if negative { amount.checked_neg().ok_or_else(unfit) } else { Ok(amount) }
}

fn without_currency(text: &str) -> &str {
    let rest = text.split_at_checked(2).filter(|(start, _)| start.eq_ignore_ascii_case("rp")).map(|(_, rest)| rest);
    rest.map_or(text, |rest| rest.trim_start_matches('.'))
}

/// An amount without sign or currency: `100.000`, `65.000,-`, `100rb`, `10,6rb`, `1,250jt`, `1jt5`. What may as well be
/// a thousand times more or less is asked back: `50000rb`, `10.600rb`.
fn counted(body: &str) -> Result<Option<Rupiah>, Problem> {
    let end = body.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(body.len());
    let Some((number, rest)) = body.split_at_checked(end) else { return Ok(None) };
    let named = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    let Some((word, behind)) = rest.split_at_checked(named) else { return Ok(None) };
    let Some(factor) = unit(word) else {
        // `100.00`: a zero may be missing.
        let is_cut = number.split_once(['.', ',']).is_some_and(|(_, rest)| (1..GROUP).contains(&rest.len()));
        let whole = if number.starts_with('0') || is_cut { None } else { written::amount(body) };
        return Ok(whole.filter(|amount| amount.get() <= MAX_AMOUNT && !amount.is_negative()));
    };
    let is_all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !behind.is_empty() {
        // `1jt5`, `2rb500`: of two digits nobody knows which they are.
        let is_read = matches!(behind.len(), 1 | GROUP) && is_all_digits(behind) && is_all_digits(number);
        return Ok(if is_read && number.len() <= GROUP { part(number, behind, factor) } else { None });
    }
    if is_all_digits(number) {
        // `50000 rb`: nobody counts so many thousands.
        let most = if factor == THOUSAND { 4 } else { GROUP };
        return if number.len() > most {
            doubtful(scaled(number, 1), scaled(number, factor))
        } else {
            Ok(scaled(number, factor))
        };
    }
    let Some((whole, fraction)) = number.split_once(['.', ',']) else { return Ok(None) };
    if !is_all_digits(whole) || whole.is_empty() || fraction.is_empty() {
        return Ok(None);
    }
    if is_all_digits(fraction) && fraction.len() < GROUP {
        return Ok(part(whole, fraction, factor));
    }
    let is_decimal = fraction.len() == GROUP && (whole == "0" || (number.contains(',') && factor == MILLION));
    if is_decimal && is_all_digits(fraction) {
        return Ok(part(whole, fraction, factor));
    }
    let Some(grouped) = written::amount(number).filter(|_| !whole.starts_with('0')) else { return Ok(None) };
    let digits = grouped.get().to_string();
    let less = if fraction.len() == GROUP { part(whole, fraction, factor) } else { Some(grouped) };
    doubtful(less, scaled(&digits, factor))
}

/// So many thousands or millions, and a part of one.
fn part(whole: &str, fraction: &str, factor: i64) -> Option<Rupiah> {
    let parts = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let count: i64 = whole.parse().ok()?;
    let more: i64 = fraction.parse().ok()?;
    let amount = count.checked_mul(factor)?.checked_add(more.checked_mul(factor / parts)?)?;
    (amount <= MAX_AMOUNT).then(|| Rupiah::new(amount))
}

fn doubtful(less: Option<Rupiah>, more: Option<Rupiah>) -> Result<Option<Rupiah>, Problem> {
    match (less, more) {
        (Some(less), Some(more)) => Err(Problem::DoubtfulAmount { less, more }),
        _ => Ok(None),
    }
}

/// What a word behind a number multiplies it by.
pub fn unit(text: &str) -> Option<i64> {
    match text.to_ascii_lowercase().as_str() {
        "k" | "rb" | "ribu" | "rebu" | "ewu" | "rbu" | "rban" | "ribuan" => Some(THOUSAND),
        "jt" | "juta" | "jutaan" => Some(MILLION),
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
