//! Where a request comes from, and whether it may. Pure: it looks at addresses and headers, nothing else.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The address to judge a request by: the peer's own, unless the peer is a trusted proxy. Then `X-Forwarded-For` is
/// walked from the right, where each proxy appends whom it spoke to, past the trusted ones; the first other address is
/// the caller. What stands further left was written by the caller and is worth nothing. A header that cannot be read
/// up to that point is not believed: the peer counts.
///
/// When the header comes several times, its values belong joined with commas, in their order.
#[must_use]
pub fn believed_address(peer: IpAddr, forwarded_for: Option<&str>, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let Some(header) = forwarded_for.filter(|_| allowed(peer, trusted)) else { return peer };
    let mut believed = peer;
    for entry in header.rsplit(',') {
        let Some(address) = parse_entry(entry) else { return peer };
        believed = address;
        if !allowed(believed, trusted) {
            break;
        }
    }
    believed
}

/// Whether `ip` lies in one of the ranges. An IPv4 address written as IPv6 (`::ffff:…`) counts as IPv4.
#[must_use]
pub fn allowed(ip: IpAddr, ranges: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    ranges.iter().any(|range| range.contains(&ip))
}

/// What proxies and tunnels add to a request, besides everything that begins with [`FORWARDED`].
const BY_PROXIES: [&str; 7] =
    ["forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip"];
const FORWARDED: &str = "x-forwarded";

/// Whether a request says that it came through a proxy. One that says so of itself only refuses itself.
pub(super) fn came_through(headers: &HeaderMap) -> bool {
    headers.keys().map(HeaderName::as_str).any(|name| name.starts_with(FORWARDED) || BY_PROXIES.contains(&name))
}

/// Some proxies add the port; IPv6 then stands in brackets.
fn parse_entry(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|with_port| with_port.ip()))
        .ok()
        .map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_range;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn ranges(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| parse_range(text).unwrap()).collect()
    }

    #[test]
    fn only_trusted_proxies_are_believed_about_others() {
        let trusted = ranges(&["127.0.0.1", "10.0.0.0/8", "::1"]);
        for (peer, header, believed, why) in [
            ("203.0.113.9", None, "203.0.113.9", "no proxy"),
            ("203.0.113.9", Some("198.51.100.1"), "203.0.113.9", "a stranger's header"),
            ("127.0.0.1", None, "127.0.0.1", "a proxy speaking for itself"),
            ("127.0.0.1", Some("198.51.100.1"), "198.51.100.1", "one proxy"),
            ("127.0.0.1", Some("198.51.100.1, 10.1.2.3"), "198.51.100.1", "two proxies"),
            ("127.0.0.1", Some("6.6.6.6, 198.51.100.1"), "198.51.100.1", "the left was written by the caller"),
            ("127.0.0.1", Some("6.6.6.6,198.51.100.1 , 10.1.2.3"), "198.51.100.1", "both at once"),
            ("127.0.0.1", Some("10.9.9.9, 10.1.2.3"), "10.9.9.9", "nothing but proxies: the first of them"),
            ("127.0.0.1", Some("nonsense, 198.51.100.1"), "198.51.100.1", "nonsense beyond the caller"),
            ("127.0.0.1", Some("198.51.100.1, nonsense"), "127.0.0.1", "nonsense before the caller"),
            ("127.0.0.1", Some("198.51.100.1,"), "127.0.0.1", "an empty entry"),
            ("127.0.0.1", Some(""), "127.0.0.1", "an empty header"),
            ("127.0.0.1", Some("198.51.100.1:4711"), "198.51.100.1", "with a port"),
            ("127.0.0.1", Some("[2001:db8::7]:443"), "2001:db8::7", "IPv6 with a port"),
            ("127.0.0.1", Some("[2001:db8::7]"), "2001:db8::7", "IPv6 in brackets"),
            ("::ffff:127.0.0.1", Some("::ffff:198.51.100.1"), "198.51.100.1", "IPv4 in IPv6 clothes"),
            ("::ffff:203.0.113.9", Some("198.51.100.1"), "203.0.113.9", "a stranger in IPv6 clothes"),
            ("::1", Some("2001:db8::7"), "2001:db8::7", "IPv6 throughout"),
        ] {
            assert_eq!(believed_address(ip(peer), header, &trusted), ip(believed), "{why}");
        }
    }

    #[test]
    fn without_trusted_proxies_no_header_counts() {
        assert_eq!(believed_address(ip("127.0.0.1"), Some("198.51.100.1"), &[]), ip("127.0.0.1"));
    }

    #[test]
    fn addresses_are_held_against_single_addresses_and_ranges() {
        let known = ranges(&["203.0.113.9", "198.51.100.77/24", "::ffff:192.0.2.0/120", "2001:db8::/32"]);
        for (address, expected) in [
            ("203.0.113.9", true),
            ("203.0.113.10", false),
            ("::ffff:203.0.113.9", true),
            ("198.51.100.1", true),
            ("198.51.101.1", false),
            ("192.0.2.200", true),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(allowed(ip(address), &known), expected, "{address}");
        }
        assert!(!allowed(ip("127.0.0.1"), &[]), "an empty list lets nobody in");
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for bad in ["", "localhost", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "/8", "::ffff:10.0.0.0/40", "::/129"] {
            assert_eq!(parse_range(bad), None, "{bad}");
        }
    }
}
