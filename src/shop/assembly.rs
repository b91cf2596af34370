//! A shop put together: from what everything stands on, over what moves orders, to what hears from outside. What a part
//! knows stands above it, so no part can reach one that is made later. Clones are the same part.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::alarm::Alarms;
use super::alerts::Alerts;
use super::announcing::Announcing;
use super::answer::{Context, Tracking, Trade};
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
use super::dialogs::Dialogs;
use super::drift::Drift;
use super::h2h::{Programs, Trading};
use super::in_flight::InFlight;
use super::inbox::Intake;
use super::inquiring::Inquiries;
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
use super::stock::Stock;
use super::summary::Summaries;
use super::unread::Unread;
use super::{Parts, Shop};
use konter_core::ids::ChatId;
use konter_store::StoreError;

#[expect(clippy::too_many_lines, reason = "a list: each part with what it knows, and nothing decided")]
pub(super) async fn assemble(parts: Parts) -> Result<(Arc<Shop>, mpsc::UnboundedReceiver<ChatId>), StoreError> {
    let programs = Arc::new(Programs::new(&parts));
    let Parts { store, clock, policy, prefixes, suppliers, catalog, chats, pepper, seal } = parts;
    let (locale, stale_after, announce_after) = (policy.locale, policy.stale_after, policy.announce_after);

    // What everything stands on: rows and memory, and the ways to those who work here and to the suppliers.
    let process = Process::new(store.clone(), clock.clone());
    let (share, stopping) = (process.share.clone(), process.stop.clone());
    let (outbox, waiting) = mpsc::unbounded_channel();
    let outbox = Outbox::new(store.clone(), outbox);
    let staff = Arc::new(Staff::load(store.clone(), policy.admins.clone()).await?);
    let alerts = Arc::new(Alerts { outbox: outbox.clone(), clock: clock.clone(), locale, roster: staff.roster() });
    let failures = Arc::new(StoreFailures::new(process.clone(), chats.clone(), locale, staff.roster()));
    let drift = Arc::new(Drift::new(process.clone(), alerts.clone()));
    let restored = Arc::new(RestoredAt::new(clock.clone(), stale_after));
    let suppliers = Arc::new(suppliers);
    let requests =
        Arc::new(Requests { store: store.clone(), share: share.clone(), clock: clock.clone(), stop: stopping.clone() });
    let stock = Arc::new(Stock::new(store.clone(), catalog));
    let network = Arc::new(Network { store: store.clone(), margin_cap: policy.margin_cap });
    let reports = Arc::new(Reports { store: store.clone(), clock: clock.clone() });
    let announcing = Arc::new(Announcing::new(process.clone(), outbox.clone()));

    // What is known of orders, offers and deposits, and how that changes.
    let schedule = Arc::new(Schedule::new(clock.clone(), share.clone(), suppliers.clone(), stale_after));
    let notices = Arc::new(Notices { store: store.clone(), clock: clock.clone(), alerts: alerts.clone() });
    let events = Arc::new(OrderEvents {
        store: store.clone(),
        clock: clock.clone(),
        outbox: outbox.clone(),
        suppliers: suppliers.clone(),
        network: network.clone(),
        notices: notices.clone(),
        schedule: schedule.clone(),
        charges: Charges::default(),
    });
    let deposits = Arc::new(Deposits {
        store: store.clone(),
        clock: clock.clone(),
        suppliers: suppliers.clone(),
        requests: requests.clone(),
        alerts: alerts.clone(),
        outbox: outbox.clone(),
    });
    let valid_for = policy.inquiry_valid_for;
    let bills = Arc::new(Bills { store: store.clone(), clock: clock.clone(), outbox: outbox.clone(), valid_for });
    let dialogs = Arc::<Dialogs>::default();
    let offers = Arc::new(Offers { clock: clock.clone(), stock: stock.clone(), dialogs: dialogs.clone() });

    // Who asks suppliers, and when.
    let inquiries = Arc::new(Inquiries {
        process: process.clone(),
        suppliers: suppliers.clone(),
        requests: requests.clone(),
        stock: stock.clone(),
        network: network.clone(),
        outbox: outbox.clone(),
        offers: offers.clone(),
        bills: bills.clone(),
        at_work: InFlight::default(),
        announce_after,
        stale_after,
    });
    let on_sale = OnSale { store: store.clone(), clock: clock.clone(), stock: stock.clone(), network: network.clone() };
    let purchasing = Arc::new(Purchasing {
        process: process.clone(),
        suppliers: suppliers.clone(),
        requests: requests.clone(),
        deposits: deposits.clone(),
        on_sale,
        bills: bills.clone(),
        events: events.clone(),
        schedule: schedule.clone(),
        buyers: InFlight::default(),
        checkers: Arc::default(),
        announce_after,
        stale_after,
    });
    let alarms =
        Arc::new(Alarms::new(process.clone(), alerts.clone(), outbox.clone(), events.clone(), purchasing.clone()));
    let scheduler = Arc::new(Scheduler {
        process: process.clone(),
        schedule: schedule.clone(),
        events: events.clone(),
        purchasing: purchasing.clone(),
        alarms: alarms.clone(),
        failures: failures.clone(),
        stale_after,
    });
    let price_lists = Arc::new(PriceListWatch {
        process: process.clone(),
        suppliers: suppliers.clone(),
        requests: requests.clone(),
        stock: stock.clone(),
        alerts: alerts.clone(),
        outbox: outbox.clone(),
        mode: policy.price_lists,
        waiting: parking_lot::Mutex::default(),
        locale,
    });

    // What goes on by itself.
    let unread = Arc::new(Unread::new(process.clone(), suppliers.clone(), alerts.clone(), outbox.clone()));
    let background = Background {
        summaries: policy.summary_at.map(|hour| {
            let (process, reports) = (process.clone(), reports.clone());
            Arc::new(Summaries { process, reports, alerts: alerts.clone(), outbox: outbox.clone(), hour })
        }),
        day_closing: Arc::new(DayClosing {
            store: store.clone(),
            clock: clock.clone(),
            after_days: policy.close_days_after,
            stop: stopping,
        }),
        dead_letters: Arc::new(DeadLetters {
            process: process.clone(),
            alerts: alerts.clone(),
            outbox: outbox.clone(),
        }),
        rounds: Arc::new(Rounds {
            process: process.clone(),
            alarms,
            unread: unread.clone(),
            deposits: deposits.clone(),
        }),
        announcing: announcing.clone(),
        price_lists: price_lists.clone(),
    };

    // What hears from outside.
    let pins = Arc::new(Pins::new(pepper));
    let context = Arc::new(Context {
        store: store.clone(),
        clock: clock.clone(),
        policy,
        chats: chats.clone(),
        staff: staff.clone(),
        alerts: alerts.clone(),
        trade: Trade { prefixes, stock: stock.clone(), network, suppliers: suppliers.clone(), requests },
        tracking: Tracking { notices, schedule: schedule.clone(), checkers: purchasing.checkers.clone() },
        dialogs,
        offers,
        bills,
        reports,
        renewal: Renewal { process: process.clone(), pins: pins.clone() },
        pins: pins.clone(),
        programs: programs.clone(),
        rate_limits: RateLimits::default(),
        drift: drift.clone(),
        restored: restored.clone(),
    });
    let decisions = Arc::new(Decisions {
        outbox: outbox.clone(),
        chats,
        stock: stock.clone(),
        suppliers: suppliers.clone(),
        staff: staff.clone(),
        announcing: announcing.clone(),
        schedule: schedule.clone(),
        purchasing: purchasing.clone(),
        inquiries: inquiries.clone(),
        price_lists,
    });
    let intake = Arc::new(Intake::new(process.clone(), context.clone(), decisions.clone(), failures.clone(), seal));
    let trading = Trading {
        store: store.clone(),
        clock: clock.clone(),
        pins,
        programs,
        context,
        decisions,
        failures: failures.clone(),
    };
    let callbacks = Arc::new(Callbacks {
        process: process.clone(),
        suppliers: suppliers.clone(),
        events: events.clone(),
        purchasing: purchasing.clone(),
        deposits: deposits.clone(),
    });
    let sharing = Arc::new(Sharing {
        process: process.clone(),
        outbox: outbox.clone(),
        staff: staff.clone(),
        stock: stock.clone(),
        deposits: deposits.clone(),
        announcing,
        schedule: schedule.clone(),
        scheduler: scheduler.clone(),
        purchasing,
        inquiries: inquiries.clone(),
        intake: intake.clone(),
    });
    let take_over = TakeOver { process: process.clone(), events, alerts: alerts.clone(), outbox, restored };
    let days = Arc::new(DayProof::new(process.clone(), alerts.clone()));
    let gauges = Gauges {
        process: process.clone(),
        suppliers: suppliers.clone(),
        stock: stock.clone(),
        schedule,
        drift: drift.clone(),
        days: days.clone(),
    };
    let shop = Shop {
        store,
        share,
        clock,
        suppliers,
        process,
        stock,
        staff,
        alerts,
        deposits,
        failures,
        take_over,
        inquiries,
        callbacks,
        scheduler,
        intake,
        trading,
        sharing,
        unread,
        drift,
        days,
        gauges,
        background,
    };
    Ok((Arc::new(shop), waiting))
}
