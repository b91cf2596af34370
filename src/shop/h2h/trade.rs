//! One order of a program: placed once for ever, or told how it stands.

use super::proof::Proof;
use super::text::NoOrder;
use super::{Caller, Fate, Query, Told, Trading, is_forgotten, standing, text};
use crate::shop::answer::program::{Wanted, program_order};
use crate::shop::apply_event::TRIES;
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, ChatId};
use konter_core::order::{Order, OrderState, same_dest, view};
use konter_core::preferences::ApiAccess;
use konter_store::{Answered, InboxMessage, StoreError};

impl Trading {
    /// What a program that orders, or asks about an order, is answered with.
    pub(super) async fn trade(&self, query: &Query, from: Caller) -> Result<Told, StoreError> {
        if query.is_contradictory() {
            return Ok(Fate::Unclear.with(text::contradictory(query)));
        }
        // What is being decided may stand before this answer is read: of it nothing certain is said.
        let key = query.member().zip(query.reference()).map(|(agent, reference)| (agent, reference.to_owned()));
        let is_busy = key.as_ref().is_some_and(|key| self.programs.under_way.is_at(key));
        let _working = key.filter(|_| !query.only_asks()).map(|key| self.programs.under_way.enter(key));
        let agent = match self.authorise(query, &Proof::of_trade(query), from).await? {
            Ok(agent) => agent,
            Err(turned) => return Ok(Fate::Turned(turned).with(text::turned_away(query, turned, self.contact()))),
        };
        if !self.programs.limits.admit_member(agent.id) {
            return Ok(Fate::Busy.with(text::busy(query)));
        }
        let Some(reference) = query.reference() else { return Ok(Fate::Malformed.with(text::bad_reference())) };
        let message = self.message_of(agent.id, reference);
        let mut is_ours = false;
        for _ in 0..TRIES {
            if let Some(answered) = self.store.answered(&message.key()).await? {
                let fate = if is_ours { Fate::Placed } else { Fate::Known };
                return self.status(query, &agent, answered, fate).await;
            }
            if is_busy && query.only_asks() {
                return Ok(Fate::Unclear.with(text::under_way(query)));
            }
            if query.only_asks() {
                return Ok(Fate::NoSuchOrder.with(text::no_such(query, self.available(agent.id).await?)));
            }
            // Read anew each time: what it may do, or whom it pays a margin to, may be what changed.
            let (agent, api) = self.program(&agent).await?;
            let wanted =
                standing(&agent).and_then(|()| readable(query)).map_err(|why| why.refused(query, self.contact()));
            let order = if is_forgotten(&self.context, &api) { None } else { Some(wanted) };
            let answer = program_order(&self.context, &message, agent, order).await?;
            // Whatever came of it, the next look finds what was decided, by this request or by the same one beside it.
            self.decisions.commit(&message, answer).await?;
            is_ours = !is_busy;
        }
        Err(StoreError::Unavailable(format!("{} kept being overtaken", message.key())))
    }

    async fn program(&self, agent: &Agent) -> Result<(Agent, ApiAccess), StoreError> {
        let now = self.store.agent(agent.id).await?.unwrap_or_else(|| agent.clone());
        Ok((now, self.store.preferences(agent.id).await?.api))
    }

    /// The message that a reference is, for ever.
    fn message_of(&self, agent: AgentId, reference: &str) -> InboxMessage {
        InboxMessage::new(ChatId::h2h(agent), reference.to_owned(), String::new(), self.clock.utc())
    }

    /// `fate`: whether this request placed it, or found it.
    async fn status(&self, query: &Query, agent: &Agent, answered: Answered, fate: Fate) -> Result<Told, StoreError> {
        // It may have been another process that decided, a moment ago.
        self.store.settled().await?;
        let balance = self.available(agent.id).await?;
        if let Some(id) = answered.orders.first() {
            let order = self.store.order(*id).await?;
            let order = order.ok_or_else(|| StoreError::Unavailable(format!("order {id} is missing")))?;
            if !self.is_same(query, &order.product.to_string(), &order.dest, Some(order.nth)) {
                return Ok(Fate::Unclear.with(text::other_order(query, &order, has_failed(&order), balance)));
            }
            return Ok(fate.with(text::status(&view::line(&order), balance)));
        }
        let fate = if fate == Fate::Placed { Fate::Refused } else { fate };
        Ok(match answered.refused {
            Some(refused) if self.is_same(query, &refused.product, &refused.dest, None) => {
                fate.with(text::refused(query, &refused, balance))
            }
            Some(_) => Fate::Unclear.with(text::used_up(query, balance)),
            None => Fate::Unclear.with(text::in_doubt(query, self.contact())),
        })
    }

    /// Whether a request is about this product and number, as far as it says; a question needs not.
    fn is_same(&self, query: &Query, product: &str, dest: &str, nth: Option<u8>) -> bool {
        let asks = query.only_asks();
        let same_product =
            query.get("product").map_or(asks || product.is_empty(), |named| named.eq_ignore_ascii_case(product));
        let typed = query.get("dest");
        let same_number = typed.map_or(asks || dest.is_empty(), |typed| {
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
fn readable(query: &Query) -> Result<Wanted, NoOrder> {
    if query.asks_for_more() {
        return Err(NoOrder::Quantity);
    }
    let missing = NoOrder::Incomplete;
    Ok(Wanted {
        product: query.get("product").ok_or(missing)?.to_owned(),
        dest: query.get("dest").ok_or(missing)?.to_owned(),
        nth: query.nth().ok_or(NoOrder::Counter)?,
    })
}
