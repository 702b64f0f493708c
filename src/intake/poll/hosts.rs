//! Where polling may go: to the outside by https, and elsewhere only where the operator named it.
//! Whoever may change a feed must not be able to make this server ask its own neighbours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::primitives::Refusal;

/// `host:port` of each address beyond the public ones, from the operator's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(pub Vec<String>);

impl AllowedHosts {
    /// Whether the operator named this address.
    #[must_use]
    pub fn names(&self, url: &Uri) -> bool {
        let default = if url.scheme_str() == Some("http") { 80 } else { 443 };
        let port = url.port_u16().unwrap_or(default);
        let address = url.host().map(|host| format!("{host}:{port}"));
        address
            .is_some_and(|address| self.0.iter().any(|named| named.eq_ignore_ascii_case(&address)))
    }

    /// An address that a list may be asked at, without the `/` at its end.
    ///
    /// # Errors
    /// `poll-url-malformed`, `poll-url-not-allowed` on `base_url`.
    pub fn check(&self, text: &str) -> Result<String, Refusal> {
        let malformed = || Refusal::invalid("base_url", "poll-url-malformed");
        let text = text.trim().trim_end_matches('/');
        let url: Uri = text.parse().map_err(|_| malformed())?;
        let authority = url.authority().ok_or_else(malformed)?.as_str();
        let is_plain = text.len() <= 200 && !authority.contains('@') && !text.contains(['?', '#']);
        if !is_plain || !matches!(url.scheme_str(), Some("http" | "https")) {
            return Err(malformed());
        }
        if self.names(&url) || url.scheme_str() == Some("https") && is_public_name(&url) {
            return Ok(text.to_owned());
        }
        Err(Refusal::invalid("base_url", "poll-url-not-allowed").with("url", text))
    }
}

/// Numbers must be of the outside; names are looked at when they are resolved.
fn is_public_name(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) => is_public(address),
        Err(_) => !host.eq_ignore_ascii_case("localhost") && host.contains('.'),
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    // Of the providers' own networks (RFC 6598), for tests (RFC 2544), and reserved.
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_for_tests = first == 198 && (18..20).contains(&second);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || is_shared
        || is_for_tests
        || first == 0
        || first >= 240)
}

/// Global unicast (RFC 4291), without documentation, and without the addresses that carry an IPv4
/// address to another network.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_carrier = first == 0x2002 || first == 0x2001 && (second == 0 || second == 0xdb8);
    is_global && !is_carrier
}

/// Resolves names, and knows only addresses of the outside: a name may lead anywhere.
#[derive(Debug, Default)]
pub struct Public(DefaultResolver);

impl Resolver for Public {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        found.iter().filter(|address| is_public(address.ip())).for_each(|one| public.push(*one));
        if public.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(public) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outside_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::7f00:1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["1.1.1.1", "103.92.28.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn an_address_is_the_outside_s_by_https_or_named_by_the_operator() {
        let allowed = AllowedHosts(vec!["127.0.0.1:9001".into(), "proxy.lan:443".into()]);
        for good in [
            "https://my.sepay.vn",
            "https://my.sepay.vn/",
            "http://127.0.0.1:9001",
            "http://127.0.0.1:9001/a/b",
            "https://proxy.lan",
            "https://1.1.1.1:8443",
        ] {
            assert_eq!(allowed.check(good).unwrap(), good.trim_end_matches('/'));
        }
        for (bad, code) in [
            ("http://my.sepay.vn", "poll-url-not-allowed"),
            ("http://127.0.0.1:9002", "poll-url-not-allowed"),
            ("https://127.0.0.1:9002", "poll-url-not-allowed"),
            ("http://proxy.lan", "poll-url-not-allowed"),
            ("https://localhost", "poll-url-not-allowed"),
            ("https://intranet", "poll-url-not-allowed"),
            ("https://[::1]", "poll-url-not-allowed"),
            ("https://169.254.169.254", "poll-url-not-allowed"),
            ("https://u:p@my.sepay.vn", "poll-url-malformed"),
            ("https://my.sepay.vn?a=b", "poll-url-malformed"),
            ("ftp://my.sepay.vn", "poll-url-malformed"),
            ("my.sepay.vn", "poll-url-malformed"),
            ("", "poll-url-malformed"),
        ] {
            assert_eq!(allowed.check(bad).unwrap_err().code, code, "{bad}");
        }
    }
}
