//! The amounts of one line, and which way they went.

use super::Flow;
use crate::money::Rupiah;
use crate::written;

/// Where in a line something stands.
struct Token<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// The amounts of a line that moved, each with what the line says of its way.
pub(super) fn amounts(line: &str) -> Vec<(Rupiah, Flow)> {
    let tokens: Vec<Token<'_>> = tokens(line).collect();
    let marked: Vec<(Rupiah, Flow)> =
        tokens.iter().filter_map(|token| Some((amount(token)?, mark_behind(line, token)?))).collect();
    if !marked.is_empty() {
        return marked; // `100,618.00 CR 1,250,618.00`: what has no mark is the balance
    }
    if let Some(columns) = columns(line, &tokens) {
        return vec![columns];
    }
    let flow = flow_of(line).unwrap_or(Flow::Unclear);
    let told = tokens.iter().filter(|token| !is_balance(line, token) && is_told_as_amount(line, token));
    told.filter_map(amount).filter(|amount| amount.is_positive()).map(|amount| (amount, flow)).collect()
}

/// Whether a mark stands behind an amount of it, or its columns say what came in: so only statements are written.
pub(super) fn is_marked(line: &str) -> bool {
    let tokens: Vec<Token<'_>> = tokens(line).collect();
    tokens.iter().any(|token| amount(token).is_some() && mark_behind(line, token).is_some())
        || columns(line, &tokens).is_some()
}

/// Whether debit, credit and balance stand side by side in it.
pub(super) fn has_columns(line: &str) -> bool {
    let tokens: Vec<Token<'_>> = tokens(line).collect();
    columns(line, &tokens).is_some()
}

/// What a text says of the way money went; `None` where it says nothing, or both.
pub(super) fn flow_of(text: &str) -> Option<Flow> {
    const IN: &str = "transfer masuk, dana masuk, uang masuk, kredit masuk, saldo masuk, pemasukan, dana diterima, \
        telah diterima, berhasil diterima, menerima, terima transfer, transfer dari, trf dari, trsf dari, \
        kiriman dari, kr otomatis, dikredit, mendapat transfer, mendapatkan transfer, diterima dari, \
        pembayaran diterima, pembayaran qris, received, credited";
    const OUT: &str = "transfer keluar, dana keluar, uang keluar, transfer ke , trf ke , kirim ke , pembayaran ke , \
        bayar ke , penarikan, tarik tunai, pembelian, didebet, debited, biaya, payment to, sent to, transfer to ";
    // What is paid with a card, or for one, is no credit.
    let text = text.to_lowercase().replace("kartu kredit", "").replace("credit card", "");
    let has = |names: &str| names.split(", ").any(|name| text.contains(name));
    let word = |names: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word));
    // By itself `masuk` is anybody's word.
    let to_an_account = word(&["masuk"]) && word(&["rek", "rekening", "tabungan", "bank", "dari"]);
    let is_in = has(IN) || word(&["cr", "kredit", "credit"]) || to_an_account;
    // The payer's own screen: `Pembayaran QRIS Rp50.236 ke Toko Hadi berhasil`.
    let pays_somebody = word(&["pembayaran", "bayar", "payment"]) && word(&["ke", "kepada", "to"]);
    let is_out = pays_somebody || has(OUT) || word(&["db", "debet", "debit", "keluar"]);
    match (is_in, is_out) {
        (true, false) => Some(Flow::In),
        (false, true) => Some(Flow::Out),
        _ => None,
    }
}

/// Runs of digits with the marks between them. What stands in a date, a time, a longer number or a word is none.
fn tokens(line: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + line.get(at..)?.find(|c: char| c.is_ascii_digit())?;
            let rest = line.get(start..)?;
            let run = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
            // The comma behind belongs to the sentence, or parts cells.
            let text = rest.get(..run)?.trim_end_matches(['.', ',']);
            // `0000,100618.00`: cells that stand side by side.
            let first = text.split(',').next().unwrap_or(text);
            let text = if written::amount(text).is_none() { first } else { text };
            let end = start + text.len();
            at = end.max(start + 1);
            let before = line.get(..start)?.trim_end_matches(['+', '-']);
            let glued = |c: char| matches!(c, '/' | ':' | '*' | '#' | '_' | '@');
            let is_money = ends_in_currency(before);
            let is_glued = before.ends_with(|c: char| c.is_alphanumeric() || glued(c)) && !is_money;
            let runs_on = rest.get(text.len()..)?.starts_with(|c: char| c.is_alphanumeric() || glued(c))
                && !starts_with_mark(rest.get(text.len()..)?);
            if !is_glued && !runs_on {
                return Some(Token { start, end, text });
            }
        }
    })
}

