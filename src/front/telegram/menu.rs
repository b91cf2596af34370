//! The menu beside the input line: commands that work without anything typed after them, or explain themselves. Everybody
//! has the resellers'; those who work here have those that their role may use first. An owner, who buys nothing, is not
//! shown what only a reseller has; what is not in the menu can be typed all the same.

use std::collections::{BTreeMap, BTreeSet};

use teloxide::payloads::{DeleteMyCommands, SetMyCommands};
use teloxide::types::{BotCommand, BotCommandScope, Recipient};

use tokio::sync::watch;

use super::deliver::peer;
use super::{Api, Timing, insist};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Roster};

struct Item {
    command: &'static str,
    id: &'static str,
    en: &'static str,
}

/// What everybody has, whoever they are.
const ALWAYS: [Item; 3] = [
    Item { command: "start", id: "Mulai, dan tombol-tombolnya", en: "Start, and the buttons" },
    Item { command: "harga", id: "Daftar harga", en: "Price list" },
    Item { command: "help", id: "Bantuan", en: "Help" },
];

/// A reseller's own.
const RESELLER: [Item; 5] = [
    Item { command: "saldo", id: "Lihat saldo", en: "Show the balance" },
    Item { command: "cek", id: "Transaksi terakhir", en: "Latest orders" },
    Item {
        command: "tiket",
        id: "Isi saldo: rekening dan tiket deposit",
        en: "Add balance: accounts and deposit tickets",
    },
    Item { command: "mutasi", id: "Mutasi saldo", en: "Balance statement" },
    Item { command: "rekap", id: "Penjualan hari ini", en: "Today's sales" },
];

/// Shown to those whose role may use them: the table of commands says which that is.
const STAFF: [Item; 30] = [
    Item { command: "pending", id: "Transaksi yang belum selesai", en: "Orders still open" },
    Item { command: "rekap", id: "Penjualan dan laba toko", en: "The shop's sales and margin" },
    Item { command: "order", id: "Lihat satu transaksi", en: "Show one order" },
    Item { command: "cekulang", id: "Tanya ulang ke supplier", en: "Ask the supplier again" },
    Item { command: "sukses", id: "Nyatakan transaksi sukses", en: "Settle an order as delivered" },
    Item { command: "gagal", id: "Nyatakan transaksi gagal", en: "Settle an order as failed" },
    Item { command: "agen", id: "Daftar agen", en: "Agents" },
    Item { command: "cari", id: "Cari agen", en: "Find an agent" },
    Item { command: "setujui", id: "Setujui agen baru", en: "Approve an agent" },
    Item { command: "blokir", id: "Blokir agen", en: "Block an agent" },
    Item { command: "resetpin", id: "Agen memilih PIN baru", en: "Let an agent choose a new PIN" },
    Item { command: "nama", id: "Ganti nama agen", en: "Rename an agent" },
    Item { command: "buka", id: "Buka agen, produk atau kategori", en: "Let in an agent, open a product or category" },
    Item { command: "tutup", id: "Tutup produk atau kategori", en: "Close a product or category" },
    Item { command: "deposit", id: "Tambah saldo agen", en: "Add to an agent's balance" },
    Item { command: "acc", id: "Terima tiket deposit", en: "Accept a deposit ticket" },
    Item { command: "tolak", id: "Tolak tiket deposit", en: "Refuse a deposit ticket" },
    Item {
        command: "tariktransfer",
        id: "Tarik kembali transfer yang salah kirim",
        en: "Take back a transfer that was a mistake",
    },
    Item { command: "balas", id: "Jawab komplain agen", en: "Answer an agent's complaint" },
    Item { command: "supplier", id: "Saldo dan keadaan supplier", en: "Suppliers' balances and state" },
    Item { command: "log", id: "Siapa melakukan apa", en: "Who did what" },
    Item { command: "hargajual", id: "Ubah harga jual", en: "Change a price" },
    Item { command: "margin", id: "Harga jual mengikuti modal", en: "Prices that follow costs" },
    Item { command: "grup", id: "Grup harga", en: "Price groups" },
    Item { command: "prioritas", id: "Supplier mana yang dicoba dulu", en: "Which supplier is tried first" },
    Item { command: "pindah", id: "Pindahkan agen ke upline lain", en: "Move an agent below another" },
    Item { command: "siaran", id: "Pengumuman ke semua agen", en: "Announce to every agent" },
    Item { command: "katalog", id: "Katalog sebagai file CSV", en: "The catalog as a CSV file" },
    Item { command: "peran", id: "Siapa bekerja di sini", en: "Who works here" },
    Item { command: "batas", id: "Batas harian menambah saldo", en: "Daily limits for adding to balances" },
];

