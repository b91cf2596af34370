//! What a report's host name stands for. Only addresses that may be connected to come out, and the client connects to
//! these and no others: a name that is looked up once harmless and once not leads nowhere.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::shop::h2h::target::is_public;

/// A name may stand for many; a few are enough.
const MOST: usize = 4;

pub(super) struct Resolver {
    pub private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("its name stands for no address that reports may go to")]
struct Nowhere;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|found| private || is_public(found.ip())).take(MOST).collect();
            if kept.is_empty() {
                return Err(Nowhere.into());
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_stands_for_nothing_unless_allowed() {
        let name = || "localhost".parse().unwrap();
        assert!(Resolver { private: false }.resolve(name()).await.is_err());
        assert!(Resolver { private: true }.resolve(name()).await.unwrap().next().is_some());
    }
}
