//! One reply of every kind, with values that look real: what the start-up check and the snapshots are made from.
//! A new variant does not compile until it has a sample here.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::samples_misread::misreads;
use super::samples_receipt::receipts;
use super::samples_report;
use super::samples_routing;
use super::says::{AdminProblem, AgentCard, PriceLine, RegisterProblem, Reply};
use super::words::FEATURES;
use super::{
    samples_alerts, samples_bill, samples_booking, samples_deposit, samples_desk, samples_habit, samples_keeping,
    samples_network, samples_staff,
};
use konter_core::agent::AgentStatus;
use konter_core::catalog::ProductKind;
use konter_core::destination::DestinationFault;
use konter_core::ids::{AgentId, BadName, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::order::card::{AttemptCard, OrderCard, OrderLine, Verdict};
use konter_core::order::refusal::{Near, Refused, Why};
use konter_core::order::{FailureReason, Withheld};
use konter_core::outcome::{Detail, Doubt, FailureKind};
use konter_core::staff::Role;

/// A reply as it could be told.
#[derive(Clone, Debug)]
pub struct Sample {
    pub reply: Reply,
    pub balance: Option<Rupiah>,
}

/// All of the samples of an enum, variant by variant; a match over the same patterns makes sure that none is missing.
macro_rules! every {
    ($type:ty: $($pattern:pat => $samples:expr,)+) => {{
        const fn is_complete(value: &$type) {
            match value { $($pattern => (),)+ }
        }
        let mut all: Vec<$type> = Vec::new();
        $(
            let some: Vec<$type> = Vec::from($samples);
            debug_assert!(some.iter().all(|sample| matches!(sample, $pattern)));
            all.extend(some);
        )+
        all.iter().for_each(is_complete);
        all
    }};
}
pub(super) use every;

/// Every kind of reply, told with a balance, without one and with one below zero. `Err` only if a name in this file is
/// malformed.
pub fn samples() -> Result<Vec<Sample>, BadName> {
    const BALANCES: [Option<i64>; 3] = [Some(89_500), None, Some(-1_500)];
    let replies = replies()?;
    let told = |balance: Option<i64>| {
        let balance = balance.map(Rupiah::new);
        replies.iter().map(move |reply| Sample { reply: reply.clone(), balance })
    };
    Ok(BALANCES.into_iter().flat_map(told).collect())
}

#[expect(clippy::too_many_lines, reason = "a table: one row for each variant")]
fn replies() -> Result<Vec<Reply>, BadName> {
    let line = order_line()?;
    let open = OrderLine { verdict: Verdict::Open, sn: String::new(), ..line.clone() };
    let second = OrderLine { nth: 2, client_reference: Some("trx-77".to_owned()), ..line.clone() };
    let failed = failed_lines(&open);
    let card = order_card()?;
    let Some(any_failed) = failed.first().cloned() else { return Ok(Vec::new()) };
    Ok(every! { Reply:
        Reply::OrderPending(_) => [Reply::OrderPending(open.clone()), Reply::OrderPending(OrderLine { nth: 2, ..open.clone() })],
        Reply::OrderSuccess(_) => [
            Reply::OrderSuccess(line.clone()),
            Reply::OrderSuccess(second),
            Reply::OrderSuccess(OrderLine { sn: String::new(), ..line.clone() }),
            Reply::OrderSuccess(token_line(&line)?),
            Reply::OrderSuccess(partly_told_token_line(&line)?),
        ],
        Reply::OrderFailed(_) => failed.into_iter().map(Reply::OrderFailed).collect::<Vec<_>>(),
        Reply::OrderReversed(_) => [
            Reply::OrderReversed(any_failed.clone()),
            Reply::OrderReversed(OrderLine { reason: None, ..any_failed.clone() }),
            Reply::OrderReversed(OrderLine { withheld: Rupiah::new(1_500), ..any_failed.clone() }),
        ],
        Reply::OrderDeliveredLate(_) => [
            Reply::OrderDeliveredLate(line.clone()),
            Reply::OrderDeliveredLate(OrderLine { sn: String::new(), ..line.clone() }),
            Reply::OrderDeliveredLate(OrderLine { withheld: Rupiah::new(1_500), ..line.clone() }),
        ],
        Reply::OrderRefused(_) => refusals(&line, &open)?,
        Reply::PinWrong { .. } => [Reply::PinWrong { tries_left: 2 }, Reply::PinWrong { tries_left: 1 }],
        Reply::PinLocked { .. } => [Reply::PinLocked { until: at(15) }],
        Reply::PinMissing { .. } => [Reply::PinMissing { example: "S10.081234567890.PIN".to_owned() }],
        Reply::PinOtherLength => [Reply::PinOtherLength],
        Reply::NotRegistered => [Reply::NotRegistered],
        Reply::AgentWaiting { .. } => [Reply::AgentWaiting { code: AgentId(7) }],
        Reply::AgentBlocked { .. } => [Reply::AgentBlocked { code: AgentId(7) }],
        Reply::Balance { .. } => [Reply::Balance { code: AgentId(1), name: "Budi Cell".to_owned() }],
        Reply::Prices { .. } => [
            Reply::Prices { lines: prices()?, left_out: 0 },
            Reply::Prices { lines: prices()?, left_out: 12 },
        ],
        Reply::NoPrices { .. } => [
            Reply::NoPrices { filter: "TELKOMSE".to_owned(), near: near()? },
            Reply::NoPrices { filter: "XYZ".to_owned(), near: vec![] },
        ],
        Reply::Orders { .. } => [
            Reply::Orders { lines: vec![line.clone(), open.clone(), any_failed], dest: None },
            Reply::Orders { lines: vec![line.clone()], dest: Some("081234567890".to_owned()) },
            Reply::Orders { lines: vec![], dest: None },
            Reply::Orders { lines: vec![], dest: Some("081234567890".to_owned()) },
        ],
        Reply::PinChanged { .. } => [false, true].map(|easy| Reply::PinChanged { easy }),
        Reply::PinUnfit => [Reply::PinUnfit],
        Reply::PinEqualDigits => [Reply::PinEqualDigits],
        Reply::PinSame => [Reply::PinSame],
        Reply::LanguageSet => [Reply::LanguageSet],
        Reply::Registered { .. } => [true, false].map(|waiting| Reply::Registered {
            code: AgentId(7), name: "Sari Pulsa".to_owned(), waiting, easy_pin: !waiting,
        }),
        Reply::RegisterRefused { .. } => register_problems()
            .into_iter().map(|problem| Reply::RegisterRefused { problem }).collect::<Vec<_>>(),
        Reply::Approved { .. } => [Reply::Approved { code: AgentId(7), name: "Sari Pulsa".to_owned() }],
        Reply::DepositReceived { .. } => [
            Reply::DepositReceived { amount: Rupiah::new(100_000), note: Some("transfer BCA".to_owned()) },
            Reply::DepositReceived { amount: Rupiah::new(-5_000), note: None },
        ],
        Reply::ButtonTooOld => [Reply::ButtonTooOld],
        Reply::PinTooShort => [Reply::PinTooShort],
        Reply::PinTapsUnclear => [Reply::PinTapsUnclear],
        Reply::InquiryPending { .. } => [Reply::InquiryPending {
            product: "PLNPOST".to_owned(),
            customer: "541234567890".to_owned(),
        }],
        Reply::Customer(_) => samples_bill::customers(&prices()?),
        Reply::Bill(_) => samples_bill::bills(&line)?,
        Reply::ReceiptRefused { .. } => samples_bill::receipt_problems(&line, &open),
        Reply::ReceiptHead { .. } => [
            Reply::ReceiptHead { shop: "Berkah Cell".to_owned(), footer: Some("Terima kasih".to_owned()), changed: true },
            Reply::ReceiptHead { shop: "Berkah Cell".to_owned(), footer: None, changed: false },
        ],
        Reply::Receipt { .. } => receipts(&line, &token_line(&line)?)?,
        Reply::Welcome { .. } => [
            Reply::Welcome { registered: true, name: "Budi Cell".to_owned() },
            Reply::Welcome { registered: false, name: String::new() },
        ],
        Reply::Help { .. } => help(),
        Reply::GroupPointer { .. } => [
            Reply::GroupPointer { bot: Some("konter_bot".to_owned()) },
            Reply::GroupPointer { bot: None },
        ],
        Reply::NotUnderstood { .. } => misreads().into_iter()
            .map(|problem| Reply::NotUnderstood { problem: Some(problem), nearest: "S10.081234567890.PIN".to_owned() })
            .chain([Reply::NotUnderstood { problem: None, nearest: "BANTUAN".to_owned() }]).collect::<Vec<_>>(),
        Reply::NotOffered { .. } => FEATURES.into_iter().map(|(feature, _)| feature).chain(["PULSA DARURAT"])
            .map(|feature| Reply::NotOffered { feature: feature.to_owned() }).collect::<Vec<_>>(),
        Reply::TooLong { .. } => [Reply::TooLong { limit: 2_000 }],
        Reply::Forwarded => [Reply::Forwarded],
        Reply::NotText => [Reply::NotText],
        Reply::TryAgain => [Reply::TryAgain],
        Reply::TooOften { .. } => [Reply::TooOften { minutes: 10 }],
        Reply::NotAdmin => [Reply::NotAdmin],
        Reply::AdminRefused { .. } => admin_problems()
            .into_iter().map(|problem| Reply::AdminRefused { problem }).collect::<Vec<_>>(),
        Reply::AdminDeposit { .. } => [
            Reply::AdminDeposit {
                agent: AgentId(1), name: "Budi Cell".to_owned(), amount: Rupiah::new(100_000), note: Some("BCA".to_owned()),
            },
            Reply::AdminDeposit { agent: AgentId(1), name: "Budi Cell".to_owned(), amount: Rupiah::new(-5_000), note: None },
        ],
        Reply::AdminAgent(_) => agent_cards().into_iter().map(Reply::AdminAgent).collect::<Vec<_>>(),
        Reply::AdminAgents { .. } => [
            Reply::AdminAgents { agents: agent_cards(), left_out: 0 },
            Reply::AdminAgents { agents: agent_cards(), left_out: 40 },
            Reply::AdminAgents { agents: vec![], left_out: 0 },
        ],
        Reply::AdminApproved { .. } => [Reply::AdminApproved { agent: AgentId(7), name: "Sari Pulsa".to_owned() }],
        Reply::AdminRawReplies { .. } => samples_desk::raw_replies()?,
        Reply::AdminOrder(_) => order_cards(&card)?.into_iter().map(|card| Reply::AdminOrder(Box::new(card))).collect::<Vec<_>>(),
        Reply::AdminPending { .. } => [
            Reply::AdminPending { orders: vec![card.clone()], left_out: 0 },
            Reply::AdminPending { orders: vec![card.clone(), card.clone()], left_out: 3 },
            Reply::AdminPending { orders: vec![], left_out: 0 },
        ],
        Reply::AdminDecided { .. } => verdicts().into_iter()
            .map(|verdict| Reply::AdminDecided { order: OrderId(12), verdict }).collect::<Vec<_>>(),
        Reply::AdminRechecking { .. } => [Reply::AdminRechecking { order: OrderId(12) }],
        Reply::AdminSuppliers { .. } => [
            Reply::AdminSuppliers { suppliers: samples_routing::suppliers()? },
            Reply::AdminSuppliers { suppliers: vec![] },
        ],
        Reply::AlertNewAgent(_) => agent_cards().into_iter().map(Reply::AlertNewAgent).collect::<Vec<_>>(),
        Reply::AlertOverdue(_) => samples_routing::overdue(&card),
        Reply::AlertContradiction { .. } => samples_alerts::contradictions(&card),
        Reply::AlertUnclearReport(_) => [Reply::AlertUnclearReport(Box::new(card.clone()))],
        Reply::Choose(_) => samples_desk::choices(&prices()?),
        Reply::AdminPrice(_) => samples_desk::prices()?,
        Reply::AdminPinReset { .. } => [Reply::AdminPinReset { agent: AgentId(7), name: "Budi Cell".to_owned() }],
        Reply::PinReset { .. } => [false, true].map(|over| Reply::PinReset { over }),
        Reply::ComplaintTaken => [Reply::ComplaintTaken],
        Reply::AlertComplaint(_) => samples_desk::complaints(&agent_cards(), &line),
        Reply::Answered { .. } => [Reply::Answered { text: "sudah kami cek".to_owned() }],
        Reply::AdminAnswered { .. } => [Reply::AdminAnswered { agent: AgentId(7), name: "Budi Cell".to_owned() }],
        Reply::Announcement { .. } => [Reply::Announcement { text: "Server kembali normal".to_owned(), broadcast: None }],
        Reply::AdminCatalog { .. } => [Reply::AdminCatalog { products: 76, csv: "code,name\n".to_owned() }],
        Reply::AdminImport(_) => samples_desk::imports()?,
        Reply::AdminImportFailed { .. } => [Reply::AdminImportFailed {
            errors: vec!["line 3, price: `abc` is not a whole amount".to_owned()],
            left_out: 2,
        }],
        Reply::AdminLog { .. } => samples_desk::logs(at(0)),
        Reply::AlertDearer { .. } => samples_alerts::dearer(&card),
        Reply::Booking(_) => samples_booking::bookings(&open, &samples_deposit::undecided())?,
        Reply::Network(_) => samples_network::network()?,
        Reply::Keeping(_) => samples_keeping::keeping(),
        Reply::Routing(_) => samples_routing::routing(&open)?,
        Reply::Desk(_) => samples_staff::desk(&agent_cards(), &samples_desk::below_cost()?).into_iter().map(|says| Reply::Desk(Box::new(says))).collect::<Vec<_>>(),
        Reply::Habit(_) => samples_habit::habits(&prices()?, &near()?)?,
        Reply::AlertDoubleDelivery(_) => [Reply::AlertDoubleDelivery(Box::new(card))],
        Reply::Ticket(_) => samples_deposit::tickets(),
        Reply::Sales(_) => samples_report::sales()?,
        Reply::Statement(_) => samples_report::statements()?,
        Reply::ShopReport { .. } => samples_report::shop_reports(),
        Reply::ReportRefused { .. } => samples_report::problems(),
        Reply::AlertSetAside { .. } => [Reply::AlertSetAside { replies: 2 }],
    })
}

pub(super) fn at(minutes: i64) -> DateTime<Utc> {
    // 14:05 in Jakarta on 21 November.
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_413) + TimeDelta::minutes(7 * 60 + 5 + minutes)
}

