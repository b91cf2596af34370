//! Everyday talk. What strict formats leave over is read as a good counter hears it: greetings and the like around what is
//! meant, orders with words between their parts, wishes, questions, thanks.
//!
//! Bought is only what is an order by the strict reader once words that change nothing are left out: with its product's
//! code, its number and its PIN, and no word nobody knows. All else that sounds like an order is a [`Wish`], which is shown
//! first.

mod about;
mod account;
mod apart;
mod attempt;
mod below;
mod change;
mod desk;
mod newcomer;
mod of_order;
mod prices;
mod quantity;
mod question;
mod remark;
mod second_thoughts;
mod sent;
mod services;
mod several;
mod signals;
mod slips;
mod small;
mod tidy;
mod urged;
mod wish;
mod words;

use super::meaning::{Command, OrdersQuery};
use super::read::{Atom, Cursor, Gap, NamedAs, PriceFilter, Problem, amount, atoms, has_phone, is_pin};
use super::topic::Topic;
use super::{ChatName, Feature, MarkupWhom, NetworkCommand, PreferenceCommand, chat, order};
use crate::read::AgentRef;
use konter_core::catalog::DestKind;
use konter_core::destination::METER_DIGITS;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::order::request::What;
use konter_core::phone::clean;

pub(crate) use about::{follows_a_hash, numbered};
pub use attempt::was_to_order;
pub use change::{Change, change_said};
pub use desk::{Named, Wanted, at_the_desk, decision_line, slash_line, verdict_said};
pub use newcomer::{Newcomer, asked_by_newcomer, name_corrected, name_to_register, shop_name, sounds_like_a_shop};
pub use of_order::{AfterFailure, after_failure};
pub use quantity::{ordinal_said, times_said_in};
pub(crate) use remark::{gives_a_reason, remarked};
pub use remark::{says_how_paid, says_when, says_why_it_failed};
pub use second_thoughts::is_bare_no;
pub(crate) use second_thoughts::taken_back;
pub use sent::{Sent, pin_said, says_send, sent_to};
pub use small::Talk;
pub use wish::Wish;
pub use words::{Sort, sums_said};

/// A longer message is a story, or none of ours.
const MOST_ATOMS: usize = 60;
/// The same in letters.
const LONGEST: usize = 600;

/// What a message means whose strict reading is this one.
pub(super) fn read(args: Cursor<'_>, strict: Command) -> Command {
    let strict = if orders_a_sum(&strict, args) { Command::Unknown { nearest: Topic::Order } } else { strict };
    // A reference is a program's.
    let is_talk = args.text.len() <= LONGEST && !args.text.starts_with('/') && !args.text.to_uppercase().contains("R#");
    // A format that says something certain says it.
    let names_an_order = matches!(strict, Command::Orders(_)) && args.text.contains(" #");
    let is_open = is_spoken(args)
        || names_an_order
        || matches!(strict, Command::Unknown { .. } | Command::BadOrder(_) | Command::Incomplete { .. });
    if !is_talk || !is_open || !may_mean_more(&strict, args) {
        return strict;
    }
    if second_thoughts::is_denied(args.text) && !args.text.chars().any(char::is_alphanumeric) {
        return Command::Talk(Talk::No);
    }
    let tidied = tidy::tidy(args.text);
    let tidied = urged::without(&tidied).unwrap_or(tidied);
    let pieces = atoms(&tidied, false);
    if pieces.len() > MOST_ATOMS {
        return strict;
    }
    let said = Cursor::new(&tidied, &pieces, args.context);
    // A transfer with an order behind it is neither.
    if matches!(strict, Command::Incomplete { topic: Topic::Transfer, problem: Problem::Leftover(_) })
        && sent::sends_and_orders(said)
    {
        return strict;
    }
    let command = match understood(said, &strict, tidy::is_copied(args.text)) {
        Some(found) if may_replace(&strict, &found) => found,
        _ => strict,
    };
    without_slips(said, &command).unwrap_or(command)
}

/// What nobody understands, read with its slips mended.
fn without_slips(said: Cursor<'_>, command: &Command) -> Option<Command> {
    if !matches!(command, Command::Unknown { .. }) && !slips::asks_prices_of_one(command) {
        return None;
    }
    let text = slips::mended(said)?;
    let strict = crate::read(&text, said.context);
    slips::harmless(read(Cursor::new(&text, &atoms(&text, false), said.context), strict))
}

