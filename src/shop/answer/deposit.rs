//! Deposit tickets: asked for by resellers, decided by admins. A ticket's money moves in the commit that accepts it.

use std::collections::BTreeSet;

use super::super::guide::Awaits;
use super::super::rate_limit::AdminMessage;
use super::pin_shown::names_a_reseller;
use super::shared::{Sure, TicketDecision, booking, shown_decider};
use super::{Answer, Request};
use crate::attachment::{Attachment, FileRef};
use konter_command::{Command, MIN_TICKET, Pin, TicketRef, Topic, proof_words, sounds_like_proof, sums_said};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::deposit::{
    self, Decider, MAX_OPEN, MAX_TICKET, MOST_ADDED, PROOF_TAKEN_FOR, Ticket, TicketState, free_pay, named_first, reach,
};
use konter_core::ids::TicketId;
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::question::Asks;
use konter_reply::{
    AdminProblem, AskWhat, Reply, TicketCard, TicketProblem, TicketRefusal, TicketSays, TicketStage, TicketWhy,
};
use konter_store::{Act, Payload, Say, Sequence, StoreError, Versioned};

/// What a proof of payment is sent as.
const PROOFS: [&str; 2] = ["photo", "document"];
/// Open tickets shown at once.
const TICKETS_SHOWN: usize = 30;

/// Who is given how much for a ticket.
pub(super) struct Accepted {
    pub agent: Agent,
    pub credited: Rupiah,
}

fn says(says: TicketSays) -> Reply {
    Reply::Ticket(Box::new(says))
}

