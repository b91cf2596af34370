//! What resellers write: real chat texts, right and wrong, by chance.

use chrono::TimeDelta;
use konter::attachment::{Marked, edit_id};
use konter::clock::Clock as _;
use konter_core::ids::{AgentId, ChatId, TransferId};
use konter_core::ledger::AccountId;
use konter_store::InboxMessage;

use super::engine::at_once;
use super::stage::Stage;

pub const PIN: &str = "1234";
pub const TELKOMSEL: [&str; 3] = ["081234567801", "081234567802", "0812-3456-7803"];
pub const XL: [&str; 2] = ["081789000101", "081789000102"];
/// The last one is no phone number, although it looks like one.
pub const METERS: [&str; 3] = ["14027480301", "14027480302", "62812345678"];
/// So does the last one of these.
pub const GAMES: [&str; 2] = ["512345678", "6281234567"];
pub const CUSTOMERS: [&str; 4] = ["520010509861", "520010509862", "520010509863", "520010509864"];
/// No larger transfer goes without being asked back.
const LARGEST_TRANSFER: i128 = 500_000;

/// A text, and how many orders it names.
pub struct Text(pub String, pub usize);

/// One of a reseller's chats.
pub fn reseller(n: u64, chat: u64) -> ChatId {
    ChatId::telegram(2000 + i64::try_from(n + 1000 * chat).unwrap())
}

impl Stage {
    pub fn anyone(&self) -> u64 {
        self.world.between(1, self.resellers)
    }

    /// How many chats a reseller has.
    pub const fn chats_of(n: u64) -> u64 {
        1 + n % 3
    }

    pub fn a_chat_of(&self, n: u64) -> ChatId {
        reseller(n, self.world.below(Self::chats_of(n)))
    }

    pub fn message(&self, chat: ChatId, text: &Text) -> InboxMessage {
        let number = {
            let mut next = self.next_message.lock();
            *next += 1;
            *next
        };
        let age = if self.world.fault(4) { TimeDelta::minutes(45) } else { TimeDelta::seconds(1) };
        let message = InboxMessage {
            sender: "Budi".to_owned(),
            ..InboxMessage::new(chat, number.to_string(), text.0.clone(), self.world.now() - age)
        };
        self.books.lock().allow(message.key(), &message.text, text.1);
        message
    }

    pub fn order(&self) -> Text {
        let world = &self.world;
        let pin = if world.percent(4) { "9999" } else { PIN };
        let (tsel, xl, meter) = (*world.pick(&TELKOMSEL), *world.pick(&XL), *world.pick(&METERS));
        match world.below(17) {
            _ if world.at_night && world.percent(30) => Text(format!("X5.{xl}.{pin}"), 1),
            0..=2 => Text(format!("S10.{tsel}.{pin}"), 1),
            3..=4 => Text(format!("s5 {tsel} {pin}"), 1),
            5..=6 => Text(format!("X10.{xl}.{pin}"), 1),
            7..=8 => Text(format!("T20.{meter}.{pin}"), 1),
            9 => Text(format!("10.{tsel}.{pin}"), 1),
            10 => Text(format!("S10.2.{tsel}.{pin}"), 1),
            11 => Text(format!("S10.{tsel}.X10.{xl}.{pin}"), 2),
            12 => Text(format!("S5.{tsel}.3.{pin}"), 1),
            13 => Text(format!("FF70.{}.{pin}", world.pick(&GAMES)), 1),
            14..=15 => Text(format!("X5.{xl}.{pin}"), 1),
            _ => Text(format!("X10.{tsel}.{pin}"), 1),
        }
    }

    fn bill(&self) -> Text {
        let customer = *self.world.pick(&CUSTOMERS);
        match self.world.below(5) {
            0..=1 => Text(format!("TAG.PLNPOST.{customer}"), 0),
            2 => Text(format!("CEKPLN.{}", self.world.pick(&METERS)), 0),
            _ => Text(format!("BAYAR.PLNPOST.{customer}.{PIN}"), 1),
        }
    }

    fn beside_orders(&self, chat: &ChatId) -> Text {
        let world = &self.world;
        let other = self.anyone();
        let amount = *world.pick(&[1_000, 7_500, 20_000, 600_000]);
        let text = match world.below(14) {
            0..=2 => format!("TR.KR000{other}.{amount}.{PIN}"),
            3 => self.yes(chat),
            4..=5 => format!("TIKET.{}", world.pick(&[50_000, 100_000, 250_000])),
            6 => format!("MARKUP.KR000{other}.{}.{PIN}", world.pick(&[0, 100, 250])),
            7 => "SAL".to_owned(),
            8 => format!("CEK.{}", world.pick(&TELKOMSEL)),
            9 => "MUTASI".to_owned(),
            10 => (*world.pick(&["ANTRI.YA", "ANTRI.TIDAK"])).to_owned(),
            11..=12 => format!("TARIK.{}", self.a_transfer()),
            _ => (*world.pick(&["HARGA.S10", "REKAP", "apa kabar", "S10.0812.1234"])).to_owned(),
        };
        Text(text, 0)
    }

