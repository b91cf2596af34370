//! Whom to ask: from what a reseller typed to the products and suppliers that can tell.

use crate::catalog::{Catalog, DestKind, Product, ProductKind};
use crate::destination::Destination;
use crate::destination::DestinationFault;
use crate::ids::{ProductCode, SupplierId};
use crate::order::accept::check_length;
use crate::order::refusal::{Near, Why};
use crate::phone::PrefixTable;
use crate::routing::Availability;

use super::model::Ask;

/// Suppliers asked one after the other for one question; more would only make the reseller wait.
const MOST_ASKS: usize = 4;
/// Near matches offered for a product that is not there.
const NEAR: usize = 3;
/// Digits of a customer's number. A meter has fewer; prepaid customers have one too.
const CUSTOMER_NUMBER_DIGITS: usize = 12;
/// Destinations of bills.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=24;
/// What people call the bill for electricity, without more words.
const ELECTRICITY: &str = "PLN";
/// In a product's code or name: bills that come once, not every month.
const ONCE: &str = "NON";

/// The shop's products and who can be asked about them.
pub struct Counter<'a> {
    pub catalog: &'a Catalog,
    pub prefixes: &'a PrefixTable,
    /// Whether a supplier can be asked about products of a kind now.
    pub can_tell: &'a dyn Fn(&SupplierId, ProductKind) -> Availability,
    /// Reads what was typed as a destination of a kind.
    pub read: fn(DestKind, &str) -> Result<Destination, DestinationFault>,
}

/// What a reseller named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Best first; never empty.
    pub asks: Vec<Ask>,
}

/// A bill's name as people type it.
pub struct BillWord<'a>(pub &'a ProductCode);

impl BillWord<'_> {
    /// The product that is meant: by its code, else the one bill whose code begins so, else the one that has the word in
    /// its name. `PLN` alone is the monthly bill.
    pub fn find<'c>(&self, catalog: &'c Catalog) -> Result<&'c Product, Why> {
        let word = self.0.as_str();
        if let Some(product) = catalog.get(self.0) {
            return Ok(product);
        }
        let bills = || {
            let mut bills: Vec<&Product> = catalog
                .iter()
                .filter(|product| product.kind == ProductKind::Bill && product.is_open() && is_monthly(product, word))
                .collect();
            bills.sort_by_key(|product| (product.code.as_str().len(), &product.code));
            bills
        };
        let mut begin: Vec<_> = bills();
        begin.retain(|product| product.code.as_str().starts_with(word));
        let mut named: Vec<_> = bills();
        named.retain(|product| {
            product.name.split(|c: char| !c.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
        });
        match (begin.as_slice(), named.as_slice()) {
            ([only], _) | ([], [only]) => Ok(only),
            ([first, ..], _) if word == ELECTRICITY => Ok(first),
            ([], []) => Err(Why::UnknownProduct { near: near(catalog, word) }),
            (several, _) if !several.is_empty() => Err(Why::UnknownProduct { near: offered(several) }),
            (_, several) => Err(Why::UnknownProduct { near: offered(several) }),
        }
    }
}

fn is_monthly(product: &Product, word: &str) -> bool {
    word != ELECTRICITY || !(product.code.as_str().contains(ONCE) || product.name.to_uppercase().contains(ONCE))
}

fn near(catalog: &Catalog, word: &str) -> Vec<Near> {
    offered(&catalog.near(word, NEAR))
}

fn offered(products: &[&Product]) -> Vec<Near> {
    let offer = |product: &&Product| Near { code: product.code.clone(), name: product.name.clone() };
    products.iter().take(NEAR).map(offer).collect()
}

