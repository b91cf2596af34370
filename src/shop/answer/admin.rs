//! What the shop's admins do: deposits, resellers, orders that need a person.

use chrono::TimeDelta;

use super::super::buying::Asker;
use super::super::outbox::say;
use super::account::price_line;
use super::booking::decision;
use super::register::card;
use super::shared::{Sure, TicketDecision, booking};
use super::staff::desk;
use super::{Answer, Request};
use konter_command::{AdminCommand, AgentRef, says_when};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::ids::{OrderId, ProductCode};
use konter_core::ledger::AccountId;
use konter_core::order::card::Verdict;
use konter_core::order::schedule::CHECK_STEP;
use konter_core::order::{AdminVerdict, Decider, Event, Final, Order, OrderState, step_with, view};
use konter_core::question::Asks;
use konter_core::staff::Role;
use konter_reply::{AdminProblem, AgentCard, BookingReply, DecidedOrder, DeskReply, Reply};
use konter_store::{Act, StoreError, Versioned};

/// Resellers read at a time where all of them are looked through.
pub(super) const AGENTS_AT_ONCE: usize = 500;
/// Resellers shown at once.
const AGENTS_SHOWN: usize = 30;
/// Open orders shown at once.
const PENDING_SHOWN: usize = 10;

impl Request<'_> {
    pub(super) async fn admin(&self, command: AdminCommand, answer: &mut Answer) -> Result<(), StoreError> {
        if !self.may(command.needs(), answer) {
            return Ok(());
        }
        // Like an order: whoever hears nothing for so long has done it otherwise. Looking is never too late.
        let age = self.at - self.message.sent_at;
        if command.needs() > Role::Viewer && age > self.shop.policy.stale_after {
            let wrong_clock = self.shop.drift.clock_off().is_some();
            Self::admin_refused(answer, AdminProblem::Stale { minutes: age.num_minutes(), wrong_clock });
            return Ok(());
        }
        let (command, remark) = command.without_remark();
        let typed = self.message.text.trim();
        if let Some(words) = remark.as_ref().filter(|words| says_when(words)) {
            let line = typed.strip_suffix(words.as_str()).unwrap_or(typed).trim_end().to_owned();
            answer.reply(desk(DeskReply::NotLater { line, words: words.clone() }));
            return Ok(());
        }
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what: typed.to_owned() });
        self.admin_done(command, answer).await?;
        if let Some(reason) = remark.filter(|_| !answer.commit.acts.is_empty()) {
            answer.reply(desk(DeskReply::ReasonKept { reason }));
        }
        Ok(())
    }

    async fn admin_done(&self, command: AdminCommand, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            AdminCommand::Remarked { command, .. } => Box::pin(self.admin_done(*command, answer)).await,
            AdminCommand::Deposit { agent, amount, note, forced } => {
                self.deposit(&agent, (amount, note, forced), Sure::No, answer).await.map(drop)
            }
            AdminCommand::AcceptTicket { ticket, amount } => {
                self.settle_named(ticket, TicketDecision::Accept(amount), answer).await
            }
            AdminCommand::RefuseTicket { ticket, reason } => {
                self.settle_named(ticket, TicketDecision::Refuse(reason), answer).await
            }
            AdminCommand::Agents { agent: Some(agent) } => self.show_agent(&agent, answer).await,
            AdminCommand::Agents { agent: None } => self.list_agents(answer).await,
            AdminCommand::Approve { agent } => self.approve(&agent, answer).await,
            AdminCommand::Block { agent } => self.block(&agent, answer).await,
            AdminCommand::Unblock { agent } => self.unblock(&agent, answer).await,
            AdminCommand::CloseProduct { product } => {
                self.set_open(&product, false, answer);
                Ok(())
            }
            AdminCommand::OpenProduct { product } => {
                self.set_open(&product, true, answer);
                Ok(())
            }
            AdminCommand::Pending => self.pending(answer).await,
            AdminCommand::Order { id, raw } => self.show_order(id, raw, answer).await,
            AdminCommand::Success { id, sn } => self.decide_typed(id, AdminVerdict::Success { sn }, answer).await,
            AdminCommand::Failure { id, reason } => {
                self.decide_typed(id, AdminVerdict::Failed { reason }, answer).await
            }
            AdminCommand::Recheck { id, forced } => {
                if self.recheck(id, forced, answer).await? {
                    answer.reply(Reply::AdminRechecking { order: id });
                }
                Ok(())
            }
            AdminCommand::Suppliers => self.suppliers(answer).await,
            AdminCommand::SellPrice { product, price, forced } => {
                self.sell_price(&product, price, forced, answer).await
            }
            AdminCommand::ResetPin { agent } => self.reset_pin(&agent, answer).await,
            AdminCommand::Catalog => {
                self.export_catalog(false, answer);
                Ok(())
            }
            AdminCommand::Broadcast { text } => self.broadcast(text, answer).await,
            AdminCommand::Answer { agent, text } => self.answer_agent(&agent, text, answer).await,
            AdminCommand::Log { count, date } => self.log(count, date, answer).await,
            AdminCommand::Recap { date } => self.recap(date, answer).await,
            AdminCommand::Network(command) => self.admin_network(command, answer).await,
            AdminCommand::Routing(command) => self.admin_routing(command, answer).await,
            AdminCommand::Desk(command) => self.admin_desk(command, answer).await,
        }
    }

    pub(super) fn admin_refused(answer: &mut Answer, problem: AdminProblem) {
        // Nothing was done, so there is nothing to record.
        answer.commit.acts.clear();
        answer.reply(Reply::AdminRefused { problem });
    }

    pub(super) async fn find_agent(&self, name: &AgentRef, answer: &mut Answer) -> Result<Option<Agent>, StoreError> {
        let store = &self.shop.store;
        let agent = match name {
            AgentRef::Code(id) => store.agent(*id).await?,
            AgentRef::Chat(chat) => store.agent_of_chat(chat).await?,
            AgentRef::Phone(phone) => store.agent_of_phone(phone.as_str()).await?,
            AgentRef::Other(_) => None,
        };
        if agent.is_none() {
            let problem = match self.meant_by_name(name).await? {
                Some(problem) => problem,
                None => AdminProblem::NoSuchAgent {
                    name: self.message.text.split_whitespace().nth(1).unwrap_or_default().to_owned(),
                },
            };
            Self::admin_refused(answer, problem);
        }
        Ok(agent)
    }

    pub(super) async fn card_of(&self, agent: &Agent) -> Result<AgentCard, StoreError> {
        let account = self.shop.store.account(&AccountId::Agent(agent.id)).await?;
        Ok(card(agent, account.available(), account.pending_debits, self.at))
    }

    async fn show_agent(&self, agent: &AgentRef, answer: &mut Answer) -> Result<(), StoreError> {
        if let Some(agent) = self.find_agent(agent, answer).await? {
            answer.reply(Reply::AdminAgent(self.card_of(&agent).await?));
        }
        Ok(())
    }

    async fn list_agents(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let mut agents = self.shop.store.agents(None, AGENTS_SHOWN + 1).await?;
        let left_out = agents.len().saturating_sub(AGENTS_SHOWN);
        agents.truncate(AGENTS_SHOWN);
        let mut cards = Vec::with_capacity(agents.len());
        for agent in &agents {
            cards.push(self.card_of(agent).await?);
        }
        answer.reply(Reply::AdminAgents { agents: cards, left_out });
        Ok(())
    }

    async fn approve(&self, agent: &AgentRef, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(agent, answer).await? else { return Ok(()) };
        if agent.status != AgentStatus::Waiting {
            Self::admin_refused(answer, AdminProblem::NotWaiting { agent: agent.id });
            return Ok(());
        }
        let after = Agent { status: AgentStatus::Active, turned_away: false, ..agent.clone() };
        note_status(&agent, &after, answer);
        answer.reply(Reply::AdminApproved { agent: agent.id, name: agent.name.clone() });
        answer.tell(&agent, &Reply::Approved { code: agent.id, name: agent.name.clone() });
        answer.write_agent(&agent, after);
        Ok(())
    }

    /// Nothing but an admin lets a blocked reseller order again; its open orders go on.
    async fn block(&self, agent: &AgentRef, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(agent, answer).await? else { return Ok(()) };
        let turned_away = agent.turned_away || agent.status == AgentStatus::Waiting;
        let mut blocked = Agent { status: AgentStatus::Blocked, turned_away, ..agent.clone() };
        // From now on it is the shop's word, which no upline takes back.
        let was_by_upline = blocked.network.blocked_by.take().is_some();
        note_status(&agent, &blocked, answer);
        answer.reply(Reply::AdminAgent(self.card_of(&blocked).await?));
        if agent.status != AgentStatus::Blocked {
            // Who has only registered was never let in.
            let told = match agent.status {
                AgentStatus::Waiting => Reply::TurnedAway { code: agent.id, order: false },
                AgentStatus::Active | AgentStatus::Blocked => Reply::AgentBlocked { code: agent.id, order: false },
            };
            answer.tell(&agent, &told);
        }
        if agent.status != AgentStatus::Blocked || was_by_upline {
            answer.write_agent(&agent, blocked);
        }
        // Who is blocked buys nothing any more, but may still work here.
        if let Some(role) = agent.chats.iter().filter_map(|chat| self.shop.staff.role_of(chat)).max() {
            answer.reply(desk(DeskReply::StillWorksHere { agent: agent.id, name: agent.name.clone(), role }));
        }
        Ok(())
    }

    /// Lets a blocked reseller in again. One that waits for approval goes on waiting.
    async fn unblock(&self, agent: &AgentRef, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(agent, answer).await? else { return Ok(()) };
        let mut after = agent.clone();
        if agent.status == AgentStatus::Blocked {
            after.status = AgentStatus::Active;
            after.turned_away = false;
            after.network.blocked_by = None;
            answer.tell(&agent, &Reply::AgentUnblocked { code: agent.id });
            answer.write_agent(&agent, after.clone());
        }
        note_status(&agent, &after, answer);
        answer.reply(Reply::AdminAgent(self.card_of(&after).await?));
        Ok(())
    }

    /// Closes a product at all its suppliers, or opens it; shown as the price list shows it.
    fn set_open(&self, code: &ProductCode, open: bool, answer: &mut Answer) {
        let catalog = self.shop.catalog();
        let Some(product) = catalog.get(code) else {
            self.no_such_product(&catalog, code, if open { "/buka" } else { "/tutup" }, answer);
            return;
        };
        let word = |open| if open { "buka" } else { "tutup" };
        answer.note(format_args!("{code} {} → {}", word(product.is_open()), word(open)));
        answer.commit.replaces.push(product.clone());
        let mut product = product.clone();
        for route in &mut product.routes {
            route.open = open;
        }
        answer.reply(Reply::Prices { lines: vec![price_line(&product)], left_out: 0 });
        answer.commit.products.push(product);
    }

    async fn pending(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let open = self.shop.store.open_orders().await?;
        let orders = open.iter().take(PENDING_SHOWN).map(|order| view::card(order, self.at)).collect();
        answer.reply(Reply::AdminPending { orders, left_out: open.len().saturating_sub(PENDING_SHOWN) });
        Ok(())
    }

    pub(super) async fn find_order(&self, id: OrderId, answer: &mut Answer) -> Result<Option<Order>, StoreError> {
        let order = self.shop.store.order(id).await?;
        if order.is_none() {
            Self::admin_refused(answer, AdminProblem::NoSuchOrder { order: id });
        }
        Ok(order)
    }

    pub(super) async fn show_order(&self, id: OrderId, raw: bool, answer: &mut Answer) -> Result<(), StoreError> {
        if let Some(order) = self.find_order(id, answer).await? {
            answer.reply(if raw {
                Reply::AdminRawReplies { order: id, replies: view::raw_replies(&order) }
            } else {
                let mut card = view::card(&order, self.at);
                if let OrderState::Final(Final { by: Decider::Admin(by), .. }) = &order.state {
                    card.decided_by = Some(self.shown_name(by).await?);
                }
                Reply::AdminOrder(Box::new(card))
            });
        }
        Ok(())
    }

    /// Ends an order by a person's knowledge; whether it did. One that has ended otherwise is asked about first: `sure` is
    /// the version the yes was about.
    pub(super) async fn decide(
        &self,
        id: OrderId,
        verdict: AdminVerdict,
        sure: Option<u32>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(order) = self.find_order(id, answer).await? else { return Ok(false) };
        // A question on its way may be the first purchase.
        if order.is_in_flight() || self.shop.tracking.checkers.is_at(id) {
            Self::admin_refused(answer, AdminProblem::StillSending { order: id });
            return Ok(false);
        }
        let event = Event::Decided { by: self.message.chat.clone(), verdict: verdict.clone() };
        let fresh = self.shop.fresh_reference(self.at).await?;
        let funds = self.shop.trade.network.funds_of(&order).await?;
        let Some(step) = step_with(&order, event, &funds, fresh, self.at) else {
            let verdict = view::line(&order).verdict;
            Self::admin_refused(answer, AdminProblem::AlreadyDecided { order: id, verdict });
            return Ok(false);
        };
        let agent = self.shop.store.agent(order.agent).await?;
        let refunds = match (&verdict, agent) {
            (AdminVerdict::Failed { reason }, Some(agent)) => Some((agent, reason)),
            _ => None,
        };
        if refunds.as_ref().is_some_and(|(agent, _)| self.is_own_account(agent)) {
            Self::admin_refused(answer, AdminProblem::OwnAccount { agent: order.agent });
            return Ok(false);
        }
        // The price of a delivered order is the shop's by then: giving it back adds to an account like a deposit.
        let refunds = refunds.filter(|_| order.is_success());
        if let Some((agent, reason)) = &refunds
            && self.is_over_daily(agent, order.price, format!("/gagal {id} {reason}"), answer).await?
        {
            return Ok(false);
        }
        let is_refund = refunds.is_some();
        // What was asked about an attempt says nothing of the next one, which nobody has been told needs a person.
        let has_moved_on = sure.is_some_and(|version| version != order.version) && !order.escalated;
        // Nobody can have delivered what was never sent; but somebody may have seen to it by hand.
        let is_by_hand = order.was_never_sent() && matches!(verdict, AdminVerdict::Success { .. });
        let is_unsure = (!order.is_open() || is_by_hand) && sure != Some(order.version);
        if is_unsure || (order.is_open() && has_moved_on) {
            self.ask_decision(&order, verdict, answer).await?;
            return Ok(false);
        }
        let verdict = match &step.order.state {
            OrderState::Open => Verdict::Open,
            OrderState::Final(end) if end.failure.is_none() => Verdict::Success,
            OrderState::Final(_) => Verdict::Failed,
        };
        let before = view::line(&order).verdict;
        if !order.is_open() {
            let line = Box::new(view::line(&step.order));
            let told = BookingReply::Corrected { by: self.by(), line, agent: order.agent };
            self.tell_other_owners(order.agent, told, answer);
        }
        answer.note(format_args!("{} trx #{id} {} → {}", order.agent, word(before), word(verdict)));
        if is_refund {
            self.count_daily(order.price, answer).await?;
        }
        let of = self.shop.store.agent(order.agent).await?.map(|agent| {
            let (product, dest) = (order.product.clone(), order.dest.clone());
            Box::new(DecidedOrder { agent: agent.id, name: agent.name, product, dest })
        });
        let mut decided =
            say(&self.message.chat, self.shop.policy.locale, Reply::AdminDecided { order: id, verdict, of });
        decided.balance_of = Some(AccountId::Agent(order.agent));
        answer.commit.outgoing.push(decided);
        answer.commit.outgoing.extend(self.shop.tracking.notices.overdrawn_uplines(&order, &step.postings).await?);
        if let Some((edits, id)) = self.shop.tracking.notices.settle_alerts(&order, &step.order).await? {
            answer.commit.outgoing.extend(edits);
            answer.commit.routing.unshown.push(id);
        }
        answer.commit.postings.extend(step.postings);
        answer.commit.outgoing.extend(self.shop.tracking.notices.says_of(&step.order, step.notices).await?);
        answer.commit.orders.push(Versioned { expected: Some(order.version), row: step.order });
        Ok(true)
    }

    /// Shows what the books hold of an order and what a decision would make of it.
    pub(super) async fn ask_decision(
        &self,
        order: &Order,
        verdict: AdminVerdict,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let same_as = match &verdict {
            AdminVerdict::Success { sn } => self.neighbour_with(order, sn).await?,
            AdminVerdict::Failed { .. } => None,
        };
        let what = decision(order, &verdict, same_as);
        let asks = Asks::Decide { order: order.id, version: order.version, verdict };
        let asked = self.ask((asks, 0), what, answer).await?;
        let mut say = say(&self.message.chat, self.shop.policy.locale, booking(asked));
        say.balance_of = Some(AccountId::Agent(order.agent));
        answer.commit.outgoing.push(say);
        Ok(())
    }

    /// `true`: it will be asked about. Where the question may be the first purchase that is said first, and only
    /// `forced` asks.
    pub(super) async fn recheck(&self, id: OrderId, forced: bool, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(order) = self.find_order(id, answer).await? else { return Ok(false) };
        let asked_at = order.current().and_then(|attempt| attempt.checked_at);
        let wait = asked_at.map_or(TimeDelta::zero(), |at| at + CHECK_STEP - self.at);
        if !order.is_open() {
            let verdict = view::line(&order).verdict;
            Self::admin_refused(answer, AdminProblem::AlreadyDecided { order: id, verdict });
        } else if order.is_in_flight() {
            Self::admin_refused(answer, AdminProblem::StillSending { order: id });
        } else if order.was_never_sent() {
            Self::admin_refused(answer, AdminProblem::NeverSent { order: id });
        } else if !self.shop.tracking.schedule.can_check(&order, self.at) {
            Self::admin_refused(answer, AdminProblem::CannotRecheck { order: id });
        } else if wait > TimeDelta::zero() {
            let seconds = wait.num_seconds().max(1);
            Self::admin_refused(answer, AdminProblem::AskedLately { order: id, seconds });
        } else if !forced && self.shop.tracking.schedule.ask_until(&order).is_none_or(|until| self.at >= until) {
            let attempt = order.current();
            let supplier = attempt.map(|attempt| attempt.route.supplier.to_string()).unwrap_or_default();
            let sent_at = attempt.and_then(|attempt| attempt.sent_at).unwrap_or(order.created_at);
            Self::admin_refused(answer, AdminProblem::AskingMayBuy { order: id, supplier, sent_at });
        } else {
            answer.check.push((id, if forced { Asker::Person } else { Asker::Shop }));
            return Ok(true);
        }
        Ok(false)
    }
}

pub(super) fn note_status(before: &Agent, after: &Agent, answer: &mut Answer) {
    let word = |status| match status {
        AgentStatus::Waiting => "menunggu",
        AgentStatus::Active => "aktif",
        AgentStatus::Blocked => "diblokir",
    };
    answer.note(format_args!("{} {} {} → {}", before.id, before.name, word(before.status), word(after.status)));
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open => "diproses",
        Verdict::Success => "SUKSES",
        Verdict::Failed => "GAGAL",
    }
}