fn order_line() -> Result<OrderLine, BadName> {
    Ok(OrderLine {
        order: OrderId(12),
        product: "S10".parse()?,
        product_name: "Telkomsel 10.000".to_owned(),
        kind: ProductKind::Topup,
        dest: "081234567890".to_owned(),
        nth: 1,
        price: Rupiah::new(10_500),
        verdict: Verdict::Success,
        sn: "0412345678901234".to_owned(),
        details: BTreeMap::new(),
        reason: None,
        at: at(0),
        client_reference: None,
        withheld: Rupiah::ZERO,
    })
}

fn token_line(line: &OrderLine) -> Result<OrderLine, BadName> {
    let details = [
        (Detail::Token, "12345678901234567890"),
        (Detail::CustomerName, "BUDI SANTOSO"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "13,5"),
        (Detail::Meter, "14012345678"),
        (Detail::TokenAmount, "18500"),
        (Detail::Receipt, "\u{1b}@STRUK|LISTRIK"),
    ];
    Ok(OrderLine {
        product: "PLN20".parse()?,
        product_name: "Token PLN 20.000".to_owned(),
        kind: ProductKind::Token,
        dest: "14012345678".to_owned(),
        price: Rupiah::new(20_750),
        sn: "12345678901234567890".to_owned(),
        details: details.map(|(detail, value)| (detail, value.to_owned())).into(),
        ..line.clone()
    })
}

