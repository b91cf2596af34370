//! The program: settings, store, shop and fronts put together, one file per command. No rule of the business is here.

mod about;
mod backup;
mod begin;
mod check;
mod commands;
mod copied;
mod demo;
mod environment;
mod handles;
mod health;
mod inspect;
mod machine;
mod migrate;
mod on_telegram;
mod online;
mod open;
mod private;
mod read;
mod rebuild;
mod room;
mod run;
mod service_manager;
mod simulate;
mod unread_catalog;
mod unrouted;

use std::process::ExitCode;

pub use begin::main;
pub use migrate::Place;

/// Why a command ended without doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Settings, files or usage: starting again would not help.
    #[error("{0}")]
    Wrong(String),
    /// What was asked found a fault, or could not be done now.
    #[error("{0}")]
    Fault(String),
    /// The shop was at work and cannot go on: started again, it may.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Wrong(_) => ExitCode::from(2),
            Self::Fault(_) => ExitCode::from(1),
            Self::Broken(_) => ExitCode::from(3),
        }
    }
}
