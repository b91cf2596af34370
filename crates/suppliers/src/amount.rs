//! Figures as suppliers write them: amounts of money, destinations and tokens. Each reader is strict about
//! shape: what could mean two things is nothing.

use konter_core::money::Rupiah;

/// A whole text that is one amount: `89.500`, `Rp. 89,500`, `- 101000`, `Rp1.356.424,-`, `2000.0`. `None` when it is
/// not, when it has cents, or when its separators could be read two ways.
pub(super) fn amount(text: &str) -> Option<Rupiah> {
    let (amount, rest) = leading_amount(text)?;
    matches!(rest.trim(), "" | "." | ",-" | ".-").then_some(amount)
}

/// The amount a text begins with, and what follows it.
pub(super) fn leading_amount(text: &str) -> Option<(Rupiah, &str)> {
    let (minus_before, rest) = minus(text.trim_start());
    let rest = strip_word(rest, "Rp").map_or(rest, |rest| rest.strip_prefix('.').unwrap_or(rest));
    let (minus_after, rest) = minus(rest.trim_start());
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(rest.len());
    // A separator with no digit after it ends the sentence, not the number.
    let figure = rest.get(..end)?.trim_end_matches(['.', ',']);
    let amount = whole(figure)?;
    let rest = rest.get(figure.len()..)?;
    match (minus_before, minus_after) {
        (false, false) => Some((Rupiah::new(amount), rest)),
        (true, true) => None,
        _ => Some((Rupiah::new(amount.checked_neg()?), rest)),
    }
}

fn minus(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |rest| (true, rest.trim_start()))
}

/// Digits with optional separators as a whole number. Three digits after a separator are thousands, one or two are
/// cents (which must be zero); anything else is ambiguous.
fn whole(figure: &str) -> Option<i64> {
    const GROUP: usize = 3;
    let Some(at) = figure.rfind(['.', ',']) else { return digits(figure) };
    let (head, tail) = (figure.get(..at)?, figure.get(at + 1..)?);
    let (separator, other) = if figure.get(at..)?.starts_with('.') { ('.', ',') } else { (',', '.') };
    match tail.len() {
        GROUP if !head.contains(other) => thousands(figure, separator),
        1 | 2 if tail.bytes().all(|b| b == b'0') && !head.contains(separator) => {
            if head.contains(other) {
                thousands(head, other)
            } else {
                digits(head)
            }
        }
        _ => None,
    }
}

fn thousands(figure: &str, separator: char) -> Option<i64> {
    let mut groups = figure.split(separator);
    let first = groups.next()?;
    let shaped = (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3);
    if shaped { digits(&figure.replace(separator, "")) } else { None }
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The text after `word`, which may stand in any letter case; `None` when the text does not begin with it.
pub(super) fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

/// Whether a reply names our destination: the same text; or the same digits whatever stands between them, without the
/// zeros in front that a number loses, and `62812…` for our `0812…`; or the same user and zone in any form. What is no
/// phone number of ours is never taken for one.
pub(super) fn same_destination(theirs: &str, ours: &str) -> bool {
    let (theirs, ours) = (theirs.trim(), ours.trim());
    if ours.is_empty() || theirs.is_empty() {
        return false;
    }
    if theirs.eq_ignore_ascii_case(ours) || theirs.to_lowercase() == ours.to_lowercase() {
        return true;
    }
    if let (Some(theirs), Some(ours)) = (two_parts(theirs), two_parts(ours)) {
        return theirs.0 == ours.0 && theirs.1.eq_ignore_ascii_case(ours.1);
    }
    let (Some(theirs), Some(ours)) = (plain_number(theirs), plain_number(ours)) else { return false };
    let bare = |digits: &str| digits.trim_start_matches('0').to_owned();
    let national = theirs.strip_prefix("62").filter(|rest| ours.starts_with("08") && rest.starts_with('8'));
    !bare(&ours).is_empty() && bare(national.unwrap_or(&theirs)) == bare(&ours)
}

/// Where a destination that opens a text ends: where ours does, which may have a blank in it (`Budi Gamer#ID7`), else at the
/// first character that `stops` it, but a blank before `(2001)` only parts a user from its zone.
pub(super) fn end_of_destination(text: &str, ours: &str, stops: impl Fn(char) -> bool) -> usize {
    let behind_ours = if ours.contains(char::is_whitespace) { text.strip_prefix(ours) } else { None };
    if behind_ours.is_some_and(|behind| behind.chars().next().is_none_or(&stops)) {
        return ours.len();
    }
    let at = text.find(stops).unwrap_or(text.len());
    let zone = text.get(at..).map(str::trim_start).filter(|rest| rest.starts_with('('));
    zone.and_then(|zone| Some(text.len() - zone.len() + zone.find(')')? + 1)).unwrap_or(at)
}

/// A user and its zone, with brackets or one other sign between them. A number with a dash in it has two parts as well,
/// but only another one in two parts is held against it like that.
fn two_parts(text: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut parts = text.split(|c: char| !is_part(c)).filter(|part| !part.is_empty());
    let (id, zone) = (parts.next()?, parts.next()?);
    let is_id = id.bytes().all(|b| b.is_ascii_digit());
    (is_id && parts.next().is_none()).then_some((id, zone))
}

/// A number's digits; `None` when it holds anything but digits and what people put between them.
fn plain_number(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '+' | '(' | ')' | '|' | '/');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (text.chars().all(fits) && !digits.is_empty()).then_some(digits)
}

