//! The `konter` program: the command line, and nothing else.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use konter::app::{self, Failure};
use konter::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(command) = cli.command else {
        return match Cli::command().print_help() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    };
    app::keep_new_files_private();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("konter: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(carry_out(command));
    // A thread may still sit in a read of the terminal; there is nothing to wait for.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("konter: {failure}");
            failure.exit_code()
        }
    }
}

async fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo => app::demo().await,
        Command::Run => app::run().await,
        Command::Simulate { callbacks } => app::simulate(&callbacks).await,
        Command::Check => app::check(),
        Command::Audit => app::audit().await,
        Command::MigrateStore { to } => app::migrate_store(to).await,
        Command::Log { count } => app::log(count).await,
        Command::Books { from } => app::books(from).await,
        Command::Rebuild { force } => app::rebuild(force).await,
        Command::Backup { file, force } => app::backup(&file, force).await,
        Command::Restore { file, force } => app::restore(&file, force).await,
    }
}
