//! Second thoughts: a message whose own words, or the signs around them, say that it is not meant. Nothing of it is done.

use super::remark;
use super::sent::SENDS;
use super::signals::{
    ALREADY, CALL_OFF, COMES_TRUE, DO_NOT, FIRST, GIVEN_UP, IF, LATER, MISTAKEN, NO, NOT_YET, OOPS, WAIT,
};
use super::small::Talk;
use super::urged;
use super::words::{self, is_in};
use crate::admin::command::AdminCommand;
use crate::meaning::Command;
use crate::network::command::NetworkCommand;
use crate::preference::command::PreferenceCommand;
use crate::read::{Atom, MASK, NEW_PIN_DIGITS, Pin, atoms, is_pin, redact};
use crate::topic::Topic;
use konter_core::phone::clean;
use konter_core::staff::Role;

/// They say no wherever they stand: nobody gives them as a reason.
const HARD: &[&str] = &[DO_NOT, GIVEN_UP, OOPS, "dibatalin abaikan skip urung mengko bukan"];
/// Behind a number they say no. Behind another word they may be what somebody else said: `pelanggan batal`.
const SOFT: &[&str] = &[NO, NOT_YET, CALL_OFF, WAIT, "no nope not tahan pending cek"];
/// What may stand beside them.
const REST: &[&str] = &[
    COMES_TRUE,
    MISTAKEN,
    FIRST,
    "deh aja pasti yakin yet maaf pencet typo deng usah ketik kirim dikirim diproses proses itu ini yang yg tadi td \
     lagi lg on that never mind orang hm hmm emm umm aduh aduuh waduh haduh duh yah ah ach nah lho loh sudah udah besok nanti",
];
/// What a no may be to, in a message that says nothing else: `yg kedua batal`.
const WHAT: &str = "lupakan dibatalkan emoh moh ogah embung nomor nomer nmr no pilih kepencet dibeli dibayar bayar isi beli pesan pesanan pesananku pesanannya order orderan orderannya \
    transaksi trx barusan semua semuanya kedua pertama ketiga satunya terakhir tagihan tagihannya nya it forget do dont don't \
    send buy sorry maap";
/// Commands that end in no reason: a no behind them is nobody else's.
const UNREASONED: &str = "sukses deposit depo dep topup acc hargajual setujui blokir buka tutup resetpin";

/// What becomes of a command that its message takes back; `read` reads the words before those that do so.
pub(crate) fn taken_back(text: &str, command: &Command, read: impl Fn(&str) -> Command) -> Option<Command> {
    let is_unwanted = match command {
        // What stands in another message may be wanted now; it is shown first.
        Command::Wish(_) => is_denied(text),
        Command::Order(_) | Command::BadOrder(_) => is_denied(text) || is_quoted(text),
        command => acts(command) && (is_denied(text) || is_quoted(text)),
    };
    if is_unwanted {
        return Some(said(text, command, ""));
    }
    if let Some((words, meant)) = in_front(text) {
        let command = read(meant);
        // What is an order has an answer of its own.
        return acts(&command).then(|| said(meant, &command, words));
    }
    if let Some((meant, words)) = behind(text) {
        let before = read(meant);
        if acts(&before) || (is_unread_order(command) && orders(&before)) {
            return Some(said(meant, &before, words));
        }
    }
    let Command::Admin(admin) = command else { return None };
    let words = remark::in_doubt(admin)?;
    Some(said(text.trim_end().strip_suffix(words.trim()).unwrap_or(text), command, words))
}

/// `jangan blokir KR0003`: the word that forbids, and what it forbids.
fn in_front(text: &str) -> Option<(&str, &str)> {
    let pieces = atoms(text, false);
    let plain = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
    let at = pieces.iter().position(|atom| !words::is_courtesy(atom.text))?;
    let no = pieces.get(at).filter(|atom| is_in(DO_NOT, &plain(atom)))?;
    let mut behind = pieces.get(at + 1..)?.iter();
    let meant = behind.find(|atom| !is_in("dulu dlu lagi sampai sampe", &plain(atom)))?;
    Some((no.text, text.get(meant.start..)?))
}

/// Whether it orders something, at once or when its PIN is given.
fn orders(command: &Command) -> bool {
    match command {
        Command::Order(_) => true,
        Command::Wish(wish) => wish.dest.is_some() && (wish.code.is_some() || wish.nominal.is_some()),
        _ => false,
    }
}