    /// Somebody among the resellers writes something, mostly new, sometimes what it has just written, from whichever of
    /// its chats.
    pub fn says_something(&self) -> InboxMessage {
        // Among greedy ones only the last has enough to order.
        let n = if self.world.greedy && self.world.percent(50) { self.resellers } else { self.anyone() };
        let chat = self.a_chat_of(n);
        if self.world.percent(12)
            && !self.wavering
            && let Some(text) = self.just_written(n)
        {
            return self.message(chat, &text);
        }
        let text = match self.world.below(10) {
            0..=5 => self.order(),
            6..=7 => self.bill(),
            _ => self.beside_orders(&chat),
        };
        self.message(chat, &text)
    }

    /// Somebody orders without the PIN, and then edits that, or gives the PIN in reply to one of several such messages: it
    /// buys what is meant, or nothing.
    pub fn has_second_thoughts(&self) -> Vec<InboxMessage> {
        let (world, n) = (&self.world, self.anyone());
        let chat = self.a_chat_of(n);
        let says = |text: &str, orders| self.message(chat.clone(), &Text(text.to_owned(), orders));
        let (tsel, xl) = (*world.pick(&TELKOMSEL), *world.pick(&XL));
        let (one, other) = (format!("s10 {tsel}"), format!("x10 {xl}"));
        let first = says(&one, 0);
        let for_this = |order: &InboxMessage| {
            let pin = InboxMessage { replies_to: Some(order.message.clone()), ..says(PIN, 1) };
            // Where it goes stands in the order.
            self.books.lock().allow(pin.key(), &order.text, 1);
            pin
        };
        match world.below(4) {
            0 => {
                let text = Marked::Edited { words: &other }.to_text();
                let message = edit_id(first.message.parse().unwrap(), 1);
                let edit = InboxMessage { message, text, ..first.clone() };
                vec![first, edit, says(PIN, 0)]
            }
            1 => {
                // Where the other one is refused, the first still waits.
                let pin = for_this(&first);
                vec![first, says(&other, 0), pin]
            }
            2 => {
                let second = says(&other, 0);
                let pin = for_this(&second);
                vec![first, second, pin]
            }
            _ => {
                let pin = for_this(&first);
                vec![first, says("SAL", 0), pin]
            }
        }
    }

    /// One of the latest transfers.
    pub fn a_transfer(&self) -> u64 {
        let last = self.books.lock().transfers.max(1);
        self.world.between(last.saturating_sub(3).max(1), last)
    }

    /// A receiver of one of the latest transfers taps on what it may have been asked, sometimes twice.
    pub fn answers_for_a_transfer(&self) -> Vec<InboxMessage> {
        let id = self.a_transfer();
        let Some(sent) = at_once(self.store().transfer(TransferId(id))).unwrap() else { return Vec::new() };
        let chat = self.a_chat_of(u64::from(sent.to.0));
        let text = Text(format!("!{} {id}", self.world.pick(&["giveback", "giveback", "keep"])), 0);
        let taps = if self.world.percent(20) { 2 } else { 1 };
        let tap = |_| InboxMessage { tapped: Some("1".to_owned()), ..self.message(chat.clone(), &text) };
        (0..taps).map(tap).collect()
    }

    /// Yes to what a chat was asked last.
    pub fn yes(&self, chat: &ChatId) -> String {
        let number = self.books.lock().questions.get(chat).copied();
        format!("YA.{}", number.unwrap_or(1))
    }

    fn just_written(&self, n: u64) -> Option<Text> {
        let sent = self.sent.lock();
        let is_its = |message: &&InboxMessage| (0..Self::chats_of(n)).any(|chat| message.chat == reseller(n, chat));
        let recent: Vec<&InboxMessage> = sent.iter().rev().filter(is_its).take(3).collect();
        let message = *recent.get(usize::try_from(self.world.below(3)).unwrap())?;
        Some(Text(message.text.clone(), self.books.lock().allowed(&message.key())))
    }

    /// The same transfer from every chat of one reseller at the same moment.
    pub fn transfers_at_once(&self) -> Vec<InboxMessage> {
        let (n, other) = (self.anyone(), self.anyone());
        let text = Text(format!("TR.KR000{other}.{}.{PIN}", self.world.pick(&[1_000, 7_500, 20_000])), 0);
        (0..Self::chats_of(n)).map(|chat| self.message(reseller(n, chat), &text)).collect()
    }

    /// An upline passes on whatever it has.
    pub fn passes_everything_on(&self) -> Option<InboxMessage> {
        if self.resellers < 2 {
            return None;
        }
        let n = self.world.between(1, self.resellers - 1);
        let has = {
            let books = self.books.lock();
            let sums = books.sums.get(&AccountId::Agent(AgentId(u32::try_from(n).unwrap()))).copied();
            sums.map_or(0, |sums| sums[1] - sums[0] - sums[2]).min(LARGEST_TRANSFER)
        };
        let text = Text(format!("TR.KR000{}.{has}.{PIN}", n + 1), 0);
        (has > 0).then(|| self.message(reseller(n, 0), &text))
    }
}