fn partly_told_token_line(line: &OrderLine) -> Result<OrderLine, BadName> {
    let mut token = token_line(line)?;
    token.details.retain(|detail, _| matches!(detail, Detail::Token | Detail::Power));
    Ok(token)
}

fn failed_lines(open: &OrderLine) -> Vec<OrderLine> {
    let line = |reason| OrderLine { verdict: Verdict::Failed, reason, ..open.clone() };
    reasons().into_iter().map(Some).chain([None]).map(line).collect()
}

fn reasons() -> Vec<FailureReason> {
    every! { FailureReason:
        FailureReason::Supplier(_) => failure_kinds().into_iter().map(FailureReason::Supplier).collect::<Vec<_>>(),
        FailureReason::Unreachable => [FailureReason::Unreachable],
        FailureReason::BillChanged => [FailureReason::BillChanged],
        FailureReason::Cancelled => [FailureReason::Cancelled],
        FailureReason::Closed => [FailureReason::Closed],
        FailureReason::PriceChanged { .. } => [
            FailureReason::PriceChanged { now: Some(Rupiah::new(10_900)) }, FailureReason::PriceChanged { now: None },
        ],
        FailureReason::Admin(_) => [FailureReason::Admin("nomor sudah hangus".to_owned())],
    }
}

fn failure_kinds() -> Vec<FailureKind> {
    every! { FailureKind:
        FailureKind::WrongNumber => [FailureKind::WrongNumber],
        FailureKind::NumberExpired => [FailureKind::NumberExpired],
        FailureKind::NumberInactive => [FailureKind::NumberInactive],
        FailureKind::NumberBlocked => [FailureKind::NumberBlocked],
        FailureKind::AlreadyActive => [FailureKind::AlreadyActive],
        FailureKind::OldPackage => [FailureKind::OldPackage],
        FailureKind::NotRegistered => [FailureKind::NotRegistered],
        FailureKind::OutsideArea => [FailureKind::OutsideArea],
        FailureKind::BillUnavailable => [FailureKind::BillUnavailable],
        FailureKind::BillPaid => [FailureKind::BillPaid],
        FailureKind::ProductClosed => [FailureKind::ProductClosed],
        FailureKind::ProductUnknown => [FailureKind::ProductUnknown],
        FailureKind::ProductDisturbed => [FailureKind::ProductDisturbed],
        FailureKind::SupplierFunds => [FailureKind::SupplierFunds],
        FailureKind::SupplierLimit => [FailureKind::SupplierLimit],
        FailureKind::CutOff => [FailureKind::CutOff],
        FailureKind::SupplierDisturbed => [FailureKind::SupplierDisturbed],
        FailureKind::AccountRefused => [FailureKind::AccountRefused],
        FailureKind::Refused => [FailureKind::Refused],
        FailureKind::Reversed => [FailureKind::Reversed],
    }
}

