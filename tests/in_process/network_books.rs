//! Random networks, and whatever may happen in them: nobody spends what they do not have, every margin is paid once per
//! success and taken back once per reversal, and the books still add up.

use std::collections::BTreeMap;

use crate::support::store::{commit, deposits, new, now, order, pay_in, place, route, rp};
use konter_core::agent::Agent;
use konter_core::catalog::{Product, ProductKind};
use konter_core::ids::{AgentId, ChatId, OrderId, Reference, TransferId};
use konter_core::ledger::{AccountId, Entry, EntryKind, Reason};
use konter_core::network::{Network, Transfer, TransferState};
use konter_core::order::{AdminVerdict, Event, Funds, Order, Source, margins, step_with};
use konter_core::outcome::{Delivery, FailureKind, Outcome, Reading};
use konter_core::pricing::{MarginCap, MarkupFor, Markups, PriceGroup, Tariff};
use konter_store::memory::MemoryStore;
use konter_store::{Commit, CommitError, NetworkRows, Store, Versioned};
use proptest::prelude::*;

const PEOPLE: u32 = 8;

#[derive(Clone, Debug)]
enum Op {
    /// Cash comes in.
    Deposit { to: u32, amount: i64 },
    /// From one to another.
    Send { from: u32, to: u32, amount: i64 },
    /// One of the transfers so far goes back, by consent or by the shop.
    TakeBack { transfer: u64 },
    /// Everything it has.
    PassOn { from: u32, to: u32 },
    /// What one below pays more, or the base of all.
    Markup { of: u32, whom: u32, amount: i64 },
    /// Below another, or the shop.
    Move { who: u32, upline: Option<u32> },
    /// Something is bought.
    Order { by: u32 },
    /// To one of the orders so far.
    Happens { order: usize, what: What },
}

#[derive(Clone, Copy, Debug)]
enum What {
    Sending,
    Success(Source),
    Failure(Source),
    AdminSuccess,
    AdminFailure,
    Settle,
}

fn op() -> impl Strategy<Value = Op> {
    let who = || 1..=PEOPLE;
    let word = || prop_oneof![Just(Source::Answer), Just(Source::Check), Just(Source::Report)];
    let what = prop_oneof![
        1 => Just(What::Sending),
        2 => word().prop_map(What::Success),
        2 => word().prop_map(What::Failure),
        2 => Just(What::AdminSuccess),
        2 => Just(What::AdminFailure),
        1 => Just(What::Settle),
    ];
    prop_oneof![
        2 => (who(), 1_i64..60_000).prop_map(|(to, amount)| Op::Deposit { to, amount }),
        2 => (who(), who(), 1_i64..30_000).prop_map(|(from, to, amount)| Op::Send { from, to, amount }),
        3 => (who(), who()).prop_map(|(from, to)| Op::PassOn { from, to }),
        3 => (1_u64..30).prop_map(|transfer| Op::TakeBack { transfer }),
        1 => (who(), who(), 0_i64..6_000).prop_map(|(of, whom, amount)| Op::Markup { of, whom, amount }),
        1 => (who(), proptest::option::of(who())).prop_map(|(who, upline)| Op::Move { who, upline }),
        4 => who().prop_map(|by| Op::Order { by }),
        10 => (0_usize..30, what).prop_map(|(order, what)| Op::Happens { order, what }),
    ]
}

fn product() -> Product {
    Product {
        code: "S10".parse().unwrap(),
        name: "Telkomsel 10.000".to_owned(),
        category: "Pulsa".to_owned(),
        operator: None,
        kind: ProductKind::Topup,
        dest: None,
        nominal: None,
        price: rp(10_500),
        routes: vec![route("kios")],
    }
}

struct World {
    store: Store,
    orders: u64,
    transfers: u64,
    paid_in: i64,
}

impl World {
    async fn new() -> Self {
        let store = Store::new(MemoryStore::new());
        let group = PriceGroup { version: 1, margin: rp(-100), ..PriceGroup::new("agent".parse().unwrap()) };
        let network = NetworkRows { groups: vec![new(group)], ..NetworkRows::default() };
        let agents = (1..=PEOPLE).map(|n| {
            // Two in a group, everybody else pays the catalog's price.
            let group = (n <= 2).then(|| "agent".parse().unwrap());
            // A chain of five, and everybody adds something from the start: random moves alone hardly ever earn anything.
            let upline = (2..=5).contains(&n).then(|| AgentId(n - 1));
            let mut markups = Markups::default();
            markups.set(MarkupFor::All, Some(rp(500 * i64::from(n)))).unwrap();
            new(Agent {
                network: Network { group, upline, markups, ..Network::default() },
                ..crate::support::store::agent(n)
            })
        });
        store.commit(Commit { agents: agents.collect(), network, ..commit() }).await.unwrap();
        Self { store, orders: 0, transfers: 0, paid_in: 0 }
    }

    async fn agent(&self, n: u32) -> Agent {
        self.store.agent(AgentId(n)).await.unwrap().unwrap()
    }

    async fn available(&self, n: u32) -> i64 {
        self.store.account(&deposits(n)).await.unwrap().available().get()
    }