fn commands<'a>(items: impl IntoIterator<Item = &'a Item>, locale: Locale) -> Vec<BotCommand> {
    let words = |item: &Item| match locale {
        Locale::Id => item.id,
        Locale::En => item.en,
    };
    items.into_iter().map(|item| BotCommand::new(item.command, words(item))).collect()
}

/// The least role that may use any form of the command.
fn least(item: &Item) -> Option<Role> {
    konter_command::least_role(&format!("/{}", item.command))
}

/// A menu in each language, and in `default` for any other language. Without a chat it is everybody's.
fn menus(default: Locale, whose: Option<(&ChatId, Role)>) -> Vec<SetMyCommands> {
    let scope = whose.map_or(Some(BotCommandScope::Default), |(chat, _)| scope_of(chat));
    let role = whose.map(|(_, role)| role);
    let staff = STAFF.iter().filter(|item| least(item).is_some_and(|least| role >= Some(least)));
    let own = RESELLER.iter().filter(|_| role < Some(Role::Owner));
    let mut items: Vec<&Item> = staff.chain(own).chain(&ALWAYS).collect();
    // A word that both have says what it does for who works here.
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.command));
    if role.is_none() {
        items.sort_by_key(|item| item.command != "start");
    }
    let menu = |(scope, language): (BotCommandScope, Option<Locale>)| {
        let mut menu = SetMyCommands::new(commands(items.iter().copied(), language.unwrap_or(default)));
        menu.scope = Some(scope);
        menu.language_code = code(language);
        menu
    };
    scope.into_iter().flat_map(|scope| languages().map(move |language| (scope.clone(), language))).map(menu).collect()
}

/// What takes a chat's own menu away: it has everybody's again.
fn without(chat: &ChatId) -> Vec<DeleteMyCommands> {
    let menu = |(scope, language): (BotCommandScope, Option<Locale>)| {
        let mut menu = DeleteMyCommands::new();
        menu.scope = Some(scope);
        menu.language_code = code(language);
        menu
    };
    let scope = scope_of(chat).into_iter();
    scope.flat_map(|scope| languages().map(move |language| (scope.clone(), language))).map(menu).collect()
}

fn scope_of(chat: &ChatId) -> Option<BotCommandScope> {
    peer(chat).map(|chat_id| BotCommandScope::Chat { chat_id: Recipient::Id(chat_id) })
}

fn languages() -> impl Iterator<Item = Option<Locale>> {
    std::iter::once(None).chain(Locale::ALL.into_iter().map(Some))
}

fn code(language: Option<Locale>) -> Option<String> {
    language.map(|language| language.name().to_owned())
}

/// Tells Telegram the menus, and tells it again whenever somebody's role changes. A menu is a convenience: what is
/// refused is logged and offered again later. Returns when nothing can change any more.
pub(super) async fn keep(api: &Api, default: Locale, mut roster: watch::Receiver<Roster>, timing: &Timing) {
    let mut everybody = false;
    let mut told: BTreeMap<ChatId, Role> = BTreeMap::new();
    loop {
        let wanted: BTreeMap<ChatId, Role> = {
            let roster = roster.borrow_and_update();
            roster.all().filter(|(chat, _)| peer(chat).is_some()).map(|(chat, role)| (chat.clone(), role)).collect()
        };
        everybody = everybody || publish(api, &menus(default, None), timing).await;
        let chats: BTreeSet<ChatId> = wanted.keys().chain(told.keys()).cloned().collect();
        let mut refused = !everybody;
        for chat in chats {
            let done = match (wanted.get(&chat), told.get(&chat)) {
                (Some(role), known) if known == Some(role) => true,
                (Some(role), _) => publish(api, &menus(default, Some((&chat, *role))), timing).await,
                (None, _) => withdraw(api, &chat, timing).await,
            };
            refused = refused || !done;
            if done {
                match wanted.get(&chat) {
                    Some(role) => drop(told.insert(chat, *role)),
                    None => drop(told.remove(&chat)),
                }
            }
        }
        tokio::select! {
            changed = roster.changed() => match changed {
                Ok(()) => {}
                Err(_) if refused => tokio::time::sleep(timing.menu).await,
                Err(_) => return,
            },
            () = tokio::time::sleep(timing.menu), if refused => {}
        }
    }
}

