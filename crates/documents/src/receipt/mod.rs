//! What a reseller hands to a customer: a receipt, laid out once for narrow paper and told three ways, as text, as a
//! picture and as a thermal printer's bytes. Pure: no I/O and no clock. No wording lives here (labels come in), and
//! nothing that the shop paid can reach it.

mod card;
pub mod escpos;
mod fold;
mod labels;
mod layout;
pub mod picture;
mod printed;
pub mod text;
mod wrap;

pub use card::ReceiptCard;
pub use labels::Labels;
pub use layout::{LONGEST_FOOTER, LONGEST_SHOP, MOST_PERIODS, MOST_PRINTED_ROWS, lay_out};

/// Letters on one row of 58 mm paper, in a thermal printer's font A.
pub const COLUMNS: usize = 32;

/// A receipt: its lines from top to bottom, none of them broken to the paper's width yet, because that depends on how
/// big letters can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// An empty row.
    Gap,
    /// A line across the paper.
    Rule,
    /// Words over the whole width.
    Text { text: String, align: Align, style: Style },
    /// A value beside its label; the rest of a long value stands under its beginning.
    Field { label: String, value: String, side: Side, style: Style },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Left,
    Centre,
}

/// Where a value stands in its column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Side {
    #[default]
    Left,
    Right,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    pub weight: Weight,
    pub size: Size,
    pub underline: Underline,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    #[default]
    Normal,
    Bold,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Underline {
    #[default]
    None,
    Single,
}

/// How many columns and rows a letter takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Size {
    #[default]
    Normal,
    /// Two rows.
    Tall,
    /// Two columns.
    Wide,
    /// Two rows and two columns.
    Large,
}

impl Size {
    /// 1 or 2.
    pub const fn columns(self) -> u8 {
        match self {
            Self::Normal | Self::Tall => 1,
            Self::Wide | Self::Large => 2,
        }
    }

    /// 1 or 2.
    pub const fn rows(self) -> u8 {
        match self {
            Self::Normal | Self::Wide => 1,
            Self::Tall | Self::Large => 2,
        }
    }

    const fn of(columns: u8, rows: u8) -> Self {
        match (columns, rows) {
            (2.., 2..) => Self::Large,
            (2.., _) => Self::Wide,
            (_, 2..) => Self::Tall,
            (_, _) => Self::Normal,
        }
    }
}

impl Style {
    const PLAIN: Self = Self { weight: Weight::Normal, size: Size::Normal, underline: Underline::None };
    const BOLD: Self = Self { weight: Weight::Bold, ..Self::PLAIN };
    const TALL: Self = Self { size: Size::Tall, ..Self::BOLD };
    const LARGE: Self = Self { size: Size::Large, ..Self::BOLD };

    /// The stronger of both in everything.
    fn or(self, other: Self) -> Self {
        let columns = self.size.columns().max(other.size.columns());
        let rows = self.size.rows().max(other.size.rows());
        Self {
            weight: self.weight.max(other.weight),
            size: Size::of(columns, rows),
            underline: self.underline.max(other.underline),
        }
    }
}

/// One row of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// An empty one.
    Gap,
    /// A line across.
    Rule,
    /// Never wider than the paper.
    Text { text: String, align: Align, style: Style },
}

impl Row {
    /// How many rows of ordinary letters it is high.
    fn height(&self) -> usize {
        match self {
            Self::Gap | Self::Rule => 1,
            Self::Text { style, .. } => usize::from(style.size.rows()),
        }
    }
}

/// Whether letters can be bigger than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// All the same, as in a chat.
    OneSize,
    Sized,
}

impl Line {
    fn text(text: impl Into<String>, align: Align, style: Style) -> Self {
        Self::Text { text: text.into(), align, style }
    }

    /// Broken to the paper's width; nothing is cut off.
    fn rows(&self, letters: Letters) -> Vec<Row> {
        let (texts, align, style) = match self {
            Self::Gap => return vec![Row::Gap],
            Self::Rule => return vec![Row::Rule],
            Self::Text { text, align, style } => {
                let letter = match letters {
                    Letters::OneSize => 1,
                    Letters::Sized => usize::from(style.size.columns()),
                };
                (wrap::wrap(text, COLUMNS / letter), *align, *style)
            }
            Self::Field { label, value, side, style } => (wrap::field(label, value, *side), Align::Left, *style),
        };
        texts.into_iter().map(|text| Row::Text { text, align, style }).collect()
    }
}

impl Receipt {
    /// The rows as paper shows them, from top to bottom.
    #[must_use]
    pub fn rows(&self, letters: Letters) -> Vec<Row> {
        self.lines.iter().flat_map(|line| line.rows(letters)).collect()
    }

    /// The same with other letters; whatever their number, rows are broken afterwards.
    fn map_text(&self, change: impl Fn(&str) -> String) -> Self {
        let change_line = |line: &Line| match line {
            Line::Gap => Line::Gap,
            Line::Rule => Line::Rule,
            Line::Text { text, align, style } => Line::Text { text: change(text), align: *align, style: *style },
            Line::Field { label, value, side, style } => {
                Line::Field { label: change(label), value: change(value), side: *side, style: *style }
            }
        };
        Self { lines: self.lines.iter().map(change_line).collect() }
    }
}

#[cfg(test)]
mod tests;