/// `10rb.0812….1234`: a face value with its unit, and no product's code.
fn orders_a_sum(strict: &Command, args: Cursor<'_>) -> bool {
    let is_unsold = |code: &ProductCode| (args.context.kinds)(code, NamedAs::Code).is_none();
    // `5rb` was taken for the fifth of `RB`.
    let is_counted = |code: &ProductCode| {
        let is_typed = |atom: &Atom<'_>| {
            let unit = atom.text.trim_start_matches(|c: char| c.is_ascii_digit());
            unit.len() < atom.text.len() && unit.eq_ignore_ascii_case(code.as_str()) && amount::unit(unit).is_some()
        };
        args.atoms.iter().any(is_typed)
    };
    let is_sum = |what: &What| match what {
        What::Code(code) => (is_a_sum(code) || is_counted(code)) && is_unsold(code),
        What::Nominal(_) => false,
    };
    matches!(strict, Command::Order(request) if request.reference.is_none() && request.lines.iter().any(|line| is_sum(&line.what)))
}

fn is_a_sum(code: &ProductCode) -> bool {
    // `RP10RB`; `RP1` may be a code.
    let word = code.as_str();
    let has_unit = word.ends_with(|c: char| c.is_ascii_alphabetic());
    let word = word.strip_prefix("RP").filter(|_| has_unit).unwrap_or(word);
    word.starts_with(|c: char| c.is_ascii_digit()) && amount::read(word, false).is_ok()
}

/// Whether a complaint stays one: `info saldo` asks, and so does a word alone that has nothing to tell.
fn may_replace(strict: &Command, found: &Command) -> bool {
    match strict {
        Command::Complaint { .. } => {
            matches!(
                found,
                Command::Balance { .. }
                    | Command::Prices { .. }
                    | Command::Talk(Talk::WantsAdmin)
                    | Command::Network(NetworkCommand::Downline { .. })
            )
        }
        _ => true,
    }
}

/// `copied`: out of another chat, with its sender's name; nothing of that is bought at once.
fn understood(said: Cursor<'_>, strict: &Command, copied: bool) -> Option<Command> {
    if !said.text.chars().any(char::is_alphanumeric) {
        // Emoji; a lone dot is nothing at all.
        return (said.text.chars().all(char::is_whitespace) && !said.text.is_empty())
            .then_some(Command::Talk(Talk::Chatter));
    }
    let of_order = {
        let heard = question::Heard::of(said);
        of_order::sent_back(&heard).or_else(|| of_order::serial(&heard)).or_else(|| of_order::later(said))
    };
    if of_order.is_some() {
        return of_order;
    }
    if !copied && let Some(command) = command_between_courtesies(said).or_else(|| ordered(said)) {
        return Some(command);
    }
    if let Some(wish) = quantity::read(said) {
        return Some(Command::Wish(wish));
    }
    if let Some(bill) = services::asked(said) {
        return Some(bill);
    }
    if opens_with_a_face_value(said) {
        return match wish::read(said)? {
            wish::Read::Wish(wish) => Some(Command::Wish(wish)),
            wish::Read::Bad(_) => None,
        };
    }
    if let Some(wish) = apart::read(said) {
        return Some(Command::Wish(wish));
    }
    // A format with a fault in it is told of that.
    if matches!(strict, Command::Incomplete { .. }) && !is_spoken(said) {
        return None;
    }
    if let Some(asked) = question::read(said) {
        return Some(asked);
    }
    if let Some(small) = small::read(said) {
        return Some(small);
    }
    if !(is_spoken(said) || matches!(strict, Command::Unknown { .. })) {
        return None;
    }
    if let Some(bill) = services::bill(said) {
        return Some(bill);
    }
    if let Some(orders) = several::read(said) {
        return Some(orders);
    }
    let Some(wanted) = wish::read(said) else {
        // A format with a fault in it is told of that.
        return if matches!(strict, Command::Incomplete { .. }) { None } else { about::of_number(said) };
    };
    match wanted {
        wish::Read::Wish(wish) => Some(Command::Wish(wish)),
        // What the strict reader says of it is more exact.
        wish::Read::Bad(bad) => (!matches!(strict, Command::BadOrder(_))).then_some(Command::BadOrder(bad)),
    }
}

