//! Where a command's settings come from: the process's environment, a file beside it, and what the command line says.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::cli::Sources;
use crate::config::{Checked, EnvFile, LogFormat, SettingError, Settings};

/// Only here: a file of the same name further up is somebody else's.
const DEFAULT_FILE: &str = ".env";
/// More than all settings there are.
const LARGEST_FILE: u64 = 1 << 20;
/// Ends of the names of variables whose values are nobody else's business.
const SECRET: [&str; 8] = ["TOKEN", "PIN", "PASSWORD", "PASSPHRASE", "PEPPER", "KEY", "SECRET", "DATABASE_URL"];
/// The one setting that the command line overrides.
const DATA_DIR: &str = "KONTER_DATA_DIR";

/// The variables of one run of the program.
#[derive(Debug, Default)]
pub struct Environment {
    /// As it was named, for messages.
    file: String,
    /// What is wrong with the file, without its name.
    faults: Vec<String>,
    warnings: Vec<String>,
    /// Where the variables stand whose value is the file's.
    lines: BTreeMap<String, usize>,
    /// Variables whose line cannot be read: that they are missing besides is no news.
    unread: Vec<String>,
    data_dir: Option<String>,
}

impl Environment {
    /// Takes the settings file into the process's environment, whose own variables win. `of_shop`: a command that reads
    /// the shop's settings, and so also the file that nobody named. To be called before there is any other thread.
    ///
    /// # Errors
    /// When the file that was named is not there.
    pub fn take(sources: &Sources, of_shop: bool) -> Result<Self, Failure> {
        let path = match &sources.env_file {
            Some(named) if !named.exists() => {
                return Err(Failure::Wrong(format!("--env-file: there is no {}", named.display())));
            }
            Some(named) => named.clone(),
            None if of_shop => PathBuf::from(DEFAULT_FILE),
            None => return Ok(Self { data_dir: sources.data_dir.clone(), ..Self::default() }),
        };
        let mut taken =
            Self { file: path.display().to_string(), data_dir: sources.data_dir.clone(), ..Self::default() };
        match text_of(&path) {
            Ok(Some(text)) => taken.take_over(EnvFile::read(&text)),
            Ok(None) => return Ok(taken),
            Err(problem) => taken.faults.push(problem.to_owned()),
        }
        if taken.lines.keys().any(|name| SECRET.iter().any(|end| name.ends_with(end))) && others_can_read(&path) {
            let words = "holds secrets, and everybody on this machine can read it";
            taken.warnings.push(format!("{0} {words}: chmod 600 {0}", taken.file));
        }
        if of_shop || taken.faults.is_empty() { Ok(taken) } else { Err(taken.wrong_file()) }
    }

    fn take_over(&mut self, file: EnvFile) {
        for entry in file.entries {
            if std::env::var_os(&entry.name).is_none() {
                self.lines.insert(entry.name, entry.line);
                // Read once already, alone, as it is here.
                let _ = dotenvy::from_read(entry.text.as_bytes());
            }
        }
        self.unread.extend(file.faults.iter().filter_map(|fault| fault.name.clone()));
        self.faults.extend(file.faults.iter().map(ToString::to_string));
        self.warnings.extend(file.doubts.iter().map(|doubt| format!("{} {doubt}", self.file)));
    }

    /// A variable's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        match &self.data_dir {
            Some(dir) if name == DATA_DIR => Some(dir.clone()),
            _ => std::env::var(name).ok(),
        }
    }

    /// How the log is to look. It begins before the settings are checked; what is wrong with this one is told with them.
    pub(super) fn log_format(&self) -> LogFormat {
        LogFormat::of_environment(&|name| self.get(name))
    }

    /// The settings, with what should be looked at, or every mistake in them.
    pub(super) fn settings(&self) -> Result<(Settings, Vec<String>), Failure> {
        let (settings, warnings) = self.check();
        Ok((settings.map_err(|mistakes| Failure::Wrong(mistakes.join("\n")))?, warnings))
    }

    /// The same where warnings are of no use.
    pub(super) fn settings_alone(&self) -> Result<Settings, Failure> {
        self.settings().map(|(settings, _)| settings)
    }

    /// The settings or every mistake, those of the file among them, and the warnings.
    pub(super) fn check(&self) -> (Result<Settings, Vec<String>>, Vec<String>) {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let Checked { settings, warnings } = Settings::check(&|name| self.get(name), names);
        let mut told = self.warnings.clone();
        told.extend(warnings.iter().map(|warning| self.placed(warning)));
        let mut mistakes: Vec<String> = self.faults.iter().map(|fault| format!("{} {fault}", self.file)).collect();
        let settings = match settings {
            Ok(settings) if mistakes.is_empty() => Ok(settings),
            Ok(_) => Err(mistakes),
            Err(errors) => {
                let mut news: Vec<_> = errors.iter().filter(|error| !self.unread.contains(&error.name)).collect();
                // From the file's top to its end, as they are mended; then what is set elsewhere, or nowhere.
                news.sort_by_key(|error| self.lines.get(&error.name).copied().unwrap_or(usize::MAX));
                mistakes.extend(news.into_iter().map(|error| self.placed(error)));
                Err(mistakes)
            }
        };
        (settings, told)
    }

    fn wrong_file(&self) -> Failure {
        let lines: Vec<_> = self.faults.iter().map(|fault| format!("{} {fault}", self.file)).collect();
        Failure::Wrong(lines.join("\n"))
    }

    /// With the line, where the variable comes from the file.
    fn placed(&self, error: &SettingError) -> String {
        let is_given = self.data_dir.is_some() && error.name == DATA_DIR;
        match self.lines.get(&error.name).filter(|_| !is_given) {
            Some(line) => format!("{} line {line}, {error}", self.file),
            None => error.to_string(),
        }
    }
}

/// `None` where there is no file; else its text, or what is wrong with it.
fn text_of(path: &Path) -> Result<Option<String>, &'static str> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err("cannot be read: the folder it is in is closed to this user"),
    };
    if !about.is_file() {
        return Err("is no file");
    }
    if about.len() > LARGEST_FILE {
        return Err("is longer than a mebibyte: that is no settings file");
    }
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => "cannot be read: permission denied",
        _ => "cannot be read",
    })?;
    // The environment cannot hold one, and says so by breaking down.
    if bytes.contains(&0) {
        return Err("has a NUL byte in it: save it as plain text (UTF-8)");
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "is not UTF-8: save it as plain text (UTF-8)")
}

fn others_can_read(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o004 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