impl Counter<'_> {
    /// Whom to ask what a bill comes to, or whose meter a token would go to.
    ///
    /// # Errors
    /// Why nobody can be asked, ready to be said.
    pub fn bill(&self, word: &BillWord<'_>, customer: &str) -> Result<Found, Why> {
        let product = word.find(self.catalog)?;
        if !product.is_open() {
            return Err(Why::Closed);
        }
        match product.kind {
            ProductKind::Topup => Err(Why::NotABill { example: format!("{}.{customer}.PIN", product.code) }),
            ProductKind::Token | ProductKind::Bill => {
                self.check(product.dest_kind(), customer, &product.code)?;
                self.asks_of(product)
            }
        }
        .map(|asks| Found { asks })
    }

    /// Whether a customer's number is what is asked about.
    fn check(&self, kind: DestKind, customer: &str, code: &ProductCode) -> Result<(), Why> {
        // Asking costs nothing, so digits that look like a phone number without its 0 are asked about as they are.
        let sure = true;
        let example = || format!("TAG.{code}.{}", kind.example());
        let read = match kind {
            DestKind::Meter => Ok(Destination::Meter(customer.to_owned())),
            kind => (self.read)(kind, customer),
        };
        let fault = read.as_ref().map_or_else(|fault| Some(*fault), |dest| dest.fault(kind, sure, self.prefixes));
        match fault {
            Some(fault) if kind != DestKind::Digits => Err(Why::of_destination(fault, example)),
            _ => check_length(customer, &LENGTH),
        }
    }

    /// The product a payment names.
    ///
    /// # Errors
    /// Why it cannot be paid, ready to be said.
    pub fn product(&self, word: &BillWord<'_>, customer: &str) -> Result<&Product, Why> {
        let product = word.find(self.catalog)?;
        if product.kind == ProductKind::Bill {
            Ok(product)
        } else {
            Err(Why::NotABill { example: format!("{}.{customer}.PIN", product.code) })
        }
    }

    /// Whom to ask about one product, by its routes' order.
    fn asks_of(&self, product: &Product) -> Result<Vec<Ask>, Why> {
        let open = || product.routes.iter().filter(|route| route.open);
        let able =
            |route: &&crate::catalog::Route| (self.can_tell)(&route.supplier, product.kind) == Availability::Ready;
        let ask = |route: &crate::catalog::Route| Ask {
            product: product.code.clone(),
            product_name: product.name.clone(),
            kind: product.kind,
            fee: product.price,
            margins: Vec::new(),
            route: route.clone(),
        };
        let asks: Vec<Ask> = open().filter(able).take(MOST_ASKS).map(ask).collect();
        if !asks.is_empty() {
            return Ok(asks);
        }
        let is = |wanted| open().any(|route| (self.can_tell)(&route.supplier, product.kind) == wanted);
        Err(match (is(Availability::CutOff), is(Availability::Resting)) {
            (true, _) => Why::CutOff { until: None },
            (false, true) => Why::SuppliersRest,
            (false, false) => Why::NoSupplier,
        })
    }
}

/// Whom to ask who stands behind a meter or customer number of electricity: the tokens' suppliers, each once and with the
/// smallest token, and those of the monthly bill, because people do not always know which of the two a customer has.
/// A number as long as a customer's is looked up as a bill first.
///
/// # Errors
/// Why nobody can be asked, ready to be said.
pub fn meter_asks(counter: &Counter<'_>, customer: &str) -> Result<Found, Why> {
    let meter = Destination::Meter(customer.to_owned());
    if let Some(fault) = meter.fault(DestKind::Meter, true, counter.prefixes) {
        return Err(Why::of_destination(fault, || format!("CEKPLN.{}", DestKind::Meter.example())));
    }
    let tokens = token_asks(counter);
    let bills = ELECTRICITY
        .parse()
        .map_or_else(|_| Err(Why::NoSupplier), |word| counter.bill(&BillWord(&word), customer).map(|found| found.asks));
    let (first, second) = if customer.len() == CUSTOMER_NUMBER_DIGITS { (bills, tokens) } else { (tokens, bills) };
    let mut asks = Vec::new();
    let mut why = None;
    for some in [first, second] {
        match some {
            Ok(some) => asks.extend(some),
            Err(problem) => why = why.or(Some(problem)),
        }
    }
    asks.truncate(MOST_ASKS);
    match why {
        Some(why) if asks.is_empty() => Err(why),
        _ => Ok(Found { asks }),
    }
}

fn token_asks(counter: &Counter<'_>) -> Result<Vec<Ask>, Why> {
    let is_token = |product: &&Product| product.kind == ProductKind::Token && product.is_open();
    let mut products: Vec<&Product> = counter.catalog.iter().filter(is_token).collect();
    products.sort_by_key(|product| (product.nominal, product.price, &product.code));
    let mut asks: Vec<Ask> = Vec::new();
    let mut why = Why::NoSupplier;
    for product in products {
        match counter.asks_of(product) {
            Ok(some) => {
                for ask in some {
                    if asks.iter().all(|known| known.route.supplier != ask.route.supplier) {
                        asks.push(ask);
                    }
                }
            }
            Err(problem) => why = problem,
        }
    }
    if asks.is_empty() { Err(why) } else { Ok(asks) }
}
