//! Which of a product's routes, in which order.

use crate::catalog::Route;

/// Whether a route can be used at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    Ready,
    /// In its supplier's nightly break.
    CutOff,
    /// Not now: paused by an admin, out of order, or our deposit there is too small.
    Resting,
    NotSetUp,
}

/// What can be done with an order now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The first route can be used now; the others come after it, best first, and are looked at again when it is their
    /// turn.
    Buy(Vec<Route>),
    /// None can be used now, but these will when their break ends; best first.
    AfterCutOff(Vec<Route>),
    /// Every supplier of it rests, and nobody knows for how long.
    Resting,
    NoSupplier,
}

/// Plans an order: open routes only, lowest rank first, routes of the same rank as they stand.
pub fn plan(routes: &[Route], rank: impl Fn(&Route) -> u32, availability: impl Fn(&Route) -> Availability) -> Plan {
    let mut set_up: Vec<(&Route, Availability)> = routes
        .iter()
        .filter(|route| route.open)
        .map(|route| (route, availability(route)))
        .filter(|(_, availability)| *availability != Availability::NotSetUp)
        .collect();
    set_up.sort_by_key(|(route, _)| rank(route));
    let owned = |routes: Vec<(&Route, Availability)>| routes.into_iter().map(|(route, _)| route.clone()).collect();
    if let Some(first) = set_up.iter().position(|(_, availability)| *availability == Availability::Ready) {
        let first = set_up.remove(first);
        set_up.insert(0, first);
        return Plan::Buy(owned(set_up));
    }
    let rests = |wanted| set_up.iter().any(|(_, availability)| *availability == wanted);
    if rests(Availability::CutOff) {
        Plan::AfterCutOff(owned(set_up))
    } else if rests(Availability::Resting) {
        Plan::Resting
    } else {
        Plan::NoSupplier
    }
}