fn refusals(line: &OrderLine, open: &OrderLine) -> Result<Vec<Reply>, BadName> {
    let of = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    let again = || "S10.2.081234567890.PIN".to_owned();
    let on = |another_day, line: &OrderLine| Why::AlreadyOrdered {
        earlier: Box::new(line.clone()),
        again: again(),
        another_day,
    };
    let earlier = |line: &OrderLine| on(false, line);
    let reasons = every! { Why:
        Why::UnknownProduct { .. } => [Why::UnknownProduct { near: near()? }, Why::UnknownProduct { near: vec![] }],
        Why::Closed => [Why::Closed],
        Why::OtherOperator { .. } => [
            Why::OtherOperator { of: of(["telkomsel", "byu"]), wants: "xl".to_owned() },
            Why::OtherOperator { of: vec![], wants: "tri".to_owned() },
        ],
        Why::UnknownPrefix => [Why::UnknownPrefix],
        Why::TooShort => [Why::TooShort],
        Why::TooLong => [Why::TooLong],
        Why::Unreadable => [Why::Unreadable],
        Why::NotItsDestination { .. } => destinations(),
        Why::NoProductForNominal { .. } => [
            Why::NoProductForNominal { nominal: Rupiah::new(12_000), near: near()? },
            Why::NoProductForNominal { nominal: Rupiah::new(12_000), near: vec![] },
        ],
        Why::BalanceShort { .. } => [Why::BalanceShort { price: Rupiah::new(100_500), missing: Rupiah::new(11_000) }],
        Why::AlreadyOrdered { .. } => [
            earlier(line), earlier(open), earlier(&OrderLine { sn: String::new(), ..line.clone() }), on(true, open),
        ],
        Why::PriceChanged { .. } => [Why::PriceChanged { shown: Rupiah::new(10_500), price: Rupiah::new(10_900) }],
        Why::Stale { .. } => [Why::Stale { minutes: 45 }],
        Why::StaleByWrongClock => [Why::StaleByWrongClock],
        Why::BillNeedsInquiry { .. } => [Why::BillNeedsInquiry { example: "TAG.PLNPOST.541234567890".to_owned() }],
        Why::NotABill { .. } => [Why::NotABill { example: "S10.081234567890.PIN".to_owned() }],
        Why::InquiryRefused { .. } => samples_bill::inquiry_refusals(),
        Why::InquiryRunning => [Why::InquiryRunning],
        Why::InquiryExpired { .. } => [Why::InquiryExpired { example: "TAG.PLNPOST.541234567890".to_owned() }],
        Why::BillPaidBefore { .. } => [
            Why::BillPaidBefore { earlier: Box::new(line.clone()) }, Why::BillPaidBefore { earlier: Box::new(open.clone()) },
        ],
        Why::BillPaidElsewhere => [Why::BillPaidElsewhere],
        Why::AmountNotChosen { .. } => [Why::AmountNotChosen { example: "TAG.PLNPOST.541234567890".to_owned() }],
        Why::CutOff => [Why::CutOff],
        Why::NoSupplier => [Why::NoSupplier],
        Why::SuppliersRest => [Why::SuppliersRest],
        Why::PinMissing { .. } => [Why::PinMissing { example: "S10.081234567890.PIN".to_owned() }],
        Why::PinWrong { .. } => [Why::PinWrong { tries_left: 2 }, Why::PinWrong { tries_left: 1 }],
        Why::PinLocked { .. } => [Why::PinLocked { until: at(2) }],
        Why::PinOtherLength => [Why::PinOtherLength],
        Why::PinReset { .. } => [Why::PinReset { over: false }, Why::PinReset { over: true }],
    };
    let refused = |why| {
        let product = match why {
            Why::NoProductForNominal { .. } => "12",
            Why::UnknownProduct { .. } => "SS10",
            _ => "S10",
        };
        Reply::OrderRefused(Refused { product: product.to_owned(), dest: "081234567890".to_owned(), why })
    };
    Ok(reasons.into_iter().map(refused).collect())
}

