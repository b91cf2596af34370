//! A receipt as a thermal printer's own bytes (ESC/POS): what an Android printing app, or `cat file > /dev/usb/lp0`,
//! takes. Its few commands are in Epson's "ESC/POS command reference".

use super::fold::to_ascii;
use super::{Align, Letters, Receipt, Row, Style, Underline, Weight, text};

/// `ESC @` resets the printer, `ESC t 0` selects code page 437, whose lower half is ASCII.
const RESET: [u8; 5] = [ESC, b'@', ESC, b't', 0];
/// Feed before the cut, so that the last line is outside of the printer.
const LAST_FEED: u8 = 4;
/// `GS V 66 0`: a partial cut where the paper stands (function B). Function A, `GS V 65`, is a full cut on some printers.
const PARTIAL_CUT: [u8; 4] = [GS, b'V', 66, 0];

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;

/// The bytes, from the printer's reset to the cut. Letters are ASCII: the nearest one for every other.
#[must_use]
pub fn bytes(receipt: &Receipt) -> Vec<u8> {
    let mut printer = Printer { bytes: RESET.to_vec(), align: Align::default(), style: Style::default() };
    for row in receipt.map_text(to_ascii).rows(Letters::Sized) {
        match row {
            Row::Gap => printer.feed(1),
            Row::Rule => printer.line(&text::rule(), Align::Left, Style::PLAIN),
            Row::Text { text, align, style } => printer.line(&text, align, style),
        }
    }
    printer.change(Align::Left, Style::PLAIN);
    printer.feed(LAST_FEED);
    printer.bytes.extend(PARTIAL_CUT);
    printer.bytes
}

/// What has been sent to the printer, and how it stands after that.
struct Printer {
    bytes: Vec<u8>,
    align: Align,
    style: Style,
}

impl Printer {
    fn line(&mut self, text: &str, align: Align, style: Style) {
        self.change(align, style);
        self.bytes.extend(text.bytes());
        self.feed(1);
    }

    /// Prints what is on the line, and so many lines further.
    fn feed(&mut self, lines: u8) {
        self.bytes.extend([ESC, b'd', lines]);
    }

    /// Sends only what differs.
    fn change(&mut self, align: Align, style: Style) {
        if self.align != align {
            self.bytes.extend([ESC, b'a', u8::from(align == Align::Centre)]);
        }
        if self.style.weight != style.weight {
            self.bytes.extend([ESC, b'E', u8::from(style.weight == Weight::Bold)]);
        }
        if self.style.underline != style.underline {
            self.bytes.extend([ESC, b'-', u8::from(style.underline == Underline::Single)]);
        }
        if self.style.size != style.size {
            let (columns, rows) = (style.size.columns() - 1, style.size.rows() - 1);
            self.bytes.extend([GS, b'!', (columns << 4) | rows]);
        }
        (self.align, self.style) = (align, style);
    }
}
