//! Samples of what is said about deposit tickets.

use super::samples::at;
use super::says::{AdminProblem, Reply, TicketCard, TicketProblem, TicketRefusal, TicketSays, TicketStage, TicketWhy};
use konter_core::ids::{AgentId, TicketId};
use konter_core::money::Rupiah;

const PROOF: &str = "sudah transfer dari BCA a.n. Siti";

pub(super) fn undecided() -> TicketCard {
    TicketCard {
        ticket: TicketId(12),
        agent: AgentId(1),
        name: "Budi Cell".to_owned(),
        amount: Rupiah::new(100_000),
        pay: Rupiah::new(100_412),
        created_at: at(0),
        expires_at: at(595),
        late: false,
        stage: TicketStage::Undecided,
    }
}

fn by() -> String {
    "Wati (telegram:1001)".to_owned()
}

/// Decided in every way.
fn decided() -> Vec<TicketCard> {
    let accepted = |credited, late| TicketCard {
        late,
        stage: TicketStage::Accepted { by: by(), at: at(9), credited: Rupiah::new(credited) },
        ..undecided()
    };
    let refused = |reason: Option<&str>| TicketCard {
        stage: TicketStage::Refused { by: by(), at: at(9), reason: reason.map(str::to_owned) },
        ..undecided()
    };
    vec![accepted(100_412, false), accepted(100_000, true), refused(None), refused(Some("uang belum masuk"))]
}

fn banks() -> Vec<String> {
    ["BCA 1234567890 a.n. Budi Santoso", "1122-3344-55 Mandiri", "QRIS di meja kasir"].map(str::to_owned).to_vec()
}

pub(super) fn tickets() -> Vec<Reply> {
    let card = undecided();
    let other =
        TicketCard { ticket: TicketId(13), amount: Rupiah::new(50_000), pay: Rupiah::new(50_030), ..card.clone() };
    let late = TicketCard { late: true, ..card.clone() };
    let opened = |banks, again| TicketSays::Opened { card: card.clone(), banks, again };
    let how_to =
        |banks, open| TicketSays::HowTo { banks, open, least: Rupiah::new(1_000), most: Rupiah::new(100_000_000) };
    let proof =
        |words: Option<&str>, follows, others| TicketWhy::Proof { words: words.map(str::to_owned), follows, others };
    let shown = |card: &TicketCard, why| TicketSays::Card { card: card.clone(), why };
    let mut all = vec![
        opened(banks(), false),
        opened(banks(), true),
        opened(Vec::new(), false),
        how_to(banks(), vec![card.clone(), late.clone()]),
        how_to(Vec::new(), Vec::new()),
        TicketSays::Refused { why: TicketRefusal::TooMuch { most: Rupiah::new(100_000_000) } },
        TicketSays::Refused { why: TicketRefusal::TooMany { most: 5, open: vec![card.clone(), other.clone()] } },
        TicketSays::Refused { why: TicketRefusal::NoneFree },
        TicketSays::ProofTaken { card: card.clone() },
        TicketSays::ProofWithoutTicket,
        TicketSays::AllOpen { open: vec![card.clone(), late.clone()], left_out: 3 },
        TicketSays::AllOpen { open: Vec::new(), left_out: 0 },
        shown(&card, TicketWhy::New),
        shown(&late, proof(Some(PROOF), true, vec![other])),
        shown(&card, proof(None, true, Vec::new())),
    ];
    for card in decided() {
        all.push(shown(&card, TicketWhy::Decided));
        all.push(TicketSays::Decided { card: card.clone() });
        all.push(TicketSays::Settled { card });
    }
    all.into_iter().map(|says| Reply::Ticket(Box::new(says))).collect()
}

pub(super) fn problems() -> Vec<AdminProblem> {
    let card = || Box::new(undecided());
    let other = Box::new(TicketCard { ticket: TicketId(100_412), agent: AgentId(2), ..undecided() });
    let mut all = vec![
        TicketProblem::NoSuchTicket { asked: "#99".to_owned() },
        TicketProblem::Ambiguous { by_number: other.clone(), by_amount: card() },
        TicketProblem::AmountTaken { card: Box::new(TicketCard { late: true, ..undecided() }), other },
        TicketProblem::LongOver { card: Box::new(TicketCard { late: true, ..undecided() }) },
    ];
    all.extend(decided().into_iter().map(|card| TicketProblem::AlreadyDecided { card: Box::new(card) }));
    all.into_iter().map(AdminProblem::Ticket).collect()
}