impl Request<'_> {
    /// A ticket for an amount; without one, how to deposit.
    pub(super) async fn ticket(
        &self,
        amount: Option<Rupiah>,
        bank: Option<&str>,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        if self.agent.is_none() && self.role().is_some() {
            return self.open_tickets(answer).await;
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        // A PIN is not needed to pay in, but a wrong one counts.
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        let banks = named_first(&self.shop.policy.deposits.banks, bank);
        let tickets = self.shop.store.undecided_tickets(agent.id).await?;
        let reply = match amount {
            None => {
                let open = tickets.iter().filter(|ticket| ticket.takes_proof(self.at));
                TicketSays::HowTo {
                    banks,
                    open: open.map(|ticket| self.card(ticket, &agent)).collect(),
                    least: Rupiah::new(MIN_TICKET),
                    most: Rupiah::new(MAX_TICKET),
                }
            }
            Some(amount) => self.open_ticket(&agent, amount, banks, &tickets, answer).await?,
        };
        answer.reply(says(reply));
        if amount.is_none() {
            self.await_next(Awaits::Deposit);
        }
        // Whoever works here as well sees what waits for a decision.
        if amount.is_none() && self.role().is_some() {
            let (open, left_out) = self.tickets_in_wait().await?;
            if !open.is_empty() {
                answer.reply(says(TicketSays::AllOpen { open, left_out }));
            }
        }
        Ok(())
    }

    /// What whoever works here, and buys nothing here, means by `TIKET`: those that wait for a decision, newest first.
    pub(super) async fn open_tickets(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let (open, left_out) = self.tickets_in_wait().await?;
        answer.reply(says(TicketSays::AllOpen { open, left_out }));
        Ok(())
    }

    async fn tickets_in_wait(&self) -> Result<(Vec<TicketCard>, usize), StoreError> {
        let every = Rupiah::new(MAX_TICKET + MOST_ADDED);
        let mut claims = self.shop.store.pays_taken(Rupiah::ZERO, every).await?;
        claims.retain(|claim| claim.holds(self.at - PROOF_TAKEN_FOR));
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.ticket));
        let (mut open, mut left_out) = (Vec::new(), 0);
        for claim in claims {
            let Some(ticket) = self.shop.store.ticket(claim.ticket).await? else { continue };
            if !ticket.takes_proof(self.at) {
                continue;
            }
            if open.len() < TICKETS_SHOWN {
                open.push(self.card_of_ticket(&ticket).await?);
            } else {
                left_out += 1;
            }
        }
        Ok((open, left_out))
    }

    async fn open_ticket(
        &self,
        agent: &Agent,
        amount: Rupiah,
        banks: Vec<String>,
        undecided: &[Ticket],
        answer: &mut Answer,
    ) -> Result<TicketSays, StoreError> {
        let most = Rupiah::new(MAX_TICKET);
        if amount > most {
            return Ok(TicketSays::Refused { why: TicketRefusal::TooMuch { most } });
        }
        let open: Vec<&Ticket> = undecided.iter().filter(|ticket| ticket.is_open(self.at)).collect();
        if let Some(same) = open.iter().find(|ticket| ticket.amount == amount) {
            return Ok(TicketSays::Opened { card: self.card(same, agent), banks, again: true });
        }
        if open.len() >= MAX_OPEN {
            let open = open.iter().map(|ticket| self.card(ticket, agent)).collect();
            return Ok(TicketSays::Refused { why: TicketRefusal::TooMany { most: MAX_OPEN, open } });
        }
        let Some(ticket) = self.new_ticket(agent, amount).await? else {
            return Ok(TicketSays::Refused { why: TicketRefusal::NoneFree });
        };
        let card = self.card(&ticket, agent);
        let shown = says(TicketSays::Card { card: card.clone(), why: TicketWhy::New });
        answer.commit.outgoing.extend(self.to_admins_with_balance(agent, &shown));
        answer.commit.tickets.push(Versioned { expected: None, row: ticket });
        Ok(TicketSays::Opened { card, banks, again: false })
    }

    /// `None` when no amount is free.
    async fn new_ticket(&self, agent: &Agent, amount: Rupiah) -> Result<Option<Ticket>, StoreError> {
        let Some(reach) = reach(amount) else { return Ok(None) };
        let claims = self.shop.store.pays_taken(*reach.start(), *reach.end()).await?;
        let taken = |at| -> BTreeSet<Rupiah> {
            claims.iter().filter(|claim| claim.holds(at)).map(|claim| claim.amount).collect()
        };
        let id = TicketId(self.shop.store.next(Sequence::Ticket).await?);
        // Money for a ticket that has just run out may still come: its amount is given away last.
        let free =
            free_pay(amount, id, &taken(self.at - PROOF_TAKEN_FOR)).or_else(|| free_pay(amount, id, &taken(self.at)));
        let midnight = self.shop.clock.next_midnight(self.at);
        Ok(free.map(|pay| Ticket {
            id,
            version: 1,
            agent: agent.id,
            chat: self.message.chat.clone(),
            topic: self.message.topic,
            locale: agent.locale,
            amount,
            pay,
            state: TicketState::Open,
            created_at: self.at,
            expires_at: deposit::expires_at(self.at, &self.shop.policy.deposits, midnight),
        }))
    }

    /// `BUKTI`: words that say a transfer was made, perhaps under a picture.
    pub(super) async fn proof(&self, words: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if !self.pass_on(&agent, Some(words), self.message.is_caption, answer).await? {
            answer.reply(says(TicketSays::ProofWithoutTicket));
        }
        Ok(())
    }

    /// Takes a picture or a file for the proof of an open ticket; `false` when there is none.
    pub(super) async fn attached_proof(
        &self,
        attachment: &Attachment,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        // A table is a price list, never a proof.
        let table = attachment.file.as_ref().is_some_and(FileRef::is_table);
        match &self.agent {
            Some(agent)
                if agent.status == AgentStatus::Active && !table && PROOFS.contains(&attachment.kind.as_str()) =>
            {
                let chat = &self.message.chat;
                let guides = &self.shop.dialogs.guides;
                // Another picture of the same proof, whose card has been shown, or refused.
                if let Some(passed_on) = attachment.album().and_then(|album| guides.passed_on(chat, album, self.at)) {
                    if passed_on {
                        self.show_picture(answer);
                    }
                    return Ok(true);
                }
                self.pass_on(agent, None, true, answer).await
            }
            _ => Ok(false),
        }
    }

    /// Takes what is no command for the proof of an open ticket, where it sounds like one or stands under a picture.
    pub(super) async fn worded_proof(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        let is_caption = self.message.is_caption;
        // `tr KR0002 10800 … kalo dia udah bayar` is to send something.
        let text = &self.message.text;
        let sends = konter_command::says_send(text) && names_a_reseller(text);
        let may_be = match command {
            _ if sends => false,
            Command::Unknown { .. }
            | Command::Talk(_)
            | Command::Wish(_)
            | Command::Incomplete { topic: Topic::Transfer, .. } => is_caption || sounds_like_proof(&self.message.text),
            // `deposit 100412` under a picture tells what was transferred.
            Command::Deposit { .. } | Command::Incomplete { topic: Topic::Deposit, .. } => is_caption,
            _ => false,
        };
        let words = proof_words(&self.message.text);
        let taken = match &self.agent {
            Some(agent) if may_be && agent.status == AgentStatus::Active => {
                self.pass_on(agent, Some(&words), is_caption, answer).await?
            }
            _ => false,
        };
        // What looked like a PIN was an amount.
        if taken && words == self.message.text.trim() && konter_command::lone_pins(&words).is_empty() {
            keep_message(answer);
        }
        Ok(taken)
    }

    /// Shows a proof to every admin, with the ticket it is about: the one whose amount it names, else the newest.
    async fn pass_on(
        &self,
        agent: &Agent,
        words: Option<&str>,
        follows: bool,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let mut tickets = self.shop.store.undecided_tickets(agent.id).await?;
        tickets.retain(|ticket| ticket.takes_proof(self.at));
        let named = words.and_then(|words| ticket_named(words, &tickets));
        if tickets.is_empty() {
            return Ok(false);
        }
        let may_pass = self.may_message_admins(agent, AdminMessage::Proof, answer);
        if follows {
            let sent = Attachment::from_text(&self.message.text);
            let album = sent.as_ref().and_then(Attachment::album);
            self.shop.dialogs.guides.note_picture(&self.message.chat, album, may_pass, self.at);
        }
        if !may_pass {
            return Ok(true);
        }
        let ticket = tickets.remove(named.unwrap_or(0));
        let card = self.card(&ticket, agent);
        let words = match words {
            Some(words) => Some(self.without_own_pin(agent, words).await),
            None => None,
        };
        let why =
            TicketWhy::Proof { words, follows, others: tickets.iter().map(|other| self.card(other, agent)).collect() };
        for shown in self.to_admins_with_balance(agent, &says(TicketSays::Card { card: card.clone(), why })) {
            let (chat, locale) = (shown.chat.clone(), shown.locale);
            answer.commit.outgoing.push(shown);
            if follows {
                // It is yet to be shown: a deleted picture is no proof.
                keep_message(answer);
                let payload = Payload::Copy { from: self.message.chat.clone(), message: self.message.message.clone() };
                answer.commit.outgoing.push(Say::new(chat, locale, payload));
            }
        }
        self.shop.dialogs.guides.note_proof(&self.message.chat, ticket.id, self.at);
        answer.reply(says(TicketSays::ProofTaken { card }));
        Ok(true)
    }

    /// Shows the picture to every admin, without another card.
    pub(super) fn show_picture(&self, answer: &mut Answer) {
        let (from, message) = (self.message.chat.clone(), self.message.message.clone());
        for mut shown in self.shop.alerts.to_admins(&Reply::NotText) {
            shown.payload = Payload::Copy { from: from.clone(), message: message.clone() };
            answer.commit.outgoing.push(shown);
        }
    }

    /// `/acc`, `/tolak`.
    pub(super) async fn settle_named(
        &self,
        named: TicketRef,
        word: TicketDecision,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        match self.find_ticket(named).await? {
            Ok(ticket) => drop(self.settle(&ticket, word, Sure::No, answer).await?),
            Err(problem) => Self::admin_refused(answer, AdminProblem::Ticket(problem)),
        }
        Ok(())
    }

    /// A button below a ticket.
    pub(super) async fn tapped_ticket(
        &self,
        id: TicketId,
        word: TicketDecision,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let verb = match word {
            TicketDecision::Accept(_) => "/acc",
            TicketDecision::Refuse(_) => "/tolak",
        };
        let what = format!("{verb} {id}");
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
        self.settle_named(TicketRef::Id(id), word, answer).await
    }

    async fn find_ticket(&self, named: TicketRef) -> Result<Result<Ticket, TicketProblem>, StoreError> {
        let store = &self.shop.store;
        let (by_number, by_amount) = match named {
            TicketRef::Id(id) => (store.ticket(id).await?, None),
            TicketRef::Pay(pay) => (None, self.ticket_of_pay(pay).await?),
            TicketRef::Digits(digits) => {
                let pay = i64::try_from(digits).map_or(Rupiah::ZERO, Rupiah::new);
                (store.ticket(TicketId(digits)).await?, self.ticket_of_pay(pay).await?)
            }
        };
        Ok(match (by_number, by_amount) {
            (Some(by_number), Some(by_amount)) if by_number.id != by_amount.id => {
                match (by_number.is_undecided(), by_amount.is_undecided()) {
                    (true, true) => Err(TicketProblem::Ambiguous {
                        by_number: Box::new(self.card_of_ticket(&by_number).await?),
                        by_amount: Box::new(self.card_of_ticket(&by_amount).await?),
                    }),
                    (false, true) => Ok(by_amount),
                    (_, false) => Ok(by_number),
                }
            }
            (Some(ticket), _) | (None, Some(ticket)) => Ok(ticket),
            (None, None) => Err(TicketProblem::NoSuchTicket { asked: shown(named) }),
        })
    }

    pub(super) async fn ticket_of_pay(&self, pay: Rupiah) -> Result<Option<Ticket>, StoreError> {
        match self.shop.store.pays_taken(pay, pay).await?.first() {
            Some(claim) => self.shop.store.ticket(claim.ticket).await,
            None => Ok(None),
        }
    }

    /// Whether it was decided.
    pub(super) async fn settle(
        &self,
        ticket: &Ticket,
        word: TicketDecision,
        sure: Sure,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(agent) = self.shop.store.agent(ticket.agent).await? else {
            return Err(StoreError::Corrupt { what: "ticket", problem: format!("{} is nobody", ticket.agent) });
        };
        let by = Decider { chat: self.message.chat.clone(), name: self.message.sender.clone() };
        let state = match word {
            TicketDecision::Accept(came) => match self.credited(ticket, &agent, came).await? {
                Ok(credited) => {
                    if ticket.is_undecided()
                        && !self.is_sure_to_accept(ticket, &agent, (credited, came), sure, answer).await?
                    {
                        return Ok(false);
                    }
                    TicketState::Accepted { by, at: self.at, credited }
                }
                Err(problem) => {
                    Self::admin_refused(answer, problem);
                    return Ok(false);
                }
            },
            TicketDecision::Refuse(reason) => TicketState::Refused { by, at: self.at, reason },
        };
        let Some(decided) = ticket.decided(state) else {
            let card = self.card(ticket, &agent);
            self.restage_ticket(&card, &agent, answer);
            Self::admin_refused(answer, AdminProblem::Ticket(TicketProblem::AlreadyDecided { card: Box::new(card) }));
            return Ok(false);
        };
        let card = self.card(&decided, &agent);
        // Under the pressed button the card itself shows the decision.
        if !self.restage_ticket(&card, &agent, answer) {
            answer.reply_with_balance(&agent, says(TicketSays::Settled { card }));
        }
        let credited = match &decided.state {
            TicketState::Accepted { credited, .. } => Some(*credited),
            TicketState::Open | TicketState::Refused { .. } => None,
        };
        self.write_decided(ticket, &agent, decided, answer);
        if let Some(credited) = credited {
            self.count_daily(credited, answer).await?;
        }
        Ok(true)
    }

    /// Accepts one of several tickets that nothing is in doubt about; whether it was undecided.
    pub(super) fn accept(&self, ticket: &Ticket, Accepted { agent, credited }: &Accepted, answer: &mut Answer) -> bool {
        let by = Decider { chat: self.message.chat.clone(), name: self.message.sender.clone() };
        let state = TicketState::Accepted { by, at: self.at, credited: *credited };
        let decided = ticket.decided(state);
        let is_new = decided.is_some();
        if let Some(decided) = decided {
            self.write_decided(ticket, agent, decided, answer);
        }
        is_new
    }

    /// Puts a decision into the commit: the money, the note, and what everybody else is told.
    fn write_decided(&self, ticket: &Ticket, agent: &Agent, decided: Ticket, answer: &mut Answer) {
        if let TicketState::Accepted { credited, .. } = &decided.state {
            answer.book(agent);
            answer.commit.postings.push(Posting::paid_in(agent.id, *credited, Some(deposit::note(ticket.id))));
        }
        let what = match &decided.state {
            TicketState::Accepted { credited, .. } => format!("diterima {credited}"),
            TicketState::Refused { .. } => "ditolak".to_owned(),
            TicketState::Open => "terbuka".to_owned(),
        };
        answer.note(format_args!("{} tiket #{} {}: terbuka → {what}", agent.id, ticket.id, ticket.pay));
        let card = self.card(&decided, agent);
        let mut others = self.to_admins_with_balance(agent, &says(TicketSays::Settled { card: card.clone() }));
        others.retain(|say| say.chat != self.message.chat);
        answer.commit.outgoing.extend(others);
        let place = ticket.topic.map(|topic| (&ticket.chat, topic));
        answer.tell_in(place, agent, &says(TicketSays::Decided { card }));
        answer.commit.tickets.push(Versioned { expected: Some(ticket.version), row: decided });
    }

    /// Whether a ticket may be accepted now; otherwise the answer asks, or says why not.
    async fn is_sure_to_accept(
        &self,
        ticket: &Ticket,
        agent: &Agent,
        (credited, came): (Rupiah, Option<Rupiah>),
        sure: Sure,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        if !self.may_book(agent, credited, answer) {
            return Ok(false);
        }
        let came_typed = came.map(|came| format!(" {}", came.get())).unwrap_or_default();
        let command = format!("/acc {}{came_typed}", ticket.id);
        if self.is_over_daily(agent, credited, command, answer).await? {
            return Ok(false);
        }
        let (doubts, seen) = self.doubts_of_accepting(agent, ticket, (credited, came), sure).await?;
        if doubts.is_none() {
            return Ok(true);
        }
        let what = AskWhat::Accept { card: Box::new(self.card(ticket, agent)), credited, doubts };
        let asked = self.ask((Asks::Accept { ticket: ticket.id, came }, seen), what, answer).await?;
        answer.reply_with_balance(agent, booking(asked));
        Ok(false)
    }

    /// What a reseller gets for a ticket.
    pub(super) async fn credited(
        &self,
        ticket: &Ticket,
        agent: &Agent,
        came: Option<Rupiah>,
    ) -> Result<Result<Rupiah, AdminProblem>, StoreError> {
        const MOST: Rupiah = Rupiah::new(MAX_TICKET + MOST_ADDED);
        let Some(came) = came else {
            let other = self.rival(ticket).await?;
            return Ok(match other {
                None if ticket.is_undecided() && !ticket.takes_proof(self.at) => {
                    let card = Box::new(self.card(ticket, agent));
                    Err(AdminProblem::Ticket(TicketProblem::LongOver { card }))
                }
                None => Ok(ticket.pay),
                Some(other) => Err(AdminProblem::Ticket(TicketProblem::AmountTaken {
                    card: Box::new(self.card(ticket, agent)),
                    other: Box::new(self.card_of_ticket(&other).await?),
                })),
            });
        };
        Ok(match came {
            came if !came.is_positive() => Err(AdminProblem::AmountUnfit),
            came if came > MOST => Err(AdminProblem::AmountTooLarge { most: MOST }),
            came => Ok(came),
        })
    }

    /// The ticket that is to be paid with the same amount by now, or has been, after this one has run out.
    async fn rival(&self, ticket: &Ticket) -> Result<Option<Ticket>, StoreError> {
        if !ticket.is_undecided() || !ticket.has_expired(self.at) {
            return Ok(None);
        }
        let owner = self.ticket_of_pay(ticket.pay).await?;
        Ok(owner.filter(|owner| owner.id != ticket.id && !matches!(owner.state, TicketState::Refused { .. })))
    }

    /// Shows a ticket's decision under the button that was pressed; `false` when none was.
    fn restage_ticket(&self, card: &TicketCard, agent: &Agent, answer: &mut Answer) -> bool {
        let Some(message) = &self.message.tapped else { return false };
        let shown = says(TicketSays::Card { card: card.clone(), why: TicketWhy::Decided });
        let payload = Payload::Edit { message: message.clone(), reply: Box::new(shown) };
        let say = Say::new(self.message.chat.clone(), answer.locale, payload);
        answer.commit.outgoing.push(Say { balance_of: Some(AccountId::Agent(agent.id)), ..say });
        true
    }

    fn to_admins_with_balance(&self, agent: &Agent, reply: &Reply) -> Vec<Say> {
        let mut says = self.shop.alerts.to_admins(reply);
        for say in &mut says {
            say.balance_of = Some(AccountId::Agent(agent.id));
        }
        says
    }

    pub(super) async fn card_of_ticket(&self, ticket: &Ticket) -> Result<TicketCard, StoreError> {
        let agent = self.shop.store.agent(ticket.agent).await?;
        Ok(card(ticket, agent.map(|agent| agent.name).unwrap_or_default(), self.at))
    }

    fn card(&self, ticket: &Ticket, agent: &Agent) -> TicketCard {
        card(ticket, agent.name.clone(), self.at)
    }
}

