//! Samples of what is said about uplines and downlines.

use super::samples::at;
use super::says::Reply;
use super::says_booking::{BookedBefore, BookedHow, Doubts};
use super::says_network::{
    DownlineLine, DownlineMarkup, DownlineProblem, GroupCard, GroupProblem, InviteLink, MarkupProblem, MoveProblem,
    NetworkReply, NewDownline, ProductMarkup, ToldOnce, TransferCard, TransferProblem, TransferStage,
};
use konter_core::agent::AgentStatus;
use konter_core::ids::{AgentId, BadName, OrderId};
use konter_core::money::Rupiah;

const ME: AgentId = AgentId(1);
const BELOW: AgentId = AgentId(7);

pub(super) fn network() -> Result<Vec<Reply>, BadName> {
    let all = transfers().into_iter().chain(registering()?).chain(those_below()?).chain(for_admins()?);
    Ok(all.map(|reply| Reply::Network(Box::new(reply))).collect())
}

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

fn name() -> String {
    "Sari Pulsa".to_owned()
}

fn transfers() -> Vec<NetworkReply> {
    let card = |stage| {
        let card = TransferCard {
            number: 3,
            to: BELOW,
            name: name(),
            amount: rp(750_000),
            until: at(5),
            stage,
            doubts: Doubts::default(),
        };
        NetworkReply::TransferAsk(card)
    };
    let again = NetworkReply::TransferAsk(TransferCard {
        number: 4,
        to: BELOW,
        name: name(),
        amount: rp(50_000),
        until: at(5),
        stage: TransferStage::Asked,
        doubts: Doubts {
            booked: Some(BookedBefore {
                at: at(0),
                minutes: 3,
                amount: rp(50_000),
                how: BookedHow::Transfer(ME),
                by: None,
            }),
            phone: Some("081234567890".to_owned()),
            ..Doubts::default()
        },
    });
    let stages = [TransferStage::Asked, TransferStage::Sent, TransferStage::Cancelled, TransferStage::Expired];
    let problems = [
        TransferProblem::NotDownline { name: "MH6265".to_owned() },
        TransferProblem::ToSelf,
        TransferProblem::Blocked { code: BELOW },
        TransferProblem::Short { amount: rp(100_000), missing: rp(10_500) },
        TransferProblem::Ambiguous,
        TransferProblem::Stale { minutes: 45 },
        TransferProblem::StaleByWrongClock,
        TransferProblem::NothingToConfirm,
    ];
    stages
        .map(card)
        .into_iter()
        .chain([
            again,
            NetworkReply::TransferSent { to: BELOW, name: name(), amount: rp(50_000) },
            NetworkReply::TransferReceived { from: ME, name: "Budi Cell".to_owned(), amount: rp(50_000) },
        ])
        .chain(problems.map(|problem| NetworkReply::TransferRefused { problem }))
        .collect()
}

/// With the bot's name and without.
fn links() -> Result<[InviteLink; 2], BadName> {
    let bad = |_| BadName { what: "an invitation", text: String::new() };
    let code = "aB3dE6gH9jK2mN5p".parse().map_err(bad)?;
    let known = InviteLink { bot: Some("konter_bot".to_owned()), code };
    Ok([known.clone(), InviteLink { bot: None, ..known }])
}

fn registering() -> Result<Vec<NetworkReply>, BadName> {
    let [link, bare] = links()?;
    let new = NewDownline {
        code: BELOW,
        name: name(),
        phone: "081234567890".to_owned(),
        pin: ToldOnce("4821".to_owned()),
        markup: rp(100),
        deposit: Some(rp(100_000)),
        link: link.clone(),
    };
    let plain = NewDownline { markup: Rupiah::ZERO, deposit: None, link: bare.clone(), ..new.clone() };
    let problems = [
        DownlineProblem::Closed,
        DownlineProblem::PhoneTaken { phone: "081234567890".to_owned() },
        DownlineProblem::NameTooLong,
        DownlineProblem::TooDeep { most: 10 },
        DownlineProblem::Markup { highest: rp(50_000) },
        DownlineProblem::Short { amount: rp(100_000), missing: rp(10_500) },
        DownlineProblem::DepositTooLarge { most: rp(500_000) },
    ];
    let mut replies = vec![
        NetworkReply::DownlineRegistered(new),
        NetworkReply::DownlineRegistered(plain),
        NetworkReply::Invitation { link, renewed: false },
        NetworkReply::Invitation { link: bare, renewed: true },
        NetworkReply::Invited { upline: "Budi Cell".to_owned() },
        NetworkReply::InvitationUnknown,
        NetworkReply::ChatJoined { code: BELOW, name: name() },
    ];
    replies.extend([true, false].map(|waiting| NetworkReply::DownlineJoined { code: BELOW, name: name(), waiting }));
    replies.extend(problems.map(|problem| NetworkReply::DownlineRefused { problem }));
    Ok(replies)
}

