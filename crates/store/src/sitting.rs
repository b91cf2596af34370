//! Reading for one decision. A decision asks for many rows, one after the other; a store that is far away fetches what
//! decisions of the same chat asked for before in one go, and a row that was read is not read again. What is read belongs
//! to this one decision: it is thrown away with it, and deciding again reads again.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;

use konter_core::ids::ChatId;

/// What a store keeps for a decision under way; each kind of store knows its own.
pub(super) type Kept = Box<dyn Any + Send>;

/// One decision under way.
pub(super) struct Sitting {
    pub about: ChatId,
    pub kept: Mutex<Option<Kept>>,
}

tokio::task_local! {
    static SITTING: Arc<Sitting>;
}

/// Runs a decision about what a chat said. Rows read in it are as of its beginning or later; whatever it decides is
/// guarded by versions and keys when it is committed, as ever.
pub async fn sitting<F: Future>(about: &ChatId, decision: F) -> F::Output {
    let sitting = Sitting { about: about.clone(), kept: Mutex::default() };
    SITTING.scope(Arc::new(sitting), decision).await
}

/// The decision that this task is at, if it is at one.
pub(super) fn current() -> Option<Arc<Sitting>> {
    SITTING.try_with(Arc::clone).ok()
}
