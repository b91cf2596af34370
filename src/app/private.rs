//! Files for nobody else's eyes: the data dir holds names, numbers and PIN hashes, and the secret that a backup of the
//! running shop is asked for with.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use secrecy::SecretString;

use super::Failure;
use crate::backup::TOKEN;

/// Bytes of the secret.
const LENGTH: usize = 32;
/// Characters of one that somebody wrote by hand.
const SHORTEST: usize = 32;
/// How the names of a shop's files begin. Whatever else lies in the data dir may be meant for others.
#[cfg(unix)]
const SHOP: [&str; 11] = [
    "catalog.read",
    "books",
    "state",
    "lock",
    "stopped-by-a-fault",
    "days",
    "backups",
    TOKEN,
    "restoring",
    "before-restore-",
    "moved-to-database",
];
/// Folders inside folders that are looked into: sled's own in what a restore left aside.
#[cfg(unix)]
const DEEPEST: usize = 4;
/// What anybody but the owner may do.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Whatever this process creates from now on is its owner's alone, whoever starts it. Sled has no setting for that.
pub fn keep_new_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(OTHERS));
}

/// Takes the data dir and the shop's files in it from others, where an earlier start left them open. What cannot be closed
/// is told, and does not keep the shop from working.
pub(super) fn close_to_others(dir: &Path) {
    #[cfg(unix)]
    {
        let mut closed = 0;
        let result = close(dir, DEEPEST, &mut closed);
        let dir = dir.display();
        match result {
            Ok(()) if closed == 0 => {}
            Ok(()) => tracing::info!(%dir, closed, "others could look into the data dir; now only its owner can"),
            Err(error) => {
                tracing::warn!(%dir, %error, "others may look into the data dir, which holds PIN hashes: chmod -R go-rwx it");
            }
        }
    }
    #[cfg(not(unix))]
    let _ = dir;
}

