//! Slips in the short words of questions: `sladi berap`, `hrga tsel`. Read so, a message may be answered, or something shown;
//! nothing is bought, moved or decided by it.

use super::small::Talk;
use super::{question, words};
use crate::meaning::Command;
use crate::network::command::NetworkCommand;
use crate::preference::command::PreferenceCommand;
use crate::read::{Atom, Cursor, PriceFilter};
use konter_core::money::Rupiah;

/// What people ask for most.
const WORDS: &str = "saldo harga berapa deposit tiket topup riwayat mutasi rekap laporan komplain bantuan transfer daftar \
    pulsa token paket kuota listrik telkomsel indosat smartfren status transaksi struk rekening downline komisi gangguan";
/// More is a story.
const MOST_WORDS: usize = 6;

/// The message with its slips mended; `None` where there are none.
pub(super) fn mended(said: Cursor<'_>) -> Option<String> {
    if said.atoms.len() > MOST_WORDS {
        return None;
    }
    let mut out: Vec<&str> = Vec::with_capacity(said.atoms.len());
    let (mut at, mut any) = (0, false);
    while let Some(atom) = said.atoms.get(at) {
        let ends = |next: &&Atom<'_>| is_word(next) && next.text.len() < SHORTEST && !is_known(next.text);
        let next = said.atoms.get(at + 1).filter(|next| is_word(atom) && ends(next));
        let (word, count) = match next.and_then(|next| nearest(&format!("{}{}", atom.text, next.text))) {
            // `top ap`
            Some(word) => (Some(word), 2),
            None => (Some(atom.text).filter(|text| is_word(atom) && !is_known(text)).and_then(nearest), 1),
        };
        any |= word.is_some();
        out.push(word.unwrap_or(atom.text));
        at += count;
    }
    any.then(|| out.join(" "))
}

const SHORTEST: usize = 4;

fn nearest(word: &str) -> Option<&'static str> {
    /// Letters, from which on two may be wrong.
    const LONG: usize = 5;
    let word = words::plain(word);
    let letters = word.chars().count();
    if letters < SHORTEST {
        return None;
    }
    let first = word.chars().next();
    let near = WORDS.split_whitespace().filter(|known| known.chars().next() == first);
    let (distance, known) =
        near.map(|known| (strsim::osa_distance(&word, known), known)).min_by_key(|(distance, _)| *distance)?;
    (1..=if letters < LONG { 1 } else { 2 }).contains(&distance).then_some(known)
}

fn is_word(atom: &Atom<'_>) -> bool {
    atom.text.chars().all(char::is_alphabetic)
}

fn is_known(word: &str) -> bool {
    question::is_filler(word)
        || question::is_price(word)
        || words::is_balance(word)
        || words::is_ordering(word)
        || words::is_to(word)
        || words::is_pin_word(word)
        || words::puts_off(word)
        || words::is_chatter(word)
        || words::sort(word).is_some()
        || words::brand(word).is_some()
        || words::is_in(question::GOODS, &words::plain(word))
        || words::is_in(question::ARRIVED, &words::plain(word))
}

/// `cek salo`: prices of what is no product, but a slip.
pub(super) fn asks_prices_of_one(command: &Command) -> bool {
    let is_slip = |filter: &PriceFilter| match filter {
        PriceFilter::Word(word) => !is_known(word) && nearest(word).is_some(),
        PriceFilter::Nominal(_) => false,
    };
    matches!(command, Command::Prices { filters } if filters.iter().any(is_slip))
}

/// What does no harm where it was not meant. A ticket is begun only by whoever types it.
pub(super) fn harmless(command: Command) -> Option<Command> {
    let is_harmless = match &command {
        Command::Deposit { amount: Some(amount), .. } => return Some(ticket_meant(*amount)),
        Command::Balance { .. }
        | Command::Prices { .. }
        | Command::Orders(_)
        | Command::Report { .. }
        | Command::Help { .. }
        | Command::Deposit { amount: None, .. }
        | Command::Wish(_)
        | Command::Talk(_)
        | Command::Preference(
            PreferenceCommand::Earnings { .. } | PreferenceCommand::Ask(_) | PreferenceCommand::SellingList { .. },
        )
        | Command::Network(NetworkCommand::Downlines { .. }) => true,
        Command::Order(request) => request.pin.is_none(),
        _ => false,
    };
    is_harmless.then_some(command)
}

pub(super) fn ticket_meant(amount: Rupiah) -> Command {
    Command::Talk(Talk::Meant { line: format!("TIKET.{}", amount.get()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Context, atoms};

    #[test]
    fn slips_are_mended_and_other_words_left_alone() {
        let read = |text: &str| mended(Cursor::new(text, &atoms(text, false), Context::NONE));
        for (text, meant) in [
            ("sladi berap", "saldo berapa"),
            ("top ap 50000", "topup 50000"),
            ("harg tsel", "harga tsel"),
            ("rekp", "rekap"),
            ("deposti 100rb", "deposit 100rb"),
        ] {
            assert_eq!(read(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["saldo", "bunga mawar merah", "siti", "dewi", "", "ini lama sekali", "a b c d e f g h"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
