//! The list that a chat looked at last, typed or tapped: what a sum alone is of.

use super::super::guide::{Awaits, Listed};
use super::wish::is_sum_alone;
use super::{Answer, Request};
use konter_command::{OrderRequest, Sort, Wish};
use konter_core::catalog::Product;
use konter_core::ids::ProductCode;
use konter_core::order::request::{OrderLine, What};
use konter_store::StoreError;

impl Request<'_> {
    /// These are shown. A sum alone is of them from here on, and the next number for the service they were asked for by.
    pub(super) fn lists(&self, of: Wish, products: impl IntoIterator<Item = ProductCode>) {
        if self.agent.is_none() {
            return;
        }
        if of.brand.is_some() {
            self.await_next(Awaits::Wish(of.clone()));
        }
        let listed = Listed { of, products: products.into_iter().collect(), at: self.at };
        self.shop.dialogs.guides.look_at(&self.message.chat, Some(listed));
    }

    /// What is shown is of every kind: a sum alone is credit again.
    pub(super) fn lists_everything(&self) {
        self.shop.dialogs.guides.look_at(&self.message.chat, None);
    }

    /// `dana`, then `20`: of what was listed, that of this face value; all of those, where there are several of a shelf. A service that
    /// has none of it, or is not sold at all, stays what is asked for.
    pub(super) fn of_the_list(&self, wish: Wish) -> (Wish, Vec<Product>) {
        let listed = self.shop.dialogs.guides.listed(&self.message.chat, self.at).filter(|_| is_sum_alone(&wish));
        let Some(listed) = listed else { return (wish, Vec::new()) };
        // No token goes to a phone, no credit to another operator's, and packages have no face value.
        let is_for = |of: &Wish| wish.dest.as_ref().is_none_or(|dest| self.may_go_to(of, dest));
        if listed.of != Wish::default() {
            let of = if is_for(&listed.of) { listed.of } else { Wish::default() };
            let sort = of.sort.filter(|sort| *sort != Sort::Data || wish.nominal.is_none());
            return (Wish { brand: of.brand, sort: wish.sort.or(sort), ..wish }, Vec::new());
        }
        let catalog = self.shop.catalog();
        let is_meant = |product: &&Product| {
            let has_value = wish.nominal.is_some() && product.nominal == wish.nominal && product.is_open();
            has_value && is_for(&Wish { code: Some(product.code.clone()), ..Wish::default() })
        };
        let found = listed.products.iter().filter_map(|code| catalog.get(code)).filter(is_meant);
        let found: Vec<Product> = found.cloned().collect();
        match found.as_slice() {
            [one] => (Wish { code: Some(one.code.clone()), ..wish }, Vec::new()),
            _ => (wish, found),
        }
    }

    /// `10 0812… 1234` after the prices of DANA: credit, or that? What is not of the list is shown first. `false` where nothing else
    /// was looked at.
    pub(super) async fn may_be_of_the_list(
        &self,
        request: &OrderRequest,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let listed = self.shop.dialogs.guides.listed(&self.message.chat, self.at);
        let is_stale = self.at - self.message.sent_at > self.shop.policy.stale_after;
        let is_persons = request.reference.is_none() && self.message.private && !is_stale;
        let Some(listed) = listed.filter(|_| is_persons) else { return Ok(false) };
        let is_listed =
            |line: &OrderLine| self.resolve(line).is_ok_and(|it| listed.products.contains(&it.product.code));
        let is_other = |line: &OrderLine| matches!(line.what, What::Nominal(_)) && !is_listed(line);
        if !request.lines.iter().any(is_other) {
            return Ok(false);
        }
        if let [OrderLine { what: What::Nominal(sum), dest, .. }] = request.lines.as_slice() {
            let (nominal, dest, held_pin) = (Some(*sum), Some(dest.clone()), request.pin.is_some());
            self.wish(Wish { nominal, dest, held_pin, ..Wish::default() }, answer).await?;
            return Ok(true);
        }
        self.ask_pin(&OrderRequest { pin: None, ..request.clone() }, answer).await
    }
}