    /// Everybody above, the nearest first; a circle would never end.
    async fn uplines(&self, agent: &Agent) -> Vec<Agent> {
        let mut uplines: Vec<Agent> = Vec::new();
        let mut above = agent.network.upline;
        while let Some(id) = above {
            assert!(uplines.len() < PEOPLE as usize, "a circle above {}", agent.id);
            uplines.push(self.agent(id.0).await);
            above = uplines.last().unwrap().network.upline;
        }
        uplines
    }

    async fn change(&self, before: Agent, network: Network) -> Result<(), CommitError> {
        let row = Agent { version: before.version + 1, network, ..before.clone() };
        let agents = vec![Versioned { expected: Some(before.version), row }];
        self.store.commit(Commit { agents, ..commit() }).await.map(|_| ())
    }

    async fn run(&mut self, op: Op) {
        match op {
            Op::Deposit { to, amount } => {
                let postings = vec![pay_in(to, amount)];
                self.store.commit(Commit { postings, ..commit() }).await.unwrap();
                self.paid_in += amount;
            }
            Op::PassOn { from, to } => {
                let amount = self.available(from).await;
                if from != to && amount > 0 {
                    self.send(from, to, amount).await;
                }
            }
            Op::Send { from, to, amount } => self.send(from, to, amount).await,
            Op::TakeBack { transfer } => self.take_back(TransferId(transfer % self.transfers.max(1) + 1)).await,
            Op::Markup { of, whom, amount } => {
                let agent = self.agent(of).await;
                let mut network = agent.network.clone();
                let whom = if whom == of { MarkupFor::All } else { MarkupFor::Downline(AgentId(whom)) };
                network.markups.set(whom, Some(rp(amount))).unwrap();
                self.change(agent, network).await.unwrap();
            }
            Op::Move { who, upline } => {
                let agent = self.agent(who).await;
                let above = match upline {
                    Some(upline) => {
                        let upline = self.agent(upline).await;
                        let mut above = self.uplines(&upline).await;
                        above.push(upline);
                        above
                    }
                    None => Vec::new(),
                };
                let circle = above.iter().any(|above| above.id == agent.id);
                let same = agent.network.upline == upline.map(AgentId);
                let network = Network { upline: upline.map(AgentId), ..agent.network.clone() };
                let result = self.change(agent, network).await;
                assert_eq!(result.is_err(), circle && !same, "{result:?}");
            }
            Op::Order { by } => self.order(by).await,
            Op::Happens { order, what } => self.happens(order as u64 % self.orders.max(1) + 1, what).await,
        }
    }

    async fn send(&mut self, from: u32, to: u32, amount: i64) {
        let before = self.available(from).await;
        let row = Transfer::new(TransferId(self.transfers + 1), AgentId(from), AgentId(to), rp(amount), now());
        let postings = vec![row.posting()];
        let result = self.store.commit(Commit { postings, transfers: vec![new(row)], ..commit() }).await;
        assert_eq!(result.is_ok(), from != to && amount <= before, "{result:?}");
        self.transfers += u64::from(result.is_ok());
    }

    /// Whole and once, whoever is whose downline by then, and only where the receiver has it all.
    async fn take_back(&self, id: TransferId) {
        let Some(sent) = self.store.transfer(id).await.unwrap() else { return };
        let there = self.available(sent.to.0).await;
        let row = sent.with(TransferState::TakenBack { at: now(), by: None });
        let transfers = vec![Versioned { expected: Some(sent.version), row }];
        let result = self.store.commit(Commit { postings: vec![sent.posting_back()], transfers, ..commit() }).await;
        assert_eq!(result.is_ok(), !sent.is_back() && sent.amount.get() <= there, "{result:?}");
    }

    async fn order(&mut self, by: u32) {
        let agent = self.agent(by).await;
        let mut uplines = self.uplines(&agent).await;
        uplines.reverse();
        let root = uplines.first().unwrap_or(&agent);
        let group = match &root.network.group {
            Some(name) => self.store.price_group(name).await.unwrap().unwrap(),
            None => PriceGroup::new("retail".parse().unwrap()),
        };
        let above = uplines.into_iter().map(|upline| (upline.id, upline.network.markups)).collect();
        let cap = MarginCap::new(100).unwrap();
        let priced = Tariff::new(agent.id, above, group, cap).price(&product()).unwrap();
        let before = self.available(by).await;
        let id = self.orders + 1;
        let row = Order { price: priced.price, margins: priced.margins, ..order(id, by, &format!("08{id:010}")) };
        let result = self.store.commit(place(row)).await;
        assert_eq!(result.is_ok(), priced.price.get() <= before, "{result:?}");
        self.orders += u64::from(result.is_ok());
    }

