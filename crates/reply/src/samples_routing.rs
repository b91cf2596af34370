//! Samples of what is said about suppliers, waiting orders and orders that need a person.

use super::samples::at;
use super::says::{Reply, SupplierCard};
use super::says_routing::{
    CancelProblem, OverdueCard, OverdueStage, RouteLine, RoutingReply, SteerProblem, SupplierState, SupplierTraffic,
    UnreadReport, UnreadWhy,
};
use konter_core::ids::{BadName, OrderId};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderCard, OrderLine, Verdict};

pub(super) fn routing(open: &OrderLine) -> Result<Vec<Reply>, BadName> {
    let refused = |problem| RoutingReply::CancelRefused { order: OrderId(12), problem };
    let line = |supplier: &str, priority, open| -> Result<RouteLine, BadName> {
        Ok(RouteLine {
            supplier: supplier.parse()?,
            sku: "TSEL10".to_owned(),
            cost: Rupiah::new(10_200),
            priority,
            open,
        })
    };
    let steer = |problem| RoutingReply::SteerRefused { problem };
    let unread = [
        UnreadWhy::NoSuchSupplier,
        UnreadWhy::NotBelieved,
        UnreadWhy::NoSuchOrder,
        UnreadWhy::NotUnderstood,
        UnreadWhy::Cut,
        UnreadWhy::TooLarge,
        UnreadWhy::Broken,
    ];
    let all = vec![
        RoutingReply::Queued { line: open.clone(), until: at(60) },
        RoutingReply::QueueSetting { on: true },
        RoutingReply::QueueSetting { on: false },
        refused(CancelProblem::NoSuchOrder),
        refused(CancelProblem::Sent),
        refused(CancelProblem::Ended { verdict: Verdict::Success }),
        RoutingReply::Routes {
            product: "S10".parse()?,
            name: "Telkomsel 10.000".to_owned(),
            routes: vec![line("xgate", 1, true)?, line("kios", 2, false)?],
        },
        steer(SteerProblem::NoSuchSupplier { name: "xgat".to_owned() }),
        steer(SteerProblem::NoSuchRoute { product: "S10".parse()?, supplier: "ppob".parse()? }),
        steer(SteerProblem::LongReason),
        RoutingReply::AlertLowBalance {
            supplier: "kios".parse()?,
            balance: Rupiah::new(412_300),
            level: Rupiah::new(500_000),
        },
        RoutingReply::AlertCostRose { supplier: "kios".parse()?, line: open.clone(), cost: Rupiah::new(10_700) },
        RoutingReply::AlertManyOverdue { count: 500 },
        RoutingReply::AlertUnreadReports {
            supplier: "biller".parse()?,
            count: 9,
            reports: unread
                .map(|why| UnreadReport { why, said: "status=0&refid=176&message=SUKSES".to_owned() })
                .into(),
        },
    ];
    Ok(all.into_iter().map(|reply| Reply::Routing(Box::new(reply))).collect())
}

/// Every stage of an order that needs a person.
pub(super) fn overdue(card: &OrderCard) -> Vec<Reply> {
    let stages =
        [OverdueStage::Open, OverdueStage::Asked, OverdueStage::WantsSerial, OverdueStage::Sure, OverdueStage::Done];
    stages.map(|stage| Reply::AlertOverdue(Box::new(OverdueCard { card: card.clone(), stage }))).to_vec()
}

/// The card in every state a supplier can be in.
fn in_every_state(card: &SupplierCard) -> Vec<SupplierCard> {
    let busy = SupplierTraffic {
        balance_minutes: Some(3),
        low: true,
        under_way: 2,
        ended: 50,
        percent: Some(96),
        median_ms: Some(1_340),
        disturbed: vec!["TSEL10".to_owned()],
        priority: Some(2),
        ..SupplierTraffic::default()
    };
    let paused = |reason: Option<&str>| SupplierState::Paused { reason: reason.map(str::to_owned), at: at(4) };
    [
        SupplierState::Open,
        SupplierState::CutOff { until: at(60) },
        SupplierState::Rests { until: at(1) },
        SupplierState::HalfOpen,
        paused(Some("deposit habis")),
        paused(None),
    ]
    .map(|state| SupplierCard { traffic: SupplierTraffic { state, ..busy.clone() }, ..card.clone() })
    .to_vec()
}

pub(super) fn suppliers() -> Result<Vec<SupplierCard>, BadName> {
    let working = SupplierCard {
        id: "kios".parse()?,
        protocol: "kiosampm".to_owned(),
        balance: Some(Rupiah::new(989_800)),
        balance_at: Some(at(1)),
        in_cutoff: false,
        open_orders: 2,
        last_ok: Some(at(2)),
        last_error: None,
        last_error_at: None,
        traffic: SupplierTraffic::default(),
    };
    let silent = SupplierCard {
        id: "tele".parse()?,
        protocol: "teleanjar".to_owned(),
        balance: None,
        balance_at: None,
        in_cutoff: true,
        open_orders: 0,
        last_ok: None,
        last_error: Some("connection refused".to_owned()),
        last_error_at: Some(at(3)),
        traffic: SupplierTraffic::default(),
    };
    let mut cards = in_every_state(&working);
    cards.extend([working, silent]);
    Ok(cards)
}
