//! Sending balance to a downline.

use super::command::{NetworkCommand, Transfer};
use crate::meaning::Command;
use crate::read::{AgentRef, Cursor, Part, Problem, amount, phones_in_pieces};
use konter_core::money::Rupiah;

/// `<agent>.<amount>.<pin>`. Other servers put the amount, or the PIN, before the agent: both are read where it is
/// plain which of the two numbers is the amount. Where the reseller could be one of several, all of them are passed on.
pub fn transfer(args: Cursor<'_>) -> Result<Command, Problem> {
    let first = args.peek().ok_or(Problem::Missing(Part::Agent))?;
    let number_first =
        first.is_digits() && AgentRef::read(first.text).is_none() && phones_in_pieces(args.atoms).is_empty();
    // `50rb.KR0002`
    let has_unit = !first.is_digits()
        && first.text.starts_with(|c: char| c.is_ascii_digit())
        && amount::read(first.text, false).is_ok();
    if !number_first && !has_unit && !first.text.to_ascii_uppercase().starts_with("RP") {
        return or_either(agent_first(args), args);
    }
    match (amount_first(args), pin_first(args)) {
        (Ok(one), Ok(two)) => match (is_round(one.amount), is_round(two.amount)) {
            (true, false) => Ok(Command::Transfer(one)),
            (false, true) => Ok(Command::Transfer(two)),
            (true, true) | (false, false) => Err(Problem::Ambiguous),
        },
        (Ok(transfer), Err(_)) | (Err(_), Ok(transfer)) => Ok(Command::Transfer(transfer)),
        (Err(problem), Err(_)) => or_either(Err(problem), args),
    }
}

/// What is ambiguous because a phone number in pieces could end in several places becomes all that it can be.
fn or_either(read: Result<Transfer, Problem>, args: Cursor<'_>) -> Result<Command, Problem> {
    match read {
        Ok(transfer) => Ok(Command::Transfer(transfer)),
        Err(Problem::Ambiguous) => {
            let mut readings: Vec<Transfer> = Vec::new();
            for (agent, rest) in agents_at(args) {
                readings.extend(amount_and_pin(agent, rest).ok());
            }
            let mut after_amount = args;
            if let Ok(amount) = amount::take(&mut after_amount) {
                for (agent, mut rest) in agents_at(after_amount) {
                    readings.extend(rest.last_pin().ok().map(|pin| Transfer { agent, amount, pin }));
                }
            }
            let same = |reading: &Transfer| readings.first().is_some_and(|first| first.agent == reading.agent);
            if readings.len() > 1 && readings.iter().all(same) {
                // Which of the numbers is the amount, nobody's being there can tell.
                Err(Problem::Ambiguous)
            } else if readings.len() > 1 {
                Ok(Command::Network(NetworkCommand::TransferEither(readings)))
            } else {
                readings.pop().map(Command::Transfer).ok_or(Problem::Ambiguous)
            }
        }
        Err(problem) => Err(problem),
    }
}

/// Every reseller that could be named at the cursor, and what follows it.
fn agents_at(args: Cursor<'_>) -> impl Iterator<Item = (AgentRef, Cursor<'_>)> {
    let skipped = move |count: usize| {
        let mut rest = args;
        rest.skip(count);
        rest
    };
    let word = args.peek().and_then(|first| AgentRef::read(first.text)).map(|agent| (agent, 1));
    let pieces = phones_in_pieces(args.atoms).into_iter().map(|(phone, count)| (AgentRef::Phone(phone), count));
    word.into_iter().chain(pieces).map(move |(agent, count)| (agent, skipped(count)))
}

fn is_round(amount: Rupiah) -> bool {
    const ROUND: i64 = 500;
    amount.get() % ROUND == 0
}

fn is_amount(mut cursor: Cursor<'_>) -> bool {
    amount::take(&mut cursor).is_ok() && cursor.last_pin().is_ok()
}

/// `tr ke 10000`: a word that points to somebody is nobody.
fn somebody(agent: AgentRef) -> Result<AgentRef, Problem> {
    const TO: [&str; 8] = ["KE", "BUAT", "UNTUK", "UTK", "KPD", "KEPADA", "SALDO", "TO"];
    match agent {
        AgentRef::Other(word) if TO.iter().any(|to| word.eq_ignore_ascii_case(to)) => {
            Err(Problem::Missing(Part::Agent))
        }
        agent => Ok(agent),
    }
}

fn amount_and_pin(agent: AgentRef, mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let agent = somebody(agent)?;
    let amount = amount::take(&mut args)?;
    Ok(Transfer { agent, amount, pin: args.last_pin()? })
}

fn agent_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let agent = AgentRef::take(&mut args, is_amount)?;
    amount_and_pin(agent, args)
}

fn amount_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let amount = amount::take(&mut args)?;
    let agent = somebody(AgentRef::take(&mut args, |mut rest| rest.last_pin().is_ok())?)?;
    Ok(Transfer { agent, amount, pin: args.last_pin()? })
}

fn pin_first(mut args: Cursor<'_>) -> Result<Transfer, Problem> {
    let pin = args.pin().ok_or(Problem::Missing(Part::Pin))?;
    let agent = somebody(AgentRef::take(&mut args, is_amount)?)?;
    let amount = amount::take(&mut args)?;
    args.finish()?;
    Ok(Transfer { agent, amount, pin: Some(pin) })
}
