//! The same for deposit tickets, and the buttons that admins have below them.

use super::describe::Described;
use super::fields::Fields;
use super::rendered::Button;
use super::says::{TicketCard, TicketProblem, TicketRefusal, TicketSays, TicketStage, TicketWhy};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::{NAME, SENTENCE, TYPED};
use konter_core::deposit::BankAccount;
use konter_core::money::Rupiah;

/// Amounts offered as buttons.
const OFTEN_DEPOSITED: [Rupiah; 4] =
    [Rupiah::new(50_000), Rupiah::new(100_000), Rupiah::new(200_000), Rupiah::new(500_000)];
/// Of a proof's words: what an admin needs to find the transfer.
const LONGEST_PROOF: usize = 500;

pub(super) fn describe(says: &TicketSays) -> Described {
    let none = Fields::new();
    match says {
        TicketSays::Opened { card: ticket, banks, again } => {
            ("deposit.opened", card(ticket).list("banks", accounts(banks)).set("again", *again))
        }
        TicketSays::HowTo { banks, open, least, most } => {
            let fields = none.list("banks", accounts(banks)).list("open", open.iter().map(card));
            ("deposit.how_to", fields.money("least", *least).money("most", *most))
        }
        TicketSays::Refused { why } => refused(why),
        TicketSays::Decided { card: ticket } => ("deposit.decided", card(ticket)),
        TicketSays::ProofTaken { card: ticket } => ("deposit.proof_taken", card(ticket)),
        TicketSays::ProofWithoutTicket => ("deposit.proof_without_ticket", none),
        TicketSays::Card { card: ticket, why } => ("deposit.card", because(why, none.set("card", card(ticket)))),
        TicketSays::Settled { card: ticket } => ("deposit.settled", card(ticket)),
        TicketSays::AllOpen { open, left_out } => {
            ("deposit.all_open", none.list("open", open.iter().map(card)).set("left_out", *left_out))
        }
    }
}

fn refused(why: &TicketRefusal) -> Described {
    let none = Fields::new();
    match why {
        TicketRefusal::TooMuch { most } => ("deposit.too_much", none.money("most", *most)),
        TicketRefusal::TooMany { most, open } => {
            ("deposit.too_many", none.set("most", *most).list("open", open.iter().map(card)))
        }
        TicketRefusal::NoneFree => ("deposit.none_free", none),
    }
}

pub(super) fn problem(problem: &TicketProblem) -> Described {
    let none = Fields::new();
    match problem {
        TicketProblem::NoSuchTicket { asked } => ("deposit.no_such_ticket", none.text("asked", asked, TYPED)),
        TicketProblem::AlreadyDecided { card: ticket } => ("deposit.already_decided", card(ticket)),
        TicketProblem::Ambiguous { by_number, by_amount } => {
            ("deposit.ambiguous", none.set("by_number", card(by_number)).set("by_amount", card(by_amount)))
        }
        TicketProblem::AmountTaken { card: ticket, other } => {
            ("deposit.amount_taken", card(ticket).set("other", card(other)))
        }
        TicketProblem::LongOver { card: ticket } => ("deposit.long_over", card(ticket)),
    }
}

fn because(why: &TicketWhy, fields: Fields) -> Fields {
    let (because, words, follows, others) = match why {
        TicketWhy::New => ("new", None, false, &[][..]),
        TicketWhy::Decided => ("decided", None, false, &[][..]),
        TicketWhy::Proof { words, follows, others } => ("proof", words.as_ref(), *follows, others.as_slice()),
    };
    fields
        .set("because", because)
        .maybe("words", words, LONGEST_PROOF)
        .set("follows", follows)
        .list("others", others.iter().map(card))
}

pub(super) fn card(card: &TicketCard) -> Fields {
    let fields = Fields::new()
        .set("ticket", card.ticket.0)
        .code("agent", &card.agent)
        .text("name", &card.name, NAME)
        .money("amount", card.amount)
        .money("pay", card.pay)
        .time("from", card.created_at)
        .time("until", card.expires_at)
        .set("late", card.late);
    let (state, by, at, credited, reason) = match &card.stage {
        TicketStage::Undecided => ("open", None, None, None, None),
        TicketStage::Accepted { by, at, credited } => ("accepted", Some(by), Some(*at), Some(*credited), None),
        TicketStage::Refused { by, at, reason } => ("refused", Some(by), Some(*at), None, reason.as_ref()),
    };
    fields
        .set("state", state)
        .maybe("by", by, NAME)
        .time("at", at)
        .money("credited", credited)
        .maybe("reason", reason, SENTENCE)
}

fn accounts(banks: &[String]) -> impl Iterator<Item = Fields> + '_ {
    banks.iter().map(|bank| {
        let account = BankAccount::read(bank);
        Fields::new().maybe("before", Some(account.before), NAME).maybe("number", Some(account.number), NAME).maybe(
            "after",
            Some(account.after),
            NAME,
        )
    })
}

pub(super) fn buttons(says: &TicketSays, say: &Say<'_>) -> Vec<Vec<Button>> {
    if let TicketSays::HowTo { .. } = says {
        let amount = |amount: Rupiah| Button { label: amount.to_string(), tap: format!("TIKET.{}", amount.get()) };
        return OFTEN_DEPOSITED.chunks(2).map(|row| row.iter().copied().map(amount).collect()).collect();
    }
    let TicketSays::Card { card, why: TicketWhy::New | TicketWhy::Proof { .. } } = says else { return Vec::new() };
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    vec![vec![
        button("deposit.accept", Tap::AcceptTicket(card.ticket)),
        button("deposit.refuse", Tap::RefuseTicket(card.ticket)),
    ]]
}
