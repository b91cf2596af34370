//! What somebody may have meant whose message was not understood.

use super::format::Format;
use super::read::{Atom, shape::targets};
use super::table::formats;
use super::topic::Topic;
use konter_core::phone::clean;
use konter_core::staff::Role;

/// How many atoms are looked at: the beginning tells, and a pasted novel must not cost time.
const LOOKED_AT: usize = 20;

/// The topic nearest to the message.
pub(super) fn nearest(text: &str, atoms: &[Atom<'_>]) -> Topic {
    let first = atoms.first().map(|atom| atom.text).unwrap_or_default();
    if let Some(topic) = misspelt(first).filter(|_| !is_a_sentence(first, atoms)) {
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

/// `/pendng`: the line with the word that comes nearest, of those that this role may use. To a reseller an example is shown:
/// what stands behind the word may hold a PIN.
#[must_use]
pub fn slash_meant(text: &str, role: Option<Role>, is_reseller: bool) -> Option<String> {
    const SHORTEST: usize = 3;
    let text = clean(text);
    let word = text.trim().strip_prefix('/')?.split(|c: char| !c.is_ascii_alphabetic()).next()?.to_ascii_lowercase();
    if word.len() < SHORTEST {
        return None;
    }
    let allowed = |format: &&Format| match format.least_of_any() {
        Some(least) => role >= Some(least),
        None => is_reseller,
    };
    let words = formats().filter(allowed).flat_map(|format| format.words.iter().map(move |known| (format, *known)));
    let (distance, format, known) = words
        .map(|(format, known)| (format, known.trim_start_matches('/').to_ascii_lowercase()))
        .filter(|(_, known)| known.len() >= SHORTEST)
        .map(|(format, known)| (strsim::osa_distance(&word, &known), format, known))
        .min_by_key(|(distance, format, _)| (*distance, format.least.is_none()))?;
    let is_near = (1..=allowed_slips(word.len())).contains(&distance);
    is_near.then(|| match format.least {
        Some(_) => format!("/{known}{}", text.trim().get(1 + word.len()..).unwrap_or_default()),
        None => format.example.to_owned(),
    })
}

/// Letters that may be wrong in a word of so many.
const fn allowed_slips(letters: usize) -> usize {
    if letters < 6 { 1 } else { 2 }
}

/// Whether so many words follow that the first one is no misspelt command: `ini penipuan ya`.
fn is_a_sentence(first: &str, atoms: &[Atom<'_>]) -> bool {
    const SHORT: usize = 5; // letters: most words of talk are that near to some command
    let is_word = |atom: &&Atom<'_>| atom.text.chars().all(char::is_alphabetic);
    let others = atoms.iter().skip(1).take(LOOKED_AT).filter(is_word).count();
    others > usize::from(first.len() >= SHORT)
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
    let words = formats().filter_map(|format| Some((format, format.hint?)));
    words
        .flat_map(|(format, hint)| format.words.iter().map(move |known| (*known, format.topic, hint)))
        .filter(|(known, ..)| known.len() >= SHORTEST)
        .map(|(known, topic, hint)| (strsim::osa_distance(&upper, known), topic, hint))
        .filter(|(distance, ..)| *distance <= allowed_slips(upper.len()))
        .min_by_key(|(distance, topic, _)| (*distance, *topic))
        .map(|(.., hint)| hint)
}
