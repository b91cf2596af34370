//! What `konter check` finds out by trying on this machine: whether a start would find its folders, its address and room
//! on the disk. Nothing that is tried stays behind.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::Path;

use konter_store::{holds_store, is_in_use, may_open};

use super::open::{may_start, unopened};
use super::unread_catalog::unread_catalog;
use crate::backup::folder::has_room;
use crate::backup::{BackupError, set};
use crate::config::Settings;

/// What `konter check` found.
#[derive(Default)]
pub(super) struct Found {
    /// What a start would end at.
    pub mistakes: Vec<String>,
    pub warnings: Vec<String>,
    pub notes: Vec<String>,
}

pub(super) async fn look(settings: &Settings, found: &mut Found) {
    let dir = &settings.data_dir;
    if let Err(error) = try_to_write(dir) {
        found.mistakes.push(format!("KONTER_DATA_DIR: {} cannot be written: {error}", dir.display()));
    } else if settings.database_url.is_none() {
        let refused = match may_start(settings).await {
            // Books that are being written tell nothing.
            Ok(_) if is_in_use(dir) => None,
            Ok(came_to) => may_open(dir, came_to).err().map(|error| unopened(settings, &error)),
            Err(failure) => Some(failure),
        };
        found.mistakes.extend(refused.map(|failure| failure.to_string()));
        if holds_store(dir) {
            found.notes.extend(unread_catalog(dir, &settings.catalog));
        }
    }
    backups(settings, found);
    address(settings, found);
}

/// Inside the data dir they are as safe, and as writable, as it is.
fn backups(settings: &Settings, found: &mut Found) {
    let (backups, folder) = (&settings.backups, &settings.backups.folder);
    if backups.every.is_none() {
        return;
    }
    // The first copy is as large as the shop; those after it hold what is new.
    let first = if set::are_in(folder) { 0 } else { size_of(&settings.data_dir) };
    if let Some(there) = folder.ancestors().find(|dir| dir.is_dir())
        && let Err(BackupError::NoRoom { free, wanted, .. }) = has_room(there, first)
    {
        let (free, wanted) = (free >> 20, (wanted >> 20) + 1);
        let words = "no backup will be made until there is more room (KONTER_BACKUP_DIR may name another disk)";
        found.warnings.push(format!("{}: {free} MiB are free, a backup needs {wanted}: {words}", folder.display()));
    }
    if folder.starts_with(&settings.data_dir) {
        return;
    }
    if let Err(error) = try_to_write(folder) {
        let words = "no backup can be made there (a service of systemd: ReadWritePaths=)";
        found.warnings.push(format!("KONTER_BACKUP_DIR: {} cannot be written: {error}: {words}", folder.display()));
    }
}

/// The bytes of a folder's files. What cannot be read counts nothing.
fn size_of(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(file) if file.is_dir() => size_of(&entry.path()),
        Ok(file) => file.len(),
        Err(_) => 0,
    };
    entries.map(of).fold(0, u64::saturating_add)
}

fn address(settings: &Settings, found: &mut Found) {
    let listen = settings.listen;
    if listen.ip().is_unspecified() {
        let words = "is every address of this machine: whoever reaches it can read /health and /metrics";
        found.warnings.push(format!("KONTER_LISTEN: {} {words}; let a firewall keep strangers out", listen.ip()));
    }
    let Err(error) = TcpListener::bind(listen) else { return };
    if error.kind() == io::ErrorKind::AddrInUse && is_in_use(&settings.data_dir) {
        found.notes.push(format!("a shop is at work in {}, and has {listen}", settings.data_dir.display()));
        return;
    }
    let told = format!("KONTER_LISTEN: {listen}: {}", about_address(&error));
    // One of several processes may be at work here, with the same settings.
    if settings.database_url.is_some() { found.warnings.push(told) } else { found.mistakes.push(told) }
}

/// What the system's words for it mean.
pub(super) fn about_address(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there".to_owned(),
        io::ErrorKind::AddrNotAvailable => "is no address of this machine".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not listen there; take a port from 1024 on".to_owned(),
        _ => error.to_string(),
    }
}

/// Makes something in a folder, or the folder itself, and takes it away again.
fn try_to_write(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        let file = dir.join(format!(".konter-check-{}", std::process::id()));
        File::create_new(&file)?;
        return fs::remove_file(file);
    }
    // Of folders that are not there yet the topmost one.
    let missing = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).last();
    let missing = missing.ok_or_else(|| io::Error::other("it is no folder"))?;
    fs::create_dir(missing)?;
    fs::remove_dir(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("file"), "x").unwrap();
        let left = || fs::read_dir(home.path()).unwrap().count();
        assert!(try_to_write(home.path()).is_ok());
        assert!(try_to_write(&home.path().join("a/b/c")).is_ok());
        assert!(try_to_write(&home.path().join("file")).is_err());
        assert!(try_to_write(&home.path().join("file/below")).is_err());
        assert_eq!(left(), 1);
        #[cfg(target_os = "linux")]
        assert!(try_to_write(Path::new("/proc/konter")).is_err());
    }
}
