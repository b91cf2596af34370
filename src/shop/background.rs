//! Work that goes on by itself, beside the scheduler's, from the start of a shop until it stops.

use std::sync::Arc;

use super::announcing::Announcing;
use super::day_closing::DayClosing;
use super::dead_letters::DeadLetters;
use super::price_lists::PriceListWatch;
use super::process::Process;
use super::rounds::Rounds;
use super::summary::Summaries;

pub(super) struct Background {
    /// `None`: the owners want none.
    pub summaries: Option<Arc<Summaries>>,
    pub day_closing: Arc<DayClosing>,
    pub dead_letters: Arc<DeadLetters>,
    pub rounds: Arc<Rounds>,
    pub announcing: Arc<Announcing>,
    pub price_lists: Arc<PriceListWatch>,
}

impl Background {
    pub fn start(&self, process: &Process) {
        if let Some(summaries) = &self.summaries {
            process.tasks.spawn(Arc::clone(summaries).run());
        }
        process.tasks.spawn(Arc::clone(&self.day_closing).run());
        process.tasks.spawn(Arc::clone(&self.dead_letters).run());
        process.tasks.spawn(Arc::clone(&self.rounds).run());
        process.tasks.spawn(Arc::clone(&self.announcing).run());
        process.tasks.spawn(Arc::clone(&self.price_lists).run());
    }
}
