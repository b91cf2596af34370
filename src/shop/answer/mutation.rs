//! What the bank tells, pasted, forwarded or sent as a file: payments find their tickets by the tickets' own amounts, all
//! of them are shown, and one yes accepts them. Money moves only in that yes, ticket by ticket as `/acc` moves it; what is
//! in any doubt is left to `/acc`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::deposit::Accepted;
use super::shared::{Sure, booking};
use super::{Answer, Request};
use crate::attachment::{Attachment, HIDDEN};
use konter_core::deposit::mutation::{Flow, Moved, cut, is_like_a_banks, may_tell_of_income, read};
use konter_core::deposit::{MOST_ADDED, MOST_BOOKED, PROOF_TAKEN_FOR, Ticket, TicketState};
use konter_core::ids::{ChatId, TicketId};
use konter_core::money::Rupiah;
use konter_core::question::{Asks, Question};
use konter_core::staff::Role;
use konter_reply::{AskWhat, BankStatement, BookingReply, MutationLine, MutationWhy};
use konter_store::StoreError;

/// Tickets accepted by one yes: as many as a person can look over, and one commit can hold.
const MOST_MATCHES: usize = 30;
/// Lines shown of what found no ticket.
const OTHERS_SHOWN: usize = 15;

/// Where a bank's words come from.
#[derive(Clone, Copy, Default)]
pub(super) struct Origin {
    /// Passed on, from somebody who does not show who it is.
    is_hidden: bool,
    /// When what was passed on was written.
    at: Option<DateTime<Utc>>,
}

