//! A shop put together: from what everything stands on, over what moves orders, to what hears from outside. What a layer
//! is made of stands above it, so no part can reach one that is made later.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::alarm::{Alarms, SerialPrompts};
use super::alerts::Alerts;
use super::announcing::Announcing;
use super::answer::Context;
use super::apply_event::OrderEvents;
use super::background::Background;
use super::bills::Bills;
use super::buying::Purchasing;
use super::callbacks::Callbacks;
use super::charges::Charges;
use super::choice::Offers;
use super::day_closing::DayClosing;
use super::day_proof::DayProof;
use super::dead_letters::DeadLetters;
use super::decisions::Decisions;
use super::degraded_mode::{RestoredAt, StoreFailures, TakeOver};
use super::deposits::Deposits;
use super::drift::Drift;
use super::guide::Guides;
use super::h2h::{Programs, Trading};
use super::in_flight::InFlight;
use super::inbox::Intake;
use super::inquiring::Inquiries;
use super::keypad::Keypads;
use super::measure::Gauges;
use super::network::Network;
use super::notices::Notices;
use super::on_sale::OnSale;
use super::outbox::Outbox;
use super::pepper::Renewal;
use super::pins::Pins;
use super::price_lists::PriceListWatch;
use super::process::Process;
use super::rate_limit::RateLimits;
use super::reports::Reports;
use super::requests::Requests;
use super::rounds::Rounds;
use super::schedule::Schedule;
use super::scheduler::Scheduler;
use super::sharing::Sharing;
use super::staff::Staff;
use super::stock::{Imports, Stock};
use super::summary::Summaries;
use super::suppliers::Suppliers;
use super::unread::Unread;
use super::{ChatService, Parts, Policy, Shop};
use konter_core::catalog::Catalog;
use konter_core::ids::ChatId;
use konter_store::StoreError;

/// What everything stands on: rows and memory, and the ways to those who work here and to the suppliers.
struct Ground {
    process: Process,
    chats: Arc<dyn ChatService>,
    outbox: Outbox,
    staff: Arc<Staff>,
    alerts: Arc<Alerts>,
    failures: Arc<StoreFailures>,
    drift: Arc<Drift>,
    restored: Arc<RestoredAt>,
    suppliers: Arc<Suppliers>,
    requests: Arc<Requests>,
    stock: Arc<Stock>,
    imports: Arc<Imports>,
    network: Arc<Network>,
    reports: Arc<Reports>,
    announcing: Arc<Announcing>,
}

/// What is known of orders, offers and deposits, and how that changes.
struct Trade {
    schedule: Arc<Schedule>,
    notices: Arc<Notices>,
    events: Arc<OrderEvents>,
    deposits: Arc<Deposits>,
    bills: Arc<Bills>,
    guides: Arc<Guides>,
    keypads: Arc<Keypads>,
    offers: Arc<Offers>,
}

/// Who asks suppliers, and when.
struct Work {
    inquiries: Arc<Inquiries>,
    purchasing: Arc<Purchasing>,
    alarms: Arc<Alarms>,
    scheduler: Arc<Scheduler>,
    price_lists: Arc<PriceListWatch>,
}

