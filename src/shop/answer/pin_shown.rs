//! Whether a message shows a PIN: then it is taken out of the chat, and only then.

use std::ops::Range;

use konter_command::{
    Command, MarkupChange, NEW_PIN_DIGITS, NetworkCommand, PreferenceCommand, RoutingCommand, Talk, Topic, TransferRef,
    lone_pins, may_hold_pin, spaced_pin,
};
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;

/// Whether a message shows a PIN that should not stay in the chat.
pub(super) fn holds_pin(command: &Command, text: &str) -> bool {
    // Alone it means nothing, and is a PIN all the same.
    if is_a_pin_alone(text) {
        return true;
    }
    match command {
        Command::Order(request) => request.pin.is_some(),
        Command::ChangePin { .. } | Command::Register { .. } => true,
        Command::Balance { pin }
        | Command::Deposit { pin, .. }
        | Command::Meter { pin, .. }
        | Command::BillInquiry { pin, .. }
        | Command::BillPayment { pin, .. }
        | Command::Report { pin, .. }
        | Command::Routing(RoutingCommand::Cancel { pin, .. }) => pin.is_some(),
        Command::Complaint { pin, text } | Command::Proof { pin, text } => {
            pin.is_some()
                || text.as_str().contains(konter_command::MASK)
                || (speaks_of_a_pin(text.as_str()) && may_hold_pin(text.as_str()))
        }
        Command::Transfer(transfer) => transfer.pin.is_some() || may_be_a_pin(transfer.amount),
        Command::Orders(query) => query.pin.is_some(),
        Command::Network(command) => match command {
            // `daftar.budi.1234.0812…`, from whoever is not registered yet.
            NetworkCommand::RegisterDownline(request) => {
                let fits = |digits: &str| NEW_PIN_DIGITS.contains(&digits.len());
                request.pin.is_some() || text.split(|c: char| !c.is_ascii_digit()).any(fits)
            }
            NetworkCommand::Markup(request) => {
                let is_one = matches!(request.change, MarkupChange::Set(amount) if may_be_a_pin(amount));
                request.pin.is_some() || is_one
            }
            // A number alone may have been meant as the PIN.
            NetworkCommand::TakeBack { of: TransferRef::Number(_), pin: None } => may_hold_pin(text),
            NetworkCommand::Downlines { pin, .. }
            | NetworkCommand::Downline { pin, .. }
            | NetworkCommand::Block { pin, .. }
            | NetworkCommand::TakeBack { pin, .. } => pin.is_some(),
            NetworkCommand::TransferEither(readings) => readings.iter().any(|reading| reading.pin.is_some()),
            NetworkCommand::Invite { .. } | NetworkCommand::Confirm { .. } => false,
        },
        Command::Preference(command) => match command {
            PreferenceCommand::Chats { pin }
            | PreferenceCommand::ReplaceChat { pin, .. }
            | PreferenceCommand::Favourite { pin, .. }
            | PreferenceCommand::Earnings { pin } => pin.is_some(),
            // Digits that are not read as the PIN may be one.
            PreferenceCommand::Repeat
            | PreferenceCommand::AddChat { .. }
            | PreferenceCommand::RemoveChat { .. }
            | PreferenceCommand::Rename { .. }
            | PreferenceCommand::Favourites
            | PreferenceCommand::ForgetFavourite { .. } => konter_command::redact(text).contains(konter_command::MASK),
            PreferenceCommand::Api(command) => command.holds_secrets(),
            PreferenceCommand::SaveFavourite { .. }
            | PreferenceCommand::Selling(_)
            | PreferenceCommand::SellingList { .. }
            | PreferenceCommand::Ask(_) => false,
        },
        // An admin's command has none; what looks like one is an agent's code or an amount.
        Command::Incomplete { topic, .. } if topic.example().starts_with('/') => false,
        // Wherever it stands in them.
        Command::Incomplete { topic: Topic::ChangePin | Topic::Register | Topic::DownlineRegistration, .. } => {
            konter_command::redact(text).contains(konter_command::MASK)
        }
        Command::Wish(wish) => wish.held_pin || (has_number(text) && may_hold_pin(text)),
        Command::Prices { .. } => has_number(text) && may_hold_pin(text),
        // What may be one is masked there.
        Command::Talk(Talk::TakenBack { what, words, .. }) => {
            what.contains(konter_command::MASK) || words.contains(konter_command::MASK)
        }
        Command::BadOrder(_) | Command::Incomplete { .. } | Command::Known(_) | Command::Talk(_) => may_hold_pin(text),
        Command::Unknown { nearest } => ends_in_a_pin(*nearest) && may_hold_pin(text),
        Command::Receipt { .. }
        | Command::ReceiptLine(_)
        | Command::Start { .. }
        | Command::Help { .. }
        | Command::Language { .. }
        | Command::Routing(RoutingCommand::Queue { .. })
        | Command::Admin(_) => false,
    }
}

