//! Whether a page of ours sent a POST. No other page may make a browser open a link, or it would
//! hear another stall from then on.

use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// `Sec-Fetch-Site` where the browser sends it (over TLS, since 2019 or 2023), else an `Origin` of
/// the very host that was asked. Behind a proxy `Host` must be passed on as it came.
pub(super) fn is_own(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, FETCH_SITE) {
        return site == "same-origin";
    }
    let (origin, host) = (text(headers, ORIGIN), text(headers, HOST));
    let origin = origin.and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    matches!((origin, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

/// Whether the browser speaks TLS, by its own word or the proxy's. Who says so wrongly gets a
/// cookie that his browser throws away.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    text(headers, ORIGIN).is_some_and(|origin| origin.starts_with("https://"))
        || text(headers, FORWARDED_PROTO).is_some_and(|protocol| protocol == "https")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn only_our_own_pages_send() {
        for (sent, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "http://a:8040"), ("host", "a:8040")], true),
            (&[("origin", "http://evil"), ("host", "a:8040")], false),
            (&[("origin", "null"), ("host", "a:8040")], false),
            (&[("host", "a:8040")], false),
        ] {
            assert_eq!(is_own(&headers(sent)), expected, "{sent:?}");
        }
    }
}
