//! The HTTP side of the shop: supplier callbacks, health, metrics, backup. It turns requests into plain values and
//! answers; what they mean for an order or an account is decided elsewhere.

pub mod address;
