//! What keeps a line from being a plain payment: that it came to nothing or was taken back, and that somebody only talks
//! of it. Money is given for what a bank says has come in, for nothing else.

/// It failed, was taken back, or is put right: whatever stands beside it.
const UNDONE: &str = "gagal ggl batal dibatalkan pembatalan dikembalikan pengembalian kembali refund reversal reversed \
    reverse rev rvsl retur return returned koreksi correction ditolak tolak tertunda ditunda tertahan ditahan pending \
    failed fail cancel cancelled canceled rejected declined kadaluarsa kedaluwarsa expired belum blm blom not void";

/// Not now, perhaps, for something else, or by hearsay: nothing a bank says of what has come in.
const TALK: &str = "akan bakal nanti ntar besok lusa segera kalau kalo klo klau jika bila apabila semoga mungkin \
    sepertinya kayaknya harusnya seharusnya tidak tdk ga gak nggak ngga enggak gk tapi tp tetapi kok apa apakah kapan \
    bilang blg katanya kata ngaku ngakunya kabari kabarin infoin tolong mohon tunggu tagihan tempo invoice topup \
    menunggu diproses will if when please maybe tomorrow promo cashback hadiah menangkan pinjaman";
const TALKED: [&str; 8] =
    ["top up", "top-up", "sudah transfer", "udah transfer", "sudah tf", "udah tf", "sdh tf", "mau transfer"];

fn has_word(text: &str, list: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| list.split_whitespace().any(|known| known == word))
}

/// Whether the lines of one payment say that nothing came of it.
pub(super) fn is_undone(text: &str) -> bool {
    has_word(&text.to_lowercase(), UNDONE)
}

/// Whether somebody talks of money, or asks, where a bank would tell. What a bank adds in sentences of their own, without
/// an amount in them, says nothing of it: `Bukan Anda? Hubungi 14000`.
pub(super) fn is_talk(line: &str) -> bool {
    let line = line.to_lowercase();
    let is_said = |sentence: &str| {
        sentence.contains('?') || has_word(sentence, TALK) || TALKED.iter().any(|words| sentence.contains(words))
    };
    sentences(&line).any(|sentence| sentence.contains(|c: char| c.is_ascii_digit()) && is_said(sentence))
}

/// The text without the sentences that ask or suppose.
pub(super) fn without_questions(text: &str) -> String {
    let is_plain = |sentence: &&str| !sentence.contains('?') && !has_word(&sentence.to_lowercase(), TALK);
    text.lines().flat_map(sentences).filter(is_plain).collect::<Vec<_>>().join("\n")
}

/// Cut behind `.`, `!`, `?` and `;` where a blank follows: a dot may group an amount.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end =
            [". ", "! ", "? ", "; "].iter().filter_map(|end| rest.find(end)).min().map_or(rest.len(), |at| at + 1);
        let (sentence, behind) = rest.split_at_checked(end)?;
        rest = behind.trim_start();
        Some(sentence)
    })
}
