//! Raising or lowering the prices of a whole category: shown first, done by a yes, and taken back as one.

use super::staff::desk;
use super::{Answer, Request, shared::booking};
use konter_core::catalog::{Catalog, CategoryFound, Product, ProductKind};
use konter_core::pricing::{PriceStep, lowest_lasting_price};
use konter_core::question::{Asks, PriceMove, QuestionState};
use konter_reply::{AdminProblem, AskWhat, BelowCost, BookingReply, DeskReply, PriceChange, Reply};
use konter_store::{StoreError, Versioned};

/// Prices shown of a category.
const SHOWN: usize = 15;

impl Request<'_> {
    /// Shows what would change and asks.
    pub(super) async fn reprice(&self, name: &str, step: PriceStep, answer: &mut Answer) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        let (category, products) = match catalog.category(name) {
            CategoryFound::One { name, products } => (name.to_owned(), products),
            CategoryFound::Near(near) => {
                answer.commit.acts.clear();
                let near = near.into_iter().map(str::to_owned).collect();
                answer.reply(desk(DeskReply::NoSuchCategory { name: name.to_owned(), near, product: None }));
                return Ok(());
            }
        };
        let moves: Option<Vec<PriceMove>> = products.iter().map(|product| step_of(product, step)).collect();
        let Some(mut moves) = moves.filter(|moves| moves.iter().any(|one| one.before != one.after)) else {
            Self::admin_refused(answer, AdminProblem::AmountUnfit);
            return Ok(());
        };
        moves.sort_by_key(|one| one.before);
        let what = asked(&catalog, &category, step, &moves);
        let asks = Asks::Prices { category, step, moves };
        let asked = self.ask((asks, 0), what, answer).await?;
        answer.reply(booking(asked));
        Ok(())
    }

    /// After the question; whether they were changed. All of them or none.
    pub(super) fn reprice_asked(&self, category: &str, moves: &[PriceMove], answer: &mut Answer) -> bool {
        let Some(lines) = self.move_prices(moves, answer) else {
            // Somebody has changed one of them since: nothing was done, so there is nothing to record.
            answer.commit.acts.clear();
            answer.reply(booking(BookingReply::NothingToConfirm));
            return false;
        };
        answer.reply(repriced(category, lines, false));
        true
    }

    /// Takes back what was changed last in this chat, as long as nobody has changed any of it since.
    pub(super) async fn restore_prices(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let last = self.shop.store.question(&self.message.chat).await?;
        let done = last.filter(|last| last.state == QuestionState::Done);
        if let Some((last, Asks::Prices { category, moves, .. })) = done.as_ref().map(|last| (last, &last.asks)) {
            let back: Vec<PriceMove> = moves.iter().map(PriceMove::reversed).collect();
            if let Some(lines) = self.move_prices(&back, answer) {
                answer.reply(repriced(category, lines, true));
                let row = last.with(QuestionState::Cancelled);
                answer.commit.desk.questions.push(Versioned { expected: Some(last.version), row });
                return Ok(());
            }
        }
        answer.commit.acts.clear();
        answer.reply(desk(DeskReply::NothingToRestore));
        Ok(())
    }

    /// `None` where one of the prices is another by now.
    fn move_prices(&self, moves: &[PriceMove], answer: &mut Answer) -> Option<Vec<PriceChange>> {
        let catalog = self.shop.catalog();
        let before: Vec<&Product> = moves
            .iter()
            .map(|one| catalog.get(&one.product).filter(|product| product.price == one.before))
            .collect::<Option<_>>()?;
        let changed = || before.iter().zip(moves).filter(|(_, one)| one.before != one.after);
        for (product, one) in changed() {
            answer.note(format_args!("{} {} → {}", product.code, one.before, one.after));
            answer.commit.replaces.push((*product).clone());
            answer.commit.products.push(Product { price: one.after, ..(*product).clone() });
        }
        Some(changed().map(|(product, one)| line(product, one)).collect())
    }
}

/// `None` where the price would be nothing, or less.
fn step_of(product: &Product, step: PriceStep) -> Option<PriceMove> {
    let after = step.after(product.price)?;
    let fits = after.is_positive() || (product.kind == ProductKind::Bill && !after.is_negative());
    fits.then(|| PriceMove { product: product.code.clone(), before: product.price, after })
}

/// What is asked, and shown of it later.
pub(super) fn asked(catalog: &Catalog, category: &str, step: PriceStep, moves: &[PriceMove]) -> AskWhat {
    let known: Vec<(&Product, &PriceMove)> =
        moves.iter().filter_map(|one| Some((catalog.get(&one.product)?, one))).collect();
    let below: Vec<BelowCost> = known.iter().filter_map(|(product, one)| below_cost(product, one)).collect();
    AskWhat::Prices {
        category: category.to_owned(),
        change: step.to_string(),
        count: known.len(),
        lines: known.iter().take(SHOWN).map(|(product, one)| line(product, one)).collect(),
        more: known.len().saturating_sub(SHOWN),
        more_below: below.len().saturating_sub(SHOWN),
        below: below.into_iter().take(SHOWN).collect(),
    }
}

fn below_cost(product: &Product, one: &PriceMove) -> Option<BelowCost> {
    let cost = lowest_lasting_price(product);
    (one.after < cost).then(|| BelowCost { code: product.code.clone(), price: one.after, cost })
}

fn line(product: &Product, one: &PriceMove) -> PriceChange {
    PriceChange { code: product.code.clone(), name: product.name.clone(), before: Some(one.before), after: one.after }
}

fn repriced(category: &str, mut lines: Vec<PriceChange>, restored: bool) -> Reply {
    let count = lines.len();
    lines.truncate(SHOWN);
    desk(DeskReply::Repriced { category: category.to_owned(), count, left_out: count - lines.len(), lines, restored })
}
