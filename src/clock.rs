//! Time as something that is handed in. The core gets moments as values; the shell asks a [`Clock`].

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::supplier::protocol::Now;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The shop's clock: a moment, and what it is on the shop's wall.
#[derive(Clone)]
pub struct ShopClock {
    clock: Arc<dyn Clock>,
    zone: Tz,
}

impl ShopClock {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, zone: Tz) -> Self {
        Self { clock, zone }
    }

    #[must_use]
    pub fn utc(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    #[must_use]
    pub fn now(&self) -> Now {
        let utc = self.utc();
        Now { utc, local: utc.with_timezone(&self.zone).naive_local() }
    }

    /// The shop's day a moment falls on.
    #[must_use]
    pub fn day_of(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }
}
