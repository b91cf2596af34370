//! What an owner asks for in everyday words, as the command that does it. It is shown, never done.

use super::question::{self, Heard};
use super::signals::ALREADY;
use super::{below, tidy, words};
use crate::deposit::MIN_TICKET;
use crate::meaning::Command;
use crate::read::{AgentRef, Atom, Context, Cursor, Kinds, NamedAs, amount, atoms};
use crate::table::is_reserved;
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::phone::clean;

/// The line to type, as far as it is plain. A slash before a word that is no command changes nothing: `/tambah saldo …`.
#[must_use]
pub fn desk_line(text: &str, kinds: &Kinds<'_>) -> Option<String> {
    if text.len() > super::LONGEST {
        return None;
    }
    let text = tidy::tidy(clean(text).trim().trim_start_matches('/'));
    let pieces = atoms(&text, false);
    if pieces.len() > super::MOST_ATOMS {
        return None;
    }
    let context = Context { kinds, knows_products: true, is_word: is_reserved, reference: None };
    let heard = Heard::of(Cursor::new(&text, &pieces, context));
    of_agent(&heard)
        .or_else(|| of_somebody(&heard))
        .or_else(|| of_product(&heard))
        .or_else(|| of_category(&heard))
        .or_else(|| of_shop(&heard))
}

/// `gagal 13 nomor salah`, `acc 4`, `refund trx 13`: a decision on an order or a ticket, whose word stands in front of its
/// number. A slash before it changes nothing.
#[must_use]
pub fn decision_line(text: &str) -> Option<String> {
    const LONGEST: usize = 6; // digits: longer ones are sums and phone numbers
    const OF: &str = "trx transaksi order orderan pesanan tiket ticket deposit no nomor nomer yang ulang lagi";
    const FAILED: &str = "gagal gagalin gagalkan refund refundkan batalkan batalin kembalikan balikin";
    const DELIVERED: &str = "sukses sukseskan suksesin";
    const ACCEPTS: &str = "acc setujui terima setuju approve";
    const REFUSES: &str = "tolak tolakin reject";
    if text.len() > super::LONGEST {
        return None;
    }
    let text = clean(text);
    let text = text.trim().trim_start_matches('/');
    let pieces = atoms(text, false);
    let at = pieces.iter().position(|atom| atom.text.bytes().any(|b| b.is_ascii_digit()))?;
    let (before, number) = (pieces.get(..at)?, pieces.get(at)?);
    let before: Vec<String> = before.iter().map(|atom| words::plain(atom.text)).collect();
    let has = |list: &str| before.iter().any(|word| words::is_in(list, word));
    let is_known = |word: &String| {
        words::is_courtesy(word)
            || words::is_in("cek tanya cekulang recheck", word)
            || [OF, FAILED, DELIVERED, ACCEPTS, REFUSES].iter().any(|list| words::is_in(list, word))
    };
    if !number.is_digits()
        || number.text.len() > LONGEST
        || number.text.starts_with('0')
        || !before.iter().all(is_known)
    {
        return None;
    }
    let mut behind = text.get(number.end()..)?.trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    // `trx 3 sudah sukses sn 0041…`
    let is = |list: &str, word: &str| words::is_in(list, &words::plain(word));
    let mut said = behind;
    let mut verdict = None;
    while has(OF) && verdict.is_none() {
        let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        verdict = [FAILED, DELIVERED].into_iter().find(|list| is(list, word));
        if verdict.is_none() && !is(ALREADY, word) {
            break;
        }
        said = rest.trim();
    }
    if verdict.is_some() {
        behind = said;
    }
    let number = number.text;
    let or = |instead: &'static str| if behind.is_empty() { instead } else { behind };
    Some(if has(FAILED) || verdict == Some(FAILED) {
        format!("/gagal {number} {}", or("ALASAN"))
    } else if has(DELIVERED) || verdict == Some(DELIVERED) {
        format!("/sukses {number} {}", or("SN"))
    } else if has(ACCEPTS) {
        format!("/acc {number}")
    } else if has(REFUSES) {
        format!("/tolak {number} {behind}").trim_end().to_owned()
    } else if has("cekulang recheck") || (has("cek tanya") && has("ulang lagi")) {
        format!("/cekulang {number}")
    } else if behind.is_empty() && has("trx transaksi order orderan pesanan") {
        format!("/order {number}")
    } else {
        return None;
    })
}

