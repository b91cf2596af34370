//! `konter health`: what the shop that runs here says of itself. For a container's health check, and for a person.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::Failure;
use super::environment::Environment;
use super::open::fault;

/// A shop that does not answer by then is not well.
const PATIENCE: Duration = Duration::from_secs(10);

/// Prints what `/health` of the running shop says.
///
/// # Errors
/// [`Failure::Fault`] when nobody answers, or it cannot take orders.
pub async fn health(environment: &Environment) -> Result<(), Failure> {
    let listen = environment.settings_alone()?.listen;
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().map_err(fault)?;
    let asked = client.get(format!("http://{}/health", reachable(listen))).send().await;
    let silent = |why: reqwest::Error| {
        Failure::Fault(format!("no shop answers on KONTER_LISTEN ({listen}): {}", super::online::causes(why)))
    };
    let answer = asked.map_err(silent)?;
    let status = answer.status();
    println!("{}", answer.text().await.map_err(silent)?.trim());
    if status.is_success() { Ok(()) } else { Err(Failure::Fault(format!("the shop cannot take orders ({status})"))) }
}

/// Where this machine reaches an address that may stand for all of its own.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