/// What an order may have been read as with more words behind it. What is an order with all of its words is one.
const fn is_unread_order(command: &Command) -> bool {
    matches!(
        command,
        Command::BadOrder(_)
            | Command::Unknown { .. }
            | Command::Incomplete { .. }
            | Command::Wish(_)
            | Command::Orders(_)
            | Command::Talk(Talk::Undo { .. } | Talk::OfNumber { .. } | Talk::Wait | Talk::No)
    )
}

/// Whether a message says no and nothing else: to whatever is asked at this moment.
#[must_use]
pub fn is_bare_no(text: &str) -> bool {
    let text = clean(text);
    let pieces = atoms(&text, false);
    let said = Ending::of(&text, &pieces);
    (0..said.plain.len()).any(|at| !said.is(&[""], at)) && (0..said.plain.len()).all(|at| said.belongs(at))
}

fn said(what: &str, command: &Command, words: &str) -> Command {
    let what = what.trim();
    let without =
        |pin: &Option<Pin>| pin.as_ref().map_or_else(|| what.to_owned(), |pin| what.replace(pin.expose(), MASK));
    let what = match command {
        // What only those who work here type holds no PIN.
        Command::Admin(_) => what.to_owned(),
        Command::Incomplete { topic, .. } if topic.needs().is_some() => what.to_owned(),
        Command::Transfer(sent) => without(&sent.pin),
        Command::Deposit { pin, .. } => without(pin),
        _ => redact(what),
    };
    let dest = match command {
        Command::Order(request) => request.lines.first().map(|line| line.dest.to_string()),
        Command::Wish(wish) => wish.dest.as_ref().map(ToString::to_string),
        _ => None,
    };
    Command::Talk(Talk::TakenBack { what, words: redact(words.trim()), dest })
}

/// Whether it moves money, or decides or changes something. What is an order has an answer of its own.
fn acts(command: &Command) -> bool {
    match command {
        Command::Transfer(_)
        // To somebody by name.
        | Command::Incomplete { topic: Topic::Transfer, .. }
        | Command::ChangePin { .. }
        | Command::Register { .. }
        | Command::BillPayment { .. }
        | Command::Routing(_) => true,
        Command::Deposit { amount, .. } => amount.is_some(),
        Command::Network(command) => !matches!(
            command,
            NetworkCommand::Downlines { .. } | NetworkCommand::Downline { .. } | NetworkCommand::Invite { .. }
        ),
        Command::Preference(command) => matches!(
            command,
            PreferenceCommand::AddChat { .. }
                | PreferenceCommand::RemoveChat { .. }
                | PreferenceCommand::ReplaceChat { .. }
                | PreferenceCommand::Rename { .. }
                | PreferenceCommand::Api(_)
        ),
        // Words for others may be any.
        Command::Admin(AdminCommand::Broadcast { .. } | AdminCommand::Answer { .. })
        | Command::Incomplete { topic: Topic::AdminBroadcast | Topic::AdminAnswer | Topic::AdminRename, .. } => false,
        Command::Admin(command) => command.needs() > Role::Viewer,
        Command::Incomplete { topic, .. } => topic.needs() > Some(Role::Viewer),
        _ => false,
    }
}

/// The words before second thoughts, and those.
fn behind(text: &str) -> Option<(&str, &str)> {
    if text.starts_with('/') {
        // A second command below would be taken for words behind the first.
        if let Some((at, _)) = text.match_indices("\n/").next() {
            return text.split_at_checked(at);
        }
        // A question decides nothing, but a refusal may ask something.
        if text.ends_with('?') && !text.to_ascii_lowercase().starts_with("/tolak") {
            return text.split_at_checked(text.trim_end_matches('?').len());
        }
    }
    let pieces = atoms(text, false);
    let at = Ending::of(text, &pieces).begins_at()?;
    text.split_at_checked(pieces.get(at)?.start)
}

/// The words of a message, as far as they may take it back.
struct Ending<'a> {
    is_slash: bool,
    /// `jangan lama2` says no to nothing.
    is_urged: bool,
    pieces: &'a [Atom<'a>],
    plain: Vec<String>,
}

