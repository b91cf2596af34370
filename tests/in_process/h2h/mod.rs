//! A reseller's own program at the shop's door, over real HTTP: what it may do, what it is told, and what nobody but it
//! can do.

mod entrance;
mod peers;
mod reports;
mod setting_up;

use std::net::SocketAddr;

use crate::support::shop::{PIN, Setup, TestShop, reseller};
use base64::Engine as _;
use sha1::{Digest as _, Sha1};

pub const PASSWORD: &str = "rahasia-toko";
/// Bought at once, and pending for ever.
pub const DEST: &str = "081234567800";
pub const PENDING: &str = "081234567823";
pub const PRICE: i64 = 10_500;
pub const BALANCE: i64 = 100_000;

/// A shop whose reseller `KR0001` has a program on this machine.
pub async fn shop() -> TestShop {
    open(Setup::default()).await
}

pub async fn open(setup: Setup) -> TestShop {
    let shop = TestShop::with(setup).await;
    shop.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
    shop.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    shop
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// `product=S10&dest=…&refID=…` with the reseller's PIN and password.
pub fn order(dest: &str, reference: &str) -> String {
    format!("product=S10&dest={dest}&refID={reference}")
}

pub fn proven(query: &str) -> String {
    format!("memberID=KR0001&{query}&pin={PIN}&password={PASSWORD}")
}

pub async fn get(address: SocketAddr, path: &str, query: &str) -> String {
    let answer = client().get(format!("http://{address}/h2h/{path}?{query}")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{query}");
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    answer.text().await.unwrap()
}

pub async fn trade(shop: &TestShop, query: &str) -> String {
    get(shop.address, "trx", &proven(query)).await
}

pub fn sign(over: &str) -> String {
    let text = format!("OtomaX|{over}|{PIN}|{PASSWORD}");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha1::digest(text))
}

/// What was delivered, to whom.
pub fn delivered(shop: &TestShop) -> Vec<String> {
    let bought = shop.simulators.bought().into_iter().filter(|bought| bought.times_delivered > 0);
    bought.map(|bought| bought.dest).collect()
}
