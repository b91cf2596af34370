//! What a serial tells besides an electricity token: `1234-5678-9012-3456-7890/BUDI/R1/1300VA/13,5`. No document but
//! one fixes the order, so each piece is known by its shape or its label; what fits nothing is left out.

use super::amount::{amount, token};
use super::labels::{self, Label, Part, SEPARATORS};
use konter_core::outcome::{Detail, Details};

/// The powers PLN sells, in VA, up to which a figure without unit is one.
const POWERS: [&str; 17] = [
    "450", "900", "1300", "2200", "3500", "4400", "5500", "6600", "7700", "10600", "11000", "13200", "16500", "23000",
    "33000", "41500", "53000",
];

/// Labels whose values are rupiah.
const AMOUNTS: [(Label, Detail); 7] = [
    (Label::TokenAmount, Detail::TokenAmount),
    (Label::Total, Detail::Paid),
    (Label::Admin, Detail::Admin),
    (Label::Stamp, Detail::Stamp),
    (Label::Vat, Detail::Vat),
    (Label::StreetLightTax, Detail::StreetLightTax),
    (Label::Instalment, Detail::Instalment),
];

/// A serial that was searched for a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TokenSerial {
    /// All different tokens in it, in groups of four joined by `-`.
    pub tokens: Vec<String>,
    /// [`Detail::Token`] only where there is one token: which of several opens the meter is not for us to guess.
    pub details: Details,
}

