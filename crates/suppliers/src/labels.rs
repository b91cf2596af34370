//! Labelled fields in the free texts of suppliers: `NAMA: BUDI, TAGIHAN=100.000`, `nama BUDI, total 102500`. Only known
//! labels open a field, so that names may hold what parts fields elsewhere.

use super::amount::leading_amount;
use konter_core::money::Rupiah;

/// Characters that part the pieces of a text.
pub(super) const SEPARATORS: [char; 5] = ['/', '#', ',', ';', '|'];

/// Bytes. A serial or a bill in words has a few hundred; a longer text is not searched.
const LONGEST: usize = 4 * 1024;

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Token,
    Name,
    Meter,
    CustomerId,
    Tariff,
    /// Connected power; some write the tariff before it.
    Power,
    Kwh,
    TokenAmount,
    /// What the utility gets, without fees.
    Bill,
    Total,
    Admin,
    Penalty,
    Stamp,
    Vat,
    StreetLightTax,
    Instalment,
    Reference,
    Period,
    /// A label that tells nothing we keep; it ends the field before it.
    Other,
}

/// Whether a label may stand without `:` or `=` behind it, and before what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    Never,
    BeforeAnything,
    /// Before a digit or `Rp`.
    BeforeFigure,
}

/// In capitals, without the spaces and stops people put in: `NOMETER` is also `No. Meter`.
const LABELS: [(&str, Label, Bare); 63] = [
    ("TOKEN", Label::Token, Bare::BeforeFigure),
    ("STROOM/TOKEN", Label::Token, Bare::BeforeFigure),
    ("SN", Label::Token, Bare::Never),
    ("NAMA", Label::Name, Bare::BeforeAnything),
    ("NAMAPELANGGAN", Label::Name, Bare::BeforeAnything),
    ("NAMAPEL", Label::Name, Bare::Never),
    ("ATASNAMA", Label::Name, Bare::BeforeAnything),
    ("A/N", Label::Name, Bare::BeforeAnything),
    ("AN", Label::Name, Bare::Never),
    ("NM", Label::Name, Bare::Never),
    ("METER", Label::Meter, Bare::Never),
    ("NOMETER", Label::Meter, Bare::Never),
    ("IDPEL", Label::CustomerId, Bare::Never),
    ("IDPELANGGAN", Label::CustomerId, Bare::Never),
    ("TARIF", Label::Tariff, Bare::Never),
    ("TRF", Label::Tariff, Bare::Never),
    ("GOL", Label::Tariff, Bare::Never),
    ("DAYA", Label::Power, Bare::Never),
    ("TARIF/DAYA", Label::Power, Bare::Never),
    ("TRF/DAYA", Label::Power, Bare::Never),
    ("TD", Label::Power, Bare::Never),
    ("KWH", Label::Kwh, Bare::Never),
    ("JMLKWH", Label::Kwh, Bare::Never),
    ("JUMLAHKWH", Label::Kwh, Bare::Never),
    ("RPTOKEN", Label::TokenAmount, Bare::BeforeFigure),
    ("RPSTROOM", Label::TokenAmount, Bare::BeforeFigure),
    ("RPSTROOM/TOKEN", Label::TokenAmount, Bare::BeforeFigure),
    ("TAGIHAN", Label::Bill, Bare::BeforeFigure),
    ("RPTAG", Label::Bill, Bare::BeforeFigure),
    ("RPTAGPLN", Label::Bill, Bare::BeforeFigure),
    ("TAG", Label::Bill, Bare::Never),
    ("TOTAL", Label::Total, Bare::BeforeFigure),
    ("TOTALBAYAR", Label::Total, Bare::BeforeFigure),
    ("TOTALTAGIHAN", Label::Total, Bare::BeforeFigure),
    ("RPBAYAR", Label::Total, Bare::BeforeFigure),
    ("ADMIN", Label::Admin, Bare::BeforeFigure),
    ("ADM", Label::Admin, Bare::BeforeFigure),
    ("RPADMIN", Label::Admin, Bare::BeforeFigure),
    ("BIAYAADMIN", Label::Admin, Bare::BeforeFigure),
    ("ADMINBANK", Label::Admin, Bare::BeforeFigure),
    ("DENDA", Label::Penalty, Bare::BeforeFigure),
    ("METERAI", Label::Stamp, Bare::Never),
    ("MATERAI", Label::Stamp, Bare::Never),
    ("PPN", Label::Vat, Bare::Never),
    ("PPJ", Label::StreetLightTax, Bare::Never),
    ("ANGSURAN", Label::Instalment, Bare::Never),
    ("REF", Label::Reference, Bare::BeforeFigure),
    ("REFF", Label::Reference, Bare::Never),
    ("NOREF", Label::Reference, Bare::BeforeFigure),
    ("VSIREF", Label::Reference, Bare::Never),
    ("PLNREF", Label::Reference, Bare::Never),
    ("PERIODE", Label::Period, Bare::BeforeAnything),
    ("BLTH", Label::Period, Bare::BeforeAnything),
    ("BL/TH", Label::Period, Bare::Never),
    ("BLN", Label::Period, Bare::BeforeAnything),
    ("BULAN", Label::Period, Bare::Never),
    ("METERAWAL", Label::Other, Bare::BeforeFigure),
    ("METERAKHIR", Label::Other, Bare::BeforeFigure),
    ("STANDMETER", Label::Other, Bare::BeforeFigure),
    ("STAND", Label::Other, Bare::BeforeFigure),
    ("SAL", Label::Other, Bare::Never),
    ("SALDO", Label::Other, Bare::Never),
    ("TRXID", Label::Other, Bare::Never),
];

