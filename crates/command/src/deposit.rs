//! `TIKET`, `BUKTI` and how admins name a ticket.

use super::Command;
use super::amount;
use super::atom::{Atom, Cursor, atoms};
use super::problem::{Part, Problem};
use super::talk::words_for_admins;
use super::typed::Typed;
use konter_core::ids::TicketId;
use konter_core::money::Rupiah;
use konter_core::phone::clean;

/// Smallest deposit ticket, in rupiah: less is a slip (`DEPOSIT.17`), or meant in thousands, which is not guessed.
pub const MIN_TICKET: i64 = 1_000;

/// A ticket as an admin names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRef {
    /// `#12`.
    Id(TicketId),
    /// `100.123`: the amount that was to be transferred.
    Pay(Rupiah),
    /// `12`, `100123`: digits alone may be either.
    Digits(u64),
}

impl TicketRef {
    pub(super) fn read(word: &str) -> Option<Self> {
        if word.starts_with('#') {
            return word.parse().ok().map(Self::Id);
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return word.parse().ok().map(Self::Digits);
        }
        amount::read(word, false).ok().map(Self::Pay)
    }
}

/// Where deposits come from.
const BANKS: &[&str] = &[
    "BCA",
    "BRI",
    "BNI",
    "MANDIRI",
    "BSI",
    "BTN",
    "CIMB",
    "PERMATA",
    "DANAMON",
    "MUAMALAT",
    "SEABANK",
    "JAGO",
    "DANA",
    "OVO",
    "GOPAY",
    "SHOPEEPAY",
    "LINKAJA",
    "QRIS",
];

/// Whether the word names a bank or a wallet.
pub(super) fn is_bank(word: &str) -> bool {
    BANKS.iter().any(|bank| word.eq_ignore_ascii_case(bank))
}

/// What a ticket adds to, as people call it: `isi saldo 100000`.
pub(super) fn is_balance(atom: &Atom<'_>) -> bool {
    ["TIKET", "DEPOSIT", "DEPO", "SALDO"].into_iter().any(|word| atom.is(word))
}

pub(super) fn ticket(mut args: Cursor<'_>) -> Result<Command, Problem> {
    args.take_if(is_balance);
    let bank = args.take_if(|atom| is_bank(atom.text)).map(|atom| atom.text.to_uppercase());
    if args.is_empty() {
        return Ok(Command::Deposit { amount: None, bank, pin: None });
    }
    let amount = amount::take(&mut args)?;
    if amount < Rupiah::new(MIN_TICKET) {
        return Err(Problem::Unfit(Part::Amount, Typed::new(&amount.to_string())));
    }
    Ok(Command::Deposit { amount: Some(amount), bank, pin: args.last_pin()? })
}

pub(super) fn proof(args: Cursor<'_>) -> Result<Command, Problem> {
    if args.is_empty() {
        return Ok(Command::Proof { text: Typed::whole(""), pin: None });
    }
    words_for_admins(args).map(|(text, pin)| Command::Proof { text, pin })
}

/// Whether a message that is no command tells of a transfer that was made: `sudah tf bos`, `bukti transfer`.
#[must_use]
pub fn sounds_like_proof(text: &str) -> bool {
    /// The beginning tells, and a pasted novel must not cost time.
    const LOOKED_AT: usize = 400;
    const DONE: [&str; 12] =
        ["sudah", "sdh", "udah", "udh", "dah", "uda", "telah", "bukti", "berhasil", "barusan", "selesai", "done"];
    const MADE: [&str; 8] = ["transfer", "tranfer", "trf", "tf", "ditransfer", "transferan", "setor", "disetor"];
    let start: String = text.chars().take(LOOKED_AT).collect::<String>().to_lowercase();
    let words: Vec<&str> = start.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    has(&DONE) && has(&MADE)
}

/// The words of a proof that is no command, as admins may see them: without a PIN at either end, and without any number
/// that may be one where a PIN is spoken of.
#[must_use]
pub fn proof_words(text: &str) -> String {
    let text = clean(text);
    let pieces = atoms(&text, false);
    let words = words_for_admins(Cursor::new(&text, &pieces)).map(|(words, _)| words.as_str().to_owned());
    let words = words.unwrap_or_default();
    let speaks_of_pin = words.split(|c: char| !c.is_alphabetic()).any(|word| word.eq_ignore_ascii_case("pin"));
    if speaks_of_pin { super::redact(&words) } else { words }
}
