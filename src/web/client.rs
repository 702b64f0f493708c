//! Who asks: the address that rates go by. Behind a proxy it is what the proxy says, and nobody else
//! is believed: a caller who writes the header is read from the right, where the proxy wrote.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};

use crate::primitives::Refusal;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Steps that are looked at from the right; more proxies than that stand in no row.
const STEPS: usize = 32;

/// A network as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    bits: u128,
    mask: u128,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(width);
        let host = width.checked_sub(length)?;
        // A mask of no bit at all is shifted out.
        let mask = u128::MAX.checked_shl(host).unwrap_or(0);
        Some(Self { bits: bits(address) & mask, mask })
    }

    fn holds(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.bits
    }
}

/// IPv4 lies where dual-stack sockets show it, `::ffff:a.b.c.d`.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The header in which the proxies write whom they speak for. Only one is read: a proxy that writes
/// the one passes the other on as its caller sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AddressHeader {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// The proxies whose word on the caller's address counts; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    header: AddressHeader,
}

impl TrustedProxies {
    /// Addresses and networks, and the name of the header; absent: `X-Forwarded-For`.
    ///
    /// # Errors
    /// `network-malformed` on `trusted_proxies`; `proxy-header-unknown` on `proxy_header`.
    pub fn parse<T: AsRef<str>>(networks: &[T], header: Option<&str>) -> Result<Self, Refusal> {
        let network = |text: &T| {
            let text = text.as_ref().trim();
            let refused =
                || Refusal::invalid("trusted_proxies", "network-malformed").with("value", text);
            Network::parse(text).ok_or_else(refused)
        };
        let networks = networks.iter().map(network).collect::<Result<_, _>>()?;
        let header = header.unwrap_or("X-Forwarded-For");
        let header = if header.eq_ignore_ascii_case("X-Forwarded-For") {
            AddressHeader::XForwardedFor
        } else if header.eq_ignore_ascii_case("Forwarded") {
            AddressHeader::Forwarded
        } else {
            let refusal = Refusal::invalid("proxy_header", "proxy-header-unknown");
            return Err(refusal.with("value", header));
        };
        Ok(Self { networks, header })
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.holds(address))
    }

    /// The caller's address: that of the connection, or, where a trusted proxy has opened it, the
    /// rightmost one of the header that is no trusted proxy's. What cannot be read is not passed:
    /// then it is the last proxy's.
    #[must_use]
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut known = peer?.ip().to_canonical();
        if !self.trusts(known) {
            return Some(known);
        }
        let steps: Vec<_> = match self.header {
            AddressHeader::XForwardedFor => headers.get_all(X_FORWARDED_FOR).collect(),
            AddressHeader::Forwarded => headers.get_all(FORWARDED).collect(),
        };
        let steps = steps.into_iter().rev().flat_map(steps_of).take(STEPS);
        for step in steps {
            let Some(address) = step.and_then(|step| self.address(step)) else { break };
            known = address;
            if !self.trusts(known) {
                break;
            }
        }
        Some(known)
    }

    fn address(&self, step: &str) -> Option<IpAddr> {
        let node = match self.header {
            AddressHeader::XForwardedFor => step,
            AddressHeader::Forwarded => step.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            })?,
        };
        address_of(node.trim().trim_matches('"'))
    }
}