#[cfg(unix)]
fn close(path: &Path, depth: usize, closed: &mut usize) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::symlink_metadata(path)?;
    // Where a link leads is not ours to change, but for the data dir itself.
    let found = if found.is_symlink() && depth == DEEPEST { fs::metadata(path)? } else { found };
    let mode = found.permissions().mode();
    if !found.is_symlink() && mode & OTHERS != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & !OTHERS))?;
        *closed += 1;
    }
    if !found.is_dir() || depth == 0 {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        if depth == DEEPEST && !SHOP.iter().any(|begins| name.to_string_lossy().starts_with(begins)) {
            continue;
        }
        match close(&entry.path(), depth - 1, closed) {
            // The store removes its own files meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

/// Whether this user may read the books in a data dir: what is closed to it looks as if it were not there.
///
/// # Errors
/// [`Failure::Wrong`] with the first path that is closed, and to whom; where the data dir is no folder.
pub(super) fn may_read(dir: &Path) -> Result<(), Failure> {
    let closed = |path: &Path, error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => Err(closed_to_this_user(path, &error)),
        io::ErrorKind::NotADirectory => {
            Err(Failure::Wrong(format!("KONTER_DATA_DIR: {} is no folder", path.display())))
        }
        _ => Ok(()),
    };
    for folder in [dir.to_owned(), dir.join("books"), dir.join("days")] {
        match fs::read_dir(&folder) {
            Ok(entries) if folder != dir => {
                for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
                    File::open(&path).map(drop).or_else(|error| closed(&path, error))?;
                }
            }
            Ok(_) => {}
            Err(error) => closed(&folder, error)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn closed_to_this_user(path: &Path, error: &io::Error) -> Failure {
    use std::os::unix::fs::MetadataExt as _;
    let name = |id: u32| {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let of = |line: &str| line.split(':').nth(2) == Some(&id.to_string());
        users
            .lines()
            .find(|line| of(line))
            .and_then(|line| line.split(':').next())
            .map_or(id.to_string(), str::to_owned)
    };
    // What is in a closed folder does not even say whose it is.
    let owner = path.ancestors().find_map(|path| fs::metadata(path).ok()).map_or(0, |about| about.uid());
    let (owner, own, path) = (name(owner), name(rustix::process::geteuid().as_raw()), path.display());
    let words = format!("it is {owner}'s; do this as the user the shop runs as: sudo -u {owner} konter …");
    Failure::Wrong(format!("KONTER_DATA_DIR: {path} cannot be read by the user {own} ({error}): {words}"))
}

#[cfg(not(unix))]
fn closed_to_this_user(path: &Path, error: &io::Error) -> Failure {
    Failure::Wrong(format!("KONTER_DATA_DIR: {} cannot be read: {error}", path.display()))
}

/// The secret that a backup is asked for with; the first start makes one.
///
/// # Errors
/// When it cannot be read or made.
pub(super) fn backup_token(dir: &Path) -> Result<SecretString, Failure> {
    let path = dir.join(TOKEN);
    let unusable = |error: io::Error| Failure::Fault(format!("{}: {error}", path.display()));
    match fs::read(&path) {
        Ok(bytes) => {
            if let Some(secret) = str::from_utf8(&bytes).ok().map(str::trim).filter(|text| text.len() >= SHORTEST) {
                return Ok(secret.into());
            }
            // Torn by a full disk, damaged, or too easy to guess. Whoever asks for backups reads it from the file each time.
            tracing::warn!(file = %path.display(), "the secret that backups are asked for with is of no use; it is made anew");
            fs::remove_file(&path).map_err(unusable)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(error)),
    }
    let secret = rand::random::<[u8; LENGTH]>().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    fs::create_dir_all(dir).map_err(unusable)?;
    let mut file = create(&path).map_err(unusable)?;
    file.write_all(format!("{secret}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
    Ok(secret.into())
}

/// The secret as the running shop has it; `None` where it cannot be read.
pub(super) fn token_of_running_shop(dir: &Path) -> io::Result<SecretString> {
    Ok(fs::read_to_string(dir.join(TOKEN))?.trim().into())
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use secrecy::ExposeSecret as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_others_could_read_is_taken_from_them_and_nothing_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let (data, elsewhere) = (home.path().join("data"), home.path().join("elsewhere"));
        fs::create_dir_all(data.join("books")).unwrap();
        fs::write(&elsewhere, "x").unwrap();
        for name in ["lock", "state.new", "books/7", "page.html"] {
            fs::write(data.join(name), "x").unwrap();
        }
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        set(&data, 0o755);
        set(&data.join("books"), 0o777);
        set(&elsewhere, 0o644);
        for name in ["lock", "state.new", "books/7", "page.html"] {
            set(&data.join(name), 0o644);
        }
        symlink(&elsewhere, data.join("books/link")).unwrap();
        close_to_others(&data);
        let modes = ["", "books", "lock", "state.new", "books/7", "page.html"].map(|name| mode(&data.join(name)));
        assert_eq!(modes, [0o700, 0o700, 0o600, 0o600, 0o600, 0o644]);
        assert_eq!(mode(&elsewhere), 0o644, "a link leads out of the data dir");
        close_to_others(&home.path().join("nothing"));
    }

    #[test]
    fn the_secret_is_made_once_kept_and_readable_by_its_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let first = backup_token(&data).unwrap();
        assert_eq!(first.expose_secret().len(), 2 * LENGTH);
        assert_eq!(backup_token(&data).unwrap().expose_secret(), first.expose_secret());
        assert_eq!(token_of_running_shop(&data).unwrap().expose_secret(), first.expose_secret());
        assert_eq!(mode(&data.join(TOKEN)), 0o600);
        for useless in [&b"short\n"[..], &[0xff; 2 * LENGTH], b""] {
            fs::write(data.join(TOKEN), useless).unwrap();
            let second = backup_token(&data).unwrap();
            assert_ne!(second.expose_secret(), first.expose_secret());
            assert_eq!(second.expose_secret().len(), 2 * LENGTH);
        }
    }
}
