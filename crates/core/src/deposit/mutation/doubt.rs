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
const TALKED: [&str; 11] = [
    "sudah masuk",
    "udah masuk",
    "sdh masuk",
    "top up",
    "top-up",
    "sudah transfer",
    "udah transfer",
    "sudah tf",
    "udah tf",
    "sdh tf",
    "mau transfer",
];

/// Which word of the list stands there.
fn word_of(text: &str, list: &'static str) -> Option<&'static str> {
    text.split(|c: char| !c.is_alphanumeric()).find_map(|word| list.split_whitespace().find(|known| *known == word))
}

/// The word by which the lines of one payment say that nothing came of it.
pub(super) fn undone_by(text: &str) -> Option<&'static str> {
    word_of(&text.to_lowercase(), UNDONE)
}

/// The word by which somebody talks of money, or asks, where a bank would tell. What a bank adds in sentences of their own,
/// without an amount in them, says nothing of it: `Bukan Anda? Hubungi 14000`.
pub(super) fn talked_by(line: &str) -> Option<&'static str> {
    let line = line.to_lowercase();
    let said_by = |sentence: &str| {
        let asks = sentence.contains('?').then_some("?");
        asks.or_else(|| word_of(sentence, TALK)).or_else(|| TALKED.into_iter().find(|words| sentence.contains(words)))
    };
    sentences(&line).filter(|sentence| sentence.contains(|c: char| c.is_ascii_digit())).find_map(said_by)
}

/// The text without the sentences that ask or suppose.
pub(super) fn without_questions(text: &str) -> String {
    let is_plain = |sentence: &&str| !sentence.contains('?') && word_of(&sentence.to_lowercase(), TALK).is_none();
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
