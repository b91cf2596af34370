//! From what a reseller asked for to what can be ordered: every check that needs no stored state. Everything wrong is
//! said before any money moves.

use super::refusal::{Near, Refused, Why};
use super::request::{OrderLine, What};
use crate::catalog::{Catalog, DestKind, Product, ProductKind, Route};
use crate::destination::{Destination, DestinationFault};
use crate::money::Rupiah;
use crate::phone::{Phone, PrefixTable};
use crate::routing::{Availability, Plan, plan};

/// Shorter numbers are not in use: 08 and eight more digits.
const SHORTEST_PHONE: usize = 10;
/// Where the numbering plan ends.
const LONGEST_PHONE: usize = 13;
/// Other destinations (game ids, card and customer numbers).
const OTHER_LENGTH: std::ops::RangeInclusive<usize> = 4..=24;
/// Near matches offered for a product that is not there.
const NEAR: usize = 3;
/// What a nominal is multiplied by when it is small: `10` means 10.000.
const THOUSAND: i64 = 1_000;

/// Something that can be ordered, if the books agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub product: Product,
    /// Ways of buying it, best first; never empty. The first can be used now, unless it waits.
    pub routes: Vec<Route>,
    /// Only when a break has ended.
    pub waits: bool,
    pub dest: String,
    pub nth: u8,
    pub buyer_phone: Option<String>,
}

/// What resolving looks things up in.
pub struct ProductResolver<'a> {
    pub catalog: &'a Catalog,
    pub prefixes: &'a PrefixTable,
    pub availability: &'a dyn Fn(&Route) -> Availability,
    /// Lower is tried first.
    pub rank: &'a dyn Fn(&Route) -> u32,
}

impl ProductResolver<'_> {
    /// Finds the product and checks the destination.
    ///
    /// # Errors
    /// What is wrong, ready to be said.
    pub fn resolve(&self, line: &OrderLine) -> Result<Candidate, Refused> {
        let dest = line.dest.as_str().to_owned();
        let refuse = |why| Refused { product: line.what.to_string(), dest: dest.clone(), why };
        let product = self.find(line).map_err(refuse)?;
        if product.kind == ProductKind::Bill {
            let example = format!("TAG.{}.{dest}", product.code);
            return Err(refuse(Why::BillNeedsInquiry { example }));
        }
        self.check_destination(product, &line.dest).map_err(refuse)?;
        let (routes, waits) = self.routes(product).map_err(refuse)?;
        Ok(Candidate {
            product: product.clone(),
            routes,
            waits,
            dest: dest.clone(),
            nth: line.nth,
            buyer_phone: line.buyer_phone.as_ref().map(ToString::to_string),
        })
    }

    fn find(&self, line: &OrderLine) -> Result<&Product, Why> {
        match &line.what {
            What::Code(code) => {
                let near = || near(&self.catalog.near(code.as_str(), NEAR));
                let product = self.catalog.get(code).ok_or_else(|| Why::UnknownProduct { near: near() })?;
                if product.is_open() { Ok(product) } else { Err(Why::Closed) }
            }
            What::Nominal(nominal) => self.by_nominal(*nominal, &line.dest),
        }
    }

    /// The operator's cheapest open product of a nominal; for a meter, the cheapest open token.
    fn by_nominal(&self, nominal: Rupiah, dest: &Destination) -> Result<&Product, Why> {
        if dest.is_phone_or_meter(self.prefixes) {
            let national = dest.as_str().strip_prefix("62").unwrap_or(dest.as_str());
            let example = format!("{}.0{national}.PIN", What::Nominal(nominal));
            return Err(Why::NotItsDestination { fault: DestinationFault::PhoneOrMeter, example });
        }
        let nominal = if nominal.get() < THOUSAND { Rupiah::new(nominal.get() * THOUSAND) } else { nominal };
        let found = match dest.phone() {
            Some(phone) => {
                let operators = self.operators_of(phone);
                if operators.is_empty() {
                    return Err(Why::UnknownPrefix);
                }
                let found = self.catalog.by_nominal(nominal, &operators);
                found.map_err(|_| near(&self.catalog.near_nominal(nominal, &operators, NEAR)))
            }
            None => self.token_by_nominal(nominal).ok_or_else(Vec::new),
        };
        found.map_err(|near| Why::NoProductForNominal { nominal, near })
    }

    fn token_by_nominal(&self, nominal: Rupiah) -> Option<&Product> {
        let fits = |product: &&Product| {
            product.kind == ProductKind::Token && product.is_open() && product.nominal == Some(nominal)
        };
        self.catalog.iter().filter(fits).min_by_key(|product| (product.price, &product.code))
    }

    fn operators_of(&self, phone: &Phone) -> Vec<&'static str> {
        self.prefixes.operators_of(phone).iter().map(|operator| operator.as_str()).collect()
    }

    fn check_destination(&self, product: &Product, dest: &Destination) -> Result<(), Why> {
        match (product.dest_kind(), &product.operator) {
            (kind, None) => {
                let fault = dest.fault(kind, product.dest.is_some(), self.prefixes);
                if let Some(fault) = fault {
                    return Err(Why::of_destination(fault, || example(product, fault, dest.as_str())));
                }
                match kind {
                    DestKind::Phone => check_length(dest.as_str(), &(SHORTEST_PHONE..=LONGEST_PHONE)),
                    DestKind::Digits => check_length(dest.as_str(), &OTHER_LENGTH),
                    DestKind::Meter | DestKind::IdZone | DestKind::Text => Ok(()),
                }
            }
            (_, Some(wants)) => {
                check_length(dest.as_str(), &(SHORTEST_PHONE..=LONGEST_PHONE))?;
                let of = dest.phone().map(|phone| self.operators_of(phone)).unwrap_or_default();
                if of.is_empty() {
                    Err(Why::UnknownPrefix)
                } else if of.contains(&wants.as_str()) {
                    Ok(())
                } else {
                    Err(Why::OtherOperator {
                        of: of.into_iter().map(ToOwned::to_owned).collect(),
                        wants: wants.clone(),
                    })
                }
            }
        }
    }

    /// And whether it has to wait.
    fn routes(&self, product: &Product) -> Result<(Vec<Route>, bool), Why> {
        match plan(&product.routes, self.rank, self.availability) {
            Plan::Buy(routes) => Ok((routes, false)),
            Plan::AfterCutOff(routes) => Ok((routes, true)),
            Plan::Resting => Err(Why::SuppliersRest),
            Plan::NoSupplier => Err(Why::NoSupplier),
        }
    }
}

/// A product's order as it is typed right; `dest` is what was typed.
#[must_use]
pub fn example(product: &Product, fault: DestinationFault, dest: &str) -> String {
    let with_zero = match fault {
        DestinationFault::LacksZero => {
            let digits: String = dest.chars().filter(char::is_ascii_digit).collect();
            Some(format!("0{}", digits.strip_prefix("62").unwrap_or(&digits)))
        }
        _ => None,
    };
    let dest = with_zero.unwrap_or_else(|| product.dest_kind().example().to_owned());
    format!("{}.{dest}.PIN", product.code)
}

pub(crate) fn check_length(dest: &str, range: &std::ops::RangeInclusive<usize>) -> Result<(), Why> {
    let length = dest.chars().count();
    if length < *range.start() {
        Err(Why::TooShort)
    } else if length > *range.end() {
        Err(Why::TooLong)
    } else {
        Ok(())
    }
}

fn near(products: &[&Product]) -> Vec<Near> {
    products.iter().map(|product| Near { code: product.code.clone(), name: product.name.clone() }).collect()
}
