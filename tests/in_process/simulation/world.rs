//! What all parts of a run share: chance, time, and the record of what happened.

use std::collections::HashSet;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use konter::clock::Clock;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::rules::Rule;
use super::sabotage::Sabotage;

/// Nine in the morning in Jakarta, in milliseconds of the day in UTC.
const MORNING: i64 = 2 * 3_600_000;
/// 23:49 in Jakarta.
const NIGHT: i64 = (16 * 60 + 49) * 60_000;

/// A generator whose numbers never change with a library's version: a seed must mean the same run for ever
/// (`SplitMix64`).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `n - 1`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
}

/// One run's world. Everything in it outlives a crash of the shop, except the runtime its time comes from.
pub struct World {
    pub sabotage: Option<Sabotage>,
    /// The only named rule that is looked at; all of them where there is none.
    sought: Option<Rule>,
    /// The run begins shortly before midnight.
    pub at_night: bool,
    /// Uplines add much and pass on whatever they have; suppliers often change their mind.
    pub greedy: bool,
    state: Mutex<State>,
}

/// Something that is not as it must be: the rule it breaks, if that has a name, and what it is.
pub type Breach = (Option<Rule>, String);

struct State {
    chance: Chance,
    log: String,
    broken: Option<Breach>,
    /// Milliseconds since the run began, as of the runtime's start.
    base: u64,
    start: Option<Instant>,
    /// Milliseconds at which something wakes: one thing each, so that what happens has one order.
    taken: HashSet<u64>,
    /// What the shop's wall clock is off by.
    off: TimeDelta,
    /// When it was set, in milliseconds since the run began, and by how much.
    sets: Vec<(u64, TimeDelta)>,
    /// Milliseconds after which the run began, in its first day.
    opens: i64,
    calm: bool,
}

impl World {
    pub fn new(seed: u64, sabotage: Option<Sabotage>, sought: Option<Rule>) -> Self {
        let mut chance = Chance::new(seed);
        let (at_night, greedy) = (chance.below(100) < 30, chance.below(100) < 25);
        // 23:49 in Jakarta and a little later; else nine in the morning.
        let opens = if at_night { NIGHT + i64::try_from(chance.below(600_000)).unwrap() } else { MORNING };
        Self {
            sabotage,
            sought,
            at_night,
            greedy,
            state: Mutex::new(State {
                chance,
                opens,
                log: String::new(),
                broken: None,
                base: 0,
                start: None,
                taken: HashSet::new(),
                off: TimeDelta::zero(),
                sets: Vec::new(),
                calm: false,
            }),
        }
    }

    pub fn does(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    pub fn below(&self, n: u64) -> u64 {
        self.state.lock().chance.below(n)
    }

    /// From `least` to `most`, both included.
    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// Whether it happens this time.
    pub fn percent(&self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// A fault that happens this often, and not any more once the world is calm.
    pub fn fault(&self, chance: u64) -> bool {
        self.percent(chance) && !self.is_calm()
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len() as u64);
        &from[usize::try_from(index).unwrap()]
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.state.lock().calm = true;
    }

    pub fn is_calm(&self) -> bool {
        self.state.lock().calm
    }

    /// A new runtime begins, so much later.
    pub fn begin(&self, after: u64) {
        let mut state = self.state.lock();
        state.base += after;
        state.start = Some(Instant::now());
        state.taken.clear();
    }

    /// The runtime ends.
    pub fn end(&self) {
        let base = self.elapsed();
        let mut state = self.state.lock();
        state.base = base;
        state.start = None;
    }

    /// Milliseconds since the run began.
    pub fn elapsed(&self) -> u64 {
        let state = self.state.lock();
        state.base + state.start.map_or(0, |start| u64::try_from(start.elapsed().as_millis()).unwrap())
    }

    /// Lets so many milliseconds pass; nothing else wakes at the very moment this does.
    pub async fn pause(&self, least: u64, most: u64) {
        let wait = self.between(least, most).max(1);
        let now = self.elapsed();
        let until = {
            let mut state = self.state.lock();
            let mut moment = now + wait;
            while !state.taken.insert(moment) {
                moment += 1;
            }
            let start = state.start.expect("time passes in a runtime");
            start + std::time::Duration::from_millis(moment - state.base)
        };
        tokio::time::sleep_until(until).await;
    }

    /// Somebody sets the shop's clock.
    pub fn set_clock(&self, by: TimeDelta) {
        let at = self.elapsed();
        let mut state = self.state.lock();
        state.off += by;
        state.sets.push((at, by));
    }

    /// What the shop's clock would show had nobody put it forward in the last milliseconds: what was decided before is not
    /// late because of it.
    pub fn now_as_decided(&self, lately: u64) -> DateTime<Utc> {
        let (now, since) = (self.now(), self.elapsed().saturating_sub(lately));
        let state = self.state.lock();
        let forward: TimeDelta = state.sets.iter().filter(|(at, _)| *at >= since).map(|(_, by)| *by).sum();
        now - forward.max(TimeDelta::zero())
    }

    pub fn log(&self, line: std::fmt::Arguments<'_>) {
        let at = self.elapsed();
        let mut state = self.state.lock();
        let _ = writeln!(state.log, "{at:>9} {line}");
    }

    /// Something is not as it must be. The first such thing counts; the driver stops at it.
    pub fn violated(&self, what: String) {
        self.blame(None, what);
    }

    /// The same for a rule that has a name.
    pub fn breaks(&self, rule: Rule, what: String) {
        self.blame(Some(rule), what);
    }

    pub fn blame(&self, rule: Option<Rule>, what: String) {
        if self.sought.is_some() && rule.is_some() && rule != self.sought {
            return;
        }
        let named = rule.map(|rule| format!("{rule:?}: ")).unwrap_or_default();
        self.log(format_args!("VIOLATED: {named}{what}"));
        self.state.lock().broken.get_or_insert((rule, what));
    }

    pub fn broken(&self) -> Option<Breach> {
        self.state.lock().broken.clone()
    }

    pub fn event_log(&self) -> String {
        self.state.lock().log.clone()
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        let elapsed = i64::try_from(self.elapsed()).unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_time(NaiveTime::MIN).and_utc();
        let state = self.state.lock();
        day + TimeDelta::milliseconds(state.opens + elapsed) + state.off
    }
}
