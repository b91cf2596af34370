//! Reports of every kind, for the samples.

use chrono::NaiveDate;

use super::says::{ProductSales, Reply, ReportForm, ReportProblem, SalesCard, StatementCard, StatementLine};
use konter_core::ids::{AgentId, BadName, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::report::ShopCard;
use konter_core::report::Span;
use konter_core::report::{About, Ranking, Share, Slots, Tally};

/// 21 November 2026, and the week up to it.
fn spans() -> Option<(Span, Span)> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
    Some((Span::day(day(21)?), Span::new(day(15)?, day(21)?)?))
}

const fn sold(delivered: u64, sales: i64, cost: i64) -> Tally {
    Tally {
        orders: delivered,
        delivered,
        failed: 0,
        reversed: 0,
        open: 0,
        sales: Rupiah::new(sales),
        held: Rupiah::ZERO,
        cost: Rupiah::new(cost),
        uplines: Rupiah::ZERO,
    }
}

fn busy() -> Tally {
    let (open, held) = (1, Rupiah::new(10_500));
    Tally { orders: 6, failed: 2, reversed: 1, open, held, uplines: Rupiah::new(250), ..sold(3, 41_750, 40_900) }
}

pub(super) fn sales() -> Result<Vec<Reply>, BadName> {
    let Some((day, week)) = spans() else { return Ok(Vec::new()) };
    let product = |code: &str, name: &str, tally, before| {
        let product: ProductCode = code.parse()?;
        Ok(ProductSales { product, name: name.to_owned(), tally, before })
    };
    let full = SalesCard {
        code: AgentId(1),
        name: "Budi Cell".to_owned(),
        span: day,
        total: busy(),
        before: Some(sold(4, 43_000, 42_000)),
        products: vec![
            product("S10", "Telkomsel 10.000", sold(2, 21_000, 20_400), Some(sold(4, 43_000, 42_000)))?,
            product("PLN20", "Token PLN 20.000", sold(1, 20_750, 20_500), Some(Tally::default()))?,
        ],
        left_out: 3,
    };
    let alone = |sold: &ProductSales| ProductSales { before: None, ..sold.clone() };
    let products = full.products.iter().map(alone).collect();
    let range = SalesCard { span: week, before: None, products, left_out: 0, ..full.clone() };
    let empty = SalesCard {
        total: Tally::default(),
        before: Some(Tally::default()),
        products: Vec::new(),
        left_out: 0,
        ..full.clone()
    };
    Ok([full, range, empty].map(|card| Reply::Sales(Box::new(card))).to_vec())
}

pub(super) fn statements() -> Result<Vec<Reply>, BadName> {
    let Some((day, week)) = spans() else { return Ok(Vec::new()) };
    let order = Some((OrderId(12), "S10".parse()?, "081234567890".to_owned()));
    let line = |line, about, amount, balance| StatementLine {
        line,
        at: super::samples::at(0),
        amount: Rupiah::new(amount),
        balance: Rupiah::new(balance),
        about,
        order: order
            .clone()
            .filter(|_| !matches!(about, About::Deposit | About::Withdrawal | About::Transfer | About::Other)),
        note: (about == About::Deposit).then(|| "transfer BCA".to_owned()),
    };
    let lines = vec![
        line(1, About::Deposit, 100_000, 100_000),
        line(2, About::Withdrawal, -5_000, 95_000),
        line(3, About::Order, -10_500, 84_500),
        line(4, About::Refund, 10_500, 95_000),
        line(5, About::LateDelivery, -10_500, 84_500),
        line(6, About::Reversal, 10_500, 95_000),
        line(7, About::Margin, 250, 95_250),
        line(8, About::MarginReversal, -250, 95_000),
        line(9, About::Transfer, -50_000, 45_000),
        line(10, About::Other, -500, 44_500),
    ];
    let (code, name) = (AgentId(1), "Budi Cell".to_owned());
    let full = StatementCard { code, name, days: None, lines, older: Some(1), newer: Some(7) };
    let of_day = StatementCard { days: Some(day), newer: None, ..full.clone() };
    let of_days = StatementCard { days: Some(week), older: None, newer: None, ..full.clone() };
    let empty = StatementCard { lines: Vec::new(), ..of_days.clone() };
    Ok([full, of_day, of_days, empty].map(|card| Reply::Statement(Box::new(card))).to_vec())
}

pub(super) fn shop_reports() -> Vec<Reply> {
    let Some((day, week)) = spans() else { return Vec::new() };
    let ranking = |code: &str, name: &str| Ranking {
        shares: vec![Share { code: code.to_owned(), name: name.to_owned(), tally: busy() }],
        left_out: 2,
        rest: sold(2, 20_000, 20_500),
    };
    let full = ShopCard {
        span: day,
        total: busy(),
        before: Some(sold(4, 43_000, 42_000)),
        slots: Slots::Hours(vec![busy(); 24]),
        products: ranking("S10", "Telkomsel 10.000"),
        suppliers: ranking("kios", ""),
        agents: ranking("KR0001", "Budi Cell"),
        paid_in: Rupiah::new(500_000),
        paid_out: Rupiah::new(5_000),
        open_now: 1,
        held_now: Rupiah::new(10_500),
    };
    let days = week.days().map(|day| (day, busy())).collect();
    let range = ShopCard { span: week, before: None, slots: Slots::Days(days), ..full.clone() };
    let empty = ShopCard {
        total: Tally::default(),
        before: Some(Tally::default()),
        slots: Slots::Hours(vec![Tally::default(); 24]),
        products: Ranking::default(),
        suppliers: Ranking::default(),
        agents: Ranking::default(),
        paid_in: Rupiah::ZERO,
        paid_out: Rupiah::ZERO,
        open_now: 0,
        held_now: Rupiah::ZERO,
        ..full.clone()
    };
    let of = |form, card: &ShopCard| Reply::ShopReport { form, card: Box::new(card.clone()) };
    let texts = [of(ReportForm::Text, &full), of(ReportForm::Summary, &empty), of(ReportForm::Text, &range)];
    let files = [ReportForm::Chart, ReportForm::Csv, ReportForm::Xlsx];
    texts.into_iter().chain(files.map(|form| of(form, &full))).chain([of(ReportForm::Csv, &range)]).collect()
}

pub(super) fn problems() -> Vec<Reply> {
    let problems = [ReportProblem::Future, ReportProblem::TooLong { days: Span::MOST_DAYS }, ReportProblem::NoSuchDay];
    problems.map(|problem| Reply::ReportRefused { problem }).to_vec()
}
