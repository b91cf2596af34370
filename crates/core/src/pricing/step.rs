//! By how much prices are raised or lowered together.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Rupiah;

/// A change of prices, by an amount or by a share of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceStep {
    /// Negative lowers.
    By(Rupiah),
    /// In hundredths of a percent: 2% is 200.
    Percent(i32),
}

/// Hundredths of a percent in a whole.
const WHOLE: i64 = 10_000;

impl PriceStep {
    /// The price afterwards, in whole rupiah; a half is rounded up.
    #[must_use]
    pub fn after(self, price: Rupiah) -> Option<Rupiah> {
        match self {
            Self::By(more) => price.checked_add(more),
            Self::Percent(share) => {
                let scaled = price.get().checked_mul(WHOLE.checked_add(share.into())?)?.checked_add(WHOLE / 2)?;
                Some(Rupiah::new(scaled.div_euclid(WHOLE)))
            }
        }
    }
}

/// As it is typed: `+100`, `-2,5%`.
impl fmt::Display for PriceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(more) if more.is_negative() => write!(f, "{more}"),
            Self::By(more) => write!(f, "+{more}"),
            Self::Percent(share) => {
                let (sign, size) = (if *share < 0 { '-' } else { '+' }, share.unsigned_abs());
                let fraction = format!("{:02}", size % 100);
                match fraction.trim_end_matches('0') {
                    "" => write!(f, "{sign}{}%", size / 100),
                    fraction => write!(f, "{sign}{},{fraction}%", size / 100),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_step_by_an_amount_or_a_share() {
        for (step, before, after, shown) in [
            (PriceStep::By(Rupiah::new(100)), 10_500, 10_600, "+100"),
            (PriceStep::By(Rupiah::new(-1_000)), 10_500, 9_500, "-1.000"),
            (PriceStep::Percent(200), 10_500, 10_710, "+2%"),
            (PriceStep::Percent(250), 5_800, 5_945, "+2,5%"),
            (PriceStep::Percent(-105), 5_800, 5_739, "-1,05%"),
            (PriceStep::Percent(50), 100, 101, "+0,5%"),
        ] {
            assert_eq!((step.after(Rupiah::new(before)).unwrap().get(), step.to_string().as_str()), (after, shown));
        }
        assert_eq!(PriceStep::Percent(200).after(Rupiah::new(i64::MAX)), None);
    }
}
