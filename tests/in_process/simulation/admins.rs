//! What admins write and do: mostly right, sometimes twice, sometimes wrong.

use konter::clock::Clock as _;
use konter_core::catalog::Product;
use konter_core::deposit::TicketState;
use konter_core::ids::{ChatId, OrderId, TicketId};
use konter_core::money::Rupiah;
use konter_core::order::Order;
use konter_store::{Commit, InboxMessage};

use super::engine::at_once;
use super::people::Text;
use super::sabotage::Sabotage;
use super::stage::{Stage, catalog};
use super::store::write;
use super::supplier::Truth;

const PRODUCTS: [&str; 7] = ["S5", "S10", "X10", "X5", "T20", "FF70", "PLNPOST"];
const SUPPLIERS_OF: [&str; 5] = ["alfa", "beta", "gamma", "delta", "echo"];

pub fn admin(n: u64) -> ChatId {
    ChatId::telegram(1001 + i64::try_from(n).unwrap())
}

impl Stage {
    /// An admin at work.
    pub fn admin_acts(&self) -> InboxMessage {
        let world = &self.world;
        let (agent, product) = (self.anyone(), self.a_product());
        let chat = admin(world.below(2));
        let text = match world.below(31) {
            _ if world.at_night && world.percent(12) => "/tutup X5".to_owned(),
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
            18 => format!("/pindah KR000{agent} KR000{}", self.anyone()),
            19..=20 => format!("/{} {product} {}", world.pick(&["tutup", "tutup", "buka"]), world.pick(&SUPPLIERS_OF)),
            21..=22 => self.booked_before(),
            23 if world.percent(60) => {
                format!("/deposit KR000{agent} {}", world.pick(&[50_000_000, 1_000_000_000, 1_000_000_000_000_i64]))
            }
            24..=27 => self.yes(&chat),
            28..=29 => format!("/tariktransfer {} salah kirim", self.a_transfer()),
            _ => "/pending".to_owned(),
        };
        self.message(chat, &Text(text, 0))
    }

    /// At night mostly what waits for its supplier's break to end.
    fn a_product(&self) -> &'static str {
        let &product = self.world.pick(&PRODUCTS);
        if self.world.at_night && self.world.percent(50) { "X5" } else { product }
    }

    /// A booking that was made before, by ticket or by hand, typed again.
    fn booked_before(&self) -> String {
        let sent = self.sent.lock();
        let last =
            sent.iter().rev().find(|message| message.text.starts_with("/deposit") || message.text.starts_with("/acc"));
        let last = last.map_or_else(|| "/pending".to_owned(), |message| message.text.clone());
        let ticket = last.strip_prefix("/acc #").and_then(|number| number.parse().ok());
        let Some(ticket) = ticket.and_then(|number| at_once(self.store().ticket(TicketId(number))).unwrap()) else {
            return last;
        };
        match ticket.state {
            TicketState::Accepted { credited, .. } => format!("/deposit {} {}", ticket.agent, credited.get()),
            _ => last,
        }
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
        // Whoever says yes unasked is seen where an order is turned round, which is rare otherwise.
        let turns_round = world.does(Sabotage::SaysYesForThem);
        let closed = if turns_round { 80 } else { 30 };
        let id = *world.pick(if open.is_empty() || world.percent(closed) { &orders } else { &open });
        match world.below(10) {
            0..=3 if !turns_round => {
                self.books.lock().rechecked.insert(id);
                format!("/cekulang {id}")
            }
            4 => format!("/sukses {id} {}", admins_serial(id)),
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
        if delivered { format!("/sukses {id} {}", admins_serial(id)) } else { format!("/gagal {id} tidak masuk") }
    }

    /// Whether an order waits for the end of a break.
    pub fn something_waits(&self) -> bool {
        self.books.lock().orders.values().any(Order::is_queued)
    }

    /// Another catalog has been imported while the shop was down: a route closed, a cost raised beyond the price, a price
    /// raised, or everything as it was.
    pub fn changes_the_catalog(&self) {
        let world = &self.world;
        let products = at_once(self.store().products()).unwrap();
        let code = self.a_product();
        let mut product: Product = products.into_iter().find(|product| product.code.as_str() == code).unwrap();
        let route = usize::try_from(world.below(product.routes.len() as u64)).unwrap();
        let what = if self.something_waits() { *world.pick(&[0, 2, 2, 3, 3]) } else { world.below(4) };
        match what {
            0 => product.routes[route].open = false,
            1 => product = catalog().into_iter().find(|known| known.code == product.code).unwrap(),
            2 => product.routes[route].cost = Rupiah::new(product.price.get() + 700),
            _ => product.price = Rupiah::new(product.price.get() + 1_000),
        }
        world.log(format_args!("the catalog changes: {product:?}"));
        let mut commit = Commit::new(world.now());
        commit.products.push(product);
        write(self, commit).unwrap();
        self.books.lock().saw("another catalog".to_owned());
    }
}

/// No two orders' serial numbers are the same; this has the twenty digits of a token.
fn admins_serial(id: OrderId) -> String {
    format!("{:020}", 77_000_000 + id.0)
}