/// What stands before the words of courtesy at the end: `4` of `4 ok`.
pub(super) fn before_courtesies(text: &str) -> &str {
    let mut kept = text.trim_end();
    while let Some((before, word)) = kept.rsplit_once(char::is_whitespace)
        && words::is_courtesy(word.trim_matches(|c: char| !c.is_alphanumeric()))
    {
        kept = before.trim_end();
    }
    kept
}

/// The words that may name somebody: none of everyday talk, no operator, no kind of thing.
#[must_use]
pub fn names_said(text: &str) -> Vec<String> {
    const SHORTEST: usize = 3;
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let heard = question::Heard::of(Cursor::new(&text, &pieces, crate::read::Context::NONE));
    let is_name = |word: &String| {
        word.chars().count() >= SHORTEST
            && word.chars().all(char::is_alphabetic)
            && !question::is_filler(word)
            && !words::is_balance(word)
            && !words::is_wallet(word)
            && words::brand(word).is_none()
            && words::sort(word).is_none()
    };
    heard.words.into_iter().filter(is_name).collect()
}

/// The kind of thing and the operator that a message speaks of.
#[must_use]
pub fn goods_said(text: &str) -> (Option<Sort>, Option<&'static str>) {
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let heard = question::Heard::of(Cursor::new(&text, &pieces, crate::read::Context::NONE));
    let sort = heard.words.iter().find_map(|word| words::sort(word));
    (sort, heard.words.iter().find_map(|word| words::brand(word)))
}

/// Whether a strict reading leaves room for another.
fn may_mean_more(strict: &Command, args: Cursor<'_>) -> bool {
    match strict {
        Command::Unknown { .. }
        | Command::BadOrder(_)
        | Command::Incomplete { .. }
        // `saldo berapa`
        | Command::Network(NetworkCommand::Downline { agent: AgentRef::Other(_), .. }) => true,
        // `min 0812… 1234`: no product is called so.
        Command::Order(request) => {
            request.reference.is_none()
                && request.lines.iter().any(|line| match &line.what {
                    What::Code(code) => is_everyday(code, args),
                    What::Nominal(_) => false,
                })
        }
        // `isi dana`: a wallet, and no bank.
        Command::Deposit { amount: None, bank: Some(bank), pin: None } => {
            words::is_wallet(bank) && args.atoms.first().is_some_and(|first| words::is_action(first.text))
        }
        // `riwayat saldo`
        Command::Balance { pin: None } => args.atoms.len() > 1,
        Command::Prices { filters } => filters.iter().any(|filter| match filter {
            PriceFilter::Word(word) => is_word(word),
            PriceFilter::Nominal(_) => false,
        }),
        // `list harga` asks for the prices themselves.
        Command::Preference(PreferenceCommand::SellingList { filters }) => filters.iter().any(|filter| match filter {
            PriceFilter::Word(word) => question::is_filler(word) || question::is_price(word),
            PriceFilter::Nominal(_) => false,
        }),
        Command::Help { topic: Some(topic) } => topic.contains(' ') || question::is_filler(topic),
        // `status dong`; and `trx s10 0812… 1234`, which asks for one.
        Command::Orders(query) => {
            query.product.as_ref().is_some_and(|code| is_everyday(code, args) || question::is_filler(code.as_str()))
                || query.product.as_ref().is_some_and(|code| words::is_in("NAMA NAMANYA NAME", code.as_str()))
                || (query.product.is_some() && query.dest.is_some() && query.pin.is_some() && is_spoken(args))
                || is_a_bill(query, args)
        }
        // `Rp 50.000`
        Command::Known(Feature::ResetPin | Feature::CancelOrder) => {
            args.atoms.first().is_some_and(|first| first.is("RP"))
                || !args.atoms.iter().any(|atom| atom.text.bytes().any(|b| b.is_ascii_digit()))
                || has_phone(args.atoms)
                || args.atoms.iter().any(|atom| atom.text.parse::<AgentId>().is_ok())
        }
        // `komisi saya berapa`
        Command::Known(Feature::Commission | Feature::Points) => is_spoken(args) && args.atoms.len() > 1,
        // `hapus downline kr0002`
        Command::Preference(PreferenceCommand::RemoveChat { which: ChatName::Other(_), pin: None, .. }) => {
            is_spoken(args) && args.atoms.iter().any(|atom| atom.text.parse::<AgentId>().is_ok())
        }
        // `hp saya hilang`, `mau tambah downline`, `nama saya Rina mau daftar`
        Command::Preference(
            PreferenceCommand::AddChat { name: ChatName::Other(_), pin: None }
            | PreferenceCommand::Rename { of: None, pin: None, .. },
        ) if args.atoms.len() > 2 => is_spoken(args),
        // `blokir saldo saya`
        Command::Network(NetworkCommand::Block { agent: AgentRef::Other(_), pin: None, .. }) => is_spoken(args),
        // `markup semua downline 150`
        Command::Network(NetworkCommand::Markup(request)) => {
            let is_unknown = |code| args.context.knows_products && (args.context.kinds)(code, NamedAs::Code).is_none();
            let is_talk = match &request.whom {
                MarkupWhom::Agent(AgentRef::Other(_)) | MarkupWhom::Both(AgentRef::Other(_), _) => true,
                MarkupWhom::Both(_, code) => is_unknown(code),
                MarkupWhom::All | MarkupWhom::Product(_) | MarkupWhom::Agent(_) => false,
            };
            is_talk && is_spoken(args)
        }
        // `minta bukti pembeliannya`
        Command::Proof { text, pin: None } => text.as_str().to_lowercase().contains("beli") && is_spoken(args),
        Command::BillPayment { product, pin: None, .. } => {
            args.context.knows_products && (args.context.kinds)(product, NamedAs::Bill).is_none() && is_spoken(args)
        }
        // `add balance 50000`
        Command::Transfer(transfer) => matches!(&transfer.agent, AgentRef::Other(name) if words::is_balance(name)),
        // `as 5 0812…`: an operator.
        Command::Known(_) => is_spoken(args) && has_phone(args.atoms) && is_a_brand(args),
        // Knocking.
        Command::Preference(PreferenceCommand::Chats { pin: None } | PreferenceCommand::AddChat { pin: None, .. }) => {
            // `hapus akun saya`
            args.atoms.iter().any(|atom| atom.is("AKUN") || atom.is("AKUNKU"))
                || args.atoms.first().is_some_and(|first| first.is("P"))
                && args.atoms.iter().all(|atom| atom.is("P") || words::is_address(atom.text))
        }
        // `info saldo`; `komplain dong`.
        Command::Complaint { text, .. } => {
            let asks = args.atoms.first().is_some_and(|first| first.is("INFO")) && !has_phone(args.atoms);
            asks || text.as_str().split_whitespace().all(question::is_filler)
        }
        _ => false,
    }
}

