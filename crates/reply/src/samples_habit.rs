//! Samples of what is said about a reseller's own arrangements.

use super::samples::at;
use super::says::{PriceLine, Reply};
use super::says_habit::{
    AskFor, ChatLine, ChatProblem, FavouriteLine, HabitReply, SellingCard, SellingLine, SellingProblem,
};
use super::says_network::InviteLink;
use konter_core::ids::{AgentId, BadName};
use konter_core::money::Rupiah;
use konter_core::order::refusal::Near;

pub(super) fn habits(prices: &[PriceLine], near: &[Near]) -> Result<Vec<Reply>, BadName> {
    let all = chats()?.into_iter().chain(favourites()?).chain(selling(prices)?).chain(asks(near)?);
    Ok(all.map(|reply| Reply::Habit(Box::new(reply))).collect())
}

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

fn bad<E>(_: E) -> BadName {
    BadName { what: "a sample", text: String::new() }
}

fn chats() -> Result<Vec<HabitReply>, BadName> {
    let phone = || Some("081234567890".to_owned());
    let link = InviteLink { bot: Some("konter_bot".to_owned()), code: "aB3dE6gH9jK2mN5p".parse().map_err(bad)? };
    let bare = InviteLink { bot: None, ..link.clone() };
    let listed = |chat: Option<&str>, name, here| ChatLine { chat: chat.map(str::to_owned), name, here };
    let lines = vec![
        listed(Some("telegram:2001"), None, true),
        listed(Some("telegram:2002"), phone(), false),
        listed(None, phone(), false),
    ];
    let problems = [
        ChatProblem::TooMany { most: 5 },
        ChatProblem::NameTaken { name: "kasir".to_owned() },
        ChatProblem::PhoneTaken { phone: "081234567890".to_owned() },
        ChatProblem::ChatTaken { code: AgentId(2) },
        ChatProblem::CodeOver,
        ChatProblem::NoSuch { name: "9".to_owned() },
        ChatProblem::Last,
        ChatProblem::Here { example: "HAPUS.1.YA.PIN".to_owned() },
    ];
    let mut all = vec![
        HabitReply::ChatCode { link, name: phone(), until: at(60) },
        HabitReply::ChatCode { link: bare, name: None, until: at(60) },
        HabitReply::Chats { lines: lines.clone(), waiting_until: Some(at(60)), most: 5 },
        HabitReply::Chats { lines, waiting_until: None, most: 5 },
        HabitReply::ChatJoined { code: AgentId(1), name: "Budi Cell".to_owned() },
        HabitReply::ChatAdded { chat: "telegram:2002".to_owned(), name: phone() },
        HabitReply::ChatAdded { chat: "telegram:2002".to_owned(), name: None },
        HabitReply::ChatRemoved { name: "081234567890".to_owned() },
        HabitReply::ChatGone { code: AgentId(1) },
        HabitReply::Renamed { before: "Budi Cell".to_owned(), name: "Berkah Cell".to_owned() },
        HabitReply::NameTooLong { most: 40 },
    ];
    all.extend(problems.map(|problem| HabitReply::ChatRefused { problem }));
    Ok(all)
}

fn favourites() -> Result<Vec<HabitReply>, BadName> {
    let line = FavouriteLine {
        name: "IBU".parse().map_err(bad)?,
        product: "S10".parse()?,
        product_name: "Telkomsel 10.000".to_owned(),
        dest: "081234567890".to_owned(),
    };
    let gone = FavouriteLine { product_name: String::new(), ..line.clone() };
    Ok(vec![
        HabitReply::Favourites { lines: vec![line.clone(), gone] },
        HabitReply::Favourites { lines: Vec::new() },
        HabitReply::FavouriteSaved(line.clone()),
        HabitReply::FavouriteForgotten { name: line.name.clone() },
        HabitReply::NoSuchFavourite { name: line.name },
        HabitReply::FavouritesFull { most: 20 },
        HabitReply::NothingToRepeat,
    ])
}

fn selling(prices: &[PriceLine]) -> Result<Vec<HabitReply>, BadName> {
    let line = SellingLine {
        code: "S10".parse()?,
        name: "Telkomsel 10.000".to_owned(),
        price: Some(rp(12_000)),
        bought: rp(10_500),
    };
    let low = SellingLine { price: Some(rp(10_000)), ..line.clone() };
    let none = SellingLine { price: None, ..line.clone() };
    let card = |all: Option<i64>, about: Option<&SellingLine>, lines: &[SellingLine]| SellingCard {
        all: all.map(rp),
        rounded: all.is_some(),
        about: about.cloned(),
        lines: lines.to_vec(),
        left_out: lines.len(),
    };
    let problems = [
        SellingProblem::NothingSet,
        SellingProblem::OutOfRange { highest: rp(20_000_000) },
        SellingProblem::TooMany { most: 500 },
        SellingProblem::Bill { product: "PLNPOST".parse()? },
    ];
    let list = |left_out| HabitReply::SellingList { shop: "Berkah Cell".to_owned(), lines: prices.to_vec(), left_out };
    let mut all = vec![
        HabitReply::Selling(card(Some(1_500), Some(&line), &[line.clone(), low.clone()])),
        HabitReply::Selling(card(None, Some(&low), &[])),
        HabitReply::Selling(card(None, Some(&none), &[])),
        HabitReply::Selling(card(None, None, &[])),
        list(0),
        list(12),
        HabitReply::Earnings { today: rp(1_200), yesterday: rp(0) },
    ];
    all.extend(problems.map(|problem| HabitReply::SellingRefused { problem }));
    Ok(all)
}

fn asks(near: &[Near]) -> Result<Vec<HabitReply>, BadName> {
    let asks = [
        AskFor::Phone { favourites: vec!["IBU".parse().map_err(bad)?] },
        AskFor::Meter,
        AskFor::Bill { kinds: near.to_vec() },
        AskFor::Bill { kinds: Vec::new() },
        AskFor::Customer { product: "PLNPOST".parse()?, name: "Tagihan listrik PLN".to_owned() },
    ];
    Ok(asks.map(HabitReply::Ask).into())
}