/// An electricity token, normalised to 20 digits in groups of four joined by `-`; `None` when the text is not one.
pub(super) fn token(text: &str) -> Option<String> {
    const DIGITS: usize = 20;
    const GROUP: usize = 4;
    let mut token = String::with_capacity(DIGITS + DIGITS / GROUP);
    let mut count = 0;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => {
                if count > 0 && count % GROUP == 0 {
                    token.push('-');
                }
                token.push(c);
                count += 1;
            }
            ' ' | '-' => {}
            _ => return None,
        }
        if count > DIGITS {
            return None;
        }
    }
    (count == DIGITS).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_form_seen() {
        for (text, expected) in [
            ("89.500", 89_500),
            ("89,500", 89_500),
            ("Rp. 89,500", 89_500),
            ("Rp.89,500", 89_500),
            ("rp 89.500,-", 89_500),
            ("Rp99,999,999", 99_999_999),
            ("-101000", -101_000),
            ("- 101000", -101_000),
            ("-Rp 101.000", -101_000),
            ("Rp. -101.000", -101_000),
            ("1356424", 1_356_424),
            ("201,200", 201_200),
            ("Rp5.000,00", 5_000),
            ("2000.0", 2_000),
            ("2000,00", 2_000),
            ("1.234.567,00", 1_234_567),
            ("1,234,567.00", 1_234_567),
            ("0", 0),
            ("0.0", 0),
            (" 48825. ", 48_825),
        ] {
            assert_eq!(amount(text), Some(Rupiah::new(expected)), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_no_amount() {
        for text in [
            "",
            "Rp",
            "-",
            "--5",
            "- Rp -5",
            "1500.000",
            "0.500",
            "1.234,567",
            "12.5",
            "12.34.567",
            "1,234,56",
            "36.37.85.130",
            "2000.5",
            "1.23",
            "5,50",
            "12.3456",
            "0,672",
            "1.000.00.000",
            "10é",
            "5000VA",
            "1e5",
            "99999999999999999999",
            "ten",
            "٣٤",
        ] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn the_rest_after_an_amount_is_kept() {
        assert_eq!(leading_amount("Rp.1,000-Rp. 5=x"), Some((Rupiah::new(1_000), "-Rp. 5=x")));
        assert_eq!(leading_amount("89.500. Terima kasih"), Some((Rupiah::new(89_500), ". Terima kasih")));
    }

    #[test]
    fn destinations_compare_by_their_digits() {
        for (theirs, ours, same) in [
            ("081234567890", "081234567890", true),
            ("6281234567890", "081234567890", true),
            ("+62 812-3456-7890", "081234567890", true),
            ("081234567891", "081234567890", false),
            ("08123456789", "081234567890", false),
            ("0812x34567890", "081234567890", false),
            ("", "081234567890", false),
            ("", "", false),
            ("ABC1", "abc1", true),
            ("81234567890", "081234567890", true),
            ("1234567890", "01234567890", true),
            // A meter is no phone.
            ("0812345678", "62812345678", false),
            ("62812345678", "62812345678", true),
            ("156378300(8483)", "156378300|8483", true),
            ("156378300 (8483)", "156378300|8483", true),
            ("156378300-8483", "156378300(8483)", true),
            ("1563783008483", "156378300|8483", true),
            ("156378300|8484", "156378300|8483", false),
            ("15637830|08483", "156378300|8483", false),
            ("81234567|OS_ASIA", "81234567|os_asia", true),
            ("namaku#idn1", "NamaKu#IDN1", true),
            ("NamaKu#IDN2", "NamaKu#IDN1", false),
            ("0", "0", true),
            ("00", "0", false),
        ] {
            assert_eq!(same_destination(theirs, ours), same, "{theirs} {ours}");
        }
    }

    #[test]
    fn a_token_is_twenty_digits_and_nothing_else() {
        let grouped = Some("1234-5678-9012-3456-7890".to_owned());
        for text in ["12345678901234567890", "1234-5678-9012-3456-7890", " 1234 5678 9012 3456 7890 "] {
            assert_eq!(token(text), grouped, "{text}");
        }
        for text in ["", "1234", "1234-5678-9012-3456-7890-1", "1234-5678-9012-3456-789x", "123456789012345678901"] {
            assert_eq!(token(text), None, "{text}");
        }
    }
}