/// `cek indihome 1223…`: no order is of a product of that name, but a bill is.
fn is_a_bill(query: &OrdersQuery, args: Cursor<'_>) -> bool {
    let named = |code: &ProductCode, by| (args.context.kinds)(code, by).is_some();
    let code = query.product.as_ref().filter(|_| query.dest.is_some() && query.pin.is_none());
    code.is_some_and(|code| named(code, NamedAs::Bill) && !named(code, NamedAs::Code)) && is_spoken(args)
}

/// `PLN.20.14027480301.1234`: elsewhere the face value stands before the meter.
fn opens_with_a_face_value(said: Cursor<'_>) -> bool {
    const MOST_DIGITS: usize = 3;
    match said.atoms {
        [pln, nominal, meter, ..] => {
            let is_nominal = nominal.is_digits() && nominal.text.len() <= MOST_DIGITS;
            let is_meter = meter.is_digits() && METER_DIGITS.contains(&meter.text.len());
            pln.is("PLN") && is_nominal && is_meter
        }
        _ => false,
    }
}

fn is_a_brand(args: Cursor<'_>) -> bool {
    args.atoms.first().is_some_and(|first| words::brand(first.text).is_some())
}

/// Whether a price list is narrowed to a word, not to a code.
fn is_word(filter: &str) -> bool {
    filter.chars().count() > 1 && !filter.bytes().any(|b| b.is_ascii_digit())
}

/// A word of everyday talk that is no product's code.
fn is_everyday(code: &ProductCode, args: Cursor<'_>) -> bool {
    let word = code.as_str();
    if (args.context.kinds)(code, NamedAs::Code).is_some() {
        return false;
    }
    let may_be_a_brand = || args.context.knows_products && is_spoken(args);
    if word.bytes().any(|b| b.is_ascii_digit()) {
        // `1GB`
        if words::is_size(word) {
            return is_spoken(args);
        }
        // `10RB`; `TSEL10`.
        return is_a_sum(code) || (may_be_a_brand() && Wish::of_code(code).is_some());
    }
    words::is_courtesy(word)
        || words::is_ordering(word)
        || words::is_to(word)
        || words::is_pin_word(word)
        || words::sort(word).is_some()
        || (words::brand(word).is_some() && may_be_a_brand())
}

