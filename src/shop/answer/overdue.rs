//! An order that needs a person: the buttons below its alert, and the serial number typed after one of them.

use super::{Answer, Visit};
use crate::agent::Locale;
use crate::command::{Command, Tap, parse, powers};
use crate::order::{AdminVerdict, Order, view};
use crate::reply::{OverdueCard, OverdueStage, Reply};
use crate::store::{Act, Payload, Say, StoreError};

/// Serial numbers are shorter; more is somebody talking.
const LONGEST_SERIAL: usize = 100;

/// The reason a reseller is told when an admin taps "failed"; a reason of one's own goes with `/gagal`.
const fn tapped_reason(locale: Locale) -> &'static str {
    match locale {
        Locale::Id => "tidak terkirim oleh supplier",
        Locale::En => "the supplier did not deliver it",
    }
}

impl Visit<'_> {
    pub(super) async fn tapped_overdue(&self, tap: Tap, answer: &mut Answer) -> Result<(), StoreError> {
        let (Tap::AskAgain(id)
        | Tap::Delivered(id)
        | Tap::NotDelivered(id)
        | Tap::SurelyNotDelivered(id)
        | Tap::Reconsider(id)) = tap
        else {
            return Ok(());
        };
        let Some(order) = self.find_order(id, answer).await? else { return Ok(()) };
        if !order.is_open() {
            self.restage_overdue(&order, OverdueStage::Done, answer);
            return Ok(());
        }
        let (chat, alarms) = (&self.message.chat, &self.shop.alarms);
        match tap {
            Tap::AskAgain(_) => {
                self.act(format!("/cekulang {id}"), answer);
                if self.recheck(id, false, answer).await? {
                    self.restage_overdue(&order, OverdueStage::Asked, answer);
                }
            }
            Tap::Delivered(_) => {
                alarms.ask_serial(chat, id, self.at);
                self.restage_overdue(&order, OverdueStage::WantsSerial, answer);
            }
            Tap::NotDelivered(_) => self.restage_overdue(&order, OverdueStage::Sure, answer),
            Tap::SurelyNotDelivered(_) => {
                let reason = tapped_reason(order.locale).to_owned();
                self.act(format!("/gagal {id} {reason}"), answer);
                self.decide(id, AdminVerdict::Failed { reason }, answer).await?;
            }
            _ => {
                alarms.forget_serial(chat, id);
                self.restage_overdue(&order, OverdueStage::Open, answer);
            }
        }
        Ok(())
    }

    /// The serial number an admin was asked for; `false` when the message is something else. Whatever means something by
    /// itself keeps that meaning.
    pub(super) async fn typed_serial(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        // Whoever was asked may have lost the role since.
        if self.shop.role_of(&self.message.chat) < Some(powers::ALERTED) {
            return Ok(false);
        }
        let Some(id) = self.shop.alarms.asked_serial(&self.message.chat, self.at) else { return Ok(false) };
        let text = self.message.text.trim();
        let means_nothing =
            matches!(parse(text), Command::Unknown { .. } | Command::BadOrder(_) | Command::Incomplete { .. });
        if !means_nothing || text.is_empty() || text.starts_with('/') || text.chars().count() > LONGEST_SERIAL {
            return Ok(false);
        }
        if !self.shop.store.order(id).await?.is_some_and(|order| order.is_open()) {
            return Ok(false);
        }
        self.act(format!("/sukses {id} {text}"), answer);
        self.decide(id, AdminVerdict::Success { sn: text.to_owned() }, answer).await?;
        Ok(true)
    }

    /// Every act of an admin is recorded as the command it is worth.
    fn act(&self, what: String, answer: &mut Answer) {
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
    }

    fn restage_overdue(&self, order: &Order, stage: OverdueStage, answer: &mut Answer) {
        let Some(message) = self.message.tapped.clone() else { return };
        let card = OverdueCard { card: view::card(order, self.at), stage };
        answer.commit.says.push(Say {
            chat: self.message.chat.clone(),
            locale: self.shop.policy.locale,
            payload: Payload::Edit { message, reply: Box::new(Reply::AlertOverdue(Box::new(card))) },
            balance_of: None,
        });
    }
}
