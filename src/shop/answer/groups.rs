//! What admins do with the network: price groups, and who is below whom.

use std::collections::BTreeSet;

use super::account::no_such_product;
use super::shared::network;
use super::transfer::typed;
use super::{Answer, Request};
use konter_command::{AdminNetwork, AgentRef};
use konter_core::agent::Agent;
use konter_core::catalog::ProductKind;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::network::DEEPEST;
use konter_core::pricing::{GroupName, KNOWN_GROUPS, PriceGroup, RETAIL, lowest_lasting_price, lowest_margin};
use konter_reply::{AdminProblem, GroupCard, GroupProblem, MoveProblem, NetworkReply, ProductMarkup};
use konter_store::{StoreError, Versioned};

/// Prices of a group shown at once.
const PRICES_SHOWN: usize = 40;

impl Request<'_> {
    pub(super) async fn admin_network(&self, command: AdminNetwork, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            AdminNetwork::Groups => self.list_groups(answer).await,
            AdminNetwork::Group { name } => {
                if let Some(group) = self.known_group(&name, answer).await? {
                    answer.reply(network(NetworkReply::Group(group_card(&group))));
                }
                Ok(())
            }
            AdminNetwork::Margin { name, margin, force } => self.set_margin(name, margin, force, answer).await,
            AdminNetwork::Price { name, product, price, force } => {
                self.set_price(name, &product, price, force, answer).await
            }
            AdminNetwork::Assign { agent, name } => self.assign(&agent, name.as_ref(), answer).await,
            AdminNetwork::Move { agent, upline } => self.move_agent(&agent, upline.as_ref(), answer).await,
        }
    }

    async fn list_groups(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let stored = self.shop.store.price_groups().await?;
        let known = KNOWN_GROUPS.iter().filter_map(|name| name.parse::<GroupName>().ok());
        let untouched = known.filter(|name| stored.iter().all(|group| group.name != *name)).map(PriceGroup::new);
        let mut groups: Vec<PriceGroup> = untouched.chain(stored.iter().cloned()).collect();
        groups.sort_by_key(|group| {
            let place = KNOWN_GROUPS.iter().position(|name| *name == group.name.as_str());
            (place.unwrap_or(KNOWN_GROUPS.len()), group.name.clone())
        });
        answer.reply(network(NetworkReply::Groups { groups: groups.iter().map(group_card).collect() }));
        Ok(())
    }

    /// A group that there is: a stored one, or one of those every shop has.
    async fn known_group(&self, name: &GroupName, answer: &mut Answer) -> Result<Option<PriceGroup>, StoreError> {
        let group = self.shop.store.price_group(name).await?;
        let known = || KNOWN_GROUPS.contains(&name.as_str()).then(|| PriceGroup::new(name.clone()));
        let group = group.or_else(known);
        if group.is_none() {
            refuse(GroupProblem::NoSuch { name: name.clone() }, answer);
        }
        Ok(group)
    }

    async fn set_margin(
        &self,
        name: GroupName,
        margin: Rupiah,
        force: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        match lowest_margin(catalog.iter()) {
            Some((product, lowest)) if margin < lowest && !force => {
                refuse(GroupProblem::MarginBelowCost { product: product.code.clone(), lowest }, answer);
                Ok(())
            }
            _ => self.change_group(name, answer, |group| (group.margin, group.forced) = (margin, force)).await,
        }
    }

    async fn set_price(
        &self,
        name: GroupName,
        code: &ProductCode,
        price: Option<Rupiah>,
        force: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        let Some(product) = catalog.get(code) else {
            answer.commit.acts.clear();
            answer.reply(no_such_product(&catalog, code.as_str()));
            return Ok(());
        };
        let lowest = lowest_lasting_price(product);
        if price.is_some_and(|price| price < lowest) && !force {
            refuse(GroupProblem::PriceBelowCost { product: code.clone(), lowest }, answer);
            return Ok(());
        }
        // Only the fee of a bill may be nothing.
        if price.is_some_and(|price| !price.is_positive()) && product.kind != ProductKind::Bill {
            Self::admin_refused(answer, AdminProblem::AmountUnfit);
            return Ok(());
        }
        let change = |group: &mut PriceGroup| match price {
            Some(price) => group.set_price(code.clone(), price, force),
            None => group.unset_price(code),
        };
        self.change_group(name, answer, change).await
    }

    async fn change_group(
        &self,
        name: GroupName,
        answer: &mut Answer,
        change: impl FnOnce(&mut PriceGroup),
    ) -> Result<(), StoreError> {
        if name.is_retail() {
            refuse(GroupProblem::Fixed { name }, answer);
            return Ok(());
        }
        let stored = self.shop.store.price_group(&name).await?;
        let expected = stored.as_ref().map(|group| group.version);
        let mut group = stored.unwrap_or_else(|| PriceGroup::new(name));
        let before = group.clone();
        change(&mut group);
        note_change(&before, &group, answer);
        group.version += 1;
        answer.reply(network(NetworkReply::Group(group_card(&group))));
        answer.commit.network.groups.push(Versioned { expected, row: group });
        Ok(())
    }

    /// Without a name it pays the catalog's prices again.
    async fn assign(&self, agent: &AgentRef, name: Option<&GroupName>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(agent, answer).await? else { return Ok(()) };
        let retail = RETAIL.parse().ok();
        let Some(name) = name.or(retail.as_ref()) else { return Ok(()) };
        let Some(group) = self.known_group(name, answer).await? else { return Ok(()) };
        if let Some(upline) = agent.network.upline {
            refuse(GroupProblem::HasUpline { agent: agent.id, upline }, answer);
            return Ok(());
        }
        let assigned =
            NetworkReply::GroupAssigned { agent: agent.id, name: agent.name.clone(), group: group.name.clone() };
        answer.reply(network(assigned));
        let before = agent.network.group.as_ref().map_or(RETAIL, GroupName::as_str);
        answer.note(format_args!("{} {} {before} → {}", agent.id, agent.name, group.name));
        let group = (!group.name.is_retail()).then_some(group.name);
        answer.alter_agent(&agent, |after| after.network.group = group);
        Ok(())
    }

    /// Puts a reseller, and everybody below, under somebody else.
    async fn move_agent(
        &self,
        agent: &AgentRef,
        upline: Option<&AgentRef>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(agent, answer).await? else { return Ok(()) };
        let upline = match upline {
            None => None,
            Some(name) => {
                let found = self.named(name).await?;
                if found.is_none() {
                    Self::admin_refused(answer, AdminProblem::NoSuchAgent { name: typed(name) });
                    return Ok(());
                }
                found
            }
        };
        if let Err(problem) = self.may_move(&agent, upline.as_ref()).await? {
            answer.commit.acts.clear();
            answer.reply(network(NetworkReply::MoveRefused { problem }));
            return Ok(());
        }
        if let Some(before) = agent.network.upline
            && let Some(before) = self.shop.store.agent(before).await?
        {
            answer.alter_agent(&before, |after| after.network.markups.forget(agent.id));
        }
        let upline = upline.map(|upline| upline.id);
        let place = |upline: Option<AgentId>| upline.map_or_else(|| "toko".to_owned(), |id| id.to_string());
        let (before, after) = (place(agent.network.upline), place(upline));
        answer.note(format_args!("{} {} {before} → {after}", agent.id, agent.name));
        answer.reply(network(NetworkReply::Moved { agent: agent.id, name: agent.name.clone(), upline }));
        answer.alter_agent(&agent, |after| after.network.upline = upline);
        Ok(())
    }

    async fn may_move(&self, agent: &Agent, upline: Option<&Agent>) -> Result<Result<(), MoveProblem>, StoreError> {
        if agent.network.upline == upline.map(|upline| upline.id) {
            return Ok(Err(MoveProblem::Same));
        }
        let Some(upline) = upline else { return Ok(Ok(())) };
        let above = self.shop.trade.network.uplines(upline).await?;
        if upline.id == agent.id || above.iter().any(|above| above.id == agent.id) {
            return Ok(Err(MoveProblem::Circle { upline: upline.id }));
        }
        let levels = above.len() + 1 + self.shop.trade.network.height(agent.id).await?;
        Ok(if levels > DEEPEST { Err(MoveProblem::TooDeep { most: DEEPEST }) } else { Ok(()) })
    }
}

