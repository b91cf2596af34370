//! A text in Telegram's terms: parts it accepts, offsets as it counts them (in UTF-16 units). Pure.

use std::ops::Range;

use teloxide::types::MessageEntity;

use crate::front::Text;

/// The longest message, in UTF-16 units.
pub(super) const LONGEST: usize = 4096;
/// The longest words under a file, in UTF-16 units.
pub(super) const LONGEST_CAPTION: usize = 1024;
/// Telegram ignores what is above.
pub(super) const MOST_ENTITIES: usize = 100;

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    pub body: String,
    /// What a tap copies, and what keeps its columns.
    pub entities: Vec<MessageEntity>,
}

/// How long Telegram finds a text.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The messages a text becomes: none when there is nothing to show. Cuts between lines, or else between words, and
/// through something to be copied only when it is longer than a message. What is of fixed width may be cut: both halves
/// stay of fixed width.
pub(super) fn parts(text: &Text, longest: usize) -> Vec<Part> {
    let copy = valid(&text.copy, &text.body);
    let marks = marks(text, &copy);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.body.len() {
        let end = cut(&text.body, start, &copy, longest);
        parts.extend(part(&text.body, start..end, &marks));
        start = end;
    }
    parts
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Copy,
    Fixed,
}

struct Mark {
    range: Range<usize>,
    kind: Kind,
}

/// The ranges that are some of the text.
fn valid(ranges: &[Range<usize>], body: &str) -> Vec<Range<usize>> {
    ranges.iter().filter(|range| !range.is_empty() && body.get((*range).clone()).is_some()).cloned().collect()
}

/// What is marked in a text, in order. Telegram allows nothing inside a block of fixed width.
fn marks(text: &Text, copy: &[Range<usize>]) -> Vec<Mark> {
    let mut fixed = valid(&text.fixed, &text.body);
    fixed.sort_by_key(|range| range.start);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for range in fixed {
        match blocks.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => blocks.push(range),
        }
    }
    let outside =
        |range: &&Range<usize>| blocks.iter().all(|block| range.end <= block.start || block.end <= range.start);
    let copied = copy.iter().filter(outside).cloned().map(|range| Mark { range, kind: Kind::Copy });
    let mut marks: Vec<Mark> = copied.collect();
    marks.extend(blocks.into_iter().map(|range| Mark { range, kind: Kind::Fixed }));
    marks.sort_by_key(|mark| mark.range.start);
    marks
}

/// Where the part that begins at `start` ends: after `start`, on a character's boundary.
fn cut(body: &str, start: usize, copy: &[Range<usize>], longest: usize) -> usize {
    let rest = body.get(start..).unwrap_or("");
    let mut units = 0;
    let mut fits = 0;
    for c in rest.chars() {
        units += c.len_utf16();
        if units > longest && fits > 0 {
            break;
        }
        fits += c.len_utf8();
    }
    if fits == rest.len() {
        return body.len();
    }
    let limit = start + fits;
    let window = rest.get(..fits).unwrap_or(rest);
    let inside = |at: usize| copy.iter().find(|range| range.start < at && at < range.end);
    let clear = |at: &usize| *at > start && inside(*at).is_none();
    let after_last =
        |wanted: char| window.rmatch_indices(wanted).map(|(at, found)| start + at + found.len()).find(|at| clear(at));
    // A cut in the first half would make many short parts of a text without line ends near the limit.
    let half = start + fits / 2;
    after_last('\n')
        .filter(|&at| at > half)
        .or_else(|| after_last(' ').filter(|&at| at > half))
        .or_else(|| inside(limit).map_or(Some(limit), |range| Some(range.start).filter(clear)))
        .unwrap_or(limit)
}

/// The part in `range`, without the white space at its ends, which Telegram would take off anyway. Only what is of fixed
/// width may begin with some: its first line is indented like the others.
fn part(body: &str, range: Range<usize>, marks: &[Mark]) -> Option<Part> {
    let raw = body.get(range.clone())?;
    let shown = raw.trim_end();
    if shown.trim_start().is_empty() {
        return None;
    }
    let end = range.start + shown.len();
    let first = end - shown.trim_start().len();
    let block = marks.iter().find(|mark| mark.kind == Kind::Fixed && mark.range.end > range.start);
    let start = block.map_or(first, |mark| first.min(mark.range.start.max(range.start)));
    let utf16 = |range: Range<usize>| body.get(range).map_or(0, units);
    let entities = marks
        .iter()
        .map(|mark| (mark.kind, mark.range.start.max(start)..mark.range.end.min(end)))
        .filter(|(_, wanted)| wanted.start < wanted.end)
        .take(MOST_ENTITIES)
        .map(|(kind, wanted)| {
            let (offset, length) = (utf16(start..wanted.start), utf16(wanted));
            match kind {
                Kind::Copy => MessageEntity::code(offset, length),
                Kind::Fixed => MessageEntity::pre(None, offset, length),
            }
        })
        .collect();
    Some(Part { body: body.get(start..end)?.to_owned(), entities })
}

