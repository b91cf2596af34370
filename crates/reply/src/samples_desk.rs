//! Samples of what is said about the desk's work.

use super::samples::at;
use super::says::{ActLine, AgentCard, BelowCost, ComplaintCard, ImportCard, ImportStage, PriceChange, Reply};
use super::says::{ChooseCard, ChooseStage, PriceLine};
use konter_core::ids::{BadName, OrderId};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, RawLine};

fn change(before: Option<i64>) -> Result<PriceChange, BadName> {
    Ok(PriceChange {
        code: "S10".parse()?,
        name: "Telkomsel 10.000".to_owned(),
        before: before.map(Rupiah::new),
        after: Rupiah::new(10_600),
    })
}

pub(super) fn prices() -> Result<Vec<Reply>, BadName> {
    Ok(vec![Reply::AdminPrice(change(Some(10_500))?)])
}

pub(super) fn below_cost() -> Result<BelowCost, BadName> {
    Ok(BelowCost { code: "S10".parse()?, price: Rupiah::new(10_000), cost: Rupiah::new(10_150) })
}

pub(super) fn imports() -> Result<Vec<Reply>, BadName> {
    let card = |stage, prices| ImportCard {
        import: 77,
        added: 2,
        changed: 5,
        unchanged: 60,
        not_named: 1,
        prices,
        below_cost: Vec::new(),
        more_below_cost: 0,
        stage,
    };
    let below = below_cost()?;
    let both = vec![change(Some(10_500))?, change(None)?];
    let cards = [
        card(ImportStage::Offered, both.clone()),
        ImportCard { below_cost: vec![below], more_below_cost: 3, ..card(ImportStage::Offered, Vec::new()) },
        card(ImportStage::Applied, both),
        card(ImportStage::Cancelled, Vec::new()),
    ];
    Ok(cards.map(Reply::AdminImport).to_vec())
}

pub(super) fn complaints(agents: &[AgentCard], line: &OrderLine) -> Vec<Reply> {
    let complaint = |agent: &AgentCard, orders| {
        let card = ComplaintCard { agent: agent.clone(), text: "S10 belum masuk".to_owned(), orders };
        Reply::AlertComplaint(Box::new(card))
    };
    let both = |agent| [complaint(agent, vec![line.clone()]), complaint(agent, Vec::new())];
    agents.iter().flat_map(both).collect()
}

pub(super) fn logs(at: chrono::DateTime<chrono::Utc>) -> Vec<Reply> {
    let act = ActLine { at, by: "telegram:1001".to_owned(), what: "/deposit KR0001 100000".to_owned() };
    [vec![act], Vec::new()].map(|acts| Reply::AdminLog { acts }).to_vec()
}

pub(super) fn choices(products: &[PriceLine]) -> Vec<Reply> {
    let stages = [
        (None, ChooseStage::List),
        (Some(0), ChooseStage::EnterPin { digits: 0, taps: 0 }),
        (Some(0), ChooseStage::EnterPin { digits: 4, taps: 6 }),
        (Some(0), ChooseStage::Placed { order: konter_core::ids::OrderId(12) }),
        (None, ChooseStage::Cancelled),
    ];
    let card = |(chosen, stage)| {
        let nth = if stage == ChooseStage::Cancelled { 1 } else { 2 };
        let dest = "081234567890".to_owned();
        Reply::Choose(Box::new(ChooseCard { guide: 77, dest, products: products.to_vec(), chosen, nth, stage }))
    };
    stages.map(card).to_vec()
}

/// All that suppliers said of an order; nothing yet.
pub(super) fn raw_replies() -> Result<Vec<Reply>, BadName> {
    let line = RawLine {
        supplier: "tele".parse()?,
        reference: "176370870012".to_owned(),
        to: "purchase".to_owned(),
        at: at(1),
        text: "{\"response\":\"SWT:0000\",\"respdata\":[{\"token\":\"6722 0840 8781 8481 1234\"}]}".to_owned(),
    };
    let replies = |replies| Reply::AdminRawReplies { order: OrderId(12), replies };
    Ok(vec![replies(vec![line.clone(), RawLine { to: "status".to_owned(), ..line }]), replies(vec![])])
}
