//! Backups that share what they have in common. A backup is a small list of parts; the parts lie in a folder beside the lists,
//! are written once, named by what they hold, and go when no list names them any more. So a backup costs what is new, however
//! long the history behind it is.
//!
//! Here lives: the lists, making one, reading one, and closed days put back out of them. Which lists are kept is the `folder`'s business, what a part holds the store's.

mod days;
mod making;
mod manifest;
mod reading;

use std::path::{Path, PathBuf};

pub use days::{put_day_back, put_days_back};
pub use making::{Copied, Proof, make};
pub(super) use manifest::is_manifest;
pub use manifest::{Listed, Manifest};
pub use reading::{are_in, came_to, newest, newest_of};
pub(super) use reading::{by_how_far, newer_beside, open};

/// Where the parts lie, beside the lists.
pub const PARTS: &str = "parts";
/// What a part is called at the end that was found damaged and is no part any more.
const DAMAGED: &str = ".damaged";

/// The parts' folder of a list, or of the folder that lists are in.
fn parts_of(folder: &Path) -> PathBuf {
    folder.join(PARTS)
}
