//! Transfers that went to the wrong reseller. Their sender asks within minutes, and nothing moves before the receiver agrees;
//! the shop may take one back without, for some days. Either way it is one commit: the transfer's row, and a posting of
//! exactly its sum the other way, which the store takes once a transfer. Whole or not at all: what the receiver has spent,
//! or what an open order holds, is not there.

use super::super::rate_limit::AdminMessage;
use super::shared::{booking, network};
use super::{Answer, Request};
use konter_command::{AdminCommand, AdminDesk, Pin, TransferRef};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::deposit::Decider;
use konter_core::ids::TransferId;
use konter_core::ledger::{AccountId, Reason};
use konter_core::money::Rupiah;
use konter_core::network::{ASKED_WITHIN, TAKEN_BY_SHOP_WITHIN, Transfer, TransferState, transfer_of_note};
use konter_core::order::Order;
use konter_core::question::Asks;
use konter_reply::{
    AdminProblem, AskWhat, BookingReply, NetworkReply, TakeBackCard, TakeBackProblem, TakeBackStage, TookBack,
    TransferLine,
};
use konter_store::{Payload, Say, StoreError, Versioned};

/// Lines of a sender's statement looked through: nobody sends more by hand in the minutes that count.
const LOOKED_THROUGH: usize = 200;
/// Transfers offered at once.
const SHOWN: usize = 5;

