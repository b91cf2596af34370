//! Where reports to resellers' programs may go. A reseller names the address, so it must not lead the shop to itself or
//! into the network it stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Why no report goes to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    #[error("it is no web address")]
    NotTheWeb,
    #[error("it lies in a private network")]
    Private,
}

/// A report's address, if one may be sent there as far as its text tells. Names are looked up when a report is sent, and
/// what they stand for is judged then.
///
/// # Errors
/// What is wrong with it.
pub fn target(text: &str, private: bool) -> Result<Url, BadTarget> {
    let url = Url::parse(text).map_err(|_| BadTarget::NotTheWeb)?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|host| is_web && !host.is_empty()).ok_or(BadTarget::NotTheWeb)?;
    // Brackets stand around an IPv6 address.
    let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local = match literal {
        Some(ip) => !is_public(ip),
        None => name == "localhost" || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end)),
    };
    if is_local && !private { Err(BadTarget::Private) } else { Ok(url) }
}

/// Whether an address is one of the internet's.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    // This network, carriers' own, protocol assignments, measurements; reserved, and broadcast.
    let is_special = matches!((a, b, c), (0 | 240..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _));
    !(is_special || ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast())
}

/// Global unicast addresses only, and of those that carry an IPv4 address, only what that allows.
const fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // Translated (64:ff9b::/96), and 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Teredo, and what else is assigned to protocols; documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

const fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_s_own_network_is_no_target() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "fec0::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:0:4136:e378::1",
            "::127.0.0.1",
            "2001:db8::1",
            "100::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_are_judged_as_the_web_reads_them() {
        use BadTarget::{NotTheWeb, Private};
        for (text, expected) in [
            ("https://toko.example/lapor?k=1", Ok(())),
            ("http://8.8.8.8:6969/", Ok(())),
            ("http://127.0.0.1/", Err(Private)),
            ("http://2130706433/", Err(Private)),
            ("http://0x7f.1/", Err(Private)),
            ("http://0177.0.0.1/", Err(Private)),
            ("http://[::1]:8080/", Err(Private)),
            ("http://[::ffff:10.0.0.1]/", Err(Private)),
            ("http://localhost/", Err(Private)),
            ("http://LOCALHOST./", Err(Private)),
            ("http://printer.local/", Err(Private)),
            ("http://metadata.google.internal/", Err(Private)),
            ("ftp://toko.example/", Err(NotTheWeb)),
            ("file:///etc/passwd", Err(NotTheWeb)),
            ("http://budi:rahasia@toko.example/", Err(NotTheWeb)),
            ("toko.example/lapor", Err(NotTheWeb)),
            ("", Err(NotTheWeb)),
        ] {
            assert_eq!(target(text, false).map(drop), expected, "{text}");
        }
        assert!(target("http://127.0.0.1:9/", true).is_ok());
    }
}