pub(super) async fn assemble(parts: Parts) -> Result<(Arc<Shop>, mpsc::UnboundedReceiver<ChatId>), StoreError> {
    let programs = Arc::new(Programs::new(&parts));
    let Parts { store, clock, policy, prefixes, suppliers, catalog, chats, pepper, seal } = parts;
    let process = Process::new(store, clock);
    let (outbox, waiting) = mpsc::unbounded_channel();
    let outbox = Outbox::new(process.store.clone(), outbox);
    let staff = Arc::new(Staff::load(process.store.clone(), policy.admins.clone()).await?);
    let ground = Ground::new(process, &policy, chats, outbox, staff, suppliers, catalog);
    let trade = Trade::new(&ground, &policy);
    let work = Work::new(&ground, &trade, &policy);
    let background = background(&ground, &trade, &work, &policy);
    let pins = Arc::new(Pins::new(pepper));
    let context = Arc::new(Context {
        store: ground.process.store.clone(),
        clock: ground.process.clock.clone(),
        prefixes,
        chats: Arc::clone(&ground.chats),
        staff: Arc::clone(&ground.staff),
        alerts: Arc::clone(&ground.alerts),
        suppliers: Arc::clone(&ground.suppliers),
        requests: Arc::clone(&ground.requests),
        stock: Arc::clone(&ground.stock),
        imports: Arc::clone(&ground.imports),
        network: Arc::clone(&ground.network),
        reports: Arc::clone(&ground.reports),
        bills: Arc::clone(&trade.bills),
        notices: Arc::clone(&trade.notices),
        schedule: Arc::clone(&trade.schedule),
        checkers: Arc::clone(&work.purchasing.checkers),
        serials: SerialPrompts::default(),
        pins: Arc::clone(&pins),
        renewal: Renewal { process: ground.process.clone(), pins: Arc::clone(&pins) },
        keypads: Arc::clone(&trade.keypads),
        guides: Arc::clone(&trade.guides),
        offers: Arc::clone(&trade.offers),
        rate_limits: RateLimits::default(),
        programs: Arc::clone(&programs),
        drift: Arc::clone(&ground.drift),
        restored: Arc::clone(&ground.restored),
        policy,
    });
    let decisions = Arc::new(decisions(&ground, &trade, &work));
    let intake = Arc::new(Intake::new(
        ground.process.clone(),
        Arc::clone(&context),
        Arc::clone(&decisions),
        Arc::clone(&ground.failures),
        seal,
    ));
    let trading = Trading {
        store: ground.process.store.clone(),
        clock: ground.process.clock.clone(),
        pins,
        programs,
        context,
        decisions,
        failures: Arc::clone(&ground.failures),
    };
    Ok((Arc::new(ground.open(trade, work, background, intake, trading)), waiting))
}

impl Ground {
    fn new(
        process: Process,
        policy: &Policy,
        chats: Arc<dyn ChatService>,
        outbox: Outbox,
        staff: Arc<Staff>,
        suppliers: Suppliers,
        catalog: Catalog,
    ) -> Self {
        let (store, clock) = (process.store.clone(), process.clock.clone());
        let alerts = Arc::new(Alerts {
            outbox: outbox.clone(),
            clock: clock.clone(),
            locale: policy.locale,
            roster: staff.roster(),
        });
        let failures = Arc::new(StoreFailures::new(process.clone(), Arc::clone(&chats), policy.locale, staff.roster()));
        let requests = Arc::new(Requests {
            store: store.clone(),
            share: Arc::clone(&process.share),
            clock: clock.clone(),
            stop: process.stop.clone(),
        });
        let imports = Arc::new(Imports::default());
        Self {
            drift: Arc::new(Drift::new(process.clone(), Arc::clone(&alerts))),
            restored: Arc::new(RestoredAt::new(clock.clone(), policy.stale_after)),
            suppliers: Arc::new(suppliers),
            requests,
            stock: Arc::new(Stock::new(store.clone(), catalog, Arc::clone(&imports))),
            imports,
            network: Arc::new(Network { store: store.clone(), margin_cap: policy.margin_cap }),
            reports: Arc::new(Reports { store, clock }),
            announcing: Arc::new(Announcing::new(process.clone(), outbox.clone())),
            process,
            chats,
            outbox,
            staff,
            alerts,
            failures,
        }
    }