    async fn happens(&self, id: u64, what: What) {
        let Some(order) = self.store.order(OrderId(id)).await.unwrap() else { return };
        let reference = Reference(1_000_000 + id);
        let word = |from, outcome| Event::Supplier { from, reference, reading: Reading::new(outcome), raw: None };
        let by = ChatId::telegram(1001);
        let event = match what {
            What::Sending => Event::Sending,
            What::Success(from) => {
                word(from, Outcome::Success(Delivery { sn: "SN".to_owned(), ..Delivery::default() }))
            }
            What::Failure(from) => word(from, Outcome::Failed(FailureKind::WrongNumber)),
            What::AdminSuccess => Event::Decided { by, verdict: AdminVerdict::Success { sn: "SN".to_owned() } },
            What::Settle => Event::Settle,
            What::AdminFailure => Event::Decided { by, verdict: AdminVerdict::Failed { reason: "no".to_owned() } },
        };
        self.happened(&order, event).await;
    }

    async fn happened(&self, order: &Order, event: Event) {
        let mut funds = Funds::default();
        for agent in margins::concerned(order) {
            funds.set(agent, rp(self.available(agent.0).await));
        }
        let fresh = Reference(9_000_000 + order.id.0);
        let Some(step) = step_with(order, event, &funds, fresh, now()) else { return };
        let orders = vec![Versioned { expected: Some(order.version), row: step.order }];
        self.store.commit(Commit { orders, postings: step.postings, ..commit() }).await.unwrap();
    }

    /// What all resellers together can spend is no more than what was paid in, less what the shop has kept for orders
    /// that stayed delivered as they were.
    async fn check_spendable(&self, after: &Op) {
        let mut spendable = 0;
        for (id, account) in self.store.accounts().await.unwrap() {
            if matches!(id, AccountId::Agent(_)) {
                spendable += account.available().get().max(0) + account.pending_debits.get();
            }
        }
        let journal = self.store.journal(0, usize::MAX).await.unwrap();
        let was_corrected = |id| {
            let corrects = |entry: &Entry| matches!(entry.reason, Reason::Reversal | Reason::LateDelivery);
            journal.iter().any(|entry| entry.order == Some(id) && corrects(entry))
        };
        let mut kept = 0;
        for id in (1..=self.orders).map(OrderId).filter(|id| !was_corrected(*id)) {
            let order = self.store.order(id).await.unwrap().unwrap();
            if order.is_success() {
                kept += order.price.get() - order.margins.iter().map(|margin| margin.amount.get()).sum::<i64>();
            }
        }
        let paid_in = self.paid_in;
        assert!(spendable <= paid_in - kept, "{spendable} to spend, {paid_in} paid in, {kept} kept, after {after:?}");
    }

    /// When everybody has paid in what is missing, everything is as if nobody had ever spent anything.
    async fn pay_in_and_settle(&mut self) {
        for _ in 0..2 {
            for n in 1..=PEOPLE {
                let missing = -self.available(n).await;
                if missing > 0 {
                    self.run(Op::Deposit { to: n, amount: missing }).await;
                }
            }
            for id in (1..=self.orders).map(OrderId) {
                let order = self.store.order(id).await.unwrap().unwrap();
                self.happened(&order, Event::Settle).await;
            }
        }
        for id in (1..=self.orders).map(OrderId) {
            let order = self.store.order(id).await.unwrap().unwrap();
            assert_eq!(order.withheld, [], "{order:?}");
        }
    }

    async fn check(&self) {
        let report = konter_store::audit::audit(&self.store).await.unwrap();
        assert!(report.is_clean(), "{report}");
        let journal = self.store.journal(0, usize::MAX).await.unwrap();
        let mut earned: BTreeMap<(OrderId, AccountId), (i64, i64)> = BTreeMap::new();
        for entry in &journal {
            check_line(entry);
            let (upline, sign) = match entry.reason {
                Reason::Margin => (&entry.credit, 1),
                Reason::MarginReversal => (&entry.debit, -1),
                _ => continue,
            };
            let (times, amount) = earned.entry((entry.order.unwrap(), upline.clone())).or_default();
            *times += sign;
            *amount += sign * entry.amount.get();
            assert!((0..=1).contains(times), "{entry:?}");
        }
        for id in 1..=self.orders {
            let order = self.store.order(OrderId(id)).await.unwrap().unwrap();
            for margin in &order.margins {
                let waits = order.withheld.iter().any(|part| part.to == margin.agent);
                let due = if order.is_success() && !waits { (1, margin.amount.get()) } else { (0, 0) };
                let has = earned.remove(&(order.id, AccountId::Agent(margin.agent))).unwrap_or_default();
                assert_eq!(has, due, "{order:?}");
            }
        }
        assert_eq!(earned, BTreeMap::new(), "margins of nobody's order");
        for n in 1..=PEOPLE {
            self.uplines(&self.agent(n).await).await;
        }
    }
}

/// New money is never spent by who does not have it.
fn check_line(entry: &Entry) {
    let spends = entry.kind == EntryKind::Hold || matches!(entry.reason, Reason::Transfer | Reason::TransferBack);
    assert!(!spends || !entry.debit_available.is_negative(), "{entry:?}");
    assert!(entry.amount.is_positive(), "{entry:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_books_of_a_network_are_right(ops in proptest::collection::vec(op(), 1..160)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for op in ops {
                world.run(op.clone()).await;
                world.check_spendable(&op).await;
            }
            world.check().await;
            world.pay_in_and_settle().await;
            world.check().await;
        });
    }
}