impl Request<'_> {
    pub(super) fn today(&self) -> NaiveDate {
        self.shop.clock.day_of(self.at)
    }

    /// Takes what somebody who works here has pasted or forwarded for a bank's words; `false` where it is none.
    pub(super) async fn took_mutation(&self, text: &str, answer: &mut Answer) -> Result<bool, StoreError> {
        self.took_words(text, Origin::default(), answer).await
    }

    async fn took_words(&self, text: &str, origin: Origin, answer: &mut Answer) -> Result<bool, StoreError> {
        let is_meant = self.message.private && self.role() >= Some(Role::Operator) && !text.starts_with('/');
        if !is_meant || !may_tell_of_income(text, self.today()) {
            return Ok(false);
        }
        let moved = read(text, self.today());
        // What is told otherwise, or with a word of doubt that may be part of a name, is shown where it is a ticket's own amount.
        let mut is_one = moved.iter().any(|one| one.flow == Flow::In);
        for one in moved.iter().filter(|one| one.flow == Flow::Told || one.doubt.is_some()) {
            is_one |= self.ticket_of_pay(one.amount).await?.is_some_and(|ticket| ticket.takes_proof(self.at));
        }
        if is_one {
            self.mutation(&moved, origin, answer).await?;
        }
        Ok(is_one)
    }

    /// The same of what was passed on. What a reseller wrote is a story about money, not a bank's word.
    pub(super) async fn forwarded_mutation(&self, sent: &Attachment, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(words) = sent.forwarded_words() else { return Ok(false) };
        let is_meant = self.role() >= Some(Role::Operator) && may_tell_of_income(words, self.today());
        let at = sent.forwarded_at().and_then(|at| DateTime::from_timestamp(at, 0));
        let origin = Origin { is_hidden: sent.forwarded_from() == Some(HIDDEN), at };
        if let Some(from) = sent.forwarded_from().filter(|_| is_meant) {
            let from = ChatId { channel: self.message.chat.channel, id: from.to_owned() };
            if from != self.message.chat
                && let Some(agent) = self.shop.store.agent_of_chat(&from).await?
            {
                answer.reply(booking(BookingReply::NotABank { agent: agent.id, name: agent.name }));
                return Ok(true);
            }
        }
        if self.took_words(words, origin, answer).await? {
            return Ok(true);
        }
        let is_told = self.role() >= Some(Role::Operator) && is_like_a_banks(words);
        if is_told {
            self.mutation(&read(words, self.today()), origin, answer).await?;
        }
        Ok(is_told)
    }

    /// Shows what has come in and whose it is; asks whether to accept all that is plain.
    pub(super) async fn mutation(
        &self,
        moved: &[Moved],
        origin: Origin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let (moved, is_cut) = cut(moved);
        let mut found = self.match_tickets(moved, origin).await?;
        found.cut = is_cut.then_some(moved.len());
        found.left_out = found.others.len().saturating_sub(OTHERS_SHOWN);
        found.others.truncate(OTHERS_SHOWN);
        if found.matches.is_empty() {
            answer.reply(booking(BookingReply::NoMatch(found)));
            return Ok(());
        }
        // What was found before and still waits for its yes is asked with it: one notice is pasted after the other.
        if let Some(Question { asks: Asks::AcceptAll { tickets }, .. }) = self.open_question().await? {
            for line in matches_of(self, &tickets).await? {
                let is_new = found.matches.iter().all(|other| other.ticket != line.ticket);
                let ticket = match line.ticket.filter(|_| is_new && found.matches.len() < MOST_MATCHES) {
                    Some(id) => self.shop.store.ticket(id).await?,
                    None => None,
                };
                if let Some(ticket) = ticket
                    && self.plainly_acceptable(&ticket).await?.is_some()
                {
                    found.matches.push(line);
                }
            }
        }
        let tickets = found.matches.iter().filter_map(|line| line.ticket).collect();
        let asked = self.ask((Asks::AcceptAll { tickets }, 0), AskWhat::AcceptAll(found), answer).await?;
        answer.reply(booking(asked));
        Ok(())
    }

    async fn match_tickets(&self, moved: &[Moved], origin: Origin) -> Result<BankStatement, StoreError> {
        let mut found = BankStatement::default();
        let mut seen = BTreeSet::new();
        for one in moved.iter().filter(|one| one.flow != Flow::Out) {
            let Some(ticket) = self.ticket_of_pay(one.amount).await? else {
                if one.flow == Flow::In {
                    found.others.push(self.beside_a_ticket(one).await?);
                }
                continue;
            };
            let name = self.shop.store.agent(ticket.agent).await?.map(|agent| agent.name).unwrap_or_default();
            let line = |why| MutationLine { name: Some(name.clone()), ..line(one, Some(&ticket), why) };
            if !seen.insert(one.amount) {
                // One message may name its amount twice; two transfers of one amount are somebody's slip. Either way it is
                // one ticket's money, and the second needs a person.
                found.unclear.push(line(Some(MutationWhy::Twice)));
                continue;
            }
            match self.doubt(one, origin, &ticket).await? {
                Some(MutationWhy::Accepted) => found.accepted.push(line(None)),
                Some(why) => found.unclear.push(line(Some(why))),
                None if found.matches.len() >= MOST_MATCHES => found.unclear.push(line(Some(MutationWhy::TooMany))),
                None => found.matches.push(line(None)),
            }
        }
        Ok(found)
    }

    /// A payment without a ticket, with the only ticket that waits for a little more: whoever pays rounds the sum off.
    async fn beside_a_ticket(&self, one: &Moved) -> Result<MutationLine, StoreError> {
        let Some(most) = one.amount.checked_add(Rupiah::new(MOST_ADDED)) else { return Ok(line(one, None, None)) };
        let mut near = Vec::new();
        for claim in self.shop.store.pays_taken(one.amount, most).await? {
            near.extend(self.shop.store.ticket(claim.ticket).await?.filter(|ticket| ticket.takes_proof(self.at)));
        }
        let [ticket] = near.as_slice() else { return Ok(line(one, None, None)) };
        let name = self.shop.store.agent(ticket.agent).await?.map(|agent| agent.name);
        Ok(MutationLine { name, ..line(one, Some(ticket), None) })
    }

    /// Why a payment is not simply its ticket's.
    async fn doubt(&self, one: &Moved, origin: Origin, ticket: &Ticket) -> Result<Option<MutationWhy>, StoreError> {
        match &ticket.state {
            TicketState::Accepted { .. } => return Ok(Some(MutationWhy::Accepted)),
            TicketState::Refused { .. } => return Ok(Some(MutationWhy::Refused)),
            TicketState::Open => {}
        }
        if one.flow == Flow::Unclear {
            return Ok(Some(MutationWhy::Direction));
        }
        if one.flow == Flow::Told {
            return Ok(Some(MutationWhy::Unlike));
        }
        // An old payment of the same amount was for an older ticket.
        if origin.at.is_some_and(|at| at < ticket.created_at) {
            return Ok(Some(MutationWhy::Older));
        }
        if one.day.is_some_and(|day| day < self.shop.clock.day_of(ticket.created_at)) {
            return Ok(Some(MutationWhy::Older));
        }
        if one.day.is_some_and(|day| day > self.today()) {
            return Ok(Some(MutationWhy::ToCome));
        }
        // Whoever hides may be the one who is to be paid.
        if origin.is_hidden {
            return Ok(Some(MutationWhy::Hidden));
        }
        Ok(if self.plainly_acceptable(ticket).await?.is_some() { None } else { Some(MutationWhy::NeedsLook) })
    }

    /// What a ticket's reseller is given for it, where nothing would be asked back.
    async fn plainly_acceptable(&self, ticket: &Ticket) -> Result<Option<Accepted>, StoreError> {
        let Some(agent) = self.shop.store.agent(ticket.agent).await? else { return Ok(None) };
        let is_due = ticket.is_undecided() && self.at < ticket.expires_at + PROOF_TAKEN_FOR;
        if !is_due || self.is_own_account(&agent) || ticket.pay > Rupiah::new(MOST_BOOKED) {
            return Ok(None);
        }
        let Ok(credited) = self.credited(ticket, &agent, None).await? else { return Ok(None) };
        let (doubts, _) = self.doubts_of_accepting(&agent, ticket, (credited, None), Sure::No).await?;
        Ok(doubts.is_none().then_some(Accepted { agent, credited }))
    }

    /// After the question: accepts each ticket that is as it was; whether any was.
    pub(super) async fn accept_all(&self, tickets: &[TicketId], answer: &mut Answer) -> Result<bool, StoreError> {
        let (mut done, mut skipped) = (Vec::new(), Vec::new());
        let mut total = Rupiah::ZERO;
        let left = self.daily_left().await?;
        for id in tickets {
            let ticket = self.shop.store.ticket(*id).await?;
            let acceptable = match &ticket {
                Some(ticket) => self.plainly_acceptable(ticket).await?,
                None => None,
            };
            let with = acceptable.as_ref().and_then(|accepted| total.checked_add(accepted.credited));
            let with = with.filter(|with| left.is_none_or(|left| *with <= left));
            let accepted = match (ticket, acceptable, with) {
                (Some(ticket), Some(accepted), Some(with)) => self.accept(&ticket, &accepted, answer).then_some(with),
                _ => None,
            };
            match accepted {
                Some(with) => {
                    total = with;
                    done.push(*id);
                }
                None => skipped.push(*id),
            }
        }
        if done.is_empty() {
            answer.commit.acts.clear();
            answer.reply(booking(BookingReply::NothingToConfirm));
            return Ok(false);
        }
        self.count_daily(total, answer).await?;
        answer.reply(booking(BookingReply::AcceptedAll { count: done.len(), total, skipped }));
        Ok(true)
    }
}

