//! Making a message fit for a log, and for the eyes of others.

use konter_core::phone::{MAX_DIGITS, clean};

use super::atom::{Atom, Gap, atoms};
use super::pin::{MAX_PIN_DIGITS, MIN_PIN_DIGITS, NEW_PIN_DIGITS};
use super::shape::phones_in_pieces;

/// Longest run of digits that is left alone: a number with its country code. A longer one may end in a PIN.
const LONGEST_NUMBER: usize = MAX_DIGITS + 1;
/// Longest message kept in a log.
const LONGEST: usize = 500;

/// What stands where a PIN stood.
pub const MASK: &str = "***";

/// The text with every run of digits that could be, or hide, a PIN replaced by `***`, cut to a length a log can bear.
/// A three-digit run right after a letter stays: it is the end of a product code such as `S100`.
#[must_use]
pub fn redact(text: &str) -> String {
    let text: String = clean(&text.chars().take(LONGEST).collect::<String>());
    if let Some(word) = before_a_password(&text) {
        return format!("{word}.{MASK}");
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        out.push_str(before);
        let hides = could_hide_a_pin(before, digits) && !ends_a_code(before, digits);
        out.push_str(if hides { MASK } else { digits });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `KR0003`: a reseller's code.
fn ends_a_code(before: &str, digits: &str) -> bool {
    const DIGITS: usize = 4;
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.eq_ignore_ascii_case("KR") && digits.len() == DIGITS
}

/// The word of a command that goes on with a password, where there is one.
fn before_a_password(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let word = text.strip_prefix('/').unwrap_or(text);
    let end = word.find(|c: char| !c.is_ascii_alphanumeric())?;
    word.get(..end).filter(|word| word.eq_ignore_ascii_case("API"))
}

/// The text with the PIN of an order that was copied into it, `S10.081234567890.1234 belum masuk`, replaced by `***`. A
/// sum behind an account's number stays.
#[must_use]
pub fn without_order_pins(text: &str) -> String {
    /// Digits of a destination: fewer may be a date or an amount.
    const FEWEST: usize = 9;
    /// The same right behind a product's code: a game's user.
    const FEWEST_OF_A_GAME: usize = 6;
    /// No amount that is transferred is so short; longer ones are taken for a PIN only in what looks like an order.
    const SHORT_PIN: usize = 4;
    let mut out = String::with_capacity(text.len());
    // Digits of the number that is being read, over the gaps people write it with; whether a product's code, letters and
    // digits, stands before it, or anywhere before.
    let (mut read, mut behind_a_code, mut ends_a_code, mut has_code) = (0, false, false, false);
    let mut is_phone = false;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (gap, from) = rest.split_at(start);
        let (digits, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
        // `12345678(2001).1234`: a user, its zone, a PIN.
        let gap_before = gap.strip_prefix(')').unwrap_or(gap);
        let separated = !gap_before.is_empty() && gap_before.chars().all(|c| matches!(c, '.' | '#' | '*' | ',' | ';'));
        // `s10 081234567890 1234 belum masuk`: a blank parts as well in what is an order.
        let parted = separated || (gap == " " && has_code);
        let long_enough = match digits.len() {
            SHORT_PIN => true,
            5..=6 => behind_a_code,
            _ => false,
        };
        // `0812 3456 7890`: its last group is none.
        let goes_on_as_phone = is_phone && !separated && read <= FEWEST;
        let is_number = (read >= FEWEST || (behind_a_code && read >= FEWEST_OF_A_GAME)) && !goes_on_as_phone;
        let is_named = NEW_PIN_DIGITS.contains(&digits.len()) && names_a_pin(gap);
        let is_pin = (is_number && parted && long_enough) || is_named;
        out.push_str(gap);
        out.push_str(if is_pin { MASK } else { digits });
        let goes_on =
            matches!(gap, "-" | " " | "(" | " (" | "|") && read + digits.len() <= LONGEST_NUMBER && !ends_a_code;
        if is_pin {
            // It may have been the zone, with the PIN behind it.
        } else if goes_on {
            read += digits.len();
        } else {
            behind_a_code = ends_a_code && (separated || gap == " ");
            read = digits.len();
            is_phone = digits.starts_with('0');
        }
        ends_a_code = gap.ends_with(|c: char| c.is_ascii_alphabetic());
        has_code |= ends_a_code;
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether the last word says that a PIN follows: `pinku 1234`, `PIN: 1234`.
fn names_a_pin(gap: &str) -> bool {
    let word = gap.trim_end_matches([' ', ':', '=', '.', '-']);
    word.rsplit(|c: char| !c.is_alphabetic()).next().is_some_and(says_pin)
}

/// `pin`, `pinku`, `pinnya`; not `pindah` or `pinjam`.
fn says_pin(word: &str) -> bool {
    ["pin", "pinku", "pinnya", "pinya", "pinmu"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether digits stand where a PIN does: last, behind a number, or behind the word for one. With fewer digits, or more,
/// nobody's is so long.
#[must_use]
pub fn may_hold_pin(text: &str) -> bool {
    /// Digits of a number: of fewer it may be said that they are a PIN themselves.
    const FEWEST: usize = 8;
    let text = clean(text);
    let pieces = atoms(&text, false);
    let fits = |atom: &Atom<'_>| fits_a_pin(atom.text).is_some();
    // `pin1234`
    let is_named = |atom: &Atom<'_>| {
        let behind = atom
            .text
            .to_lowercase()
            .strip_prefix("pin")
            .map(|rest| rest.trim_start_matches([':', '=', '-']).to_owned());
        behind.is_some_and(|rest| NEW_PIN_DIGITS.contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if pieces.iter().any(is_named) {
        return true;
    }
    let digits = |atom: &Atom<'_>| atom.text.bytes().filter(u8::is_ascii_digit).count();
    let is_last = |at: usize| pieces.get(at + 1..).unwrap_or_default().iter().all(|atom| digits(atom) == 0);
    let stands_behind = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        before.is_some_and(|before| digits(before) >= FEWEST || before.text.to_lowercase().starts_with("pin"))
    };
    pieces
        .iter()
        .enumerate()
        .any(|(at, atom)| fits(atom) && (is_last(at) || stands_behind(at)) && !is_piece(&pieces, at))
}

/// Digits that stand alone and may be a PIN wherever they stand: no round sum, no piece of a phone number, no year, and not what
/// a word before them counts.
#[must_use]
pub fn lone_pins(text: &str) -> Vec<String> {
    const ROUND: u32 = 50;
    const COUNTED: [&str; 14] = [
        "trx",
        "transaksi",
        "order",
        "no",
        "nomor",
        "nomer",
        "id",
        "tiket",
        "ticket",
        "tahun",
        "jam",
        "rp",
        "idpel",
        "zona",
    ];
    let text = clean(text);
    let pieces = atoms(&text, false);
    let is_a_year = |at: usize, digits: &str| {
        let before = at.checked_sub(1).and_then(|at| pieces.get(at));
        digits.len() == 4
            && digits.starts_with("20")
            && before.is_some_and(|day| day.is_digits() && day.text.len() <= 2)
    };
    let is_counted = |at: usize| {
        let follows_a_mark = |atom: &Atom<'_>| text.get(..atom.start).is_some_and(|before| before.ends_with('#'));
        let is_marked = pieces.get(at).is_some_and(follows_a_mark) && !text.contains(['*', '.']);
        let word = at.checked_sub(1).and_then(|at| pieces.get(at)).map(|before| before.text.to_lowercase());
        is_marked || word.is_some_and(|word| COUNTED.contains(&word.trim_end_matches([':', '='])))
    };
    // `10.000`: what a dot or a comma joins is one sum.
    let is_grouped = |at: usize| {
        let sums = |first: Option<&Atom<'_>>, second: Option<&Atom<'_>>| {
            let second = second.filter(|atom| matches!(atom.gap, Gap::Dot | Gap::Comma) && atom.text.len() == 3);
            second.is_some_and(Atom::is_digits) && first.is_some_and(Atom::is_digits)
        };
        sums(pieces.get(at), pieces.get(at + 1))
    };
    let may_be = |(at, atom): (usize, &Atom<'_>)| {
        let digits = fits_a_pin(atom.text)?;
        let is_round = digits.parse::<u32>().is_ok_and(|sum| sum % ROUND == 0);
        let is_one =
            !is_round && !is_a_year(at, digits) && !is_counted(at) && !is_grouped(at) && !is_piece(&pieces, at);
        is_one.then(|| digits.to_owned())
    };
    pieces.iter().enumerate().filter_map(may_be).collect()
}

/// A PIN with its digits apart, and nothing else: `4 8 2 1`.
#[must_use]
pub fn spaced_pin(text: &str) -> Option<String> {
    let pieces: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | ',')).collect();
    let digits: Vec<&str> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
    let is_digit = |piece: &&str| piece.len() == 1 && piece.bytes().all(|b| b.is_ascii_digit());
    (NEW_PIN_DIGITS.contains(&digits.len()) && digits.iter().all(is_digit)).then(|| digits.concat())
}

/// The digits of `(1234)`, `1234?`, where they are as many as a PIN has.
fn fits_a_pin(atom: &str) -> Option<&str> {
    let inner = atom.trim_start_matches(['(', '"', '\'']).trim_end_matches([')', '"', '\'', '?', '!', ':']);
    (NEW_PIN_DIGITS.contains(&inner.len()) && inner.bytes().all(|b| b.is_ascii_digit())).then_some(inner)
}

/// Whether this atom may be a piece of a phone number. `0812 3456 7890`: where its end is in doubt, the last piece may be the
/// PIN. A number that is whole by itself has none.
fn is_piece(pieces: &[Atom<'_>], at: usize) -> bool {
    const WHOLE: usize = 10; // digits
    (0..=at).any(|from| {
        let rest = pieces.get(from..).unwrap_or_default();
        let is_whole = rest.first().is_some_and(|first| first.is_digits() && first.text.len() >= WHOLE);
        !is_whole && phones_in_pieces(rest).first().is_some_and(|(_, count)| at < from + count)
    })
}

fn could_hide_a_pin(before: &str, digits: &str) -> bool {
    let ends_a_code = digits.len() == MIN_PIN_DIGITS && before.ends_with(|c: char| c.is_ascii_alphabetic());
    let pin_long = (MIN_PIN_DIGITS..=MAX_PIN_DIGITS).contains(&digits.len());
    (pin_long && !ends_a_code) || digits.len() > LONGEST_NUMBER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pins_place_is_behind_a_number_or_at_the_end() {
        for text in [
            "S10 081234567890 1234",
            "S10.081234567890.1234.2",
            "s10 pin 4821",
            "081234567890 48211 ya kak",
            "s10 pin1234 ya",
            "(s10) (081234567890) (1234)",
            "pinku 4821 ya bu",
        ] {
            assert!(may_hold_pin(text), "{text}");
        }
        for text in [
            "pdam.12345678",
            "/deposit 2001 1000 tunai 12",
            "S10 0812 3456 7890",
            "trx 1234 s10 081234567890",
            "10",
            "pinus1234",
        ] {
            assert!(!may_hold_pin(text), "{text}");
        }
    }

    #[test]
    fn what_stands_alone_may_be_a_pin_wherever_it_stands() {
        for text in [
            "harga s10 081234567890 4821",
            "4821 081234567890",
            "4821 x2",
            "s5 081234567890 dan 081234567891 4821",
            "s10 081234567890 081234567891 4821",
            "tr KR0002 10000 4821?",
            "nama Wati Jaya (4821)",
        ] {
            assert_eq!(lone_pins(text), ["4821"], "{text}");
        }
        for text in [
            "s10 0812 3456 7890",
            "tiket 5000",
            "tr KR0002 12500",
            "trx 1234 belum masuk",
            "#1234 belum masuk",
            "rekap 21 11 2026",
            "saldo 10.618",
            "s10 08123456789",
        ] {
            assert!(lone_pins(text).is_empty(), "{text}: {:?}", lone_pins(text));
        }
        assert_eq!(spaced_pin("4 8 2 1").as_deref(), Some("4821"));
        assert!(["4 82 1", "4 8 2", "4 8 2 1 ya", "4821"].iter().all(|text| spaced_pin(text).is_none()));
    }

    #[test]
    fn an_order_copied_into_a_complaint_loses_its_pin() {
        for (typed, shown) in [
            ("S10.081234567890.1234 belum masuk", "S10.081234567890.*** belum masuk"),
            ("S10.0812-3456-7890#123456 gimana", "S10.0812-3456-7890#*** gimana"),
            ("S10*0812 3456 7890*1234*2", "S10*0812 3456 7890*****2"),
            ("tf BCA.1234567890.100000 barusan", "tf BCA.1234567890.100000 barusan"),
            ("ML86.12345678(2001).1234 belum masuk", "ML86.12345678(2001).*** belum masuk"),
            ("ML86 12345678|2001.1234", "ML86 12345678|2001.***"),
            ("ML86.12345678.2001.1234 belum", "ML86.12345678.***.*** belum"),
            ("TS.08511111111.500123.BRI", "TS.08511111111.500123.BRI"),
            ("bayar.PLNPOST.520010509867.1234", "bayar.PLNPOST.520010509867.***"),
            ("trx 12.05.2026 ke 081234567890 5000 belum", "trx 12.05.2026 ke 081234567890 5000 belum"),
            ("saldo 1.500.000.1234", "saldo 1.500.000.1234"),
            ("s10 081255508140 4821 belum masuk", "s10 081255508140 *** belum masuk"),
            ("s10 0812 5550 8140 4821 belum masuk", "s10 0812 5550 8140 *** belum masuk"),
            ("s10 ke 081255508140 4821", "s10 ke 081255508140 ***"),
            ("ml86 12345678 2001 4821 belum", "ml86 12345678 *** *** belum"),
            ("s10 belum masuk, pin 4821", "s10 belum masuk, pin ***"),
            ("pinku: 482199 kok salah", "pinku: *** kok salah"),
            ("pindah ke 4821", "pindah ke 4821"),
            ("", ""),
        ] {
            assert_eq!(without_order_pins(typed), shown);
        }
    }
}
