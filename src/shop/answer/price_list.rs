//! What owners do with suppliers' price lists, and what selling prices are made of costs by.

use super::routing::{says, steer_refused};
use super::staff::desk;
use super::{Answer, Request};
use crate::shop::suppliers::Supplier;
use konter_command::PriceListWhat;
use konter_core::catalog::{Catalog, CategoryFound};
use konter_core::ids::SupplierId;
use konter_core::price_list::{MarginRule, Margins, Offer, OfferState, PriceListRow, RouteMove};
use konter_reply::{
    DeskReply, MarginLine, PriceListCard, PriceListChange, PriceListLine, PriceListStage, Reply, RoutingReply,
    SteerProblem,
};
use konter_store::{Payload, Say, StoreError, Versioned};

/// Products shown of an offer: what fits on a screen.
const SHOWN: usize = 12;
/// Of all of it: some messages.
const ALL_SHOWN: usize = 200;
/// Products named that a list lacks.
const LOST_SHOWN: usize = 8;
/// Changes noted with the act.
const NOTED: usize = 20;

impl Request<'_> {
    pub(super) async fn price_list(
        &self,
        supplier: &Supplier,
        what: PriceListWhat,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let id = supplier.id.clone();
        let row = self.shop.store.price_list(&id).await?.unwrap_or_else(|| PriceListRow::of(id.clone()));
        let (number, to) = match what {
            PriceListWhat::Ask => {
                self.ask_price_list(supplier, &row, answer);
                return Ok(());
            }
            PriceListWhat::ShowAll(number) => (number, None),
            PriceListWhat::Apply(number) => {
                (number, Some(OfferState::Applied { by: Some(self.message.chat.clone()), at: self.at }))
            }
            PriceListWhat::Drop(number) => (number, Some(OfferState::Dropped)),
            PriceListWhat::TakeBack(number) => (number, Some(OfferState::TakenBack)),
        };
        let Some(offer) = row.offered(number) else {
            steer_refused(SteerProblem::PriceListGone { supplier: id }, answer);
            return Ok(());
        };
        match to {
            None => {
                // Looking is nothing to note.
                answer.commit.acts.clear();
                let card = card(&id, offer, &self.shop.catalog(), false, Some(ALL_SHOWN));
                answer.reply(says(RoutingReply::PriceList(Box::new(card))));
            }
            Some(to) => self.decide_price_list(&row, offer, to, answer),
        }
        Ok(())
    }

    fn ask_price_list(&self, supplier: &Supplier, row: &PriceListRow, answer: &mut Answer) {
        let (id, now) = (supplier.id.clone(), self.shop.clock.now());
        if supplier.protocol.prices(now.local).is_none() {
            steer_refused(SteerProblem::NoPriceList { supplier: id }, answer);
            return;
        }
        let catalog = self.shop.catalog();
        // One that cannot be applied any more is no use to anybody.
        let can_be_applied = |offer: &&Offer| {
            let is_waiting = offer.state == OfferState::Waiting && !offer.changes_nothing();
            is_waiting && row.take(offer, &catalog, OfferState::Applied { by: None, at: self.at }).is_some()
        };
        let waits = row.offer.as_ref().filter(can_be_applied);
        match (row.rests_until(supplier.protocol.prices_every(), now.utc), waits) {
            (None, _) => {
                answer.price_list = Some(id.clone());
                answer.reply(says(RoutingReply::PriceListAsked { supplier: id }));
            }
            (Some(_), Some(offer)) => {
                let card = card(&id, offer, &catalog, false, None);
                answer.reply(says(RoutingReply::PriceList(Box::new(card))));
            }
            (Some(until), None) => {
                steer_refused(SteerProblem::PriceListTooSoon { supplier: id, until }, answer);
            }
        }
        answer.commit.acts.clear();
    }

    /// Takes an offer over, leaves it, or takes it back. What was decided before is shown as it was.
    fn decide_price_list(&self, row: &PriceListRow, offer: &Offer, to: OfferState, answer: &mut Answer) {
        let (supplier, catalog) = (&row.supplier, self.shop.catalog());
        let may = match to {
            OfferState::TakenBack => matches!(offer.state, OfferState::Applied { .. }),
            _ => offer.state == OfferState::Waiting,
        };
        if !may {
            answer.commit.acts.clear();
            self.show_price_list(card(supplier, offer, &catalog, false, None), answer);
            return;
        }
        let by = self.message.chat.to_string();
        if to == OfferState::Dropped {
            let offer = Offer { state: to, ..offer.clone() };
            self.show_price_list(
                PriceListCard { by: Some(by), ..card(supplier, &offer, &catalog, false, None) },
                answer,
            );
            write(row, PriceListRow { offer: Some(offer), ..row.next() }, answer);
            return;
        }
        let Some(taken) = row.take(offer, &catalog, to.clone()) else {
            steer_refused(SteerProblem::PriceListMoved { supplier: supplier.clone() }, answer);
            return;
        };
        note(offer, to == OfferState::TakenBack, answer);
        let offer = Offer { state: to, ..offer.clone() };
        self.show_price_list(PriceListCard { by: Some(by), ..card(supplier, &offer, &catalog, false, None) }, answer);
        (answer.commit.replaces, answer.commit.products) = taken.products.into_iter().unzip();
        write(row, taken.row, answer);
    }

    /// Says it, and puts it in the place of the message whose button was tapped.
    fn show_price_list(&self, card: PriceListCard, answer: &mut Answer) {
        let reply = says(RoutingReply::PriceList(Box::new(card)));
        if let Some(message) = self.message.tapped.clone() {
            let payload = Payload::Edit { message, reply: Box::new(reply.clone()) };
            let (chat, locale) = (self.message.chat.clone(), answer.locale);
            answer.commit.outgoing.push(Say::new(chat, locale, payload));
        }
        answer.reply(reply);
    }

    pub(super) async fn show_margins(&self, answer: &mut Answer) -> Result<(), StoreError> {
        answer.commit.acts.clear();
        let margins = self.shop.store.margins().await?;
        answer.reply(margins_reply(&margins, None, &self.shop.catalog()));
        Ok(())
    }

    pub(super) async fn set_category_margin(
        &self,
        name: &str,
        rule: Option<MarginRule>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let (catalog, before) = (self.shop.catalog(), self.shop.store.margins().await?);
        let gone = before.rules.keys().find(|known| rule.is_none() && known.eq_ignore_ascii_case(name));
        let category = match (gone, catalog.category(name)) {
            // Of a category that has no products any more.
            (Some(known), _) => known.clone(),
            (None, CategoryFound::One { name, .. }) => name.to_owned(),
            (None, CategoryFound::Near(near)) => {
                answer.commit.acts.clear();
                let near = near.into_iter().map(str::to_owned).collect();
                answer.reply(desk(DeskReply::NoSuchCategory { name: name.to_owned(), near, product: None }));
                return Ok(());
            }
        };
        let was = before.rules.get(&category).copied();
        if was == rule {
            return self.show_margins(answer).await;
        }
        let mut row = Margins { version: before.version.saturating_add(1), ..before.clone() };
        match rule {
            Some(rule) => drop(row.rules.insert(category.clone(), rule)),
            None => drop(row.rules.remove(&category)),
        }
        let shown = |rule: Option<MarginRule>| rule.map_or_else(|| "tetap".to_owned(), |rule| rule.to_string());
        answer.note(format_args!("margin {category} {} → {}", shown(was), shown(rule)));
        answer.reply(margins_reply(&row, Some((&category, was)), &catalog));
        let expected = Some(before.version).filter(|version| *version > 0);
        answer.commit.routing.margins = Some(Versioned { expected, row });
        Ok(())
    }
}

