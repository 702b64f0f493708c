//! One request to a provider: TLS verified, no redirects, bounded in time and size.

use std::time::Duration;

use ureq::http::Uri;
use ureq::unversioned::transport::DefaultConnector;

use super::hosts::{AllowedHosts, Public};

/// Far more than a full page of any list.
const MAX_BYTES: u64 = 4 << 20;
/// What a provider may ask us to wait at most; longer is taken for this.
const MAX_RETRY_S: i64 = 3_600;

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Timeout,
    Unreachable,
    /// The certificate is not trusted.
    NotTrusted,
    /// 401 or 403, or SePay's empty answer.
    KeyRefused(u16),
    /// 429, with the seconds that the provider names.
    TooManyRequests(i64),
    /// Any other status; a redirect too, because the key must not go elsewhere.
    Status(u16),
    TooLarge,
    /// No JSON, a part of it, or no page of this list.
    NotAList,
    /// The provider gives the same page again and again.
    NoProgress,
    /// The key was sealed with a lost key, and must be set again.
    KeyMissing,
    /// The address is not, or no longer, allowed.
    UrlNotAllowed,
    /// Ours.
    Database,
    /// The run has taken too long: the next one begins with what was not reached.
    OutOfTime,
    /// The feed was taken from this run, changed, or the server stops: somebody goes on later.
    Interrupted,
}

impl Failure {
    /// Kebab-case; `poll-<code>` is its text in `locales/*/feeds.ftl`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::NotTrusted => "not-trusted",
            Self::KeyRefused(_) => "key-refused",
            Self::TooManyRequests(_) => "too-many-requests",
            Self::Status(_) => "status",
            Self::TooLarge => "too-large",
            Self::NotAList => "not-a-list",
            Self::NoProgress => "no-progress",
            Self::KeyMissing => "key-missing",
            Self::UrlNotAllowed => "url-not-allowed",
            Self::Database => "database",
            Self::OutOfTime => "out-of-time",
            Self::Interrupted => "interrupted",
        }
    }

    /// One of each.
    pub const ALL: [Self; 14] = [
        Self::Timeout,
        Self::Unreachable,
        Self::NotTrusted,
        Self::KeyRefused(401),
        Self::TooManyRequests(0),
        Self::Status(500),
        Self::TooLarge,
        Self::NotAList,
        Self::NoProgress,
        Self::KeyMissing,
        Self::UrlNotAllowed,
        Self::Database,
        Self::OutOfTime,
        Self::Interrupted,
    ];

    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::KeyRefused(status) | Self::Status(status) => Some(*status),
            Self::TooManyRequests(_) => Some(429),
            _ => None,
        }
    }

    /// Whether asking again in a moment may help.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unreachable | Self::NotAList | Self::Status(500..=599))
    }

    /// Whether it is about this list alone, as far as can be told, so that the feed's next one is
    /// asked; else about the key, the address or ourselves.
    #[must_use]
    pub const fn is_of_list(&self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Unreachable
                | Self::Status(_)
                | Self::TooLarge
                | Self::NotAList
                | Self::NoProgress
        )
    }
}

/// Asks providers.
#[derive(Clone, Debug)]
pub struct Fetch {
    allowed: AllowedHosts,
    public: ureq::Agent,
    named: ureq::Agent,
}

impl Fetch {
    #[must_use]
    pub fn new(allowed: AllowedHosts, timeout: Duration) -> Self {
        let config = || {
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(timeout))
                .max_redirects(0)
                // A proxy would look names up for us; one that is needed is named as the base URL.
                .proxy(None)
                .user_agent("cho40")
        };
        let public = config().https_only(true).build();
        let public =
            ureq::Agent::with_parts(public, DefaultConnector::default(), Public::default());
        Self { allowed, public, named: config().build().into() }
    }

    /// The body of a page.
    pub fn get(
        &self,
        base_url: &str,
        path: &str,
        authorization: &str,
        retry_header: &str,
    ) -> Result<Vec<u8>, Failure> {
        // The operator may have changed the list of addresses since.
        let base_url = self.allowed.check(base_url).map_err(|_| Failure::UrlNotAllowed)?;
        let url: Uri = format!("{base_url}{path}").parse().map_err(|_| Failure::UrlNotAllowed)?;
        let agent = if self.allowed.names(&url) { &self.named } else { &self.public };
        let request = agent.get(url).header("authorization", authorization);
        let mut response =
            request.header("accept", "application/json").call().map_err(|error| failure(&error))?;
        match response.status().as_u16() {
            200 => {}
            status @ (401 | 403) => return Err(Failure::KeyRefused(status)),
            429 => {
                let named = response.headers().get(retry_header);
                let named = named.or_else(|| response.headers().get("retry-after"));
                let seconds = named.and_then(|value| value.to_str().ok()?.trim().parse().ok());
                let seconds: i64 = seconds.unwrap_or(1);
                return Err(Failure::TooManyRequests(seconds.clamp(1, MAX_RETRY_S)));
            }
            status => return Err(Failure::Status(status)),
        }
        let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
        let body = body.map_err(|error| failure(&error))?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(Failure::KeyRefused(200));
        }
        Ok(body)
    }
}

fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::Timeout,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Failure::Timeout,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Failure::NotTrusted,
        ureq::Error::BodyExceedsLimit(_) => Failure::TooLarge,
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::UrlNotAllowed,
        _ => Failure::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_inside_is_not_found() {
        let fetch = Fetch::new(AllowedHosts::default(), Duration::from_secs(5));
        let asked = fetch.public.get("https://localhost:9/").call();
        assert!(matches!(asked, Err(ureq::Error::HostNotFound)), "{asked:?}");
        // What the operator has named is asked.
        let asked = fetch.named.get("http://localhost:9/").call();
        assert!(!matches!(asked, Err(ureq::Error::HostNotFound)), "{asked:?}");
    }
}
