//! What somebody asks before becoming a reseller: whether it is free, what it needs, whether it is safe.

use super::question::{HOW, HOW_MUCH, Heard, is_filler};
use super::signals::{ALREADY, DO_NOT, MISTAKEN, NO, OOPS};
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
    let joins = heard.has(JOIN) || heard.phrase("sign up");
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
        || heard.phrase("butuh apa|perlu apa|what do i need")
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
    } else if heard.phrase("jual apa|jualan apa|ini apa|apa ini|apa itu|buat apa|untuk apa|what is this|what can")
        || (heard.has("produk produknya layanan layanannya isinya jualan jual") && heard.has("apa aja saja lengkap"))
    {
        is(Newcomer::Sells)
    } else {
        None
    }
}

/// Words that may stand before a shop's name: who wants what.
const LEADS: &str = "atas nama namanya bernama a.n a/n dengan dgn saya sy aku gw gua mau mo ingin pengen pgn pengin tolong \
    mohon daftar dftar daftarin daftarkan ndaftar mendaftar registrasi register regis reg gabung join jadi sebagai sbg i want \
    would like please my name is";
/// The same behind one of them: a shop may be called so.
const BEHIND_LEADS: &str =
    "agen reseller member baru untuk utk buat di sini disini ya kak min admin dong ak ku bisa to as an a the";
/// Behind `nama` or `my`, and before the name itself.
const OF_THE_SHOP: &str = "toko tokonya tokoku konter konterku usaha usahanya shop store";
const TAILS: &str = "pin pinnya pinku sandi dengan dgn ya kak min dong makasih terimakasih thanks";

/// A shop's name without the words around it: `saya mau daftar nama toko: Rudi Cell pin:` is `Rudi Cell`.
#[must_use]
pub fn shop_name(said: &str) -> String {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let mut all: Vec<&str> = said.split_whitespace().collect();
    let is_lead = |word: &str, is_first: bool| {
        let plain = plain(word);
        plain.is_empty()
            || words::is_in(LEADS, &plain)
            || words::is_in("a.n a/n", word)
            || (!is_first && words::is_in(BEHIND_LEADS, &plain))
    };
    // `min mau daftar`
    let is_address = |word: &str, rest: &[&str]| {
        words::is_courtesy(word) && rest.first().is_some_and(|next| words::is_in(LEADS, &plain(next)))
    };
    let mut before: Option<String> = None;
    while let [first, rest @ ..] = all.as_slice() {
        let names = before.as_deref().is_some_and(|word| words::is_in("nama namanya bernama name my", word));
        // `nama toko Rudi`; a shop may be called `Toko Rudi` all the same.
        let is_of_the_shop = names && !rest.is_empty() && words::is_in(OF_THE_SHOP, &plain(first));
        if !(is_lead(first, before.is_none()) || is_address(first, rest) || is_of_the_shop) {
            break;
        }
        before = if is_of_the_shop { before } else { Some(plain(first)) };
        all = rest.to_vec();
    }
    while let [rest @ .., last] = all.as_slice() {
        if !(plain(last).is_empty() || words::is_in(TAILS, &plain(last))) {
            break;
        }
        all = rest.to_vec();
    }
    let name = all.join(" ");
    name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')' | '\'' | '"')).to_owned()
}

/// The name in an answer to the question for it, or behind the wish to register; empty where that is all that is said. `None`
/// where the message is about something else.
#[must_use]
pub fn name_to_register(said: &str, is_answer: bool) -> Option<String> {
    const MOST_WORDS: usize = 8;
    const JOIN: &str =
        "daftar dftar daftarin daftarkan ndaftar mendaftar registrasi register regis gabung join agen reseller";
    let text = tidy::tidy(&clean(said));
    // `DAFTAR.Berkah Cell`
    let (text, is_format) = match text.split_once(['.', '#', '*', ',', ';', ':']) {
        Some((lead, rest)) if words::is_in(LEADS, &lead.trim().to_lowercase()) => (format!("{lead} {rest}"), true),
        _ => (text, false),
    };
    let pieces = atoms(&text, false);
    let heard = Heard::of(Cursor::new(&text, &pieces, Context::NONE));
    let joins = heard.has(JOIN);
    let is_a_shops = is_answer && sounds_like_a_shop(&text);
    // `DAFTAR.Ga Cell`: behind the sign stands a name.
    let asks = text.contains('?') || (says_more(&heard) && !is_format);
    if (!joins && !is_answer)
        || (!is_a_shops && (asks || heard.counts))
        || text.split_whitespace().count() > MOST_WORDS + 6
    {
        return None;
    }
    let name = shop_name(&text);
    // `mau daftar min`: nobody is called so.
    let name = if is_in_all(&name, "kak min admin agen reseller ya dong") { String::new() } else { name };
    // `harga pulsa`, `tanya dulu boleh`
    let is_talk = name.split([' ', '-']).all(|word| {
        is_filler(word) || words::puts_off(word) || words::sort(word).is_some() || words::is_in("deposit tiket", word)
    });
    let is_one = name.chars().any(char::is_alphabetic) && !is_talk && name.split_whitespace().count() <= MOST_WORDS;
    match (is_one, name.is_empty()) {
        (true, _) => Some(name),
        (false, true) if joins => Some(name),
        _ => None,
    }
}

/// More than a name.
fn says_more(heard: &Heard<'_>) -> bool {
    heard.has(HOW)
        || heard.has(HOW_MUCH)
        || heard.has_any(&[NO, DO_NOT, ALREADY, MISTAKEN])
        || heard.has("apa apakah kapan kenapa siapa dimana bisa gak ga nggak tidak batal jangan why what when who")
}

