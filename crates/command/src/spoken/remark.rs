//! Why something is done, behind a command that takes nothing more: `/blokir KR0001 nunggak`.

use super::signals::{CALL_OFF, COMES_TRUE, DO_NOT, GIVEN_UP, IF, LATER, MISTAKEN, NO, NOT_YET, WAIT};
use super::words::{is_courtesy, is_in, plain};
use crate::admin::command::{AdminCommand, AdminDesk};
use crate::read::{Problem, Words};
use crate::routing::command::AdminRouting;
use konter_core::ids::AgentId;

/// Characters of a reason.
const LONGEST: usize = 200;
/// They add nothing.
const FILLS: &str = "lagi dulu sekarang aja saja dong";
/// They say that something else is meant, or not this.
const OTHERWISE: &str = "atau bukan tapi tp kecuali selain dan sama juga plus salah terus lalu trus";
/// In front they say where, or for whom: more of the command.
const NARROWS: &str = "di dari ke pada khusus hanya cuma untuk buat semua yang yg";
/// They give a reason, and are nobody's name.
const BECAUSE: &str = "karena krn sebab gara lagi dulu sedang gangguan kosong habis abis error eror down mati rusak \
    maintenance perbaikan stok stock lemot lambat trouble ya dong";
/// They begin what is to be done at another time.
const AT: &str = "nanty malam malem sore siang pagi subuh jam pukul pkl mulai tanggal tgl minggu tonight at";
/// They end it at some time.
const UNTIL: &str = "sampai sampe smp smpe sd s/d hingga sampek until till selama";
const SPANS: &str = "jam menit hari minggu bulan hours minutes days";

/// They say that whoever writes is not sure.
const UNSURE: &str = "mungkin kayaknya kayanya kyknya kayake sepertinya spertinya kali ragu entah gatau gatahu tes test \
    testing coba atau eh maaf sori sorry";
/// They go on with another one.
const AND: &str = "dan sama dgn dengan and serta";
/// They name what only a delivered one has.
const NAMED: &str = "sn serial";
/// They say that it is open, or that somebody else says so.
const OPEN: &str = "pending diterima katanya harusnya seharusnya kepotong nambah";
/// Behind a no: whoever does not know.
const KNOWN: &str = "tau tahu yakin jelas pasti";
/// They say that it was delivered.
const DELIVERED: &str = "sukses berhasil terkirim delivered";