/// A stretch of a text, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// A field up to the next one.
    Field(Label, &'t str),
    /// What stands under no label.
    Loose(&'t str),
}

/// The parts of a text. A field's value ends before the next field; where it holds one of `separators`, what comes
/// behind is loose.
pub(super) fn parts<'t>(text: &'t str, separators: &[char]) -> Vec<Part<'t>> {
    if text.len() > LONGEST {
        return vec![];
    }
    let openings = openings(text);
    let mut parts = Vec::new();
    let first = openings.first().map_or(text.len(), |opening| opening.at);
    parts.push(Part::Loose(text.get(..first).unwrap_or_default()));
    let ends = openings.iter().skip(1).map(|opening| opening.at).chain([text.len()]);
    for (opening, end) in openings.iter().zip(ends) {
        let value = text.get(opening.value_at..end).unwrap_or_default();
        let (value, rest) = cut(value, separators);
        parts.push(Part::Field(opening.label, trimmed(value)));
        parts.push(Part::Loose(rest));
    }
    parts.retain(|part| !matches!(part, Part::Loose(text) if trimmed(text).is_empty()));
    parts
}

/// The pieces of a text between these separators; a comma in a figure is none.
pub(super) fn pieces<'t>(text: &'t str, separators: &[char]) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let (piece, behind) = cut(rest, separators);
        pieces.push(piece.trim());
        match behind.chars().next() {
            Some(separator) => rest = behind.get(separator.len_utf8()..).unwrap_or_default(),
            None => return pieces,
        }
    }
}

/// Splits before the first separator.
fn cut<'t>(text: &'t str, separators: &[char]) -> (&'t str, &'t str) {
    let separates = |at: usize, c: char| separators.contains(&c) && !(c == ',' && is_in_number(text, at));
    let at = text.char_indices().find(|&(at, c)| separates(at, c)).map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

/// Whether the comma here stands in a figure, as in `13,5`, `kWh1500,0` or `Rp102,500`, and not behind one, as in
/// `R1,1300VA`.
fn is_in_number(text: &str, comma: usize) -> bool {
    const MOST_DECIMALS: usize = 3;
    let before = text.get(..comma).unwrap_or_default();
    let in_word = |c: char| c.is_alphanumeric() || c == '.' || c == ',';
    let word = before.rfind(|c| !in_word(c)).and_then(|at| before.get(at..)).unwrap_or(before);
    let word = word.trim_start_matches(|c| !in_word(c));
    let figure = word.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let unit = word.get(..word.len() - figure.len()).unwrap_or_default().trim_end_matches('.');
    let is_figure = figure.ends_with(|c: char| c.is_ascii_digit())
        && figure.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
        && ["", "rp", "kwh"].iter().any(|known| unit.eq_ignore_ascii_case(known));
    let behind = text.get(comma + 1..).unwrap_or_default();
    let decimals = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    is_figure && (1..=MOST_DECIMALS).contains(&decimals)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(&c))
}

