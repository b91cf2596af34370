//! Booking to a reseller's account, and what is looked at first: whether the same sum came there a moment ago, in whatever
//! way; whether it is a usual one; whether whoever books may.

use chrono::{DateTime, Utc};

use super::shared::{Sure, TicketDecision, booking, phone_of, shown_decider};
use super::{Answer, NOTED, Request};
use konter_command::{AgentRef, MIN_TICKET, says_how_paid};
use konter_core::agent::Agent;
use konter_core::deposit::{Decider, MOST_ADDED, MOST_BOOKED, PROOF_TAKEN_FOR, Ticket, TicketState, ticket_of_note};
use konter_core::ids::{AgentId, ChatId, OrderId, TicketId};
use konter_core::ledger::{AccountId, Entry, EntryKind, Posting, Reason};
use konter_core::money::Rupiah;
use konter_core::order::{AdminVerdict, Order, view};
use konter_core::question::{Asks, SAME_AGAIN_WITHIN};
use konter_core::staff::Role;
use konter_reply::{AdminProblem, AskWhat, BookedBefore, BookedHow, BookingReply, Doubts, Reply};
use konter_store::StoreError;

/// Lines of a statement read at a time.
const PAGE: usize = 100;
/// Lines looked through for a ticket's own amount, which may have come days ago. Of the last minutes all are.
const LOOKED_THROUGH: usize = 2_000;
/// Acts looked through for who booked something.
const ACTS_SEARCHED: usize = 200;

/// The sums that would be the same money as one being booked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Same<'a> {
    /// Negative takes back.
    pub amount: Rupiah,
    /// The ticket it is for.
    pub ticket: Option<&'a Ticket>,
}

/// What a look at an account's lines found.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The latest booking of the same money, but for those a yes covers.
    pub same: Option<BookedBefore>,
    /// The last line there is.
    pub seen: u64,
}

