//! Small talk.

use super::signals::{COMES_TRUE, DO_NOT, FIRST, LATER, MISTAKEN, NO, NOT_YET, OOPS, WAIT};
use super::words;
use crate::meaning::Command;
use crate::read::{Cursor, PriceFilter};
use konter_core::ids::ProductCode;

/// What is said to a counter besides what it sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Talk {
    /// `peace`: a greeting that is answered in kind.
    Greeting { peace: bool },
    /// Said to what was done.
    Thanks,
    /// `ok`, a thumb: it needs no answer.
    Chatter,
    /// A PIN is lost; whose, the shop knows.
    LostPin,
    /// Something is to be told to all below.
    TellDownlines,
    /// The chat, the phone or the account is gone.
    LostAccount,
    /// Whether something cannot be bought at the moment; everything, when nothing is named.
    Disturbance { named: Vec<PriceFilter> },
    /// Wants to change a price, which of a reseller's can only be its own.
    ChangesPrice { product: Option<ProductCode> },
    /// A wrong number, or an order that is not wanted any more.
    Undo { dest: Option<String> },
    /// What was bought has not come, or nobody knows whether it has.
    NotArrived { dest: Option<String> },
    /// Something about a number; what, the orders to it tell.
    OfNumber { dest: String },
    /// A serial number does not do what it should; `serial`: its digits.
    OfSerial { serial: String },
    /// Something is to be bought, but not now.
    Later,
    /// Asks for one's own code, name or upline.
    WhoAmI,
    /// The account is to go.
    CloseAccount,
    /// What comes near to a line that would begin something, as it is typed.
    Meant { line: String },
    /// Whose a phone or a wallet is.
    WhoseNumber,
    /// When somebody is there.
    Hours,
    /// Money that was sent to the shop is not in the balance.
    MoneyNotIn,
    /// Wants to speak to somebody.
    WantsAdmin,
    /// Wants to become a reseller.
    WantsToJoin,
    /// A deposit ticket is not wanted any more.
    DropTicket,
    /// A bare yes.
    Yes,
    /// A bare no.
    No,
    /// Not yet.
    Wait,
    /// Wants to pay what was shown.
    Pays,
    /// Something is asked for and taken back in the same message.
    TakenBack {
        /// As it was typed, without a PIN.
        what: String,
        /// The words that take it back; empty where a sign does.
        words: String,
        /// Where the order would have gone.
        dest: Option<String>,
    },
}

/// They agree.
pub(super) const YES: &str = "ya iya y yes yup yoi betul bener benar lanjut lanjutkan jadi setuju gas yap he'eh iyah yaa yess \
    yeah sure okay correct boleh blh silakan silahkan leres iyo yo inggih muhun sumuhun yoi heeh approve";

