//! What waits of a correction, because those who must give it do not have it.

use serde::{Deserialize, Serialize};

use crate::ids::AgentId;
use crate::money::Rupiah;

/// A part of an order's money that is `to`'s, and waits until `until` is not below zero any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub to: AgentId,
    pub amount: Rupiah,
    pub until: AgentId,
}
