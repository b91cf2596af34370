//! Asking for a transfer back.

use super::command::{NetworkCommand, TransferRef};
use super::transfer::transfer;
use crate::meaning::Command;
use crate::read::{AgentRef, Atom, Cursor, Pin, Problem};

/// More digits are a phone number's, not a transfer's.
const NUMBER_DIGITS: usize = 9;
/// `tarik saldo`, `tarik kembali`: they add nothing.
const FILLER: [&str; 12] =
    ["SALDO", "TRANSFER", "TF", "KEMBALI", "BALIK", "LAGI", "YANG", "YG", "TADI", "BARUSAN", "KE", "DARI"];

/// `[<number>|<agent>[.<amount>]][.<pin>]`. As with transfers, the amount may stand before the agent. Asking moves nothing,
/// so it needs no PIN.
pub(super) fn take_back(args: Cursor<'_>) -> Result<Command, Problem> {
    let adds_nothing = |atom: &Atom<'_>| FILLER.iter().any(|word| atom.is(word));
    let kept: Vec<Atom<'_>> = args.atoms.iter().filter(|atom| !adds_nothing(atom)).copied().collect();
    let args = args.over(&kept);
    let asked = |of, pin| Ok(Command::Network(NetworkCommand::TakeBack { of, pin }));
    let Some(first) = args.peek() else { return asked(TransferRef::Latest, None) };
    let is_number = first.is_digits() && first.text.len() <= NUMBER_DIGITS && !first.text.starts_with('0');
    let mut behind = args;
    behind.take();
    if is_number
        && let Ok(number) = first.text.parse()
        && let Ok(pin) = behind.last_pin()
    {
        return asked(TransferRef::Number(number), pin);
    }
    if let Ok((agent, None)) = AgentRef::with_pin(args) {
        return asked(TransferRef::To { agent, amount: None }, None);
    }
    if let Ok(Some(pin)) = alone(args) {
        return asked(TransferRef::Latest, Some(pin));
    }
    match transfer(args)? {
        Command::Transfer(sent) => asked(TransferRef::To { agent: sent.agent, amount: Some(sent.amount) }, sent.pin),
        // Several resellers could be meant.
        _ => Err(Problem::Ambiguous),
    }
}

/// Less is a face value: `as 5 0813…` is credit for a Telkomsel AS number.
const LEAST_SUM: i64 = 1_000;

/// With a sum, a receiver and a PIN.
pub(super) fn in_full(args: Cursor<'_>) -> Result<Command, Problem> {
    let asked = take_back(args)?;
    match &asked {
        Command::Network(NetworkCommand::TakeBack { of: TransferRef::To { amount: Some(sum), .. }, pin: Some(_) })
            if sum.get() >= LEAST_SUM =>
        {
            Ok(asked)
        }
        _ => Err(Problem::Ambiguous),
    }
}

/// A PIN, and nothing else.
fn alone(mut args: Cursor<'_>) -> Result<Option<Pin>, Problem> {
    args.last_pin()
}
