//! Samples of what is said about bookings.

use super::samples::at;
use super::says::Reply;
use super::says_booking::{AskCard, AskStage, AskWhat, BookedBefore, BookedHow, BookingReply, Doubts};
use super::says_deposit::TicketCard;
use konter_core::ids::{AgentId, BadName, TicketId};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, Verdict};

const AGENT: AgentId = AgentId(7);

fn name() -> String {
    "Siti Cell".to_owned()
}

/// `line` is an order that is open, `ticket` one that waits.
pub(super) fn bookings(line: &OrderLine, ticket: &TicketCard) -> Result<Vec<Reply>, BadName> {
    let number = 3;
    let asked = |what| AskCard { number, until: at(5), stage: AskStage::Asked, what };
    let deposit = |amount, doubts| {
        let note = Some("tf BCA".to_owned());
        AskWhat::Deposit { agent: AGENT, name: name(), amount: Rupiah::new(amount), note, doubts }
    };
    let booked = |how, minutes, amount, by: Option<&str>| Doubts {
        booked: Some(BookedBefore { at: at(0), minutes, amount: Rupiah::new(amount), how, by: by.map(str::to_owned) }),
        ..Doubts::default()
    };
    let by = Some("telegram:1002");
    let large = Doubts {
        above: Some(Rupiah::new(10_000_000)),
        phone: Some("081234567890".to_owned()),
        open_ticket: Some(TicketId(12)),
        ..Doubts::default()
    };
    let of_ticket = booked(BookedHow::Ticket(TicketId(12)), 3, 100_618, by);
    let accept = |doubts| AskWhat::Accept { card: Box::new(ticket.clone()), credited: ticket.pay, doubts };
    let decide = |verdict, delivered, words: &str| AskWhat::Decide {
        line: Box::new(OrderLine { verdict, ..line.clone() }),
        agent: AGENT,
        delivered,
        words: words.to_owned(),
    };
    let price = |after, below, changed_at| {
        Ok(AskWhat::Price {
            code: "S10".parse()?,
            name: "Telkomsel 10.000".to_owned(),
            before: Rupiah::new(10_600),
            after: Rupiah::new(after),
            below,
            changed_at,
        })
    };
    let mut asks: Vec<AskCard> = [
        deposit(100_618, of_ticket.clone()),
        deposit(50_000_000, large),
        deposit(-50_000, booked(BookedHow::Deposit, 0, -50_000, None)),
        accept(booked(BookedHow::Transfer(AgentId(1)), 180, 100_618, None)),
        decide(Verdict::Failed, true, "0041002345678901"),
        decide(Verdict::Success, false, "salah nomor"),
        decide(Verdict::Open, true, "sudah masuk kak"),
        price(10_000, Some(Rupiah::new(10_200)), None)?,
        price(10_700, None, Some(at(0)))?,
    ]
    .map(asked)
    .into();
    for stage in [AskStage::Done, AskStage::Cancelled, AskStage::Expired] {
        asks.push(AskCard { stage, ..asked(deposit(100_618, of_ticket.clone())) });
    }
    let told = |amount, note: Option<&str>| BookingReply::Booked {
        by: "Budi (telegram:1002)".to_owned(),
        agent: AGENT,
        name: name(),
        amount: Rupiah::new(amount),
        note: note.map(str::to_owned),
    };
    let corrected = |verdict| BookingReply::Corrected {
        by: "Budi (telegram:1002)".to_owned(),
        line: Box::new(OrderLine { verdict, ..line.clone() }),
        agent: AGENT,
    };
    let mut replies: Vec<BookingReply> = asks.into_iter().map(BookingReply::Ask).collect();
    replies.extend([
        BookingReply::NothingToConfirm,
        told(100_000, Some("tunai")),
        told(-50_000, None),
        corrected(Verdict::Success),
        corrected(Verdict::Failed),
    ]);
    Ok(replies.into_iter().map(|reply| Reply::Booking(Box::new(reply))).collect())
}
