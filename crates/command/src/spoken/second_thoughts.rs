//! Second thoughts: a message whose own words, or the signs around them, say that it is not meant. Nothing of it is done.

use super::small::Talk;
use super::words::{self, is_in};
use crate::admin::command::AdminCommand;
use crate::meaning::Command;
use crate::network::command::NetworkCommand;
use crate::preference::command::PreferenceCommand;
use crate::read::{Atom, MASK, Pin, atoms, redact};
use crate::topic::Topic;
use konter_core::staff::Role;

/// They say no wherever they stand: nobody gives them as a reason.
const HARD: &str = "eh ups oops jangan jgn jangn jng ojo ulah gajadi gajadi2 gjd gjadi gausah gsh dibatalin abaikan skip undo \
    urung urungkan mengko bukan nevermind nvm";
/// Behind a number they say no. Behind another word they may be what somebody else said: `pelanggan batal`.
const SOFT: &str = "batal batalin batalkan btl cancel ga gak gk gx g nggak ngga ngak enggak engga tidak tdk ndak nda dak tak kagak \
    ora teu no not tunggu bentar sebentar wait hold stop tahan pending cek belum blm nanti nnti ntar nnt tar besok bsk tomorrow";
/// What may stand beside them.
const REST: &str = "jadi jdi jd janten sido dulu dlu deh aja pasti yakin yet maaf pencet typo deng usah salah slh keliru kliru ketik pencet kirim dikirim diproses \
    proses itu ini yang tadi td lagi lg on that never mind orang hm hmm emm umm aduh aduuh waduh haduh duh yah lho loh";
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
    let (meant, words) = behind(text)?;
    let command = read(meant);
    acts(&command).then(|| said(meant, &command, words))
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
    Command::Talk(Talk::TakenBack { what, words: redact(words.trim()) })
}

/// Whether it moves money, or decides or changes something. What is an order has an answer of its own.
fn acts(command: &Command) -> bool {
    match command {
        Command::Transfer(_)
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
    let at = tail(text, &pieces)?;
    text.split_at_checked(pieces.get(at)?.start)
}

/// Where they begin.
fn tail(text: &str, pieces: &[Atom<'_>]) -> Option<usize> {
    let plain: Vec<String> =
        pieces.iter().map(|atom| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
    let is = |list: &str, at: usize| plain.get(at).is_some_and(|word| is_in(list, word));
    let has_digits = |atom: &Atom<'_>| atom.text.bytes().any(|b| b.is_ascii_digit());
    let is_behind_digits = |at: usize| at.checked_sub(1).and_then(|at| pieces.get(at)).is_some_and(has_digits);
    // `bukan 6000` takes back, `bukan rekening kami` is a reason.
    let is_hard = |at: usize| is(HARD, at) && (!is("bukan", at) || pieces.get(at + 1).is_none_or(has_digits));
    // Right behind what is decided they are no reason either, whatever follows.
    let begins = |at: usize| {
        let is_no = is(SOFT, at) && is("jadi jdi jd janten sido dulu dlu pasti yakin", at + 1);
        // It says that it has come, or under which condition, where it is to be said that it has not, or booked.
        let came = is("gagal", 0) && is("sudah udah udh sdh dah", at) && is("masuk sukses berhasil", at + 1);
        let booked = is("deposit depo dep topup acc", 0);
        if booked && (is("kalau kalo klo jika nunggu menunggu", at) || (is("belum blm", at) && is("masuk", at + 1))) {
            return true;
        }
        is_behind_digits(at) && (is_no || came || is_hard(at) || is("tunggu bentar sebentar wait hold", at))
    };
    if text.starts_with('/')
        && let Some(at) = (1..plain.len()).find(|&at| begins(at))
    {
        return Some(at);
    }
    let belongs = |at: usize| {
        let word = plain.get(at).map_or("", String::as_str);
        word.is_empty()
            || is_hard(at)
            || is(SOFT, at)
            || is(REST, at)
            || words::is_courtesy(word)
            || at.checked_sub(1).is_some_and(|before| is("bukan", before) && is_hard(before))
    };
    let from = (1..plain.len()).rev().take_while(|&at| belongs(at)).last()?;
    let is_sure = is_behind_digits(from) || is(UNREASONED, 0);
    let first = |says_no: &dyn Fn(usize) -> bool| (from..plain.len()).find(|&at| says_no(at));
    // `/deposit KR0001 50000 bayar besok` is a sale on credit.
    let is_soft =
        |at: usize| is(SOFT, at) && (is_behind_digits(from) || !is("nanti nnti ntar nnt tar besok bsk tomorrow", at));
    match (first(&is_hard), first(&is_soft).filter(|_| is_sure)) {
        (Some(hard), Some(soft)) => Some(hard.min(soft)),
        (hard, soft) => hard.or(soft),
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
