//! Why somebody is not registered.

use serde::{Deserialize, Serialize};

use konter_core::ids::AgentId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterProblem {
    Closed,
    Already {
        code: AgentId,
    },
    NameMissing,
    NameTooLong,
    PinMissing,
    PinUnfit,
    PinEqualDigits,
    /// Too many register at once.
    Busy,
}