const UP: &str = "naik naikkan naikin naikan tambah tambahin tambahkan";
const DOWN: &str = "turun turunkan turunin turunan kurangi kurangin kurangkan";
/// Nothing is sold for less: a smaller sum is what a price changes by.
const LOWEST_PRICE: i64 = 5_000;

const ADDS: &str =
    "isi isiin isikan tambah tambahin tambahkan topup deposit depo dep kirim transfer tf trf add setor nyetor setoran";

fn of_agent(heard: &Heard<'_>) -> Option<String> {
    let agent = match heard.named_agent()? {
        AgentRef::Phone(phone) => phone.to_string(),
        _ => heard.only_agent()?.to_string(),
    };
    let others: Vec<Atom<'_>> = heard.counted().filter(|atom| !below::names_somebody(atom)).copied().collect();
    let said: Vec<Atom<'_>> = heard.said.atoms.iter().filter(|atom| !below::names_somebody(atom)).copied().collect();
    let sum = words::sums(heard.said.over(&said)).into_iter().find(|sum| sum.get() >= MIN_TICKET);
    if others.is_empty() && sum.is_none() {
        if heard.has(ADDS) {
            return Some(format!("/deposit {agent} JUMLAH"));
        }
        let verb = if heard.has("blokir blok block") && !heard.has("buka") {
            "/blokir"
        } else if heard.has("buka bukain aktifkan unblok unblock unblokir bukablokir") {
            "/buka"
        } else if heard.has("reset resetin resetpin") {
            "/resetpin"
        } else if heard.has("setujui terima acc approve") {
            "/setujui"
        } else {
            "/agen"
        };
        return Some(format!("{verb} {agent}"));
    }
    let sum = sum?.get();
    if heard.has("balikin kembalikan kembaliin tarik tarikin kurangi potong salah") {
        return Some(format!("/deposit {agent} -{sum}"));
    }
    (heard.has(ADDS) || heard.has("saldo")).then(|| format!("/deposit {agent} {sum}"))
}

/// `blokir siti`, `tambahin saldo budi 50rb`: who that is has to be found first.
fn of_somebody(heard: &Heard<'_>) -> Option<String> {
    const ON_THEM: &str = "blokir blok block buka bukain aktifkan unblok reset resetin setujui";
    let is_sold = |word: &str| {
        let code = word.parse::<ProductCode>().ok();
        code.is_some_and(|code| (heard.said.context.kinds)(&code, NamedAs::Code).is_some())
    };
    let is_name = |word: &&str| {
        !question::is_filler(word) && !words::is_in(ON_THEM, word) && !words::is_in("akun agen pin kategori", word)
    };
    let adds = heard.has(ADDS) && heard.words.iter().any(|word| words::is_balance(word)) && heard.dest().is_none();
    if let Some(sum) = heard.sum().filter(|_| adds) {
        return Some(format!("/deposit KODE {}", sum.get()));
    }
    let names: Vec<&str> = heard.words.iter().map(String::as_str).filter(is_name).collect();
    let [name] = names.as_slice() else { return None };
    let is_one = heard.has(ON_THEM) && !heard.counts && words::brand(name).is_none() && !is_sold(name);
    is_one.then(|| format!("/cari {name}"))
}

fn of_product(heard: &Heard<'_>) -> Option<String> {
    let is_sold = |code: &ProductCode| (heard.said.context.kinds)(code, NamedAs::Code).is_some();
    let mut codes = heard.words.iter().filter_map(|word| word.parse::<ProductCode>().ok()).filter(is_sold);
    let (Some(code), None) = (codes.next(), codes.next()) else { return None };
    let sums: Vec<Rupiah> = heard
        .counted()
        .filter(|atom| !atom.text.eq_ignore_ascii_case(code.as_str()))
        .filter_map(|atom| amount::read(atom.text, false).ok())
        .collect();
    // `naikkan harga s10 100`: by so much, where it does not say to what.
    let is_step = |sum: &Rupiah| sum.get() < LOWEST_PRICE && !heard.has("jadi jadiin jadikan menjadi ke");
    match sums.as_slice() {
        [step] if is_step(step) && heard.has(UP) => Some(format!("/hargajual {code} +{}", step.get())),
        [step] if is_step(step) && heard.has(DOWN) => Some(format!("/hargajual {code} -{}", step.get())),
        [price] if heard.has("harga hargajual jadi jual ubah ganti set") || heard.has_any(&[UP, DOWN]) => {
            Some(format!("/hargajual {code} {}", price.get()))
        }
        [] if heard.has("tutup tutupin stop close hapus matikan nonaktifkan") => Some(format!("/tutup {code}")),
        [] if heard.has("buka bukain open aktifkan") => Some(format!("/buka {code}")),
        _ => None,
    }
}

