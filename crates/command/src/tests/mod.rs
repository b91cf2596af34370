//! What texts mean, family by family: everything is read through `parse`.

mod account;
mod admin;
mod deposit;
mod desk;
mod destinations;
mod network;
mod order;
mod preference;
mod properties;
mod receipt;
mod report;
mod routing;
mod secrets;
mod spoken;
mod table;
mod talk;

use super::*;
use konter_core::catalog::DestKind;
use konter_core::destination::{Destination, DestinationFault};
use konter_core::money::Rupiah;

/// The orders of a text in short: `S10 0812… x2 for 0857…`, several joined with ` + `; the PIN behind a slash.
fn orders(text: &str) -> Result<String, Command> {
    match parse(text) {
        Command::Order(request) => {
            let lines: Vec<String> = request.lines.iter().map(short).collect();
            Ok(format!("{}/{}", lines.join(" + "), request.pin.as_ref().map_or("-", Pin::expose)))
        }
        other => Err(other),
    }
}

fn short(line: &OrderLine) -> String {
    let nth = if line.nth == 1 { String::new() } else { format!(" x{}", line.nth) };
    let buyer = line.buyer_phone.as_ref().map(|phone| format!(" for {phone}")).unwrap_or_default();
    format!("{} {}{nth}{buyer}", line.what, line.dest)
}

fn check_orders(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(orders(text), Ok((*expected).to_owned()), "{text}");
    }
}

fn problem(text: &str) -> Problem {
    match parse(text) {
        Command::BadOrder(BadOrder { problem, .. }) | Command::Incomplete { problem, .. } => problem,
        other => panic!("{text}: {other:?}"),
    }
}