/// Whether only a shop is called so, whatever its words mean elsewhere: `Saldo Mart`, `Apa Kabar Cell`, `Toko 88`.
#[must_use]
pub fn sounds_like_a_shop(said: &str) -> bool {
    const FIRST: &str = "toko konter counter warung kios";
    const LAST: &str =
        "cell cellular celluler seluler ponsel phone jaya mart shop store center reload berkah makmur abadi";
    const LONGEST_NUMBER: usize = 3;
    const MOST_WORDS: usize = 6;
    let text = tidy::tidy(&clean(said));
    let pieces = atoms(&text, false);
    let heard = Heard::of(Cursor::new(&text, &pieces, Context::NONE));
    let names: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let digits = |word: &String| word.bytes().filter(u8::is_ascii_digit).count();
    let [first, .., last] = names.as_slice() else { return false };
    let is_short = names.len() <= MOST_WORDS && names.iter().all(|word| digits(word) <= LONGEST_NUMBER);
    let is_called = words::is_in(LAST, last) || (words::is_in(FIRST, first) && !says_more(&heard));
    is_short && is_called && !text.contains('?')
}

/// `bukan, Gita Jaya`, `namanya Gita Jaya`: another name than the one that was taken.
#[must_use]
pub fn name_corrected(said: &str) -> Option<String> {
    const SAYS: &[&str] = &[MISTAKEN, OOPS, "bukan bkn ganti ralat maksudnya maksudku maksud harusnya seharusnya"];
    let plain = |word: &str| words::plain(word.trim_matches(|c: char| !c.is_alphanumeric()));
    let says = |word: &&str| SAYS.iter().any(|list| words::is_in(list, &plain(word)));
    let all: Vec<&str> = said.split_whitespace().collect();
    let count = all.iter().take_while(|word| says(word) || words::is_courtesy(&plain(word))).count();
    let (lead, rest) = all.split_at_checked(count)?;
    let name = name_to_register(&rest.join(" "), true)?;
    let is_said = lead.iter().any(says) || rest.first().is_some_and(|word| words::is_in("nama namanya", &plain(word)));
    (is_said && !name.is_empty()).then_some(name)
}

fn is_in_all(text: &str, list: &str) -> bool {
    text.split_whitespace().all(|word| words::is_in(list, &word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shops_name_stands_among_other_words() {
        for (said, name) in [
            ("nama: Rudi Cell pin:", "Rudi Cell"),
            ("jadi agen nama toko Rudi Cell", "Rudi Cell"),
            ("saya mau daftar jadi agen nama toko Rudi Cell", "Rudi Cell"),
            ("Toko Rudi", "Toko Rudi"),
            ("nama toko saya Warung Bu Tini", "Warung Bu Tini"),
            ("atas nama Slamet Riyadi", "Slamet Riyadi"),
            ("Budi (2) Cell", "Budi (2) Cell"),
            ("Baru Cell", "Baru Cell"),
            ("Kak Ros Cell", "Kak Ros Cell"),
            ("Agen Jaya", "Agen Jaya"),
            ("mau daftar kak", ""),
            ("min mau daftar jadi agen", ""),
        ] {
            assert_eq!(shop_name(said), name, "{said}");
        }
        for (said, name) in [
            ("daftar Warung Rudi", Some("Warung Rudi")),
            ("DAFTAR.Berkah Cell", Some("Berkah Cell")),
            ("mau daftar jadi agen", Some("")),
            ("daftar", Some("")),
            ("daftar gimana caranya", None),
            ("daftar pulsa", None),
            ("s10 081234567890", None),
            ("halo", None),
        ] {
            assert_eq!(name_to_register(said, false).as_deref(), name, "{said}");
        }
        for (said, name) in [
            ("Warung Rudi", Some("Warung Rudi")),
            ("namanya Rudi Cell ya kak", Some("Rudi Cell")),
            ("Toko 88", Some("Toko 88")),
            ("99 Cell", Some("99 Cell")),
            ("Konter Pulsa Murah 24 Jam", Some("Konter Pulsa Murah 24 Jam")),
            ("Saldo Mart", Some("Saldo Mart")),
            ("Apa Kabar Cell", Some("Apa Kabar Cell")),
            ("Terima Kasih Cell", Some("Terima Kasih Cell")),
            ("toko apa ini", None),
            ("bisa buka toko cell?", None),
            ("konter saya 081234567890", None),
            ("gratis gak?", None),
            ("081234567890", None),
            ("s10 081234567890", None),
            ("harga pulsa", None),
            ("ga jadi", None),
            ("mau tanya dulu boleh", None),
            ("mau tanya-tanya dulu", None),
            ("DAFTAR.Ga Cell", Some("Ga Cell")),
        ] {
            assert_eq!(name_to_register(said, true).as_deref(), name, "{said}");
        }
        for (said, name) in [
            ("bukan, Gita Jaya", Some("Gita Jaya")),
            ("eh salah, Gita Jaya Cell kak", Some("Gita Jaya Cell")),
            ("ralat: nama toko Gita Jaya", Some("Gita Jaya")),
            ("namanya Gita Jaya", Some("Gita Jaya")),
            ("Gita Jaya", None),
            ("bukan", None),
            ("salah pin", None),
            ("gratis ga", None),
        ] {
            assert_eq!(name_corrected(said).as_deref(), name, "{said}");
        }
    }

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
