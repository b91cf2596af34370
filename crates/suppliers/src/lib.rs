//! The suppliers behind the counter. A protocol is pure: it builds request values and reads response values; the one
//! client in `client.rs` is all that sends. Wire formats stay private to their protocol's file. Nothing here knows
//! orders, money accounts or chats.
#![forbid(unsafe_code)]

pub mod client;
pub mod protocol;

pub use protocol::{
    Body, Buy, Callback, Method, Named, Options, Proof, Protocol, Request, Response, SettingError, fields,
    percent_decoded,
};

mod amount;
mod biller_json;
mod denial;
#[cfg(test)]
mod gist_tests;
mod json;
mod kiosampm;
mod labels;
mod ppob;
pub mod recipe;
pub mod serial;
pub mod taken;
mod teleanjar;
mod token_serial;
mod xgateway;

/// The protocols konter speaks, as `SUPPLIER_<ID>_PROTOCOL` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolKind {
    Kiosampm,
    Xgateway,
    BillerJson,
    Ppob,
    Teleanjar,
    /// Described by a file.
    Recipe,
}

impl ProtocolKind {
    pub const ALL: [Self; 6] =
        [Self::Kiosampm, Self::Xgateway, Self::BillerJson, Self::Ppob, Self::Teleanjar, Self::Recipe];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Kiosampm => "kiosampm",
            Self::Xgateway => "xgateway",
            Self::BillerJson => "biller-json",
            Self::Ppob => "ppob",
            Self::Teleanjar => "teleanjar",
            Self::Recipe => "recipe",
        }
    }

    /// What stands between a game's user and its zone, where the settings do not say. teleanjar's own fields are parted by
    /// the bar that the others are given.
    pub const fn zone_separator(self) -> &'static str {
        match self {
            Self::Kiosampm | Self::Xgateway | Self::BillerJson | Self::Ppob | Self::Recipe => "|",
            Self::Teleanjar => "-",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The protocol with this supplier's own settings; what is missing or malformed is noted in `options`, and `None`
    /// comes back.
    #[must_use]
    pub fn configure(self, options: &Options<'_>) -> Option<Box<dyn Protocol>> {
        match self {
            Self::Kiosampm => kiosampm::Kiosampm::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
            Self::Xgateway => xgateway::Xgateway::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
            Self::BillerJson => biller_json::BillerJson::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
            Self::Ppob => ppob::Ppob::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
            Self::Teleanjar => teleanjar::Teleanjar::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
            Self::Recipe => recipe::Supplier::configure(options).map(|p| Box::new(p) as Box<dyn Protocol>),
        }
    }
}