fn refuse(problem: GroupProblem, answer: &mut Answer) {
    // Nothing was done, so there is nothing to record.
    answer.commit.acts.clear();
    answer.reply(network(NetworkReply::GroupRefused { problem }));
}

fn note_change(before: &PriceGroup, after: &PriceGroup, answer: &mut Answer) {
    if before.margin != after.margin {
        answer.note(format_args!("{} {} → {}", after.name, before.margin, after.margin));
    }
    let shown = |price: Option<&Rupiah>| price.map_or_else(|| "-".to_owned(), Rupiah::to_string);
    let codes: BTreeSet<&ProductCode> = before.prices.keys().chain(after.prices.keys()).collect();
    for code in codes {
        let (was, is) = (before.prices.get(code), after.prices.get(code));
        if was != is {
            answer.note(format_args!("{} {code} {} → {}", after.name, shown(was), shown(is)));
        }
    }
}

fn group_card(group: &PriceGroup) -> GroupCard {
    let prices = group.prices.iter().take(PRICES_SHOWN);
    let own = |(product, amount): (&ProductCode, &Rupiah)| ProductMarkup { product: product.clone(), amount: *amount };
    GroupCard {
        name: group.name.clone(),
        margin: group.margin,
        prices: prices.map(own).collect(),
        left_out: group.prices.len().saturating_sub(PRICES_SHOWN),
        fixed: group.name.is_retail(),
    }
}
