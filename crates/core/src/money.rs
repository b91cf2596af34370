//! Whole rupiah. There are no cents in this business, so money is an integer everywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in whole rupiah; negative only where a balance or a correction can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rupiah(i64);

/// Why a text is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount in whole rupiah")]
pub struct NotAnAmount(pub String);

impl Rupiah {
    pub const ZERO: Self = Self(0);

    pub const fn new(amount: i64) -> Self {
        Self(amount)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// `None` on overflow: a sum that does not fit is a refusal, never a wrapped balance.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same amount with the other sign; `None` for the one value that has none.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// `89.500`, as Indonesians write it; no currency sign.
impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
        if self.0 < 0 {
            grouped.push('-');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

/// Plain digits with an optional sign: what settings and the catalog hold. Amounts people or suppliers write with
/// separators are read where their shape is known.
impl FromStr for Rupiah {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Self).map_err(|_| NotAnAmount(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_with_dots_every_three_digits() {
        for (amount, printed) in [
            (0, "0"),
            (999, "999"),
            (89_500, "89.500"),
            (1_000_000, "1.000.000"),
            (-101_000, "-101.000"),
            (i64::MIN, "-9.223.372.036.854.775.808"),
        ] {
            assert_eq!(Rupiah::new(amount).to_string(), printed);
        }
    }

    #[test]
    fn reads_plain_digits_only() {
        assert_eq!("10500".parse(), Ok(Rupiah::new(10_500)));
        for bad in ["", "10.500", "Rp10", "1e3", "ten"] {
            assert!(bad.parse::<Rupiah>().is_err(), "{bad}");
        }
    }
}
