//! File handles: every connection and every file takes one, and services begin with 1,024.

/// Below this a flood from outside could take what the store needs: 512 HTTP callers, Telegram's and the suppliers'
/// connections and the store's own files come to less than half of it.
const ENOUGH: u64 = 2_048;

/// Raises the limit as far as it may be raised, and tells when that is little.
pub(super) fn raise_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let before = getrlimit(Resource::Nofile);
        if before.current != before.maximum
            && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: before.maximum, maximum: before.maximum })
        {
            tracing::debug!(%error, "the limit of file handles cannot be raised");
        }
        let now = getrlimit(Resource::Nofile).current;
        if let Some(few) = now.filter(|now| *now < ENOUGH) {
            tracing::warn!(few, "few file handles are allowed: raise it to {ENOUGH} or more (LimitNOFILE=, ulimit -n)");
        } else {
            tracing::debug!(before = ?before.current, now = ?now, "file handles allowed");
        }
    }
}
