//! The `konter` program: the command line, and nothing else.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use konter::app::{self, Environment, Failure};
use konter::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(command) = cli.command else {
        return match Cli::command().print_help() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    };
    if !command.is_about_itself() {
        app::keep_new_files_private();
    }
    // Before there is any other thread: variables are set.
    let environment = match Environment::take(&cli.sources, command.is_of_shop()) {
        Ok(environment) => environment,
        Err(failure) => return ended(Err(failure)),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("konter: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(carry_out(command, &environment));
    // A thread may still sit in a read of the terminal; there is nothing to wait for.
    runtime.shutdown_background();
    ended(result)
}

fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("konter: {failure}");
            failure.exit_code()
        }
    }
}

async fn carry_out(command: Command, environment: &Environment) -> Result<(), Failure> {
    match command {
        Command::Demo => app::demo(environment).await,
        Command::Run => app::run(environment).await,
        Command::Simulate { callbacks } => app::simulate(&callbacks).await,
        Command::Check { online } => app::check(environment, online).await,
        Command::Health => app::health(environment).await,
        Command::Read { supplier } => app::read(&supplier),
        Command::Audit => app::audit(environment).await,
        Command::MigrateStore { to } => app::migrate_store(environment, to).await,
        Command::Log { count } => app::log(environment, count).await,
        Command::Books { from } => app::books(environment, from).await,
        Command::Rebuild { force } => app::rebuild(environment, force).await,
        Command::Backup { file, force } => app::backup(environment, &file, force).await,
        Command::Restore { file, force } => app::restore(environment, &file, force).await,
        Command::Completions { shell } => app::completions(Cli::command(), shell),
        Command::Man { folder } => app::man(Cli::command(), folder.as_deref()),
    }
}
