//! Reports on their way to the shop: true ones as they are due, and forged ones.

use std::sync::Arc;

use konter::shop::Shop;
use konter_core::ids::Reference;
use konter_core::outcome::FailureKind;

use super::sabotage::Sabotage;
use super::stage::Stage;
use super::supplier::{Report, SUPPLIERS, Truth, index_of, report_of};
use super::wire::{FORMS, Line, Says};

/// Microseconds.
const DECADES: u64 = 1_000_000_000_000_000;

impl Stage {
    /// Time passes, and reports come in as they are due.
    pub async fn pass(self: &Arc<Self>, shop: &Arc<Shop>, time: u64) {
        let until = self.world.elapsed() + time;
        loop {
            let now = self.world.elapsed();
            loop {
                let mut book = self.book.lock();
                let Some(((at, _), _)) = book.reports.first_key_value().filter(|((at, _), _)| *at <= now) else {
                    break;
                };
                let at = *at;
                let (_, report) = book.reports.pop_first().unwrap();
                drop(book);
                let _ = at;
                self.call_back(shop, report);
            }
            if now >= until || self.world.broken().is_some() {
                return;
            }
            let next =
                self.book.lock().reports.first_key_value().map_or(until, |((at, _), _)| *at).clamp(now + 1, until);
            self.world.pause(next - now, next - now).await;
        }
    }

    fn call_back(self: &Arc<Self>, shop: &Arc<Shop>, report: Report) {
        let name = SUPPLIERS[report.supplier].0;
        let known = self.book.lock().deals.contains_key(&(report.supplier, report.reference));
        if report.believed && known {
            self.tell(report.supplier, &report.line);
        }
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        tokio::spawn(async move {
            let believed = report.believed || stage.world.does(Sabotage::BelievesForgers);
            let fate = shop.callback(name.parse().unwrap(), believed, report.callback.clone()).await;
            stage.world.log(format_args!("{name} reports on {} {:?}: {fate:?}", report.reference, report.line.says));
            let ends = matches!(report.line.says, Says::Plain(Truth::Delivered | Truth::Refused(_)));
            let ends = believed && known && ends;
            if ends && fate.is_ok() {
                let mut book = stage.book.lock();
                book.deals.entry((report.supplier, report.reference)).or_default().acknowledged = true;
            }
            // A supplier that gets no answer tries again.
            if fate.is_err() {
                let at = stage.world.elapsed() + 30_000;
                stage.book.lock().report(at, report);
            }
        });
    }

    /// Somebody claims to be a supplier.
    pub fn forge(self: &Arc<Self>, shop: &Arc<Shop>) {
        let world = &self.world;
        let attempts: Vec<(usize, Reference)> = {
            let books = self.books.lock();
            let all = books.orders.values().flat_map(|order| &order.attempts);
            all.map(|a| (index_of(a.route.supplier.as_str()), a.reference)).collect()
        };
        if attempts.is_empty() {
            return;
        }
        let (supplier, reference) = *world.pick(&attempts);
        let truth = if world.percent(50) { Truth::Delivered } else { Truth::Refused(FailureKind::Refused) };
        let form = *world.pick(&FORMS);
        let mut report = report_of(supplier, &Line::of(reference, truth, 1), form);
        if world.percent(20) {
            // A believed one about something that is not ours, and never will be: references grow with the clock.
            report = report_of(supplier, &Line::of(Reference(reference.0 + DECADES), truth, 1), form);
        } else {
            report.believed = false;
        }
        self.call_back(shop, report);
    }
}
