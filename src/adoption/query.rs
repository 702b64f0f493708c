//! Which days a report is about.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::days::Span;
use crate::primitives::{Day, Refusal, UnixMs};

/// A report covers at most this many days.
const LONGEST: i32 = 366;
/// The default window ends with the last full day.
const DEFAULT: i32 = 30;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// The first day of the window; by default 29 days before its last.
    #[schema(value_type = Option<String>, format = Date)]
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// The last day, the report's T; by default the last full day.
    #[schema(value_type = Option<String>, format = Date)]
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
    /// Lists every occupancy too.
    #[serde(default)]
    pub include_occupancies: bool,
}

impl Query {
    /// # Errors
    /// `window-not-over` on `to`, `window-reversed` and `window-too-long` on `from`.
    pub(super) fn window(&self, now: UnixMs, day_start_minute: i32) -> Result<Span, Refusal> {
        let last_full = now.day(day_start_minute).plus(-1);
        let to = self.to.unwrap_or(last_full);
        if to > last_full {
            return Err(Refusal::invalid("to", "window-not-over").with("last_full_day", last_full));
        }
        let window = self.from.map_or(Span::ending(to, DEFAULT), |from| Span::new(from, to));
        if window.is_empty() {
            return Err(Refusal::invalid("from", "window-reversed").with("to", to));
        }
        if to.0.saturating_sub(window.from.0) >= LONGEST {
            return Err(Refusal::invalid("from", "window-too-long").with("days", LONGEST));
        }
        Ok(window)
    }
}
