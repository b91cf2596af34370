//! Talking to the shop: complaints, help, language.

use super::elsewhere::Feature;
use super::format::Format;
use super::meaning::{Command, Language};
use super::read::{Cursor, MAX_FILTER_CHARS, Part, Problem, Typed, is_pin, without_order_pins, words_for_admins};
use super::topic::Topic;

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Complaint,
        &["KOMPLAIN", "KOMPLEN", "KOMP", "KOM", "K", "INF", "C", "LAPOR", "COMPLAIN"],
        "a complaint to the admins",
        "KOMPLAIN.S10 ke 081234567890 belum masuk",
        complaint,
    ),
    Format::always(
        Topic::Complaint,
        &["INFO"],
        "a complaint when words follow",
        "INFO gangguan 081234567890",
        |args| {
            let talk = args.atoms.iter().any(|atom| !is_pin(atom.text));
            if talk { complaint(args) } else { Ok(Command::Known(Feature::CentreNumbers)) }
        },
    ),
    Format::always(
        Topic::Help,
        &["BANTUAN", "FORMAT", "HELP", "MENU", "PANDUAN", "CARA", "?"],
        "help: everything, or about one word",
        "BANTUAN",
        |args| {
            let topic = Some(args.rest()).filter(|rest| !rest.is_empty());
            Ok(Command::Help { topic: topic.map(|rest| rest.chars().take(MAX_FILTER_CHARS).collect()) })
        },
    ),
    Format::always(Topic::Language, &["BAHASA", "LANG", "LANGUAGE"], "Indonesian or English", "BAHASA.EN", language),
];

fn complaint(args: Cursor<'_>) -> Result<Command, Problem> {
    words_for_admins(args).map(|(text, pin)| Command::Complaint { text, pin })
}

/// `CStransfer 50250 … belum masuk`: a complaint whose first word grew together with the next.
pub(super) fn glued_complaint(cursor: Cursor<'_>) -> Option<Command> {
    const OPENING: usize = "CS".len();
    const FEWEST: usize = 5; // words: fewer may be anything
    let first = cursor.peek()?;
    let (opening, rest) = first.text.split_at_checked(OPENING)?;
    let glued = opening.eq_ignore_ascii_case("CS") && rest.len() > 1 && rest.bytes().all(|b| b.is_ascii_alphabetic());
    if !glued || cursor.atoms.len() < FEWEST {
        return None;
    }
    let text = cursor.text.get(first.start + OPENING..)?;
    Some(Command::Complaint { text: Typed::whole(&without_order_pins(text)), pin: None })
}

/// Whether words say no and nothing else: to whatever is asked at this moment.
#[must_use]
pub fn is_bare_no(text: &str) -> bool {
    const WORDS: &str = "batal batalin batalkan dibatalin dibatalkan btl batalno cancel cancelled undo skip stop abaikan lupakan \
        nevermind nvm never mind forget it mboten ga gak gk g nggak ngga enggak tidak tdk tak ndak kagak kaga teu ora jangan jgn \
        jng ojo no nope dont do not don't send buy jadi jdi jd janten sido sios usah gajadi gjadi gjd gausah urung urungkan salah \
        slh keliru kliru nomor nomer nmr ketik pencet pilih typo kepencet dikirim diproses dibeli isi beli pesan dulu dlu deh deng \
        aja saja ya yah kak kakak min mas mbak bang bu pak bos boss gan om sis itu ini yang yg tadi td barusan pesanan pesananku \
        pesanannya order orderan orderannya transaksi trx semua semuanya maaf sorry sori eh ups oops waduh aduh tolong please pls \
        makasih mohon ok oke besok nanti sudah udah lagi";
    let is_said = |word: &str| WORDS.split_whitespace().any(|known| known.eq_ignore_ascii_case(word));
    let mut words =
        text.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_said)
}

fn language(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let Some(atom) = args.take() else { return Ok(Command::Language { to: None }) };
    let to = match atom.text.to_ascii_uppercase().as_str() {
        "ID" | "IN" | "INDONESIA" => Language::Indonesian,
        "EN" | "ENG" | "ENGLISH" | "INGGRIS" => Language::English,
        _ => return Err(Problem::unfit(Part::Language, atom.text)),
    };
    args.finish()?;
    Ok(Command::Language { to: Some(to) })
}
