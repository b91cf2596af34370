//! Who may have a connection, so that no caller takes what all of them need. When an address, or everybody together, has
//! as many as may be, the newcomer gets the place of the one that has waited longest without a request under way: a
//! request takes milliseconds, so this hits whoever only holds places. Pure bookkeeping; what a place is worth is
//! `serve`'s business.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};
use ipnet::{IpNet, Ipv4Net};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::address::allowed;
use super::callback::CallbackAuth;
use crate::log_throttle::NOBODY;
use konter_core::ids::SupplierId;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// At once. Each costs a few tens of KiB and a file handle.
    pub all: usize,
    /// Of these, as many are kept for others than strangers; likewise for others than proxies (whose callers may be
    /// anybody), and for others than suppliers and Telegram.
    pub kept: usize,
    /// Of one address that nothing is known of.
    pub of_stranger: usize,
    /// Of one of a supplier's or Telegram's addresses, so that one that goes wrong shuts out no other. Telegram calls a
    /// webhook with 40 connections at most.
    pub of_known: usize,
}

/// Where Telegram's webhook calls come from: <https://core.telegram.org/bots/webhooks>.
const TELEGRAM: [IpNet; 2] = [v4([149, 154, 160, 0], 20), v4([91, 108, 4, 0], 22)];
/// This machine. A proxy on it is not always named in the settings: a shop that only needs the webhook works without.
const HERE: [IpNet; 2] = [v4([127, 0, 0, 1], 32), IpNet::V6(ipnet::Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128))];
/// A wider range (a shorter prefix) names nobody: `0.0.0.0/0` stands for everybody. Some large proxies have /13 and /29.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 20;
/// What one customer of an IPv6 network gets, and can call from any address of.
const V6_HOUSE: u8 = 64;

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

/// What an address says of its caller; where there are as many of two kinds, the first gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Stranger,
    Proxy,
    Known,
}

/// Whose addresses are known.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    proxies: Vec<IpNet>,
    known: Vec<IpNet>,
    suppliers: BTreeSet<SupplierId>,
}

impl Callers {
    /// Suppliers, Telegram, and the proxies that are trusted.
    pub fn new(door: &CallbackAuth, proxies: &[IpNet]) -> Self {
        let is_narrow = |range: &&IpNet| match range {
            IpNet::V4(range) => range.prefix_len() >= WIDEST_V4,
            IpNet::V6(range) => range.prefix_len() >= WIDEST_V6,
        };
        let suppliers = door.0.values().flat_map(|entry| &entry.addresses);
        Self {
            proxies: proxies.iter().filter(is_narrow).chain(&HERE).copied().collect(),
            known: suppliers.filter(is_narrow).chain(&TELEGRAM).copied().collect(),
            suppliers: door.0.keys().cloned().collect(),
        }
    }

    /// A supplier as the log names it: names that nobody set up come from outside.
    pub(super) fn name<'a>(&self, supplier: &'a SupplierId) -> &'a str {
        if self.suppliers.contains(supplier) { supplier.as_str() } else { NOBODY }
    }

    /// A supplier that calls through this machine or a proxy shares it with others.
    fn kind(&self, ip: IpAddr) -> Kind {
        if allowed(ip, &self.proxies) {
            Kind::Proxy
        } else if allowed(ip, &self.known) {
            Kind::Known
        } else {
            Kind::Stranger
        }
    }
}

/// All places at one address of ours.
pub(super) struct Places {
    pub callers: Callers,
    limits: Limits,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    by: BTreeMap<u64, Guest>,
    /// Counts connections, and each time one begins to wait.
    last: u64,
}

struct Guest {
    kind: Kind,
    house: IpAddr,
    /// Since when it has waited for a request, or for the rest of one; none while one is answered.
    waits_since: Option<u64>,
    leave: CancellationToken,
}

/// What became of a new connection.
pub(super) enum Admission {
    Free(Place),
    /// In the place of another one.
    Cleared(Place),
    Refused,
}

impl Places {
    pub fn new(callers: Callers, limits: Limits) -> Arc<Self> {
        Arc::new(Self { callers, limits, taken: Mutex::default() })
    }

