//! What `main` does.

use std::pin::Pin;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use super::environment::Environment;
use super::private::keep_new_files_private;
use super::{Failure, backup, check, commands, demo, health, inspect, migrate, read, rebuild, run, simulate};
use crate::cli::{Cli, Command};

/// Does what the command line asks. In the library with everything it calls: asynchronous code is compiled where it is run
/// from, and in the program's own file all of it would be compiled, and be in the program, a second time.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(command) = cli.command else {
        return match Cli::command().print_help() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    };
    if !command.is_about_itself() {
        keep_new_files_private();
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
    // Boxed, it is compiled once, and not for each way a runtime can work.
    let work: Pin<Box<dyn Future<Output = Result<(), Failure>>>> = Box::pin(carry_out(command, &environment));
    let result = runtime.block_on(work);
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
        Command::Demo => demo::demo(environment).await,
        Command::Run => run::run(environment).await,
        Command::Simulate { callbacks } => simulate::simulate(&callbacks).await,
        Command::Check { online } => check::check(environment, online).await,
        Command::Health => health::health(environment).await,
        Command::Read { supplier } => read::read(&supplier),
        Command::Audit => inspect::audit(environment).await,
        Command::MigrateStore { to } => migrate::migrate_store(environment, to).await,
        Command::Log { count } => inspect::log(environment, count).await,
        Command::Books { from } => rebuild::books(environment, from).await,
        Command::Rebuild { force } => rebuild::rebuild(environment, force).await,
        Command::Backup { file, force } => backup::backup(environment, &file, force).await,
        Command::Restore { file, force } => backup::restore(environment, &file, force).await,
        Command::Completions { shell } => commands::completions(Cli::command(), shell),
        Command::Man { folder } => commands::man(Cli::command(), folder.as_deref()),
    }
}
