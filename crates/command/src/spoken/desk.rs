//! What an owner asks for in everyday words, as the command that does it. It is shown, never done.

use super::question::Heard;
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
        .or_else(|| of_product(&heard))
        .or_else(|| of_category(&heard))
        .or_else(|| of_ticket(&heard))
        .or_else(|| of_shop(&heard))
}

fn of_agent(heard: &Heard<'_>) -> Option<String> {
    const ADDS: &str = "isi isiin isikan tambah tambahin tambahkan topup deposit depo dep kirim transfer tf trf add";
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

fn of_product(heard: &Heard<'_>) -> Option<String> {
    let is_sold = |code: &ProductCode| (heard.said.context.kinds)(code, NamedAs::Code).is_some();
    let mut codes = heard.words.iter().filter_map(|word| word.parse::<ProductCode>().ok()).filter(is_sold);
    let (Some(code), None) = (codes.next(), codes.next()) else { return None };
    let sums: Vec<Rupiah> = heard
        .counted()
        .filter(|atom| !atom.text.eq_ignore_ascii_case(code.as_str()))
        .filter_map(|atom| amount::read(atom.text, false).ok())
        .collect();
    match sums.as_slice() {
        [price] if heard.has("harga hargajual naik naikkan naikin turun turunkan turunin jadi jual ubah ganti set") => {
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
    let sums = words::sums(heard.said);
    let [sum] = sums.as_slice() else { return None };
    let sign = if heard.has("naik naikkan naikin") {
        '+'
    } else if heard.has("turun turunkan turunin") {
        '-'
    } else {
        return None;
    };
    let (first, rest) = brand.split_at_checked(1)?;
    Some(format!("/hargajual kategori {}{rest} {sign}{}", first.to_uppercase(), sum.get()))
}

/// `/terima 5`
fn of_ticket(heard: &Heard<'_>) -> Option<String> {
    const LONGEST: usize = 6; // digits: longer ones are sums and phone numbers
    let numbers: Vec<&str> = heard.counted().map(|atom| atom.text.trim_start_matches('#')).collect();
    let [number] = numbers.as_slice() else { return None };
    let is_number = number.len() <= LONGEST && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && heard.has("terima setujui setuju approve")).then(|| format!("/acc {number}"))
}

fn of_shop(heard: &Heard<'_>) -> Option<String> {
    if heard.counts {
        return None;
    }
    let line = if heard.has("pengumuman siaran siarkan umumkan broadcast") {
        "/siaran "
    } else if heard.has("nyangkut gantung ngegantung pending stuck tertahan") {
        "/pending"
    } else if heard.has("supplier suppliers pemasok h2h") {
        "/supplier"
    } else if heard.has("staf staff pegawai karyawan admin operator") {
        "/peran"
    } else if heard.has("limit") {
        "/batas"
    } else if heard.has("agen agenku reseller agents resellers")
        && heard.has("siapa daftar list semua lihat berapa cek aja")
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
