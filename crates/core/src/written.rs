//! Amounts as spreadsheets, bank statements and people write them down: `10.600`, `Rp 10.600,00`, `10,600.00`.

use crate::money::Rupiah;

/// Digits in a group.
const GROUP: usize = 3;
/// What stands for no fraction behind an amount: `10.600,-`.
const NO_FRACTION: [&str; 4] = [",--", ".--", ",-", ".-"];

/// A whole amount of rupiah; `None` where it is no amount, has a fraction, or could be read in two ways.
#[must_use]
pub fn amount(text: &str) -> Option<Rupiah> {
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let (unsigned, before) = sign(text.trim());
    let (body, behind) = sign(without_currency(unsigned));
    let body = NO_FRACTION.iter().find_map(|mark| body.strip_suffix(mark)).unwrap_or(body);
    let amount: i64 = digits(body)?.parse().ok()?;
    match (before, behind) {
        (true, true) => None,
        (false, false) => Some(Rupiah::new(amount)),
        _ => Rupiah::new(amount).checked_neg(),
    }
}

/// Takes a sign off the start; whether it was a minus.
fn sign(text: &str) -> (&str, bool) {
    match text.strip_prefix('-') {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text).trim_start(), false),
    }
}

fn without_currency(text: &str) -> &str {
    let named = ["rp", "idr"].into_iter().find_map(|name| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    });
    named.map_or(text, |rest| rest.strip_prefix('.').unwrap_or(rest).trim_start())
}

/// The digits of `10.600`, `10,600.00`, `10600`: a mark that stands between groups of three parts them, another one behind
/// it parts a fraction, which must be nothing.
fn digits(text: &str) -> Option<String> {
    let is_mark = |c: char| matches!(c, '.' | ',' | ' ');
    if !text.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        return None;
    }
    let last = text.rfind(is_mark).map(|at| text.split_at(at));
    let Some((head, tail)) = last else { return (!text.is_empty()).then(|| text.to_owned()) };
    let (mark, fraction) = tail.split_at_checked(1)?;
    let is_nothing = (1..GROUP).contains(&fraction.len()) && fraction.bytes().all(|b| b == b'0');
    // Two digits behind the last mark are a fraction; three are a group, unless another mark has parted groups before.
    let parts_fraction = mark != " " && !head.contains(mark) && is_nothing;
    if parts_fraction { grouped(head) } else { grouped(text) }
}

/// `10.600`, with one kind of mark all through.
fn grouped(text: &str) -> Option<String> {
    let Some(mark) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return (!text.is_empty()).then(|| text.to_owned());
    };
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| (1..=GROUP).contains(&first.len()) && !first.starts_with('0'))?;
    let is_group = |group: &str| group.len() == GROUP && group.bytes().all(|b| b.is_ascii_digit());
    groups.try_fold(first.to_owned(), |all, group| is_group(group).then(|| all + group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, expected) in [
            ("10600", 10_600),
            ("10.600", 10_600),
            ("10,600", 10_600),
            ("10 600", 10_600),
            ("Rp 10.600", 10_600),
            ("Rp.10.600", 10_600),
            ("Rp\u{a0}10.600,-", 10_600),
            ("rp10600", 10_600),
            ("IDR 1,250,000.00", 1_250_000),
            ("1.250.000,00", 1_250_000),
            ("10,600.0", 10_600),
            ("10600.00", 10_600),
            ("+ Rp 10.600", 10_600),
            ("-10.600", -10_600),
            ("Rp -10.600", -10_600),
            ("0", 0),
            ("0,00", 0),
            (" 250 ", 250),
        ] {
            assert_eq!(amount(text), Some(Rupiah::new(expected)), "{text:?}");
        }
    }

    #[test]
    fn what_has_a_fraction_or_two_meanings_is_no_amount() {
        for text in [
            "",
            "Rp",
            "-",
            "10.6",
            "10,5",
            "10.60",
            "10.600,50",
            "1.0600",
            "0.600",
            "10.6000",
            "10..600",
            "10.600.",
            ".600",
            "10.600.00",
            "1,250.000",
            "1.05E+04",
            "10rb",
            "--5",
            "- Rp -5",
            "10.600,000",
            "1.000 000",
            "10600-",
            "abc",
            "99999999999999999999",
            "١٠",
        ] {
            assert_eq!(amount(text), None, "{text:?}");
        }
    }
}
