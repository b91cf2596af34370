//! Which operators a number can belong to, by its first four digits.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Phone;

/// A mobile operator, named as in the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operator {
    Telkomsel,
    Byu,
    Indosat,
    Xl,
    Axis,
    Tri,
    Smartfren,
}

impl Operator {
    pub const ALL: [Self; 7] =
        [Self::Telkomsel, Self::Byu, Self::Indosat, Self::Xl, Self::Axis, Self::Tri, Self::Smartfren];

    /// The catalog's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Telkomsel => "telkomsel",
            Self::Byu => "byu",
            Self::Indosat => "indosat",
            Self::Xl => "xl",
            Self::Axis => "axis",
            Self::Tri => "tri",
            Self::Smartfren => "smartfren",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The catalog has no such operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operator (telkomsel, byu, indosat, xl, axis, tri, smartfren)")]
pub struct UnknownOperator(pub String);

impl FromStr for Operator {
    type Err = UnknownOperator;

    /// Letter case and blanks around it do not matter.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim();
        Self::ALL
            .into_iter()
            .find(|operator| operator.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownOperator(word.chars().take(40).collect()))
    }
}

/// A line of a prefix file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PrefixError {
    /// Counted from 1.
    pub line: usize,
    pub fault: PrefixFault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrefixFault {
    #[error("the first line must be `prefix,operator`")]
    Header,
    #[error("a line is `prefix,operator`")]
    Columns,
    #[error("`{0}` is not a prefix of four digits starting with 08, nor a range such as 0811-0813")]
    Prefix(String),
    #[error(transparent)]
    Operator(#[from] UnknownOperator),
}

/// Prefix to operators; a prefix may belong to several (0851 is sold as Telkomsel and as by.U).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixTable(BTreeMap<u16, Vec<Operator>>);

impl PrefixTable {
    /// Reads `prefix,operator` rows; blank lines and lines starting with `#` are skipped. Reports every bad line.
    pub fn parse(text: &str) -> Result<Self, Vec<PrefixError>> {
        let mut table = Self(BTreeMap::new());
        let mut errors = Vec::new();
        let mut rows = text
            .trim_start_matches('\u{FEFF}')
            .lines()
            .enumerate()
            .map(|(i, row)| (i + 1, row.trim()))
            .filter(|(_, row)| !row.is_empty() && !row.starts_with('#'));
        let header = rows.next().map_or((1, String::new()), |(line, row)| (line, row.replace(' ', "")));
        if !header.1.eq_ignore_ascii_case("prefix,operator") {
            return Err(vec![PrefixError { line: header.0, fault: PrefixFault::Header }]);
        }
        for (line, row) in rows {
            if let Err(fault) = table.add(row) {
                errors.push(PrefixError { line, fault });
            }
        }
        if errors.is_empty() { Ok(table) } else { Err(errors) }
    }

    fn add(&mut self, row: &str) -> Result<(), PrefixFault> {
        let (prefixes, operator) = row.split_once(',').ok_or(PrefixFault::Columns)?;
        let operator = operator.parse::<Operator>()?;
        let bad = || PrefixFault::Prefix(prefixes.trim().chars().take(40).collect());
        let (first, last) = prefixes.split_once('-').unwrap_or((prefixes, prefixes));
        let (first, last) = (prefix(first.trim()).ok_or_else(bad)?, prefix(last.trim()).ok_or_else(bad)?);
        if first > last {
            return Err(bad());
        }
        for number in first..=last {
            let operators = self.0.entry(number).or_default();
            if !operators.contains(&operator) {
                operators.push(operator);
            }
        }
        Ok(())
    }

    /// The operators the number can belong to; empty when its prefix is nobody's.
    pub fn operators_of(&self, phone: &Phone) -> &[Operator] {
        let found = phone.as_str().get(..4).and_then(prefix).and_then(|number| self.0.get(&number));
        found.map_or(&[], Vec::as_slice)
    }
}

/// The prefixes in use today, as shipped.
impl Default for PrefixTable {
    fn default() -> Self {
        // A test reads the shipped file, so the empty table is never met.
        Self::parse(include_str!("prefixes.csv")).unwrap_or_else(|_| Self(BTreeMap::new()))
    }
}

/// `0812` as a number, when it is a mobile prefix.
fn prefix(text: &str) -> Option<u16> {
    let mobile = text.len() == 4 && text.starts_with("08") && text.bytes().all(|b| b.is_ascii_digit());
    if mobile { text.parse().ok() } else { None }
}
