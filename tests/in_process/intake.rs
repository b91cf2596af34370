//! When a message is ours: what answers it at once says so too; what takes longer, fails or stands behind another is stored
//! first. Nothing is acknowledged before that, and the same message again changes nothing.

use konter_core::ids::OrderId;

use crate::support::shop::*;
use crate::support::watched::{Noted, Watched};

async fn shop_on(store: &Watched) -> TestShop {
    let shop = TestShop::on(store.store(), Setup::default()).await;
    store.forget();
    shop
}

const ORDER: &str = "S10.081234567800.1234";

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_a_message_at_once_is_all_that_is_written_of_it() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    let accepted = Noted { answered: true, orders: 1, written: 1, leaving: 1, ..Noted::default() };
    // On a busy machine an answer may take longer than is waited for; not each of many does.
    for number in 800..815 {
        store.forget();
        let message = shop.message(&reseller(), &format!("S5.081234567{number}.1234"));
        shop.receive(message.clone(), 1).await;
        shop.receive(message, 0).await;
        let commits = store.of_messages();
        assert_eq!(commits.iter().map(|noted| noted.orders).sum::<usize>(), 1, "the same again is no order");
        if commits == [accepted.clone()] {
            let rows = store.commits().iter().map(|noted| noted.written).sum::<usize>();
            assert_eq!(rows, 2, "accepted, and how it ended");
            shop.close().await;
            return;
        }
    }
    panic!("never answered at once: {:#?}", store.commits());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_takes_long_is_stored_before_it_is_acknowledged_and_answered_once() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    store.let_read(false);
    let message = shop.message(&reseller(), ORDER);
    shop.shop.receive(vec![message.clone()]).await.unwrap();
    assert_eq!(store.of_messages(), [Noted { received: vec![ORDER.to_owned()], ..Noted::default() }]);
    // Hurried: another one, and the first once more, while nothing is answered yet.
    let balance = shop.message(&reseller(), "SAL");
    shop.shop.receive(vec![balance]).await.unwrap();
    shop.shop.receive(vec![message]).await.unwrap();
    store.let_read(true);
    let heard = shop.hear(2).await;
    assert!(heard.iter().any(|text| text.contains("SUKSES")), "{heard:?}");
    let answered: Vec<_> =
        store.of_messages().into_iter().filter(|noted| noted.answered).map(|noted| noted.orders).collect();
    assert_eq!(answered, [1, 0], "in the order they came, each once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_one_chat_that_come_together_are_stored_and_keep_their_order() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    let texts = [ORDER, "S10.081234567890.1234"];
    shop.shop.receive(texts.map(|text| shop.message(&reseller(), text)).to_vec()).await.unwrap();
    shop.hear(2).await;
    assert_eq!(
        store.of_messages().first().map(|noted| noted.received.clone()),
        Some(texts.map(str::to_owned).to_vec())
    );
    let first = shop.store.order(OrderId(1)).await.unwrap().unwrap();
    assert_eq!(first.dest, "081234567800");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_not_acknowledged_and_ordered_once_when_it_comes_again() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    let message = shop.message(&reseller(), ORDER);
    store.fail(true);
    for _ in 0..2 {
        assert!(shop.shop.receive(vec![message.clone()]).await.is_err(), "it must come again");
    }
    store.fail(false);
    shop.receive(message.clone(), 1).await;
    shop.receive(message, 0).await;
    assert_eq!(store.of_messages().iter().map(|noted| noted.orders).sum::<usize>(), 1);
    shop.close().await;
}

/// Pause, a break and a full supplier are looked at before anything says that it leaves.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_leave_at_once_is_accepted_first() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    shop.say(&admin(), "/supplier kios jeda tutup", 1).await;
    shop.say(&admin(), "/supplier xgate jeda tutup", 1).await;
    store.forget();
    let heard = shop.say(&reseller(), ORDER, 1).await;
    assert!(heard[0].contains("GAGAL"), "{heard:?}");
    assert_eq!(store.commits().iter().map(|noted| noted.leaving).sum::<usize>(), 0);
    assert!(shop.simulators.bought().is_empty());
    shop.close().await;
}

/// Two in one message: each has its own way, and the books hold both before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn several_of_one_message_are_accepted_first() {
    let store = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = shop_on(&store).await;
    shop.say(&reseller(), "S10.081234567800.S5.081234567890.1234", 2).await;
    let accepted: Vec<_> = store.of_messages().into_iter().map(|noted| (noted.orders, noted.leaving)).collect();
    assert_eq!(accepted, [(2, 0)]);
    assert_eq!(shop.simulators.bought().len(), 2);
    shop.close().await;
}
