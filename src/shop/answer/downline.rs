//! Those below a reseller: registering them, looking at them, what is added for them.

use rand::RngExt as _;

use super::super::rate_limit::AdminMessage;
use super::pin_shown::may_be_a_pin;
use super::register::{LONGEST_NAME, card};
use super::shared::network;
use super::transfer::typed;
use super::{Answer, Request};
use crate::config::Registration;
use konter_command::{AgentRef, DownlineRequest, MarkupChange, MarkupRequest, MarkupWhom, NetworkCommand, Pin};
use konter_core::agent::{Agent, AgentStatus, PinState};
use konter_core::ids::{AgentId, ProductCode};
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::network::{DEEPEST, LARGE_TRANSFER, Network};
use konter_core::pricing::{HIGHEST_MARKUP, MOST_MARKUPS, MarkupFault, MarkupFor, Markups};
use konter_reply::{
    DownlineLine, DownlineMarkup, DownlineProblem, MarkupProblem, NetworkReply, NewDownline, ProductMarkup, Reply,
    ToldOnce,
};
use konter_store::{Sequence, StoreError, Versioned};

/// Downlines on a page.
const PAGE: usize = 20;
/// A higher number where a markup stands is more likely meant as a first balance. `MARKUP` sets higher ones.
const HIGHEST_AT_START: Rupiah = Rupiah::new(5_000);
/// Markups shown at once.
const MARKUPS_SHOWN: usize = 40;

impl Answer {
    /// Changes a reseller's row, also where this very answer has changed it already.
    pub(super) fn alter_agent(&mut self, before: &Agent, change: impl FnOnce(&mut Agent)) {
        if let Some(agent) = self.commit.agents.iter_mut().find(|agent| agent.row.id == before.id) {
            change(&mut agent.row);
        } else {
            let mut after = before.clone();
            change(&mut after);
            self.write_agent(before, after);
        }
    }
}

