//! What an owner asks for in everyday words, as the command that does it. It is shown, never done.

use super::question::Heard;
use super::{tidy, words};
use crate::read::{Atom, Context, Cursor, Kinds, NamedAs, amount, atoms};
use crate::table::is_reserved;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::phone::clean;

/// The line to type, as far as it is plain.
#[must_use]
pub fn desk_line(text: &str, kinds: &Kinds<'_>) -> Option<String> {
    if text.starts_with('/') || text.len() > super::LONGEST {
        return None;
    }
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    if pieces.len() > super::MOST_ATOMS {
        return None;
    }
    let context = Context { kinds, knows_products: true, is_word: is_reserved, reference: None };
    let heard = Heard::of(Cursor::new(&text, &pieces, context));
    of_agent(&heard).or_else(|| of_product(&heard)).or_else(|| of_shop(&heard))
}

fn of_agent(heard: &Heard<'_>) -> Option<String> {
    let agent = heard.only_agent()?;
    let others: Vec<&Atom<'_>> = heard.counted().filter(|atom| atom.text.parse::<AgentId>().is_err()).collect();
    if others.is_empty() && heard.said_sum().is_none() {
        let verb = if heard.has("blokir blok block") && !heard.has("buka") {
            "/blokir"
        } else if heard.has("buka bukain aktifkan unblok") {
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
    let sum = heard.sum()?.get();
    if heard.has("balikin kembalikan kembaliin tarik tarikin kurangi potong salah") {
        return Some(format!("/deposit {agent} -{sum}"));
    }
    let adds = "isi isiin isikan tambah tambahin tambahkan topup deposit depo dep kirim transfer tf trf saldo add";
    heard.has(adds).then(|| format!("/deposit {agent} {sum}"))
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
        [] if heard.has("tutup tutupin stop close") => Some(format!("/tutup {code}")),
        [] if heard.has("buka bukain open") => Some(format!("/buka {code}")),
        _ => None,
    }
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
    } else if heard.has("agen agenku reseller agents resellers")
        && heard.has("siapa daftar list semua lihat berapa cek aja")
    {
        "/agen"
    } else if heard.has("jualan jualannya penjualan omset laba untung") && heard.has("gimana gmn berapa hari ini how") {
        "/rekap"
    } else {
        return None;
    };
    Some(line.trim_end().to_owned())
}

impl Heard<'_> {
    /// A sum in words.
    fn said_sum(&self) -> Option<Rupiah> {
        self.sum().filter(|_| self.words.iter().any(|word| words::is_number(word)))
    }
}