fn write(before: &PriceListRow, row: PriceListRow, answer: &mut Answer) {
    answer.commit.routing.price_lists.push(Versioned { expected: Some(before.version), row });
}

/// What it changes, as far as an act has room.
fn note(offer: &Offer, back: bool, answer: &mut Answer) {
    for one in offer.moves.iter().take(NOTED) {
        let (from, to) = if back { (one.after, one.before) } else { (one.before, one.after) };
        let word = if to.open { "buka" } else { "tutup" };
        answer.note(format_args!("{} modal {} → {} {word}", one.product, from.cost, to.cost));
    }
    for one in offer.prices.iter().take(NOTED) {
        let (from, to) = if back { (one.after, one.before) } else { (one.before, one.after) };
        answer.note(format_args!("{} {from} → {to}", one.product));
    }
    let left = offer.moves.len().saturating_sub(NOTED) + offer.prices.len().saturating_sub(NOTED);
    if left > 0 {
        answer.note(format_args!("dan {left} lagi"));
    }
}

fn margins_reply(margins: &Margins, changed: Option<(&str, Option<MarginRule>)>, catalog: &Catalog) -> Reply {
    let line = |category: &str, rule: Option<MarginRule>| MarginLine {
        category: category.to_owned(),
        rule: rule.map(|rule| rule.to_string()),
        count: catalog.iter().filter(|product| product.category == category).count(),
    };
    says(RoutingReply::Margins {
        lines: margins.rules.iter().map(|(category, rule)| line(category, Some(*rule))).collect(),
        changed: changed.map(|(category, was)| line(category, was)),
    })
}

