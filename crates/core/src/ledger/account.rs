//! Accounts and their balances.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{AgentId, BadName, OrderId, SupplierId};
use crate::money::Rupiah;

/// Every place money can be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountId {
    /// What the shop owes a reseller: its deposit.
    Agent(AgentId),
    /// Bank and cash drawer: where deposits come from.
    Cash,
    /// What resellers paid for delivered orders.
    Sales,
    /// What delivered orders cost us.
    Cost,
    /// Our deposit with a supplier, as far as orders drew on it.
    Supplier(SupplierId),
    /// Money of one order that is owed to somebody and waits until somebody else is not below zero any more.
    Withheld(OrderId),
}

impl AccountId {
    /// Whether the account must never be drawn below zero by an ordinary posting. Resellers spend only what they
    /// have, and nothing is paid out that was not withheld; the shop's own accounts merely record.
    pub const fn is_limited(&self) -> bool {
        matches!(self, Self::Agent(_) | Self::Withheld(_))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent:{}", id.0),
            Self::Cash => f.write_str("cash"),
            Self::Sales => f.write_str("sales"),
            Self::Cost => f.write_str("cost"),
            Self::Supplier(id) => write!(f, "supplier:{id}"),
            Self::Withheld(order) => write!(f, "withheld:{}", order.0),
        }
    }
}

impl FromStr for AccountId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName { what: "an account", text: text.chars().take(40).collect() };
        Ok(match text.split_once(':') {
            None if text == "cash" => Self::Cash,
            None if text == "sales" => Self::Sales,
            None if text == "cost" => Self::Cost,
            Some(("agent", id)) => Self::Agent(AgentId(id.parse().map_err(|_| bad())?)),
            Some(("supplier", id)) => Self::Supplier(id.parse()?),
            Some(("withheld", id)) => Self::Withheld(OrderId(id.parse().map_err(|_| bad())?)),
            _ => return Err(bad()),
        })
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Four totals that only a posting changes; none is ever negative. Pending totals are what open holds reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub debits: Rupiah,
    pub credits: Rupiah,
    pub pending_debits: Rupiah,
    pub pending_credits: Rupiah,
}

impl Account {
    /// Posted credits less posted debits. The totals are each at most `i64::MAX` and not negative, so this fits.
    pub fn balance(&self) -> Rupiah {
        Rupiah::new(self.credits.get() - self.debits.get())
    }

    /// What can be spent now: the balance less what holds reserve. Saturates at the far end of a range no shop reaches.
    pub fn available(&self) -> Rupiah {
        Rupiah::new(self.balance().get().saturating_sub(self.pending_debits.get()))
    }
}