impl Request<'_> {
    pub(super) async fn network(&self, command: NetworkCommand, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            NetworkCommand::RegisterDownline(request) => self.register_downline(request, answer).await,
            NetworkCommand::Downlines { page, pin } => self.downlines(page, pin.as_ref(), answer).await,
            NetworkCommand::Downline { agent, pin } => self.downline(&agent, pin.as_ref(), answer).await,
            NetworkCommand::Markup(request) => self.markup(request, answer).await,
            NetworkCommand::Block { agent, block, pin } => {
                self.block_downline(&agent, block, pin.as_ref(), answer).await
            }
            NetworkCommand::Invite { renew } => {
                self.invite(renew, answer);
                Ok(())
            }
            NetworkCommand::Confirm { number } => self.confirm(number, answer).await,
            NetworkCommand::TakeBack { of, pin } => self.ask_back(of, pin.as_ref(), answer).await,
            NetworkCommand::TransferEither(readings) => self.transfer_either(readings, answer).await,
        }
    }

    /// Who is registered already may have meant to register once more: `daftar Siti Cell 0812…`. A format or a PIN says that
    /// somebody else is meant.
    fn may_be_about_itself(&self, request: &DownlineRequest) -> bool {
        let text = self.message.text.trim_start();
        let opens = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let is_spoken = !text.contains(['.', '#', '*', ',', ';']);
        is_spoken && request.pin.is_none() && request.deposit.is_none() && ["daftar", "join"].into_iter().any(opens)
    }

    /// Registers somebody else below who asks. A typed PIN is the asking reseller's, and needed where money moves; the
    /// new one is drawn and told once.
    async fn register_downline(&self, request: DownlineRequest, answer: &mut Answer) -> Result<(), StoreError> {
        if let (None, Some(pin)) = (&self.agent, &request.pin) {
            // `DAFTAR.<name>.<phone>.<pin>` from somebody new: many servers want the phone number.
            return self.register(&request.name, pin, answer).await;
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let age = self.at - self.message.sent_at;
        if age > self.shop.policy.stale_after {
            let problem = self.shop.drift.why_transfer_stale(age);
            answer.reply_with_balance(&agent, network(NetworkReply::TransferRefused { problem }));
            return Ok(());
        }
        if self.may_be_about_itself(&request) {
            let markup = request.markup.map(|markup| format!("{}.", markup.get())).unwrap_or_default();
            let example = format!("REG.{}.{}.{markup}PIN", request.name.trim(), request.phone);
            answer.reply(network(NetworkReply::RegisterBelow { code: agent.id, name: request.name, example }));
            return Ok(());
        }
        match &request.pin {
            Some(pin) if !self.pin_fits(&agent, pin, answer).await => return Ok(()),
            None if request.deposit.is_some() => {
                self.ask_pin_for_line(registration_line(&request), None, answer);
                return Ok(());
            }
            // A helper's chat sees the new one's PIN only where the reseller's own is known there.
            None if !agent.is_main_chat(&self.message.chat) => {
                self.ask_pin_for_line(registration_line(&request), None, answer);
                return Ok(());
            }
            Some(_) | None => {}
        }
        if let Err(problem) = self.may_register_downline(&agent, &request).await? {
            answer.reply_with_balance(&agent, network(NetworkReply::DownlineRefused { problem }));
            return Ok(());
        }
        if !self.may_message_admins(&agent, AdminMessage::Registration, answer) {
            return Ok(());
        }
        let pin = random_pin();
        let (Some(hash), Some(code)) = (self.shop.pins.hash(&pin).await, super::invite::random_code()) else {
            answer.reply(Reply::TryAgain { order: false });
            return Ok(());
        };
        let number = self.shop.store.next(Sequence::Agent).await?;
        let id = AgentId(u32::try_from(number).unwrap_or(u32::MAX));
        // It may order at once: whoever registers vouches for who is registered.
        let row = Agent {
            phones: vec![request.phone.to_string()],
            locale: agent.locale,
            network: Network { upline: Some(agent.id), invite: Some(code.clone()), ..Network::default() },
            ..Agent::new(id, request.name.trim().to_owned(), PinState::new(hash, pin.len()), Vec::new(), self.at)
        };
        let mut markups = agent.network.markups.clone();
        if request.markup.is_some() {
            let whom = MarkupFor::Downline(id);
            if let Err(problem) = self.set_markup(&agent, &mut markups, whom, request.markup).await? {
                answer.reply(network(NetworkReply::MarkupRefused { problem }));
                return Ok(());
            }
        }
        let told = NewDownline {
            code: id,
            name: row.name.clone(),
            phone: request.phone.to_string(),
            pin: ToldOnce(pin),
            markup: markups.for_downline(id),
            deposit: request.deposit,
            link: self.link(code),
        };
        if request.markup.is_some() {
            answer.alter_agent(&agent, |after| after.network.markups = markups);
        }
        if let Some(deposit) = request.deposit {
            self.move_to(&agent, id, deposit, answer).await?;
        }
        answer.reply_with_balance(&agent, network(NetworkReply::DownlineRegistered(told)));
        let alert = Reply::AlertNewAgent(card(&row, request.deposit.unwrap_or_default(), Rupiah::ZERO, self.at));
        answer.commit.outgoing.extend(self.shop.alerts.to_admins(&alert));
        answer.commit.agents.push(Versioned { expected: None, row });
        Ok(())
    }

    async fn may_register_downline(
        &self,
        agent: &Agent,
        request: &DownlineRequest,
    ) -> Result<Result<(), DownlineProblem>, StoreError> {
        if self.shop.policy.registration == Registration::Closed {
            return Ok(Err(DownlineProblem::Closed));
        }
        if request.name.trim().chars().count() > LONGEST_NAME {
            return Ok(Err(DownlineProblem::NameTooLong));
        }
        if request.markup.is_some_and(|markup| markup > HIGHEST_AT_START) {
            return Ok(Err(DownlineProblem::Markup { highest: HIGHEST_AT_START }));
        }
        if let Err(problem) = self.has_room_below(agent).await? {
            return Ok(Err(problem));
        }
        if self.shop.store.agent_of_phone(request.phone.as_str()).await?.is_some() {
            return Ok(Err(DownlineProblem::PhoneTaken { phone: request.phone.to_string() }));
        }
        let Some(amount) = request.deposit else { return Ok(Ok(())) };
        if amount > LARGE_TRANSFER {
            return Ok(Err(DownlineProblem::DepositTooLarge { most: LARGE_TRANSFER }));
        }
        let available = self.shop.store.account(&AccountId::Agent(agent.id)).await?.available();
        if available < amount {
            let missing = amount.checked_sub(available).unwrap_or(amount);
            return Ok(Err(DownlineProblem::Short { amount, missing }));
        }
        Ok(Ok(()))
    }

    /// Whether one more level fits below a reseller.
    pub(super) async fn has_room_below(&self, upline: &Agent) -> Result<Result<(), DownlineProblem>, StoreError> {
        let level = self.shop.trade.network.uplines(upline).await?.len() + 1;
        Ok(if level < DEEPEST { Ok(()) } else { Err(DownlineProblem::TooDeep { most: DEEPEST }) })
    }

    async fn downlines(&self, page: usize, pin: Option<&Pin>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.let_in(pin, answer).await else { return Ok(()) };
        let skip = (page - 1) * PAGE;
        let ids = self.shop.store.downlines(agent.id, None, skip + PAGE + 1).await?;
        let mut lines = Vec::new();
        for id in ids.iter().skip(skip).take(PAGE) {
            if let Some(downline) = self.shop.store.agent(*id).await? {
                lines.push(self.line(&agent, &downline).await?);
            }
        }
        let more = ids.len() > skip + PAGE;
        answer.reply(network(NetworkReply::Downlines { lines, page, more }));
        Ok(())
    }

    async fn downline(&self, name: &AgentRef, pin: Option<&Pin>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.let_in(pin, answer).await else { return Ok(()) };
        let found = match name {
            AgentRef::Other(word) => self.below_by_name(&agent, word).await?,
            name => self.below(&agent, name).await?,
        };
        match found {
            Some(downline) => self.show_downline(&agent, &downline, answer).await?,
            None => answer.reply(network(NetworkReply::NoSuchDownline { name: typed(name) })),
        }
        Ok(())
    }

    /// Keeps somebody below from ordering, or lets it in again. What the shop has blocked, or who waits for the shop's
    /// approval, is the shop's alone to let in.
    async fn block_downline(
        &self,
        name: &AgentRef,
        block: bool,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        if self
            .shown_with_code(name, |code| format!("{}.{code}.PIN", if block { "BLOKIR" } else { "UNBLOK" }), answer)
            .await?
        {
            return Ok(());
        }
        if pin.is_none() && self.agent.is_some() {
            let Some(agent) = self.active_agent(answer) else { return Ok(()) };
            let Some(downline) = self.below(&agent, name).await? else {
                answer.reply(network(NetworkReply::NoSuchDownline { name: typed(name) }));
                return Ok(());
            };
            let word = if block { "BLOKIR" } else { "UNBLOK" };
            self.ask_pin_for_line(format!("{word}.{}.PIN", downline.id), Some(&downline), answer);
            return Ok(());
        }
        let Some(agent) = self.let_in(pin, answer).await else { return Ok(()) };
        let Some(downline) = self.below(&agent, name).await? else {
            answer.reply(network(NetworkReply::NoSuchDownline { name: typed(name) }));
            return Ok(());
        };
        let is_ours = downline.network.blocked_by.is_some_and(|by| by == agent.id);
        let after = match (downline.status, block) {
            (AgentStatus::Active, true) => Some((AgentStatus::Blocked, Some(agent.id))),
            (AgentStatus::Blocked, false) if is_ours => Some((AgentStatus::Active, None)),
            _ => None,
        };
        let status = after.map_or(downline.status, |(status, _)| status);
        if let Some((status, blocked_by)) = after {
            answer.alter_agent(&downline, |row| {
                row.status = status;
                row.network.blocked_by = blocked_by;
            });
            if block {
                answer.tell(&downline, &Reply::AgentBlocked { code: downline.id, order: false });
            }
        }
        let (code, name, changed) = (downline.id, downline.name.clone(), after.is_some());
        let by_shop = !changed && !is_ours && status != AgentStatus::Active;
        answer.reply(network(NetworkReply::DownlineBlock { code, name, status, changed, by_shop }));
        Ok(())
    }

    /// The one directly below in whose name one of these words stands. Names are no proof of who is meant: what changes
    /// anything is only shown with the code.
    pub(super) async fn below_by_name(&self, agent: &Agent, text: &str) -> Result<Option<Agent>, StoreError> {
        let mut found = self.all_below_by_name(agent, text).await?;
        Ok(found.pop().filter(|_| found.is_empty()))
    }

    /// All of them whose names fit best.
    pub(super) async fn all_below_by_name(&self, agent: &Agent, text: &str) -> Result<Vec<Agent>, StoreError> {
        const SEARCHED: usize = 200;
        let said = konter_command::names_said(text);
        if said.is_empty() {
            return Ok(Vec::new());
        }
        // `wati cell` is who has both words in its name.
        let (mut most, mut found) = (0, Vec::new());
        for id in self.shop.store.downlines(agent.id, None, SEARCHED).await? {
            let Some(downline) = self.shop.store.agent(id).await? else { continue };
            let fits = konter_command::names_said(&downline.name).iter().filter(|word| said.contains(word)).count();
            if fits > most {
                (most, found) = (fits, Vec::new());
            }
            if fits > 0 && fits == most {
                found.push(downline);
            }
        }
        Ok(found)
    }

    /// Who is named by a name is shown as the command with the code, whatever PIN was typed; `false` where nobody is.
    pub(super) async fn shown_with_code(
        &self,
        name: &AgentRef,
        line: impl Fn(AgentId) -> String,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let (AgentRef::Other(word), Some(agent)) = (name, &self.agent) else { return Ok(false) };
        // A name may have more words than the format takes.
        let mut found = self.all_below_by_name(agent, word).await?;
        if found.len() > 1 {
            found = self.all_below_by_name(agent, &self.message.text).await?;
        }
        match found.as_slice() {
            [] => return Ok(false),
            [downline] => self.ask_pin_for_line(line(downline.id), Some(downline), answer),
            several => self.ask_which(several, line, answer),
        }
        Ok(true)
    }

    /// Somebody below, at any depth.
    pub(super) async fn below(&self, agent: &Agent, name: &AgentRef) -> Result<Option<Agent>, StoreError> {
        match self.named(name).await? {
            Some(downline) if self.is_below(agent.id, &downline).await? => Ok(Some(downline)),
            _ => Ok(None),
        }
    }

    /// The active reseller, whose PIN fits if one was typed.
    pub(super) async fn let_in(&self, pin: Option<&Pin>, answer: &mut Answer) -> Option<Agent> {
        let agent = self.active_agent(answer)?;
        match pin {
            Some(pin) if !self.pin_fits(&agent, pin, answer).await => None,
            _ => Some(agent),
        }
    }

    pub(super) async fn show_downline(
        &self,
        agent: &Agent,
        downline: &Agent,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let line = self.line(agent, downline).await?;
        let products = agent.network.markups.products_for(downline.id).map(product_markup).collect();
        let phones = downline.phones.clone();
        answer.reply(network(NetworkReply::Downline { line, phones, products }));
        Ok(())
    }

    async fn line(&self, agent: &Agent, downline: &Agent) -> Result<DownlineLine, StoreError> {
        let is_direct = downline.network.upline == Some(agent.id);
        Ok(DownlineLine {
            code: downline.id,
            name: downline.name.clone(),
            status: downline.status,
            balance: self.shop.store.account(&AccountId::Agent(downline.id)).await?.available(),
            markup: is_direct.then(|| agent.network.markups.for_downline(downline.id)),
            own: is_direct && agent.network.markups.downlines().any(|(id, _)| id == downline.id),
        })
    }

    async fn markup(&self, request: MarkupRequest, answer: &mut Answer) -> Result<(), StoreError> {
        let MarkupRequest { whom, change, pin } = request;
        if let MarkupWhom::Agent(name @ AgentRef::Other(_)) | MarkupWhom::Both(name @ AgentRef::Other(_), _) = &whom
            && change != MarkupChange::Show
        {
            let of = |code| match &whom {
                MarkupWhom::Both(_, product) => MarkupWhom::Both(AgentRef::Code(code), product.clone()),
                _ => MarkupWhom::Agent(AgentRef::Code(code)),
            };
            if self.shown_with_code(name, |code| markup_example(&of(code), change), answer).await? {
                return Ok(());
            }
        }
        if pin.is_none() && change != MarkupChange::Show && self.agent.is_some() {
            let Some(agent) = self.active_agent(answer) else { return Ok(()) };
            if let Err(problem) = self.markup_for(&agent, &whom).await? {
                answer.reply(network(NetworkReply::MarkupRefused { problem }));
                return Ok(());
            }
            let about = match &whom {
                MarkupWhom::Agent(name) | MarkupWhom::Both(name, _) => self.below(&agent, name).await?,
                MarkupWhom::All | MarkupWhom::Product(_) => None,
            };
            self.ask_pin_for_line(markup_example(&whom, change), about.as_ref(), answer);
            return Ok(());
        }
        let Some(agent) = self.let_in(pin.as_ref(), answer).await else { return Ok(()) };
        let whom = match self.markup_for(&agent, &whom).await? {
            Ok(whom) => whom,
            Err(problem) => {
                answer.reply(network(NetworkReply::MarkupRefused { problem }));
                return Ok(());
            }
        };
        let amount = match change {
            MarkupChange::Set(amount) => Some(amount),
            MarkupChange::Remove => None,
            MarkupChange::Show => return self.show_markups(&agent, &whom, answer).await,
        };
        let mut markups = agent.network.markups.clone();
        if let Err(problem) = self.set_markup(&agent, &mut markups, whom.clone(), amount).await? {
            answer.reply(network(NetworkReply::MarkupRefused { problem }));
            return Ok(());
        }
        let (downline, product) = match whom {
            MarkupFor::All => (None, None),
            MarkupFor::Product(product) => (None, Some(product)),
            MarkupFor::Downline(downline) => (Some(downline), None),
            MarkupFor::Both(downline, product) => (Some(downline), Some(product)),
        };
        let counts = match (downline, &product) {
            (Some(downline), Some(product)) => markups.on(downline, product),
            (Some(downline), None) => markups.for_downline(downline),
            (None, _) => amount.unwrap_or(markups.all()),
        };
        let removed = amount.is_none();
        answer.reply(network(NetworkReply::MarkupSet { downline, product, amount: counts, removed }));
        answer.alter_agent(&agent, |after| after.network.markups = markups);
        Ok(())
    }

    /// Sets a markup, if there is room for it: at the product it is for, else at any product at all. Where it is too
    /// much for some product, `Tariff::price` adds less.
    async fn set_markup(
        &self,
        agent: &Agent,
        markups: &mut Markups,
        whom: MarkupFor,
        amount: Option<Rupiah>,
    ) -> Result<Result<(), MarkupProblem>, StoreError> {
        let tariff = self.shop.trade.network.tariff(agent).await?;
        let catalog = self.shop.catalog();
        let product = match &whom {
            MarkupFor::Product(product) | MarkupFor::Both(_, product) => Some(product.clone()),
            MarkupFor::All | MarkupFor::Downline(_) => None,
        };
        if let Err(fault) = markups.set(whom, amount) {
            return Ok(Err(too_much(fault)));
        }
        let room = match &product {
            Some(product) => catalog.get(product).and_then(|product| tariff.room(product)),
            None => catalog.iter().filter_map(|product| tariff.room(product)).max(),
        };
        let highest = room.unwrap_or(HIGHEST_MARKUP).min(HIGHEST_MARKUP);
        if amount.is_some_and(|amount| amount > highest) {
            let percent = self.shop.policy.margin_cap.percent();
            return Ok(Err(MarkupProblem::OverShare { product, highest, percent }));
        }
        Ok(Ok(()))
    }

    /// Whom a markup is for: a name that is no reseller's may be a product's.
    async fn markup_for(
        &self,
        agent: &Agent,
        whom: &MarkupWhom,
    ) -> Result<Result<MarkupFor, MarkupProblem>, StoreError> {
        Ok(match whom {
            MarkupWhom::All => Ok(MarkupFor::All),
            MarkupWhom::Product(product) => self.sold(product).map(MarkupFor::Product),
            MarkupWhom::Agent(AgentRef::Other(name)) => match name.parse() {
                Ok(product) => self.sold(&product).map(MarkupFor::Product),
                Err(_) => Err(MarkupProblem::NotDirect { name: name.clone() }),
            },
            MarkupWhom::Agent(name) => self.direct(agent, name).await?.map(MarkupFor::Downline),
            MarkupWhom::Both(name, product) => match (self.direct(agent, name).await?, self.sold(product)) {
                (Ok(downline), Ok(product)) => Ok(MarkupFor::Both(downline, product)),
                (Err(problem), _) | (_, Err(problem)) => Err(problem),
            },
        })
    }

    fn sold(&self, product: &ProductCode) -> Result<ProductCode, MarkupProblem> {
        let known = self.shop.catalog().get(product).is_some();
        if known { Ok(product.clone()) } else { Err(MarkupProblem::NoSuchProduct { product: product.to_string() }) }
    }

    async fn direct(&self, agent: &Agent, name: &AgentRef) -> Result<Result<AgentId, MarkupProblem>, StoreError> {
        let found = self.named(name).await?.filter(|downline| downline.network.upline == Some(agent.id));
        Ok(found.map(|downline| downline.id).ok_or_else(|| MarkupProblem::NotDirect { name: typed(name) }))
    }

    async fn show_markups(&self, agent: &Agent, whom: &MarkupFor, answer: &mut Answer) -> Result<(), StoreError> {
        if let MarkupFor::Downline(id) | MarkupFor::Both(id, _) = whom
            && let Some(downline) = self.shop.store.agent(*id).await?
        {
            return self.show_downline(agent, &downline, answer).await;
        }
        let markups = &agent.network.markups;
        let (products, downlines) = (markups.products(), markups.downlines());
        let count = markups.products().count() + markups.downlines().count();
        let products: Vec<_> = products.take(MARKUPS_SHOWN).map(product_markup).collect();
        let room = MARKUPS_SHOWN - products.len();
        let downlines: Vec<_> = downlines.take(room).map(|(code, amount)| DownlineMarkup { code, amount }).collect();
        let left_out = count - products.len() - downlines.len();
        answer.reply(network(NetworkReply::Markups { all: markups.all(), products, downlines, left_out }));
        Ok(())
    }
}

