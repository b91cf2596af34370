//! Cuts a long text into messages Telegram accepts.

use std::ops::Range;

use super::rendered::Rendered;

/// Characters of one message, counted as UTF-16 units (Bot API, sendMessage, `text`).
pub const TELEGRAM_LIMIT: usize = 4096;

/// Pieces of at most `limit` UTF-16 units, cut at line ends where there are any, else at a space, else anywhere
/// between two characters. A copyable part that does not fit is cut as well. No piece is blank; a text that is yields
/// no piece.
#[must_use]
pub fn split_for_telegram(rendered: Rendered, limit: usize) -> Vec<Rendered> {
    if !rendered.body.trim().is_empty() && units(&rendered.body) <= limit {
        return vec![rendered];
    }
    let body = rendered.body.as_str();
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(rest) = body.get(start..).filter(|rest| !rest.is_empty()) {
        let end = start + cut(rest, limit);
        pieces.extend(piece(&rendered, start..end));
        start = end;
    }
    pieces
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// How many bytes of `rest` make the next piece; at least one character, so that any limit comes to an end.
fn cut(rest: &str, limit: usize) -> usize {
    let mut used = 0;
    let mut fits = 0;
    let (mut line_end, mut space) = (0, 0);
    for (at, c) in rest.char_indices() {
        used += c.len_utf16();
        let after = at + c.len_utf8();
        if used > limit && at > 0 {
            // The line end or the space itself may be what no longer fits: it would be trimmed anyway.
            return match c {
                '\n' => after,
                _ if line_end > 0 => line_end,
                ' ' => after,
                _ if space > 0 => space,
                _ => fits,
            };
        }
        fits = after;
        match c {
            '\n' => line_end = after,
            ' ' => space = after,
            _ => {}
        }
    }
    rest.len()
}

fn piece(whole: &Rendered, range: Range<usize>) -> Option<Rendered> {
    let text = whole.body.get(range.clone())?;
    let from = range.start + (text.len() - text.trim_start().len());
    let body = text.trim().to_owned();
    if body.is_empty() {
        return None;
    }
    let to = from + body.len();
    let copy = whole.copy.iter().filter_map(|part| {
        let (begin, end) = (part.start.max(from), part.end.min(to));
        (begin < end).then(|| begin - from..end - from)
    });
    Some(Rendered { copy: copy.collect(), body, ..Rendered::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(body: &str, copy: &str, limit: usize) -> Vec<(String, Vec<String>)> {
        let copy = body.find(copy).filter(|_| !copy.is_empty()).map(|at| at..at + copy.len());
        split_for_telegram(
            Rendered { body: body.to_owned(), copy: copy.into_iter().collect(), ..Rendered::default() },
            limit,
        )
        .into_iter()
        .inspect(|piece| assert!(units(&piece.body) <= limit, "{piece:?}"))
        .map(|piece| (piece.body.clone(), piece.copyable().map(str::to_owned).collect()))
        .collect()
    }

    #[test]
    fn cuts_at_line_ends_then_spaces_then_anywhere() {
        for (body, copy, pieces) in [
            ("short", "", vec![("short", vec![])]),
            ("line one\nline two", "two", vec![("line one", vec![]), ("line two", vec!["two"])]),
            ("0123456789\nabc", "", vec![("0123456789", vec![]), ("abc", vec![])]),
            ("one two three", "three", vec![("one two", vec![]), ("three", vec!["three"])]),
            ("0123456789abc", "789ab", vec![("0123456789", vec!["789"]), ("abc", vec!["ab"])]),
            ("  \n ", "", vec![]),
            // An emoji is two UTF-16 units.
            ("😀😀😀😀😀😀", "", vec![("😀😀😀😀😀", vec![]), ("😀", vec![])]),
        ] {
            let expected: Vec<_> = pieces
                .into_iter()
                .map(|(body, copy)| (body.to_owned(), copy.into_iter().map(str::to_owned).collect::<Vec<_>>()))
                .collect();
            assert_eq!(split(body, copy, 10), expected, "{body:?}");
        }
    }

    #[test]
    fn a_long_list_loses_no_line() {
        let lines: Vec<String> = (0..2000).map(|n| format!("S{n} Telkomsel = {n}.500")).collect();
        let pieces = split(&lines.join("\n"), "S1999", TELEGRAM_LIMIT);
        let joined = pieces.iter().map(|(body, _)| body.as_str()).collect::<Vec<_>>().join("\n");
        assert!(joined == lines.join("\n"), "a line was lost or cut");
        assert_eq!(pieces.last().map(|(_, copy)| copy.clone()), Some(vec!["S1999".to_owned()]));
    }
}