fn destinations() -> Vec<Why> {
    let of = |fault, example: &str| Why::NotItsDestination { fault, example: example.to_owned() };
    vec![
        of(DestinationFault::NotAPhone, "DANA50.081234567890.PIN"),
        of(DestinationFault::PhoneNotMeter, "PLN20.14027480301.PIN"),
        of(DestinationFault::LacksZero, "DANA50.081234567890.PIN"),
        of(DestinationFault::PhoneOrMeter, "20.0812345678.PIN"),
        of(DestinationFault::NeedsZone, "ML86.12345678(2001).PIN"),
        of(DestinationFault::TwoParts, "FF70.1234567890.PIN"),
        of(DestinationFault::Letters, "FF70.1234567890.PIN"),
        of(DestinationFault::NotItsForm, "GSH10.NamaKu#IDN1.PIN"),
    ]
}

fn near() -> Result<Vec<Near>, BadName> {
    let near = |code: &str, name: &str| Ok(Near { code: code.parse()?, name: name.to_owned() });
    Ok(vec![near("S10", "Telkomsel 10.000")?, near("SM10", "Smartfren 10.000")?])
}

fn prices() -> Result<Vec<PriceLine>, BadName> {
    let line = |category: &str, code: &str, name: &str, price, open| {
        let code: ProductCode = code.parse()?;
        Ok(PriceLine { category: category.to_owned(), code, name: name.to_owned(), price: Rupiah::new(price), open })
    };
    Ok(vec![
        line("Pulsa Telkomsel", "S5", "Telkomsel 5.000", 5_700, true)?,
        line("Pulsa Telkomsel", "S10", "Telkomsel 10.000", 10_500, false)?,
        line("Token PLN", "PLN20", "Token PLN 20.000", 20_750, true)?,
    ])
}

