//! The report as it is laid out for people: sentences, figures and tables as they will be read. Every file
//! is made of it, so a report that was published is shown again as it was, whatever is known by then.

mod cash;
mod figures;
mod sheets;
mod xlsx;
mod zalo;

use serde::{Deserialize, Serialize};

use super::csv::{Separator, csv};
use super::report::AdoptionReport;
use super::text::text;
use crate::primitives::{Day, UnixMs};

pub use cash::{
    in_short as cash_in_short, in_words as cash_in_words, sentences as cash_sentences, share_ends,
    tallied_in_short, tallied_in_words,
};
pub use figures::{Figure, Point, Step, figures, funnel};
pub use sheets::{Sheet, SheetCell};
pub use xlsx::xlsx;

/// All that a file of a report says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    pub market: String,
    pub from: Day,
    pub to: Day,
    pub generated_at: UnixMs,
    /// What cannot be measured, and why: the first words.
    pub opening: Vec<String>,
    /// Stalls without figures, by reason.
    pub because: Vec<(String, i64)>,
    /// The retail stalls' metrics.
    pub figures: Vec<Figure>,
    pub funnel: Vec<Step>,
    /// Of what people counted, a sentence each.
    pub cash: Vec<String>,
    /// The interval of the share of value, in thousandths: its ends and its point.
    pub share: Option<(i32, i32, i32)>,
    pub weeks: Vec<Point>,
    pub months: Vec<Point>,
    /// The same stalls in two months, a sentence each.
    pub compared: Vec<String>,
    pub notes: Vec<String>,
    pub sheets: Vec<Sheet>,
    /// To be pasted in a group of a messenger: no stall, no order among them.
    pub zalo: String,
    pub text: String,
    pub csv: String,
    pub csv_comma: String,
}

/// Lays a report out.
#[must_use]
pub fn lay(report: &AdoptionReport) -> Laid {
    let opening: Vec<String> =
        report.coverage.sentences.iter().map(|sentence| sentence.vi.clone()).collect();
    let because = report.coverage.because.iter();
    let cash = cash::sentences(report);
    Laid {
        market: report.market.name.clone(),
        from: report.window.from,
        to: report.window.to,
        generated_at: report.generated_at,
        because: because.map(|one| (one.reason.told().vi.to_owned(), one.count)).collect(),
        figures: figures(&report.whole_market, &report.targets),
        funnel: funnel(&report.whole_market),
        share: share_ends(&report.whole_market),
        weeks: figures::points(&report.trend.weeks, false),
        months: figures::points(&report.trend.months, true),
        compared: figures::compared(report),
        notes: report.notes.iter().map(|note| note.vi.clone()).collect(),
        sheets: sheets::sheets(report),
        zalo: zalo::zalo(report, &opening, &cash),
        text: text(report),
        csv: csv(report, Separator::Semicolon),
        csv_comma: csv(report, Separator::Comma),
        opening,
        cash,
    }
}