    pub fn admit(self: &Arc<Self>, ip: IpAddr) -> Admission {
        let (kind, house) = (self.callers.kind(ip), house(ip));
        let mut taken = self.taken.lock();
        let of_house = taken.by.values().filter(|guest| guest.house == house).count();
        let of_kind = taken.count(kind);
        let is_full = if self.most_of(kind).is_some_and(|most| of_house >= most) {
            Some(taken.send_away(|guest| guest.house == house))
        } else if of_kind >= self.limits.all.saturating_sub(self.limits.kept) {
            Some(taken.send_away(|guest| guest.kind == kind))
        } else if taken.by.len() >= self.limits.all {
            Some(taken.send_away(|_| true))
        } else {
            None
        };
        if is_full == Some(false) {
            return Admission::Refused;
        }
        taken.last += 1;
        let number = taken.last;
        let leave = CancellationToken::new();
        taken.by.insert(number, Guest { kind, house, waits_since: Some(number), leave: leave.clone() });
        drop(taken);
        let place = Place { places: Arc::clone(self), number, leave };
        if is_full.is_some() { Admission::Cleared(place) } else { Admission::Free(place) }
    }

    /// How many of one address there may be.
    const fn most_of(&self, kind: Kind) -> Option<usize> {
        match kind {
            Kind::Stranger => Some(self.limits.of_stranger),
            Kind::Proxy => None,
            Kind::Known => Some(self.limits.of_known),
        }
    }
}

impl Taken {
    fn count(&self, kind: Kind) -> usize {
        self.by.values().filter(|guest| guest.kind == kind).count()
    }

    /// Makes room among these, of the kind that there are most of; whether there is any.
    fn send_away(&mut self, among: impl Fn(&Guest) -> bool) -> bool {
        let many = |kind| Reverse(self.count(kind));
        let [strangers, proxies, known] = [many(Kind::Stranger), many(Kind::Proxy), many(Kind::Known)];
        let waiting = self.by.iter().filter(|(_, guest)| among(guest)).filter_map(|(number, guest)| {
            let of_kind = match guest.kind {
                Kind::Stranger => strangers,
                Kind::Proxy => proxies,
                Kind::Known => known,
            };
            Some((of_kind, guest.kind, guest.waits_since?, *number))
        });
        let Some((.., number)) = waiting.min() else { return false };
        if let Some(guest) = self.by.remove(&number) {
            guest.leave.cancel();
        }
        true
    }
}

/// Whose connections are counted together.
fn house(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpNet::new(ip.into(), V6_HOUSE).map_or(IpAddr::V6(ip), |net| net.network()),
        IpAddr::V4(ip) => IpAddr::V4(ip),
    }
}

/// A connection's place, free again when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    leave: CancellationToken,
}

impl Place {
    /// Ends when another one is to have the place.
    pub async fn given_away(&self) {
        self.leave.cancelled().await;
    }