/// Greetings, thanks and the like: nothing else may stand in them.
pub(super) fn read(said: Cursor<'_>) -> Option<Command> {
    const NOT: &[&str] = &[NO, DO_NOT, "no bukan nope gausah usah emoh moh ogah embung henteu"];
    const MOMENT: &[&str] = &[WAIT, LATER, FIRST, "on"];
    const PAYS: &str = "bayar byr bayarin bayarkan pay lunasi lunasin bayaren";
    const PAID: &str = "sekarang tagihannya tagihane bill it the yang yg tadi td itu ini terus langsung ok oke okay \
        sip siap sikat";
    let all: Vec<&str> = said
        .atoms
        .iter()
        .map(|atom| atom.text.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    if all.is_empty() || all.iter().any(|word| word.bytes().any(|b| b.is_ascii_digit())) {
        return None;
    }
    let any = |is: fn(&str) -> bool| all.iter().any(|word| is(word));
    let only = |is: fn(&str) -> bool| all.iter().all(|word| is(word));
    // `iya lanjut`, `yes please`
    let one_of = |lists: &[&str]| {
        let is_one = |word: &&&str| {
            let plain = words::plain(word);
            lists.iter().any(|list| words::is_in(list, &plain) || words::is_drawn_out(list, &plain))
        };
        let mut meant = all.iter().filter(|word| !words::is_address(word)).peekable();
        meant.peek().is_some_and(is_one) && meant.all(|word| is_one(&word) || words::is_courtesy(word))
    };
    let pays = |word: &&str| {
        let plain = words::plain(word);
        words::is_courtesy(word) || [PAYS, PAID, YES].iter().any(|list| words::is_in(list, &plain))
    };
    let talk = if all.iter().any(|word| words::is_in(PAYS, &words::plain(word))) && all.iter().all(pays) {
        Talk::Pays
    } else if one_of(&[YES]) {
        Talk::Yes
    } else if one_of(&[&[MISTAKEN, OOPS], MOMENT].concat()) && any(|word| words::is_in(MISTAKEN, &words::plain(word))) {
        // `tunggu salah`
        Talk::Undo { dest: None }
    } else if one_of(NOT)
        // `indak jadi`, `no wait`, `not now`
        || (any(is_no) && one_of(&[NOT, MOMENT, &[COMES_TRUE, "not now"]].concat()))
        || (any(|word| words::is_in(OOPS, &words::plain(word))) && one_of(&[MOMENT, &[OOPS]].concat()))
    {
        // `eh bentar`
        Talk::No
    } else if one_of(MOMENT) || waits(&all) {
        Talk::Wait
    } else if wishes_well(&all) {
        Talk::Thanks
    } else if !only(|word| is_small(word) || words::sort(word).is_some() || words::is_or_not(word)) {
        return None;
    } else if (any(|word| words::sort(word).is_some()) && !(any(words::is_thanks) && any(words::is_chatter)))
        || (any(words::is_or_not) && !any(words::is_hail))
    {
        // `makasih pulsanya sudah masuk`, `ada admin ga`: beside other words they say something of their own.
        return None;
    } else if any(words::is_thanks) && !any(words::is_peace) {
        Talk::Thanks
    } else if any(words::is_peace) {
        Talk::Greeting { peace: true }
    } else if any(words::is_chatter) && !any(words::is_hail) {
        Talk::Chatter
    } else {
        Talk::Greeting { peace: false }
    };
    Some(Command::Talk(talk))
}

fn is_no(word: &str) -> bool {
    [NO, DO_NOT, "no not"].iter().any(|list| words::is_in(list, &words::plain(word)))
}

/// `tunggu dulu ya, pelanggan lagi ambil uang`
fn waits(all: &[&str]) -> bool {
    const LONGEST: usize = 9;
    let wants = |word: &&str| {
        word.contains('?') || words::sort(word).is_some() || words::brand(word).is_some() || words::is_action(word)
    };
    let opens = all.first().is_some_and(|word| words::is_in(WAIT, &words::plain(word)));
    opens
        && all.len() <= LONGEST
        && !all.iter().any(wants)
        && !all.iter().any(|word| [NOT_YET, MISTAKEN].iter().any(|list| words::is_in(list, &words::plain(word))))
}

/// `terima kasih nak, semoga lancar usahanya`: behind thanks a few words that want nothing.
fn wishes_well(all: &[&str]) -> bool {
    const MOST_STRANGERS: usize = 4;
    let thanks = all.first().is_some_and(|word| words::is_thanks(word));
    let wants = |word: &&str| {
        let is_ware = words::sort(word).is_some() || words::brand(word).is_some();
        // `makasih ya mbak, besok lagi`
        let is_goodbye = words::is_in(LATER, &words::plain(word)) || words::is_in("lagi lg", &words::plain(word));
        word.contains('?') || (!is_small(word) && !is_goodbye && (words::puts_off(word) || is_ware))
    };
    let strangers = all.iter().filter(|word| !is_small(word)).count();
    thanks && (1..=MOST_STRANGERS).contains(&strangers) && !all.iter().any(wants)
}

fn is_small(word: &str) -> bool {
    words::is_courtesy(word) || words::is_greeting(word) || words::is_chatter(word)
}
