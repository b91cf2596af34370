//! Finding a category by what people call it.

use std::collections::BTreeSet;

use super::lookup::Catalog;
use super::product::Product;

/// Categories offered when the name fits none, or several.
const NEAR: usize = 8;
/// How much alike a name must be to be worth offering.
const ALIKE: f64 = 0.8;
/// Letters of a name that are looked at.
const LONGEST: usize = 60;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum CategoryFound<'c> {
    /// One category, and everything in it by code.
    One { name: &'c str, products: Vec<&'c Product> },
    /// None, or several; those that come near.
    Near(Vec<&'c str>),
}

impl Catalog {
    /// The category of this name: the very name, else the only one that has all of its words, each perhaps cut short.
    #[must_use]
    pub fn category(&self, name: &str) -> CategoryFound<'_> {
        let wanted = words(name);
        let names: BTreeSet<&str> = self.iter().map(|product| product.category.as_str()).collect();
        let exact = names.iter().find(|name| words(name) == wanted).copied();
        let fitting: Vec<&str> = names.iter().filter(|name| has_words(name, &wanted)).copied().collect();
        let only = if let [only] = fitting.as_slice() { Some(*only) } else { None };
        match exact.or(only) {
            Some(name) => {
                CategoryFound::One { name, products: self.iter().filter(|product| product.category == name).collect() }
            }
            None if fitting.is_empty() => CategoryFound::Near(alike(&names, &wanted.join(" "))),
            None => CategoryFound::Near(fitting.into_iter().take(NEAR).collect()),
        }
    }
}

fn words(name: &str) -> Vec<String> {
    let short: String = name.chars().take(LONGEST).collect();
    short.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(Into::into).collect()
}

fn has_words(name: &str, wanted: &[String]) -> bool {
    let own = words(name);
    !wanted.is_empty() && wanted.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
}

/// The likest first; every one when none is alike.
fn alike<'c>(names: &BTreeSet<&'c str>, wanted: &str) -> Vec<&'c str> {
    let like = |name: &str| {
        let whole = strsim::jaro_winkler(&words(name).join(" "), wanted);
        words(name).iter().map(|word| strsim::jaro_winkler(word, wanted)).fold(whole, f64::max)
    };
    let mut scored: Vec<(f64, &str)> = names.iter().map(|name| (like(name), *name)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let near: Vec<&str> = scored.iter().filter(|(score, _)| *score >= ALIKE).map(|(_, name)| *name).collect();
    let shown = if near.is_empty() { names.iter().copied().collect() } else { near };
    shown.into_iter().take(NEAR).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{SAMPLE, parse_catalog};
    use super::*;

    #[test]
    fn a_category_is_found_by_its_words() {
        let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
        for (asked, name) in [
            ("Pulsa Telkomsel", "Pulsa Telkomsel"),
            ("pulsa  TELKOMSEL", "Pulsa Telkomsel"),
            ("TELKOMSEL", "Pulsa Telkomsel"),
            ("telk", "Pulsa Telkomsel"),
            ("token", "Token PLN"),
            ("e-wallet", "Saldo E-Wallet"),
            ("wallet saldo", "Saldo E-Wallet"),
        ] {
            match catalog.category(asked) {
                CategoryFound::One { name: found, products } => {
                    assert_eq!(found, name, "{asked}");
                    assert!(products.iter().all(|product| product.category == name) && !products.is_empty());
                }
                CategoryFound::Near(near) => panic!("{asked}: {near:?}"),
            }
        }
    }

    #[test]
    fn a_name_of_several_or_none_offers_what_comes_near() {
        let catalog = Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap());
        let near = |asked| match catalog.category(asked) {
            CategoryFound::Near(near) => near,
            CategoryFound::One { name, .. } => panic!("{asked}: {name}"),
        };
        assert_eq!(near("pulsa").len(), 7);
        assert_eq!(near("telkomsle"), ["Pulsa Telkomsel"]);
        assert_eq!(near("qqq").len(), NEAR);
        assert_eq!(near("").len(), NEAR);
    }
}
