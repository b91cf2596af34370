//! Which of what waits a message is about. A reply means what it replies to: it completes, or takes back, that and nothing
//! else. An edit takes back what the edited message has led to.

use super::super::bills::stage_of;
use super::super::guide::Awaits;
use super::super::keypad::PadId;
use super::super::sources::Waits;
use super::pin_shown::is_a_pin_alone;
use super::talk::talk;
use super::{Answer, Request};
use konter_core::catalog::ProductKind;
use konter_core::ids::InquiryId;
use konter_core::inquiry::{Inquiry, InquiryState};
use konter_reply::{
    BillStage, ChooseStage, DroppedWhat, Reply, TalkReply, newcomer_of_pad, orders_of_pad, ticket_of_pad,
};
use konter_store::{Payload, Say, StoreError, Versioned};

/// Whether a message of this name shows something that those who work here decide: nothing waits under it.
fn shows_the_desk(card: &str) -> bool {
    ticket_of_pad(card).is_some() || newcomer_of_pad(card).is_some() || !orders_of_pad(card).is_empty()
}

impl Request<'_> {
    /// This message has led to something that waits now.
    pub(super) fn leads_to(&self, waits: Waits) {
        self.shop.dialogs.sources.note(&self.message.chat, &self.message.message, waits, self.at);
    }

    /// Whether a message may be meant for this: it replies to nothing, or to what shows this, or to what led to it.
    pub(super) fn may_mean(&self, waits: Waits) -> bool {
        let Some(target) = &self.message.replies_to else { return true };
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let is_shown_there = || {
            let Some((card, at)) = self.shop.chats.shown(chat, target) else { return false };
            match card {
                Some(card) => waits.card() == Some(card),
                None => dialogs.sources.began_at(chat, waits, at),
            }
        };
        dialogs.sources.led_to(chat, target, waits)
            || waits.pad().is_some_and(|pad| dialogs.keypads.stands_under(chat, pad, target))
            || is_shown_there()
    }

    /// The keypad that a PIN in reply is for: that of what is replied to, which takes taps as long as it waits.
    pub(super) async fn keypad_meant(&self) -> Result<Option<PadId>, StoreError> {
        let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
        for waits in self.waiting().await? {
            let takes_pin = match waits {
                Waits::Order(id) => guides.get(chat, id, self.at).is_some_and(|guide| guide.chosen.is_some()),
                Waits::Bill(id) => {
                    let inquiry = self.shop.store.inquiry(id).await?;
                    inquiry.is_some_and(|inquiry| inquiry.payable(self.at).is_some())
                }
                Waits::Several(_) | Waits::Line(_) => true,
                Waits::Answer | Waits::Question(_) | Waits::Announcement(_) => false,
            };
            if let Some(pad) = waits.pad().filter(|_| takes_pin && self.may_mean(waits)) {
                return Ok(Some(pad));
            }
        }
        Ok(None)
    }

    /// Whether a message replies to a card under which something may have waited.
    pub(super) fn replies_to_a_card(&self) -> bool {
        let target = self.message.replies_to.as_ref();
        target
            .and_then(|target| self.shop.chats.shown(&self.message.chat, target))
            .is_some_and(|(card, _)| card.is_some_and(|card| !shows_the_desk(&card)))
    }

    /// Lets go of what a no may be to, and says what that was; `false` when nothing waits. A bill that was shown last is meant
    /// alone. Of all else everything is: which of it, is no matter, as nothing is bought.
    pub(super) async fn drop_what_waits(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let is_reply = self.message.replies_to.is_some();
        let pad = dialogs.keypads.waiting(chat, self.at);
        let all = self.waiting().await?;
        let newest = dialogs.sources.newest(chat, &all);
        let is_asked_now = dialogs.guides.awaited(chat, &self.message.message, self.at).is_some();
        let waits_for_nothing = all.is_empty();
        let (mut what, mut kept, mut meant) = (Vec::<DroppedWhat>::new(), Vec::new(), Vec::new());
        for waits in all {
            let is_asked = match waits {
                // A bill nobody wants to pay yet, and what was asked before that, are left alone by a no that is not to them.
                Waits::Bill(_) => newest == Some(waits) || (pad.is_some() && waits.pad() == pad),
                Waits::Answer => is_asked_now,
                _ => !matches!(newest, Some(Waits::Bill(_))),
            };
            if (is_asked || is_reply) && self.may_mean(waits) {
                what.extend(self.told(waits).await?.filter(|dropped| !what.contains(dropped)));
                meant.push(waits);
            } else if !is_reply && !matches!(waits, Waits::Bill(_) | Waits::Answer) {
                kept.extend(self.told(waits).await?);
            }
        }
        for waits in meant {
            self.withdraw(waits, answer).await?;
        }
        let any = !what.is_empty();
        if any {
            answer.reply(talk(TalkReply::Dropped { what, kept }));
        } else if is_reply && self.about.is_none() && !waits_for_nothing {
            self.answered_else(answer).await?;
            return Ok(true);
        }
        Ok(any)
    }

    /// `nomornya salah`, `jangan 4821`, `jangan yg …856`: nothing but a PIN, or the number of what waits, has digits in it, and
    /// no money is wanted back, so that no order that was made and no transfer is meant: `salah kirim 25000 ke wati`.
    pub(super) async fn is_of_what_waits(&self) -> Result<bool, StoreError> {
        const WANTS_BACK: [&str; 3] = ["refund", "balik", "kembali"];
        let text = self.message.text.to_lowercase();
        if WANTS_BACK.iter().any(|word| text.contains(word)) {
            return Ok(false);
        }
        let mut any = self.shop.dialogs.keypads.waiting(&self.message.chat, self.at).is_some();
        for word in text.split_whitespace().filter(|word| word.bytes().any(|b| b.is_ascii_digit())) {
            let names = self.waits_for(word).await?;
            if !names && !is_a_pin_alone(word) {
                return Ok(false);
            }
            any |= names;
        }
        Ok(any)
    }

    /// Whether something waits whose number this is, or ends in these digits.
    pub(super) async fn waits_for(&self, dest: &str) -> Result<bool, StoreError> {
        /// Fewer may be the end of any.
        const FEWEST: usize = 3;
        let digits: String = dest.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < FEWEST {
            return Ok(false);
        }
        for waits in self.waiting().await? {
            let is_its = match (waits, self.told(waits).await?) {
                (Waits::Several(id), _) => {
                    let held = self.shop.dialogs.guides.held(&self.message.chat, id, self.at);
                    held.is_some_and(|held| held.request.lines.iter().any(|line| line.dest.as_str().ends_with(&digits)))
                }
                (_, Some(DroppedWhat::Order { dest, .. } | DroppedWhat::Offer { dest })) => dest.ends_with(&digits),
                _ => false,
            };
            if is_its {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was replied to waits for nothing: nothing is done, and what does wait is named. From here on a PIN is for that.
    pub(super) async fn answered_else(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let chat = &self.message.chat;
        let pad = self.shop.dialogs.keypads.waiting(chat, self.at);
        let mut what = Vec::new();
        for waits in self.waiting().await? {
            // A bill that was shown and not chosen waits for a button.
            if !matches!(waits, Waits::Bill(_) | Waits::Answer) || (pad.is_some() && waits.pad() == pad) {
                what.extend(self.told(waits).await?);
            }
        }
        self.shop.dialogs.keypads.resume(chat, &self.message.message);
        answer.reply(talk(TalkReply::AnsweredElse { what }));
        Ok(())
    }

    /// Everything that waits in this chat.
    pub(super) async fn waiting(&self) -> Result<Vec<Waits>, StoreError> {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let mut all = Vec::new();
        let question = self.shop.store.question(chat).await?.filter(|asked| asked.is_open(self.at));
        all.extend(question.map(|asked| Waits::Question(asked.number)));
        if let Some(id) = dialogs.guides.latest_announcement(chat)
            && self.shop.store.broadcast(id).await?.is_some_and(|asked| asked.is_open_question(self.at))
        {
            all.push(Waits::Announcement(id));
        }
        all.extend(dialogs.guides.latest(chat, self.at).map(|guide| Waits::Order(guide.id)));
        let held = dialogs.guides.latest_held(chat, self.at).map(|several| Waits::Several(several.id));
        all.extend(held.filter(|several| dialogs.keypads.waiting(chat, self.at) == several.pad()));
        all.extend(dialogs.guides.latest_line(chat, self.at).map(|line| Waits::Line(line.id)));
        for id in dialogs.guides.bills(chat, self.at) {
            if self.shop.store.inquiry(id).await?.is_some_and(|inquiry| self.is_open(&inquiry)) {
                all.push(Waits::Bill(id));
            }
        }
        all.extend(dialogs.guides.asked_for(chat, self.at).map(|_| Waits::Answer));
        Ok(all)
    }

    fn is_open(&self, inquiry: &Inquiry) -> bool {
        let is_payable = || matches!(stage_of(inquiry, self.at), Some((_, BillStage::Payable(_))));
        let is_own = inquiry.chat == self.message.chat && inquiry.ask.kind == ProductKind::Bill;
        is_own && (inquiry.is_asking() || is_payable())
    }

    /// What waits, as it is told.
    async fn told(&self, waits: Waits) -> Result<Option<DroppedWhat>, StoreError> {
        let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
        Ok(match waits {
            Waits::Order(id) => guides.get(chat, id, self.at).map(|guide| {
                let chosen = guide.chosen.and_then(|index| guide.products.get(index)).map(ToString::to_string);
                let dest = guide.dest;
                chosen.map_or_else(
                    || DroppedWhat::Offer { dest: dest.clone() },
                    |product| DroppedWhat::Order { product, dest: dest.clone() },
                )
            }),
            Waits::Several(id) => {
                guides.held(chat, id, self.at).map(|held| DroppedWhat::Several { count: held.request.lines.len() })
            }
            Waits::Line(id) => self.held_line_told(id),
            Waits::Bill(id) => {
                self.shop.store.inquiry(id).await?.map(|inquiry| DroppedWhat::Order {
                    product: inquiry.ask.product.to_string(),
                    dest: inquiry.customer,
                })
            }
            Waits::Answer => guides.asked_for(chat, self.at).map(|asked| match asked {
                Awaits::Bill(product) | Awaits::Zone { product, .. } => DroppedWhat::Line { line: product.to_string() },
                Awaits::Wish(wish) => DroppedWhat::Line { line: super::wish::described(&wish) },
                Awaits::Product(dest) => DroppedWhat::Offer { dest },
                Awaits::ShopName | Awaits::ShopPin(_) => DroppedWhat::Line { line: "DAFTAR".to_owned() },
                Awaits::Deposit => DroppedWhat::Line { line: "TIKET".to_owned() },
                Awaits::Which(lines) => {
                    let command = lines.first().and_then(|(_, line)| line.split('.').next());
                    DroppedWhat::Line { line: command.unwrap_or_default().to_owned() }
                }
            }),
            Waits::Question(_) => {
                let open = self.shop.store.question(chat).await?.filter(|asked| asked.is_open(self.at));
                open.and_then(|asked| super::question::dropped(&asked))
            }
            Waits::Announcement(id) => {
                let asked = self.shop.store.broadcast(id).await?;
                asked.map(|asked| DroppedWhat::Line { line: format!("/siaran {}", asked.text) })
            }
        })
    }

    /// Lets go of what waits, shows so under its card, and says what it was.
    pub(super) async fn withdraw(&self, waits: Waits, answer: &mut Answer) -> Result<Option<DroppedWhat>, StoreError> {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let what = self.told(waits).await?;
        if let Some(pad) = waits.pad() {
            dialogs.keypads.close(chat, pad);
        }
        match waits {
            Waits::Order(id) => {
                if let Some(guide) = dialogs.guides.get(chat, id, self.at) {
                    dialogs.guides.forget(chat, id);
                    self.restage_choice(None, &guide, ChooseStage::Cancelled, answer);
                }
            }
            Waits::Several(id) => {
                dialogs.guides.forget_several(chat, id);
                let dropped = TalkReply::Dropped { what: what.iter().cloned().collect(), kept: Vec::new() };
                self.show_under(waits, talk(dropped), answer);
            }
            Waits::Line(id) => self.drop_line(None, id, answer),
            Waits::Bill(id) => self.withdraw_bill(id, answer).await?,
            Waits::Answer => dialogs.guides.forget_awaited(chat),
            Waits::Question(_) => self.cancel_question(answer).await?,
            Waits::Announcement(id) => self.cancel_announcement(id, answer).await?,
        }
        Ok(what)
    }

    async fn withdraw_bill(&self, id: InquiryId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(inquiry) = self.shop.store.inquiry(id).await?.filter(|inquiry| self.is_open(inquiry)) else {
            return Ok(());
        };
        if let Some((quote, _)) = stage_of(&inquiry, self.at) {
            self.restage(None, (&inquiry, quote), BillStage::Cancelled, answer);
        }
        let row = inquiry.with(InquiryState::Cancelled);
        answer.commit.inquiries.push(Versioned { expected: Some(inquiry.version), row });
        Ok(())
    }

    /// Puts other words in the place of the card that something waits under.
    pub(super) fn show_under(&self, waits: Waits, reply: Reply, answer: &mut Answer) {
        if let Some(message) = waits.card() {
            let payload = Payload::Edit { message, reply: Box::new(reply) };
            answer.commit.outgoing.push(Say::new(self.message.chat.clone(), answer.locale, payload));
        }
    }

    /// Takes back what waits because of a message that has been edited since, and says what that was.
    pub(super) async fn withdraw_what_came_of(
        &self,
        message: &str,
        answer: &mut Answer,
    ) -> Result<Vec<DroppedWhat>, StoreError> {
        let mut what = Vec::new();
        for waits in self.waiting().await? {
            if self.shop.dialogs.sources.led_to(&self.message.chat, message, waits) {
                let dropped = self.withdraw(waits, answer).await?;
                // The list of a number waits for a button and for a word.
                what.extend(dropped.filter(|dropped| !what.contains(dropped)));
            }
        }
        Ok(what)
    }
}
