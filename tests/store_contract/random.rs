//! Random commits, on the engine and in memory: both must say the same all along, also after opening again.

use konter_core::ids::AgentId;
use konter_core::order::Order;
use konter_reply::Reply;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, Store};

use super::engines::Engine;
use crate::support::*;

/// A small generator of its own: the same run every time, on every engine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One of many things, sensible or not.
fn any_commit(dice: &mut Dice, number: u64, open: &[Order], waiting: &[(i64, u64)]) -> Commit {
    let agent = u32::try_from(dice.roll(3)).unwrap() + 1;
    let of = i64::from(agent);
    let pick = |dice: &mut Dice| open.get(usize::try_from(dice.roll(8)).unwrap());
    match dice.roll(8) {
        0 => deposit(agent, i64::try_from(dice.roll(60_000)).unwrap() + 1),
        1 => Commit { received: vec![message(of, &dice.roll(20).to_string())], ..commit() },
        2 => {
            let id = dice.roll(20).to_string();
            Commit { answers: Some((key(of, &id), dice.roll(2))), handled: Some(key(of, &id)), ..deposit(agent, 7) }
        }
        3 => {
            Commit { outgoing: vec![say(of, Reply::Help { topic: Some(number.to_string()), role: None })], ..commit() }
        }
        4 => {
            let said = waiting.iter().filter(|_| dice.roll(2) == 0).map(|(to, seq)| (chat(*to), *seq)).collect();
            Commit { sent: said, ..commit() }
        }
        5 => match pick(dice) {
            Some(order) if dice.roll(2) == 0 => succeed(order),
            Some(order) => fail(order),
            None => commit(),
        },
        _ => {
            let mut order = order(number, agent, &format!("08{}", dice.roll(12)));
            order.product_name = "x".repeat(usize::try_from(dice.roll(3) * 3_000).unwrap());
            place(order)
        }
    }
}

/// Days of a busy shop, the same ones every time.
pub async fn trade(store: &Store, steps: u64) {
    let mut dice = Dice(20_261_121);
    for number in 1..=steps {
        let open = store.open_orders().await.unwrap();
        let mut waiting = Vec::new();
        for to in 1..=3 {
            waiting.extend(store.outbox(&chat(to), 100).await.unwrap().into_iter().map(|row| (to, row.seq)));
        }
        // Some are refused; so it goes.
        let _ = store.commit(any_commit(&mut dice, number, &open, &waiting)).await;
    }
}

/// Everything the store can tell.
pub async fn everything(store: &Store) -> Vec<String> {
    let mut told = vec![
        format!("{:?}", store.accounts().await.unwrap()),
        format!("{:?}", store.holds().await.unwrap()),
        format!("{:?}", store.open_orders().await.unwrap()),
        format!("{:?}", store.inbox().await.unwrap()),
        format!("{:?}", store.journal(0, 10_000).await.unwrap()),
        format!("{:?}", store.waiting_chats().await.unwrap()),
    ];
    for n in 1..=3 {
        told.push(format!("{:?}", store.outbox(&chat(i64::from(n)), 1_000).await.unwrap()));
        told.push(format!("{:?}", store.statement(&deposits(n), None, 50).await.unwrap()));
        told.push(format!("{:?}", store.orders_of(AgentId(n), None, None, 50).await.unwrap()));
        told.push(format!("{:?}", store.orders_of(AgentId(n), Some("083"), None, 50).await.unwrap()));
    }
    told
}

pub async fn any_commits_leave_what_they_leave_in_memory(mut engine: impl Engine) {
    let model: Store = Store::new(MemoryStore::new());
    let mut dice = Dice(20_260_202);
    for number in 1..=400 {
        let store = engine.store();
        let open = model.open_orders().await.unwrap();
        let mut waiting = Vec::new();
        for to in 1..=3 {
            waiting.extend(model.outbox(&chat(to), 100).await.unwrap().into_iter().map(|row| (to, row.seq)));
        }
        let commit = any_commit(&mut dice, number, &open, &waiting);
        let (ours, theirs) = (store.commit(commit.clone()).await, model.commit(commit).await);
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "step {number}");
        if number % 40 == 0 {
            assert_eq!(everything(&store).await, everything(&model).await, "step {number}");
            drop(store);
            engine = engine.reopen();
            assert_eq!(everything(&engine.store()).await, everything(&model).await, "step {number}, opened again");
        }
    }
}
