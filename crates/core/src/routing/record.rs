//! How the last orders at one supplier went.

use std::collections::VecDeque;

use chrono::TimeDelta;

/// Orders looked back on.
const KEPT: usize = 50;

/// The last orders that ended, oldest first. What failed because of its customer is not among them: it says nothing of
/// the supplier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(VecDeque<(bool, TimeDelta)>);

impl Record {
    /// One more ended, so long after it was sent.
    pub fn add(&mut self, success: bool, took: TimeDelta) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back((success, took.max(TimeDelta::zero())));
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How many of a hundred were delivered; `None` without any.
    pub fn percent(&self) -> Option<u8> {
        let good = self.0.iter().filter(|(success, _)| *success).count();
        u8::try_from((good * 100).checked_div(self.0.len())?).ok()
    }

    /// How long the one in the middle took; `None` without any.
    pub fn median(&self) -> Option<TimeDelta> {
        let mut times: Vec<TimeDelta> = self.0.iter().map(|(_, took)| *took).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }
}
