//! One run: a shop lives, crashes and starts again on the same store until its script is over; then everything comes to
//! rest, and nothing may be left.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use konter::clock::Clock as _;
use konter::shop::Shop;
use konter_store::{Commit, InboxMessage};

use super::engine::{Engine, at_once};
use super::people::Text;
use super::rules::Rule;
use super::sabotage::Sabotage;
use super::stage::Stage;
use super::store::{SlowStore, write};
use super::world::{Breach, World};

/// How a runtime's time ended.
enum End {
    Crash,
    Over,
}

/// What a run was like.
pub struct Played {
    pub broken: Option<Breach>,
    pub log: String,
    pub orders: usize,
    pub crashes: usize,
    pub happened: BTreeSet<String>,
}

/// How a run is played: with a fault built in, looking at one named rule only, or in sled.
#[derive(Clone, Copy, Default)]
pub struct How {
    pub sabotage: Option<Sabotage>,
    pub sought: Option<Rule>,
    pub in_sled: bool,
    /// People edit what they have sent, and reply to older messages.
    pub wavering: bool,
}

/// Plays one seed from its first message to the last word.
pub fn play(seed: u64, how: How) -> Played {
    let engine = if how.in_sled { Engine::in_sled() } else { Engine::in_memory() };
    let stage = Arc::new(Stage::new(World::new(seed, how.sabotage, how.sought), engine, how.wavering));
    let mut crashes = 0;
    // Most short: many beginnings find more than long lives. Some long: what piles up needs time.
    let mut steps = if stage.world.percent(10) { 90 } else { stage.world.between(12, 40) };
    let mut downtime = 0;
    while stage.world.broken().is_none() && matches!(stage.lives(downtime, &mut steps), End::Crash) {
        crashes += 1;
        downtime = *stage.world.pick(&[10, 2_000, 60_000, 600_000, 7_200_000]);
        stage.engine.reopen();
        if stage.world.percent(if stage.something_waits() { 80 } else { 40 }) {
            stage.changes_the_catalog();
        }
    }
    if stage.world.broken().is_none() {
        stage.engine.reopen();
        stage.comes_to_rest();
    }
    let mut books = stage.books.lock();
    let (orders, happened) = (books.orders.len(), std::mem::take(&mut books.happened));
    Played { broken: stage.world.broken(), log: stage.world.event_log(), orders, crashes, happened }
}

impl Stage {
    /// The chat service brings messages until the shop has taken them.
    pub fn post(self: &Arc<Self>, shop: &Arc<Shop>, messages: Vec<InboxMessage>) {
        for message in &messages {
            self.world.log(format_args!("{} {}> {}", message.chat, message.message, message.text));
            self.unacknowledged.lock().entry(message.key()).or_insert_with(|| message.clone());
        }
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        tokio::spawn(async move {
            if shop.receive(messages.clone()).await.is_ok() {
                stage.unacknowledged.lock().retain(|key, _| messages.iter().all(|message| message.key() != *key));
            }
        });
    }

    /// Somebody writes, one message after the other or several at once.
    fn writes(self: &Arc<Self>, shop: &Arc<Shop>, messages: Vec<InboxMessage>) {
        self.sent.lock().extend(messages.iter().cloned());
        self.post(shop, messages);
    }

    /// The shop at work until its steps are over or it crashes.
    fn lives(self: &Arc<Self>, downtime: u64, steps: &mut u64) -> End {
        self.world.log(format_args!("--- start"));
        self.in_a_runtime(downtime, async |shop, store| {
            while *steps > 0 && self.world.broken().is_none() {
                *steps -= 1;
                if let Some(end) = self.step(shop, store).await {
                    return end;
                }
                let gap = match self.world.below(20) {
                    0..=8 => self.world.between(1, 20),
                    9..=14 => self.world.between(20, 300),
                    15..=17 => self.world.between(300, 10_000),
                    18 => self.world.between(10_000, 90_000),
                    _ => self.world.between(90_000, 1_500_000),
                };
                self.pass(shop, gap).await;
            }
            End::Over
        })
    }

    async fn step(self: &Arc<Self>, shop: &Arc<Shop>, store: &SlowStore) -> Option<End> {
        let world = &self.world;
        if world.percent(50) {
            self.deliver_outbox();
        }
        for message in self.says_yes_for_them() {
            self.writes(shop, vec![message]);
        }
        if world.greedy && world.percent(40) {
            let messages = self.passes_everything_on().into_iter().collect();
            self.writes(shop, messages);
        }
        if self.wavering && world.percent(40) {
            let messages = self.has_second_thoughts();
            self.writes(shop, messages);
        }
        if self.wavering && world.percent(40) {
            let messages = self.goes_on();
            self.writes(shop, messages);
        }
        if world.percent(10) {
            let taps = self.answers_for_a_transfer();
            self.writes(shop, taps);
        }
        match world.below(100) {
            0..=54 => {
                let mut messages = vec![self.says_something()];
                if world.percent(15) {
                    messages.push(self.says_something());
                }
                self.writes(shop, messages);
            }
            55..=57 => {
                for message in self.transfers_at_once() {
                    self.writes(shop, vec![message]);
                }
            }
            58..=66 => self.repeat(shop),
            67..=82 => {
                let message = self.admin_acts();
                self.writes(shop, vec![message]);
            }
            83..=87 => self.forge(shop),
            88..=89 => self.set_clock(shop),
            90 => {
                world.log(format_args!("the disk is full"));
                store.break_disk();
            }
            91..=92 => {
                world.log(format_args!("--- stop"));
                shop.stop(Duration::from_secs(75)).await;
                return Some(End::Crash);
            }
            93..=96 => {
                world.log(format_args!("--- crash"));
                return Some(End::Crash);
            }
            _ => self.release_by_time(),
        }
        None
    }

    /// The same message once more, sometimes edited.
    fn repeat(self: &Arc<Self>, shop: &Arc<Shop>) {
        let sent = self.sent.lock().clone();
        // A PIN that was lost is for something else by now.
        if sent.is_empty() || self.wavering {
            return;
        }
        let recent = sent.len().saturating_sub(6);
        let mut message = self.world.pick(&sent[recent..]).clone();
        if self.world.percent(20) {
            let Text(text, lines) = self.order();
            message.text = text;
            self.books.lock().allow(message.key(), &message.text, lines);
        }
        // Only what the service has not seen taken would be brought again after a failure.
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        self.world.log(format_args!("{} {} again> {}", message.chat, message.message, message.text));
        tokio::spawn(async move {
            let taken = shop.receive(vec![message]).await;
            stage.world.log(format_args!("taken again: {}", taken.is_ok()));
        });
    }

    fn set_clock(&self, shop: &Arc<Shop>) {
        let minutes = *self.world.pick(&[-120, -10, -1, 1, 10, 45, 90, 1_500]);
        self.world.log(format_args!("the clock is set by {minutes} minutes"));
        self.world.set_clock(TimeDelta::minutes(minutes));
        if self.world.percent(50) {
            shop.look_again();
        }
    }

    /// The chat service takes what waits to be said.
    pub fn deliver_outbox(&self) {
        let mut commit = Commit::new(self.world.now());
        for chat in at_once(self.store().waiting_chats()).unwrap() {
            for row in at_once(self.store().outbox(&chat, usize::MAX)).unwrap() {
                commit.take_out(&row, true);
            }
        }
        write(self, commit).unwrap();
    }
}