/// Reads a serial; empty where it holds no token.
pub(super) fn read(text: &str) -> TokenSerial {
    let found = tokens(text);
    let Some((place, _)) = found.first() else { return TokenSerial::default() };
    let separator = separator(text, place);
    let mut tokens: Vec<String> = Vec::new();
    for (_, token) in found {
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    let parts = labels::parts(text, separator.as_slice());
    let mut details = labelled(&parts);
    for (detail, value) in by_shape(&parts, separator) {
        details.entry(detail).or_insert(value);
    }
    if let [only] = tokens.as_slice() {
        details.insert(Detail::Token, only.clone());
    }
    TokenSerial { tokens, details }
}

/// Every token with the text it stands in: those labelled as one, else those under no label, else any.
fn tokens(text: &str) -> Vec<(&str, String)> {
    let parts = labels::parts(text, &SEPARATORS);
    let of = |wanted: fn(&Part<'_>) -> bool| {
        let texts = parts.iter().filter(|part| wanted(part)).map(|part| match part {
            Part::Field(_, text) | Part::Loose(text) => *text,
        });
        let pieces = texts.flat_map(|text| text.split(SEPARATORS));
        pieces.filter_map(|piece| Some((piece.trim(), twenty_digits(piece)?))).collect::<Vec<_>>()
    };
    [
        of(|part| matches!(part, Part::Field(Label::Token, _))),
        of(|part| matches!(part, Part::Loose(_))),
        of(|part| matches!(part, Part::Field(Label::Other, _))),
    ]
    .into_iter()
    .find(|found| !found.is_empty())
    .unwrap_or_default()
}

/// A token in any grouping.
fn twenty_digits(text: &str) -> Option<String> {
    token(&text.replace(['.', '_'], "-"))
}

/// What parts this serial: the separator behind its token, else the last one before it.
fn separator(text: &str, token: &str) -> Option<char> {
    let (before, behind) = text.split_once(token)?;
    let behind = behind.trim_start().chars().next().filter(|c| SEPARATORS.contains(c));
    behind.or_else(|| before.chars().rev().find(|c| SEPARATORS.contains(c)))
}

fn labelled(parts: &[Part<'_>]) -> Details {
    let mut details = Details::new();
    for (label, detail) in [
        (Label::Name, Detail::CustomerName),
        (Label::Meter, Detail::Meter),
        (Label::CustomerId, Detail::CustomerId),
        (Label::Reference, Detail::UtilityReference),
    ] {
        details.extend(labels::only(parts, label).map(|value| (detail, value.to_owned())));
    }
    for (label, detail) in AMOUNTS {
        details.extend(labels::amount(parts, label).map(|amount| (detail, amount.get().to_string())));
    }
    details.extend(connection(parts));
    let kwh = labels::only(parts, Label::Kwh).and_then(kwh_of_field);
    details.extend(kwh.map(|kwh| (Detail::Kwh, kwh)));
    details
}

/// Tariff and power, from fields of their own or from one field.
pub(super) fn connection(parts: &[Part<'_>]) -> Details {
    let mut details = Details::new();
    if let Some(value) = labels::only(parts, Label::Power) {
        let (of_tariff, of_power) = match tariff_and_power(value) {
            Some((tariff, power)) => (Some(tariff), Some(power)),
            None => (tariff(value), power_of_field(value).or_else(|| power_behind(parts))),
        };
        details.extend(of_tariff.map(|tariff| (Detail::Tariff, tariff)));
        details.extend(of_power.map(|power| (Detail::Power, power)));
    }
    let tariff = labels::only(parts, Label::Tariff).and_then(tariff);
    details.extend(tariff.map(|tariff| (Detail::Tariff, tariff)));
    details
}

/// `DAYA: R1/1300VA` where `/` ends the field: what stands behind it.
fn power_behind(parts: &[Part<'_>]) -> Option<String> {
    parts.windows(2).find_map(|pair| match pair {
        [Part::Field(Label::Power, of_tariff), Part::Loose(rest)] if tariff(of_tariff).is_some() => {
            labels::pieces(rest.strip_prefix('/')?, &SEPARATORS).first().and_then(|piece| power(piece))
        }
        _ => None,
    })
}

/// What one piece of a serial is.
enum Shape {
    Token,
    Known(Vec<(Detail, String)>),
    /// Fits nothing; holds letters like a name.
    Words,
    Nothing,
}

/// The details that pieces under no label are by their shape; two different values for one detail are neither.
fn by_shape(parts: &[Part<'_>], separator: Option<char>) -> Vec<(Detail, String)> {
    let mut known: Vec<(Detail, String)> = Vec::new();
    // Runs of pieces that could be the name, and whether the token stands right before.
    let mut runs: Vec<(bool, Vec<&str>)> = Vec::new();
    let (mut behind_token, mut in_run) = (false, false);
    for part in parts {
        let Part::Loose(text) = part else {
            (behind_token, in_run) = (matches!(part, Part::Field(Label::Token, _)), false);
            continue;
        };
        for piece in expanded(text, separator) {
            match shape(piece) {
                _ if piece.is_empty() => {}
                Shape::Words => {
                    match runs.last_mut().filter(|_| in_run) {
                        Some((_, run)) => run.push(piece),
                        None => runs.push((behind_token, vec![piece])),
                    }
                    (behind_token, in_run) = (false, true);
                }
                Shape::Token => (behind_token, in_run) = (true, false),
                Shape::Known(found) => {
                    known.extend(found);
                    (behind_token, in_run) = (false, false);
                }
                Shape::Nothing => (behind_token, in_run) = (false, false),
            }
        }
    }
    let name = match runs.as_slice() {
        [(_, only)] => Some(only),
        several => several.iter().find(|(behind_token, _)| *behind_token).map(|(_, run)| run),
    };
    let joint = separator.unwrap_or('/').to_string();
    let mut details: Vec<_> = [Detail::Tariff, Detail::Power, Detail::Kwh]
        .into_iter()
        .filter_map(|detail| {
            let values = known.iter().filter(|(of, _)| *of == detail).map(|(_, value)| value);
            Some((detail, labels::agreed(values)?.clone()))
        })
        .collect();
    details.extend(name.map(|run| (Detail::CustomerName, run.join(&joint))));
    details
}

/// The pieces of a text; one that holds further pieces of a known shape between `/` is taken apart.
fn expanded(text: &str, separator: Option<char>) -> Vec<&str> {
    let pieces = labels::pieces(text, separator.as_slice());
    let inner = |piece| {
        let inner: Vec<&str> = labels::pieces(piece, &['/']);
        let whole = matches!(shape(piece), Shape::Known(_));
        let is_known = |piece: &&str| matches!(shape(piece), Shape::Known(_));
        if !whole && inner.iter().any(is_known) { inner } else { vec![piece] }
    };
    pieces.into_iter().flat_map(inner).collect()
}

fn shape(piece: &str) -> Shape {
    if twenty_digits(piece).is_some() {
        return Shape::Token;
    }
    if let Some((tariff, power)) = tariff_and_power(piece) {
        return Shape::Known(vec![(Detail::Tariff, tariff), (Detail::Power, power)]);
    }
    let known = tariff(piece).map(|tariff| (Detail::Tariff, tariff));
    let known = known.or_else(|| power(piece).map(|power| (Detail::Power, power)));
    let known = known.or_else(|| kwh(piece).map(|kwh| (Detail::Kwh, kwh)));
    match known {
        Some(known) => Shape::Known(vec![known]),
        None if is_name(piece) => Shape::Words,
        None => Shape::Nothing,
    }
}

/// Words rather than a reference: letters, and at least as many as digits.
pub(super) fn is_name(piece: &str) -> bool {
    const LONGEST_NAME: usize = 60;
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    letters > 0 && letters >= digits && piece.chars().count() <= LONGEST_NAME && !piece.eq_ignore_ascii_case("null")
}

/// `R1`, `R1M`, `B2`, `R1T`: the customer group, a figure, sometimes letters.
fn tariff(text: &str) -> Option<String> {
    const MOST_LETTERS: usize = 2;
    let mut chars = text.chars();
    let group = chars.next().is_some_and(|c| matches!(c.to_ascii_uppercase(), 'R' | 'B' | 'I' | 'P' | 'S'));
    let figure = chars.next().is_some_and(|c| ('1'..='4').contains(&c));
    let rest = chars.as_str();
    let letters = rest.len() <= MOST_LETTERS && rest.bytes().all(|b| b.is_ascii_alphabetic());
    (group && figure && letters).then(|| text.to_owned())
}

/// `R1/1300VA`, `R1M / 900`, `R1 1300 VA`.
fn tariff_and_power(text: &str) -> Option<(String, String)> {
    let (front, behind) = text.split_once(['/', '\\', ' ', '-'])?;
    let behind = behind.trim_start_matches(['/', '\\', ' ', '-']);
    Some((tariff(front.trim())?, power(behind.trim())?))
}

/// `1300VA`, `1.300 VA`, or one of PLN's figures alone.
fn power(text: &str) -> Option<String> {
    if POWERS.contains(&text) { Some(format!("{text}VA")) } else { volt_ampere(without_word(text, "VA")?) }
}

/// Under its label any figure is a power.
fn power_of_field(text: &str) -> Option<String> {
    volt_ampere(without_word(text, "VA").unwrap_or(text))
}

fn volt_ampere(figure: &str) -> Option<String> {
    const MOST: i64 = 9_999_999;
    let figure = figure.trim();
    let amount = figure.starts_with(|c: char| c.is_ascii_digit()).then(|| amount(figure)).flatten()?;
    (1..=MOST).contains(&amount.get()).then(|| format!("{}VA", amount.get()))
}

/// `kWh1500,0`, `13.50KWH`, or a figure with one or two decimals.
fn kwh(text: &str) -> Option<String> {
    const MOST_DIGITS: usize = 4; // a longer figure is rather an amount
    if let Some(figure) = kwh_with_unit(text) {
        return Some(figure);
    }
    let (whole, decimals) = text.split_once([',', '.'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole) && whole.len() <= MOST_DIGITS && digits(decimals) && decimals.len() <= 2;
    fits.then(|| text.to_owned())
}

fn kwh_of_field(text: &str) -> Option<String> {
    kwh_with_unit(text).or_else(|| kwh_figure(text))
}

fn kwh_with_unit(text: &str) -> Option<String> {
    let figure = super::amount::strip_word(text, "KWH").or_else(|| without_word(text, "KWH"))?;
    kwh_figure(figure.trim_start_matches([':', '=', ' ']))
}

fn kwh_figure(text: &str) -> Option<String> {
    const LONGEST: usize = 12;
    let text = text.trim();
    let is_digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let fits = bytes.len() <= LONGEST
        && is_digit(bytes.first())
        && is_digit(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    fits.then(|| text.to_owned())
}

/// The text before a closing word, in any letter case.
fn without_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (front, tail) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    tail.eq_ignore_ascii_case(word).then(|| front.trim_end())
}

#[cfg(test)]
#[path = "token_serial_tests.rs"]
mod tests;