/// The part of a command in which its own words say that it may not be meant: a reason of the opposite, a second sum or
/// code, doubt. What is a reason in plain words is none.
pub(super) fn in_doubt(command: &AdminCommand) -> Option<&str> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect()
    };
    let has = |text: &str, lists: &[&str]| words(text).iter().any(|word| lists.iter().any(|list| is_in(list, word)));
    let says_nothing = |text: &str| !text.chars().any(char::is_alphabetic);
    let is_code = |text: &str| text.split_whitespace().any(|word| word.parse::<AgentId>().is_ok());
    let is_doubtful = |text: &str| says_nothing(text) || text.contains('?') || has(text, &[UNSURE]);
    let (text, is_in_doubt) = match command {
        AdminCommand::Failure { reason, .. } => {
            let begins = reason.split_whitespace().next().unwrap_or_default();
            let names_another = begins.bytes().all(|b| b.is_ascii_digit());
            let said = words(reason);
            // `dan 2`, `sn 0041…`, `belum tau`, `gagal tidak`
            let goes_on = said.first().is_some_and(|first| is_in(AND, first)) || has(reason, &[KNOWN, IF, OPEN]);
            let is_long = |word: &String| word.len() >= 6 && word.bytes().all(|b| b.is_ascii_digit());
            let is_another = |pair: &[String]| match pair {
                [trx, number] => is_in("trx ref reff", trx) && number.bytes().all(|b| b.is_ascii_digit()),
                _ => false,
            };
            let names_a_serial = (has(reason, &[NAMED]) && said.iter().any(is_long)) || said.windows(2).any(is_another);
            let is_empty = said.iter().all(|word| is_courtesy(word) || is_in(FILLS, word));
            let is_in_hand = |pair: &[String]| match pair {
                [no, came] => is_in("masuk", came) && !is_in(NO, no) && !is_in(NOT_YET, no),
                _ => false,
            };
            let has_come = said.windows(2).any(is_in_hand) || said.first().is_some_and(|first| first == "masuk");
            let ends_in_no = matches!(said.as_slice(), [failed, no] if failed == "gagal" && is_in(NO, no));
            let is_no_reason = names_another
                || goes_on
                || is_empty
                || has_come
                || names_a_serial
                || ends_in_no
                || has(reason, &[DELIVERED]);
            (reason.as_str(), is_doubtful(reason) || is_no_reason)
        }
        AdminCommand::Desk(AdminDesk::TakeBack { reason, .. })
        | AdminCommand::RefuseTicket { reason: Some(reason), .. } => (reason.as_str(), is_doubtful(reason)),
        AdminCommand::Deposit { note: Some(note), amount, .. } => {
            // `-100000 salah isi`
            let is_slip = amount.is_positive() && has(note, &[MISTAKEN]);
            let said = words(note);
            // `dan KR0002 20000`, `x2`, `14.000`
            let goes_on = said.first().is_some_and(|first| is_in(AND, first) || is_in("x2 x3 2x 3x contoh", first));
            let is_sum = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
            let is_for = said.first().is_some_and(|first| is_in("untuk utk buat", first)) && is_code(note);
            let is_other = goes_on || is_for || is_sum(note) || note.starts_with(['+', '-', '(']);
            (note.as_str(), note.contains('?') || has(note, &[UNSURE]) || is_slip || is_other)
        }
        AdminCommand::Desk(AdminDesk::Rename { name, .. }) => {
            let is_no_name = says_nothing(name) || name.contains('?') || has(name, &[DO_NOT]) || is_code(name);
            (name.as_str(), is_no_name)
        }
        AdminCommand::Routing(AdminRouting::Pause { reason, .. }) => {
            let lists = [CALL_OFF, DO_NOT, GIVEN_UP, MISTAKEN, NOT_YET, UNSURE];
            let gives_up = words(reason).windows(2).any(|pair| match pair {
                [no, comes] => is_in(NO, no) && is_in(COMES_TRUE, comes),
                _ => false,
            });
            (reason.as_str(), has(reason, &lists) || gives_up)
        }
        _ => return None,
    };
    is_in_doubt.then_some(text)
}

/// Whether words say when, and that is not from now on for good.
#[must_use]
pub fn says_when(words: &str) -> bool {
    let words: Vec<String> = words
        .split_whitespace()
        .map(|word| plain(word.trim_matches(|c: char| !c.is_alphanumeric())))
        .filter(|word| !word.is_empty())
        .collect();
    let counts = |pair: &[String]| match pair {
        [count, span] => count.bytes().all(|b| b.is_ascii_digit()) && is_in(SPANS, span),
        _ => false,
    };
    words.first().is_some_and(|first| is_in(AT, first))
        || words.iter().any(|word| is_in(LATER, word) || is_in(UNTIL, word) || is_in(WAIT, word))
        || words.iter().any(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()))
        || words.windows(2).any(counts)
}

/// Whether the word begins a reason, and is nobody's name.
pub(crate) fn gives_a_reason(word: &str) -> bool {
    is_in(BECAUSE, &plain(word))
}

/// The command with the words behind it.
pub(crate) fn remarked(command: AdminCommand, rest: &Words<'_>) -> Result<AdminCommand, Problem> {
    let text = rest.0.trim();
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect();
    if words.iter().all(|word| is_courtesy(word) || is_in(FILLS, word)) && !text.contains(|c: char| c.is_ascii_digit())
    {
        return Ok(command);
    }
    let is_other = |word: &String| {
        [CALL_OFF, DO_NOT, GIVEN_UP, IF, MISTAKEN, WAIT, OTHERWISE, UNSURE].iter().any(|list| is_in(list, word))
            || word.bytes().any(|b| b.is_ascii_digit())
    };
    let narrows = words.first().is_some_and(|word| is_in(NARROWS, word));
    let is_more = narrows || (words.iter().any(is_other) && !says_when(text));
    if is_more || text.chars().count() > LONGEST || text.contains(['/', '?']) {
        rest.finish()?;
    }
    Ok(AdminCommand::Remarked { command: Box::new(command), remark: text.to_owned() })
}
