//! The bytes of a text file as text, whatever a spreadsheet saved it in: UTF-8, UTF-16, Windows-1252.

use std::borrow::Cow;

/// The text, without the mark that tells its encoding. Never fails: in Windows-1252 every byte is a character.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        // Without a mark: of the first two characters, which are a header's, one half is nothing.
        [1..=255, 0, 1..=255, 0, ..] => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
        [0, 1..=255, 0, 1..=255, ..] => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| windows_1252(byte)).collect()),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(unit));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Latin-1, but for the characters that Windows put where Latin-1 has control characters.
fn windows_1252(byte: u8) -> char {
    const FIRST: u8 = 0x80;
    const THERE: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let there = byte.checked_sub(FIRST).and_then(|at| THERE.get(usize::from(at)));
    there.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_gives_the_same_text() {
        const TEXT: &str = "code,name – “é”";
        let units: Vec<u16> = TEXT.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (encoding, bytes) in [
            ("UTF-8", TEXT.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat()),
            ("UTF-16, little end first", [b"\xFF\xFE".as_slice(), &little].concat()),
            ("UTF-16, big end first", [b"\xFE\xFF".as_slice(), &big].concat()),
            ("UTF-16 without a mark", little),
            ("the other without a mark", big),
            ("Windows-1252", b"code,name \x96 \x93\xE9\x94".to_vec()),
        ] {
            assert_eq!(decode(&bytes), TEXT, "{encoding}");
        }
    }

    #[test]
    fn what_is_no_text_is_read_all_the_same() {
        for bytes in [&b""[..], b"\xFF", b"\xFF\xFE", b"\xFF\xFEa", b"\x00", b"\xFF\xFE\x00\xD8", b"\xEF\xBB\xBF\xFF"] {
            let _ = decode(bytes);
        }
    }
}
