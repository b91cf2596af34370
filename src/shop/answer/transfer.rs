//! Sending balance to those below. Large sums, sums that came to the same reseller a moment ago, and resellers named by a
//! number are asked back first.

use super::booking::Same;
use super::line_pin::transfer_line;
use super::pin_shown::{has_number, may_be_a_pin, names_a_reseller};
use super::shared::{Sure, network, phone_of};
use super::talk::talk;
use super::{Answer, Request};
use konter_command::{AgentRef, Problem, Sent, Topic, Transfer, Typed, Wish};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::destination::Destination;
use konter_core::ids::{AgentId, TransferId};
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::network::{LARGE_TRANSFER, Transfer as SentTransfer};
use konter_core::question::{Asks, Question};
use konter_reply::{Doubts, NetworkReply, TalkReply, TransferCard, TransferProblem, TransferStage};
use konter_store::{Sequence, StoreError, Versioned};

impl Request<'_> {
    /// The readings of one message: the one whose reseller there is.
    pub(super) async fn transfer_either(&self, readings: Vec<Transfer>, answer: &mut Answer) -> Result<(), StoreError> {
        if self.active_agent(answer).is_none() {
            return Ok(());
        }
        let mut existing = Vec::new();
        for reading in readings {
            if self.named(&reading.agent).await?.is_some() {
                existing.push(reading);
            }
        }
        match existing.pop() {
            Some(reading) if existing.is_empty() => self.transfer(reading, answer).await?,
            Some(_) | None => self.refuse_transfer(TransferProblem::Ambiguous, answer),
        }
        Ok(())
    }

    pub(super) async fn transfer(&self, transfer: Transfer, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Transfer { agent: name, amount, pin } = transfer;
        let age = self.at - self.message.sent_at;
        if age > self.shop.policy.stale_after {
            self.refuse_transfer(self.shop.drift.why_transfer_stale(age), answer);
            return Ok(());
        }
        if self.shown_with_code(&name, |code| transfer_line(code, amount), answer).await? {
            return Ok(());
        }
        let Some(pin) = pin else {
            // `isi saldo 0812… 50rb`: of a number that is nobody's below, something else is wanted.
            if let AgentRef::Phone(phone) = &name
                && self.message.text.to_lowercase().contains("saldo")
                && self.below(&agent, &name).await?.is_none()
            {
                let dest = Some(Destination::Phone(phone.clone()));
                return self.wish(Wish { nominal: Some(amount), dest, ..Wish::default() }, answer).await;
            }
            return self.transfer_without_pin(&agent, &name, amount, answer).await;
        };
        if !self.pin_fits(&agent, &pin, answer).await {
            return Ok(());
        }
        let Some(to) = self.named(&name).await? else {
            self.refuse_transfer(TransferProblem::NotDownline { name: typed(&name) }, answer);
            return Ok(());
        };
        if let Err(problem) = self.may_send(&agent, &to, amount).await? {
            // Who is no downline stays unknown, whether there is such a reseller or not.
            let problem = match problem {
                TransferProblem::NotDownline { .. } => TransferProblem::NotDownline { name: typed(&name) },
                other => other,
            };
            self.refuse_transfer(problem, answer);
            return Ok(());
        }
        let same = Same { amount, ticket: None };
        let looked = self.booked_lately(&to, same, Sure::No).await?;
        let doubts = Doubts { booked: looked.same, phone: phone_of(&name), ..Doubts::default() };
        if amount <= LARGE_TRANSFER && doubts.is_none() {
            return self.send(&agent, &to, amount, answer).await;
        }
        self.ask_transfer(&agent, &to, amount, (doubts, looked.seen), answer).await
    }

    /// Shows whom it would go to, and asks for the PIN.
    pub(super) async fn transfer_without_pin(
        &self,
        agent: &Agent,
        name: &AgentRef,
        amount: Rupiah,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let to = self.below(agent, name).await?;
        match (&to, name) {
            (None, AgentRef::Phone(phone)) => {
                answer.reply(talk(TalkReply::SendOrTopUp { dest: phone.to_string(), amount }));
                return Ok(());
            }
            (None, _) => {
                self.refuse_transfer(TransferProblem::NotDownline { name: typed(name) }, answer);
                return Ok(());
            }
            (Some(to), _) => {
                if let Err(problem) = self.may_send(agent, to, amount).await? {
                    self.refuse_transfer(problem, answer);
                    return Ok(());
                }
            }
        }
        let code = to.as_ref().map_or_else(|| typed(name), |to| to.id.to_string());
        // What may be the PIN itself is not said again.
        let line = if may_be_a_pin(amount) { format!("TR.{code}.jumlah.PIN") } else { transfer_line(code, amount) };
        self.ask_pin_for_line(line, to.as_ref(), answer);
        Ok(())
    }

    /// `kirim 50000 ke wati`, `tr KR0002 10000 dan s10 0812…`: what a transfer that cannot be read is answered with; `false` where
    /// its format tells more.
    pub(super) async fn transfer_lacks(&self, problem: &Problem, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(agent) = self.agent.as_ref().filter(|agent| agent.status == AgentStatus::Active) else {
            return Ok(false);
        };
        let text = &self.message.text;
        let names_nobody = !has_number(text) && !names_a_reseller(text) && konter_command::says_send(text);
        match problem {
            _ if names_nobody => {
                let named = self.all_below_by_name(agent, text).await?;
                let words = |name: &str| name.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                let allowed: Vec<String> = named.iter().flat_map(|one| words(&one.name)).collect();
                let line = |id, amount: Option<Rupiah>| match amount.filter(|amount| !may_be_a_pin(*amount)) {
                    Some(amount) => transfer_line(id, amount),
                    None => format!("TR.{id}.jumlah.PIN"),
                };
                match (konter_command::sent_to(text, &allowed), named.as_slice()) {
                    (_, []) | (Ok(Sent { amount: None, .. }), [_]) => return Ok(false),
                    // `… kalau dia minta`: whoever says more means more than that.
                    (Err(more), [to, ..]) => {
                        let more = Problem::Leftover(Typed::new(&more));
                        self.not_understood(Topic::Transfer, Some(&more), line(to.id, None), answer);
                    }
                    (Ok(Sent { amount: Some(amount), .. }), [to]) => {
                        self.transfer_without_pin(agent, &AgentRef::Code(to.id), amount, answer).await?;
                    }
                    (Ok(Sent { amount, .. }), several) => self.ask_which(several, |id| line(id, amount), answer),
                }
                Ok(true)
            }
            Problem::Leftover(_) if has_number(text) && konter_command::says_send(text) => {
                answer.reply(talk(TalkReply::OneByOne));
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// `kirim 10000 ke 0812…`: to the number of one below balance is sent, and nothing is bought. `false` where another thing is
    /// meant.
    pub(super) async fn wish_is_a_transfer(&self, wish: &Wish, answer: &mut Answer) -> Result<bool, StoreError> {
        let Wish { code: None, sort: None, brand: None, size: None, nominal: Some(amount), dest: Some(dest), .. } =
            wish
        else {
            return Ok(false);
        };
        let (Some(agent), Some(phone)) = (&self.agent, dest.phone()) else { return Ok(false) };
        if !konter_command::says_send(&self.message.text) || agent.status != AgentStatus::Active {
            return Ok(false);
        }
        let name = AgentRef::Phone(phone.clone());
        if self.below(agent, &name).await?.is_none() {
            return Ok(false);
        }
        self.transfer_without_pin(agent, &name, *amount, answer).await?;
        Ok(true)
    }

    async fn ask_transfer(
        &self,
        agent: &Agent,
        to: &Agent,
        amount: Rupiah,
        (mut doubts, seen): (Doubts, u64),
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        // Who works at the shop is nobody else's business.
        if let Some(booked) = &mut doubts.booked {
            booked.by = None;
        }
        let asks = Asks::Transfer { from: agent.id, to: to.id, amount };
        let asked = self.question(asks, seen, answer).await?;
        let card = TransferCard { doubts, ..card(&asked, to, amount, TransferStage::Asked) };
        answer.reply(network(NetworkReply::TransferAsk(card)));
        Ok(())
    }

    /// Sends what was asked about, if it still may be; whether it was.
    pub(super) async fn transfer_asked(
        &self,
        from: AgentId,
        to: AgentId,
        amount: Rupiah,
        seen: u64,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(false) };
        let Some(to) = self.shop.store.agent(to).await?.filter(|_| agent.id == from) else {
            self.refuse_transfer(TransferProblem::NothingToConfirm, answer);
            return Ok(false);
        };
        if let Err(problem) = self.may_send(&agent, &to, amount).await? {
            self.refuse_transfer(problem, answer);
            return Ok(false);
        }
        let looked = self.booked_lately(&to, Same { amount, ticket: None }, Sure::Yes { seen }).await?;
        if looked.same.is_some() {
            let doubts = Doubts { booked: looked.same, ..Doubts::default() };
            self.ask_transfer(&agent, &to, amount, (doubts, looked.seen), answer).await?;
            return Ok(false);
        }
        self.send(&agent, &to, amount, answer).await?;
        Ok(true)
    }

    /// Moves the money; both sides are told with what they have then.
    async fn send(&self, agent: &Agent, to: &Agent, amount: Rupiah, answer: &mut Answer) -> Result<(), StoreError> {
        answer.book(to);
        let number = self.move_to(agent, to.id, amount, answer).await?;
        let (name, number, unasked) = (to.name.clone(), Some(number), to.chats.is_empty());
        let sent = NetworkReply::TransferSent { to: to.id, name, amount, number, unasked };
        answer.reply_with_balance(agent, network(sent));
        let received = NetworkReply::TransferReceived { from: agent.id, name: agent.name.clone(), amount };
        answer.tell(to, &network(received));
        Ok(())
    }

    /// Puts a transfer into the commit: its row and its posting.
    pub(super) async fn move_to(
        &self,
        from: &Agent,
        to: AgentId,
        amount: Rupiah,
        answer: &mut Answer,
    ) -> Result<TransferId, StoreError> {
        let id = TransferId(self.shop.store.next(Sequence::Transfer).await?);
        let row = SentTransfer::new(id, from.id, to, amount, self.at);
        answer.commit.postings.push(row.posting());
        answer.commit.transfers.push(Versioned { expected: None, row });
        Ok(id)
    }

    /// A question about a transfer as it is shown.
    pub(super) async fn transfer_card(
        &self,
        asked: &Question,
        stage: TransferStage,
    ) -> Result<Option<TransferCard>, StoreError> {
        let Asks::Transfer { to, amount, .. } = &asked.asks else { return Ok(None) };
        Ok(self.shop.store.agent(*to).await?.map(|to| card(asked, &to, *amount, stage)))
    }

    async fn may_send(
        &self,
        agent: &Agent,
        to: &Agent,
        amount: Rupiah,
    ) -> Result<Result<(), TransferProblem>, StoreError> {
        if to.id == agent.id {
            return Ok(Err(TransferProblem::ToSelf));
        }
        if !self.is_below(agent.id, to).await? {
            return Ok(Err(TransferProblem::NotDownline { name: to.id.to_string() }));
        }
        if to.status == AgentStatus::Blocked {
            return Ok(Err(TransferProblem::Blocked { code: to.id }));
        }
        let available = self.shop.store.account(&AccountId::Agent(agent.id)).await?.available();
        if available < amount {
            let missing = amount.checked_sub(available).unwrap_or(amount);
            return Ok(Err(TransferProblem::Short { amount, missing }));
        }
        Ok(Ok(()))
    }

    pub(super) async fn is_below(&self, upline: AgentId, agent: &Agent) -> Result<bool, StoreError> {
        Ok(self.shop.trade.network.uplines(agent).await?.iter().any(|above| above.id == upline))
    }

    pub(super) fn refuse_transfer(&self, problem: TransferProblem, answer: &mut Answer) {
        let reply = network(NetworkReply::TransferRefused { problem });
        match &self.agent {
            Some(agent) => answer.reply_with_balance(agent, reply),
            None => answer.reply(reply),
        }
    }

    /// The reseller of a name, if there is one.
    pub(super) async fn named(&self, name: &AgentRef) -> Result<Option<Agent>, StoreError> {
        let store = &self.shop.store;
        match name {
            AgentRef::Code(id) => store.agent(*id).await,
            AgentRef::Chat(chat) => store.agent_of_chat(chat).await,
            AgentRef::Phone(phone) => store.agent_of_phone(phone.as_str()).await,
            AgentRef::Other(_) => Ok(None),
        }
    }
}

fn card(asked: &Question, to: &Agent, amount: Rupiah, stage: TransferStage) -> TransferCard {
    TransferCard {
        number: asked.number,
        to: to.id,
        name: to.name.clone(),
        amount,
        until: asked.expires_at,
        stage,
        doubts: Doubts::default(),
    }
}

/// A reseller's name as it was typed.
pub(super) fn typed(name: &AgentRef) -> String {
    match name {
        AgentRef::Code(id) => id.to_string(),
        AgentRef::Chat(chat) => chat.to_string(),
        AgentRef::Phone(phone) => phone.to_string(),
        AgentRef::Other(name) => name.clone(),
    }
}
