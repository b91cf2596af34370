//! What somebody may have meant whose message was not understood.

use super::atom::Atom;
use super::order_parts::targets;
use super::problem::Topic;
use super::words::{self, Word};

/// How many atoms are looked at: the beginning tells, and a pasted novel must not cost time.
const LOOKED_AT: usize = 20;

/// The topic nearest to the message.
pub(super) fn nearest(text: &str, atoms: &[Atom<'_>]) -> Topic {
    let first = atoms.first().map(|atom| atom.text).unwrap_or_default();
    if let Some(topic) = misspelt(first) {
        return topic;
    }
    let numbered = (0..atoms.len().min(LOOKED_AT))
        .any(|at| atoms.get(at..(at + LOOKED_AT).min(atoms.len())).is_some_and(|here| !targets(here, true).is_empty()));
    if sounds_like_a_complaint(text) {
        Topic::Complaint
    } else if numbered {
        Topic::Order
    } else {
        Topic::Help
    }
}

fn sounds_like_a_complaint(text: &str) -> bool {
    const WORDS: [&str; 8] = ["belum", "blm", "lom", "gagal", "tidak masuk", "ga masuk", "tolong", "mohon"];
    const CHARS: usize = 400;
    let start: String = text.chars().take(CHARS).collect::<String>().to_lowercase();
    WORDS.iter().any(|word| start.contains(word))
}

fn misspelt(word: &str) -> Option<Topic> {
    const SHORTEST: usize = 3; // of two letters nothing can be guessed
    const LONGEST: usize = 16;
    if !(SHORTEST..=LONGEST).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let upper = word.to_ascii_uppercase();
    words::all()
        .filter(|(known, _)| known.len() >= SHORTEST)
        .filter_map(|(known, meaning)| Some((strsim::osa_distance(&upper, known), topic(meaning)?)))
        .filter(|(distance, _)| *distance <= if upper.len() < 6 { 1 } else { 2 })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, topic)| topic)
}

const fn topic(word: Word) -> Option<Topic> {
    Some(match word {
        Word::Balance | Word::BalanceOrComplaint => Topic::Balance,
        Word::Prices | Word::PlnPrices | Word::BillPrices => Topic::Prices,
        Word::Orders => Topic::Orders,
        Word::Deposit | Word::HowToDeposit | Word::Proof => Topic::Deposit,
        Word::ChangePin | Word::PinOrSender | Word::Change => Topic::ChangePin,
        Word::Register | Word::Start => Topic::Register,
        Word::Meter | Word::Pln => Topic::Meter,
        Word::Inquiry | Word::InquiryOrMeter | Word::PlnInquiry => Topic::BillInquiry,
        Word::Receipt | Word::ReceiptShop | Word::ReceiptFooter => Topic::Receipt,
        Word::Payment | Word::PlnPayment => Topic::BillPayment,
        Word::Transfer => Topic::Transfer,
        Word::Sales | Word::SalesOrDownline => Topic::Sales,
        Word::Statement => Topic::Statement,
        Word::Complaint | Word::ComplaintOrCentres => Topic::Complaint,
        Word::Help => Topic::Help,
        Word::Language => Topic::Language,
        Word::Order | Word::OrdersOrMarkup => Topic::Order,
        Word::RegisterDownline => Topic::DownlineRegistration,
        Word::Downlines | Word::Downline => Topic::Downlines,
        Word::Markup | Word::ShowMarkup => Topic::Markup,
        Word::Invite => Topic::Invite,
        Word::Queue => Topic::Queue,
        Word::AddChat | Word::Remove | Word::Chats => Topic::Chats,
        Word::SaveFavourite | Word::Favourite => Topic::Favourites,
        Word::Selling => Topic::Selling,
        Word::SellingList => Topic::SellingList,
        // Everyday words come too near to `LAGI` and `NAMA`: pagi, lama.
        Word::Again
        | Word::Name
        | Word::Rename
        | Word::Cancel
        | Word::Confirm
        | Word::Earnings
        | Word::SenderOrStatus
        | Word::Inner
        | Word::Feature(_) => return None,
    })
}
