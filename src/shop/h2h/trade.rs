//! One order of a program: placed once for ever, or told how it stands.

use super::proof::Proof;
use super::{Caller, Query, Trading, Turned, is_forgotten, standing, text};
use crate::shop::answer::program::{Wanted, program_order};
use crate::shop::apply_event::TRIES;
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, ChatId};
use konter_core::order::{Order, OrderState, same_dest, view};
use konter_core::preferences::ApiAccess;
use konter_store::{Answered, InboxMessage, MessageKey, StoreError};

impl Trading {
    /// What a program that orders, or asks about an order, is answered with.
    pub(super) async fn trade(&self, query: &Query, from: Caller) -> Result<String, StoreError> {
        if query.is_contradictory() {
            return Ok(text::contradictory(query));
        }
        // What is being decided may stand before this answer is read: of it nothing certain is said.
        let key = query.member().zip(query.reference()).map(|(agent, reference)| (agent, reference.to_owned()));
        let is_busy = key.as_ref().is_some_and(|key| self.programs.under_way.is_at(key));
        let _working = key.filter(|_| !query.only_asks()).map(|key| self.programs.under_way.enter(key));
        let agent = match self.authorise(query, &Proof::of_trade(query), from).await? {
            Ok(agent) => agent,
            Err(turned) => return self.turn_away(query, turned, is_busy).await,
        };
        if !self.programs.limits.admit_member(agent.id) {
            return Ok(text::busy(query));
        }
        let Some(reference) = query.reference() else { return Ok(text::bad_reference()) };
        let message = self.message_of(agent.id, reference);
        for _ in 0..TRIES {
            if let Some(answered) = self.store.answered(&message.key()).await? {
                return self.status(query, &agent, answered).await;
            }
            if is_busy && query.only_asks() {
                return Ok(text::under_way(query));
            }
            if query.only_asks() {
                return Ok(text::no_such(query, self.available(agent.id).await?));
            }
            let wanted = match readable(query) {
                Ok(wanted) => wanted,
                Err(_) if is_busy => return Ok(text::under_way(query)),
                Err(why) => return Ok(text::malformed(query, why)),
            };
            if let Err(turned) = standing(&agent) {
                return Ok(text::turned_away(query, turned, is_busy));
            }
            // Read anew each time: what it may do, or whom it pays a margin to, may be what changed.
            let (agent, api) = self.program(&agent).await?;
            let order = if is_forgotten(&self.context, &api) { None } else { Some(wanted) };
            let answer = program_order(&self.context, &message, agent, order).await?;
            // Whatever came of it, the next look finds what was decided, by this request or by the same one beside it.
            self.decisions.commit(&message, answer).await?;
        }
        Err(StoreError::Unavailable(format!("{} kept being overtaken", message.key())))
    }

    async fn program(&self, agent: &Agent) -> Result<(Agent, ApiAccess), StoreError> {
        let now = self.store.agent(agent.id).await?.unwrap_or_else(|| agent.clone());
        Ok((now, self.store.preferences(agent.id).await?.api))
    }

    /// The message that a reference is, for ever.
    fn message_of(&self, agent: AgentId, reference: &str) -> InboxMessage {
        InboxMessage {
            chat: ChatId::h2h(agent),
            message: reference.to_owned(),
            text: String::new(),
            sent_at: self.clock.utc(),
            private: true,
            sender: String::new(),
            tapped: None,
            is_caption: false,
            replies_to: None,
            topic: None,
        }
    }

    /// Of a reference that has an order nothing is said to who cannot prove to be its program: least of all that it
    /// failed.
    async fn turn_away(&self, query: &Query, turned: Turned, is_busy: bool) -> Result<String, StoreError> {
        let (Some(agent), Some(reference)) = (query.member(), query.reference()) else {
            return Ok(text::turned_away(query, turned, false));
        };
        let key = MessageKey::Chat { chat: ChatId::h2h(agent), message: reference.to_owned() };
        let is_known = is_busy || self.store.answered(&key).await?.is_some();
        Ok(text::turned_away(query, turned, is_known))
    }

    async fn status(&self, query: &Query, agent: &Agent, answered: Answered) -> Result<String, StoreError> {
        // It may have been another process that decided, a moment ago.
        self.store.settled().await?;
        let balance = self.available(agent.id).await?;
        if let Some(id) = answered.orders.first() {
            let order = self.store.order(*id).await?;
            let order = order.ok_or_else(|| StoreError::Unavailable(format!("order {id} is missing")))?;
            if !self.is_same(query, &order.product.to_string(), &order.dest, Some(order.nth)) {
                return Ok(text::other_order(query, &order, has_failed(&order), balance));
            }
            return Ok(text::status(&view::line(&order), balance));
        }
        Ok(match answered.refused {
            Some(refused) if self.is_same(query, &refused.product, &refused.dest, None) => {
                text::refused(query, &refused, balance)
            }
            Some(_) => text::used_up(query, balance),
            None => text::in_doubt(query),
        })
    }

    /// Whether a request is about this product and number, as far as it says; a question needs not.
    fn is_same(&self, query: &Query, product: &str, dest: &str, nth: Option<u8>) -> bool {
        let asks = query.only_asks();
        let same_product = query.get("product").map_or(asks, |named| named.eq_ignore_ascii_case(product));
        let typed = query.get("dest");
        let same_number = typed.map_or(asks, |typed| {
            let read = Wanted::destination(&self.context.catalog(), product, typed).map(|dest| dest.to_string());
            same_dest(typed) == same_dest(dest) || read.is_ok_and(|read| same_dest(&read) == same_dest(dest))
        });
        let leaves_open = asks && query.get("counter").is_none();
        same_product && same_number && (leaves_open || nth.is_none_or(|nth| query.nth() == Some(nth)))
    }
}

const fn has_failed(order: &Order) -> bool {
    matches!(order.state, OrderState::Final(_)) && !order.is_success()
}

/// What is ordered, if it can mean one thing only.
fn readable(query: &Query) -> Result<Wanted, text::Malformed> {
    if query.asks_for_more() {
        return Err(text::Malformed::Quantity);
    }
    let missing = text::Malformed::Incomplete;
    Ok(Wanted {
        product: query.get("product").ok_or(missing)?.to_owned(),
        dest: query.get("dest").ok_or(missing)?.to_owned(),
        nth: query.nth().ok_or(text::Malformed::Counter)?,
    })
}
