//! People who say things in several messages: a command, an order or a registration without its PIN, second thoughts about it,
//! and then the PIN by itself. What is shown lives in the shop's memory, and a crash may come anywhere between.

use std::collections::VecDeque;

use konter::attachment::{Marked, edit_id};
use konter_core::ids::ChatId;
use konter_store::InboxMessage;

use super::people::{CUSTOMERS, PIN, TELKOMSEL, Text, XL};
use super::sabotage::Sabotage;
use super::stage::Stage;

/// So many of those who are nobody yet.
const STRANGERS: u64 = 4;
/// The PIN that strangers choose.
pub const NEW_PIN: &str = "8264";
const NAMES: [&str; 3] = ["Warung Rudi", "Toko Wati", "Rudi Cell"];

/// What is left to be said in a chat.
pub struct Dialog {
    next: VecDeque<Part>,
    /// What it began with, as it would be typed with its PIN.
    began: String,
    /// The message before.
    last: Option<String>,
}

enum Part {
    Says(String),
    /// In place of the message before.
    Edits(String),
    Pin(&'static str),
}

/// Digits that can be nothing but a PIN.
pub fn is_a_pin(text: &str) -> bool {
    text.len() == PIN.len() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn stranger(n: u64) -> ChatId {
    ChatId::telegram(9000 + i64::try_from(n).unwrap())
}

impl Stage {
    /// Somebody begins to say something in several messages, or goes on; mostly one message at a time.
    pub fn goes_on(&self) -> Vec<InboxMessage> {
        let world = &self.world;
        let talking: Vec<ChatId> = self.dialogs.lock().keys().cloned().collect();
        let chat = if talking.is_empty() || world.percent(40) {
            let is_new = world.percent(25);
            let n = self.anyone();
            let chat = if is_new { stranger(world.below(STRANGERS)) } else { self.a_chat_of(n) };
            let dialog = if is_new { self.registers() } else { self.wavers() };
            self.dialogs.lock().insert(chat.clone(), dialog);
            chat
        } else {
            world.pick(&talking).clone()
        };
        let count = *world.pick(&[1, 1, 2, 3]);
        let mut said = Vec::new();
        for _ in 0..count {
            let Some((part, began, last)) = self.dialogs.lock().get_mut(&chat).and_then(|dialog| {
                dialog.next.pop_front().map(|part| (part, dialog.began.clone(), dialog.last.clone()))
            }) else {
                self.dialogs.lock().remove(&chat);
                break;
            };
            let message = self.says(&chat, part, &began, last.as_deref());
            if let Some(dialog) = self.dialogs.lock().get_mut(&chat) {
                dialog.last = Some(message.message.clone());
            }
            said.push(message);
        }
        said
    }

    fn says(&self, chat: &ChatId, part: Part, began: &str, last: Option<&str>) -> InboxMessage {
        let message = |text: String, orders| self.message(chat.clone(), &Text(text, orders));
        match (part, last.and_then(|last| last.parse().ok())) {
            (Part::Edits(text), Some(last)) => {
                let text = Marked::Edited { words: &text }.to_text();
                let edit = message(text.clone(), 0);
                // Numbers of messages only grow, so that none is edited twice at once.
                let id = edit_id(last, edit.message.parse().unwrap());
                let edit = InboxMessage { message: id, ..edit };
                self.books.lock().allow(edit.key(), &text, 0);
                edit
            }
            (Part::Says(text) | Part::Edits(text), _) => message(text, 0),
            (Part::Pin(pin), _) => {
                let mut lone = message(pin.to_owned(), 2);
                if self.world.does(Sabotage::RunsWhatWasFirst) {
                    lone.text = format!("{began}{pin}");
                }
                lone
            }
        }
    }

    /// A reseller shows a command or an order, thinks again, and gives the PIN, perhaps twice.
    fn wavers(&self) -> Dialog {
        let world = &self.world;
        let opener = self.opener();
        let began = opener.clone() + if opener.contains(' ') && !opener.starts_with("NAMA") { " " } else { "." };
        let mut next = VecDeque::from([Part::Says(opener.clone())]);
        if opener.starts_with("TAG") {
            next.push_back(Part::Says("bayar".to_owned()));
        }
        for _ in 0..*world.pick(&[0, 0, 1, 1, 2]) {
            next.push_back(match world.below(12) {
                0..=2 => Part::Says(self.opener()),
                3 => Part::Edits(self.opener()),
                4 => Part::Says((*world.pick(&["SAL", "harga s10", "makasih kak"])).to_owned()),
                5 => Part::Says((*world.pick(&["batal", "gak jadi", "jangan"])).to_owned()),
                6..=8 => Part::Says((*world.pick(&["s5 aja", "yang 10 aja", "eh s10", "ganti x5", "x10"])).to_owned()),
                9..=10 => Part::Says(self.another_number()),
                _ => Part::Pin("9999"),
            });
        }
        next.push_back(Part::Pin(PIN));
        if world.percent(30) {
            next.push_back(Part::Pin(PIN));
        }
        Dialog { next, began, last: None }
    }

    /// What waits for its PIN.
    fn opener(&self) -> String {
        let (world, other) = (&self.world, self.anyone());
        let (tsel, xl) = (*world.pick(&TELKOMSEL), *world.pick(&XL));
        match world.below(16) {
            0..=3 => format!("TR.KR000{other}.{}", world.pick(&[1_000, 7_500, 20_000])),
            4 => format!("BLOKIR.KR000{other}"),
            5 => format!("UNBLOK.KR000{other}"),
            6 => format!("MARKUP.KR000{other}.{}", world.pick(&[0, 100, 250])),
            7 => format!("NAMA.Konter {}", world.pick(&["Baru", "Jaya", "Laris"])),
            8..=10 => format!("s10 {tsel}"),
            11 => format!("s5 {tsel}"),
            12..=13 => format!("x10 {xl}"),
            14 => format!("s10 {tsel}\nx10 {xl}"),
            _ => format!("TAG.PLNPOST.{}", world.pick(&CUSTOMERS)),
        }
    }

    fn another_number(&self) -> String {
        let number = if self.world.percent(60) { *self.world.pick(&TELKOMSEL) } else { *self.world.pick(&XL) };
        format!("{} {number}", self.world.pick(&["ke", "ganti nomor", "salah nomor, harusnya"]))
    }

    /// Somebody new says what the shop is called, thinks again, and gives a PIN, perhaps twice.
    fn registers(&self) -> Dialog {
        let world = &self.world;
        let name = *world.pick(&NAMES);
        let mut next = VecDeque::new();
        if world.percent(60) {
            next.push_back(Part::Says(format!("daftar {name}")));
        } else {
            next.push_back(Part::Says((*world.pick(&["daftar", "mau daftar kak"])).to_owned()));
            let with_pin = if world.percent(20) { format!(" {NEW_PIN}") } else { String::new() };
            next.push_back(Part::Says(format!("{name}{with_pin}")));
        }
        for _ in 0..*world.pick(&[0, 0, 1, 2]) {
            next.push_back(match world.below(7) {
                0..=1 => Part::Says(format!("daftar {}", world.pick(&NAMES))),
                2 => Part::Says("gratis gak?".to_owned()),
                3 => Part::Says((*world.pick(&["batal", "gak jadi"])).to_owned()),
                4 => Part::Says(format!("s10 {}", world.pick(&TELKOMSEL))),
                5 => Part::Edits(format!("daftar {}", world.pick(&NAMES))),
                _ => Part::Pin("1111"),
            });
        }
        next.push_back(Part::Pin(NEW_PIN));
        if world.percent(30) {
            next.push_back(Part::Pin(NEW_PIN));
        }
        Dialog { next, began: format!("DAFTAR.{name}."), last: None }
    }
}