/// `naikkan semua harga telkomsel 100`
fn of_category(heard: &Heard<'_>) -> Option<String> {
    let brand = heard.words.iter().find_map(|word| words::brand(word))?;
    let (first, rest) = brand.split_at_checked(1)?;
    let name = format!("{}{rest}", first.to_uppercase());
    if !heard.counts && heard.has("tutup tutupin matikan stop") {
        return Some(format!("/tutup kategori {name}"));
    }
    if !heard.counts && heard.has("buka bukain") {
        return Some(format!("/buka kategori {name}"));
    }
    let sums = words::sums(heard.said);
    let [sum] = sums.as_slice() else { return None };
    let sign = if heard.has(UP) {
        '+'
    } else if heard.has(DOWN) {
        '-'
    } else {
        return None;
    };
    Some(format!("/hargajual kategori {name} {sign}{}", sum.get()))
}

fn of_shop(heard: &Heard<'_>) -> Option<String> {
    // `refund nomor 0812…`
    if heard.dest().is_some() && heard.has("refund gagal gagalin gagalkan batalin batalkan nyangkut pending belum blm")
    {
        return Some("/pending".to_owned());
    }
    if heard.counts && !heard.has("modal modalnya") {
        return None;
    }
    let tells_all = heard.has("tau tahu beritahu kabarin kabari infokan") && heard.has("semua");
    let line = if heard.has("pengumuman siaran siarkan umumkan broadcast") || tells_all {
        "/siaran "
    } else if heard.has("pendingan pendingannya nyangkut gantung ngegantung pending stuck tertahan") {
        "/pending"
    } else if heard.has("supplier suppliers pemasok h2h") {
        "/supplier"
    } else if heard.has("staf staff pegawai karyawan admin operator") {
        "/peran"
    } else if heard.has("acc terima setujui") && heard.has("semua smua") {
        "/tiket"
    } else if heard.has("modal modalnya") {
        "/katalog"
    } else if heard.has("limit") {
        "/batas"
    } else if heard.has("agen agenku reseller agents resellers")
        && heard.has("siapa daftar list semua lihat berapa cek aja")
        || (heard.has("siapa") && heard.words.iter().any(|word| words::is_balance(word)))
        || (heard.has("daftar mendaftar pendaftar") && heard.has("ada siapa berapa"))
    {
        "/agen"
    } else if heard.has("jualan jualannya penjualan omset laba untung transaksi trx")
        && heard.has("gimana gmn berapa hari ini how")
    {
        "/rekap"
    } else {
        return None;
    };
    Some(line.trim_end().to_owned())
}

/// `/deposit 50000 kr0001`: the parts of a command in another order, where just one order of them is one.
#[must_use]
pub fn slash_line(text: &str) -> Option<String> {
    /// More words are a story.
    const MOST: usize = 12;
    let text = clean(text);
    let (word, rest) = text.trim().split_once(char::is_whitespace).filter(|(word, _)| word.starts_with('/'))?;
    let parts: Vec<&str> = rest.split_whitespace().collect();
    if parts.len() > MOST {
        return None;
    }
    let with_first = |at: usize| {
        let mut parts = parts.clone();
        let first = parts.remove(at);
        let has = |word: &str, is: fn(&u8) -> bool| word.bytes().any(|b| is(&b));
        // Of two numbers either may be the first.
        let is_other =
            has(first, u8::is_ascii_alphabetic) || !parts.first().is_some_and(|part| has(part, u8::is_ascii_digit));
        let is_named = has(first, u8::is_ascii_digit) && is_other;
        let line = format!("{word} {first} {}", parts.join(" "));
        (is_named && matches!(crate::parse_formats(&line), Command::Admin(_))).then_some(line)
    };
    let mut lines = (1..parts.len()).filter_map(with_first);
    lines.next().filter(|_| lines.next().is_none())
}
