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
