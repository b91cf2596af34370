//! Opening and closing whole categories.

use super::staff::desk;
use super::{Answer, Request};
use konter_core::catalog::{CategoryFound, Product};
use konter_reply::{CategoryCard, DeskReply};

/// Codes shown of what was so already.
const CODES_SHOWN: usize = 10;

impl Request<'_> {
    /// Closes everything in a category at all suppliers, or opens it: one commit, whatever its size.
    pub(super) fn set_category(&self, name: &str, open: bool, answer: &mut Answer) {
        let catalog = self.shop.catalog();
        let is_a_code = name.parse().is_ok_and(|code| catalog.get(&code).is_some());
        let found = match catalog.category(name) {
            // `telkom` begins Telkomsel's name, and is a product's code as well.
            CategoryFound::One { name: found, .. } if is_a_code && !found.eq_ignore_ascii_case(name) => {
                CategoryFound::Near(vec![found])
            }
            found => found,
        };
        let (name, products) = match found {
            CategoryFound::One { name, products } => (name, products),
            CategoryFound::Near(near) => {
                // Nothing was done, so there is nothing to record.
                answer.commit.acts.clear();
                let near = near.into_iter().map(str::to_owned).collect();
                let product = name.parse().ok().filter(|_| is_a_code);
                answer.reply(desk(DeskReply::NoSuchCategory { name: name.to_owned(), near, product }));
                return;
            }
        };
        let is_so = |product: &&Product| product.routes.iter().all(|route| route.open == open);
        let (already, others): (Vec<&Product>, Vec<&Product>) = products.into_iter().partition(is_so);
        let card = CategoryCard {
            name: name.to_owned(),
            open,
            changed: others.len(),
            already: already.len(),
            already_codes: already.iter().take(CODES_SHOWN).map(|product| product.code.to_string()).collect(),
        };
        let (from, to) = if open { ("tutup", "buka") } else { ("buka", "tutup") };
        answer.note(format_args!("{name}, {} produk: {from} → {to}", others.len()));
        answer.reply(desk(DeskReply::Category(card)));
        answer.commit.replaces.extend(others.iter().copied().cloned());
        answer.commit.products.extend(others.into_iter().cloned().map(|mut product| {
            for route in &mut product.routes {
                route.open = open;
            }
            product
        }));
    }
}
