//! Finding products: by code, by nominal, by what people type when they ask for prices.

use std::collections::{BTreeMap, HashMap};

use super::limits::OPERATORS;
use super::product::{Product, ProductKind};
use crate::ids::ProductCode;
use crate::money::Rupiah;

/// Letters of a search word that are looked at: codes have at most 20, headings little more, and comparing grows with
/// the square.
const LONGEST_WORD: usize = 40;
/// Fewer letters are a code's beginning (`S`, `XL`…), not the beginning of an operator's or a heading's name.
const SHORTEST_WORD: usize = 3;

/// Names people use for operators besides the catalog's own.
const OPERATOR_WORDS: [(&str, &str); 11] = [
    ("TSEL", "telkomsel"),
    ("SIMPATI", "telkomsel"),
    ("LOOP", "telkomsel"),
    ("BY.U", "byu"),
    ("ISAT", "indosat"),
    ("IM3", "indosat"),
    ("MENTARI", "indosat"),
    ("AX", "axis"),
    ("THREE", "tri"),
    ("3", "tri"),
    ("SMART", "smartfren"),
];

/// All products of the shop, kept for looking up.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    products: BTreeMap<ProductCode, Product>,
    /// Codes of the topups with this face value.
    nominals: HashMap<Rupiah, Vec<ProductCode>>,
}

/// Why no product was found for a nominal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNominal {
    #[error("no product of this nominal for this operator")]
    NotSold,
    /// There are such products, but none is open.
    #[error("every product of this nominal for this operator is closed")]
    AllClosed,
}

impl Catalog {
    /// Of products with the same code the last one stays.
    pub fn new(products: impl IntoIterator<Item = Product>) -> Self {
        let mut catalog = Self::default();
        for product in products {
            catalog.put(product);
        }
        catalog
    }

    /// Adds a product, or replaces the one with its code.
    pub fn put(&mut self, product: Product) {
        let indexed = |product: &Product| product.nominal.filter(|_| product.kind == ProductKind::Topup);
        if let Some(old) = self.products.get(&product.code)
            && let Some(codes) = indexed(old).and_then(|nominal| self.nominals.get_mut(&nominal))
        {
            codes.retain(|code| *code != old.code);
        }
        if let Some(nominal) = indexed(&product) {
            self.nominals.entry(nominal).or_default().push(product.code.clone());
        }
        self.products.insert(product.code.clone(), product);
    }

    pub fn get(&self, code: &ProductCode) -> Option<&Product> {
        self.products.get(code)
    }

    /// All products, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    pub fn len(&self) -> usize {
        self.products.len()
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Open products whose code looks like `word`, for "did you mean": codes it begins first, the shortest before the
    /// longer, then those few slips of the finger away.
    #[must_use]
    pub fn near(&self, word: &str, limit: usize) -> Vec<&Product> {
        let Some(word) = search_word(word) else { return Vec::new() };
        let slips = slips_allowed(&word);
        let mut found: Vec<_> = self
            .iter()
            .filter(|product| product.is_open())
            .filter_map(|product| {
                let code = product.code.as_str();
                if code.starts_with(&word) {
                    return Some((0, code.len(), product));
                }
                let distance = strsim::damerau_levenshtein(&word, code);
                (distance <= slips).then_some((distance, code.len(), product))
            })
            .collect();
        found.sort_by(|a, b| (a.0, a.1, &a.2.code).cmp(&(b.0, b.1, &b.2.code)));
        found.into_iter().take(limit).map(|(_, _, product)| product).collect()
    }

    /// The cheapest open topup with exactly this face value for one of these operators. `nominal` is in whole rupiah:
    /// that `10` means 10.000 is the caller's to know. Products without an operator never answer.
    pub fn by_nominal(&self, nominal: Rupiah, operators: &[&str]) -> Result<&Product, NoNominal> {
        let sold: Vec<_> = self
            .nominals
            .get(&nominal)
            .into_iter()
            .flatten()
            .filter_map(|code| self.products.get(code))
            .filter(|product| is_of(product, operators))
            .collect();
        if sold.is_empty() {
            return Err(NoNominal::NotSold);
        }
        let open = sold.into_iter().filter(|product| product.is_open());
        open.min_by_key(|product| (product.price, &product.code)).ok_or(NoNominal::AllClosed)
    }

