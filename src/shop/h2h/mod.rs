//! Orders from a reseller's own program, the way `OtomaX` servers take them: whose program it is, what it asks for, and
//! the one line it is answered with.
//!
//! A request is a message of the reseller's `h2h` chat, and its `refID` is the message's number: the commit that places
//! the order notes both, so a reference is one order for ever. Nothing of a request is stored before that, its secrets
//! never are.
//!
//! **A program believes the word `GAGAL`, and pays its own customer back.** So it is said only of a reference that has
//! bought nothing and never will: of one whose order failed, or was refused and is kept as refused. Where a request is turned
//! away for its own sake (address, password, too many at once, a store that fails), the answer says no more than is known.

mod fate;
mod limits;
mod proof;
mod query;
pub mod target;
pub mod text;
mod trade;
mod under_way;
mod vault;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;

use super::Parts;
use super::answer::Context;
use super::decisions::Decisions;
use super::degraded_mode::StoreFailures;
use super::pins::Pins;
use crate::clock::ShopClock;
use konter_core::agent::{Agent, AgentStatus};
use konter_core::ids::AgentId;
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::preferences::{ApiAccess, ApiAddresses};
use konter_reply::ApiState;
use konter_store::{Store, StoreError};

use crate::config::parse_range;
pub(super) use fate::Fate;
use fate::Told;
use proof::{Proof, Proven};
pub use query::Query;
use text::NoOrder;
pub(super) use vault::{ProgramSecrets, VaultKey, key_of};

/// What the shop keeps for resellers' programs while it runs.
pub(super) struct Programs {
    pub vault: vault::Vault,
    limits: limits::Limits,
    under_way: under_way::UnderWay,
}