impl<'a> Ending<'a> {
    fn of(text: &str, pieces: &'a [Atom<'a>]) -> Self {
        let plain = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
        let is_urged = urged::without(text).is_some();
        Self { is_slash: text.starts_with('/'), is_urged, pieces, plain: pieces.iter().map(plain).collect() }
    }

    /// Where second thoughts begin.
    fn begins_at(&self) -> Option<usize> {
        let decided = |at: &usize| {
            let is_plain_no = !self.is_urged && self.is_behind_digits(*at) && self.is_hard(*at);
            if self.is_slash { self.is_no_behind_what_is_decided(*at) } else { is_plain_no }
        };
        if let Some(at) = (1..self.plain.len()).find(decided) {
            return Some(at);
        }
        let from = (1..self.plain.len()).rev().take_while(|&at| self.belongs(at)).last()?;
        let is_behind_digits = self.is_behind_digits(from);
        let opens = self.plain.iter().position(|word| !words::is_courtesy(word)).unwrap_or_default();
        let is_sent = self.is(&[SENDS], opens);
        let is_sure = is_behind_digits || is_sent || self.is(&[UNREASONED], 0);
        // `/deposit KR0001 50000 bayar besok` is a sale on credit.
        let is_no = |at: usize| {
            self.is_hard(at)
                || (is_sure && self.is(SOFT, at))
                || (is_sent && self.is(&[LATER], at))
                || (is_behind_digits
                    && (self.is(&[LATER], at) || (self.is_behind_a_pin(at) && self.is(&[MISTAKEN], at))))
        };
        (from..self.plain.len()).find(|&at| is_no(at))
    }

    fn is(&self, lists: &[&str], at: usize) -> bool {
        self.plain.get(at).is_some_and(|word| lists.iter().any(|list| is_in(list, word)))
    }

    fn has_digits(&self, at: usize) -> bool {
        self.pieces.get(at).is_some_and(|atom| atom.text.bytes().any(|b| b.is_ascii_digit()))
    }

    fn is_behind_digits(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.has_digits(before))
    }

    /// `S10 0812… 1234 salah nomor`; without the PIN it tells of an order that was made.
    fn is_behind_a_pin(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.pieces.get(at));
        !self.is_slash && before.is_some_and(|atom| is_pin(atom.text) && NEW_PIN_DIGITS.contains(&atom.text.len()))
    }

    /// `bukan 6000` takes back, `bukan rekening kami` is a reason.
    fn is_hard(&self, at: usize) -> bool {
        self.is(HARD, at) && (!self.is(&["bukan"], at) || at + 1 == self.plain.len() || self.has_digits(at + 1))
    }

    /// Right behind what is decided such words are no reason, whatever follows.
    fn is_no_behind_what_is_decided(&self, at: usize) -> bool {
        let is_soft = self.is(SOFT, at) || self.is(&[LATER], at);
        let is_no = is_soft && self.is(&[COMES_TRUE, FIRST, "pasti yakin"], at + 1);
        let is_behind = self.is_behind_digits(at) && (is_no || self.is_hard(at) || self.is(&[WAIT], at));
        is_behind || self.has_come_after_all(at) || self.is_not_paid_yet(at)
    }

    /// That it has come, where it is to be said that it has not.
    fn has_come_after_all(&self, at: usize) -> bool {
        self.is_behind_digits(at)
            && self.is(&["gagal"], 0)
            && self.is(&[ALREADY], at)
            && self.is(&["masuk sukses berhasil"], at + 1)
    }

    /// Under which condition it is to be booked, or that it has not been paid.
    fn is_not_paid_yet(&self, at: usize) -> bool {
        let has_not_come = || self.is(&[NOT_YET], at) && self.is(&["masuk"], at + 1);
        self.is(&["deposit depo dep topup acc"], 0) && (self.is(&[IF, "nunggu menunggu"], at) || has_not_come())
    }

    /// Whether the word says no, or nothing of its own.
    fn belongs(&self, at: usize) -> bool {
        let word = self.plain.get(at).map_or("", String::as_str);
        let is_behind_not = at.checked_sub(1).is_some_and(|at| self.is(&["bukan"], at) && self.is_hard(at));
        word.is_empty()
            || is_behind_not
            || self.is_hard(at)
            || self.is(SOFT, at)
            || self.is(REST, at)
            || (!self.is_slash && self.is(&[WHAT], at))
            || self.is(&[LATER], at)
            || words::is_courtesy(word)
    }
}

/// `> S10…`: a line taken out of another message.
fn is_quoted(text: &str) -> bool {
    // `S10 > 0812… > 1234` only parts, and `isi -> S10…` points.
    let parts = |c: char| c.is_alphanumeric() || matches!(c, '-' | '=');
    let opens = |before: &str| !before.ends_with(parts) && !before.bytes().any(|b| b.is_ascii_digit());
    let is_one = |line: &str| {
        line.trim_start().starts_with(['|', '│', '»', '❯'])
            || line.split_once('>').is_some_and(|(before, _)| opens(before))
    };
    text.lines().any(is_one)
}

