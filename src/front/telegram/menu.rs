//! The menu beside the input line: commands that work without anything typed after them, or explain themselves.

use teloxide::payloads::SetMyCommands;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};

use super::deliver::peer;
use super::{Api, Timing, insist};
use crate::agent::Locale;
use crate::ids::ChatId;

struct Item {
    command: &'static str,
    id: &'static str,
    en: &'static str,
}

const EVERYONE: [Item; 6] = [
    Item { command: "start", id: "Mulai atau mendaftar", en: "Start or register" },
    Item { command: "saldo", id: "Lihat saldo", en: "Show the balance" },
    Item { command: "harga", id: "Daftar harga", en: "Price list" },
    Item { command: "cek", id: "Transaksi terakhir", en: "Latest orders" },
    Item {
        command: "tiket",
        id: "Isi saldo: rekening dan tiket deposit",
        en: "Add balance: accounts and deposit tickets",
    },
    Item { command: "help", id: "Bantuan dan format transaksi", en: "Help and order formats" },
];

const ADMINS: [Item; 11] = [
    Item { command: "pending", id: "Transaksi yang belum selesai", en: "Orders still open" },
    Item { command: "order", id: "Lihat satu transaksi", en: "Show one order" },
    Item { command: "cekulang", id: "Tanya ulang ke supplier", en: "Ask the supplier again" },
    Item { command: "sukses", id: "Nyatakan transaksi sukses", en: "Settle an order as delivered" },
    Item { command: "gagal", id: "Nyatakan transaksi gagal", en: "Settle an order as failed" },
    Item { command: "agen", id: "Daftar agen", en: "Resellers" },
    Item { command: "setujui", id: "Setujui agen baru", en: "Approve a reseller" },
    Item { command: "deposit", id: "Tambah atau tarik saldo agen", en: "Change a reseller's balance" },
    Item { command: "acc", id: "Terima tiket deposit", en: "Accept a deposit ticket" },
    Item { command: "tolak", id: "Tolak tiket deposit", en: "Refuse a deposit ticket" },
    Item { command: "supplier", id: "Saldo dan keadaan supplier", en: "Suppliers' balances and state" },
];

fn commands(items: &[&[Item]], locale: Locale) -> Vec<BotCommand> {
    let words = |item: &Item| match locale {
        Locale::Id => item.id,
        Locale::En => item.en,
    };
    items.iter().copied().flatten().map(|item| BotCommand::new(item.command, words(item))).collect()
}

/// Every menu: for everyone and for each admin, in each language, and in `default` for any other language.
fn menus(default: Locale, admins: &[ChatId]) -> Vec<SetMyCommands> {
    let admins = admins.iter().filter_map(peer).map(|chat_id| {
        let scope = BotCommandScope::Chat { chat_id: Recipient::Id(chat_id) };
        (scope, vec![EVERYONE.as_slice(), ADMINS.as_slice()])
    });
    let scopes = std::iter::once((BotCommandScope::Default, vec![EVERYONE.as_slice()])).chain(admins);
    scopes
        .flat_map(|(scope, items)| {
            let languages = std::iter::once(None).chain(Locale::ALL.into_iter().map(Some));
            languages.map(move |language| {
                let mut menu = SetMyCommands::new(commands(&items, language.unwrap_or(default)));
                menu.scope = Some(scope.clone());
                menu.language_code = language.map(|language| language.name().to_owned());
                menu
            })
        })
        .collect()
}

/// Tells Telegram the menus. A menu is a convenience: what is refused is logged.
pub(super) async fn publish(api: &Api, default: Locale, admins: &[ChatId], timing: &Timing) {
    for menu in menus(default, admins) {
        if let Err(error) = insist(api, &menu, timing).await {
            // An admin who has never written to the bot is a chat Telegram does not know.
            tracing::info!(%error, "a menu is not set");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_accepts_every_entry() {
        for item in EVERYONE.iter().chain(&ADMINS) {
            assert!((1..=32).contains(&item.command.len()), "{}", item.command);
            assert!(item.command.bytes().all(|b| b.is_ascii_lowercase()), "{}", item.command);
            for words in [item.id, item.en] {
                assert!((3..=256).contains(&words.len()), "{words}");
            }
        }
    }

    #[test]
    fn only_admins_see_the_admins_commands() {
        let menus = menus(Locale::Id, &[ChatId::telegram(9), ChatId::console("admin")]);
        assert_eq!(menus.len(), 6, "two scopes, two languages and the default");
        for menu in menus {
            let admin = menu.commands.iter().any(|item| item.command == "deposit");
            assert_eq!(admin, menu.scope != Some(BotCommandScope::Default));
        }
    }
}
