//! What a check of a stall found and what to do about it, in the caller's language.

use super::texts::Language;
use crate::registry::code_checks::{CheckResult, CodeCheck};
use crate::registry::code_verdicts::{CodeVerdict, Remark};

#[must_use]
pub fn told(mut check: CodeCheck, language: Language) -> CodeCheck {
    let is_beside = check.result != CheckResult::Right
        && check.codes.iter().any(|seen| seen.result == CodeVerdict::Right);
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    // What the worst code is decides what is to be done.
    let worst = check.codes.first();
    let has = |remarks: &[Remark]| {
        worst.is_some_and(|seen| seen.remarks.iter().any(|one| remarks.contains(&one.code)))
    };
    let is_once = has(&[Remark::AmountSet, Remark::RequestCode]);
    let is_broken = has(&[Remark::ChecksumWrong]);
    let card = match (&check.card_id, &check.card_stall) {
        (None, _) => "no",
        (Some(_), None) => "here",
        (Some(_), Some(_)) => "elsewhere",
    };
    let args = [
        ("beside", yes(is_beside)),
        ("once", yes(is_once)),
        ("broken", yes(is_broken)),
        ("card", card.to_owned()),
        ("gone", yes(check.card_revoked)),
        ("stall", check.card_stall.clone().unwrap_or_default()),
        ("crowded", yes(check.crowded)),
    ];
    let text = |key: String, args: &[_]| language.text(&key, args).unwrap_or_default();
    check.finding = text(format!("check-{}", check.result.as_str()), &args);
    for remark in check.codes.iter_mut().flat_map(|seen| &mut seen.remarks) {
        remark.detail = text(format!("remark-{}", remark.code.as_str()), &[]);
    }
    check
}
