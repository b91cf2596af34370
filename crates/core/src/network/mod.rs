//! Uplines and downlines: a reseller's place among them, invitations, transfers and how they come back. Pure data and
//! rules; who may do what to whom is the shop's to check against the store.

mod invite;
mod transfer;

use serde::{Deserialize, Serialize};

use crate::ids::AgentId;
use crate::pricing::{GroupName, Markups};

pub use invite::{BadInviteCode, InviteCode, Invited};
pub use transfer::{
    ASKED_WITHIN, LARGE_TRANSFER, TAKEN_BY_SHOP_WITHIN, Transfer, TransferState, sides_of_note, transfer_of_note,
};

/// Resellers on the longest way from the shop down: each adds its own margin, and each is read for every order below.
pub const DEEPEST: usize = 10;

/// A reseller's place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// `None` for those directly below the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upline: Option<AgentId>,
    /// Counts where there is no upline; `None` is retail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    /// What this reseller adds for those below.
    pub markups: Markups,
    /// Who of those above has blocked this reseller. The shop's own word stands above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<AgentId>,
    /// Brings others here; a reseller without a chat is joined to its own by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite: Option<InviteCode>,
}

impl Network {
    /// Whether a row can leave it out.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
