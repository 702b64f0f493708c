//! The adoption report on A4, for the commune's desk. It opens with what cannot be measured.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::charts::{self, Width};
use super::layout::Style;
use super::letters::legible;
use super::paper::Paper;
use super::printed::Kind;
use super::sheet::{composed, named};
use crate::adoption::laid::{Laid, SheetCell};
use crate::db::{Fault, Outcome};
use crate::primitives::Day;

/// Tables of groups that the paper shows, of all sheets.
const GROUPS: [&str; 4] = ["Theo khu", "Theo nơi ở", "Theo hàng", "Theo tổ"];
/// Columns of a group's table: name, stalls, and the low share of M1, M2, M4a, M5.
const COLUMNS: [usize; 6] = [0, 1, 4, 8, 16, 24];
/// Rows of one table on the paper; the rest stands in the Excel file.
const ROWS: usize = 40;

/// A report that is ready to be set.
pub struct ReportPaper {
    laid: Laid,
    charts: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Data<'a> {
    style: Style,
    title: String,
    market: String,
    window: String,
    made: String,
    opening: &'a [String],
    because: Vec<[String; 2]>,
    figures: Vec<[&'a str; 5]>,
    has_targets: bool,
    cash: &'a [String],
    compared: &'a [String],
    notes: &'a [String],
    groups: Vec<Group>,
    charts: Vec<&'a str>,
}

#[derive(Serialize)]
struct Group {
    title: String,
    rows: Vec<Vec<String>>,
    left_out: usize,
}

impl ReportPaper {
    /// Draws its charts.
    ///
    /// # Errors
    /// Only where a chart could not be drawn.
    pub fn new(laid: Laid) -> Outcome<Self> {
        let mut charts =
            vec![("funnel.svg".to_owned(), charts::funnel(&laid.funnel, Width::Wide)?)];
        if let Some(share) = laid.share {
            let name = laid.cash.first().cloned().unwrap_or_default();
            charts.push(("share.svg".to_owned(), charts::interval(share, &name, Width::Wide)?));
        }
        for (name, points, what) in [
            ("weeks.svg", &laid.weeks, "Sạp có tiền về trong tuần"),
            ("months.svg", &laid.months, "Sạp có tiền về trong tháng"),
        ] {
            if !points.is_empty() {
                charts.push((name.to_owned(), charts::trend(points, what, Width::Wide)?));
            }
        }
        Ok(Self { laid, charts })
    }

    fn groups(&self) -> Vec<Group> {
        let sheets = self.laid.sheets.iter();
        let told = sheets.filter(|sheet| GROUPS.contains(&sheet.name.as_str()));
        let group = |sheet: &crate::adoption::laid::Sheet| {
            let row = |cells: &Vec<SheetCell>| -> Vec<String> {
                let shown = |column: &usize| cells.get(*column).map(shown).unwrap_or_default();
                COLUMNS.iter().map(shown).collect()
            };
            let rows = sheet.rows.iter().take(ROWS).map(row).collect();
            Group {
                title: sheet.name.clone(),
                rows,
                left_out: sheet.rows.len().saturating_sub(ROWS),
            }
        };
        told.filter(|sheet| !sheet.rows.is_empty()).map(group).collect()
    }
}

fn shown(cell: &SheetCell) -> String {
    match cell {
        SheetCell::Empty => "–".to_owned(),
        SheetCell::Text(text) => legible(&composed(text)),
        SheetCell::Whole(number) => number.to_string(),
        SheetCell::PerMille(share) => format!("{},{} %", share / 10, share % 10),
    }
}

impl Paper for ReportPaper {
    fn template(&self) -> &'static str {
        "report.typ"
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        let laid = &self.laid;
        let figures = laid.figures.iter().map(|one| {
            [&one.label, &one.value, &one.measurable, &one.bounds, &one.target].map(String::as_str)
        });
        let data = Data {
            style: Style::Mono,
            title: format!("{} {}", legible(&composed(&laid.market)), laid.to.on_paper()),
            market: legible(&composed(&laid.market)),
            window: format!("từ {} đến {}", laid.from.on_paper(), laid.to.on_paper()),
            made: laid.generated_at.day(0).on_paper(),
            opening: &laid.opening,
            because: laid
                .because
                .iter()
                .map(|(what, count)| [what.clone(), count.to_string()])
                .collect(),
            figures: figures.collect(),
            has_targets: laid.figures.iter().any(|one| !one.target.is_empty()),
            cash: &laid.cash,
            compared: &laid.compared,
            notes: &laid.notes,
            groups: self.groups(),
            charts: self.charts.iter().map(|(name, _)| name.as_str()).collect(),
        };
        serde_json::to_vec(&data).map_err(Fault::broken)
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        let found = self.charts.iter().find(|(known, _)| known == name);
        found.map(|(_, svg)| svg.clone().into_bytes())
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        let mut digest = Sha256::new().chain_update(self.data()?);
        for (name, svg) in &self.charts {
            digest.update(name);
            digest.update(svg);
        }
        Ok(digest.finalize().into())
    }

    fn issued_day(&self) -> Day {
        self.laid.generated_at.day(0)
    }

    fn pieces(&self) -> usize {
        self.laid.figures.len()
    }

    fn file_name(&self, kind: Kind) -> String {
        named(&self.laid.market, &format!("adoption-{}-{}", self.laid.from, self.laid.to), kind)
    }
}
