//! What `/metrics` tells, in Prometheus' text format. No label comes from outside.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

use crate::db::{Fault, Outcome};
use crate::intake::poll::Meters;
use crate::intake::polling::Metered;

/// Upper bounds in seconds.
const DURATIONS: &[f64] =
    &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// The process's meters.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    hook_outcomes: IntCounterVec,
    queue_full: IntCounter,
    polls: IntCounterVec,
    polled_at: IntGaugeVec,
    poll_failures: IntGaugeVec,
}

impl Metrics {
    pub fn new() -> Outcome<Self> {
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(
                Opts::new("cho40_http_requests_total", "Requests by route and status"),
                &["method", "route", "status"],
            )
            .map_err(Fault::broken)?,
            durations: HistogramVec::new(
                HistogramOpts::new("cho40_http_request_seconds", "Time to answer by route")
                    .buckets(DURATIONS.to_vec()),
                &["method", "route"],
            )
            .map_err(Fault::broken)?,
            hook_outcomes: IntCounterVec::new(
                Opts::new("cho40_hook_deliveries_total", "Hook deliveries by provider and outcome"),
                &["provider", "outcome"],
            )
            .map_err(Fault::broken)?,
            queue_full: IntCounter::new(
                "cho40_queue_full_total",
                "Writes refused because their lane's queue was full",
            )
            .map_err(Fault::broken)?,
            polls: IntCounterVec::new(
                Opts::new("cho40_poll_total", "What this process has read by polling"),
                &["what"],
            )
            .map_err(Fault::broken)?,
            polled_at: IntGaugeVec::new(
                Opts::new(
                    "cho40_poll_last_success_timestamp_seconds",
                    "When a feed was last read to its end; 0 for never",
                ),
                &["feed"],
            )
            .map_err(Fault::broken)?,
            poll_failures: IntGaugeVec::new(
                Opts::new("cho40_poll_failures", "Failed runs of a feed since the last success"),
                &["feed"],
            )
            .map_err(Fault::broken)?,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Outcome<()> {
        let collectors: [Box<dyn prometheus::core::Collector>; 7] = [
            Box::new(self.requests.clone()),
            Box::new(self.durations.clone()),
            Box::new(self.hook_outcomes.clone()),
            Box::new(self.queue_full.clone()),
            Box::new(self.polls.clone()),
            Box::new(self.polled_at.clone()),
            Box::new(self.poll_failures.clone()),
        ];
        collectors
            .into_iter()
            .try_for_each(|collector| self.registry.register(collector).map_err(Fault::broken))
    }

    /// Counts an answered request. `route` is a pattern of ours, never a path as it was asked for.
    pub fn observe(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = match *method {
            Method::GET
            | Method::HEAD
            | Method::POST
            | Method::PATCH
            | Method::PUT
            | Method::DELETE
            | Method::OPTIONS => method.as_str(),
            _ => "other",
        };
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.durations.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// Counts an answered hook delivery, e.g. `sepay`, `recorded`.
    pub fn count_hook(&self, provider: &'static str, outcome: &'static str) {
        self.hook_outcomes.with_label_values(&[provider, outcome]).inc();
    }

    /// Counts a write that found its lane's queue full and was told to come again.
    pub fn count_queue_full(&self) {
        self.queue_full.inc();
    }

    /// Takes over what polling counts, and how the feeds stand.
    pub fn show_polls(&self, meters: &Meters, feeds: &[Metered]) {
        for (what, total) in [
            ("pages", &meters.pages),
            ("new_rows", &meters.new_rows),
            ("unreadable_rows", &meters.unreadable_rows),
            ("failures", &meters.failures),
        ] {
            let counter = self.polls.with_label_values(&[what]);
            counter.inc_by(total.load(Ordering::Relaxed).saturating_sub(counter.get()));
        }
        self.polled_at.reset();
        self.poll_failures.reset();
        for feed in feeds {
            let id = feed.feed_id.to_string();
            let seconds = feed.last_success_at.map_or(0, |at| at.get() / 1_000);
            self.polled_at.with_label_values(&[&id]).set(seconds);
            self.poll_failures.with_label_values(&[&id]).set(feed.failure_count.into());
        }
    }

    /// The meters in Prometheus' text format.
    pub fn text(&self) -> Outcome<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Fault::broken)?;
        Ok(text)
    }
}
