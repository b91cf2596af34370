//! Small helpers on text: amounts, deterministic digits, encodings, the clock on the wall.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, Utc};

/// Jakarta time, in which all five suppliers write their times.
pub(super) type Moment = DateTime<FixedOffset>;

pub(super) fn now() -> Moment {
    const JAKARTA_SECONDS_EAST: i32 = 7 * 3600;
    let utc = Utc::now();
    FixedOffset::east_opt(JAKARTA_SECONDS_EAST).map_or_else(|| utc.fixed_offset(), |zone| utc.with_timezone(&zone))
}

/// `1,234,567`: the English grouping all documents but ours use.
pub(super) fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if amount < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number that depends on the text alone and looks like chance (FNV-1a).
pub(super) fn scramble(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// So many decimal digits, always the same for the same text.
pub(super) fn digits(text: &str, count: usize) -> String {
    let mut state = scramble(text);
    let mut out = String::with_capacity(count);
    for _ in 0..count {
        // splitmix64: one multiplication would leave neighbouring references with alike serial numbers
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let digit = u32::try_from((mixed ^ (mixed >> 31)) % 10).unwrap_or(0);
        out.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
    out
}

/// The 20 digits of an electricity token, in five groups with this between them.
pub(super) fn token(reference: &str, between: char) -> String {
    let mut out = String::with_capacity(24);
    for (i, digit) in digits(reference, 20).chars().enumerate() {
        if i > 0 && i.is_multiple_of(4) {
            out.push(between);
        }
        out.push(digit);
    }
    out
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Text inside a query string, encoded as the suppliers do: only what would be misread is escaped, a space becomes
/// `space` (`+` or `%20`).
pub(super) fn encoded(text: &str, space: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' | b',' | b':' | b';' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The face value a product code names: its first digits, under 1000 meaning thousands.
pub(super) fn denomination(product: &str) -> i64 {
    const UNNAMED: i64 = 10_000; // a code without digits has to cost something
    const LONGEST: usize = 9; // more digits than a billion rupiah needs are no amount
    let number: String =
        product.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).take(LONGEST).collect();
    match number.parse::<i64>() {
        Ok(0) | Err(_) => UNNAMED,
        Ok(thousands) if thousands < 1000 => thousands * 1000,
        Ok(rupiah) => rupiah,
    }
}

/// What the supplier takes for a product: a tenth less than its face value, electricity a little more, game diamonds by the
/// piece. Never more than the sample catalog says that it costs.
pub(super) fn price(product: &str) -> i64 {
    const TOKEN_FEE: i64 = 200;
    const DIAMOND: i64 = 120;
    let face = denomination(product);
    let is = |name: &str| product.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    match () {
        () if is("PLN") => face + TOKEN_FEE,
        () if is("ML") || is("FF") => face / 1000 * DIAMOND,
        () => face / 10 * 9,
    }
}

/// Whether a text can be a reference, a product or a destination at all: anything else is refused unread, so that no
/// reply can be forged from the inside and no memory filled with novels.
pub(super) fn is_field(text: &str) -> bool {
    const LONGEST: usize = 64;
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'#' | b'|' | b'<' | b'>' | b'&' | b'"'))
}

/// Whether a text can be a destination: a game's user and zone, or its name, may have signs of its own.
pub(super) fn is_destination(text: &str) -> bool {
    is_field(&text.replace(['#', '|', ' '], "_"))
}

/// The same name with another last character: somebody else's reference or number.
pub(super) fn someone_else(name: &str) -> String {
    let mut other = name.to_owned();
    match other.pop() {
        Some(digit @ '0'..='8') => other.push(char::from_u32(u32::from(digit) + 1).unwrap_or('0')),
        Some('A' | 'a') => other.push('B'),
        Some(letter) if letter.is_ascii_alphabetic() => other.push('A'),
        Some(_) | None => other.push('0'),
    }
    other
}
