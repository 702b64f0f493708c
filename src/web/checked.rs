//! What a check of a stall found and what to do about it, in the caller's language.

use super::texts::Language;
use crate::registry::code_checks::{CheckResult, CodeCheck};
use crate::registry::code_verdicts::CodeVerdict;

#[must_use]
pub fn told(mut check: CodeCheck, language: Language) -> CodeCheck {
    let is_beside = check.result != CheckResult::Right
        && check.codes.iter().any(|seen| seen.result == CodeVerdict::Right);
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let args = [
        ("beside", yes(is_beside)),
        ("card", yes(check.card_id.is_some())),
        ("crowded", yes(check.crowded)),
    ];
    let text = |key: String, args: &[_]| language.text(&key, args).unwrap_or_default();
    check.finding = text(format!("check-{}", check.result.as_str()), &args);
    for remark in check.codes.iter_mut().flat_map(|seen| &mut seen.remarks) {
        remark.detail = text(format!("remark-{}", remark.code.as_str()), &[]);
    }
    check
}