fn register_problems() -> Vec<RegisterProblem> {
    every! { RegisterProblem:
        RegisterProblem::Closed => [RegisterProblem::Closed],
        RegisterProblem::Already { .. } => [RegisterProblem::Already { code: AgentId(7) }],
        RegisterProblem::NameMissing => [RegisterProblem::NameMissing],
        RegisterProblem::NameTooLong => [RegisterProblem::NameTooLong],
        RegisterProblem::PinMissing => [RegisterProblem::PinMissing],
        RegisterProblem::PinUnfit => [RegisterProblem::PinUnfit],
        RegisterProblem::PinEqualDigits => [RegisterProblem::PinEqualDigits],
        RegisterProblem::Busy => [RegisterProblem::Busy],
    }
}

/// The overview for both kinds of reader, and every page.
fn help() -> Vec<Reply> {
    const PAGES: [&str; 15] = [
        "TRX", "HARGA", "SALDO", "DEPOSIT", "CEK", "TAGIHAN", "STRUK", "REKAP", "PIN", "DAFTAR", "KATA", "DOWNLINE",
        "FAVORIT", "JUAL", "NOMOR",
    ];
    let roles = [None, Some(Role::Viewer), Some(Role::Operator), Some(Role::Owner)];
    let overviews = roles.map(|role| Reply::Help { topic: None, role });
    let pages = PAGES.map(|page| Reply::Help { topic: Some(page.to_owned()), role: None });
    overviews.into_iter().chain(pages).collect()
}

