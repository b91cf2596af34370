//! Buttons. A button belongs to the chat it was shown in; whatever is tapped however often, the stored inquiry decides.

use super::super::bills::{bill_card, stage_of};
use super::super::keypad::{PadId, Shown, Tapped};
use super::super::sources::Waits;
use super::bill::refuse_expired;
use super::shared::TicketDecision;
use super::{Answer, Request};
use konter_command::{PadTap, Pin, Tap};
use konter_core::agent::Agent;
use konter_core::ids::InquiryId;
use konter_core::inquiry::{Inquiry, InquiryState, Quote};
use konter_reply::{BillStage, Reply};
use konter_store::{Payload, Say, StoreError};

/// A bill under whose message a button was tapped, by somebody who may.
struct Tabled {
    agent: Agent,
    inquiry: Inquiry,
    quote: Quote,
    stage: BillStage,
    /// The message it stands in.
    under: Option<String>,
}

impl Tabled {
    /// Puts the message in another stage.
    fn restage(&self, request: &Request<'_>, stage: BillStage, answer: &mut Answer) {
        request.restage(self.under.as_deref(), (&self.inquiry, &self.quote), stage, answer);
    }
}

impl Request<'_> {
    pub(super) async fn tapped(&self, tap: Tap, answer: &mut Answer) -> Result<(), StoreError> {
        // Whoever taps may have lost a role since the button was shown.
        if let Some(needs) = tap.needs()
            && !self.may(needs, answer)
        {
            return Ok(());
        }
        if self.is_too_soon(&tap, answer).await? {
            return Ok(());
        }
        match tap {
            Tap::Pay(id) => self.tapped_pay(id, answer).await,
            Tap::Cancel(id) => self.tapped_cancel(id, answer).await,
            Tap::Key(id, on) => self.tapped_key(id, on, answer).await,
            Tap::Import(number) => {
                self.apply_import(number, true, answer);
                Ok(())
            }
            Tap::CancelImport(number) => {
                self.apply_import(number, false, answer);
                Ok(())
            }
            Tap::Choose(id, index) => {
                self.tapped_choice(id, index, answer);
                Ok(())
            }
            Tap::NoChoice(id) => {
                self.tapped_no_choice(id, answer);
                Ok(())
            }
            Tap::OrderKey(id, on) => self.tapped_order_key(id, on, answer).await,
            Tap::LineKey(id, on) => self.tapped_line_key(id, on, answer).await,
            Tap::NoLine(id) => {
                self.drop_line(self.message.tapped.as_deref(), id, answer);
                Ok(())
            }
            Tap::Yes(number) => self.tapped_question(number, true, answer).await,
            Tap::No(number) => self.tapped_question(number, false, answer).await,
            Tap::Repeat(order) => self.tapped_repeat(order, answer).await,
            Tap::Receipt(order) => self.receipt_of_order(order, None, answer).await,
            Tap::AcceptTicket(id) => self.tapped_ticket(id, TicketDecision::Accept(None), answer).await,
            Tap::RefuseTicket(id) => self.tapped_ticket(id, TicketDecision::Refuse(None), answer).await,
            Tap::Statement(page, days) => self.tapped_statement(page, days, answer).await,
            Tap::Report(file, days) => self.tapped_report(file, days, answer).await,
            Tap::AskAgain(_)
            | Tap::Delivered(_)
            | Tap::NotDelivered(_)
            | Tap::SurelyNotDelivered(..)
            | Tap::Reconsider(_) => self.tapped_overdue(tap, answer).await,
            Tap::SendBroadcast(id) => self.tapped_broadcast(id, true, answer).await,
            Tap::DropBroadcast(id) => self.tapped_broadcast(id, false, answer).await,
            Tap::Shelf(id, place) => {
                self.tapped_shelf(id, place, answer);
                Ok(())
            }
            Tap::Prices(at) => self.tapped_prices(at, answer).await,
            Tap::Complain(order) => self.tapped_complaint(order, answer).await,
            Tap::ReceiptAs(form, order, price) => self.tapped_receipt(form, order, price, answer).await,
            Tap::AskBack(transfer) => self.tapped_ask_back(transfer, answer).await,
            Tap::GiveBack(transfer) => self.tapped_give_back(transfer, true, answer).await,
            Tap::KeepTransfer(transfer) => self.tapped_give_back(transfer, false, answer).await,
            Tap::Approve(agent) => self.tapped_newcomer(agent, true, answer).await,
            Tap::TurnAway(agent) => self.tapped_newcomer(agent, false, answer).await,
        }
    }

    /// The bill a button is about; otherwise the answer says why not.
    async fn tabled(&self, id: InquiryId, answer: &mut Answer) -> Result<Option<Tabled>, StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(None) };
        let inquiry = self.shop.store.inquiry(id).await?;
        let Some(inquiry) = inquiry.filter(|inquiry| inquiry.agent == agent.id && inquiry.chat == self.message.chat)
        else {
            self.stale(answer);
            return Ok(None);
        };
        let Some((quote, stage)) = stage_of(&inquiry, self.at) else {
            self.stale(answer);
            return Ok(None);
        };
        let quote = quote.clone();
        Ok(Some(Tabled { agent, inquiry, quote, stage, under: self.message.tapped.clone() }))
    }

    /// Asks for the PIN, with a keypad below the bill.
    async fn tapped_pay(&self, id: InquiryId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(tabled) = self.tabled(id, answer).await? else { return Ok(()) };
        if matches!(tabled.stage, BillStage::Payable(_)) {
            self.shop.dialogs.guides.drop_unshown(&self.message.chat);
            let shown =
                self.shop.dialogs.keypads.open(&self.message.chat, PadId::Bill(id), tabled.under.as_deref(), self.at);
            tabled.restage(self, enter_pin(shown), answer);
        } else {
            self.too_late(&tabled, answer);
        }
        Ok(())
    }

    /// `bayar aja`: the bill that was looked up last is shown once more, with its keypad. `false` where there is none.
    pub(super) async fn asked_to_pay(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let chat = &self.message.chat;
        let bills = self.shop.dialogs.guides.bills(chat, self.at);
        let Some(id) = bills.into_iter().find(|id| self.may_mean(Waits::Bill(*id))) else {
            let is_to_a_card = self.replies_to_a_card();
            if is_to_a_card {
                self.answered_else(answer).await?;
            }
            return Ok(is_to_a_card);
        };
        let Some(inquiry) = self.shop.store.inquiry(id).await? else { return Ok(false) };
        let Some((quote, BillStage::Payable(_))) = stage_of(&inquiry, self.at) else { return Ok(false) };
        self.shop.dialogs.guides.drop_unshown(chat);
        self.shop.dialogs.keypads.open_anew(chat, PadId::Bill(id), None, self.at);
        answer.reply(Reply::Bill(Box::new(bill_card(&inquiry, quote, enter_pin(Shown::default())))));
        Ok(true)
    }

    /// Expired, or paid already: the message is put right, and what is expired is said.
    fn too_late(&self, tabled: &Tabled, answer: &mut Answer) {
        tabled.restage(self, tabled.stage, answer);
        if tabled.stage == BillStage::Expired {
            refuse_expired(&tabled.agent, &tabled.inquiry, answer);
        }
    }

    async fn tapped_cancel(&self, id: InquiryId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(tabled) = self.tabled(id, answer).await? else { return Ok(()) };
        if let BillStage::Paying { .. } = tabled.stage {
            self.too_late(&tabled, answer);
            return Ok(());
        }
        self.shop.dialogs.keypads.close(&self.message.chat, PadId::Bill(id));
        let row = tabled.inquiry.with(InquiryState::Cancelled);
        answer.commit.inquiries.push(konter_store::Versioned { expected: Some(tabled.inquiry.version), row });
        tabled.restage(self, BillStage::Cancelled, answer);
        Ok(())
    }

    async fn tapped_key(&self, id: InquiryId, on: PadTap, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(tabled) = self.tabled(id, answer).await? else { return Ok(()) };
        if !matches!(tabled.stage, BillStage::Payable(_)) {
            self.too_late(&tabled, answer);
            return Ok(());
        }
        let restage = |shown, answer: &mut Answer| tabled.restage(self, enter_pin(shown), answer);
        match self.tapped_pad(&tabled.agent, PadId::Bill(id), on, restage, answer) {
            Some(pin) => self.entered(&tabled, &pin, answer).await,
            None => Ok(()),
        }
    }

    /// A tap on a keypad's key. `restage` shows the keypad as it stands then; the PIN, once it is handed in.
    pub(super) fn tapped_pad(
        &self,
        agent: &Agent,
        pad: PadId,
        on: PadTap,
        restage: impl FnOnce(Shown, &mut Answer),
        answer: &mut Answer,
    ) -> Option<Pin> {
        let (chat, keypads, under) = (&self.message.chat, &self.shop.dialogs.keypads, self.message.tapped.as_deref());
        let tap = || keypads.tap(chat, pad, &self.message.message, on, agent.pin.digits, self.at);
        match tap() {
            Tapped::Shown(shown) => restage(shown, answer),
            Tapped::Entered(pin) => return Some(pin),
            Tapped::TooShort => self.toast(Reply::PinTooShort, answer),
            Tapped::TooLong => answer.reply(Reply::PinOtherLength),
            Tapped::Unclear(shown) => {
                answer.reply(Reply::PinTapsUnclear);
                restage(shown, answer);
            }
            Tapped::HandedIn => {}
            // Forgotten by a restart: a new one, with this very key on it.
            Tapped::Closed => {
                keypads.open_anew(chat, pad, under, self.at);
                restage(if let Tapped::Shown(shown) = tap() { shown } else { Shown::default() }, answer);
            }
        }
        None
    }

    /// Puts a card in the place of the message it stands in: the one that was tapped; whoever types has tapped nothing, and the
    /// front knows where it stands.
    pub(super) fn show_in_place(&self, under: Option<&str>, reply: Reply, answer: &mut Answer) {
        let Some(message) = under.map(str::to_owned).or_else(|| reply.pad()) else { return };
        let payload = Payload::Edit { message, reply: Box::new(reply) };
        answer.commit.outgoing.push(Say::new(self.message.chat.clone(), answer.locale, payload));
    }

    /// A PIN typed while a keypad is open for a bill.
    pub(super) async fn typed_pin(
        &self,
        id: InquiryId,
        under: Option<String>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(tabled) = self.tabled(id, answer).await? else { return Ok(()) };
        let tabled = Tabled { under, ..tabled };
        if matches!(tabled.stage, BillStage::Payable(_)) {
            self.entered(&tabled, pin, answer).await
        } else {
            self.too_late(&tabled, answer);
            Ok(())
        }
    }

    async fn entered(&self, tabled: &Tabled, pin: &Pin, answer: &mut Answer) -> Result<(), StoreError> {
        let Tabled { agent, inquiry, .. } = tabled;
        let stage = if self.pin_fits(agent, pin, answer).await {
            let placed = self.pay(agent, inquiry, inquiry.client_reference.clone(), answer).await?;
            placed.map_or_else(Self::payable, |order| BillStage::Paying { order })
        } else {
            Self::payable()
        };
        tabled.restage(self, stage, answer);
        Ok(())
    }
}

/// The keypad whose key was tapped.
pub(super) const fn pad(tap: &Tap) -> Option<PadId> {
    match tap {
        Tap::Key(bill, _) => Some(PadId::Bill(*bill)),
        Tap::OrderKey(offer, _) => Some(PadId::Order(*offer)),
        Tap::LineKey(line, _) => Some(PadId::Line(*line)),
        _ => None,
    }
}

const fn enter_pin(Shown { digits, taps }: Shown) -> BillStage {
    BillStage::EnterPin { digits, taps }
}
