//! Whether a message shows a PIN: then it is taken out of the chat, and only then.

use konter_command::{
    Command, MASK, MarkupChange, NEW_PIN_DIGITS, NetworkCommand, PreferenceCommand, RoutingCommand, Talk, Topic,
    TransferRef, lone_pins, may_hold_pin, spaced_pin,
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
        // What is told of an order or a transfer.
        Command::Complaint { .. } | Command::Proof { .. } if has_number(text) || names_a_reseller(text) => Vec::new(),
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

/// `7 3 9 1`, `8-2-6-4` within a text, hidden: nothing else is written so.
pub(super) fn without_digits_apart(text: &str) -> String {
    let bytes = text.as_bytes();
    let is = |at: Option<usize>, of: fn(&u8) -> bool| at.and_then(|at| bytes.get(at)).is_some_and(of);
    let is_alone = |at: usize| {
        is(Some(at), u8::is_ascii_digit)
            && !is(at.checked_sub(1), u8::is_ascii_alphanumeric)
            && !is(Some(at + 1), u8::is_ascii_alphanumeric)
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let mut end = at + c.len_utf8();
        let mut count = usize::from(is_alone(at));
        while count > 0 && is(Some(end), |byte| b" .,-".contains(byte)) && is_alone(end + 1) {
            (end, count) = (end + 2, count + 1);
        }
        let piece = text.get(at..end).unwrap_or_default();
        out.push_str(if NEW_PIN_DIGITS.contains(&count) { MASK } else { piece });
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_digits_apart;

    #[test]
    fn digits_that_stand_apart_are_hidden() {
        for (text, hidden) in [
            ("pin 7.3.9.1 ga bisa", "pin *** ga bisa"),
            ("7 3 9 1", "***"),
            ("8-2-6-4 salah", "*** salah"),
            ("s10 0812 2 x", "s10 0812 2 x"),
            ("1 2 3", "1 2 3"),
            ("è 1 2 3 4 ya", "è *** ya"),
        ] {
            assert_eq!(without_digits_apart(text), hidden);
        }
    }
}
