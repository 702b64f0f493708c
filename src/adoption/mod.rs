//! Adoption of non-cash payment, stall by stall: the metrics M1–M13 of `docs/adoption.md`.
//!
//! A report reads totals and month roll-ups, never transfers. It opens with what it cannot see:
//! silence of a source that is not proven alive is nowhere counted as a stall that is not used.
//! The unit is the occupancy, this vendor at this stall. The cash side is what people counted at stalls
//! that were drawn by lot ([`counting`]); without it there is no share of value.

mod activity;
mod amounts;
mod assembly;
mod calendar;
pub mod cash;
mod cashless;
mod cell;
pub mod counting;
mod coverage;
mod csv;
mod dark;
mod days;
mod equipped;
mod facts;
mod funnel;
mod groups;
mod intensity;
mod interval;
mod labels;
pub mod laid;
mod metrics;
mod months;
pub mod published;
mod quality;
mod query;
mod ratio;
mod report;
mod sentences;
mod signs;
mod silence;
mod store;
mod subject;
mod suppliers;
mod suppression;
pub mod targets;
mod text;
mod trend;
mod verdict;
mod visiting;
mod words;

pub use amounts::{Amounts, Hidden};
pub use cashless::{CashShare, Change, CountShare, Fees, Grade, ShareChange, ShareOutcome};
pub use csv::{Separator, csv};
pub use dark::{DarkFeed, Unproven};
pub use days::Span;
pub use equipped::Reason;
pub use facts::Standing;
pub use funnel::FunnelStep;
pub use groups::GroupKind;
pub use intensity::{Intensity, Payers};
pub use interval::{Counted, Ends, Estimate, share_of_count, share_of_value};
pub use metrics::{
    Active, Coming, IntensityMetric, Measured, Metrics, QualityMetric, Share, Windowed,
};
pub use quality::Quality;
pub use query::Query;
pub use ratio::{Bounds, Range, Ratio};
pub use report::{
    AdoptionReport, Apart, Coverage, GroupReport, LunarDays, MarketName, MonthAmounts,
    OccupancyReport, ReasonCount, SectionAmounts, SectionReport, Source, markets, report,
};
pub use sentences::{Sentence, say};
pub use silence::Silence;
pub use store::totals::PAYING_SUPPLIERS;
pub use subject::AdoptionClass;
pub use targets::{NewTarget, Target, TargetMetric};
pub use text::text;
pub use trend::{Compared, Panel, Trend, TrendPoint};
pub use visiting::{Errors, MarketSigns, StallSigns, signs};