/// Whether Telegram took them all.
async fn publish(api: &Api, menus: &[SetMyCommands], timing: &Timing) -> bool {
    for menu in menus {
        if let Err(error) = insist(api, menu, timing).await {
            // Whoever has never written to the bot is a chat Telegram does not know.
            tracing::info!(%error, "a menu is not set; it is offered again later");
            return false;
        }
    }
    true
}

async fn withdraw(api: &Api, chat: &ChatId, timing: &Timing) -> bool {
    for menu in without(chat) {
        if let Err(error) = insist(api, &menu, timing).await {
            tracing::info!(%error, "a menu is not taken away; that is tried again later");
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_command::{Command, formats};
    use konter_core::staff::Role::{Operator, Owner, Viewer};

    #[test]
    fn telegram_accepts_every_entry() {
        for item in ALWAYS.iter().chain(&RESELLER).chain(&STAFF) {
            assert!((1..=32).contains(&item.command.len()), "{}", item.command);
            assert!(item.command.bytes().all(|b| b.is_ascii_lowercase()), "{}", item.command);
            for words in [item.id, item.en] {
                assert!((3..=256).contains(&words.len()), "{words}");
            }
        }
    }

    #[test]
    fn everybody_sees_what_their_role_may_use() {
        let has = |whose: Option<Role>, command: &str| {
            let chat = ChatId::telegram(9);
            let menus = menus(Locale::Id, whose.map(|role| (&chat, role)));
            assert_eq!(menus.len(), 3, "two languages and the default");
            menus.iter().all(|menu| menu.commands.iter().any(|item| item.command == command))
        };
        for whose in [None, Some(Viewer), Some(Operator), Some(Owner)] {
            assert_eq!(has(whose, "saldo"), whose != Some(Owner), "an owner buys nothing: {whose:?}");
        }
        for (command, least) in
            [("start", None), ("cari", Some(Viewer)), ("acc", Some(Operator)), ("siaran", Some(Owner))]
        {
            for whose in [None, Some(Viewer), Some(Operator), Some(Owner)] {
                assert_eq!(has(whose, command), whose >= least, "{command} {whose:?}");
            }
        }
        assert!(menus(Locale::Id, Some((&ChatId::console("admin"), Owner))).is_empty());
    }

    /// The menu shows a command to nobody who may not use any form of it.
    #[test]
    fn the_menu_and_the_rules_agree() {
        for item in ALWAYS.iter().chain(&RESELLER) {
            assert!(konter_command::is_reserved(item.command), "{} is no word", item.command);
        }
        for item in &STAFF {
            let word = format!("/{}", item.command);
            let forms = [
                "",
                " KR0001",
                " 12",
                " 12 x",
                " S10",
                " KR0001 5000",
                " S10 5000",
                " KR0001 halo",
                " halo",
                " S10 xgate 1",
                " KR0003 KR0002",
            ];
            let needs = forms.iter().filter_map(|form| match konter_command::parse(&format!("{word}{form}")) {
                Command::Admin(command) => Some(command.needs()),
                _ => None,
            });
            assert_eq!(needs.min(), least(item), "{word}");
            assert!(least(item).is_some(), "{word} is no command of the table");
        }
        // What is left out: answers to questions with buttons, other words for the same, and what is asked for seldom.
        let shown = |word: &str| STAFF.iter().any(|item| word.strip_prefix('/') == Some(item.command));
        let words = formats().filter(|format| format.least.is_some()).flat_map(|format| format.words.iter().copied());
        let mut hidden: Vec<&str> = words.filter(|word| !shown(word)).collect();
        hidden.sort_unstable();
        hidden.dedup();
        assert_eq!(hidden, ["/batalsiaran", "/dep", "/depo", "/kirimsiaran", "/topup"]);
    }
}