/// Whether blanks part it, as when people talk, and no signs, as formats have them. A dot may group a sum.
fn is_spoken(args: Cursor<'_>) -> bool {
    const GROUP: usize = 3;
    let is_sum = |atom: &Atom<'_>, before: &Atom<'_>| {
        let digits = before.text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        (1..=GROUP).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && atom.text.get(..GROUP).is_some_and(|group| group.bytes().all(|b| b.is_ascii_digit()))
            && !atom.text.get(GROUP..).unwrap_or_default().starts_with(|c: char| c.is_ascii_digit())
    };
    args.atoms.windows(2).all(|pair| match pair {
        [before, atom] => {
            let gap = args.text.get(before.end()..atom.start).unwrap_or_default();
            let is_apart = gap.contains(char::is_whitespace) && !gap.contains(['#', '*', ';']);
            is_apart || (matches!(gap, "." | ",") && is_sum(atom, before))
        }
        _ => true,
    })
}

/// A command that stands between words of address and courtesy.
fn command_between_courtesies(said: Cursor<'_>) -> Option<Command> {
    let is_courtesy = |atom: &Atom<'_>| is_empty(atom) || words::is_courtesy(atom.text);
    // What a dot or the like joins to a format belongs to it: `SIMPAN.IBU`.
    let is_apart = |atom: &Atom<'_>| !matches!(atom.gap, Gap::Dot | Gap::Hash);
    let mut from = said.atoms.iter().position(|atom| !is_courtesy(atom))?;
    while from > 0 && !said.atoms.get(from).is_some_and(is_apart) {
        from -= 1;
    }
    let mut to = said.atoms.iter().rposition(|atom| !is_courtesy(atom) || words::is_time_of_day(atom.text))? + 1;
    while said.atoms.get(to).is_some_and(|atom| !is_apart(atom)) {
        to += 1;
    }
    let kept = said.over(said.atoms.get(from..to)?);
    // What readers take as typed ends where it ends.
    let (start, end) = (kept.atoms.first()?.start, kept.atoms.last()?.end());
    let text = said.text.get(start..end)?;
    let pieces = atoms(text, false);
    let kept = Cursor::new(text, &pieces, said.context);
    let command = chat(kept)?;
    let is_certain = !matches!(command, Command::Unknown { .. } | Command::BadOrder(_) | Command::Incomplete { .. });
    (is_certain && !orders_a_sum(&command, kept) && !may_mean_more(&command, kept)).then_some(command)
}

fn is_empty(atom: &Atom<'_>) -> bool {
    !atom.text.contains('?') && !atom.text.chars().any(char::is_alphanumeric)
}

/// An order by the strict reader, with words that change nothing left out.
fn ordered(said: Cursor<'_>) -> Option<Command> {
    /// What programs and people part things by, besides the usual signs.
    const OTHERS: [char; 6] = [':', '=', '/', '-', '|', '_'];
    if let Some(order) = ordered_in(said) {
        return Some(order);
    }
    // Of several dashes nobody knows which are the number's.
    let parts = |sign: &char| match said.text.matches(*sign).count() {
        2 => true,
        several => several > 2 && *sign != '-',
    };
    OTHERS.into_iter().filter(parts).find_map(|sign| {
        let text = said.text.replace(sign, ".");
        let pieces = atoms(&text, false);
        ordered_in(Cursor::new(&text, &pieces, said.context)).filter(|command| is_of_codes(command, said))
    })
}

