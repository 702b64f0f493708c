//! Whom a page of the report is about: the market, a section, a khóm, goods, a team, the wholesale stalls,
//! a stall.

use super::super::super::Words;
use super::told::{Drawn, Told};
use crate::adoption::laid::{self, cash_in_words, figures, funnel, share_ends, tallied_in_words};
use crate::adoption::{AdoptionReport, Amounts, GroupKind, Metrics, OccupancyReport, Source};
use crate::db::Outcome;
use crate::primitives::Vnd;
use crate::print::charts;

/// Ways of grouping, as they stand in addresses.
pub(super) const fn kind(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Neighbourhood => "khom",
        GroupKind::Goods => "hang",
        GroupKind::Team => "to",
    }
}

/// A group that the report has figures of.
pub(super) struct Group<'r> {
    /// How it is asked for.
    pub ai: String,
    pub name: String,
    pub metrics: &'r Metrics,
}

/// The groups of a report by what they are of: sections, khóm, goods, teams, wholesale.
pub(super) fn groups(words: Words, report: &AdoptionReport) -> Vec<(&'static str, Vec<Group<'_>>)> {
    let sections = report.sections.iter().map(|one| Group {
        ai: format!("khu:{}", one.section_id),
        name: one.section.clone(),
        metrics: &one.metrics,
    });
    let mut all = vec![("khu", sections.collect::<Vec<_>>())];
    for wanted in [GroupKind::Neighbourhood, GroupKind::Goods, GroupKind::Team] {
        let of = report.groups.iter().filter(|one| one.kind == wanted);
        let group = of.map(|one| {
            let key = match wanted {
                GroupKind::Goods => one.name.clone(),
                _ => one.id.clone().unwrap_or_default(),
            };
            Group {
                ai: format!("{}:{key}", kind(wanted)),
                name: one.name.clone(),
                metrics: &one.metrics,
            }
        });
        all.push((kind(wanted), group.collect()));
    }
    let wholesale = report.wholesale.iter().map(|metrics| Group {
        ai: "si:".to_owned(),
        name: words.say("desk-report-si"),
        metrics,
    });
    all.push(("si", wholesale.collect()));
    all.retain(|(_, groups)| !groups.is_empty());
    all
}

/// What is told of a group; none where the report has no such group.
pub(super) fn of_group(
    words: Words,
    report: &AdoptionReport,
    ai: &str,
) -> Outcome<Option<(String, Told)>> {
    let all = groups(words, report);
    let found = all.iter().flat_map(|(_, groups)| groups).find(|group| group.ai == ai);
    let Some(group) = found else { return Ok(None) };
    let metrics = group.metrics;
    let mut told = of_metrics(words, metrics)?;
    told.opening = vec![coverage(words, metrics)];
    told.money = vec![(words.say("desk-report-money"), money(words, metrics))];
    // Sums of money are told of the market and its sections alone.
    let last = report.last_whole_month.iter().flat_map(|month| &month.sections);
    let last = last.filter(|one| format!("khu:{}", one.section_id) == ai);
    told.money.extend(last.map(|one| month_money(words, report, &one.amounts)));
    Ok(Some((group.name.clone(), told)))
}

/// Of the market, besides what is laid out; and the text for a messenger's group.
pub(super) fn of_market(words: Words, report: &AdoptionReport) -> Outcome<(Told, String)> {
    let laid = laid::lay(report);
    let zalo = laid.zalo.clone();
    let mut told = Told::of(words, laid)?;
    told.money = vec![(words.say("desk-report-money"), money(words, &report.whole_market))];
    let last = report.last_whole_month.iter();
    told.money.extend(last.map(|month| month_money(words, report, &month.whole_market)));
    told.sources = report.sources.iter().map(|source| from(words, source)).collect();
    Ok((told, zalo))
}

