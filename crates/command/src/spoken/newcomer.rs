//! What somebody asks before becoming a reseller: whether it is free, what it needs, whether it is safe.

use super::question::{HOW, HOW_MUCH, Heard};
use super::{tidy, words};
use crate::read::{Context, Cursor, atoms};
use konter_core::phone::clean;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Newcomer {
    Free,
    /// What has to be handed in.
    Needs,
    /// With how much money one begins.
    Capital,
    Bot,
    Invited,
    Profit,
    Safe,
    /// Where and how one registers.
    Joins,
    /// Whether one has to own a shop.
    Shop,
    /// What can be sold.
    Sells,
}

/// What is asked; `None` where it is anything else, or says more than it asks.
#[must_use]
pub fn asked_by_newcomer(text: &str) -> Option<Newcomer> {
    const MOST_WORDS: usize = 14;
    const JOIN: &str =
        "daftar daftarnya dftar pendaftaran gabung bergabung join registrasi register mendaftar ndaftar regis agen";
    const HAVE: &str = "harus wajib perlu punya mesti tanpa have must";
    const SHOPS: &str = "toko konter warung counter kios ruko outlet usaha shop store";
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let heard = Heard::of(Cursor::new(&text, &pieces, Context::NONE));
    if heard.counts || heard.words.is_empty() || heard.words.len() > MOST_WORDS {
        return None;
    }
    let joins = heard.has(JOIN) || heard.phrase(&["sign up"]);
    let asks_how = heard.has(HOW) || heard.has("dimana dmn mana where lewat kemana");
    let about_ware = heard.words.iter().any(|word| words::sort(word).is_some() || words::brand(word).is_some());
    let is = |asked: Newcomer| Some(asked);
    if heard.has("bot robot mesin ai") {
        is(Newcomer::Bot)
    } else if heard.has(
        "aman amankah amanah terpercaya percaya resmi legal penipu penipuan nipu tipu scam bohong bohongan safe legit",
    ) {
        is(Newcomer::Safe)
    } else if heard.has("diundang diajak undangan invited")
        || (heard.has("teman temen kawan sodara saudara friend")
            && heard.has("undang ajak suruh disuruh dikasih rekomendasi"))
    {
        is(Newcomer::Invited)
    } else if heard.has("gratis gratiskah free dipungut pungutan iuran nyoba coba trial")
        || (heard.has("biaya biayanya bayar bayarnya berbayar")
            && (joins || heard.has("ada bulanan apa ga gak nggak") || heard.has(HOW_MUCH))
            && !about_ware
            && !heard.has("tagihan"))
    {
        is(Newcomer::Free)
    } else if heard.has("syarat syaratnya persyaratan ktp dokumen requirements requirement")
        || heard.phrase(&["butuh apa", "perlu apa", "what do i need"])
    {
        is(Newcomer::Needs)
    } else if (heard.has(HAVE) && heard.has(SHOPS)) || heard.has("pribadi perorangan personal") {
        is(Newcomer::Shop)
    } else if heard.has("modal modalnya")
        || (heard.has("deposit depositnya depo saldo saldonya")
            && (heard.has("minimal minim min awal") || heard.has(HOW)))
    {
        is(Newcomer::Capital)
    } else if heard.has(
        "untung untungnya keuntungan keuntungannya laba labanya komisi komisinya cuan profit margin penghasilan earn",
    ) {
        is(Newcomer::Profit)
    } else if joins && asks_how {
        is(Newcomer::Joins)
    } else if heard.phrase(&[
        "jual apa",
        "jualan apa",
        "ini apa",
        "apa ini",
        "apa itu",
        "buat apa",
        "untuk apa",
        "what is this",
        "what can",
    ]) || (heard.has("produk produknya layanan layanannya isinya jualan jual")
        && heard.has("apa aja saja lengkap"))
    {
        is(Newcomer::Sells)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_newcomers_ask_is_told_apart() {
        use Newcomer::{Bot, Capital, Free, Invited, Joins, Needs, Profit, Safe, Sells, Shop};
        for (text, asked) in [
            ("gratis?", Free),
            ("daftar gratis ga", Free),
            ("bayar berapa daftarnya", Free),
            ("ada biaya bulanan?", Free),
            ("is it free?", Free),
            ("saya mau coba dulu bisa", Free),
            ("syaratnya apa", Needs),
            ("syarat jadi agen apa aja kak", Needs),
            ("perlu ktp ga", Needs),
            ("modal berapa", Capital),
            ("minimal deposit berapa", Capital),
            ("cara deposit gimana", Capital),
            ("ini bot apa orang?", Bot),
            ("are you a bot?", Bot),
            ("diundang teman", Invited),
            ("disuruh teman ke sini", Invited),
            ("untungnya berapa", Profit),
            ("dapat komisi ga", Profit),
            ("aman ga", Safe),
            ("ini aman gak? takut penipuan", Safe),
            ("resmi ga", Safe),
            ("daftar dimana", Joins),
            ("cara daftarnya gimana", Joins),
            ("how do i join", Joins),
            ("harus punya toko?", Shop),
            ("bisa buat pribadi?", Shop),
            ("bisa jual apa aja", Sells),
            ("ini apa ya", Sells),
        ] {
            assert_eq!(asked_by_newcomer(text), Some(asked), "{text}");
        }
        for text in [
            "halo",
            "mau daftar",
            "DAFTAR.Budi.4821",
            "berapa harga telkomsel 10?",
            "akun lama saya hilang",
            "jual pulsa?",
        ] {
            assert_eq!(asked_by_newcomer(text), None, "{text}");
        }
    }
}