fn card(ticket: &Ticket, name: String, now: chrono::DateTime<chrono::Utc>) -> TicketCard {
    let (stage, at) = match &ticket.state {
        TicketState::Open => (TicketStage::Undecided, now),
        TicketState::Accepted { by, at, credited } => {
            (TicketStage::Accepted { by: shown_decider(by), at: *at, credited: *credited }, *at)
        }
        TicketState::Refused { by, at, reason } => {
            (TicketStage::Refused { by: shown_decider(by), at: *at, reason: reason.clone() }, *at)
        }
    };
    TicketCard {
        ticket: ticket.id,
        agent: ticket.agent,
        name,
        amount: ticket.amount,
        pay: ticket.pay,
        created_at: ticket.created_at,
        expires_at: ticket.expires_at,
        late: ticket.has_expired(at),
        stage,
    }
}

fn shown(named: TicketRef) -> String {
    match named {
        TicketRef::Id(id) => format!("#{id}"),
        TicketRef::Pay(pay) => pay.to_string(),
        TicketRef::Digits(digits) => digits.to_string(),
    }
}

/// Takes back that the message is to be deleted.
fn keep_message(answer: &mut Answer) {
    answer.commit.outgoing.retain(|say| !matches!(say.payload, Payload::Forget { .. }));
}

/// The ticket whose amount is named: the one to be paid, or that of one ticket alone as it was asked for.
fn ticket_named(words: &str, tickets: &[Ticket]) -> Option<usize> {
    let paid = tickets.iter().position(|ticket| names(words, ticket.pay));
    let asked = || {
        let sums = sums_said(words);
        let mut named = (0..).zip(tickets).filter(|(_, ticket)| sums.contains(&ticket.amount)).map(|(at, _)| at);
        named.next().filter(|_| named.next().is_none())
    };
    paid.or_else(asked)
}

/// Whether words name an amount, in digits or grouped.
fn names(words: &str, pay: Rupiah) -> bool {
    let digits = pay.get().to_string();
    words.replace(['.', ','], "").split(|c: char| !c.is_ascii_digit()).any(|number| number == digits)
}