/// The same, of somebody who is to be registered.
fn registration_line(request: &DownlineRequest) -> String {
    let sums = match (request.deposit, request.markup) {
        (Some(deposit), markup) => format!("{}.{}.", deposit.get(), markup.unwrap_or(Rupiah::ZERO).get()),
        (None, Some(markup)) => format!("{}.", markup.get()),
        (None, None) => String::new(),
    };
    format!("REG.{}.{}.{sums}PIN", request.name.trim(), request.phone)
}

/// What was typed, as it is typed with the PIN: any other example could be copied, and change other prices.
fn markup_example(whom: &MarkupWhom, change: MarkupChange) -> String {
    let whom = match whom {
        MarkupWhom::All => String::new(),
        MarkupWhom::Product(product) => format!("{product}."),
        MarkupWhom::Agent(agent) => format!("{}.", typed(agent)),
        MarkupWhom::Both(agent, product) => format!("{}.{product}.", typed(agent)),
    };
    let sum = match change {
        // What may be the PIN itself is not said again.
        MarkupChange::Set(amount) if may_be_a_pin(amount) => "jumlah".to_owned(),
        MarkupChange::Set(amount) => amount.get().to_string(),
        MarkupChange::Remove | MarkupChange::Show => "-".to_owned(),
    };
    format!("MARKUP.{whom}{sum}.PIN")
}

fn product_markup((product, amount): (&ProductCode, Rupiah)) -> ProductMarkup {
    ProductMarkup { product: product.clone(), amount }
}

const fn too_much(fault: MarkupFault) -> MarkupProblem {
    match fault {
        MarkupFault::OutOfRange => MarkupProblem::TooHigh { highest: HIGHEST_MARKUP },
        MarkupFault::TooMany => MarkupProblem::TooMany { most: MOST_MARKUPS },
    }
}

/// Four digits that nobody tries first.
fn random_pin() -> String {
    let mut random = rand::rng();
    loop {
        let pin = format!("{:04}", random.random_range(0..10_000));
        if pin.parse().is_ok_and(|read: Pin| read.fit_as_new().is_ok() && !read.is_a_run()) {
            return pin;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_pin_is_none_that_a_reseller_would_be_warned_of() {
        // Of 10,000 there are 30 such.
        for _ in 0..10_000 {
            let pin: Pin = random_pin().parse().unwrap();
            assert!(pin.digits() == 4 && pin.fit_as_new().is_ok() && !pin.is_a_run(), "{}", pin.expose());
        }
    }
}