impl Programs {
    pub fn new(parts: &Parts) -> Self {
        let keys = parts.pepper.iter().map(super::pins::Pepper::vault_key);
        let keys = keys.chain(parts.seal.iter().map(super::seal::Seal::vault_key));
        Self {
            vault: vault::Vault::new(keys.collect()),
            limits: limits::Limits::default(),
            under_way: under_way::UnderWay::default(),
        }
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub enum Caller {
    Address(IpAddr),
    /// Through a proxy that the settings do not name: it could be anybody. The proxy's own address.
    Behind(IpAddr),
}

impl Caller {
    const fn seen(self) -> IpAddr {
        match self {
            Self::Address(ip) | Self::Behind(ip) => ip,
        }
    }
}

/// Why a request is turned away before anybody looks what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) enum Turned {
    /// No such reseller, or its program is not switched on.
    NotSetUp,
    NotAllowedFrom(IpAddr),
    /// Through a proxy that is not in `KONTER_TRUSTED_PROXIES`.
    UnknownAddress,
    /// Its PIN, password or signature is wrong, or missing.
    Wrong,
    /// After too many wrong ones.
    Locked,
    /// They were right, but the PIN is another one since.
    OtherPin,
}

/// Where resellers' programs are heard.
pub(super) struct Trading {
    pub store: Store,
    pub clock: ShopClock,
    pub pins: Arc<Pins>,
    pub programs: Arc<Programs>,
    pub context: Arc<Context>,
    pub decisions: Arc<Decisions>,
    pub failures: Arc<StoreFailures>,
}

impl Trading {
    /// What a program's order, or question about one, is answered with.
    pub async fn answer_trade(&self, query: &Query, from: Caller) -> String {
        let began = Instant::now();
        if !self.programs.limits.admit_address(from.seen()) {
            return Fate::Busy.with(text::busy(query)).counted(began);
        }
        let told = self.trade(query, from).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a program's request could not be carried out");
            self.failures.tell(&[], &error);
            Fate::Failed.with(text::disturbed(query))
        });
        told.counted(began)
    }

    /// What a program that asks for its balance is answered with.
    pub async fn answer_balance(&self, query: &Query, from: Caller) -> String {
        let began = Instant::now();
        if !self.programs.limits.admit_address(from.seen()) {
            return Fate::Busy.with(text::busy(query)).counted(began);
        }
        let balance = async {
            Ok(match self.authorise(query, &Proof::of_balance(query), from).await? {
                Err(turned) => Fate::Turned(turned).with(text::balance_refused(turned)),
                Ok(agent) if !self.programs.limits.admit_member(agent.id) => Fate::Busy.with(text::busy(query)),
                Ok(agent) => Fate::Balance.with(text::balance(self.available(agent.id).await?)),
            })
        };
        let answered: Result<Told, StoreError> = balance.await;
        let told = answered.unwrap_or_else(|error| {
            tracing::error!(%error, "a program's balance could not be read");
            Fate::Failed.with(text::disturbed(query))
        });
        told.counted(began)
    }

    async fn available(&self, agent: AgentId) -> Result<Rupiah, StoreError> {
        Ok(self.store.account(&AccountId::Agent(agent)).await?.available())
    }

    /// Whose program asks. Addresses come first: from elsewhere nobody can try secrets, or wear out anybody's tries.
    async fn authorise(
        &self,
        query: &Query,
        proof: &Proof<'_>,
        from: Caller,
    ) -> Result<Result<Agent, Turned>, StoreError> {
        let Some(id) = query.member() else { return Ok(Err(Turned::NotSetUp)) };
        let Some(agent) = self.store.agent(id).await? else { return Ok(Err(Turned::NotSetUp)) };
        let api = self.store.preferences(id).await?.api;
        let Some(secrets) = api.secrets.as_deref() else { return Ok(Err(Turned::NotSetUp)) };
        if let Err(turned) = may_call(&api, from) {
            return Ok(Err(turned));
        }
        let at = self.clock.utc();
        if self.programs.limits.is_locked(id, from.seen(), at) {
            return Ok(Err(Turned::Locked));
        }
        // Sealed with a secret that is not the shop's any more: it has to be given anew.
        let Some(secrets) = self.programs.vault.open(id, secrets) else { return Ok(Err(Turned::NotSetUp)) };
        Ok(match proof.check(&secrets) {
            Proven::No => {
                self.programs.limits.fail(id, from.seen(), at);
                Err(Turned::Wrong)
            }
            Proven::Yes if !self.pins.fits(id, &agent.pin.hash, secrets.pin()).await => Err(Turned::OtherPin),
            Proven::Yes => {
                self.programs.limits.succeed(id, from.seen());
                Ok(agent)
            }
        })
    }
}

/// Whether what a program ordered may have been forgotten by a restore, until its reseller has said that it may go on.
fn is_forgotten(shop: &Context, api: &ApiAccess) -> bool {
    api.since.is_none_or(|since| shop.restored.may_be_forgotten(since))
}

/// Whether a reseller's program may order now.
pub(super) fn standing_of(shop: &Context, agent: AgentId, api: &ApiAccess) -> ApiState {
    match &api.secrets {
        Some(secrets) if shop.programs.vault.open(agent, secrets).is_none() => ApiState::Off,
        Some(_) if is_forgotten(shop, api) => ApiState::Forgotten,
        Some(_) => ApiState::On,
        None => ApiState::Off,
    }
}

/// Why nothing new may be ordered.
const fn standing(agent: &Agent) -> Result<(), NoOrder> {
    match agent.status {
        AgentStatus::Active => Ok(()),
        AgentStatus::Waiting => Err(NoOrder::Waiting),
        AgentStatus::Blocked => Err(NoOrder::Blocked),
    }
}

fn may_call(api: &ApiAccess, from: Caller) -> Result<(), Turned> {
    match (&api.addresses, from) {
        (ApiAddresses::Any, _) => Ok(()),
        (_, Caller::Behind(_)) => Err(Turned::UnknownAddress),
        (ApiAddresses::Only(known), Caller::Address(ip)) => {
            let ranges: Vec<IpNet> = known.iter().filter_map(|text| parse_range(text)).collect();
            if ranges.iter().any(|range| range.contains(&ip.to_canonical())) {
                Ok(())
            } else {
                Err(Turned::NotAllowedFrom(ip))
            }
        }
    }
}
