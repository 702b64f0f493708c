//! What a report says, as its page shows it.

use super::super::super::Words;
use crate::adoption::laid::{Figure, Laid, Point, Step};
use crate::db::Outcome;
use crate::print::charts::{self, Width};

/// A chart for a desk's screen, and for a phone: letters keep their size.
pub(super) struct Chart {
    pub heading: String,
    pub wide: String,
    pub narrow: String,
}

/// `report_body.html` shows it.
#[derive(Default)]
pub(super) struct Told {
    /// What cannot be measured: the first words.
    pub opening: Vec<String>,
    pub because: Vec<(String, i64)>,
    pub figures: Vec<Figure>,
    /// Tiền nhận, or why it is not told.
    pub money: Vec<(String, String)>,
    pub charts: Vec<Chart>,
    pub cash: Vec<String>,
    pub compared: Vec<String>,
    /// Where the figures come from.
    pub sources: Vec<String>,
    pub notes: Vec<String>,
}

/// What the charts are drawn from.
pub(super) struct Drawn<'a> {
    pub funnel: &'a [Step],
    pub share: Option<(i32, i32, i32)>,
    /// What is said of the share, for those who do not see it.
    pub share_in_words: &'a str,
    pub weeks: &'a [Point],
    pub months: &'a [Point],
}

impl Drawn<'_> {
    pub(super) fn charts(&self, words: Words) -> Outcome<Vec<Chart>> {
        let chart = |key: &str, draw: &dyn Fn(Width) -> Outcome<String>| -> Outcome<Chart> {
            let (wide, narrow) = (draw(Width::Wide)?, draw(Width::Narrow)?);
            Ok(Chart { heading: words.say(key), wide, narrow })
        };
        let mut all = Vec::new();
        if !self.funnel.is_empty() {
            all.push(chart("summary-funnel", &|width| charts::funnel(self.funnel, width))?);
        }
        if let Some(share) = self.share {
            let draw = |width| charts::interval(share, self.share_in_words, width);
            all.push(chart("desk-report-share", &draw)?);
        }
        for (key, points) in [("summary-weeks", self.weeks), ("summary-months", self.months)] {
            if !points.is_empty() {
                let what = words.say(key);
                all.push(chart(key, &|width| charts::trend(points, &what, width))?);
            }
        }
        Ok(all)
    }
}

impl Told {
    /// Of a report as it is laid out, now or when it was published.
    pub(super) fn of(words: Words, laid: Laid) -> Outcome<Self> {
        let drawn = Drawn {
            funnel: &laid.funnel,
            share: laid.share,
            share_in_words: laid.cash.first().map(String::as_str).unwrap_or_default(),
            weeks: &laid.weeks,
            months: &laid.months,
        };
        Ok(Self {
            charts: drawn.charts(words)?,
            opening: laid.opening,
            because: laid.because,
            figures: laid.figures,
            cash: laid.cash,
            compared: laid.compared,
            notes: laid.notes,
            ..Self::default()
        })
    }
}
