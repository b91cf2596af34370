//! What systemd is told by a service of `Type=notify`: that the shop is open, that it stops, and that it is alive. Its
//! protocol is a datagram on a socket, which needs no library.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::shop::Shop;

/// The shop takes orders from now on. Elsewhere than under systemd this does nothing.
pub(super) fn is_open(status: &str) {
    tell(&format!("READY=1\nSTATUS={status}"));
}

/// It is being stopped.
pub(super) fn stops() {
    tell("STOPPING=1\nSTATUS=finishing what is under way");
}

/// Tells again and again that the shop is alive, where somebody waits for it (`WatchdogSec=`): each time after the store
/// has answered. One that refuses has answered, and is dealt with elsewhere; one that hangs is to be killed.
pub(super) async fn stays_alive(shop: Arc<Shop>, ended: CancellationToken) {
    let Some(every) = watched_every() else { return };
    while ended.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
        let _ = shop.health().await;
        tell("WATCHDOG=1");
    }
}

/// Half of what is allowed, as systemd advises; `None` where nobody watches.
fn watched_every() -> Option<Duration> {
    let is_ours = std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
    let allowed = std::env::var("WATCHDOG_USEC").ok()?.parse().ok().filter(|micros| *micros > 0)?;
    is_ours.then(|| Duration::from_micros(allowed) / 2)
}

fn tell(words: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty()) else { return };
    if let Err(error) = send(&socket, words.as_bytes()) {
        tracing::warn!(%error, "the service manager cannot be told how the shop is");
    }
}

#[cfg(target_os = "linux")]
fn send(socket: &std::ffi::OsStr, words: &[u8]) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(words, &address).map(drop)
}

#[cfg(not(target_os = "linux"))]
fn send(_: &std::ffi::OsStr, _: &[u8]) -> io::Result<()> {
    Ok(())
}
