//! What the report says in words: what it cannot see, and what to keep in mind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cash::SelfReported;
use super::equipped::Reason;
use super::report::{Coverage, LunarDays};
use super::store::sources::FeedAccountRow;
use super::subject::Subject;
use super::suppression::LEAST_STALLS;
use crate::feeds::{Provider, connector};
use crate::primitives::Day;
use crate::primitives::money::thousands;

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sentence {
    pub vi: String,
    pub en: String,
}

/// A sentence in both languages.
pub fn say(vi: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { vi: vi.into(), en: en.into() }
}

/// The report's first words, as of its last day.
pub fn of_coverage(coverage: &Coverage, as_of: Day) -> Vec<Sentence> {
    let mut sentences = vec![of_measurable(coverage, as_of)];
    if coverage.not_measurable > 0 {
        sentences.push(say(
            "Không có số liệu không có nghĩa là không dùng.",
            "No data does not mean no use.",
        ));
    }
    sentences.extend(of_others(coverage));
    if coverage.wholesale > 0 {
        let count = coverage.wholesale;
        sentences.push(say(
            format!("{} sạp bán sỉ được tính riêng.", thousands(count)),
            format!("{} reported apart.", stalls(count, "wholesale stall")),
        ));
    }
    sentences
}

fn of_measurable(coverage: &Coverage, as_of: Day) -> Sentence {
    let Coverage { trading, measurable, not_measurable, .. } = *coverage;
    let (until_vi, until_en) =
        (format!("Tính đến hết ngày {}", as_of.on_paper()), format!("As of the end of {as_of}"));
    if trading == 0 {
        return say(
            format!("{until_vi}: không có sạp bán lẻ nào đang bán, chưa đủ dữ liệu."),
            format!("{until_en}: no retail stall trades, so there is not enough data."),
        );
    }
    if not_measurable == 0 {
        return say(
            format!("{until_vi}: cả {} sạp đang bán đều có số liệu.", thousands(trading)),
            format!("{until_en}: every trading stall ({trading}) can be measured."),
        );
    }
    let because = |text: &dyn Fn(Reason, i64) -> String| {
        let told: Vec<_> = coverage.because.iter().map(|one| text(one.reason, one.count)).collect();
        told.join(", ")
    };
    let of_those = if measurable == 0 {
        ("Chưa có sạp nào có số liệu.".to_owned(), "There are no figures yet.".to_owned())
    } else {
        (
            format!("Các con số dưới đây chỉ nói về {} sạp có số liệu.", thousands(measurable)),
            format!("The figures below speak only of the measurable ones ({measurable})."),
        )
    };
    let vi = because(&|reason, count| format!("{} sạp {}", thousands(count), reason.told().vi));
    let en = because(&|reason, count| {
        let told = reason.told().en;
        // One stall "has" or "shows" what several "have" or "show".
        let told = match (count, told.strip_prefix("have ")) {
            (1, Some(rest)) => format!("has {rest}"),
            (1, None) => told.replacen("show ", "shows ", 1),
            _ => told.to_owned(),
        };
        format!("{count} {told}")
    });
    say(
        format!(
            "{until_vi}: {} trong {} sạp đang bán chưa đo được: {vi}. {}",
            thousands(not_measurable),
            thousands(trading),
            of_those.0
        ),
        format!(
            "{until_en}: {not_measurable} of {} cannot be measured: {en}. {}",
            stalls(trading, "trading stall"),
            of_those.1
        ),
    )
}

