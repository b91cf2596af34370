//! A change of what was just shown: `yang 20 aja`, `eh s20`, `salah, maksudku s5`, `ganti nomor 0812…`. Whether something was
//! shown that it changes, the shop knows.

use super::signals::{DO_NOT, MISTAKEN, OOPS};
use super::wish::{self, Wish};
use super::{tidy, words};
use crate::read::{Atom, Context, Cursor, Kinds, atoms};
use crate::table::is_reserved;
use konter_core::phone::clean;

/// What is wanted instead; where it is only a number, or only a product, the rest stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub to: Wish,
    /// A word says that it is a change. A product alone may be one.
    pub is_said: bool,
}

/// They say that something is changed.
const SAYS: &[&str] = &[
    OOPS,
    MISTAKEN,
    "ganti gantiin gantinya ubah ubahin rubah tuker tukar maksud maksudku maksudnya maksude maksudne ralat koreksi harusnya \
     seharusnya mestinya jadinya jadiin change make switch instead",
];
/// They say of what.
const BESIDE: &str = "it tapi tp tetapi deng lho yo wis wes wae ae dadi jadi jd nominal nominalnya produk kode kodenya yg yang itu bener betul benar aduh waduh maaf sorry sori";

#[must_use]
pub fn change_said(text: &str, kinds: &Kinds<'_>) -> Option<Change> {
    const MOST_ATOMS: usize = 10;
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    if pieces.len() > MOST_ATOMS || text.contains(['?', '\n', '/']) {
        return None;
    }
    let is = |atom: &Atom<'_>, lists: &[&str]| {
        let word = words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
        lists.iter().any(|list| words::is_in(list, &word))
    };
    let is_said = pieces.iter().any(|atom| is(atom, SAYS) || is(atom, &["bukan bkn"]));
    let mut kept = Vec::with_capacity(pieces.len());
    let mut is_denied = false;
    for atom in &pieces {
        // `bukan s10, s20`; of `bukan, s20` what was shown is denied.
        if is(atom, &[DO_NOT, "bukan bkn"]) {
            is_denied = !text.get(atom.end()..).is_some_and(|behind| behind.trim_start().starts_with(','));
        } else if std::mem::take(&mut is_denied) || is(atom, SAYS) || is(atom, &[BESIDE]) {
            // It says nothing of what is wanted.
        } else {
            kept.push(*atom);
        }
    }
    let context = Context { kinds, knows_products: true, is_word: is_reserved, ..Context::NONE };
    let said = Cursor::new(&text, &kept, context);
    let wish::Read::Wish(to) = wish::read_without_strangers(said)? else { return None };
    let names_a_product = to.code.is_some() || to.nominal.is_some() || to.brand.is_some() || to.size.is_some();
    let points_there = || kept.iter().any(|atom| is(atom, &["ke kpd kepada to"]));
    // What says more than a code or a sum may be for somebody else.
    let is_plain = to.brand.is_none()
        && (to.sort.is_none() || to.size.is_some())
        && !kept.iter().any(|atom| words::is_ordering(atom.text));
    if names_a_product && !is_said && !is_plain {
        return None;
    }
    // Both are an order of their own.
    let is_one = if names_a_product { to.dest.is_none() } else { to.dest.is_some() && (is_said || points_there()) };
    is_one.then_some(Change { to, is_said })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::NamedAs;
    use konter_core::catalog::DestKind;
    use konter_core::ids::ProductCode;

    fn said(text: &str) -> Option<Change> {
        let sold = |code: &ProductCode, named: NamedAs| {
            (named == NamedAs::Code && ["S5", "S10", "S20"].contains(&code.as_str())).then_some(DestKind::Phone)
        };
        change_said(text, &sold)
    }

    #[test]
    fn another_product_is_told_from_another_number() {
        for text in ["s20", "eh s20 aja", "ganti s20", "salah, maksudku s20", "bukan s10 s20", "jangan s10, s20 aja ya"]
        {
            let to = said(text).unwrap_or_else(|| panic!("{text}")).to;
            assert_eq!((to.code.unwrap().as_str(), to.dest), ("S20", None), "{text}");
        }
        for text in ["20", "yang 20 aja", "yg 20rb aja kak", "eh 20 ribu"] {
            let to = said(text).unwrap_or_else(|| panic!("{text}")).to;
            assert_eq!(to.nominal.map(konter_core::money::Rupiah::get), Some(20_000), "{text}");
        }
        assert_eq!(said("eh ovo").unwrap().to.brand.as_deref(), Some("ovo"));
        for text in ["ke 081234567808 aja", "ganti nomor 081234567808", "salah nomor, harusnya 081234567808"] {
            assert_eq!(said(text).unwrap().to.dest.unwrap().as_str(), "081234567808", "{text}");
        }
        for text in [
            "081234567808",
            "s20 081234567808",
            "s20 berapa",
            "20?",
            "top up 100rb",
            "pulsa 20",
            "saldo",
            "salah",
            "eh",
            "harga s20",
            "",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
