//! Favourites, the last order once more, and the questions a guided order begins with. All of them end in the same
//! place as a typed order, with the same checks and the same answers; nothing here orders by itself.

use chrono::NaiveDate;

use super::super::guide::{Awaits, Guide, MeterOwner};
use super::super::sources::Waits;
use super::account::no_such_product;
use super::bill::Wanted;
use super::order::{already_ordered, not_shown, refuse};
use super::{Answer, Request, digest};
use konter_command::{Ask, OrderRequest, Pin, PreferenceCommand, SellingChange, Sort, Wish};
use konter_core::agent::Agent;
use konter_core::catalog::{Catalog, DestKind, Product, ProductKind};
use konter_core::destination::Destination;
use konter_core::ids::{OrderId, ProductCode};
use konter_core::inquiry::BillWord;
use konter_core::order::card::Verdict;
use konter_core::order::refusal::{Near, Refused, Why};
use konter_core::order::request::{MAX_NTH, OrderLine, What};
use konter_core::order::{Order, SlotKey, view};
use konter_core::phone::Phone;
use konter_core::preferences::{Favourite, FavouriteName, MOST_FAVOURITES, Preferences};
use konter_reply::{AskFor, ChooseStage, FavouriteLine, PreferenceReply, Reply};
use konter_store::{StoreError, Versioned};

/// Orders looked through for the last one that was delivered.
const ORDERS_SEARCHED: usize = 50;
/// Kinds of bills offered at once.
const BILLS_SHOWN: usize = 24;

pub(super) fn says(reply: PreferenceReply) -> Reply {
    Reply::Preference(Box::new(reply))
}

/// What is to be ordered, but for the PIN.
pub(super) struct Again {
    pub product: ProductCode,
    pub dest: String,
    pub buyer_phone: Option<Phone>,
}

impl Again {
    fn line(&self, catalog: &Catalog, nth: u8) -> OrderLine {
        OrderLine {
            what: What::Code(self.product.clone()),
            dest: destination(catalog, &self.product, &self.dest),
            nth,
            buyer_phone: self.buyer_phone.clone(),
        }
    }

    fn refused(&self, why: Why) -> Refused {
        Refused { product: self.product.to_string(), dest: self.dest.clone(), why }
    }
}

/// A destination as an order keeps it, read as the product reads it now; what it cannot read is refused where it is
/// ordered.
pub(super) fn destination(catalog: &Catalog, product: &ProductCode, kept: &str) -> Destination {
    let kind = catalog.get(product).map_or(DestKind::Digits, Product::dest_kind);
    konter_command::destination_of(kind, kept).unwrap_or_else(|_| Destination::Customer(kept.to_owned()))
}

