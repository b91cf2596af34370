//! An offer as it is shown: the products of one category, at the prices it was made with, and whose meter it is for.

use std::sync::Arc;

use super::bills::said;
use super::dialogs::Dialogs;
use super::guide::{Guide, MeterOwner};
use super::keypad::PadId;
use super::stock::Stock;
use crate::clock::ShopClock;
use konter_core::inquiry::Inquiry;
use konter_core::outcome::{Detail, Details};
use konter_reply::{ChooseCard, ChooseStage, PriceLine, Reply};
use konter_store::Say;

/// What is offered for numbers and meters: kept in memory, made of what is on sale.
pub(super) struct Offers {
    pub clock: ShopClock,
    pub stock: Arc<Stock>,
    pub dialogs: Arc<Dialogs>,
}

impl Offers {
    /// At the prices that were offered, whatever has become of them: what is paid is what was shown. `place`: which category
    /// is shown; without it, that of what was chosen.
    pub fn card(&self, guide: &Guide, stage: ChooseStage, place: Option<usize>) -> ChooseCard {
        let catalog = self.stock.catalog();
        let category = |at: usize| guide.products.get(at).and_then(|code| Some(catalog.get(code)?.category.clone()));
        let mut shelves: Vec<(String, std::ops::Range<usize>)> = Vec::new();
        for at in 0..guide.products.len() {
            // What is not there any more stays where it was.
            let name = category(at).or_else(|| shelves.last().map(|(name, _)| name.clone())).unwrap_or_default();
            match shelves.last_mut().filter(|(last, _)| *last == name) {
                Some((_, range)) => range.end = at + 1,
                None => shelves.push((name, at..at + 1)),
            }
        }
        let chosen_on = guide.chosen.and_then(|chosen| shelves.iter().position(|(_, range)| range.contains(&chosen)));
        let place = place.or(chosen_on).filter(|place| *place < shelves.len()).unwrap_or_default();
        let range = shelves.get(place).map(|(_, range)| range.clone()).unwrap_or_default();
        let offered = guide.products.iter().zip(&guide.prices).skip(range.start).take(range.len());
        let line = |(code, price): (_, &Option<_>)| {
            let line = super::answer::price_line(catalog.get(code)?);
            // Buttons count places, so one that has no price keeps its own.
            Some(PriceLine { price: price.unwrap_or(line.price), open: line.open && price.is_some(), ..line })
        };
        let several = shelves.len() > 1;
        ChooseCard {
            guide: guide.id,
            dest: guide.dest.clone(),
            products: offered.filter_map(line).collect(),
            chosen: guide.chosen.and_then(|chosen| chosen.checked_sub(range.start)).filter(|at| *at < range.len()),
            first: range.start,
            shelves: if several { shelves.into_iter().map(|(name, _)| name).collect() } else { Vec::new() },
            shelf: place,
            customer: match &guide.owner {
                MeterOwner::Known(name) => Some(name.clone()),
                MeterOwner::NotAsked | MeterOwner::Asked(_) | MeterOwner::Unknown => None,
            },
            unnamed: guide.owner == MeterOwner::Unknown,
            nth: guide.nth,
            stage,
        }
    }

    /// The offer that waited for this inquiry, with the name on it; `None` when none waits any more.
    pub fn named(&self, inquiry: &Inquiry, details: Option<&Details>) -> Option<Say> {
        let owner = details.and_then(owner_of).map_or(MeterOwner::Unknown, MeterOwner::Known);
        let guide = self.dialogs.guides.answered(&inquiry.chat, inquiry.id, owner)?;
        let stage = match guide.chosen {
            Some(_) => ChooseStage::EnterPin { digits: 0, taps: 0 },
            None => ChooseStage::List,
        };
        if guide.chosen.is_some() {
            self.dialogs.keypads.open(&inquiry.chat, PadId::Order(guide.id), None, self.clock.utc());
        }
        let card = self.card(&guide, stage, None);
        Some(said(inquiry, Reply::Choose(Box::new(card))))
    }

    /// Makes an offer of the tokens that are shown with a customer; its number, or `None` where there is nothing to offer,
    /// or the chat has been offered something since.
    pub fn tokens(&self, inquiry: &Inquiry, details: &Details, products: &[PriceLine]) -> Option<u64> {
        let guide = Guide {
            id: inquiry.id.0,
            dest: inquiry.customer.clone(),
            products: products.iter().map(|line| line.code.clone()).collect(),
            prices: products.iter().map(|line| Some(line.price)).collect(),
            chosen: None,
            nth: 1,
            buyer_phone: None,
            placed: None,
            owner: owner_of(details).map_or(MeterOwner::Unknown, MeterOwner::Known),
            at: self.clock.utc(),
        };
        let is_wanted = !products.is_empty() && inquiry.client_reference.is_none();
        (is_wanted && self.dialogs.guides.offer_unless_newer(&inquiry.chat, guide, inquiry.created_at))
            .then_some(inquiry.id.0)
    }

    /// No such meter: what waits for its name is not offered.
    pub fn withdraw(&self, inquiry: &Inquiry) {
        if let Some(guide) = self.dialogs.guides.answered(&inquiry.chat, inquiry.id, MeterOwner::Unknown) {
            self.dialogs.keypads.close(&inquiry.chat, PadId::Order(guide.id));
            self.dialogs.guides.forget(&inquiry.chat, guide.id);
        }
    }
}

/// Name, tariff and power on one line.
fn owner_of(details: &Details) -> Option<String> {
    let get = |detail| details.get(&detail).map(|text| text.trim()).filter(|text| !text.is_empty());
    let name = get(Detail::CustomerName)?;
    let power: Vec<&str> = [get(Detail::Tariff), get(Detail::Power)].into_iter().flatten().collect();
    Some(if power.is_empty() { name.to_owned() } else { format!("{name}, {}", power.join("/")) })
}
