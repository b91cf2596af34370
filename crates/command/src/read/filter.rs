//! What a price list is narrowed to.

use super::amount::nominal;
use super::cursor::Cursor;
use super::pin::is_pin;
use super::problem::{Part, Problem};
use konter_core::money::Rupiah;

/// Most filters of a price list.
const MAX_FILTERS: usize = 20;
/// Longest word of a filter.
pub const MAX_FILTER_CHARS: usize = 30;

/// What a price list is narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceFilter {
    /// A code, the beginning of one, a category or an operator; upper case.
    Word(String),
    Nominal(Rupiah),
}

/// The filters behind a price list's word. With a `prefix`, a nominal is one of the products it begins: `PLN20`.
pub fn filters(mut args: Cursor<'_>, prefix: Option<&str>) -> Result<Vec<PriceFilter>, Problem> {
    let mut filters = Vec::new();
    let mut pin_seen = false;
    while let Some(atom) = args.take() {
        let worded = filters.iter().any(|filter| matches!(filter, PriceFilter::Word(_)));
        let pin_place = args.is_empty() || filters.is_empty();
        match (nominal(atom), prefix) {
            (Some(nominal), Some(prefix)) => {
                filters.push(PriceFilter::Word(format!("{prefix}{}", nominal.get() / 1000)));
            }
            (Some(nominal), None) if !worded || !is_pin(atom.text) => filters.push(PriceFilter::Nominal(nominal)),
            // A PIN is not needed here, but many are used to type it.
            _ if is_pin(atom.text) && pin_place && !pin_seen => pin_seen = true,
            _ if atom.is_digits() || filters.len() >= MAX_FILTERS || atom.text.chars().count() > MAX_FILTER_CHARS => {
                return Err(Problem::unfit(Part::Product, atom.text));
            }
            _ => filters.push(PriceFilter::Word(atom.text.to_uppercase())),
        }
    }
    Ok(filters)
}
