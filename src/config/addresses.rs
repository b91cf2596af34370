//! Addresses and ranges as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// One address or CIDR range as people write it; `None` when it is neither. Host bits are dropped, and an IPv4 range
/// written as IPv6 becomes IPv4.
#[must_use]
pub fn parse_range(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let Some((address, length)) = text.split_once('/') else {
        return text.parse::<IpAddr>().ok().map(|ip| IpNet::from(ip.to_canonical()));
    };
    let (address, length) = (address.parse::<IpAddr>().ok()?, length.parse::<u8>().ok()?);
    let range = match address.to_canonical() {
        // `::ffff:10.0.0.0/104` is 10.0.0.0/8; a shorter prefix would span more than IPv4.
        canonical if canonical != address => IpNet::new(canonical, length.checked_sub(96)?),
        canonical => IpNet::new(canonical, length),
    };
    range.ok().map(|range| range.trunc())
}