/// The steps of a header's line from the right; `None` for a line that is no text.
fn steps_of(line: &HeaderValue) -> Vec<Option<&str>> {
    match line.to_str() {
        Ok(text) => text.rsplit(',').take(STEPS).map(|step| Some(step.trim())).collect(),
        Err(_) => vec![None],
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_of(node: &str) -> Option<IpAddr> {
    let address = match node.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => match node.strip_prefix('[').and_then(|node| node.strip_suffix(']')) {
            Some(inside) => IpAddr::V6(inside.parse().ok()?),
            None => node.parse::<SocketAddr>().ok()?.ip(),
        },
    };
    Some(address.to_canonical())
}

/// The address of people's browsers, e.g. `https://cho.example.vn`: over TLS alone they are told to
/// stay there (RFC 6797).
///
/// # Errors
/// `public-url-malformed` on `public_url`.
pub fn is_tls(public_url: &str) -> Result<bool, Refusal> {
    let refused = || Refusal::invalid("public_url", "public-url-malformed");
    let (scheme, rest) = public_url.split_once("://").ok_or_else(refused)?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err(refused().with("value", public_url));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(true),
        "http" => Ok(false),
        _ => Err(refused().with("value", public_url)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in all {
            let value = HeaderValue::from_str(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    fn client(
        proxies: &TrustedProxies,
        peer: &str,
        sent: &[(&'static str, &str)],
    ) -> Option<IpAddr> {
        let peer = SocketAddr::new(peer.parse().unwrap(), 4_711);
        proxies.client(Some(peer), &headers(sent))
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_caller() {
        let proxies = TrustedProxies::parse(&["127.0.0.1", "10.0.0.0/8", "fd00::/8"], None);
        let proxies = proxies.unwrap();
        for (peer, sent, expected) in [
            ("203.0.113.9", &[(XFF, "198.51.100.1")][..], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[(XFF, "198.51.100.1")], "198.51.100.1"),
            ("::ffff:127.0.0.1", &[(XFF, "::ffff:198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(XFF, "192.0.2.1, 198.51.100.1, 10.1.2.3")], "198.51.100.1"),
            ("127.0.0.1", &[(XFF, "192.0.2.1"), (XFF, "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[(XFF, "198.51.100.1:80")], "198.51.100.1"),
            ("fd00::1", &[(XFF, "[2001:db8::1]:80")], "2001:db8::1"),
            ("127.0.0.1", &[(XFF, "2001:db8::1")], "2001:db8::1"),
            // All are proxies: a caller of the own network.
            ("127.0.0.1", &[(XFF, "10.0.0.7, 10.0.0.8")], "10.0.0.7"),
            // What cannot be read is not stepped over.
            ("127.0.0.1", &[(XFF, "198.51.100.1, nobody")], "127.0.0.1"),
            ("127.0.0.1", &[(XFF, "198.51.100.1, nobody, 10.0.0.8")], "10.0.0.8"),
            ("127.0.0.1", &[(XFF, "")], "127.0.0.1"),
            // The other header is the caller's own.
            ("127.0.0.1", &[("forwarded", "for=198.51.100.1")], "127.0.0.1"),
        ] {
            let found = client(&proxies, peer, sent);
            assert_eq!(found, Some(expected.parse().unwrap()), "{peer} {sent:?}");
        }
        assert_eq!(proxies.client(None, &headers(&[(XFF, "198.51.100.1")])), None);
    }

    #[test]
    fn the_other_header_is_read_where_it_is_named() {
        let proxies = TrustedProxies::parse(&["127.0.0.1"], Some("Forwarded")).unwrap();
        for (sent, expected) in [
            ("for=198.51.100.1;proto=https", "198.51.100.1"),
            ("for=192.0.2.1, For=\"[2001:db8::1]:47\";by=10.0.0.1", "2001:db8::1"),
            ("for=192.0.2.1, for=_hidden", "127.0.0.1"),
            ("for=192.0.2.1, proto=https", "127.0.0.1"),
        ] {
            let found = client(&proxies, "127.0.0.1", &[("forwarded", sent), (XFF, "203.0.113.1")]);
            assert_eq!(found, Some(expected.parse().unwrap()), "{sent}");
        }
    }

    #[test]
    fn networks_and_addresses_are_checked() {
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "caddy", "10.0.0.0/-1"] {
            let refused = TrustedProxies::parse(&[wrong], None).unwrap_err();
            assert_eq!(refused.code, "network-malformed", "{wrong}");
        }
        let all = TrustedProxies::parse(&["0.0.0.0/0"], None).unwrap();
        assert!(all.trusts([203, 0, 113, 1].into()));
        assert!(!all.trusts("2001:db8::1".parse().unwrap()));
        let all = TrustedProxies::parse(&["::/0"], None).unwrap();
        assert!(all.trusts("2001:db8::1".parse().unwrap()));
        let refused = TrustedProxies::parse(&["::1"], Some("X-Real-IP")).unwrap_err();
        assert_eq!(refused.code, "proxy-header-unknown");
        assert_eq!(
            (is_tls("https://cho.example.vn/"), is_tls("http://a:8040")),
            (Ok(true), Ok(false))
        );
        for wrong in ["cho.example.vn", "https://", "ftp://a", "https://a/b", "https://u@a"] {
            assert!(is_tls(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        /// Whoever is no trusted proxy is known by the connection alone, whatever is sent.
        #[test]
        fn a_stranger_s_header_changes_nothing(
            peer in any::<IpAddr>(), lines in prop::collection::vec("[ -~]{0,60}", 0..4),
        ) {
            let proxies = TrustedProxies::parse(&["127.0.0.1", "10.0.0.0/8"], None).unwrap();
            prop_assume!(!proxies.trusts(peer));
            let mut sent: Vec<_> = lines.iter().map(|line| (XFF, line.as_str())).collect();
            sent.extend(lines.iter().map(|line| ("forwarded", line.as_str())));
            let found = proxies.client(Some(SocketAddr::new(peer, 1)), &headers(&sent));
            prop_assert_eq!(found, Some(peer.to_canonical()));
        }

        /// Behind a proxy nothing that the caller sent stands right of what the proxy wrote.
        #[test]
        fn what_a_caller_sends_to_a_proxy_changes_nothing(
            caller in any::<IpAddr>(), lines in prop::collection::vec("[ -~]{0,60}", 0..4),
            is_appended in any::<bool>(),
        ) {
            let proxies = TrustedProxies::parse(&["127.0.0.1"], None).unwrap();
            prop_assume!(!proxies.trusts(caller));
            let mut lines = lines;
            match lines.last_mut() {
                Some(last) if is_appended => *last = format!("{last}, {caller}"),
                _ => lines.push(caller.to_string()),
            }
            let sent: Vec<_> = lines.iter().map(|line| (XFF, line.as_str())).collect();
            let found = client(&proxies, "127.0.0.1", &sent);
            prop_assert_eq!(found, Some(caller.to_canonical()));
        }
    }
}