    fn open(self, trade: Trade, work: Work, background: Background, intake: Arc<Intake>, trading: Trading) -> Shop {
        let process = self.process;
        let days = Arc::new(DayProof::new(process.clone(), Arc::clone(&self.alerts)));
        Shop {
            store: process.store.clone(),
            share: Arc::clone(&process.share),
            clock: process.clock.clone(),
            take_over: TakeOver {
                process: process.clone(),
                events: Arc::clone(&trade.events),
                alerts: Arc::clone(&self.alerts),
                outbox: self.outbox.clone(),
                restored: self.restored,
            },
            callbacks: Arc::new(Callbacks {
                process: process.clone(),
                suppliers: Arc::clone(&self.suppliers),
                events: trade.events,
                purchasing: Arc::clone(&work.purchasing),
                deposits: Arc::clone(&trade.deposits),
            }),
            sharing: Arc::new(Sharing {
                process: process.clone(),
                outbox: self.outbox,
                staff: Arc::clone(&self.staff),
                stock: Arc::clone(&self.stock),
                deposits: Arc::clone(&trade.deposits),
                announcing: self.announcing,
                schedule: Arc::clone(&trade.schedule),
                scheduler: Arc::clone(&work.scheduler),
                purchasing: work.purchasing,
                inquiries: Arc::clone(&work.inquiries),
                intake: Arc::clone(&intake),
            }),
            gauges: Gauges {
                process: process.clone(),
                suppliers: Arc::clone(&self.suppliers),
                stock: Arc::clone(&self.stock),
                schedule: trade.schedule,
                drift: Arc::clone(&self.drift),
                days: Arc::clone(&days),
            },
            days,
            unread: Arc::clone(&background.rounds.unread),
            process,
            suppliers: self.suppliers,
            stock: self.stock,
            staff: self.staff,
            alerts: self.alerts,
            failures: self.failures,
            drift: self.drift,
            deposits: trade.deposits,
            inquiries: work.inquiries,
            scheduler: work.scheduler,
            intake,
            trading,
            background,
        }
    }
}

impl Trade {
    fn new(ground: &Ground, policy: &Policy) -> Self {
        let Ground { process, outbox, alerts, suppliers, requests, stock, network, .. } = ground;
        let (store, clock, share) = (&process.store, &process.clock, Arc::clone(&process.share));
        let schedule = Arc::new(Schedule::new(clock.clone(), share, Arc::clone(suppliers), policy.stale_after));
        let notices = Arc::new(Notices { store: store.clone(), clock: clock.clone(), alerts: Arc::clone(alerts) });
        let events = Arc::new(OrderEvents {
            store: store.clone(),
            clock: clock.clone(),
            outbox: outbox.clone(),
            suppliers: Arc::clone(suppliers),
            network: Arc::clone(network),
            notices: Arc::clone(&notices),
            schedule: Arc::clone(&schedule),
            charges: Charges::default(),
        });
        let deposits = Arc::new(Deposits {
            store: store.clone(),
            clock: clock.clone(),
            suppliers: Arc::clone(suppliers),
            requests: Arc::clone(requests),
            alerts: Arc::clone(alerts),
            outbox: outbox.clone(),
        });
        let bills = Arc::new(Bills {
            store: store.clone(),
            clock: clock.clone(),
            outbox: outbox.clone(),
            valid_for: policy.inquiry_valid_for,
        });
        let (guides, keypads) = (Arc::<Guides>::default(), Arc::<Keypads>::default());
        let offers = Arc::new(Offers {
            clock: clock.clone(),
            stock: Arc::clone(stock),
            guides: Arc::clone(&guides),
            keypads: Arc::clone(&keypads),
        });
        Self { schedule, notices, events, deposits, bills, guides, keypads, offers }
    }
}

