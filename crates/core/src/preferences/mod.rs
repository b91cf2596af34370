//! What a reseller has arranged for itself: the chats it writes from, orders it repeats, the prices it asks its own
//! customers. Pure data and rules. No money moves here and nothing here is an order: an order is asked for elsewhere,
//! with all its checks.

mod api;
mod favourite;
mod identity;
mod selling;

use serde::{Deserialize, Serialize};

use crate::ids::AgentId;

pub use api::{ApiAccess, ApiAddresses, MOST_API_ADDRESSES, TooManyAddresses};
pub use favourite::{BadFavouriteName, Favourite, FavouriteName, Favourites, MOST_FAVOURITES};
pub use identity::{Identities, Joining, MOST_CHATS, MOST_PHONES};
pub use selling::{HIGHEST_SELLING, MOST_SELLING, SellRule, Selling, SellingFault};

/// One row a reseller. It stands apart from the reseller's own row, which is read for every order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    pub agent: AgentId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    #[serde(default)]
    pub favourites: Favourites,
    #[serde(default)]
    pub selling: Selling,
    /// How its own program may order.
    #[serde(default, skip_serializing_if = "ApiAccess::is_plain")]
    pub api: ApiAccess,
}

impl Preferences {
    /// Of a reseller that has arranged nothing yet: this version is not stored.
    pub fn none(agent: AgentId) -> Self {
        Self {
            agent,
            version: 0,
            favourites: Favourites::default(),
            selling: Selling::default(),
            api: ApiAccess::default(),
        }
    }

    /// The version a writer has read; `None` when there is no row yet.
    pub fn stored(&self) -> Option<u32> {
        (self.version > 0).then_some(self.version)
    }
}

#[cfg(test)]
mod tests;
