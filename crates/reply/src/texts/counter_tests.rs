//! How a good counter talks: what is said where, what the keyboard and the help show, whom people can ask.

use super::*;
use crate::samples::samples;
use konter_command::Key;
use konter_core::staff::Role;

const TZ: Tz = chrono_tz::Asia::Jakarta;

fn all(texts: &Texts) -> Vec<(Reply, Locale, Rendered)> {
    let balance = Some(Rupiah::new(89_500));
    let told = |locale| {
        let told = move |reply: Reply| (reply.clone(), locale, texts.render(locale, &reply, balance));
        samples().unwrap().into_iter().map(|sample| sample.reply).map(told)
    };
    Locale::ALL.into_iter().flat_map(told).collect()
}

/// Resellers' programs look for it: it says that something was not delivered, and nothing else.
#[test]
fn gagal_is_said_of_orders_only() {
    for (reply, locale, told) in all(&Texts::builtin(TZ)) {
        let about_an_order = matches!(
            reply,
            Reply::OrderFailed(_)
                | Reply::OrderReversed(_)
                | Reply::OrderRefused(_)
                | Reply::OrderNotUnderstood { .. }
                | Reply::AgentWaiting { order: true, .. }
                | Reply::AgentBlocked { order: true, .. }
                | Reply::TurnedAway { order: true, .. }
                | Reply::TryAgain { order: true }
        );
        assert_eq!(told.body.starts_with("GAGAL"), about_an_order, "{locale:?}: {}", told.body);
    }
}

#[test]
fn every_key_of_the_keyboard_is_read_as_itself() {
    let mut seen = std::collections::BTreeSet::new();
    for (reply, locale, told) in all(&Texts::builtin(TZ)) {
        let keys = keyboard::keys(&reply);
        let read: Vec<Vec<Option<Key>>> =
            told.keyboard.iter().map(|row| row.iter().map(|label| Key::read(label)).collect()).collect();
        assert_eq!(read, keys.iter().map(|row| row.iter().copied().map(Some).collect()).collect::<Vec<Vec<_>>>());
        assert!(told.keyboard.is_empty() || told.buttons.is_empty(), "a message has one or the other: {}", told.body);
        seen.extend(told.keyboard.into_iter().flatten().map(|label| (locale.name(), label)));
    }
    assert_eq!(seen.len(), 18, "nine keys in two languages: {seen:?}");
}

#[test]
fn an_own_label_that_is_not_read_is_refused() {
    let own = |label: &str| Texts::with_overrides(TZ, &[("id.toml", format!("[keyboard]\nbalance = \"{label}\""))]);
    assert!(own("SALDO").is_ok());
    let problems = own("Dompet saya").unwrap_err();
    assert!(problems[0].to_string().contains("Dompet saya"), "{problems:?}");
}

#[test]
fn help_fits_on_a_phone_and_leads_on_by_buttons() {
    let texts = Texts::builtin(TZ).with_contact(Some("@toko_berkah"));
    for locale in Locale::ALL {
        for role in [None, Some(Role::Viewer), Some(Role::Owner)] {
            let told = texts.render(locale, &Reply::Help { topic: None, role }, None);
            assert!(told.body.lines().count() <= 8, "{}", told.body);
            for button in told.buttons.iter().flatten() {
                let topic = button.tap.strip_prefix("BANTUAN.").unwrap().to_owned();
                let page = texts.render(locale, &Reply::Help { topic: Some(topic), role }, None);
                assert_ne!(page.body, told.body, "{} leads back", button.label);
            }
        }
    }
}

#[test]
fn whom_to_ask_stands_where_people_are_sent_to_somebody() {
    let told = |texts: &Texts, reply: &Reply| texts.render(Locale::Id, reply, None).body;
    let blocked = Reply::AgentBlocked { code: konter_core::ids::AgentId(7), order: false };
    assert_eq!(
        told(&Texts::builtin(TZ), &blocked),
        "Akun KR0007 sedang diblokir. Untuk membukanya tanya langsung ke tokonya."
    );
    let with = Texts::builtin(TZ).with_contact(Some("@toko_berkah"));
    assert_eq!(told(&with, &blocked), "Akun KR0007 sedang diblokir. Untuk membukanya hubungi @toko_berkah.");
    // Nobody answers a stranger's KOMPLAIN, so the words lead out of the chat.
    let lost = Reply::Talk(Box::new(crate::TalkReply::LostAccount { registered: false }));
    let way = "tanya langsung ke tokonya (tempat Anda biasa setor deposit) dan sebutkan kode agen";
    assert!(told(&Texts::builtin(TZ), &lost).contains(way), "{}", told(&Texts::builtin(TZ), &lost));
    assert!(told(&with, &lost).contains("hubungi @toko_berkah dan sebutkan"), "{}", told(&with, &lost));
    let own = Texts::with_overrides(TZ, &[("id.toml", "[account]\nblocked = 'Diblokir, tanya {{ contact }}'")]);
    let problems = own.unwrap_err();
    assert!(problems[0].to_string().contains("can be missing"), "{problems:?}");
}

/// Found by reading: the English texts of the two had changed places, and told of money that waits as if it were there.
#[test]
fn what_waits_is_not_said_to_be_there() {
    let texts = Texts::builtin(TZ);
    for (reply, locale, told) in all(&texts) {
        if let Reply::OrderReversed(line) = &reply {
            let moved = line.price.checked_sub(line.withheld).unwrap();
            assert!(told.body.contains(&format!("{moved} ")), "{locale:?}: {}", told.body);
            let waits = told.body.contains("menyusul") || told.body.contains("will follow");
            assert_eq!(waits, line.withheld.is_positive(), "{locale:?}: {}", told.body);
        }
    }
}