impl Request<'_> {
    /// `TARIK`.
    pub(super) async fn ask_back(
        &self,
        of: TransferRef,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.let_in(pin, answer).await else { return Ok(()) };
        let found = match &of {
            TransferRef::Number(id) => match self.own_transfer(&agent, *id).await? {
                Some(sent) => vec![sent],
                // `TARIK.1234`: a PIN behind the word. Asking moves nothing.
                None if pin.is_none() && may_be_pin(*id) => self.recent_transfers(&agent).await?,
                None => Vec::new(),
            },
            TransferRef::Latest => self.recent_transfers(&agent).await?,
            TransferRef::To { agent: name, amount } => {
                let to = self.named(name).await?.map(|to| to.id);
                let mut found = self.recent_transfers(&agent).await?;
                found.retain(|sent| Some(sent.to) == to && amount.is_none_or(|amount| sent.amount == amount));
                found
            }
        };
        let open: Vec<&Transfer> = found.iter().filter(|sent| sent.state == TransferState::Sent).collect();
        if open.len() > 1 {
            return self.which_transfer(&agent, &open, answer).await;
        }
        if let Some(sent) = open.first().copied().or_else(|| found.first()) {
            return self.ask_receiver(&agent, sent, answer).await;
        }
        self.refuse_to_ask(TakeBackProblem::NoneRecent { minutes: ASKED_WITHIN.num_minutes() }, answer);
        Ok(())
    }

    async fn which_transfer(&self, agent: &Agent, sent: &[&Transfer], answer: &mut Answer) -> Result<(), StoreError> {
        let mut lines = Vec::new();
        for sent in sent.iter().take(SHOWN) {
            let to = self.shop.store.agent(sent.to).await?;
            let unasked = to.as_ref().is_none_or(|to| to.chats.is_empty());
            let name = to.map(|to| to.name).unwrap_or_default();
            lines.push(TransferLine { number: sent.id, to: sent.to, name, amount: sent.amount, at: sent.at, unasked });
        }
        answer.reply_with_balance(agent, network(NetworkReply::TakeBackWhich { lines }));
        Ok(())
    }

    /// Something was wrong with what was done last: where that was a transfer, it may be taken back. `latest`: the order
    /// done last.
    pub(super) async fn offer_take_back(
        &self,
        agent: &Agent,
        latest: Option<&Order>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let sent = self.recent_transfers(agent).await?;
        let open: Vec<&Transfer> = sent.iter().filter(|sent| sent.state == TransferState::Sent).collect();
        let is_last = open.first().is_some_and(|sent| latest.is_none_or(|order| order.created_at <= sent.at));
        if is_last {
            self.which_transfer(agent, &open, answer).await?;
        }
        Ok(is_last)
    }

    /// The button under what was sent.
    pub(super) async fn tapped_ask_back(&self, id: TransferId, answer: &mut Answer) -> Result<(), StoreError> {
        self.ask_back(TransferRef::Number(id), None, answer).await
    }

    async fn own_transfer(&self, agent: &Agent, id: TransferId) -> Result<Option<Transfer>, StoreError> {
        Ok(self.shop.store.transfer(id).await?.filter(|sent| sent.from == agent.id))
    }

    /// What a reseller has sent within the minutes that count, the newest first.
    async fn recent_transfers(&self, agent: &Agent) -> Result<Vec<Transfer>, StoreError> {
        let account = AccountId::Agent(agent.id);
        let lines = self.shop.store.statement(&account, None, LOOKED_THROUGH).await?;
        let sent = lines.iter().filter(|line| line.reason == Reason::Transfer && line.debit == account);
        let mut found = Vec::new();
        for id in sent.filter_map(|line| line.note.as_deref().and_then(transfer_of_note)) {
            found.extend(self.own_transfer(agent, id).await?.filter(|sent| sent.is_fresh(self.at)));
        }
        Ok(found)
    }

    /// Asks the receiver in all its chats. Nothing moves.
    async fn ask_receiver(&self, agent: &Agent, sent: &Transfer, answer: &mut Answer) -> Result<(), StoreError> {
        let to = self.shop.store.agent(sent.to).await?;
        let (to, asked) = match self.may_be_asked(sent, to) {
            Ok(found) => found,
            Err(problem) => {
                self.refuse_to_ask(problem, answer);
                return Ok(());
            }
        };
        if !self.may_message_admins(agent, AdminMessage::TakeBack, answer) {
            return Ok(());
        }
        let Some(until) = asked.open_until(self.at) else { return Ok(()) };
        let card = TakeBackCard {
            number: sent.id,
            from: agent.id,
            name: agent.name.clone(),
            amount: sent.amount,
            at: sent.at,
            until: Some(until),
            stage: TakeBackStage::Asked,
        };
        answer.tell(&to, &network(NetworkReply::TakeBackAsk(card)));
        let (number, name, amount) = (sent.id, to.name, sent.amount);
        let told = NetworkReply::TakeBackAsked { number, to: sent.to, name, amount, until };
        answer.reply_with_balance(agent, network(told));
        answer.commit.transfers.push(Versioned { expected: Some(sent.version), row: asked });
        Ok(())
    }

    /// Its receiver, and the transfer once it is asked for.
    fn may_be_asked(&self, sent: &Transfer, to: Option<Agent>) -> Result<(Agent, Transfer), TakeBackProblem> {
        let number = sent.id;
        if let Some(until) = sent.open_until(self.at) {
            return Err(TakeBackProblem::Waits { number, until });
        }
        if sent.is_back() {
            return Err(TakeBackProblem::Done { number });
        }
        let Some(asked) = sent.asked(self.at) else { return Err(TakeBackProblem::Unanswered { number }) };
        if !sent.is_fresh(self.at) {
            return Err(TakeBackProblem::TooLate { number, minutes: ASKED_WITHIN.num_minutes() });
        }
        match to {
            Some(to) if to.status != AgentStatus::Active => Err(TakeBackProblem::Blocked { code: to.id }),
            Some(to) if !to.chats.is_empty() => Ok((to, asked)),
            _ => Err(TakeBackProblem::NoChat { number, code: sent.to }),
        }
    }

    fn refuse_to_ask(&self, problem: TakeBackProblem, answer: &mut Answer) {
        let reply = network(NetworkReply::TakeBackRefused { problem });
        match &self.agent {
            Some(agent) => answer.reply_with_balance(agent, reply),
            None => answer.reply(reply),
        }
    }

    /// The receiver's answer, by a button. The row decides, however often and whenever it is tapped.
    pub(super) async fn tapped_give_back(
        &self,
        id: TransferId,
        gives: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let sent = self.shop.store.transfer(id).await?.filter(|sent| sent.to == agent.id);
        let from = match &sent {
            Some(sent) => self.shop.store.agent(sent.from).await?,
            None => None,
        };
        let (Some(sent), Some(from)) = (sent, from) else {
            self.stale(answer);
            return Ok(());
        };
        if sent.open_until(self.at).is_none() {
            self.restage_take_back(&sent, &from, answer);
            return Ok(());
        }
        let after = if gives {
            if let Err(problem) = self.may_give_back(&sent, &from).await? {
                self.refuse_to_ask(problem, answer);
                return Ok(());
            }
            sent.with(TransferState::TakenBack { at: self.at, by: None })
        } else {
            sent.with(TransferState::Kept)
        };
        if gives {
            move_back(&sent, (&from, &agent), None, answer);
        } else {
            let (number, to, name, amount) = (sent.id, agent.id, agent.name.clone(), sent.amount);
            answer.tell(&from, &network(NetworkReply::TakeBackDeclined { number, to, name, amount }));
        }
        self.restage_take_back(&after, &from, answer);
        answer.commit.transfers.push(Versioned { expected: Some(sent.version), row: after });
        Ok(())
    }

    async fn may_give_back(&self, sent: &Transfer, from: &Agent) -> Result<Result<(), TakeBackProblem>, StoreError> {
        if from.status == AgentStatus::Blocked {
            return Ok(Err(TakeBackProblem::Blocked { code: from.id }));
        }
        Ok(self.is_there(sent).await?.map(drop))
    }

    /// What the receiver can spend, if it is all of the transfer.
    async fn is_there(&self, sent: &Transfer) -> Result<Result<Rupiah, TakeBackProblem>, StoreError> {
        let available = self.shop.store.account(&AccountId::Agent(sent.to)).await?.available();
        let (code, amount) = (sent.to, sent.amount);
        let short = TakeBackProblem::Spent { code, amount, available: available.max(Rupiah::ZERO) };
        Ok(if available < amount { Err(short) } else { Ok(available) })
    }

    /// Shows under the question what has become of it.
    fn restage_take_back(&self, sent: &Transfer, from: &Agent, answer: &mut Answer) {
        let Some(message) = self.message.tapped.clone() else { return };
        let stage = match sent.state {
            TransferState::TakenBack { .. } => TakeBackStage::Given,
            TransferState::Kept => TakeBackStage::Kept,
            TransferState::Sent | TransferState::Asked { .. } => TakeBackStage::Expired,
        };
        let (name, amount) = (from.name.clone(), sent.amount);
        let card = TakeBackCard { number: sent.id, from: sent.from, name, amount, at: sent.at, until: None, stage };
        let reply = Box::new(network(NetworkReply::TakeBackAsk(card)));
        let payload = Payload::Edit { message, reply };
        let (chat, locale) = (self.message.chat.clone(), answer.locale);
        answer.commit.outgoing.push(Say::new(chat, locale, payload));
    }

    /// `/tariktransfer`: always asked back, for nobody's consent stands behind it.
    pub(super) async fn take_back(
        &self,
        id: TransferId,
        reason: String,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some((sent, line, there)) = self.may_take_back(id, &reason, answer).await? else { return Ok(()) };
        let kept = sent.state == TransferState::Kept;
        let what = AskWhat::TakeBack { line: Box::new(line), at: sent.at, there, kept };
        let asked = self.ask((Asks::TakeBack { transfer: id, reason }, 0), what, answer).await?;
        answer.reply(booking(asked));
        Ok(())
    }

    /// After the question; whether it was taken back.
    pub(super) async fn take_back_asked(
        &self,
        id: TransferId,
        reason: &str,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some((sent, line, _)) = self.may_take_back(id, reason, answer).await? else { return Ok(false) };
        let store = &self.shop.store;
        let (Some(from), Some(to)) = (store.agent(sent.from).await?, store.agent(sent.to).await?) else {
            return Ok(false);
        };
        let by = Decider { chat: self.message.chat.clone(), name: self.message.sender.clone() };
        let row = sent.with(TransferState::TakenBack { at: self.at, by: Some(by) });
        move_back(&sent, (&from, &to), Some(reason), answer);
        answer.note(format_args!("{} {} transfer #{id}: {} kembali", sent.to, sent.from, sent.amount));
        self.count_daily(sent.amount, answer).await?;
        answer.commit.transfers.push(Versioned { expected: Some(sent.version), row });
        answer.reply_with_balance(&from, booking(BookingReply::TookBack(line.clone())));
        self.tell_other_owners(from.id, BookingReply::TookBack(line), answer);
        Ok(true)
    }

    /// The transfer, how it is shown, and what its receiver can spend; otherwise the answer says why not.
    async fn may_take_back(
        &self,
        id: TransferId,
        reason: &str,
        answer: &mut Answer,
    ) -> Result<Option<(Transfer, TookBack, Rupiah)>, StoreError> {
        let refuse = |problem, answer: &mut Answer| {
            // Nothing was done, so there is nothing to record.
            answer.commit.acts.clear();
            answer.reply(network(NetworkReply::TakeBackRefused { problem }));
        };
        let sent = match self.shop.store.transfer(id).await? {
            None => Err(TakeBackProblem::NoSuch { number: id }),
            Some(sent) if sent.is_back() => Err(TakeBackProblem::Done { number: id }),
            Some(sent) if !sent.is_within_shops_reach(self.at) => {
                Err(TakeBackProblem::TooOld { number: id, days: TAKEN_BY_SHOP_WITHIN.num_days() })
            }
            Some(sent) => Ok(sent),
        };
        let sent = match sent {
            Ok(sent) => sent,
            Err(problem) => {
                refuse(problem, answer);
                return Ok(None);
            }
        };
        let store = &self.shop.store;
        let (Some(from), Some(to)) = (store.agent(sent.from).await?, store.agent(sent.to).await?) else {
            refuse(TakeBackProblem::NoSuch { number: id }, answer);
            return Ok(None);
        };
        if self.is_own_account(&from) {
            Self::admin_refused(answer, AdminProblem::OwnAccount { agent: from.id });
            return Ok(None);
        }
        if self.is_over_daily(&from, sent.amount, format!("/tariktransfer {id} {reason}"), answer).await? {
            return Ok(None);
        }
        match self.is_there(&sent).await? {
            Ok(there) => {
                let line = self.line_of_transfer(&sent, (&from, &to), reason);
                Ok(Some((sent, line, there)))
            }
            Err(problem) => {
                refuse(problem, answer);
                Ok(None)
            }
        }
    }

    fn line_of_transfer(&self, sent: &Transfer, (from, to): (&Agent, &Agent), reason: &str) -> TookBack {
        TookBack {
            transfer: sent.id,
            from: from.id,
            from_name: from.name.clone(),
            to: to.id,
            to_name: to.name.clone(),
            amount: sent.amount,
            reason: reason.to_owned(),
            by: self.by(),
        }
    }

    /// What is asked, as it is shown once it has been answered.
    pub(super) async fn take_back_shown(&self, id: TransferId, reason: &str) -> Result<Option<AskWhat>, StoreError> {
        let store = &self.shop.store;
        let Some(sent) = store.transfer(id).await? else { return Ok(None) };
        let (Some(from), Some(to)) = (store.agent(sent.from).await?, store.agent(sent.to).await?) else {
            return Ok(None);
        };
        let line = Box::new(self.line_of_transfer(&sent, (&from, &to), reason));
        Ok(Some(AskWhat::TakeBack { line, at: sent.at, there: Rupiah::ZERO, kept: false }))
    }
}

/// The command a yes to it is worth, and how it is typed.
pub(super) fn command_of(transfer: TransferId, reason: &str) -> (AdminCommand, String) {
    let typed = format!("/tariktransfer {transfer} {reason}");
    (AdminCommand::Desk(AdminDesk::TakeBack { transfer, reason: reason.to_owned() }), typed)
}

/// Moves the money back; both sides are told in all their chats.
fn move_back(sent: &Transfer, (from, to): (&Agent, &Agent), reason: Option<&str>, answer: &mut Answer) {
    let (number, amount) = (sent.id, sent.amount);
    answer.commit.postings.push(sent.posting_back());
    let reason = reason.map(str::to_owned);
    let returned =
        NetworkReply::TransferReturned { number, to: to.id, name: to.name.clone(), amount, reason: reason.clone() };
    answer.tell(from, &network(returned));
    let gone = NetworkReply::TransferGone { number, from: from.id, name: from.name.clone(), amount, reason };
    answer.tell(to, &network(gone));
}

/// Of four to six digits.
fn may_be_pin(number: TransferId) -> bool {
    (1_000..1_000_000).contains(&number.0)
}