fn admin_problems() -> Vec<AdminProblem> {
    every! { AdminProblem:
        AdminProblem::NoSuchAgent { .. } => [AdminProblem::NoSuchAgent { name: "KR0099".to_owned() }],
        AdminProblem::NoSuchOrder { .. } => [AdminProblem::NoSuchOrder { order: OrderId(99) }],
        AdminProblem::Usage { .. } => [AdminProblem::Usage { usage: "/deposit KR0001 100000".to_owned() }],
        AdminProblem::AlreadyDecided { .. } => verdicts().into_iter()
            .map(|verdict| AdminProblem::AlreadyDecided { order: OrderId(12), verdict }).collect::<Vec<_>>(),
        AdminProblem::StillSending { .. } => [AdminProblem::StillSending { order: OrderId(12) }],
        AdminProblem::CannotRecheck { .. } => [AdminProblem::CannotRecheck { order: OrderId(12) }],
        AdminProblem::BalanceShort { .. } => [AdminProblem::BalanceShort { available: Rupiah::new(4_000) }],
        AdminProblem::NotWaiting { .. } => [AdminProblem::NotWaiting { agent: AgentId(7) }],
        AdminProblem::AmountUnfit => [AdminProblem::AmountUnfit],
        AdminProblem::AmountTooLarge { .. } => [AdminProblem::AmountTooLarge { most: Rupiah::new(1_000_000_000) }],
        AdminProblem::OwnAccount { .. } => [AdminProblem::OwnAccount { agent: AgentId(7) }],
        AdminProblem::ImportGone => [AdminProblem::ImportGone],
        AdminProblem::Ticket(_) => samples_deposit::problems(),
        AdminProblem::AskedLately { .. } => [AdminProblem::AskedLately { order: OrderId(12), seconds: 42 }],
        AdminProblem::AskingMayBuy { .. } => [AdminProblem::AskingMayBuy {
            order: OrderId(12),
            supplier: "kios".to_owned(),
            sent_at: at(0),
        }],
    }
}

fn verdicts() -> Vec<Verdict> {
    every! { Verdict:
        Verdict::Open => [Verdict::Open],
        Verdict::Success => [Verdict::Success],
        Verdict::Failed => [Verdict::Failed],
    }
}

fn agent_cards() -> Vec<AgentCard> {
    let statuses = every! { AgentStatus:
        AgentStatus::Waiting => [AgentStatus::Waiting],
        AgentStatus::Active => [AgentStatus::Active],
        AgentStatus::Blocked => [AgentStatus::Blocked],
    };
    let card = |status| {
        let active = status == AgentStatus::Active;
        AgentCard {
            code: AgentId(1),
            name: "Budi Cell".to_owned(),
            status,
            balance: Rupiah::new(89_500),
            held: Rupiah::new(if active { 10_500 } else { 0 }),
            chats: vec!["telegram:2001".to_owned(), "console:budi".to_owned()],
            phones: active.then(|| "081234567890".to_owned()).into_iter().collect(),
            since: at(0),
            locked_until: active.then(|| at(15)),
        }
    };
    statuses.into_iter().map(card).collect()
}

