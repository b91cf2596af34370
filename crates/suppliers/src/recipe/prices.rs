//! A supplier's price list by recipe.

use std::collections::BTreeMap;

use konter_core::clean::{self, clean};

use super::call::Call;
use super::fault::{Fault, Source};
use super::schema;
use super::template::Names;
use super::tree::{Pointer, Tree, amount_of, text_of};
use crate::json::{self, Json};
use crate::protocol::PriceRow;

/// `[prices]`, compiled.
#[derive(Debug)]
pub(super) struct Prices {
    pub call: Call,
    list: Pointer,
    code: Pointer,
    price: Pointer,
    name: Option<Pointer>,
    category: Option<Pointer>,
    brand: Option<Pointer>,
    open: Vec<(Pointer, Vec<String>)>,
    cutoff: Option<(Pointer, Pointer)>,
}

impl Prices {
    pub fn compile(source: &Source<'_>, written: &schema::Prices, names: &Names) -> Result<Self, Fault> {
        let one = |text: &str| Pointer::parse(source, text, "prices");
        let maybe = |text: &Option<String>| text.as_deref().map(one).transpose();
        let open = |open: &BTreeMap<String, Vec<String>>| {
            let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
            open.iter().map(|(text, words)| Ok((one(text)?, lower(words)))).collect::<Result<_, Fault>>()
        };
        Ok(Self {
            call: Call::compile(source, "prices.call", &written.call, names)?,
            list: one(&written.list)?,
            code: one(&written.code)?,
            price: one(&written.price)?,
            name: maybe(&written.name)?,
            category: maybe(&written.category)?,
            brand: maybe(&written.brand)?,
            open: open(&written.open)?,
            cutoff: maybe(&written.cutoff_from)?.zip(maybe(&written.cutoff_to)?),
        })
    }

    /// The rows that can be read. One without a price above zero is no product: some lists show open amounts so.
    pub fn read(&self, text: &str) -> Vec<PriceRow> {
        let Ok(root) = json::read(text) else { return Vec::new() };
        let tree = Tree { root: &root, inner: &root };
        match self.list.find(&tree) {
            Some(Json::List(rows)) => rows.iter().filter_map(|row| self.row(row)).collect(),
            _ => Vec::new(),
        }
    }

    fn row(&self, row: &Json) -> Option<PriceRow> {
        let tree = Tree { root: row, inner: row };
        let text = |pointer: &Pointer| pointer.find(&tree).and_then(text_of);
        let name = |pointer: &Option<Pointer>| Some(clean(&text(pointer.as_ref()?)?, clean::NAME));
        let price = amount_of(self.price.find(&tree)?).filter(|price| price.is_positive())?;
        let is_one_of = |said: String, words: &[String]| words.contains(&said.to_lowercase());
        let cutoff = self.cutoff.as_ref().and_then(|(from, to)| Some((text(from)?, text(to)?)));
        Some(PriceRow {
            code: clean(&text(&self.code)?, clean::TYPED),
            name: name(&self.name),
            category: name(&self.category),
            brand: name(&self.brand),
            price,
            open: self.open.iter().all(|(pointer, words)| text(pointer).is_some_and(|said| is_one_of(said, words))),
            // Some write "no break" as one that ends where it begins.
            cutoff: cutoff.filter(|(from, to)| from != to),
        })
    }
}