    /// Runs from when a request is whole until its answer has been handed over.
    pub fn is_answering(&self, answering: bool) {
        let mut taken = self.places.taken.lock();
        taken.last += 1;
        let now = taken.last;
        if let Some(guest) = taken.by.get_mut(&self.number) {
            guest.waits_since = (!answering).then_some(now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.lock().by.remove(&self.number);
    }
}

/// A body whose end is told to its connection's place.
pub(super) struct Until<B> {
    pub body: B,
    _end: End,
}

/// Tells the place when it is dropped.
struct End {
    place: Arc<Place>,
    answering: bool,
}

impl Drop for End {
    fn drop(&mut self) {
        self.place.is_answering(self.answering);
    }
}

impl<B> Until<B> {
    /// A request, which is answered as soon as it is here.
    pub fn asked(body: B, place: &Arc<Place>) -> Self {
        Self { body, _end: End { place: Arc::clone(place), answering: true } }
    }

    /// An answer, after which the connection waits for the next request.
    pub fn answered(body: B, place: &Arc<Place>) -> Self {
        Self { body, _end: End { place: Arc::clone(place), answering: false } }
    }
}

impl<B: Body + Unpin> Body for Until<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Entry;

    const LIMITS: Limits = Limits { all: 12, kept: 4, of_stranger: 3, of_known: 4 };

    fn places(limits: Limits) -> Arc<Places> {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpNet>>();
        let mut door = CallbackAuth::default();
        for (id, addresses) in [("kios", &["203.0.113.9/32"][..]), ("wide", &["0.0.0.0/0", "::/0"])] {
            door.0.insert(id.parse().unwrap(), Entry { addresses: nets(addresses), secret: None });
        }
        Places::new(Callers::new(&door, &nets(&["10.0.0.1/32"])), limits)
    }

    /// What becomes of a connection, and its place.
    fn admit(places: &Arc<Places>, from: &str) -> (&'static str, Option<Place>) {
        match places.admit(from.parse().unwrap()) {
            Admission::Free(place) => ("free", Some(place)),
            Admission::Cleared(place) => ("cleared", Some(place)),
            Admission::Refused => ("refused", None),
        }
    }

    fn is_gone(place: Option<&Place>) -> bool {
        place.is_some_and(|place| place.leave.is_cancelled())
    }

    #[test]
    fn callers_are_told_apart_by_their_addresses() {
        let places = places(LIMITS);
        for (from, kind) in [
            ("198.51.100.1", Kind::Stranger),
            ("203.0.113.9", Kind::Known),
            ("::ffff:203.0.113.9", Kind::Known),
            ("149.154.175.255", Kind::Known),
            ("149.154.176.0", Kind::Stranger),
            ("91.108.7.255", Kind::Known),
            ("91.108.8.0", Kind::Stranger),
            ("10.0.0.1", Kind::Proxy),
            ("127.0.0.1", Kind::Proxy),
            ("127.0.0.2", Kind::Stranger),
            ("::1", Kind::Proxy),
            ("2001:db8::1", Kind::Stranger),
        ] {
            assert_eq!(places.callers.kind(from.parse().unwrap()), kind, "{from}");
        }
    }

    #[test]
    fn one_address_has_so_many_places_and_a_newcomer_the_oldest_idle_one() {
        let places = places(LIMITS);
        for [first, then] in [["198.51.100.1"; 2], ["2001:db8::1", "2001:db8::2:0:0:9"]] {
            let held: Vec<_> = (0..LIMITS.of_stranger).map(|_| admit(&places, first).1).collect();
            let place = |at: usize| held[at].as_ref();
            place(0).unwrap().is_answering(true);
            let (fate, _new) = admit(&places, then);
            assert_eq!(fate, "cleared");
            assert!(is_gone(place(1)) && !is_gone(place(0)) && !is_gone(place(2)), "{first}");
        }
        assert_eq!(admit(&places, "2001:db8:0:1::1").0, "free", "another customer's network");
        assert!(places.taken.lock().by.is_empty(), "what is dropped is free again");
    }

    #[test]
    fn whose_requests_are_all_under_way_is_refused_more() {
        let places = places(LIMITS);
        let held: Vec<_> = (0..LIMITS.of_stranger).filter_map(|_| admit(&places, "198.51.100.1").1).collect();
        for place in &held {
            place.is_answering(true);
        }
        assert_eq!(admit(&places, "198.51.100.1").0, "refused");
        assert_eq!(admit(&places, "198.51.100.2").0, "free");
        held[0].is_answering(false);
        assert_eq!(admit(&places, "198.51.100.1").0, "cleared");
    }

    #[test]
    fn no_kind_of_caller_takes_the_places_kept_for_others() {
        let take = |places: &Arc<Places>, from: &str| {
            let (fate, place) = admit(places, from);
            place.as_ref().unwrap().is_answering(true);
            assert_eq!(fate, "free", "{from}");
            place.unwrap()
        };
        for [greedy, other, third] in [
            ["198.51.100.", "203.0.113.9", "127.0.0.1"],
            ["149.154.160.", "198.51.100.1", "127.0.0.1"],
            ["127.0.0.1", "198.51.100.1", "203.0.113.9"],
        ] {
            let places = places(LIMITS);
            let from = |n: usize| if greedy.ends_with('.') { format!("{greedy}{n}") } else { greedy.to_owned() };
            let mut held: Vec<_> = (0..LIMITS.all - LIMITS.kept).map(|n| take(&places, &from(n))).collect();
            assert_eq!(admit(&places, &from(200)).0, "refused", "{greedy}");
            held.extend([other, other, third, third].map(|from| take(&places, from)));
            assert_eq!(admit(&places, other).0, "refused", "nothing is left");
            held[8].is_answering(false);
            held[3].is_answering(false);
            assert_eq!(admit(&places, other).0, "cleared", "an idle place goes to whose kind has few");
            assert!(is_gone(held.get(3)) && !is_gone(held.get(8)), "of the kind that has most");
        }
    }
}
