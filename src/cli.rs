//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::app::Place;

#[derive(Debug, Parser)]
#[command(name = "konter", version, about = "The front of an Indonesian phone-credit shop", max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A whole shop on this terminal, with simulated suppliers; nothing to configure, nothing left behind
    Demo,
    /// The real shop: settings from the environment and .env
    Run,
    /// The five supplier simulators alone, on ports printed at start
    Simulate {
        /// Where the shop's callbacks are: http://host:port
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        callbacks: String,
    },
    /// Read settings and catalog and report every mistake; sends nothing
    Check,
    /// Re-derive every balance from the journal and check every invariant
    Audit,
    /// Move a stopped shop between its data dir and its database, proving every balance on both sides
    MigrateStore {
        /// Where to
        #[arg(long)]
        to: Place,
    },
    /// Who did what, newest first; of a stopped shop (in a running one: `/log` in the chat)
    Log {
        /// How many acts
        #[arg(default_value_t = 50)]
        count: usize,
    },
    /// What the books of the data dir hold, a line of JSON for each row that was written; also while the shop runs
    Books {
        /// The record to begin with
        #[arg(long, default_value_t = 1)]
        from: u64,
    },
    /// Make the state of a stopped shop anew from its books
    Rebuild {
        /// Make both anew from whatever can be read of either, and say what is lost; what was there is moved aside
        #[arg(long)]
        force: bool,
    },
    /// A consistent copy of everything, also of a running shop
    Backup {
        /// Where the copy is written
        file: PathBuf,
        /// Also over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Put a backup into an empty data dir, and audit it
    Restore {
        /// The backup, encrypted or not
        file: PathBuf,
        /// Also into a data dir that is not empty; what was there is moved aside
        #[arg(long)]
        force: bool,
    },
}