struct Opening {
    at: usize,
    label: Label,
    value_at: usize,
}

/// Where a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning or behind a separator.
    Piece,
    /// Behind white space: only a label with its `:` or `=` opens a field.
    Word,
    Inside,
}

fn openings(text: &str) -> Vec<Opening> {
    let mut openings: Vec<Opening> = Vec::new();
    let mut place = Place::Piece;
    for (at, c) in text.char_indices() {
        let inside_label = openings.last().is_some_and(|opening| at < opening.value_at);
        if place != Place::Inside
            && !c.is_whitespace()
            && !inside_label
            && let Some((label, value_at)) = label_at(text, at, place)
        {
            openings.push(Opening { at, label, value_at });
        }
        place = match c {
            _ if SEPARATORS.contains(&c) || c == '\n' => Place::Piece,
            _ if c.is_whitespace() => {
                if place == Place::Piece {
                    Place::Piece
                } else {
                    Place::Word
                }
            }
            _ => Place::Inside,
        };
    }
    openings
}

/// The longest label that begins here, and where its value does.
fn label_at(text: &str, at: usize, place: Place) -> Option<(Label, usize)> {
    let rest = text.get(at..)?;
    let known = LABELS.iter().filter_map(|(name, label, bare)| {
        let behind = strip_loosely(rest, name)?;
        let value = behind.trim_start_matches([' ', '.']);
        let marked = value.strip_prefix([':', '=']);
        let value = match (marked, place) {
            (Some(value), _) => value,
            (None, Place::Piece) if behind.starts_with(char::is_whitespace) && bare.allows(value) => value,
            (None, _) => return None,
        };
        Some((name.len(), *label, text.len() - value.len()))
    });
    let longest = known.max_by_key(|(length, ..)| *length).map(|(_, label, value_at)| (label, value_at));
    longest.or_else(|| (place == Place::Piece).then(|| unknown_label(text, at)).flatten())
}

/// `JAM:` and the like: a short word of letters right before a mark.
fn unknown_label(text: &str, at: usize) -> Option<(Label, usize)> {
    const LONGEST_LABEL: usize = 20;
    let rest = text.get(at..)?;
    let end = rest.find([':', '=']).filter(|end| (1..=LONGEST_LABEL).contains(end))?;
    let is_word = rest.get(..end)?.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ' || b == b'.');
    is_word.then_some((Label::Other, at + end + 1))
}

impl Bare {
    fn allows(self, value: &str) -> bool {
        match self {
            Self::Never => false,
            Self::BeforeAnything => !value.is_empty(),
            Self::BeforeFigure => {
                value.starts_with(|c: char| c.is_ascii_digit())
                    || value.get(..2).is_some_and(|rp| rp.eq_ignore_ascii_case("rp"))
            }
        }
    }
}

/// What stands behind `name`, in any letter case and with spaces or stops inside.
fn strip_loosely<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut chars = text.chars();
    for (i, wanted) in name.chars().enumerate() {
        loop {
            match chars.next()? {
                ' ' | '.' | '_' if i > 0 => {}
                '\\' if wanted == '/' => break,
                c if c.eq_ignore_ascii_case(&wanted) => break,
                _ => return None,
            }
        }
    }
    Some(chars.as_str())
}

