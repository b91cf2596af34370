//! An order as it was asked for, before anybody looks at the catalog.

use std::fmt;

use crate::destination::Destination;
use crate::ids::ProductCode;
use crate::money::Rupiah;
use crate::phone::Phone;

/// Highest repeat number. One digit, because two would look like a nominal.
pub const MAX_NTH: u8 = 9;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    pub what: What,
    pub dest: Destination,
    /// 1 for the first order of it today, 2 for the second, at most [`MAX_NTH`].
    pub nth: u8,
    /// Whom to tell the token; only where the destination is no mobile number.
    pub buyer_phone: Option<Phone>,
}

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Code(ProductCode),
    /// Face value in whole rupiah; typed values under 1000 mean thousands.
    Nominal(Rupiah),
}

/// As it is typed: the code, or the nominal in thousands where it is even.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Nominal(nominal) if nominal.get() % 1000 == 0 && nominal.get() < 1_000_000 => {
                write!(f, "{}", nominal.get() / 1000)
            }
            Self::Nominal(nominal) => write!(f, "{}", nominal.get()),
        }
    }
}

impl OrderLine {
    /// The text that orders this line as the `nth` of the day; the PIN is left for the reseller to type.
    #[must_use]
    pub fn example(&self, nth: u8) -> String {
        let repeat = if nth > 1 { format!("{nth}.") } else { String::new() };
        let buyer = self.buyer_phone.as_ref().map(|phone| format!(".{phone}")).unwrap_or_default();
        match (&self.what, &self.dest) {
            // Without the word in front, its digits could be a phone number's.
            (What::Nominal(_), Destination::Meter(meter)) => format!("PLN.{meter}.{}.{repeat}PIN{buyer}", self.what),
            (what, dest) => format!("{what}.{repeat}{dest}.PIN{buyer}"),
        }
    }
}