/// Whether digits as many as this reseller's PIN has stand in it that are read as nothing else: wherever they stand, and
/// whether or not it was understood. Only their number is looked at: whether they *are* the PIN, no deletion may tell.
pub(super) fn shows_digits_of_a_pin(command: &Command, text: &str, digits: Option<usize>) -> bool {
    let read: Vec<String> = match command {
        Command::Order(request) => request.lines.iter().map(|line| line.dest.to_string()).collect(),
        Command::Wish(wish) => wish.nominal.map(|sum| sum.get().to_string()).into_iter().collect(),
        Command::BadOrder(_)
        | Command::Prices { .. }
        | Command::Known(_)
        | Command::Talk(_)
        | Command::Unknown { .. }
        | Command::Complaint { .. }
        | Command::Proof { .. }
        | Command::Network(_)
        | Command::Transfer(_)
        | Command::Preference(
            PreferenceCommand::Repeat
            | PreferenceCommand::AddChat { .. }
            | PreferenceCommand::RemoveChat { .. }
            | PreferenceCommand::Rename { .. }
            | PreferenceCommand::Ask(_),
        ) => Vec::new(),
        Command::Incomplete { topic, .. } if !topic.example().starts_with('/') => Vec::new(),
        _ => return false,
    };
    let fits = |pin: &String| {
        digits.is_none_or(|digits| digits == pin.len())
            && !read.iter().any(|part| part.split(|c: char| !c.is_ascii_digit()).any(|digits| digits == pin))
    };
    spaced_pin(text).is_some_and(|pin| fits(&pin)) || lone_pins(text).iter().any(fits)
}

/// Whether a sum where the PIN is missing may be the PIN: nobody sends or adds so odd a one.
pub(super) fn may_be_a_pin(sum: Rupiah) -> bool {
    let digits = sum.get().to_string().len();
    // Most PINs have four digits.
    let round = if digits == *NEW_PIN_DIGITS.start() { 100 } else { 50 };
    NEW_PIN_DIGITS.contains(&digits) && sum.get() % round != 0
}

/// Whether it is digits that may be a reseller's PIN, and nothing else.
pub(super) fn is_a_pin_alone(text: &str) -> bool {
    let alone = text.trim();
    NEW_PIN_DIGITS.contains(&alone.len()) && alone.bytes().all(|b| b.is_ascii_digit())
}

/// Whether what is typed about it holds a PIN, misspelt or not.
const fn ends_in_a_pin(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Order
            | Topic::ChangePin
            | Topic::Register
            | Topic::BillPayment
            | Topic::Transfer
            | Topic::TakeBack
            | Topic::DownlineRegistration
            | Topic::Markup
            | Topic::Api
            | Topic::ApiAddress
            | Topic::ApiReport
            | Topic::DownlineBlock
    )
}

/// Whether a number stands in it that something could go to.
pub(super) fn has_number(text: &str) -> bool {
    const FEWEST: usize = 9; // digits
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= FEWEST)
}

pub(super) fn names_a_reseller(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word.parse::<AgentId>().is_ok())
}

/// Digits beside this word are most likely one.
pub(super) fn speaks_of_a_pin(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| word.starts_with("pin") || word == "gp")
}

/// Digits that come to a PIN's number, in one group or in neighbouring ones: `8264`, `82.64`, `7 3 9 1`; with where they stand.
pub(super) fn digit_groups(text: &str) -> Vec<(Range<usize>, String)> {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let begins = |at: &usize| is_digit(*at) && !at.checked_sub(1).is_some_and(is_digit);
    let end_of = |from: usize| (from..text.len()).find(|at| !is_digit(*at)).unwrap_or(text.len());
    let goes_on = |at: usize| text.as_bytes().get(at).is_some_and(|sign| b" .,-".contains(sign)) && is_digit(at + 1);
    let mut found = Vec::new();
    for start in (0..text.len()).filter(begins) {
        let mut end = end_of(start);
        let mut digits = text.get(start..end).unwrap_or_default().to_owned();
        loop {
            if NEW_PIN_DIGITS.contains(&digits.len()) {
                found.push((start..end, digits.clone()));
            }
            if digits.len() >= *NEW_PIN_DIGITS.end() || !goes_on(end) {
                break;
            }
            let next = end + 1;
            end = end_of(next);
            digits.push_str(text.get(next..end).unwrap_or_default());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::digit_groups;

    #[test]
    fn digits_that_come_to_a_pin_are_found_in_neighbouring_groups() {
        for (text, found) in [
            ("pin 7.3.9.1 ga bisa", &["7391"][..]),
            ("82.64 salah", &["8264"]),
            ("8-2-6-4", &["8264"]),
            ("s10 081234567890 82 64", &["8264"]),
            ("trx 12 8264", &["128264", "8264"]),
            ("8.2.6.4.5", &["8264", "82645", "2645"]),
            ("1 2 3", &[]),
            ("è 8264 ya", &["8264"]),
        ] {
            let read: Vec<String> = digit_groups(text).into_iter().map(|(_, digits)| digits).collect();
            assert_eq!(read, found, "{text}");
        }
    }
}
