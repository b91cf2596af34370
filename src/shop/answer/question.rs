//! Questions before something is done, and the yes to them: by button or by `YA.<number>`, once, where it was asked.

use super::super::sources::Waits;
use super::shared::{Sure, booking, network};
use super::{Answer, Request};
use konter_command::{AdminCommand, AdminDesk, AgentRef, NewPrice, TicketRef};
use konter_core::question::{Asks, Question, QuestionState};
use konter_reply::{
    AdminProblem, AskCard, AskStage, AskWhat, BookingReply, Doubts, DroppedWhat, NetworkReply, TransferProblem,
    TransferStage, pad_of_question,
};
use konter_store::{Payload, Say, StoreError, Versioned};

impl Request<'_> {
    /// Puts a question in the place of what was asked in this chat before. The same once more is the same question:
    /// whoever waits for a late answer types again without having read what was asked, so typing is no yes.
    pub(super) async fn question(&self, asks: Asks, seen: u64, answer: &mut Answer) -> Result<Question, StoreError> {
        let before = self.shop.store.question(&self.message.chat).await?;
        let same = |open: &&Question| open.is_open(self.at) && open.asks == asks && open.seen == seen;
        if let Some(open) = before.as_ref().filter(same) {
            self.leads_to(Waits::Question(open.number));
            return Ok(open.clone());
        }
        let row = Question::asked(before.as_ref(), self.message.chat.clone(), asks, seen, self.at);
        self.leads_to(Waits::Question(row.number));
        let expected = before.map(|before| before.version);
        answer.commit.desk.questions.push(Versioned { expected, row: row.clone() });
        Ok(row)
    }

    /// Asks somebody who works here. Nothing has been done, so there is nothing to record.
    pub(super) async fn ask(
        &self,
        (asks, seen): (Asks, u64),
        what: AskWhat,
        answer: &mut Answer,
    ) -> Result<BookingReply, StoreError> {
        answer.commit.acts.clear();
        let before = self.open_question().await?;
        let asked = self.question(asks, seen, answer).await?;
        if let Some(before) = before.filter(|before| before.number != asked.number) {
            self.restage_question(&before, AskStage::Replaced, answer).await?;
        }
        Ok(BookingReply::Ask(card(&asked, AskStage::Asked, what)))
    }

    /// `YA.<number>`.
    pub(super) async fn confirm(&self, number: u32, answer: &mut Answer) -> Result<(), StoreError> {
        match self.asked(number).await? {
            // Like what it is about: a yes that was so long on its way may be to another question of that number.
            Some(asked) if asked.is_open(self.at) && self.is_stale() => self.refuse_as_stale(answer),
            Some(asked) if asked.is_open(self.at) => drop(self.go_ahead(&asked, answer).await?),
            _ => self.nothing_to_confirm(answer),
        }
        Ok(())
    }

    /// A button under a question.
    pub(super) async fn tapped_question(&self, number: u32, yes: bool, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(asked) = self.asked(number).await? else {
            self.nothing_to_confirm(answer);
            return Ok(());
        };
        let stage = match asked.state {
            QuestionState::Done => Some(AskStage::Done),
            QuestionState::Cancelled => Some(AskStage::Cancelled),
            QuestionState::Asked if !asked.is_open(self.at) => Some(AskStage::Expired),
            QuestionState::Asked if yes => self.go_ahead(&asked, answer).await?.then_some(AskStage::Done),
            QuestionState::Asked => {
                write(&asked, QuestionState::Cancelled, answer);
                Some(AskStage::Cancelled)
            }
        };
        if let Some(stage) = stage {
            self.restage_question(&asked, stage, answer).await?;
        }
        Ok(())
    }

    /// What was asked here is not done, and its card says so.
    pub(super) async fn cancel_question(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(asked) = self.open_question().await? else { return Ok(()) };
        write(&asked, QuestionState::Cancelled, answer);
        self.restage_question(&asked, AskStage::Cancelled, answer).await
    }

    /// What was asked here and still waits.
    pub(super) async fn open_question(&self) -> Result<Option<Question>, StoreError> {
        Ok(self.shop.store.question(&self.message.chat).await?.filter(|asked| asked.is_open(self.at)))
    }

    /// This chat's latest question, if it has this number.
    async fn asked(&self, number: u32) -> Result<Option<Question>, StoreError> {
        Ok(self.shop.store.question(&self.message.chat).await?.filter(|asked| asked.number == number))
    }

    fn is_stale(&self) -> bool {
        self.at - self.message.sent_at > self.shop.policy.stale_after
    }

    fn refuse_as_stale(&self, answer: &mut Answer) {
        let age = self.at - self.message.sent_at;
        if self.role().is_some() {
            let wrong_clock = self.shop.drift.clock_off().is_some();
            Self::admin_refused(answer, AdminProblem::Stale { minutes: age.num_minutes(), wrong_clock });
        } else if self.active_agent(answer).is_some() {
            self.refuse_transfer(self.shop.drift.why_transfer_stale(age), answer);
        }
    }

    fn nothing_to_confirm(&self, answer: &mut Answer) {
        if self.role().is_some() {
            answer.reply(booking(BookingReply::NothingToConfirm));
        } else if self.active_agent(answer).is_some() {
            self.refuse_transfer(TransferProblem::NothingToConfirm, answer);
        }
    }

    /// Does what was asked about, if it still may be done; whether it was.
    async fn go_ahead(&self, asked: &Question, answer: &mut Answer) -> Result<bool, StoreError> {
        let done = match &asked.asks {
            Asks::Transfer { from, to, amount } => self.transfer_asked(*from, *to, *amount, asked.seen, answer).await?,
            other => self.act_asked(other, asked, answer).await?,
        };
        if done {
            write(asked, QuestionState::Done, answer);
        }
        Ok(done)
    }

    /// A yes is an act of its own: the role counts that its chat has now.
    async fn act_asked(&self, asks: &Asks, asked: &Question, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some((command, typed)) = command_of(asks) else { return Ok(false) };
        if !self.may(command.needs(), answer) {
            return Ok(false);
        }
        self.act(format!("{typed} (YA.{})", asked.number), answer);
        let sure = Sure::Yes { seen: asked.seen };
        match (command, asks) {
            (AdminCommand::Deposit { agent, amount, note, forced }, _) => {
                self.deposit(&agent, (amount, note, forced), sure, answer).await
            }
            (_, Asks::Accept { ticket, came }) => self.accept_asked(*ticket, *came, sure, answer).await,
            (_, Asks::TakeBack { transfer, reason }) => self.take_back_asked(*transfer, reason, answer).await,
            (_, Asks::AcceptAll { tickets }) => self.accept_all(tickets, answer).await,
            (_, Asks::Decide { order, version, verdict }) => {
                self.decide(*order, verdict.clone(), Some(*version), answer).await
            }
            (_, Asks::Price { product, before, price }) => Ok(self.price_asked(product, *before, *price, answer)),
            (_, Asks::Role { chat, role }) => self.give_role(std::slice::from_ref(chat), Some(*role), answer).await,
            (_, Asks::Prices { category, moves, .. }) => Ok(self.reprice_asked(category, moves, answer)),
            _ => Ok(false),
        }
    }

    /// Shows under a question what has become of it.
    async fn restage_question(&self, asked: &Question, stage: AskStage, answer: &mut Answer) -> Result<(), StoreError> {
        let tapped = self.message.tapped.clone().filter(|_| stage != AskStage::Replaced);
        let message = tapped.unwrap_or_else(|| pad_of_question(asked.number));
        let reply = if let Some(what) = self.what(&asked.asks).await? {
            booking(BookingReply::Ask(card(asked, stage, what)))
        } else {
            let stage = match stage {
                AskStage::Asked => TransferStage::Asked,
                AskStage::Done => TransferStage::Sent,
                AskStage::Cancelled | AskStage::Replaced => TransferStage::Cancelled,
                AskStage::Expired => TransferStage::Expired,
            };
            let Some(card) = self.transfer_card(asked, stage).await? else { return Ok(()) };
            network(NetworkReply::TransferAsk(card))
        };
        let payload = Payload::Edit { message, reply: Box::new(reply) };
        answer.commit.outgoing.push(Say::new(self.message.chat.clone(), answer.locale, payload));
        Ok(())
    }

    /// What a question to somebody who works here is about; `None` for a transfer, and for what is not there any more.
    async fn what(&self, asks: &Asks) -> Result<Option<AskWhat>, StoreError> {
        let store = &self.shop.store;
        Ok(match asks {
            Asks::Transfer { .. } => None,
            Asks::Deposit { agent, amount, note, .. } => store.agent(*agent).await?.map(|row| AskWhat::Deposit {
                agent: row.id,
                name: row.name,
                amount: *amount,
                note: note.clone(),
                doubts: Doubts::default(),
            }),
            Asks::Accept { ticket, came } => match store.ticket(*ticket).await? {
                Some(ticket) => Some(AskWhat::Accept {
                    credited: came.unwrap_or(ticket.pay),
                    card: Box::new(self.card_of_ticket(&ticket).await?),
                    doubts: Doubts::default(),
                }),
                None => None,
            },
            Asks::TakeBack { transfer, reason } => self.take_back_shown(*transfer, reason).await?,
            Asks::AcceptAll { tickets } => Some(super::mutation::asked(self, tickets).await?),
            Asks::Decide { order, verdict, .. } => {
                store.order(*order).await?.map(|order| super::booking::decision(&order, verdict, None))
            }
            Asks::Price { product, before, price } => {
                let catalog = self.shop.catalog();
                catalog.get(product).map(|product| AskWhat::Price {
                    code: product.code.clone(),
                    name: product.name.clone(),
                    before: *before,
                    after: *price,
                    below: None,
                    odd: false,
                    changed_at: None,
                })
            }
            Asks::Role { chat, role } => Some(self.role_asked(chat, *role)),
            Asks::Prices { category, step, moves } => {
                Some(super::reprice::asked(&self.shop.catalog(), category, *step, moves))
            }
        })
    }
}

