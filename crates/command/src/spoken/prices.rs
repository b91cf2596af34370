//! Questions about what is sold: its price, whether there is any, whether it is in trouble.

use std::num::NonZeroU32;

use super::question::{ARRIVED, GOODS, HOW_MUCH, Heard, PRICE, is_filler, is_price};
use super::small::Talk;
use super::wish::{HIGHEST, Wish};
use super::words;
use crate::deposit::MIN_TICKET;
use crate::meaning::Command;
use crate::read::{Atom, NamedAs, PriceFilter, amount, nominal};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;

/// What a question about prices names.
#[derive(Default)]
struct Named {
    codes: Vec<PriceFilter>,
    brand: Option<&'static str>,
    sort: Option<words::Sort>,
    nominal: Option<Rupiah>,
    /// Megabytes of data.
    size: Option<NonZeroU32>,
    /// What else may be a category.
    others: Vec<PriceFilter>,
}

impl Named {
    fn read(heard: &Heard<'_>) -> Self {
        const LONGEST_CODE: usize = 10;
        let mut named = Self::default();
        for atom in heard.said.atoms {
            let text = atom.text.trim_matches(|c: char| !c.is_alphanumeric());
            let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
            let is_sold = |code| (heard.said.context.kinds)(&code, NamedAs::Code).is_some();
            let is_code = text.parse().is_ok_and(is_sold)
                || (has(u8::is_ascii_digit)
                    && has(u8::is_ascii_alphabetic)
                    && text.len() <= LONGEST_CODE
                    && words::brand(text).is_none());
            let begins = text.starts_with(|c: char| c.is_ascii_digit());
            let with_unit = begins.then(|| amount::read(text, false).ok()).flatten();
            let is_face_value = |sum: &Rupiah| (MIN_TICKET..=HIGHEST).contains(&sum.get()) && !text.starts_with('0');
            let sum = nominal(&Atom { text, ..*atom }).or_else(|| with_unit.filter(is_face_value));
            let size = words::data_size(text).filter(|_| !text.parse().is_ok_and(is_sold));
            let is_code = is_code && sum.is_none() && size.is_none();
            let changes_nothing = text.is_empty()
                || atom.is_digits()
                || is_filler(text)
                || is_price(text)
                || words::is_in(SOLD, &words::plain(text))
                || words::is_in("kena kenanya jatuhnya admin modal modalnya", &words::plain(text))
                || words::is_to(text)
                || words::is_size(text)
                || words::is_or_not(text)
                || words::is_ordering(text)
                || words::is_balance(text);
            if let Some(size) = size {
                named.size = Some(size);
                named.sort.get_or_insert(words::Sort::Data);
            } else if is_code {
                named.codes.push(PriceFilter::Word(text.to_uppercase()));
            } else if let Some(brand) = words::brand(text) {
                named.brand = Some(brand);
            } else if let Some(sort) = words::sort(text) {
                named.sort = Some(if named.sort == Some(words::Sort::Token) { words::Sort::Token } else { sort });
            } else if let Some(sum) = sum {
                named.nominal = Some(sum);
            } else if !changes_nothing {
                named.others.push(PriceFilter::Word(text.to_uppercase()));
            }
        }
        named
    }

    const fn is_something(&self) -> bool {
        !self.codes.is_empty() || self.brand.is_some() || self.sort.is_some() || self.nominal.is_some()
    }

    /// One thing by its sort and operator is a wish, whose price is shown with it; all else is a price list.
    fn command(self) -> Command {
        let Self { codes, brand, sort, nominal, size, others } = &self;
        let narrowed = brand.is_some() && (nominal.is_some() || *sort == Some(words::Sort::Data));
        if codes.is_empty() && others.is_empty() && narrowed {
            let (brand, sort, nominal, size) = (brand.map(str::to_owned), *sort, *nominal, *size);
            return Command::Wish(Wish { sort, brand, nominal, size, ..Wish::default() });
        }
        Command::Prices { filters: self.filters() }
    }