impl Request<'_> {
    /// `/deposit`; whether it was booked.
    pub(super) async fn deposit(
        &self,
        name: &AgentRef,
        (amount, note, forced): (Rupiah, Option<String>, bool),
        sure: Sure,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(agent) = self.find_agent(name, answer).await? else { return Ok(false) };
        let Some(size) = amount.get().checked_abs().map(Rupiah::new).filter(|size| size.is_positive()) else {
            Self::admin_refused(answer, AdminProblem::AmountUnfit);
            return Ok(false);
        };
        if !self.may_book(&agent, size, answer) {
            return Ok(false);
        }
        let command = format!("/deposit {} {}", agent.id, size.get());
        if amount.is_positive() && self.is_over_daily(&agent, size, command, answer).await? {
            return Ok(false);
        }
        let account = AccountId::Agent(agent.id);
        let available = self.shop.store.account(&account).await?.available();
        let overdraws = amount.is_negative() && available < size;
        if overdraws && !forced {
            Self::admin_refused(answer, AdminProblem::BalanceShort { available: available.max(Rupiah::ZERO) });
            return Ok(false);
        }
        let looked = self.booked_lately(&agent, Same { amount, ticket: None }, sure).await?;
        let mut doubts = Doubts { booked: looked.same, ..Doubts::default() };
        if sure == Sure::No {
            doubts.above = Some(self.shop.policy.deposits.ask_above).filter(|above| size > *above);
            // What is owed may be paid to the last rupiah.
            let is_slip = amount.is_positive() && !available.is_negative();
            doubts.below = Some(Rupiah::new(MIN_TICKET)).filter(|least| is_slip && size < *least);
            doubts.phone = phone_of(name);
            doubts.odd_note = note.as_ref().is_some_and(|note| !says_how_paid(note, amount.is_negative()));
            self.doubts_of_ticket(&agent, amount, &mut doubts).await?;
        }
        if !doubts.is_none() {
            let (id, name) = (agent.id, agent.name.clone());
            let asks = Asks::Deposit { agent: id, amount, note: note.clone(), forced };
            let what = AskWhat::Deposit { agent: id, name, amount, note, doubts };
            let asked = self.ask((asks, looked.seen), what, answer).await?;
            answer.reply_with_balance(&agent, booking(asked));
            return Ok(false);
        }
        let (debit, credit) =
            if amount.is_negative() { (account, AccountId::Cash) } else { (AccountId::Cash, account) };
        answer.book(&agent);
        answer.commit.postings.push(Posting::Transfer {
            debit,
            credit,
            amount: size,
            reason: if overdraws { Reason::Correction } else { Reason::Deposit },
            order: None,
            note: note.clone(),
            may_overdraw: overdraws,
        });
        answer.note(format_args!("{} {}: {amount}", agent.id, agent.name));
        // What is taken back gives nothing to anybody.
        if amount.is_positive() {
            self.count_daily(size, answer).await?;
        }
        let (id, name) = (agent.id, agent.name.clone());
        let done = Reply::AdminDeposit { agent: id, name: name.clone(), amount, note: note.clone() };
        answer.reply_with_balance(&agent, done);
        let told = BookingReply::Booked { by: self.by(), agent: id, name, amount, note: note.clone() };
        self.tell_other_owners(agent.id, told, answer);
        answer.tell(&agent, &Reply::DepositReceived { amount, note });
        Ok(true)
    }

    /// Whether whoever speaks may book so much to this account at all; otherwise the answer says why not.
    pub(super) fn may_book(&self, agent: &Agent, size: Rupiah, answer: &mut Answer) -> bool {
        if size > Rupiah::new(MOST_BOOKED) {
            Self::admin_refused(answer, AdminProblem::AmountTooLarge { most: Rupiah::new(MOST_BOOKED) });
            return false;
        }
        if self.is_own_account(agent) {
            Self::admin_refused(answer, AdminProblem::OwnAccount { agent: agent.id });
            return false;
        }
        true
    }

    /// Whether this is the account of somebody who works here without being an owner.
    pub(super) fn is_own_account(&self, agent: &Agent) -> bool {
        self.role() < Some(Role::Owner) && agent.chats.contains(&self.message.chat)
    }

    /// Whether the same money came to a reseller lately, in whatever way. Read the reseller first and write it with the
    /// booking ([`Answer::book`]): of two who book at the same moment the second one decides anew, and sees the first.
    pub(super) async fn booked_lately(&self, agent: &Agent, same: Same<'_>, sure: Sure) -> Result<Looked, StoreError> {
        let account = AccountId::Agent(agent.id);
        let lately = self.at - SAME_AGAIN_WITHIN;
        // A ticket's amount is nobody else's: it is the same money however long ago it came.
        let since = same.ticket.map_or(lately, |ticket| ticket.created_at.min(lately));
        let mut looked = Looked::default();
        let (mut before, mut count) = (None, 0);
        loop {
            let lines = self.shop.store.statement(&account, before, PAGE).await?;
            looked.seen = looked.seen.max(lines.first().map_or(0, |line| line.seq));
            for line in &lines {
                if line.seq <= sure.seen() {
                    return Ok(looked);
                }
                if line.at > since && self.is_same(line, &account, same, lately).await? {
                    looked.same = Some(self.booked_before(line, agent).await?);
                    return Ok(looked);
                }
            }
            count += lines.len();
            let Some(last) = lines.last().filter(|_| lines.len() == PAGE) else { return Ok(looked) };
            // Moments of lines written side by side may cross; none by so much.
            let behind = |moment: DateTime<Utc>| last.at < moment - SAME_AGAIN_WITHIN;
            if behind(since) || (behind(lately) && count >= LOOKED_THROUGH) {
                return Ok(looked);
            }
            before = Some(last.seq);
        }
    }

    async fn is_same(
        &self,
        line: &Entry,
        account: &AccountId,
        same: Same<'_>,
        lately: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Some(booked) = booked(line, account) else { return Ok(false) };
        let of_ticket = same.ticket.is_some_and(|ticket| booked == ticket.pay);
        if of_ticket || line.at <= lately {
            return Ok(of_ticket);
        }
        if booked == same.amount || same.ticket.is_some_and(|ticket| booked == ticket.amount) {
            return Ok(true);
        }
        // Booked for a ticket, and now perhaps once more as the round sum that was asked for.
        match (same.ticket, line.note.as_deref().and_then(ticket_of_note)) {
            (None, Some(ticket)) => {
                let ticket = self.shop.store.ticket(ticket).await?;
                Ok(ticket.is_some_and(|ticket| [ticket.amount, ticket.pay].contains(&same.amount)))
            }
            _ => Ok(false),
        }
    }

    async fn booked_before(&self, line: &Entry, agent: &Agent) -> Result<BookedBefore, StoreError> {
        let account = AccountId::Agent(agent.id);
        let how = match (&line.debit, line.note.as_deref().and_then(ticket_of_note)) {
            (AccountId::Agent(from), _) if line.reason == Reason::Transfer => BookedHow::Transfer(*from),
            (_, Some(ticket)) => BookedHow::Ticket(ticket),
            _ => BookedHow::Deposit,
        };
        let by = match how {
            BookedHow::Transfer(_) => None,
            _ => self.who_booked(line.at, agent.id).await?.map(|by| by.to_string()),
        };
        let amount = booked(line, &account).unwrap_or(line.amount);
        Ok(BookedBefore { at: line.at, minutes: (self.at - line.at).num_minutes(), amount, how, by })
    }

    /// An act has the moment of the commit that did it.
    async fn who_booked(&self, at: DateTime<Utc>, agent: AgentId) -> Result<Option<ChatId>, StoreError> {
        let acts = self.shop.store.acts(ACTS_SEARCHED).await?;
        let did = format!("{NOTED}{agent} ");
        Ok(acts.into_iter().find(|act| act.at == at && act.what.contains(&did)).map(|act| act.by))
    }

    /// A sum that only a ticket has: it waits for its money, or had it not long ago.
    async fn doubts_of_ticket(&self, agent: &Agent, amount: Rupiah, doubts: &mut Doubts) -> Result<(), StoreError> {
        let ticket = self.ticket_of_pay(amount).await?.filter(|ticket| ticket.agent == agent.id);
        match ticket {
            Some(ticket) if ticket.takes_proof(self.at) => doubts.open_ticket = Some(ticket.id),
            Some(Ticket { id, state: TicketState::Accepted { by, at, credited }, .. })
                if doubts.booked.is_none() && self.at - at < PROOF_TAKEN_FOR =>
            {
                doubts.booked = Some(BookedBefore {
                    at,
                    minutes: (self.at - at).num_minutes(),
                    amount: credited,
                    how: BookedHow::Ticket(id),
                    by: Some(shown_decider(&by)),
                });
            }
            _ => {}
        }
        Ok(())
    }

    /// `/acc`, after the question.
    pub(super) async fn accept_asked(
        &self,
        id: TicketId,
        came: Option<Rupiah>,
        sure: Sure,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(ticket) = self.shop.store.ticket(id).await? else { return Ok(false) };
        self.settle(&ticket, TicketDecision::Accept(came), sure, answer).await
    }

    /// Why accepting a ticket is asked back first, and the account's last line.
    pub(super) async fn doubts_of_accepting(
        &self,
        agent: &Agent,
        ticket: &Ticket,
        (credited, came): (Rupiah, Option<Rupiah>),
        sure: Sure,
    ) -> Result<(Doubts, u64), StoreError> {
        let same = Same { amount: credited, ticket: Some(ticket) };
        let looked = self.booked_lately(agent, same, sure).await?;
        // The ticket's own amount was chosen by the reseller and shown to everybody; another one was typed by one person.
        // Whoever pays leaves off at most what makes the amount its own.
        let is_other = |came: Rupiah| (came.get() - ticket.pay.get()).abs() > MOST_ADDED;
        let waited = came.filter(|came| sure == Sure::No && is_other(*came)).map(|_| ticket.pay);
        Ok((Doubts { booked: looked.same, waited, ..Doubts::default() }, looked.seen))
    }

    /// Whoever speaks, as others who work here are told.
    pub(super) fn by(&self) -> String {
        shown_decider(&Decider { chat: self.message.chat.clone(), name: self.message.sender.clone() })
    }

    /// Tells the owners what somebody else did with an account.
    pub(super) fn tell_other_owners(&self, agent: AgentId, told: BookingReply, answer: &mut Answer) {
        let mut says = self.shop.alerts.to_staff(Role::Owner, &booking(told));
        says.retain(|say| say.chat != self.message.chat);
        for say in &mut says {
            say.balance_of = Some(AccountId::Agent(agent));
        }
        answer.commit.outgoing.extend(says);
    }
}

/// What a line booked to an account by hand; negative took back. `None` for what orders did to it.
fn booked(line: &Entry, account: &AccountId) -> Option<Rupiah> {
    let by_hand = matches!(line.reason, Reason::Deposit | Reason::Correction | Reason::Transfer);
    if line.kind != EntryKind::Transfer || !by_hand {
        return None;
    }
    if line.credit == *account {
        Some(line.amount)
    } else if line.credit == AccountId::Cash {
        line.amount.checked_neg()
    } else {
        // Passed on to somebody else.
        None
    }
}

/// A decision about an order as it is asked about.
pub(super) fn decision(order: &Order, verdict: &AdminVerdict, same_as: Option<OrderId>) -> AskWhat {
    let (delivered, words) = match verdict {
        AdminVerdict::Success { sn } => (true, sn.clone()),
        AdminVerdict::Failed { reason } => (false, reason.clone()),
    };
    let (line, unsent) = (Box::new(view::line(order)), order.was_never_sent());
    AskWhat::Decide { line, agent: order.agent, delivered, words, same_as, unsent }
}