/// The one value of a label; `None` when it is absent, empty, or given twice with different values.
pub(super) fn only<'t>(parts: &[Part<'t>], label: Label) -> Option<&'t str> {
    agreed(values(parts, label)).filter(|value| !value.is_empty())
}

/// The one amount under a label, whole rupiah and not negative; see [`only`].
pub(super) fn amount(parts: &[Part<'_>], label: Label) -> Option<Rupiah> {
    agreed(values(parts, label).map(whole_amount))?
}

pub(super) fn values<'p, 't>(parts: &'p [Part<'t>], label: Label) -> impl Iterator<Item = &'t str> + use<'p, 't> {
    parts.iter().filter_map(move |part| match part {
        Part::Field(of, value) if *of == label => Some(*value),
        Part::Field(..) | Part::Loose(_) => None,
    })
}

/// An amount with nothing but punctuation right behind it: `2 LEMBAR` is none.
fn whole_amount(value: &str) -> Option<Rupiah> {
    let (amount, rest) = leading_amount(value)?;
    let ends = rest.trim_start().chars().next().is_none_or(|c| !c.is_alphanumeric());
    (ends && !amount.is_negative()).then_some(amount)
}

/// The value that all are.
pub(super) fn agreed<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, separators: &[char]) -> String {
        let parts = parts(text, separators).into_iter().map(|part| match part {
            Part::Field(label, value) => format!("{label:?}={value}"),
            Part::Loose(text) => format!("~{}", trimmed(text)),
        });
        parts.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn known_labels_part_a_text() {
        for (text, expected) in [
            ("NAMA: BUDI, S.E., TAGIHAN: 100.000, ADMIN=2,500", "Name=BUDI, S.E. | Bill=100.000 | Admin=2,500"),
            ("inquiry sukses, nama BUDI, total 102500", "~inquiry sukses | Name=BUDI | Total=102500"),
            ("BUDI/TOTAL:102500", "~BUDI | Total=102500"),
            ("A/N BUDI/BL/TH:MEI18", "Name=BUDI | Period=MEI18"),
            ("No. Meter : 123; TARIF\\DAYA : R1/900", "Meter=123 | Power=R1 | ~900"),
            ("Atas Nama BUDI TOTAL BAYAR: Rp 5", "Name=BUDI | Total=Rp 5"),
            ("TAGIHAN LISTRIK, ADMIN UTAMA, AN NISA", "~TAGIHAN LISTRIK, ADMIN UTAMA, AN NISA"),
            ("JAM:12, STAND METER: 1-2, REF 7A", "Other=12 | Other=1-2 | Reference=7A"),
            ("", ""),
        ] {
            assert_eq!(shown(text, &['/', ';', '|', '#']), expected, "{text}");
        }
    }

    #[test]
    fn an_amount_stands_alone_and_agrees_with_itself() {
        for (text, expected) in [
            ("ADM: 2.500", Some(2_500)),
            ("ADM: Rp 2,500, terima kasih", Some(2_500)),
            ("ADM 2500; ADMIN 2500", Some(2_500)),
            ("ADM 2500; ADMIN 3000", None),
            ("ADM: 2 LEMBAR", None),
            ("ADM: -5", None),
            ("ADM: 12.5", None),
            ("ADM:", None),
        ] {
            assert_eq!(amount(&parts(text, &[';']), Label::Admin), expected.map(Rupiah::new), "{text}");
        }
    }

    #[test]
    fn a_comma_in_a_figure_parts_nothing() {
        for (text, expected) in [
            ("R1,1300VA,13,5", vec!["R1", "1300VA", "13,5"]),
            ("R1,900,kWh1500,0", vec!["R1", "900", "kWh1500,0"]),
            ("Rp. 102,500,TOTAL 1,234,567,Budi", vec!["Rp. 102,500", "TOTAL 1,234,567", "Budi"]),
            ("é,1,", vec!["é", "1", ""]),
        ] {
            assert_eq!(pieces(text, &[',']), expected, "{text}");
        }
        assert_eq!(pieces("a/ b//", &['/']), ["a", "b", "", ""]);
    }
}