/// Of one stall: its class and what hinders, its weeks, its metrics.
pub(super) fn of_stall(words: Words, one: &OccupancyReport) -> Outcome<(String, Told)> {
    let metrics = &one.metrics;
    let mut told = of_metrics(words, metrics)?;
    told.charts.clear();
    told.opening = if one.reasons_vi.is_empty() {
        vec![words.say("desk-report-stall-seen")]
    } else {
        let first = words.say("desk-report-stall-unseen");
        vec![format!("{first} {}.", one.reasons_vi.join("; ")), words.say("desk-report-silence")]
    };
    told.money = vec![
        (words.say("desk-report-class"), class(one)),
        (words.say("desk-report-money"), money(words, metrics)),
    ];
    let name = format!("{} {} ({})", words.say("desk-stall"), one.stall_code, one.section);
    Ok((name, told))
}

/// `Đang dùng`, or what it may be besides.
pub(super) fn class(one: &OccupancyReport) -> String {
    if one.class == one.possible_class {
        return one.class_vi.to_owned();
    }
    format!("{} – {}", one.class_vi, one.possible_class_vi)
}

/// A stall's weeks as a picture and in words.
pub(super) fn weeks(words: Words, one: &OccupancyReport) -> Outcome<String> {
    let days = &one.receipt_days_by_week;
    let number = |week: &Option<i64>| week.map_or_else(|| "?".to_owned(), |days| days.to_string());
    let said = days.iter().map(number).collect::<Vec<_>>().join(" ");
    charts::sparkline(
        days,
        &format!("{} {}: {said}", words.say("desk-report-weeks"), one.stall_code),
    )
}

fn of_metrics(words: Words, metrics: &Metrics) -> Outcome<Told> {
    let steps = funnel(metrics);
    let mut cash = Vec::new();
    if let Some(share) = &metrics.m9 {
        cash.push(format!("{}: {}.", share.label_vi, cash_in_words(share)));
    }
    if let Some(share) = &metrics.m10 {
        cash.push(format!("{}: {}.", share.label_vi, tallied_in_words(share)));
    }
    let drawn = Drawn {
        funnel: &steps,
        share: share_ends(metrics),
        share_in_words: cash.first().map(String::as_str).unwrap_or_default(),
        weeks: &[],
        months: &[],
    };
    let charts = drawn.charts(words)?;
    Ok(Told { figures: figures(metrics, &[]), charts, cash, ..Told::default() })
}

/// How many of a group cannot be measured.
fn coverage(words: Words, metrics: &Metrics) -> String {
    let (trading, measurable) = (metrics.m1.value.denominator, metrics.m2.value.numerator);
    let args = [
        ("trading", trading.to_string()),
        ("equipped", metrics.m1.value.numerator.to_string()),
        ("unseen", (trading - measurable).to_string()),
    ];
    words.0.text("page-desk-report-coverage", &args).unwrap_or_default()
}

fn money(words: Words, metrics: &Metrics) -> String {
    let amounts = metrics.m8.value.map(|value| value.amounts);
    amounts.map_or_else(|| words.say("desk-report-no-data"), |amounts| in_words(words, &amounts))
}

fn in_words(words: Words, amounts: &Amounts) -> String {
    let (low, high) = (amounts.received_low_vnd, amounts.received_high_vnd);
    let hidden = amounts.hidden_because_vi.unwrap_or_default();
    match (low, high) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (Some(low), Some(high)) => format!("{}–{high}", plain(low)),
        (Some(low), None) => format!("{} {low} ({hidden})", words.say("desk-report-at-least")),
        (None, _) if hidden.is_empty() => words.say("desk-report-no-data"),
        (None, _) => hidden.to_owned(),
    }
}

fn plain(amount: Vnd) -> String {
    crate::primitives::money::thousands(amount.get())
}

fn month_money(words: Words, report: &AdoptionReport, amounts: &Amounts) -> (String, String) {
    let month = report.last_whole_month.as_ref().map(|month| month.window.to.month().on_paper());
    let label = format!("{} {}", words.say("desk-report-money-month"), month.unwrap_or_default());
    (label, in_words(words, amounts))
}

fn from(words: Words, source: &Source) -> String {
    let evidence = words.say(&format!("desk-evidence-{}", source.evidence));
    let accounts = words.say("desk-report-accounts");
    format!("{}: {} ({} {accounts})", evidence, source.provider, source.accounts)
}