/// Whether an amount stands in it with its currency.
pub(super) fn names_currency(line: &str) -> bool {
    tokens(line).any(|token| {
        let before = line.get(..token.start).unwrap_or_default();
        ends_in_currency(before) && amount(&token).is_some()
    })
}

fn amount(token: &Token<'_>) -> Option<Rupiah> {
    written::amount(token.text)
}

fn ends_in_currency(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\u{a0}', '.', '+', '-']).to_lowercase();
    let named = ["rp", "idr"].into_iter().find_map(|name| before.strip_suffix(name));
    named.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

/// `CR`, `DB`, `K` or `D` behind an amount, as statements have it.
fn mark_behind(line: &str, token: &Token<'_>) -> Option<Flow> {
    let rest = line.get(token.end..)?.trim_start_matches([' ', '\u{a0}', ',', ';', '\t', '"', '\'', '|', '(']);
    mark_at(rest)
}

fn mark_at(rest: &str) -> Option<Flow> {
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    match word.to_ascii_uppercase().as_str() {
        "CR" | "K" | "C" | "KR" | "KREDIT" | "CREDIT" => Some(Flow::In),
        "DB" | "D" | "DR" | "DEBET" | "DEBIT" => Some(Flow::Out),
        _ => None,
    }
}

/// `100.618CR`, without anything between.
fn starts_with_mark(rest: &str) -> bool {
    mark_at(rest).is_some()
}

/// `0.00;100.618,00;1.250.618,00`: debit, credit and balance side by side, of which one of the first two is nothing.
fn columns(line: &str, tokens: &[Token<'_>]) -> Option<(Rupiah, Flow)> {
    let has_fraction = |token: &&Token<'_>| token.text.ends_with(",00") || token.text.ends_with(".00");
    let with_fraction: Vec<Rupiah> = tokens.iter().filter(has_fraction).filter_map(amount).collect();
    let [.., debit, credit, _] = with_fraction.as_slice() else { return None };
    // In a sentence numbers do not stand in columns.
    let is_table = line.contains([';', '\t', '|', '"']) || line.contains("  ") || line.matches(',').count() >= 3;
    match (is_table, debit.is_positive(), credit.is_positive()) {
        (true, false, true) => Some((*credit, Flow::In)),
        (true, true, false) => Some((*debit, Flow::Out)),
        _ => None,
    }
}

/// Whether what stands before it says that it is what is there, not what has moved.
fn is_balance(line: &str, token: &Token<'_>) -> bool {
    const NEAR: usize = 32;
    let before = line.get(..token.start).unwrap_or_default().to_lowercase();
    // The words since the number before it, as far as they are near.
    let own = before.rsplit(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    let own: String = own.chars().skip(own.chars().count().saturating_sub(NEAR)).collect();
    let own = own.replace("saldo masuk", "");
    ["saldo", "sld", "balance", "sisa", "limit", "biaya", "fee"].iter().any(|word| own.contains(word))
}

/// Whether something says that a number is an amount: its currency, its groups or fraction, or the word before it.
fn is_told_as_amount(line: &str, token: &Token<'_>) -> bool {
    const WORDS: [&str; 10] =
        ["masuk", "sebesar", "senilai", "jumlah", "nominal", "total", "amount", "kredit", "dikredit", "transfer"];
    let before = line.get(..token.start).unwrap_or_default();
    if ends_in_currency(before) || token.text.contains(['.', ',']) {
        return true;
    }
    let word = before.trim_end_matches([' ', ':', '=', '+']).rsplit(|c: char| !c.is_alphabetic()).next();
    word.is_some_and(|word| WORDS.contains(&word.to_lowercase().as_str()))
}
