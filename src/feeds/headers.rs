//! A small view of request headers: names without case, values as bytes, doubles noticed.

use super::RefusedBecause;

/// No header that we read is near this long; longer values are dropped from what is stored.
const MAX_STORED_VALUE_BYTES: usize = 4_096;
/// Doubles are kept too, so that verifying again refuses them again, but not without end.
const MAX_STORED_HEADERS: usize = 32;

/// Headers in order of arrival; names in lower case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    entries: Vec<(String, Vec<u8>)>,
}

impl Headers {
    /// The only value of a header, `None` if it was not sent.
    ///
    /// # Errors
    /// `doubled-header` if it was sent twice, even with equal values: two readers of one request
    /// could choose differently. `malformed-header` if it is not visible ASCII and spaces.
    pub fn only(&self, name: &str) -> Result<Option<&str>, RefusedBecause> {
        let mut values = self.entries.iter().filter(|(entry, _)| entry.eq_ignore_ascii_case(name));
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(RefusedBecause::DoubledHeader);
        }
        let text = std::str::from_utf8(value).map_err(|_| RefusedBecause::MalformedHeader)?;
        if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(RefusedBecause::MalformedHeader);
        }
        Ok(Some(text.trim()))
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &[u8]) -> Self {
        self.entries.push((name.to_ascii_lowercase(), value.to_vec()));
        self
    }

    /// The allowed headers as JSON, `[["name","value"],…]`, for the stored delivery.
    /// `allowed` is [`super::Connector::kept_headers`]; everything else is left out.
    #[must_use]
    pub fn to_stored_json(&self, allowed: &[&str]) -> String {
        let kept: Vec<(&str, std::borrow::Cow<'_, str>)> = self
            .entries
            .iter()
            .filter(|(name, value)| {
                allowed.contains(&name.as_str()) && value.len() <= MAX_STORED_VALUE_BYTES
            })
            .take(MAX_STORED_HEADERS)
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value)))
            .collect();
        // Strings always serialise; an empty list is the honest stand-in if that ever changed.
        serde_json::to_string(&kept).unwrap_or_else(|_| "[]".to_owned())
    }

    /// Reads what [`Self::to_stored_json`] wrote; `None` if it is something else.
    #[must_use]
    pub fn from_stored_json(json: &str) -> Option<Self> {
        let kept: Vec<(String, String)> = serde_json::from_str(json).ok()?;
        Some(kept.into_iter().collect())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let entries = headers
            .into_iter()
            .map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value.as_ref().to_vec()))
            .collect();
        Self { entries }
    }
}

impl std::fmt::Debug for Headers {
    /// Names only: a value may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|(name, _)| name)).finish()
    }
}