/// What a question is about, in words.
pub(super) fn dropped(asked: &Question) -> Option<DroppedWhat> {
    match &asked.asks {
        Asks::Transfer { to, amount, .. } => Some(DroppedWhat::Transfer { to: *to, amount: *amount }),
        other => command_of(other).map(|(_, line)| DroppedWhat::Line { line }),
    }
}

/// The command a yes is worth, and how it is typed.
fn command_of(asks: &Asks) -> Option<(AdminCommand, String)> {
    use konter_core::order::AdminVerdict;
    Some(match asks {
        Asks::Transfer { .. } => return None,
        Asks::Deposit { agent, amount, note, forced } => {
            let (note, forced) = (note.clone(), *forced);
            let shown = note.as_ref().map(|note| format!(" {note}")).unwrap_or_default();
            let force = if forced { " --paksa" } else { "" };
            let typed = format!("/deposit {agent} {}{shown}{force}", amount.get());
            (AdminCommand::Deposit { agent: AgentRef::Code(*agent), amount: *amount, note, forced }, typed)
        }
        Asks::Accept { ticket, came } => {
            let amount = came.map(|came| format!(" {}", came.get())).unwrap_or_default();
            let command = AdminCommand::AcceptTicket { ticket: TicketRef::Id(*ticket), amount: *came };
            (command, format!("/acc {ticket}{amount}"))
        }
        Asks::TakeBack { transfer, reason } => super::take_back::command_of(*transfer, reason),
        // Each of them is worth this command.
        Asks::AcceptAll { tickets } => {
            let first = tickets.first()?;
            let all: Vec<String> = tickets.iter().map(|ticket| format!("#{ticket}")).collect();
            let command = AdminCommand::AcceptTicket { ticket: TicketRef::Id(*first), amount: None };
            (command, format!("mutasi: /acc {}", all.join(" ")))
        }
        Asks::Decide { order, verdict: AdminVerdict::Success { sn }, .. } => {
            (AdminCommand::Success { id: *order, sn: sn.clone() }, format!("/sukses {order} {sn}"))
        }
        Asks::Decide { order, verdict: AdminVerdict::Failed { reason }, .. } => {
            (AdminCommand::Failure { id: *order, reason: reason.clone() }, format!("/gagal {order} {reason}"))
        }
        Asks::Price { product, price, .. } => {
            let command =
                AdminCommand::SellPrice { product: product.clone(), price: NewPrice::To(*price), forced: true };
            (command, format!("/hargajual {product} {}", price.get()))
        }
        Asks::Role { chat, role } => {
            let command = AdminDesk::SetRole { who: AgentRef::Chat(chat.clone()), role: Some(*role) };
            (AdminCommand::Desk(command), format!("/peran {chat} {}", role.name()))
        }
        Asks::Prices { category, step, .. } => {
            let command = AdminCommand::Desk(AdminDesk::Reprice { name: category.clone(), step: *step });
            (command, format!("/hargajual kategori {category} {step}"))
        }
    })
}

fn write(asked: &Question, state: QuestionState, answer: &mut Answer) {
    let row = asked.with(state);
    answer.commit.desk.questions.push(Versioned { expected: Some(asked.version), row });
}

fn card(asked: &Question, stage: AskStage, what: AskWhat) -> AskCard {
    AskCard { number: asked.number, until: asked.expires_at, stage, what }
}
