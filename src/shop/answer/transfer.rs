//! Sending balance to those below. Large sums, and the same sum sent again shortly after, are asked back first: the
//! question is a row, bound to the chat it was asked in, and its yes works once.

use chrono::{DateTime, Utc};

use super::{Answer, Visit};
use crate::agent::{Agent, AgentStatus};
use crate::command::{AgentRef, Transfer};
use crate::ids::AgentId;
use crate::ledger::{AccountId, EntryKind, Posting, Reason};
use crate::money::Rupiah;
use crate::network::{LARGE_TRANSFER, PendingState, PendingTransfer, SAME_AGAIN_WITHIN};
use crate::reply::{NetworkReply, Reply, TransferCard, TransferProblem, TransferStage};
use crate::store::{Payload, Say, StoreError, Versioned};

/// Lines of the statement looked through for the same sending: whoever sends more in those minutes sends by program.
const LOOKED_THROUGH: usize = 20;

impl Visit<'_> {
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
            self.refuse_transfer(TransferProblem::Stale { minutes: age.num_minutes() }, answer);
            return Ok(());
        }
        let Some(pin) = pin else {
            answer.reply(Reply::PinMissing { example: format!("TR.{}.{}.PIN", typed(&name), amount.get()) });
            return Ok(());
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
        let sent_before = self.sent_just_now(agent.id, to.id, amount).await?;
        if amount <= LARGE_TRANSFER && sent_before.is_none() {
            send(&agent, &to, amount, answer);
            return Ok(());
        }
        let before = self.shop.store.pending_transfer(agent.id).await?;
        let same = |asked: &&PendingTransfer| {
            asked.is_open(self.at) && asked.chat == self.message.chat && asked.to == to.id && asked.amount == amount
        };
        let asked = if let Some(asked) = before.as_ref().filter(same) {
            // Typing it again is no yes: whoever waits for a late answer types it again without having read the name.
            asked.clone()
        } else {
            let from = (agent.id, self.message.chat.clone());
            let asked = PendingTransfer::asked(before.as_ref(), from, (to.id, amount), self.at);
            let expected = before.map(|before| before.version);
            answer.commit.network.transfers.push(Versioned { expected, row: asked.clone() });
            asked
        };
        let card = TransferCard { sent_before, ..card(&asked, &to, TransferStage::Asked) };
        answer.reply(network(NetworkReply::TransferAsk(card)));
        Ok(())
    }

    /// When the same sum was sent to the same reseller a moment ago.
    async fn sent_just_now(
        &self,
        from: AgentId,
        to: AgentId,
        amount: Rupiah,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let (debit, credit) = (AccountId::Agent(from), AccountId::Agent(to));
        let lines = self.shop.store.statement(&debit, None, LOOKED_THROUGH).await?;
        let same = lines.iter().find(|line| {
            (line.kind, line.reason) == (EntryKind::Transfer, Reason::Transfer)
                && (&line.debit, &line.credit, line.amount) == (&debit, &credit, amount)
        });
        Ok(same.map(|line| line.at).filter(|at| self.at - *at < SAME_AGAIN_WITHIN))
    }

    /// `YA.<number>`.
    pub(super) async fn confirm_transfer(&self, number: u32, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        match self.asked(&agent, number).await? {
            Some(asked) if asked.is_open(self.at) => drop(self.go_ahead(&agent, &asked, answer).await?),
            _ => self.refuse_transfer(TransferProblem::NothingToConfirm, answer),
        }
        Ok(())
    }

    /// A button under the question.
    pub(super) async fn tapped_transfer(
        &self,
        number: u32,
        sends: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(asked) = self.asked(&agent, number).await? else {
            self.refuse_transfer(TransferProblem::NothingToConfirm, answer);
            return Ok(());
        };
        let stage = match asked.state {
            PendingState::Sent => Some(TransferStage::Sent),
            PendingState::Cancelled => Some(TransferStage::Cancelled),
            PendingState::Asked if !asked.is_open(self.at) => Some(TransferStage::Expired),
            PendingState::Asked if sends => self.go_ahead(&agent, &asked, answer).await?.then_some(TransferStage::Sent),
            PendingState::Asked => {
                write_pending(&asked, PendingState::Cancelled, answer);
                Some(TransferStage::Cancelled)
            }
        };
        if let (Some(stage), Some(to)) = (stage, self.shop.store.agent(asked.to).await?) {
            self.restage_transfer(card(&asked, &to, stage), answer);
        }
        Ok(())
    }

    /// The reseller's latest question, if it has this number and was asked here.
    async fn asked(&self, agent: &Agent, number: u32) -> Result<Option<PendingTransfer>, StoreError> {
        let asked = self.shop.store.pending_transfer(agent.id).await?;
        Ok(asked.filter(|asked| asked.number == number && asked.chat == self.message.chat))
    }

    /// Sends what was asked about, if it still may be; whether it was.
    async fn go_ahead(&self, agent: &Agent, asked: &PendingTransfer, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(to) = self.shop.store.agent(asked.to).await? else { return Ok(false) };
        match self.may_send(agent, &to, asked.amount).await? {
            Ok(()) => {
                write_pending(asked, PendingState::Sent, answer);
                send(agent, &to, asked.amount, answer);
                Ok(true)
            }
            Err(problem) => {
                self.refuse_transfer(problem, answer);
                Ok(false)
            }
        }
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
        Ok(self.shop.uplines(agent).await?.iter().any(|above| above.id == upline))
    }

    fn refuse_transfer(&self, problem: TransferProblem, answer: &mut Answer) {
        let reply = network(NetworkReply::TransferRefused { problem });
        match &self.agent {
            Some(agent) => answer.reply_with_balance(agent, reply),
            None => answer.reply(reply),
        }
    }

    fn restage_transfer(&self, card: TransferCard, answer: &mut Answer) {
        let Some(message) = self.message.tapped.clone() else { return };
        let reply = Box::new(network(NetworkReply::TransferAsk(card)));
        let payload = Payload::Edit { message, reply };
        answer.commit.says.push(Say {
            chat: self.message.chat.clone(),
            locale: answer.locale,
            payload,
            balance_of: None,
        });
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

/// Moves the money; both sides are told with what they have then.
fn send(agent: &Agent, to: &Agent, amount: Rupiah, answer: &mut Answer) {
    answer.commit.postings.push(sending(agent.id, to.id, amount));
    let sent = NetworkReply::TransferSent { to: to.id, name: to.name.clone(), amount };
    answer.reply_with_balance(agent, network(sent));
    let received = NetworkReply::TransferReceived { from: agent.id, name: agent.name.clone(), amount };
    answer.tell(to, &network(received));
}

/// The posting of a transfer; each side's statement shows the other by it.
pub(super) fn sending(from: AgentId, to: AgentId, amount: Rupiah) -> Posting {
    Posting::Transfer {
        debit: AccountId::Agent(from),
        credit: AccountId::Agent(to),
        amount,
        reason: Reason::Transfer,
        order: None,
        note: Some(format!("{from} - {to}")),
        may_overdraw: false,
    }
}

fn write_pending(asked: &PendingTransfer, state: PendingState, answer: &mut Answer) {
    let row = asked.with(state);
    answer.commit.network.transfers.push(Versioned { expected: Some(asked.version), row });
}

fn card(asked: &PendingTransfer, to: &Agent, stage: TransferStage) -> TransferCard {
    TransferCard {
        number: asked.number,
        to: to.id,
        name: to.name.clone(),
        amount: asked.amount,
        until: asked.expires_at,
        stage,
        sent_before: None,
    }
}

pub(super) fn network(reply: NetworkReply) -> Reply {
    Reply::Network(Box::new(reply))
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
