//! A finished text and the parts of it a person may want to copy with one tap.

use std::ops::Range;

/// A reply as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub body: String,
    /// Byte ranges of `body`, in order and apart from each other: serial numbers, tokens, texts to send again. A front
    /// that can, makes them copyable with one tap.
    pub copy: Vec<Range<usize>>,
    /// Byte ranges of `body` to be shown with letters of one width.
    pub fixed: Vec<Range<usize>>,
    /// Rows of buttons below it.
    pub buttons: Vec<Vec<Button>>,
    /// Rows of the keyboard that stays below the chat from now on; a key says its label.
    pub keyboard: Vec<Vec<String>>,
}

/// A button below a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// What a tap says, as the text of a message; at most 64 bytes.
    pub tap: String,
}

/// Stand around a copyable part while templates run. Private-use characters: no text from outside has them, because
/// [`super::clean`] removes them.
pub(super) const COPY_BEGIN: char = '\u{e000}';
pub(super) const COPY_END: char = '\u{e001}';

impl Rendered {
    /// Takes the marks out of a template's output, and the white space templates leave behind: at line ends, at both
    /// ends of the text, and more than one empty line in a row.
    pub(super) fn from_marked(marked: &str) -> Self {
        let mut rendered = Self::default();
        let mut begun = None;
        let mut empty_lines = 0;
        for line in marked.lines() {
            let line = line.trim_end();
            if line.is_empty() {
                empty_lines += 1;
                continue;
            }
            if !rendered.body.is_empty() {
                rendered.body.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
            }
            empty_lines = 0;
            for c in line.chars() {
                match c {
                    COPY_BEGIN => begun = Some(rendered.body.len()),
                    COPY_END => rendered.copy.extend(begun.take().map(|from| from..rendered.body.len())),
                    _ => rendered.body.push(c),
                }
            }
        }
        rendered.copy.retain(|range| !range.is_empty());
        rendered
    }

    /// The copyable parts themselves.
    pub fn copyable(&self) -> impl Iterator<Item = &str> {
        self.copy.iter().filter_map(|range| self.body.get(range.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_ranges_and_stray_white_space_goes() {
        let rendered = Rendered::from_marked("\n\nSN: \u{e000}12é4\u{e001}  \n\n\n\nlagi \u{e000}S10\u{e001}.\n");
        assert_eq!(rendered.body, "SN: 12é4\n\nlagi S10.");
        assert_eq!(rendered.copyable().collect::<Vec<_>>(), ["12é4", "S10"]);
    }

    #[test]
    fn lonely_marks_leave_nothing_behind() {
        for marked in ["\u{e001}a", "a\u{e000}", "a\u{e000}\u{e001}", "\u{e001}\u{e001}a\u{e000}"] {
            assert_eq!(
                Rendered::from_marked(marked),
                Rendered { body: "a".to_owned(), ..Rendered::default() },
                "{marked:?}"
            );
        }
    }
}