    fn filters(self) -> Vec<PriceFilter> {
        let Self { mut codes, brand, sort, nominal, mut others, .. } = self;
        codes.extend(brand.map(|brand| PriceFilter::Word(brand.to_uppercase())));
        codes.extend(match sort {
            Some(words::Sort::Token) => Some(PriceFilter::Word("TOKEN".to_owned())),
            Some(words::Sort::Data) => Some(PriceFilter::Word("DATA".to_owned())),
            Some(words::Sort::Credit) | None => None,
        });
        codes.append(&mut others);
        if codes.is_empty() {
            codes.extend(nominal.map(PriceFilter::Nominal));
        }
        codes
    }
}

/// Whether something is to be had.
const SOLD: &str = "ready redi ada jual tersedia kosong aman have sell available stok stock ditutup tutup close";

/// `telkomsel gangguan ya?`, `xl lagi error?`: what can be bought at the moment is told, and no prices.
pub(super) fn disturbance(heard: &Heard<'_>) -> Option<Command> {
    const DISTURBED: &str = "gangguan ganguan ggn gangguannya gangguankah ngadat trouble troubel maintenance perbaikan";
    /// Of an operator or a product; of an order they say that it failed.
    const PERHAPS: &str = "error eror erorr down offline normal problem problems issue issues lemot mati lancar";
    const EVERYTHING: &str = "semua server produk sistem apa ada semuanya any all";
    let named = Named::read(heard);
    let is_named = !named.codes.is_empty() || named.brand.is_some() || named.sort == Some(words::Sort::Token);
    // `info s10 gangguan` tells the admins.
    let tells = heard.first() == "info" || heard.has("lapor komplain");
    let is_system = heard.has("server sistem system aplikasi") && !heard.has("normal lancar");
    let speaks = heard.has(DISTURBED)
        || (heard.has(PERHAPS) && (is_named || is_system) && !heard.has(ARRIVED) && !heard.has(GOODS));
    let is_whole = is_named || is_system || named.sort.is_some() || heard.has(EVERYTHING) || heard.only(&[DISTURBED]);
    if tells || !speaks || !is_whole || heard.dest().is_some() {
        return None;
    }
    let named = Named { nominal: None, others: Vec::new(), ..named };
    Some(Command::Talk(Talk::Disturbance { named: named.filters() }))
}

/// `naikkan harga s10 100`, `turunin s10 jadi 10600`: a price is to be another.
pub(super) fn changes(heard: &Heard<'_>) -> Option<Command> {
    const CHANGES: &str =
        "naikkan naikin naikan naekin naekkan turunkan turunin turunan kurangi kurangin ubah ganti rubah";
    let is_sold = |atom: &Atom<'_>| {
        let code = atom.text.parse::<ProductCode>().ok()?;
        (heard.said.context.kinds)(&code, NamedAs::Code).map(|_| code)
    };
    let product = heard.said.atoms.iter().find_map(is_sold);
    let of_price = heard.words.iter().any(|word| is_price(word));
    let is_change = heard.has(CHANGES) && heard.dest().is_none() && !heard.said.text.contains('?');
    let is_meant =
        (of_price && (product.is_some() || heard.counts)) || (product.is_some() && heard.counted().count() > 1);
    (is_change && is_meant).then_some(Command::Talk(Talk::ChangesPrice { product }))
}

pub(super) fn read(heard: &Heard<'_>) -> Option<Command> {
    // `kalau 0812… s10 berapa`: only a question is one, whatever else stands there.
    let asks = heard.has(PRICE) || heard.has(HOW_MUCH);
    let named = Named::read(heard);
    if heard.dest().is_some() && !(asks && named.is_something()) {
        return None;
    }
    let how_much = heard.has(HOW_MUCH) && !heard.words.iter().any(|word| words::is_balance(word));
    // `info s10 gangguan` tells the admins.
    let tells = heard.first() == "info" && !heard.has(PRICE) && !how_much;
    if tells {
        return None;
    }
    // `paket murah apa`
    let asks_for_cheap = heard.has("murah termurah") && heard.has("apa mana");
    // `daftar produk`: a list, nobody's name.
    let lists = heard.has("daftar dftr list") && heard.has("produk produknya product products layanan");
    let meant = heard.has(PRICE)
        || lists
        || (named.others.is_empty() && named.is_something() && (how_much || heard.has(SOLD) || asks_for_cheap));
    // `jual harga …` sets one's own.
    (meant && !(heard.has(PRICE) && heard.has("jual"))).then(|| named.command())
}
