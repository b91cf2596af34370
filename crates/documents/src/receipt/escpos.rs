//! A receipt as a thermal printer's own bytes: what an Android printing app, or `cat file > /dev/usb/lp0`, takes.

use std::cell::RefCell;

use escpos::driver::Driver;
use escpos::errors::PrinterError;
use escpos::printer::Printer;
use escpos::printer_options::PrinterOptions;
use escpos::utils::{JustifyMode, PageCode, Protocol, UnderlineMode};

use super::fold::to_ascii;
use super::{Align, COLUMNS, Letters, Receipt, Row, Style, Underline, Weight, text};

/// Why there are no bytes. None of it can happen to a receipt of ASCII; the printer crate's functions just all say it
/// could.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no printer's bytes: {0}")]
pub struct EscPosError(String);

impl From<PrinterError> for EscPosError {
    fn from(error: PrinterError) -> Self {
        Self(error.to_string())
    }
}

/// Feed before the cut, so that the last line is outside of the printer.
const FEED: u8 = 4;
/// `GS V 66 0`, a partial cut where the paper stands (Epson, "GS V", function B). The printer crate's own sends
/// `GS V 65 1`, which that document calls a full cut.
const PARTIAL_CUT: [u8; 4] = [0x1d, b'V', 66, 0];

/// The bytes, from the printer's reset to the cut. Letters are ASCII: the nearest one for every other.
pub fn bytes(receipt: &Receipt) -> Result<Vec<u8>, EscPosError> {
    let columns = u8::try_from(COLUMNS).unwrap_or(u8::MAX);
    let options = PrinterOptions::new(Some(PageCode::PC437), None, columns);
    let mut printer = Printer::new(Memory::default(), Protocol::default(), Some(options));
    printer.init()?;
    let mut state = State::default();
    for row in receipt.map_text(to_ascii).rows(Letters::Sized) {
        match row {
            Row::Gap => drop(printer.feed()?),
            Row::Rule => {
                state.change(&mut printer, Align::Left, Style::PLAIN)?;
                printer.writeln(&text::rule())?;
            }
            Row::Text { text, align, style } => {
                state.change(&mut printer, align, style)?;
                printer.writeln(&text)?;
            }
        }
    }
    state.change(&mut printer, Align::Left, Style::PLAIN)?;
    printer.feeds(FEED)?.custom(&PARTIAL_CUT)?.print()?;
    Ok(printer.driver().0.into_inner())
}

/// How the printer stands.
#[derive(Default)]
struct State {
    align: Align,
    style: Style,
}

impl State {
    /// Sends only what differs.
    fn change(&mut self, printer: &mut Printer<Memory>, align: Align, style: Style) -> Result<(), EscPosError> {
        if self.align != align {
            printer.justify(match align {
                Align::Left => JustifyMode::LEFT,
                Align::Centre => JustifyMode::CENTER,
            })?;
        }
        if self.style.weight != style.weight {
            printer.bold(style.weight == Weight::Bold)?;
        }
        if self.style.underline != style.underline {
            printer.underline(match style.underline {
                Underline::None => UnderlineMode::None,
                Underline::Single => UnderlineMode::Single,
            })?;
        }
        if self.style.size != style.size {
            printer.size(style.size.columns(), style.size.rows())?;
        }
        *self = Self { align, style };
        Ok(())
    }
}

/// A printer that keeps what it is sent.
#[derive(Default)]
struct Memory(RefCell<Vec<u8>>);

impl Driver for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> Result<(), PrinterError> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> Result<usize, PrinterError> {
        Ok(0)
    }

    fn flush(&self) -> Result<(), PrinterError> {
        Ok(())
    }
}
