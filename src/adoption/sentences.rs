//! What the report says in words: what it cannot see, and what to keep in mind.

use serde::Serialize;
use utoipa::ToSchema;

use super::report::{Coverage, LunarDays};
use super::subject::Subject;

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sentence {
    pub vi: String,
    pub en: String,
}

fn say(vi: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { vi: vi.into(), en: en.into() }
}

/// The report's first words.
pub fn of_coverage(coverage: &Coverage) -> Vec<Sentence> {
    let Coverage { trading, measurable, not_measurable, wholesale, .. } = coverage;
    let mut sentences = Vec::new();
    if *trading == 0 {
        sentences.push(say(
            "Không có sạp bán lẻ nào đang bán vào ngày cuối kỳ: chưa đủ dữ liệu.",
            "No retail stall trades at the end of the window: not enough data.",
        ));
    } else if *not_measurable == 0 {
        sentences.push(say(
            format!("Cả {trading} sạp đang bán đều có số liệu."),
            format!("All {trading} trading stalls can be measured."),
        ));
    } else {
        let because = |text: fn(&super::report::ReasonCount) -> &'static str| {
            let parts: Vec<_> = coverage
                .because
                .iter()
                .map(|reason| format!("{} {}", reason.count, text(reason)))
                .collect();
            parts.join(", ")
        };
        sentences.push(say(
            format!(
                "{not_measurable} trong {trading} sạp đang bán chưa đo được: {}. Các con số dưới \
                 đây chỉ nói về {measurable} sạp có số liệu.",
                because(|reason| reason.label_vi)
            ),
            format!(
                "{not_measurable} of {trading} trading stalls cannot be measured: {}. The figures \
                 below speak only of the {measurable} measurable ones.",
                because(|reason| reason.label_en)
            ),
        ));
        sentences.push(say(
            "Không có số liệu không có nghĩa là không dùng.",
            "No data does not mean no use.",
        ));
    }
    let (closed, left, suspended) = (coverage.closed, coverage.left, coverage.suspended);
    if closed + left + suspended > 0 {
        sentences.push(say(
            format!(
                "Không tính: {closed} sạp đã đóng, {left} người bán đã nghỉ sạp trong kỳ, \
                 {suspended} sạp đang tạm nghỉ."
            ),
            format!(
                "Not counted: closed within the window {closed}, vendor left within it {left}, \
                 suspended {suspended}."
            ),
        ));
    }
    if *wholesale > 0 {
        sentences.push(say(
            format!("{wholesale} sạp bán sỉ được tính riêng."),
            format!("Wholesale stalls reported apart: {wholesale}."),
        ));
    }
    sentences
}

/// What a reader has to keep in mind.
pub fn notes(subjects: &[Subject<'_>], days: &LunarDays) -> Vec<Sentence> {
    let mut notes = vec![say(
        "“Tiền nhận” là tiền chuyển khoản nhận được, không gồm tiền mặt.",
        "Money received is what came by transfer; cash is not in it.",
    )];
    let seen = |subject: &&Subject<'_>| subject.occupancy.activity.sums.receipts > 0;
    let names = |subject: &Subject<'_>| subject.occupancy.activity.sums.named > 0;
    if subjects.iter().any(|subject| seen(&subject)) && !subjects.iter().any(names) {
        notes.push(say(
            "Nguồn báo tiền không ghi người chuyển, nên “Bắt đầu dùng” không xét điều kiện từ hai \
             người chuyển và không đếm được số người chuyển.",
            "The feeds name no payers: Activated does not ask for two payers, and payers cannot \
             be counted.",
        ));
    }
    let unclear = |subject: &Subject<'_>| {
        let activity = &subject.occupancy.activity;
        activity.sums.unclassified > 0 || activity.loose.any(days.window)
    };
    let unclear = subjects.iter().filter(|subject| unclear(subject)).count();
    if unclear > 0 {
        notes.push(say(
            format!(
                "{unclear} sạp có khoản chưa phân loại hoặc chưa rõ của sạp nào: số thấp không tính \
                 các khoản đó, số cao tính hết."
            ),
            format!(
                "Stalls with money that is unclassified or unassigned: {unclear}. The low figure \
                 leaves it out, the high one counts all of it."
            ),
        ));
    }
    if days.tet {
        notes.push(say(
            "Kỳ này có Tết (từ 23 tháng Chạp đến mùng 7 tháng Giêng): đừng so với tháng thường.",
            "The window includes Tết (from the 23rd of the last lunar month to the 7th of the \
             first): do not compare it with an ordinary month.",
        ));
    }
    notes
}
