//! What a reseller asks of its own customers, and the list it passes on to them. What it pays itself never stands there.

use super::super::network::priced;
use super::account::{matching, no_such_product, shown};
use super::preference::{says, write_preferences};
use super::price_tab::shelves;
use super::receipt::shop_of;
use super::{Answer, Request};
use konter_command::{Pin, PriceFilter, SellingChange};
use konter_core::agent::Agent;
use konter_core::catalog::{Product, ProductKind};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::order::Order;
use konter_core::preferences::{HIGHEST_SELLING, MOST_SELLING, Selling, SellingFault};
use konter_core::pricing::Tariff;
use konter_reply::{Earned, PreferenceReply, PriceLine, SellingCard, SellingLine, SellingProblem};
use konter_store::StoreError;

/// Products with a price of their own that are shown when something is changed.
const SHOWN: usize = 40;
/// Lines of a list for customers: about two messages.
const LISTED: usize = 120;
/// Downlines shown with what they brought.
const EARNED_SHOWN: usize = 20;

impl Request<'_> {
    pub(super) async fn show_selling(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let preferences = self.shop.store.preferences(agent.id).await?;
        let tariff = self.shop.trade.network.tariff(&agent).await?;
        answer.reply(says(PreferenceReply::Selling(self.selling_card(&preferences.selling, &tariff, None))));
        Ok(())
    }

    pub(super) async fn change_selling(&self, change: SellingChange, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let tariff = self.shop.trade.network.tariff(&agent).await?;
        let mut preferences = self.shop.store.preferences(agent.id).await?;
        let read = preferences.stored();
        let mut about = None;
        let changed = match change {
            SellingChange::Show => Ok(()),
            SellingChange::All(above) => preferences.selling.set_all(above),
            SellingChange::Rounded(rounded) => {
                preferences.selling.rounded = rounded;
                Ok(())
            }
            SellingChange::Product(code, rule) => {
                let catalog = self.shop.catalog();
                match catalog.get(&code) {
                    None if rule.is_some() => {
                        answer.reply(no_such_product(&catalog, code.as_str()));
                        return Ok(());
                    }
                    Some(product) if product.kind == ProductKind::Bill => {
                        answer.reply(says(PreferenceReply::SellingRefused {
                            problem: SellingProblem::Bill { product: code },
                        }));
                        return Ok(());
                    }
                    _ => {}
                }
                about = Some(code.clone());
                preferences.selling.set(code, rule)
            }
        };
        if let Err(fault) = changed {
            let problem = match fault {
                SellingFault::OutOfRange => SellingProblem::OutOfRange { highest: HIGHEST_SELLING },
                SellingFault::TooMany => SellingProblem::TooMany { most: MOST_SELLING },
            };
            answer.reply(says(PreferenceReply::SellingRefused { problem }));
            return Ok(());
        }
        answer.reply(says(PreferenceReply::Selling(self.selling_card(&preferences.selling, &tariff, about.as_ref()))));
        write_preferences(read, preferences, answer);
        Ok(())
    }

    /// What is set; of `about` first, with what it costs the reseller. Only the reseller sees this one.
    fn selling_card(&self, selling: &Selling, tariff: &Tariff, about: Option<&ProductCode>) -> SellingCard {
        let catalog = self.shop.catalog();
        let line = |code: &ProductCode| {
            let (product, _) = priced(tariff, catalog.get(code)?)?;
            let price = selling.price(code, product.price);
            Some(SellingLine { code: code.clone(), name: product.name, price, bought: product.price })
        };
        SellingCard {
            all: selling.all(),
            rounded: selling.rounded,
            about: about.and_then(line),
            lines: selling.products().take(SHOWN).filter_map(|(code, _)| line(code)).collect(),
            left_out: selling.products().len().saturating_sub(SHOWN),
        }
    }

    /// The list to pass on.
    pub(super) async fn selling_list(&self, filters: &[PriceFilter], answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let preferences = self.shop.store.preferences(agent.id).await?;
        if preferences.selling.is_empty() {
            answer.reply(says(PreferenceReply::SellingRefused { problem: SellingProblem::NothingSet }));
            return Ok(());
        }
        let tariff = self.shop.trade.network.tariff(&agent).await?;
        let catalog = self.shop.catalog();
        let everything = [PriceFilter::Word(String::new())];
        let filters = if filters.is_empty() { &everything[..] } else { filters };
        let mut found: Vec<&Product> = Vec::new();
        for filter in filters {
            let matching = matching(&catalog, filter);
            if matching.is_empty() {
                answer.reply(no_such_product(&catalog, &shown(filter)));
            }
            let new = |product: &&Product| !found.iter().any(|known| known.code == product.code);
            let new: Vec<&Product> = matching.into_iter().filter(new).collect();
            found.extend(new);
        }
        if found.is_empty() {
            return Ok(());
        }
        let line = |product: &Product| {
            let sold = product.is_open() && product.kind != ProductKind::Bill;
            let bought = priced(&tariff, product).filter(|_| sold)?.0.price;
            Some(PriceLine {
                fee: false,
                category: product.category.clone(),
                code: product.code.clone(),
                name: product.name.clone(),
                price: preferences.selling.price(&product.code, bought)?,
                open: true,
            })
        };
        let shelves = shelves(found.into_iter()).into_iter();
        let lines: Vec<PriceLine> = shelves.flat_map(|(_, products)| products).filter_map(line).collect();
        if lines.is_empty() {
            answer.reply(says(PreferenceReply::SellingRefused { problem: SellingProblem::NothingSet }));
            return Ok(());
        }
        let left_out = lines.len().saturating_sub(LISTED);
        let lines = lines.into_iter().take(LISTED).collect();
        answer.reply(says(PreferenceReply::SellingList { shop: shop_of(&agent), lines, left_out }));
        Ok(())
    }

    /// What stands on a receipt when no price is typed. A bill's amount is different every time.
    pub(super) async fn own_price(&self, agent: &Agent, order: &Order) -> Result<Option<Rupiah>, StoreError> {
        if order.kind == ProductKind::Bill {
            return Ok(None);
        }
        Ok(self.shop.store.preferences(agent.id).await?.selling.price(&order.product, order.price))
    }

    /// What came in from downlines today and yesterday. It is in the balance already.
    pub(super) async fn earnings(&self, pin: Option<&Pin>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        let today = self.shop.clock.day_of(self.at);
        let ([today, yesterday], mut downlines) = self.shop.reports.earned(agent.id, today).await?;
        // `komisi wati`
        if let Some(one) = self.downline_spoken_of().await? {
            downlines.retain(|earned| earned.code == one.id);
            if downlines.is_empty() {
                downlines.push(Earned { code: one.id, name: one.name, today: Rupiah::ZERO, yesterday: Rupiah::ZERO });
            }
        }
        let left_out = downlines.len().saturating_sub(EARNED_SHOWN);
        downlines.truncate(EARNED_SHOWN);
        answer.reply_with_balance(&agent, says(PreferenceReply::Earnings { today, yesterday, downlines, left_out }));
        Ok(())
    }
}
