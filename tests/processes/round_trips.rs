//! What an order costs on the way to PostgreSQL, from a reseller's message to its SUKSES taken by the chat: each wait for
//! the database is paid in milliseconds as soon as that is on another machine.

use std::time::{Duration, Instant};

use crate::support::postgres::Cluster;
use crate::support::postgres_wire::Wire;
use crate::support::shop::{Setup, TestShop};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Commit, Outgoing, Payload, Store};

/// Resellers who order at the same time.
const TOGETHER: u32 = 64;
const PATIENCE: Duration = Duration::from_secs(60);

/// Has all of them order, and their replies taken; gives the round trips that took. `watch` looks on from beside.
async fn order(shop: &TestShop, watch: &Store, wire: &Wire, chats: &[ChatId], round: u32) -> u32 {
    // The simulators have nothing else in mind with numbers that end so.
    let text = |n: u32| format!("S10.0812{:06}77.1234", 7_000 + round * 1_000 + n);
    let messages = (0_u32..).zip(chats).map(|(n, chat)| shop.message(chat, &text(n))).collect();
    let before = wire.turns();
    shop.shop.receive(messages).await.unwrap();
    for chat in chats {
        let started = Instant::now();
        while !has_success(&watch.outbox(chat, 100).await.unwrap()) {
            let rows = || watch.outbox(chat, 100);
            assert!(started.elapsed() < PATIENCE, "{chat} waits for SUKSES: {:#?}", rows().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    // As a front does when the shop rings: a look, and what was taken is noted.
    let carried = chats.iter().map(|chat| async {
        let rows = shop.store.outbox(chat, 100).await.unwrap();
        let said = rows.into_iter().map(|row| (row.chat, row.seq)).collect();
        shop.store.commit(Commit { sent: said, ..Commit::new(shop.now()) }).await.unwrap();
    });
    futures::future::join_all(carried).await;
    wire.turns() - before
}

fn has_success(rows: &[Outgoing]) -> bool {
    rows.iter().any(|row| matches!(&row.payload, Payload::Reply(reply) if matches!(**reply, Reply::OrderSuccess(_))))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_takes_few_round_trips_and_many_together_take_hardly_more() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let store = cluster.database().at_port(cluster.port(), wire.port()).open().await;
    let watch = cluster.database().open().await;
    let shop = TestShop::on(store, Setup::default()).await;
    let chats: Vec<ChatId> = (0..TOGETHER).map(|n| ChatId::telegram(5_000 + i64::from(n))).collect();
    for chat in &chats {
        shop.add_agent(chat.clone(), 1_000_000, Locale::Id).await;
    }
    // The first orders have statements prepared and PINs hashed.
    for round in 0..2 {
        order(&shop, &watch, &wire, &chats, round).await;
    }
    let mut alone = Vec::new();
    for round in 2..7 {
        alone.push(order(&shop, &watch, &wire, &chats[..1], round).await);
    }
    let together = order(&shop, &watch, &wire, &chats, 7).await;
    println!("round trips of an order alone: {alone:?}; of {TOGETHER} together: {together}");
    // Five commits of two that wait for each other; the rest are reads: most before deciding, a few between the commits.
    let least = alone.iter().min().copied().unwrap();
    assert!(least <= 24, "{alone:?} round trips for an order");
    assert!(together <= 16 * TOGETHER, "{together} round trips for {TOGETHER} orders at once");
    shop.close().await;
}
