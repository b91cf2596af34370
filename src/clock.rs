//! Time as something that is handed in. The core gets moments as values; the shell asks a [`Clock`].

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use konter_suppliers::protocol::Now;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// What time somebody else says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    Now(DateTime<Utc>),
    /// This has happened already.
    NotBefore(DateTime<Utc>),
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// When the day ends, in some zone, that a moment falls on.
#[must_use]
pub fn next_midnight(zone: Tz, moment: DateTime<Utc>) -> DateTime<Utc> {
    let day = moment.with_timezone(&zone).date_naive();
    day.succ_opt().and_then(|day| start_of(zone, day)).unwrap_or(moment)
}

fn start_of(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    // Where clocks are set at midnight it can be missing; then the day begins with the next hour that is there.
    let hour = |hours| zone.from_local_datetime(&midnight.checked_add_signed(TimeDelta::hours(hours))?).earliest();
    (0..3).find_map(hour).map(|local| local.with_timezone(&Utc))
}

/// The shop's clock: a moment, and what it is on the shop's wall.
#[derive(Clone)]
pub struct ShopClock {
    clock: Arc<dyn Clock>,
    zone: Tz,
}

impl ShopClock {
    pub fn new(clock: Arc<dyn Clock>, zone: Tz) -> Self {
        Self { clock, zone }
    }

    pub fn utc(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    #[must_use]
    pub fn now(&self) -> Now {
        let utc = self.utc();
        Now { utc, local: utc.with_timezone(&self.zone).naive_local() }
    }

    /// Another moment, as the shop's wall shows it.
    #[must_use]
    pub fn at(&self, moment: DateTime<Utc>) -> Now {
        Now { utc: moment, local: self.local(moment) }
    }

    /// When the shop's day ends that a moment falls on.
    #[must_use]
    pub fn next_midnight(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        next_midnight(self.zone, moment)
    }

    /// When one of the shop's days begins; `None` only at the far ends of the calendar.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        start_of(self.zone, day)
    }

    /// What the shop's wall shows at a moment.
    #[must_use]
    pub fn local(&self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.with_timezone(&self.zone).naive_local()
    }

    /// The shop's day a moment falls on.
    #[must_use]
    pub fn day_of(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }
}
