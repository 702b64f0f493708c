//! The cash side in words.

use crate::adoption::cashless::{CashShare, CountShare, ShareOutcome};
use crate::adoption::interval::Ends;
use crate::adoption::metrics::Metrics;
use crate::adoption::report::AdoptionReport;
use crate::adoption::words::{percent, percents, range};
use crate::primitives::money::thousands;

/// `12,5 %–14,0 %`, or one number.
pub fn ends(ends: Ends) -> String {
    if ends.low_per_mille == ends.high_per_mille {
        percent(ends.low_per_mille)
    } else {
        percents(ends.low_per_mille, ends.high_per_mille)
    }
}

/// M9 in one line, without its name.
pub fn in_words(share: &CashShare) -> String {
    let mut words = match (share.value, share.interval) {
        (Some(value), Some(interval)) => {
            format!("{} (khoảng tin cậy 95 %: {})", ends(value), ends(interval))
        }
        (Some(value), None) => format!("{} – {}", ends(value), share.outcome_vi),
        (None, _) => share.outcome_vi.to_owned(),
    };
    if share.outcome == ShareOutcome::NoCash {
        words = format!("0 đồng tiền mặt trong {} ngày đếm", thousands(share.days));
    }
    if let Some(grade) = share.grade_vi {
        words = format!("{words}; {grade}");
    }
    if share.drawn > 0 {
        words = format!("{words}; {}", asked(share));
    }
    words
}

fn asked(share: &CashShare) -> String {
    let CashShare { drawn, counted, refused, missed, .. } = *share;
    let missed =
        if missed > 0 { format!(", chưa ghé {}", thousands(missed)) } else { String::new() };
    let [drawn, counted, refused] = [drawn, counted, refused].map(thousands);
    format!("rút thăm {drawn} sạp, đếm được {counted}, từ chối {refused}{missed}")
}

/// M10 in one line, without its name.
pub fn tallied_in_words(share: &CountShare) -> String {
    let mut words = match (share.value, share.interval) {
        (Some(value), Some(interval)) => {
            format!("{} (khoảng tin cậy 95 %: {})", ends(value), ends(interval))
        }
        _ => share.outcome_vi.to_owned(),
    };
    if let Some(grade) = share.grade_vi {
        words = format!("{words}; {grade}");
    }
    if let Some((transfer, cash)) = share.transfer.zip(share.cash) {
        let all = thousands(transfer + cash);
        let (transfer, stalls) = (thousands(transfer), thousands(share.stalls));
        words = format!("{words}; {transfer} trong {all} lượt trả, ở {stalls} sạp");
    }
    words
}

/// What people counted, a sentence each.
pub fn sentences(report: &AdoptionReport) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(share) = &report.whole_market.m9 {
        let period = share.period.map(|period| {
            format!(" (đợt đếm {}–{})", period.from.on_paper(), period.to.on_paper())
        });
        let period = period.unwrap_or_default();
        sentences.push(format!("{}{period}: {}.", share.label_vi, in_words(share)));
        if let Some(bound) = share.over_all {
            let seen = range(share.speaks_of.numerator, share.speaks_of.numerator);
            sentences.push(format!(
                "Con số trên nói về {seen} trong {} sạp. Nếu các sạp chưa đo được cũng bán bằng ấy thì \
                 cả chợ nằm đâu đó trong {}; đây là cận, không phải ước lượng.",
                thousands(share.speaks_of.denominator),
                ends(bound)
            ));
        }
    }
    if let Some(share) = &report.whole_market.m10 {
        sentences.push(format!("{}: {}.", share.label_vi, tallied_in_words(share)));
    }
    let fees = report.whole_market.m11;
    sentences.push(format!("{}: {}.", fees.label_vi, fees.because_vi));
    if let Some(change) = report.cash_change {
        let tet = if change.tet { " Một trong hai đợt có Tết: đừng so." } else { "" };
        sentences.push(format!(
            "So với đợt đếm trước, cùng các sạp: {} rồi {} – {}.{tet}",
            in_short(&change.before),
            in_short(&change.after),
            change.change_vi
        ));
    }
    sentences
}

/// M9's figure, or why there is none.
#[must_use]
pub fn in_short(share: &CashShare) -> String {
    share.value.map_or_else(|| share.outcome_vi.to_owned(), ends)
}

/// M10's figure, or why there is none.
#[must_use]
pub fn tallied_in_short(share: &CountShare) -> String {
    share.value.map_or_else(|| share.outcome_vi.to_owned(), ends)
}

/// The interval of M9 for a chart, in thousandths: its ends and its point.
#[must_use]
pub fn share_ends(metrics: &Metrics) -> Option<(i32, i32, i32)> {
    let share = metrics.m9?;
    let (ends, value) = (share.interval?, share.value?);
    let middle = i32::midpoint(value.low_per_mille, value.high_per_mille);
    Some((ends.low_per_mille, ends.high_per_mille, middle))
}
