//! Adoption of non-cash payment, stall by stall: the metrics M1–M8 and M12 of `docs/adoption.md`.
//!
//! A report reads totals and month roll-ups, never transfers. It opens with what it cannot see:
//! silence of a source that is not proven alive is nowhere counted as a stall that is not used.
//! The unit is the occupancy, this vendor at this stall. M9–M11 and M13 need the cash side and
//! come with the organisers' desk.

mod activity;
mod amounts;
mod assembly;
mod calendar;
pub mod cash;
mod cell;
mod coverage;
mod csv;
mod dark;
mod days;
mod equipped;
mod facts;
mod intensity;
mod labels;
mod metrics;
mod months;
mod quality;
mod query;
mod ratio;
mod report;
mod sentences;
mod signs;
mod silence;
mod store;
mod subject;
mod suppression;
mod text;
mod verdict;
mod visiting;
mod words;

pub use amounts::{Amounts, Hidden};
pub use csv::{Separator, csv};
pub use dark::{DarkFeed, Unproven};
pub use days::Span;
pub use equipped::Reason;
pub use facts::Standing;
pub use intensity::{Intensity, Payers};
pub use metrics::{
    Active, Coming, IntensityMetric, Measured, Metrics, QualityMetric, Share, Windowed,
};
pub use quality::Quality;
pub use query::Query;
pub use ratio::{Bounds, Range, Ratio};
pub use report::{
    AdoptionReport, Apart, Coverage, LunarDays, MarketName, MonthAmounts, OccupancyReport,
    ReasonCount, SectionAmounts, SectionReport, Source, report,
};
pub use sentences::{Sentence, say};
pub use silence::Silence;
pub use subject::AdoptionClass;
pub use text::text;
pub use visiting::{Errors, MarketSigns, StallSigns, signs};