fn those_below() -> Result<Vec<NetworkReply>, BadName> {
    let line = DownlineLine {
        code: BELOW,
        name: name(),
        status: AgentStatus::Active,
        balance: rp(89_500),
        markup: Some(rp(100)),
    };
    let far = DownlineLine { status: AgentStatus::Blocked, markup: None, ..line.clone() };
    let product = |code: &str, amount| Ok(ProductMarkup { product: code.parse()?, amount: rp(amount) });
    let products = vec![product("S10", 150)?, product("PLN20", 500)?];
    let lines = || vec![line.clone(), DownlineLine { status: AgentStatus::Waiting, ..line.clone() }];
    let set =
        |downline, product, amount, removed| NetworkReply::MarkupSet { downline, product, amount: rp(amount), removed };
    let s10 = || Ok::<_, BadName>(Some("S10".parse()?));
    let problems = [
        MarkupProblem::TooHigh { highest: rp(50_000) },
        MarkupProblem::OverShare { product: Some("S10".parse()?), highest: rp(2_500), percent: 50 },
        MarkupProblem::OverShare { product: None, highest: rp(25_000), percent: 50 },
        MarkupProblem::TooMany { most: 1_000 },
        MarkupProblem::NotDirect { name: "KR0009".to_owned() },
        MarkupProblem::NoSuchProduct { product: "TN5".to_owned() },
    ];
    let mut replies = vec![
        NetworkReply::Downlines { lines: lines(), page: 1, more: true },
        NetworkReply::Downlines { lines: lines(), page: 2, more: false },
        NetworkReply::Downlines { lines: vec![], page: 1, more: false },
        NetworkReply::Downline {
            line: line.clone(),
            phones: vec!["081234567890".to_owned()],
            products: products.clone(),
        },
        NetworkReply::Downline { line: far, phones: vec![], products: vec![] },
        NetworkReply::NoSuchDownline { name: "MH234".to_owned() },
        NetworkReply::Markups {
            all: rp(100),
            products,
            downlines: vec![DownlineMarkup { code: BELOW, amount: rp(75) }],
            left_out: 3,
        },
        NetworkReply::Markups { all: Rupiah::ZERO, products: vec![], downlines: vec![], left_out: 0 },
        set(None, None, 100, false),
        set(None, s10()?, 150, false),
        set(Some(BELOW), None, 75, false),
        set(Some(BELOW), s10()?, 50, false),
        set(Some(BELOW), None, 100, true),
    ];
    replies.extend(problems.map(|problem| NetworkReply::MarkupRefused { problem }));
    Ok(replies)
}

fn for_admins() -> Result<Vec<NetworkReply>, BadName> {
    let bad = |_| BadName { what: "a group", text: String::new() };
    let (agent, retail) = ("agent".parse().map_err(bad)?, "retail".parse().map_err(bad)?);
    let prices = vec![ProductMarkup { product: "S10".parse()?, amount: rp(10_300) }];
    let fixed = GroupCard { name: retail, margin: Rupiah::ZERO, prices: vec![], left_out: 0, fixed: true };
    let own = GroupCard { name: agent, margin: rp(-100), prices, left_out: 4, fixed: false };
    let product = || "S5".parse();
    let problems = [
        GroupProblem::PriceBelowCost { product: product()?, lowest: rp(5_400) },
        GroupProblem::MarginBelowCost { product: product()?, lowest: rp(-100) },
        GroupProblem::Fixed { name: fixed.name.clone() },
        GroupProblem::NoSuch { name: own.name.clone() },
        GroupProblem::HasUpline { agent: BELOW, upline: ME },
    ];
    let moves = [MoveProblem::Circle { upline: BELOW }, MoveProblem::TooDeep { most: 10 }, MoveProblem::Same];
    let mut replies = vec![
        NetworkReply::Groups { groups: vec![fixed.clone(), own.clone()] },
        NetworkReply::Group(own.clone()),
        NetworkReply::Group(GroupCard { prices: vec![], left_out: 0, margin: rp(50), ..own.clone() }),
        NetworkReply::Group(fixed),
        NetworkReply::GroupAssigned { agent: BELOW, name: name(), group: own.name },
        NetworkReply::Moved { agent: BELOW, name: name(), upline: Some(ME) },
        NetworkReply::Moved { agent: BELOW, name: name(), upline: None },
        NetworkReply::WithheldPaid { order: OrderId(12), amount: rp(1_000), left: rp(500) },
        NetworkReply::WithheldPaid { order: OrderId(12), amount: rp(1_500), left: rp(0) },
        NetworkReply::AlertUplineOverdrawn { agent: ME, order: OrderId(12), amount: rp(100) },
    ];
    replies.extend(problems.map(|problem| NetworkReply::GroupRefused { problem }));
    replies.extend(moves.map(|problem| NetworkReply::MoveRefused { problem }));
    Ok(replies)
}