impl Request<'_> {
    pub(super) async fn preference(&self, command: PreferenceCommand, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            PreferenceCommand::AddChat { name, pin } => self.add_chat(&name, None, pin.as_ref(), answer).await?,
            PreferenceCommand::Chats { pin } => self.chats(pin.as_ref(), answer).await,
            PreferenceCommand::RemoveChat { which, sure, pin } => {
                self.remove_chat(&which, sure, pin.as_ref(), answer).await;
                if let Some(agent) = &self.agent {
                    self.drop_roles(agent, answer).await?;
                }
            }
            PreferenceCommand::ReplaceChat { old, new, pin } => {
                self.replace_chat(&old, &new, pin.as_ref(), answer).await?;
            }
            PreferenceCommand::Rename { of, name, pin } => {
                self.rename_oneself(of.as_ref(), &name, pin.as_ref(), answer).await?;
            }
            PreferenceCommand::Repeat => self.repeat_last(answer).await?,
            PreferenceCommand::SaveFavourite { name, product, dest } => {
                self.save_favourite(name, product, dest, answer).await?;
            }
            PreferenceCommand::Favourites => self.favourites(answer).await?,
            PreferenceCommand::Favourite { name, nth, pin } => self.favourite(&name, nth, pin, answer).await?,
            PreferenceCommand::ForgetFavourite { name } => self.forget_favourite(&name, answer).await?,
            PreferenceCommand::Selling(SellingChange::Show) => self.show_selling(answer).await?,
            PreferenceCommand::Selling(change) => self.change_selling(change, answer).await?,
            PreferenceCommand::SellingList { filters } => self.selling_list(&filters, answer).await?,
            PreferenceCommand::Earnings { pin } => self.earnings(pin.as_ref(), answer).await?,
            PreferenceCommand::Api(command) => self.api(command, answer).await?,
            PreferenceCommand::Ask(what) => self.ask_for(what, answer).await?,
        }
        Ok(())
    }

    /// The first question of a guided order.
    async fn ask_for(&self, what: Ask, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let catalog = self.shop.catalog();
        let what = match what {
            Ask::Phone => {
                self.lists_everything();
                let preferences = self.shop.store.preferences(agent.id).await?;
                AskFor::Phone { favourites: preferences.favourites.iter().map(|(name, _)| name.clone()).collect() }
            }
            Ask::Meter => return self.wish(Wish { sort: Some(Sort::Token), ..Wish::default() }, answer).await,
            Ask::Bills => {
                let bills = catalog.iter().filter(|product| product.kind == ProductKind::Bill && product.is_open());
                let near = bills.map(|product| Near { code: product.code.clone(), name: product.name.clone() });
                AskFor::Bill { kinds: near.take(BILLS_SHOWN).collect() }
            }
            Ask::Customer(code) => match catalog.get(&code).or_else(|| BillWord(&code).find(&catalog).ok()) {
                Some(product) if product.kind == ProductKind::Bill => {
                    let code = product.code.clone();
                    self.await_next(Awaits::Bill(code.clone()));
                    AskFor::Customer { product: code, name: product.name.clone() }
                }
                Some(_) => AskFor::Phone { favourites: Vec::new() },
                None => {
                    answer.reply(no_such_product(&catalog, code.as_str()));
                    return Ok(());
                }
            },
        };
        answer.reply(says(PreferenceReply::Ask(what)));
        Ok(())
    }

    /// A number alone, after it was asked for. `false` when nobody asked.
    pub(super) async fn asked_customer(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let awaited = self.shop.dialogs.guides.awaited(&self.message.chat, &self.message.message, self.at);
        let awaited = awaited.filter(|_| self.may_mean(Waits::Answer));
        let product = match awaited {
            Some(Awaits::Bill(product)) => product,
            Some(Awaits::Wish(wish)) => return self.asked_destination(wish, answer).await,
            Some(Awaits::Deposit) => return self.asked_sum(answer).await,
            Some(Awaits::Zone { product, user }) => return self.asked_zone(product, &user, answer).await,
            Some(Awaits::Which(lines)) => return self.chose_one(lines, answer).await,
            // What is chosen has letters, or is a face value.
            Some(Awaits::Product(_) | Awaits::ShopName | Awaits::ShopPin(_)) | None => return Ok(false),
        };
        let kind = self.shop.catalog().get(&product).map_or(DestKind::Digits, Product::dest_kind);
        // What has letters may as well be a command.
        let is_number = self.message.text.chars().all(|c| !c.is_alphabetic());
        let Some(dest) = konter_command::destination_of(kind, &self.message.text).ok().filter(|_| is_number) else {
            return Ok(false);
        };
        self.shop.dialogs.sources.answers(&self.message.chat, &self.message.message);
        let wanted = Wanted { product: Some(product), customer: dest.to_string(), reference: None };
        self.look_up(wanted, false, None, answer).await?;
        Ok(true)
    }

    /// The last order that was delivered, once more.
    async fn repeat_last(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let orders = self.shop.store.orders_of(agent.id, None, None, ORDERS_SEARCHED).await?;
        let last = orders.iter().find(|order| view::line(order).verdict == Verdict::Success);
        if let Some(order) = last {
            return self.repeat(&agent, order, answer).await;
        }
        answer.reply(says(PreferenceReply::NothingToRepeat));
        Ok(())
    }

    /// A button beside an order.
    pub(super) async fn tapped_repeat(&self, id: OrderId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if let Some(order) = self.shop.store.order(id).await?.filter(|order| order.agent == agent.id) {
            return self.repeat(&agent, &order, answer).await;
        }
        self.stale(answer);
        Ok(())
    }

    async fn repeat(&self, agent: &Agent, order: &Order, answer: &mut Answer) -> Result<(), StoreError> {
        let again = Again {
            product: order.product.clone(),
            dest: order.dest.clone(),
            buyer_phone: order.buyer_phone.as_ref().and_then(|phone| phone.parse().ok()),
        };
        match self.next_repeat(agent, &again).await? {
            Ok(nth) => {
                let is_typed = self.message.tapped.is_none();
                let times = konter_command::times_said_in(&self.message.text).filter(|_| is_typed).unwrap_or(1);
                self.offer_counted(agent, &again, (nth, times), answer).await
            }
            Err(refused) => {
                not_shown(agent, answer, refused);
                Ok(())
            }
        }
    }

    /// The first repeat number that is free today. While the same is still under way, none is: somebody who repeats
    /// then may only be impatient.
    pub(super) async fn next_repeat(&self, agent: &Agent, again: &Again) -> Result<Result<u8, Refused>, StoreError> {
        let day = self.shop.clock.day_of(self.at);
        let mut taken = None;
        let mut open = None;
        for nth in 1..=MAX_NTH {
            let (product, dest) = (again.product.clone(), again.dest.clone());
            let slot = SlotKey::new(agent.id, day, product, &dest, nth);
            match self.shop.store.order_in_slot(&slot, self.at).await? {
                None => {
                    let Some(open) = open else { return Ok(Ok(nth)) };
                    return Ok(Err(already(again, &open, Some(nth), day)));
                }
                Some(order) if order.is_open() => open = Some(order),
                Some(order) => taken = Some(order),
            }
        }
        let earlier = open.or(taken);
        Ok(earlier.map_or(Ok(1), |earlier| Err(already(again, &earlier, None, day))))
    }

    /// Shows what would be ordered, and asks for the PIN on a keypad.
    pub(super) async fn offer_order(
        &self,
        agent: &Agent,
        again: &Again,
        nth: u8,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        if self.is_bill(&again.product) {
            let wanted = Wanted { product: Some(again.product.clone()), customer: again.dest.clone(), reference: None };
            return self.look_up(wanted, false, None, answer).await;
        }
        let candidate = match self.resolve(&again.line(&self.shop.catalog(), nth)) {
            Ok(candidate) => candidate,
            Err(refused) => {
                not_shown(agent, answer, refused);
                return Ok(());
            }
        };
        let guide = Guide {
            id: fingerprint_of(&self.message.message),
            dest: again.dest.clone(),
            products: vec![again.product.clone()],
            prices: self.own_prices(&[candidate.product]).await?,
            chosen: Some(0),
            nth,
            buyer_phone: again.buyer_phone.clone(),
            placed: None,
            owner: MeterOwner::NotAsked,
            at: self.at,
        };
        self.offer(guide, ChooseStage::EnterPin { digits: 0, taps: 0 }, answer).await
    }

    fn is_bill(&self, product: &ProductCode) -> bool {
        self.shop.catalog().get(product).is_some_and(|product| product.kind == ProductKind::Bill)
    }

    async fn save_favourite(
        &self,
        name: FavouriteName,
        product: ProductCode,
        dest: Destination,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let line = OrderLine { what: What::Code(product.clone()), dest, nth: 1, buyer_phone: None };
        if !self.is_bill(&product)
            && let Err(refused) = self.resolve(&line)
            // What is only closed for the moment may be kept for later.
            && !matches!(refused.why, Why::Closed | Why::CutOff { .. } | Why::NoSupplier)
        {
            refuse(&agent, answer, refused);
            return Ok(());
        }
        let mut preferences = self.shop.store.preferences(agent.id).await?;
        let read = preferences.stored();
        let favourite = Favourite { product, dest: line.dest.as_str().to_owned() };
        let shown = self.favourite_line(&name, &favourite);
        if preferences.favourites.put(name, favourite) {
            answer.reply(says(PreferenceReply::FavouriteSaved(shown)));
            write_preferences(read, preferences, answer);
        } else {
            answer.reply(says(PreferenceReply::FavouritesFull { most: MOST_FAVOURITES }));
        }
        Ok(())
    }

    async fn favourites(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let preferences = self.shop.store.preferences(agent.id).await?;
        let lines =
            preferences.favourites.iter().map(|(name, favourite)| self.favourite_line(name, favourite)).collect();
        answer.reply(says(PreferenceReply::Favourites { lines }));
        Ok(())
    }

    fn favourite_line(&self, name: &FavouriteName, favourite: &Favourite) -> FavouriteLine {
        let catalog = self.shop.catalog();
        let product_name = catalog.get(&favourite.product).map(|product| product.name.clone());
        FavouriteLine {
            name: name.clone(),
            product: favourite.product.clone(),
            product_name: product_name.unwrap_or_default(),
            dest: favourite.dest.clone(),
        }
    }

    /// With a PIN it is an order like any other; without one, it is asked for.
    async fn favourite(
        &self,
        name: &FavouriteName,
        nth: u8,
        pin: Option<Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let preferences = self.shop.store.preferences(agent.id).await?;
        let Some(favourite) = preferences.favourites.get(name) else {
            answer.reply(says(PreferenceReply::NoSuchFavourite { name: name.clone() }));
            return Ok(());
        };
        let again = Again { product: favourite.product.clone(), dest: favourite.dest.clone(), buyer_phone: None };
        if pin.is_some() && !self.is_bill(&again.product) {
            let request = OrderRequest { lines: vec![again.line(&self.shop.catalog(), nth)], pin, reference: None };
            return self.order(request, answer).await;
        }
        if let Some(refused) = self.ordered_before(&agent, &again, nth).await? {
            not_shown(&agent, answer, refused);
            return Ok(());
        }
        self.offer_order(&agent, &again, nth, answer).await
    }

    /// That the same was ordered before today, with the text that orders it once more; never of a bill, which is looked up.
    pub(super) async fn ordered_before(
        &self,
        agent: &Agent,
        again: &Again,
        nth: u8,
    ) -> Result<Option<Refused>, StoreError> {
        if self.is_bill(&again.product) {
            return Ok(None);
        }
        let day = self.shop.clock.day_of(self.at);
        let slot = SlotKey::new(agent.id, day, again.product.clone(), &again.dest, nth);
        let Some(earlier) = self.shop.store.order_in_slot(&slot, self.at).await? else { return Ok(None) };
        let free = self.next_repeat(agent, again).await?.ok();
        Ok(Some(already(again, &earlier, free, day)))
    }

    async fn forget_favourite(&self, name: &FavouriteName, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let mut preferences = self.shop.store.preferences(agent.id).await?;
        let read = preferences.stored();
        if preferences.favourites.remove(name) {
            answer.reply(says(PreferenceReply::FavouriteForgotten { name: name.clone() }));
            write_preferences(read, preferences, answer);
        } else {
            answer.reply(says(PreferenceReply::NoSuchFavourite { name: name.clone() }));
        }
        Ok(())
    }
}

/// That it has been ordered, with the text that orders it once more, if there is a repeat number left.
fn already(again: &Again, earlier: &Order, free: Option<u8>, today: NaiveDate) -> Refused {
    let text = free.map(|nth| format!("{}.{nth}.{}.PIN", again.product, again.dest)).unwrap_or_default();
    again.refused(already_ordered(earlier, text, today))
}

/// The preferences as they are now; `read` is the version they were read in.
pub(super) fn write_preferences(read: Option<u32>, mut preferences: Preferences, answer: &mut Answer) {
    preferences.version = preferences.version.saturating_add(1);
    answer.commit.preferences.push(Versioned { expected: read, row: preferences });
}

/// A number of its own for what a message offers: a tap's name is no number.
pub(super) fn fingerprint_of(message: &str) -> u64 {
    message.parse().unwrap_or_else(|_| digest(message))
}