fn ordered_in(said: Cursor<'_>) -> Option<Command> {
    const ASKS: &str = "tolong tlong tlg tlng mohon mhn minta mnta dong donk segera sgera";
    let kind = |atom: &Atom<'_>| atom.text.parse().ok().and_then(|code| (said.context.kinds)(&code, NamedAs::Code));
    if said.atoms.iter().any(|atom| kind(atom) == Some(DestKind::Text)) {
        // Any word may belong to a name.
        return None;
    }
    let from = said.atoms.iter().find(|atom| !is_empty(atom) && !words::is_courtesy(atom.text))?.start;
    let is_late = |atom: &Atom<'_>| atom.start > from && words::is_time_of_day(atom.text);
    let polite = without(said, |atom, _| Some(words::is_courtesy(atom.text) && !is_late(atom)))?;
    if let Some(order) = order_of(said.over(&polite)) {
        return Some(order);
    }
    // `diproses` alone may tell what has become of it.
    let asks = said.atoms.iter().any(|atom| words::is_in(ASKS, &words::plain(atom.text)));
    let is_of_the_order = |atom: &Atom<'_>, next: Option<&Atom<'_>>| {
        let is_done = asks && words::is_in("diproses diprosesin diproseskan", &words::plain(atom.text));
        if is_done { Some(true) } else { is_of_the_order(atom, next) }
    };
    let bare = without(said.over(&polite), is_of_the_order)?;
    // Beside a face value such words say that nothing is meant to the letter.
    order_of(said.over(&bare)).filter(|command| is_of_codes(command, said))
}

fn order_of(said: Cursor<'_>) -> Option<Command> {
    order::unworded(said)
        .filter(|command| match command {
            Command::Order(request) => request.lines.iter().all(|line| match &line.what {
                What::Code(code) => !is_everyday(code, said),
                What::Nominal(_) => true,
            }),
            _ => false,
        })
        .filter(|command| !orders_a_sum(command, said))
}

/// The atoms but for those that are left out, for the word PIN before one, and for what has no letter; `None` where a sign
/// asks, or a word stands where it says something of its own.
fn without(
    said: Cursor<'_>,
    is_left_out: impl Fn(&Atom<'_>, Option<&Atom<'_>>) -> Option<bool>,
) -> Option<Vec<Atom<'_>>> {
    let mut kept = Vec::with_capacity(said.atoms.len());
    let mut is_named_pin = false;
    for (at, atom) in said.atoms.iter().enumerate() {
        if atom.text.contains('?') {
            return None;
        }
        let behind = said.atoms.get(at + 1..).unwrap_or_default();
        let next = behind.iter().find(|atom| !is_empty(atom) && !words::is_to(atom.text));
        let is_sold = |code| (said.context.kinds)(&code, NamedAs::Code).is_some();
        let stays = if atom.text.parse().is_ok_and(is_sold) {
            true
        } else if is_empty(atom) {
            // `0812 - 3456`
            atom.text.contains('-')
        } else if words::is_pin_word(atom.text) && next.is_some_and(|next| is_pin(next.text)) {
            is_named_pin = true;
            false
        } else {
            !is_left_out(atom, next)?
        };
        if stays {
            // What is called a PIN is no part of the number before it.
            let gap = if std::mem::take(&mut is_named_pin) { Gap::Hard } else { atom.gap };
            kept.push(Atom { gap, ..*atom });
        }
    }
    Some(kept)
}

/// Whether the word only says that something is ordered. `ke` says so before a number, and no such word before a PIN:
/// `trx 1234` is another order's number.
fn is_of_the_order(atom: &Atom<'_>, next: Option<&Atom<'_>>) -> Option<bool> {
    const FEWEST: usize = 9; // digits: fewer may be a PIN
    let is_number = |atom: &Atom<'_>| {
        let begins = atom.text.starts_with(['0', '+', '(']) || atom.text.starts_with("62");
        let digits = atom.text.bytes().filter(u8::is_ascii_digit).count();
        (begins && digits > 1) || digits >= FEWEST
    };
    if words::is_to(atom.text) {
        return next.is_some_and(is_number).then_some(true);
    }
    let is_word = words::is_ordering(atom.text) || words::sort(atom.text).is_some();
    match next {
        Some(next) if is_word && is_pin(next.text) && !is_number(next) => None,
        _ => Some(is_word),
    }
}

/// Whether all it orders is named by codes that look like such.
fn is_of_codes(command: &Command, said: Cursor<'_>) -> bool {
    let is_code = |what: &What| match what {
        What::Code(code) => {
            let has_digit = code.as_str().bytes().any(|b| b.is_ascii_digit());
            has_digit || (said.context.kinds)(code, NamedAs::Code).is_some()
        }
        What::Nominal(_) => false,
    };
    matches!(command, Command::Order(request) if request.lines.iter().all(|line| is_code(&line.what)))
}