/// An offer as it is shown; with `all`, that many of its lines.
pub(in crate::shop) fn card(
    supplier: &SupplierId,
    offer: &Offer,
    catalog: &Catalog,
    held: bool,
    all: Option<usize>,
) -> PriceListCard {
    let mut moves: Vec<&RouteMove> = offer.moves.iter().collect();
    moves.sort_by_key(|one| (weight(one), &one.product));
    let count = |is: &dyn Fn(&RouteMove) -> bool| offer.moves.iter().filter(|one| is(one)).count();
    let shown = all.unwrap_or(SHOWN);
    let lines: Vec<PriceListLine> = moves.iter().take(shown).filter_map(|one| line(one, offer, catalog)).collect();
    let (stage, by) = match &offer.state {
        OfferState::Waiting => (PriceListStage::Offered, None),
        OfferState::Applied { by, .. } => (PriceListStage::Applied, by.as_ref().map(ToString::to_string)),
        OfferState::Dropped => (PriceListStage::Dropped, None),
        OfferState::TakenBack => (PriceListStage::TakenBack, None),
    };
    PriceListCard {
        supplier: supplier.clone(),
        number: offer.number,
        stage,
        by,
        held,
        dearer: count(&|one| one.after.cost > one.before.cost),
        cheaper: count(&|one| one.after.cost < one.before.cost),
        opened: count(&|one| one.after.open && !one.before.open),
        closed: count(&|one| !one.after.open && one.before.open),
        breaks: count(&|one| one.after.pause != one.before.pause),
        prices: offer.prices.len(),
        losing: count(&|one| one.loses),
        left_out: offer.moves.len().saturating_sub(shown),
        lines,
        lost: offer.lost.iter().take(LOST_SHOWN).cloned().collect(),
        more_lost: offer.lost.len().saturating_sub(LOST_SHOWN),
        unknown: offer.unknown,
    }
}

fn change(one: &RouteMove) -> PriceListChange {
    match (one.before.open, one.after.open) {
        _ if one.loses => PriceListChange::Loses,
        (true, false) => PriceListChange::Closed,
        (false, true) => PriceListChange::Opened,
        _ => PriceListChange::Same,
    }
}

/// What matters most has the least.
fn weight(one: &RouteMove) -> u8 {
    match (change(one), one.leaps()) {
        (PriceListChange::Loses, _) => 0,
        (_, true) => 1,
        (PriceListChange::Closed, _) => 2,
        _ if one.after.cost > one.before.cost => 3,
        (PriceListChange::Opened, _) => 4,
        _ if one.after.cost < one.before.cost => 5,
        _ => 6,
    }
}

fn line(one: &RouteMove, offer: &Offer, catalog: &Catalog) -> Option<PriceListLine> {
    let product = catalog.get(&one.product)?;
    let follows = offer.prices.iter().find(|price| price.product == one.product);
    let (price_before, price) = follows.map_or((product.price, product.price), |price| (price.before, price.after));
    let pause = one.after.pause.map_or_else(|| "-".to_owned(), |pause| pause.to_string());
    Some(PriceListLine {
        code: one.product.clone(),
        name: product.name.clone(),
        cost_before: one.before.cost,
        cost: one.after.cost,
        price_before,
        price,
        change: change(one),
        far: one.leaps(),
        pause: Some(pause).filter(|_| one.after.pause != one.before.pause),
    })
}
