//! An upline keeps its downline from ordering and lets it in again; the shop's own word stands above it.

use crate::support::shop::{TestShop, admin, reseller};
use konter_core::agent::{AgentStatus, Locale};
use konter_core::ids::{AgentId, ChatId};

fn below() -> ChatId {
    ChatId::telegram(2002)
}

fn stranger() -> ChatId {
    ChatId::telegram(2003)
}

async fn status(shop: &TestShop) -> AgentStatus {
    shop.store.agent(AgentId(2)).await.unwrap().unwrap().status
}

async fn with_a_downline() -> TestShop {
    let shop = TestShop::open().await;
    shop.add_agent(below(), 50_000, Locale::Id).await;
    shop.add_agent(stranger(), 0, Locale::Id).await;
    shop.say(&admin(), "/pindah KR0002 KR0001", 1).await;
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upline_closes_and_opens_its_downline() {
    let shop = with_a_downline().await;
    shop.say(&reseller(), "BLOKIR.KR0002", 1).await;
    assert_eq!(status(&shop).await, AgentStatus::Active, "not without the PIN");
    shop.say(&reseller(), "BLOKIR.KR0002.1234", 2).await;
    shop.say(&below(), "S5.081234567890.1234", 1).await;
    assert_eq!(shop.available(2).await, 50_000);
    shop.say(&reseller(), "BLOKIR.KR0002.1234", 1).await;
    shop.say(&reseller(), "UNBLOK.KR0002.1234", 1).await;
    assert_eq!(status(&shop).await, AgentStatus::Active);
    shop.say(&below(), "S5.081234567890.1234", 1).await;
    assert!(shop.available(2).await < 50_000);
    insta::assert_snapshot!("blocked_downline", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_can_and_what_the_shop_blocked_stays_blocked() {
    let shop = with_a_downline().await;
    for (who, text) in [
        (stranger(), "BLOKIR.KR0002.1234"),
        (below(), "BLOKIR.KR0001.1234"),
        (below(), "BLOKIR.KR0002.1234"),
        (reseller(), "BLOKIR.KR0001.1234"),
        (reseller(), "BLOKIR.KR0003.1234"),
        (reseller(), "BLOKIR.KR0002.9999"),
    ] {
        shop.say(&who, text, 1).await;
        assert_eq!(status(&shop).await, AgentStatus::Active, "{text}");
    }
    shop.say(&reseller(), "BLOKIR.KR0002.1234", 2).await;
    shop.note("-- the shop blocks what an upline has blocked: now it is the shop's word");
    shop.say(&admin(), "/blokir KR0002", 1).await;
    shop.say(&reseller(), "UNBLOK.KR0002.1234", 1).await;
    assert_eq!(status(&shop).await, AgentStatus::Blocked);
    shop.say(&admin(), "/buka KR0002", 2).await;
    shop.say(&reseller(), "BLOKIR.KR0002.1234", 2).await;
    shop.say(&admin(), "/buka KR0002", 2).await;
    assert_eq!(status(&shop).await, AgentStatus::Active, "the shop lets in whom an upline has blocked");
    shop.close().await;
}
