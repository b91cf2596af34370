//! What resellers and admins write: real chat texts, right and wrong, by chance.

use chrono::TimeDelta;
use konter::clock::Clock as _;
use konter::ids::{ChatId, OrderId};
use konter::order::OrderState;
use konter::store::InboxMessage;

use super::run::Stage;
use super::supplier::{SUPPLIERS, Truth};

pub const PIN: &str = "1234";
const TELKOMSEL: [&str; 3] = ["081234567801", "081234567802", "0812-3456-7803"];
const XL: [&str; 2] = ["081789000101", "081789000102"];
const METERS: [&str; 2] = ["14027480301", "14027480302"];
const CUSTOMERS: [&str; 4] = ["520010509861", "520010509862", "520010509863", "520010509864"];
const PRODUCTS: [&str; 5] = ["S5", "S10", "X10", "T20", "PLNPOST"];

/// A text, and how many orders it names.
pub struct Text(pub String, pub usize);

pub fn admin(n: u64) -> ChatId {
    ChatId::telegram(1001 + i64::try_from(n).unwrap())
}

pub fn reseller(n: u64) -> ChatId {
    ChatId::telegram(2000 + i64::try_from(n).unwrap())
}

impl Stage {
    fn anyone(&self) -> u64 {
        self.world.between(1, self.resellers)
    }

    pub fn message(&self, chat: ChatId, text: &Text) -> InboxMessage {
        let number = {
            let mut next = self.next_message.lock();
            *next += 1;
            *next
        };
        let age = if self.world.fault(4) { TimeDelta::minutes(45) } else { TimeDelta::seconds(1) };
        let message = InboxMessage {
            chat,
            message: number.to_string(),
            text: text.0.clone(),
            sent_at: self.world.now() - age,
            private: true,
            sender: "Budi".to_owned(),
            tapped: None,
            is_caption: false,
            replies_to: None,
        };
        self.books.lock().allow(message.key(), text.1);
        message
    }

    pub fn order(&self) -> Text {
        let world = &self.world;
        let pin = if world.percent(4) { "9999" } else { PIN };
        let (tsel, xl, meter) = (*world.pick(&TELKOMSEL), *world.pick(&XL), *world.pick(&METERS));
        match world.below(14) {
            0..=2 => Text(format!("S10.{tsel}.{pin}"), 1),
            3..=4 => Text(format!("s5 {tsel} {pin}"), 1),
            5..=6 => Text(format!("X10.{xl}.{pin}"), 1),
            7..=8 => Text(format!("T20.{meter}.{pin}"), 1),
            9 => Text(format!("10.{tsel}.{pin}"), 1),
            10 => Text(format!("S10.2.{tsel}.{pin}"), 1),
            11 => Text(format!("S10.{tsel}.X10.{xl}.{pin}"), 2),
            12 => Text(format!("S5.{tsel}.3.{pin}"), 1),
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
        let text = match world.below(11) {
            0..=2 => format!("TR.KR000{other}.{amount}.{PIN}"),
            3 => self.yes(chat),
            4..=5 => format!("TIKET.{}", world.pick(&[50_000, 100_000, 250_000])),
            6 => format!("MARKUP.KR000{other}.{}.{PIN}", world.pick(&[0, 100, 250])),
            7 => "SAL".to_owned(),
            8 => format!("CEK.{}", world.pick(&TELKOMSEL)),
            9 => "MUTASI".to_owned(),
            _ => (*world.pick(&["HARGA.S10", "REKAP", "apa kabar", "S10.0812.1234"])).to_owned(),
        };
        Text(text, 0)
    }

    /// Somebody among the resellers writes something.
    pub fn says_something(&self) -> InboxMessage {
        let chat = reseller(self.anyone());
        let text = match self.world.below(10) {
            0..=5 => self.order(),
            6..=7 => self.bill(),
            _ => self.beside_orders(&chat),
        };
        self.message(chat, &text)
    }

    /// An admin at work.
    pub fn admin_acts(&self) -> InboxMessage {
        let world = &self.world;
        let (agent, product) = (self.anyone(), *world.pick(&PRODUCTS));
        let chat = admin(world.below(2));
        let text = match world.below(23) {
            0..=4 => format!("/deposit KR000{agent} {}", world.pick(&[10_000, 25_000, 60_000])),
            5 => format!("/deposit KR000{agent} -{}", world.pick(&[5_000, 40_000])),
            6 => format!("/deposit KR000{agent} -{} --paksa", world.pick(&[5_000, 40_000])),
            7..=8 => {
                let tickets = self.books.lock().tickets;
                format!("/{} #{}", world.pick(&["acc", "acc", "tolak"]), world.between(1, tickets.max(1)))
            }
            9..=12 => self.decision(),
            13 => format!("/hargajual {product} {}", 11_000 + 500 * world.below(20)),
            14 => format!("/tutup {product}"),
            15 => format!("/buka {product}"),
            16 => format!("/blokir KR000{agent}"),
            17 => format!("/buka KR000{agent}"),
            19..=21 => self.yes(&chat),
            18 => format!("/pindah KR000{agent} KR000{}", self.anyone()),
            _ => "/pending".to_owned(),
        };
        self.message(chat, &Text(text, 0))
    }

    /// Yes to what a chat was asked last.
    fn yes(&self, chat: &ChatId) -> String {
        let number = self.books.lock().questions.get(chat).copied();
        format!("YA.{}", number.unwrap_or(1))
    }

    /// About any order; the admins mostly know what they say.
    fn decision(&self) -> String {
        let world = &self.world;
        let orders: Vec<OrderId> = self.books.lock().orders.keys().copied().collect();
        if orders.is_empty() {
            return "/pending".to_owned();
        }
        let open: Vec<OrderId> = {
            let books = self.books.lock();
            books.orders.values().filter(|order| order.is_open()).map(|order| order.id).collect()
        };
        let id = *world.pick(if open.is_empty() || world.percent(30) { &orders } else { &open });
        match world.below(10) {
            0..=3 => format!("/cekulang {id}"),
            4 => format!("/sukses {id} SN-ADMIN"),
            5 => format!("/gagal {id} salah"),
            _ => self.truthful(id),
        }
    }

    /// What an admin says who has asked the supplier by telephone.
    pub fn truthful(&self, id: OrderId) -> String {
        let order = self.books.lock().orders[&id].clone();
        let (book, now) = (self.book.lock(), self.world.elapsed());
        let delivered = order.attempts.iter().any(|attempt| {
            let deal = book.deal(attempt.route.supplier.as_str(), attempt.reference);
            deal.truth(now) == Truth::Delivered
        });
        if delivered { format!("/sukses {id} SN-ADMIN") } else { format!("/gagal {id} tidak masuk") }
    }

    /// Open orders of which no word can be expected any more: a person has to look.
    pub fn must_be_final(&self, id: OrderId) -> bool {
        let order = self.books.lock().orders[&id].clone();
        let OrderState::Open = order.state else { return false };
        let Some(attempt) = order.current() else { return false };
        let book = self.book.lock();
        let deal = book.deal(attempt.route.supplier.as_str(), attempt.reference);
        let Some(sent) = attempt.sent_at else { return true };
        let checks = SUPPLIERS[super::supplier::index_of(attempt.route.supplier.as_str())].1;
        // Stop well before the shop itself stops asking.
        let can_ask = checks && deal.fate.is_some() && self.world.now() - sent < TimeDelta::hours(20);
        can_ask || deal.acknowledged
    }
}