/// `❌ S10…`, `~S10…~`: a sign that says no, or struck out.
pub(super) fn is_denied(text: &str) -> bool {
    const NO: [char; 17] =
        ['❌', '❎', '✖', '✗', '✘', '🚫', '⛔', '🛑', '🙅', '👎', '✋', '🆖', '🚷', '🗑', '❓', '❔', '🤔'];
    text.contains(NO) || is_struck_out(text)
}

/// Chats strike through what stands between two such signs. Between a code, a number and a PIN they part them.
fn is_struck_out(text: &str) -> bool {
    let strikes = |(at, _): (usize, &str)| {
        let opens = !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let (inner, behind) = text.get(at + 1..).and_then(|rest| rest.split_once('~')).unwrap_or_default();
        opens
            && inner.starts_with(char::is_alphanumeric)
            && inner.ends_with(char::is_alphanumeric)
            && !behind.starts_with(char::is_alphanumeric)
    };
    text.match_indices('~').any(strikes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_told_from_a_sign_between_parts() {
        for quoted in ["> S10.081234567890.1234", "min > S10.081234567890.1234", "ini\n>S10 081234567890 1234", "| S10"]
        {
            assert!(is_quoted(quoted), "{quoted}");
        }
        for meant in ["S10 > 081234567890 > 1234", "s10->081234567890.1234", "isi -> S10 081234567890 1234", "S10"] {
            assert!(!is_quoted(meant), "{meant}");
        }
    }

    #[test]
    fn second_thoughts_are_told_from_reasons() {
        for (text, meant) in [
            ("/gagal 1 ga jadi", "/gagal 1 "),
            ("/gagal 1 ga jadi, sudah masuk", "/gagal 1 "),
            ("/gagal 1 nanti dulu deh saya cek", "/gagal 1 "),
            ("/tolak 2 eh salah", "/tolak 2 "),
            ("/tolak 2, batal", "/tolak 2, "),
            ("/sukses 1 SN eh jangan", "/sukses 1 SN "),
            ("/sukses 1 SN batal", "/sukses 1 SN "),
            ("/gagal 12 nomor salah eh jangan dulu ya", "/gagal 12 nomor salah "),
            ("/deposit KR0001 58000 hmm ga jadi", "/deposit KR0001 58000 hmm "),
            ("/gagal 1 aduh ga jadi", "/gagal 1 aduh "),
            ("/deposit KR0001 58000 bukan 6000", "/deposit KR0001 58000 "),
            ("/gagal 1 gk jd", "/gagal 1 "),
            ("/gagal 1 sudah masuk", "/gagal 1 "),
            ("/gagal 1 cek dulu", "/gagal 1 "),
            ("/gagal 1 belum pasti", "/gagal 1 "),
            ("/gagal 1 atau sukses?", "/gagal 1 atau sukses"),
            ("/gagal 1 nomor salah\n/gagal 2 mati", "/gagal 1 nomor salah"),
            ("/deposit KR0001 58000 tdk jd", "/deposit KR0001 58000 "),
            ("/deposit KR0001 58000 besok kalau masuk", "/deposit KR0001 58000 besok "),
            ("/deposit KR0001 58000 belum masuk", "/deposit KR0001 58000 "),
            ("/sukses 1 0041002345678901 ga jd", "/sukses 1 0041002345678901 "),
            ("TR.KR0002.50000.1234 nanti dulu", "TR.KR0002.50000.1234 "),
            ("GP.1234.4321 ora sido", "GP.1234.4321 "),
        ] {
            assert_eq!(behind(text).map(|(meant, _)| meant), Some(meant), "{text}");
        }
        for text in [
            "/gagal 1 tidak masuk",
            "/gagal 1 belum masuk",
            "/deposit KR0001 58000 belum bayar",
            "/tolak 2 mana buktinya?",
            "/gagal 1 ternyata tidak",
            "/gagal 12 nomor salah",
            "/gagal 5 salah",
            "/tolak 2 pelanggan ga jadi",
            "/tolak 2 bukan rekening kami",
            "/gagal 12 nanti coba lagi",
            "/deposit KR0001 100000 bayar besok",
            "/deposit KR0001 100000 nanti bayar",
            "/gagal 1 bukan nomor Telkomsel",
            "/tariktransfer 12 salah kirim",
            "/tariktransfer 1 lagi",
            "/deposit KR0001 58000 batal trx nomor 12",
            "/gagal 2 dibatalkan",
            "ANTRI.TIDAK",
            "batal",
            "",
        ] {
            assert_eq!(behind(text), None, "{text}");
        }
    }
}