/// Those who do not trade any more, or not now; nothing about none.
fn of_others(coverage: &Coverage) -> Option<Sentence> {
    let parts = [
        (coverage.closed, "sạp đã đóng trong kỳ", "closed within the window"),
        (coverage.left, "tiểu thương đã nghỉ sạp trong kỳ", "left by the vendor within the window"),
        (coverage.suspended, "sạp đang tạm nghỉ", "suspended"),
    ];
    let there: Vec<_> = parts.into_iter().filter(|(count, ..)| *count > 0).collect();
    if there.is_empty() {
        return None;
    }
    let vi: Vec<_> =
        there.iter().map(|(count, vi, _)| format!("{} {vi}", thousands(*count))).collect();
    let en: Vec<_> = there.iter().map(|(count, _, en)| format!("{count} {en}")).collect();
    Some(say(
        format!("Không tính: {}.", vi.join(", ")),
        format!("Stalls that are not counted: {}.", en.join(", ")),
    ))
}

/// `1 trading stall`, `2 trading stalls`.
fn stalls(count: i64, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// What a reader has to keep in mind.
pub fn notes(
    subjects: &[Subject<'_>],
    feeds: &[FeedAccountRow],
    days: &LunarDays,
    cash: SelfReported,
) -> Vec<Sentence> {
    let mut notes = vec![say(
        "“Tiền nhận” là tiền chuyển khoản nhận được, không gồm tiền mặt.",
        "Money received is what came by transfer; cash is not in it.",
    )];
    notes.extend(of_payers(subjects, feeds));
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
    notes.extend(of_cash(cash));
    if days.tet {
        notes.push(say(
            "Kỳ này có Tết (từ 23 tháng Chạp đến mùng 7 tháng Giêng): đừng so với tháng thường.",
            "The window includes Tết (from the 23rd of the last lunar month to the 7th of the \
             first): do not compare it with an ordinary month.",
        ));
    }
    notes
}

/// What vendors said of their cash; of few stalls not even how many.
fn of_cash(cash: SelfReported) -> Option<Sentence> {
    let SelfReported { stalls: answering, days, declined } = cash;
    if answering == 0 && declined == 0 {
        return None;
    }
    if answering < LEAST_STALLS as i64 {
        return Some(say(
            "Tiền mặt tự khai: chưa đủ dữ liệu.",
            "Cash by the vendors' own word: not enough data.",
        ));
    }
    Some(say(
        format!(
            "Tiền mặt tự khai: {} sạp, {} lượt trả lời, {} lượt không muốn trả lời. Số tự khai \
             không vào tỷ lệ nào trong báo cáo này.",
            thousands(answering),
            thousands(days),
            thousands(declined)
        ),
        format!(
            "Cash by the vendors' own word: {}; answers {days}, refused {declined}. They are part \
             of no figure in this report.",
            stalls(answering, "stall")
        ),
    ))
}

/// Payers that are not named: by a provider that never does, whatever others do, or by any.
fn of_payers(subjects: &[Subject<'_>], feeds: &[FeedAccountRow]) -> Option<Sentence> {
    let is_silent = |name: &&str| {
        Provider::parse(name).is_some_and(|provider| !connector(provider).names_payers())
    };
    let mut silent: Vec<_> =
        feeds.iter().map(|feed| feed.provider.as_str()).filter(is_silent).collect();
    silent.sort_unstable();
    silent.dedup();
    if !silent.is_empty() {
        let silent = silent.join(", ");
        return Some(say(
            format!(
                "Nguồn báo tiền {silent} không ghi người chuyển, nên với tiền báo qua nguồn này, \
                 “Bắt đầu dùng” không xét điều kiện từ hai người chuyển và không đếm được số người \
                 chuyển."
            ),
            format!(
                "Feeds that name no payers: {silent}. For money that they report, Activated does \
                 not ask for two payers, and payers cannot be counted."
            ),
        ));
    }
    let seen = subjects.iter().any(|one| one.occupancy.activity.sums.receipts > 0);
    let named = subjects.iter().any(|one| one.occupancy.activity.sums.named > 0);
    (seen && !named).then(|| {
        say(
            "Nguồn báo tiền không ghi người chuyển, nên “Bắt đầu dùng” không xét điều kiện từ hai \
             người chuyển và không đếm được số người chuyển.",
            "The feeds name no payers: Activated does not ask for two payers, and payers cannot \
             be counted.",
        )
    })
}