fn order_card() -> Result<OrderCard, BadName> {
    let line = OrderLine { verdict: Verdict::Open, sn: String::new(), ..order_line()? };
    Ok(OrderCard { line, agent: AgentId(1), minutes_open: 42, attempts: vec![attempt()?], withheld: Vec::new() })
}

fn attempt() -> Result<AttemptCard, BadName> {
    Ok(AttemptCard {
        supplier: "kios".parse()?,
        sku: "TSEL10".to_owned(),
        reference: "176370870012".to_owned(),
        verdict: None,
        sent: true,
        doubt: Some(Doubt::Timeout),
        sent_at: Some(at(1)),
        checks: 3,
        balance_before: Some(Rupiah::new(1_000_000)),
        balance_after: Some(Rupiah::new(989_800)),
        expected: Rupiah::new(10_200),
        charged: None,
        replies: vec!["Trx TSEL10 ke 081234567890 akan diproses".to_owned()],
    })
}

/// The card in every state: not sent, decided either way, failed for every reason, in doubt for every reason.
fn order_cards(card: &OrderCard) -> Result<Vec<OrderCard>, BadName> {
    let fresh = AttemptCard {
        sent: false,
        doubt: None,
        sent_at: None,
        checks: 0,
        balance_before: None,
        balance_after: None,
        replies: vec![],
        ..attempt()?
    };
    let with = |attempts: Vec<AttemptCard>| OrderCard { attempts, ..card.clone() };
    let mut cards = vec![card.clone(), with(vec![fresh.clone()]), with(vec![])];
    let lost = |doubt| AttemptCard { sent: true, doubt: Some(doubt), ..fresh.clone() };
    cards.extend(doubts().into_iter().map(|doubt| with(vec![lost(doubt)])));
    let refused = AttemptCard { sent: true, verdict: Some(Verdict::Failed), ..fresh.clone() };
    cards.extend(reasons().into_iter().map(|reason| OrderCard {
        line: OrderLine { verdict: Verdict::Failed, reason: Some(reason), ..card.line.clone() },
        ..with(vec![refused.clone()])
    }));
    let charged = Some(Rupiah::new(10_400));
    let done = AttemptCard { verdict: Some(Verdict::Success), doubt: None, charged, ..attempt()? };
    let withheld = vec![Withheld { to: AgentId(1), amount: Rupiah::new(1_500), until: AgentId(2) }];
    cards.push(OrderCard { line: order_line()?, attempts: vec![refused, done], withheld, ..card.clone() });
    Ok(cards)
}

fn doubts() -> Vec<Doubt> {
    every! { Doubt:
        Doubt::Timeout => [Doubt::Timeout],
        Doubt::ConnectionLost => [Doubt::ConnectionLost],
        Doubt::HttpStatus(_) => [Doubt::HttpStatus(502)],
        Doubt::TooLarge => [Doubt::TooLarge],
        Doubt::NotUnderstood => [Doubt::NotUnderstood],
        Doubt::OtherReference => [Doubt::OtherReference],
        Doubt::OtherProduct => [Doubt::OtherProduct],
        Doubt::OtherDestination => [Doubt::OtherDestination],
        Doubt::Unlisted(_) => [Doubt::Unlisted("99".to_owned())],
        Doubt::Inconclusive(_) => [Doubt::Inconclusive("03".to_owned())],
        Doubt::Contradictory => [Doubt::Contradictory],
        Doubt::NoSerial => [Doubt::NoSerial],
        Doubt::EarlierOrder => [Doubt::EarlierOrder],
        Doubt::SerialTaken(_) => [Doubt::SerialTaken(OrderId(11))],
        Doubt::Interrupted => [Doubt::Interrupted],
        Doubt::Restored => [Doubt::Restored],
    }
}