impl Work {
    fn new(ground: &Ground, trade: &Trade, policy: &Policy) -> Self {
        let Ground { process, outbox, alerts, suppliers, requests, stock, network, .. } = ground;
        let Trade { schedule, events, deposits, bills, offers, .. } = trade;
        let (store, clock, stale_after) = (&process.store, &process.clock, policy.stale_after);
        let inquiries = Arc::new(Inquiries {
            process: process.clone(),
            suppliers: Arc::clone(suppliers),
            requests: Arc::clone(requests),
            stock: Arc::clone(stock),
            network: Arc::clone(network),
            outbox: outbox.clone(),
            offers: Arc::clone(offers),
            bills: Arc::clone(bills),
            at_work: InFlight::default(),
            stale_after,
        });
        let purchasing = Arc::new(Purchasing {
            process: process.clone(),
            suppliers: Arc::clone(suppliers),
            requests: Arc::clone(requests),
            deposits: Arc::clone(deposits),
            on_sale: OnSale {
                store: store.clone(),
                clock: clock.clone(),
                stock: Arc::clone(stock),
                network: Arc::clone(network),
            },
            bills: Arc::clone(bills),
            events: Arc::clone(events),
            schedule: Arc::clone(schedule),
            buyers: InFlight::default(),
            checkers: Arc::default(),
            stale_after,
        });
        let alarms = Arc::new(Alarms::new(
            process.clone(),
            Arc::clone(alerts),
            outbox.clone(),
            Arc::clone(events),
            Arc::clone(&purchasing),
        ));
        let scheduler = Arc::new(Scheduler {
            process: process.clone(),
            schedule: Arc::clone(schedule),
            events: Arc::clone(events),
            purchasing: Arc::clone(&purchasing),
            alarms: Arc::clone(&alarms),
            failures: Arc::clone(&ground.failures),
            stale_after,
        });
        let price_lists = Arc::new(PriceListWatch {
            process: process.clone(),
            suppliers: Arc::clone(suppliers),
            requests: Arc::clone(requests),
            stock: Arc::clone(stock),
            alerts: Arc::clone(alerts),
            outbox: outbox.clone(),
            mode: policy.price_lists,
            waiting: parking_lot::Mutex::default(),
            locale: policy.locale,
        });
        Self { inquiries, purchasing, alarms, scheduler, price_lists }
    }
}

fn decisions(ground: &Ground, trade: &Trade, work: &Work) -> Decisions {
    Decisions {
        outbox: ground.outbox.clone(),
        chats: Arc::clone(&ground.chats),
        stock: Arc::clone(&ground.stock),
        suppliers: Arc::clone(&ground.suppliers),
        staff: Arc::clone(&ground.staff),
        announcing: Arc::clone(&ground.announcing),
        schedule: Arc::clone(&trade.schedule),
        purchasing: Arc::clone(&work.purchasing),
        inquiries: Arc::clone(&work.inquiries),
        price_lists: Arc::clone(&work.price_lists),
    }
}

fn background(ground: &Ground, trade: &Trade, work: &Work, policy: &Policy) -> Background {
    let Ground { process, outbox, alerts, suppliers, reports, announcing, .. } = ground;
    let unread = Arc::new(Unread::new(process.clone(), Arc::clone(suppliers), Arc::clone(alerts), outbox.clone()));
    let summaries = policy.summary_at.map(|hour| {
        Arc::new(Summaries {
            process: process.clone(),
            reports: Arc::clone(reports),
            alerts: Arc::clone(alerts),
            outbox: outbox.clone(),
            hour,
        })
    });
    Background {
        summaries,
        day_closing: Arc::new(DayClosing {
            store: process.store.clone(),
            clock: process.clock.clone(),
            after_days: policy.close_days_after,
            stop: process.stop.clone(),
        }),
        dead_letters: Arc::new(DeadLetters {
            process: process.clone(),
            alerts: Arc::clone(alerts),
            outbox: outbox.clone(),
        }),
        rounds: Arc::new(Rounds {
            process: process.clone(),
            alarms: Arc::clone(&work.alarms),
            unread,
            deposits: Arc::clone(&trade.deposits),
        }),
        announcing: Arc::clone(announcing),
        price_lists: Arc::clone(&work.price_lists),
    }
}
