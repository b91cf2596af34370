//! A product and its routes.

use serde::{Deserialize, Serialize};

use crate::ids::{ProductCode, SupplierId};
use crate::money::Rupiah;

/// How a product is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductKind {
    /// The destination is all it takes.
    Topup,
    /// Electricity token: the customer can be shown first, then it is bought.
    Token,
    /// The amount comes from an inquiry.
    Bill,
}

/// How a destination is read. Only a phone is ever rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DestKind {
    /// A mobile number; 62, +62 and a missing 0 become the national form.
    #[serde(rename = "phone")]
    Phone,
    /// An electricity meter's or customer's number.
    #[serde(rename = "meter")]
    Meter,
    /// Digits as typed: a card, a game's user, a customer of a utility.
    #[serde(rename = "digits")]
    Digits,
    /// A game's user and server, kept apart.
    #[serde(rename = "id+zone")]
    IdZone,
    /// Letters too: `NamaKu#IDN1`, a number plate, an e-mail address.
    #[serde(rename = "text")]
    Text,
}

impl DestKind {
    pub const ALL: [Self; 5] = [Self::Phone, Self::Meter, Self::Digits, Self::IdZone, Self::Text];

    /// The catalog's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Meter => "meter",
            Self::Digits => "digits",
            Self::IdZone => "id+zone",
            Self::Text => "text",
        }
    }

    /// One as it is typed, wherever a format is shown.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Phone => "081234567890",
            Self::Meter => "14027480301",
            Self::Digits => "1234567890",
            Self::IdZone => "12345678(2001)",
            Self::Text => "NamaKu#IDN1",
        }
    }
}

/// Something a reseller can order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub code: ProductCode,
    pub name: String,
    /// The heading in price lists.
    pub category: String,
    /// When set, the destination must be this operator's number. The name as the catalog and the prefix table have it.
    pub operator: Option<String>,
    pub kind: ProductKind,
    /// How its destinations are read, where the catalog says so; see [`Product::dest_kind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest: Option<DestKind>,
    /// Face value, whole rupiah.
    pub nominal: Option<Rupiah>,
    /// What the base price group pays; for a bill, the fee added to what the supplier charges.
    pub price: Rupiah,
    /// Ways of buying it, best first; never empty.
    pub routes: Vec<Route>,
}

impl Product {
    /// How its destinations are read.
    pub const fn dest_kind(&self) -> DestKind {
        match (self.dest, &self.operator, self.kind) {
            (Some(kind), ..) => kind,
            (None, Some(_), _) => DestKind::Phone,
            (None, None, ProductKind::Token) => DestKind::Meter,
            (None, None, ProductKind::Topup | ProductKind::Bill) => DestKind::Digits,
        }
    }

    /// Puts a supplier's ways of buying it at this priority, and before all others of the same: those that stand there, and
    /// as far as need be those behind them, move down by one.
    pub fn prefer(&mut self, supplier: &SupplierId, priority: u32) {
        let (mut taken, mut moved) = (priority, None);
        self.routes.sort_by_key(|route| route.priority);
        for route in &mut self.routes {
            let before = route.priority;
            if route.supplier == *supplier {
                route.priority = priority;
            } else if moved.is_some_and(|(from, _)| from == before) {
                // Side by side they stay.
                route.priority = taken;
            } else if before >= priority && before <= taken {
                taken = taken.saturating_add(1);
                route.priority = taken;
                moved = Some((before, taken));
            }
        }
        self.routes.sort_by_key(|route| route.priority);
    }

    /// Whether at least one way of buying it is open.
    pub fn is_open(&self) -> bool {
        self.routes.iter().any(|route| route.open)
    }
}

/// One way of buying a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub supplier: SupplierId,
    /// The supplier's own product code.
    pub sku: String,
    /// The supplier's denomination, where its protocol wants one.
    pub denom: Option<Rupiah>,
    /// What it charges us.
    pub cost: Rupiah,
    /// Lower is tried first.
    pub priority: u32,
    pub open: bool,
}

#[cfg(test)]
mod tests {
    use super::super::{SAMPLE, parse_catalog};
    use super::*;

    #[test]
    fn the_one_that_is_preferred_comes_first_and_the_others_stay_in_order() {
        let with = |routes: &[(&str, u32)]| {
            let mut product = parse_catalog(SAMPLE, None, &|_| false).unwrap().remove(0);
            let first = product.routes.remove(0);
            let route = |(supplier, priority): &(&str, u32)| Route {
                supplier: supplier.parse().unwrap(),
                priority: *priority,
                ..first.clone()
            };
            product.routes = routes.iter().map(route).collect();
            product
        };
        for (before, supplier, priority, after) in [
            (&[("kios", 1), ("xgate", 2)][..], "xgate", 1, &[("xgate", 1), ("kios", 2)][..]),
            (&[("kios", 1), ("xgate", 1)], "xgate", 1, &[("xgate", 1), ("kios", 2)]),
            (&[("kios", 1), ("ppob", 2), ("xgate", 3)], "xgate", 1, &[("xgate", 1), ("kios", 2), ("ppob", 3)]),
            (&[("kios", 1), ("ppob", 1), ("xgate", 2)], "xgate", 1, &[("xgate", 1), ("kios", 2), ("ppob", 2)]),
            (&[("kios", 1), ("xgate", 2), ("ppob", 9)], "xgate", 1, &[("xgate", 1), ("kios", 2), ("ppob", 9)]),
            (&[("kios", 1), ("xgate", 2)], "kios", 3, &[("xgate", 2), ("kios", 3)]),
            (&[("kios", 1), ("xgate", 2)], "kios", 2, &[("kios", 2), ("xgate", 3)]),
            (&[("kios", 1), ("xgate", 2)], "kios", 1, &[("kios", 1), ("xgate", 2)]),
        ] {
            let mut product = with(before);
            product.prefer(&supplier.parse().unwrap(), priority);
            let shown: Vec<_> = product.routes.iter().map(|r| (r.supplier.as_str(), r.priority)).collect();
            assert_eq!(shown, after, "{before:?} {supplier} {priority}");
        }
    }
}
