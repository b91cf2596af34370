//! What the shop says, as data; and the one place that turns it into text. Nothing here decides anything.

mod says;

pub use says::{
    AdminProblem, AgentCard, AttemptCard, Near, OrderCard, OrderLine, PriceLine, Refused, RegisterProblem, Reply,
    SupplierCard, Verdict, Why,
};
