//! The command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::app::Place;

#[derive(Debug, Parser)]
#[command(name = "konter", version, about = "The front of an Indonesian phone-credit shop", max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub sources: Sources,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Where settings come from, besides the environment.
#[derive(Args, Clone, Debug, Default)]
pub struct Sources {
    /// The settings file; one that is named must be there [default: .env, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Where everything is kept, whatever the settings say
    #[arg(long, global = true, value_name = "DIR", value_parser = NonEmptyStringValueParser::new())]
    pub data_dir: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A whole shop on this terminal, with simulated suppliers; nothing to configure, nothing left behind
    Demo,
    /// The real shop: settings from the environment and .env
    Run,
    /// The supplier simulators alone, on ports printed at start
    Simulate {
        /// Where the shop's callbacks are: http://host:port
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        callbacks: String,
    },
    /// Read settings and catalog and report every mistake; sends nothing
    Check {
        /// Also ask Telegram who the bot is, and each supplier for our balance where it can be asked
        #[arg(long)]
        online: bool,
    },
    /// Whether the shop that runs here can take orders: what its /health says
    Health,
    /// Say what one reply of a supplier, read from stdin, is taken for; sends nothing
    Read {
        /// A supplier's protocol, the name of a shipped recipe, or the path to one
        supplier: String,
    },
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
    /// Put a backup into an empty data dir, or an empty database, and audit it
    Restore {
        /// The backup, encrypted or not; of a folder of backups, its newest
        file: PathBuf,
        /// Also into a data dir that is not empty; what was there is moved aside
        #[arg(long)]
        force: bool,
    },
    /// Completions for a shell, to be put where it looks for them
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// The manual page; with a folder, a page for each command too, as files there
    Man {
        /// Where to
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// Whether it reads the shop's settings. The others work without any, and look at no file that was not named: a
    /// demo in a shop's folder must not play in the shop's data dir.
    pub const fn is_of_shop(&self) -> bool {
        match self {
            Self::Run
            | Self::Check { .. }
            | Self::Health
            | Self::Audit
            | Self::MigrateStore { .. }
            | Self::Log { .. }
            | Self::Books { .. }
            | Self::Rebuild { .. }
            | Self::Backup { .. }
            | Self::Restore { .. } => true,
            Self::Demo | Self::Simulate { .. } | Self::Read { .. } | Self::Completions { .. } | Self::Man { .. } => {
                false
            }
        }
    }

    /// Whether what it writes is for everybody: it holds nothing of a shop.
    pub const fn is_about_itself(&self) -> bool {
        matches!(self, Self::Completions { .. } | Self::Man { .. })
    }
}