fn line(one: &Moved, ticket: Option<&Ticket>, why: Option<MutationWhy>) -> MutationLine {
    MutationLine {
        amount: one.amount,
        ticket: ticket.map(|ticket| ticket.id),
        agent: ticket.map(|ticket| ticket.agent),
        name: None,
        why,
        line: one.line.clone(),
        word: one.doubt.map(str::to_owned).filter(|_| why == Some(MutationWhy::Direction)),
    }
}

/// What is asked, as it is shown once it has been answered.
pub(super) async fn asked(request: &Request<'_>, tickets: &[TicketId]) -> Result<AskWhat, StoreError> {
    let matches = matches_of(request, tickets).await?;
    Ok(AskWhat::AcceptAll(BankStatement { matches, ..BankStatement::default() }))
}

async fn matches_of(request: &Request<'_>, tickets: &[TicketId]) -> Result<Vec<MutationLine>, StoreError> {
    let mut matches = Vec::new();
    for id in tickets {
        let Some(ticket) = request.shop.store.ticket(*id).await? else { continue };
        let agent = request.shop.store.agent(ticket.agent).await?;
        matches.push(MutationLine {
            amount: ticket.pay,
            ticket: Some(ticket.id),
            agent: Some(ticket.agent),
            name: agent.map(|agent| agent.name),
            why: None,
            line: String::new(),
            word: None,
        });
    }
    Ok(matches)
}