    /// Open topups of these operators whose face value is closest to `nominal`, for "did you mean".
    #[must_use]
    pub fn near_nominal(&self, nominal: Rupiah, operators: &[&str], limit: usize) -> Vec<&Product> {
        let mut found: Vec<_> = self
            .iter()
            .filter(|product| product.kind == ProductKind::Topup && product.is_open() && is_of(product, operators))
            .filter_map(|product| Some((product.nominal?.get().abs_diff(nominal.get()), product)))
            .collect();
        found.sort_by(|a, b| (a.0, a.1.price, &a.1.code).cmp(&(b.0, b.1.price, &b.1.code)));
        found.into_iter().take(limit).map(|(_, product)| product).collect()
    }

    /// What a price list shows for `word`, closed products included, by category, then price. The first of these that
    /// finds something decides: the exact code; an operator; words of a category; the letters before a code's digits
    /// (`S` means S5, S10…, not SM5); any beginning of a code. An empty word means everything.
    #[must_use]
    pub fn filter(&self, word: &str) -> Vec<&Product> {
        if word.trim().is_empty() {
            return self.select(|_| true);
        }
        let Some(word) = search_word(word) else { return Vec::new() };
        if let Some(product) = word.parse().ok().and_then(|code| self.get(&code)) {
            return vec![product];
        }
        let operator = operator_named(&word);
        let rules: [&dyn Fn(&Product) -> bool; 4] = [
            &|product| operator.is_some() && product.operator.as_deref() == operator,
            &|product| heading_has(&product.category, &word),
            &|product| series_is(product.code.as_str(), &word),
            &|product| product.code.as_str().starts_with(&word),
        ];
        rules.into_iter().map(|rule| self.select(rule)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn select(&self, wanted: impl Fn(&Product) -> bool) -> Vec<&Product> {
        let mut found: Vec<_> = self.iter().filter(|product| wanted(product)).collect();
        found.sort_by(|a, b| (&a.category, a.price, &a.code).cmp(&(&b.category, b.price, &b.code)));
        found
    }
}

/// Upper case without surrounding space; `None` when empty or too long to be looked for.
fn search_word(word: &str) -> Option<String> {
    let word = word.trim();
    let fits = !word.is_empty() && word.chars().nth(LONGEST_WORD).is_none();
    fits.then(|| word.to_uppercase())
}

/// Wrong, missing, added or swapped characters that still make a likely slip: with short codes one is much.
fn slips_allowed(word: &str) -> usize {
    match word.chars().count() {
        0 | 1 => 0,
        2..=4 => 1,
        _ => 2,
    }
}

fn is_of(product: &Product, operators: &[&str]) -> bool {
    product.operator.as_deref().is_some_and(|operator| operators.contains(&operator))
}

/// The operator a word names: its name, the beginning of it, or a name people use for it.
fn operator_named(word: &str) -> Option<&'static str> {
    let name = word.to_lowercase();
    let exact = OPERATORS.into_iter().find(|operator| *operator == name);
    let nickname = || OPERATOR_WORDS.into_iter().find(|(nick, _)| *nick == word).map(|(_, operator)| operator);
    let beginning =
        || OPERATORS.into_iter().find(|operator| name.len() >= SHORTEST_WORD && operator.starts_with(&name));
    exact.or_else(nickname).or_else(beginning)
}

/// Whether a category has these words in it; the last may be cut short.
fn heading_has(category: &str, word: &str) -> bool {
    if word.chars().count() < SHORTEST_WORD {
        return false;
    }
    let category = category.to_uppercase();
    category.starts_with(word)
        || category
            .match_indices(word)
            .any(|(at, _)| category.get(..at).is_some_and(|before| before.ends_with([' ', '-', '/'])))
}

/// Whether a code is `letters` and then digits only.
fn series_is(code: &str, letters: &str) -> bool {
    code.strip_prefix(letters).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}