#[cfg(test)]
mod tests {
    use teloxide::types::MessageEntityKind;

    use super::*;

    /// Marks what is to be copied with `[` and `]`, what is of fixed width with `{` and `}`, and shows what Telegram
    /// would.
    fn shown(marked: &str, longest: usize) -> Vec<String> {
        let mut text = Text::default();
        for c in marked.chars() {
            match c {
                '[' => text.copy.push(text.body.len()..text.body.len()),
                ']' => text.copy.last_mut().unwrap().end = text.body.len(),
                '{' => text.fixed.push(text.body.len()..text.body.len()),
                '}' => text.fixed.last_mut().unwrap().end = text.body.len(),
                _ => text.body.push(c),
            }
        }
        parts(&text, longest).into_iter().map(show).collect()
    }

    fn show(part: Part) -> String {
        let units: Vec<u16> = part.body.encode_utf16().collect();
        let mut shown = String::new();
        let mut at = 0;
        let text = |range: Range<usize>| String::from_utf16(&units[range]).unwrap();
        for entity in part.entities {
            let end = entity.offset + entity.length;
            let (open, close) = match entity.kind {
                MessageEntityKind::Code => ("[", "]"),
                _ => ("{", "}"),
            };
            shown = shown + &text(at..entity.offset) + open + &text(entity.offset..end) + close;
            at = end;
        }
        shown + &text(at..units.len())
    }

    #[test]
    fn offsets_count_utf16_units() {
        for text in ["SN: [1234]", "✅ SUKSES 🎉 SN: [1234-5678] ke [0812]", "[👨‍👩‍👧]é[x]", "tanpa tanda"]
        {
            assert_eq!(shown(text, LONGEST), [text]);
        }
    }

    #[test]
    fn white_space_at_the_ends_moves_no_mark() {
        assert_eq!(shown("\n\n  é [12 34] ", LONGEST), ["é [12 34]"]);
        assert_eq!(shown("a [12 ]", LONGEST), ["a [12]"]);
        assert_eq!(shown("", LONGEST), Vec::<String>::new());
        assert_eq!(shown(" \n ", LONGEST), Vec::<String>::new());
    }

    #[test]
    fn a_long_text_is_cut_where_it_hurts_least() {
        // Between lines, between words, anywhere.
        assert_eq!(shown("satu dua\ntiga", 10), ["satu dua", "tiga"]);
        assert_eq!(shown("satu dua tiga", 10), ["satu dua", "tiga"]);
        assert_eq!(shown("satuduatiga", 4), ["satu", "duat", "iga"]);
        // Not through what is to be copied, unless it is longer than a message.
        assert_eq!(shown("token [1234 5678]", 12), ["token", "[1234 5678]"]);
        assert_eq!(shown("[123456789]", 4), ["[1234]", "[5678]", "[9]"]);
        // Never through a character.
        assert_eq!(shown("🎉🎉🎉", 3), ["🎉", "🎉", "🎉"]);
        assert_eq!(shown("🎉", 1), ["🎉"]);
    }

    #[test]
    fn what_is_of_fixed_width_stays_so_in_every_part() {
        assert_eq!(shown("Struk 🎉\n{ PLN  20 }\nSN: [12]", LONGEST), ["Struk 🎉\n{ PLN  20 }\nSN: [12]"]);
        assert_eq!(shown("{aaa bbb\nccc ddd}\nee", 9), ["{aaa bbb}", "{ccc ddd}", "ee"]);
        // The first line of a block is indented like the others, wherever a part begins.
        assert_eq!(shown("\n {   TOKO\nalamat}", LONGEST), ["{   TOKO\nalamat}"]);
        assert_eq!(shown("{ 123456\n  1234\n}", 9), ["{ 123456}", "{  1234}"]);
        assert_eq!(shown("  a {b}", LONGEST), ["a {b}"]);
        // Telegram wants no mark inside a block, and no block inside another.
        assert_eq!(shown("{SN [12] x} [34]", LONGEST), ["{SN 12 x} [34]"]);
        let text =
            Text { body: "abcdef".into(), fixed: vec![2..4, 0..3, 9..12], copy: vec![3..5, 5..5], ..Text::default() };
        assert_eq!(show(parts(&text, LONGEST).remove(0)), "{abcd}ef");
    }

    #[test]
    fn every_part_fits_and_nothing_is_lost() {
        let body = "Kode 🎉 harga é 10.500\n".repeat(1_000);
        let parts = parts(&Text { body: body.clone(), ..Text::default() }, LONGEST);
        assert!(parts.iter().all(|part| part.body.encode_utf16().count() <= LONGEST));
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let all: Vec<String> = parts.into_iter().map(|part| part.body).collect();
        assert_eq!(squeeze(&all.join("\n")), squeeze(&body));
    }

    #[test]
    fn a_range_that_does_not_fit_the_text_is_left_out() {
        let text = Text { body: "é1".into(), copy: vec![1..2, 0..99, 2..3, 3..3], ..Text::default() };
        assert_eq!(show(parts(&text, LONGEST).remove(0)), "é[1]");
    }
}
