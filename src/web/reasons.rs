//! Why something was not believed, cannot be read or waits, in the caller's words: their codes alone
//! speak to programs.

use std::borrow::Cow;

use super::texts::Language;
use crate::intake::conflicts::SightingConflict;
use crate::intake::deliveries::{Delivery, Unreadable};
use crate::intake::pairs::SuspectedPair;
use crate::intake::refused::Refused;
use crate::intake::replay::TakenIn;
use crate::intake::statements::UnreadableLine;
use crate::ledger::marks::MarkedTransfer;
use crate::ledger::unassigned::Waiting;
use crate::registry::Page;

/// Something that carries the words of its reason.
pub trait Reasoned {
    fn tell(&mut self, language: Language);
}

/// With its words.
pub fn told<T: Reasoned>(mut one: T, language: Language) -> T {
    one.tell(language);
    one
}

/// Each with its words.
pub fn page_told<T: Reasoned>(mut page: Page<T>, language: Language) -> Page<T> {
    page.items.iter_mut().for_each(|one| one.tell(language));
    page
}

fn text(language: Language, kind: &str, code: &str) -> String {
    language.text(&format!("{kind}-{}", code.replace('_', "-")), &[]).unwrap_or_default()
}

impl Reasoned for Unreadable {
    fn tell(&mut self, language: Language) {
        self.detail = text(language, "unreadable", &self.because);
    }
}

impl Reasoned for Delivery {
    fn tell(&mut self, language: Language) {
        self.unreadable.iter_mut().for_each(|one| one.tell(language));
    }
}

impl Reasoned for SuspectedPair {
    fn tell(&mut self, language: Language) {
        self.first.iter_mut().chain(&mut self.other).for_each(|one| one.tell(language));
    }
}

impl Reasoned for SightingConflict {
    fn tell(&mut self, language: Language) {
        self.first.iter_mut().chain(&mut self.other).for_each(|one| one.tell(language));
        let reason = self.reason.as_str();
        self.detail = text(language, "conflict", reason);
        self.next_step = match &self.verdict {
            None => text(language, "conflict-next", reason),
            Some(_) if self.corrected => text(language, "conflict-after", "corrected"),
            Some(verdict) => text(language, "conflict-after", verdict.right.as_str()),
        };
    }
}

impl Reasoned for Refused {
    fn tell(&mut self, language: Language) {
        self.detail = text(language, "refused", &self.reason);
    }
}

impl Reasoned for TakenIn {
    fn tell(&mut self, language: Language) {
        self.unreadable.iter_mut().for_each(|one| one.tell(language));
        self.detail = self.refused_because.as_ref().map(|code| text(language, "refused", code));
    }
}

impl Reasoned for UnreadableLine {
    fn tell(&mut self, language: Language) {
        self.detail = text(language, "unreadable", &self.because);
    }
}

impl Reasoned for MarkedTransfer {
    fn tell(&mut self, language: Language) {
        let reason = self.reason.as_str().replace('_', "-");
        let args = [("stall", self.stall_code.clone())];
        let text = |of: &str| language.text(&format!("{of}-{reason}"), &args).unwrap_or_default();
        (self.detail, self.next_step) = (text("mark"), text("mark-next"));
    }
}

impl Reasoned for Waiting {
    fn tell(&mut self, language: Language) {
        self.detail = text(language, "waiting", &self.reason);
    }
}

/// What a hook answers, with the words of its code behind it, where the answer has the form of ours:
/// an object whose last field is the code.
pub fn hook(body: Cow<'static, str>, language: Language) -> Cow<'static, str> {
    let Some(open) = body.strip_suffix("\"}") else { return body };
    let Some((before, code)) = open.rsplit_once('"') else { return body };
    let kinds = if before.ends_with(r#""error":"#) {
        ["refused", "unreadable"]
    } else if before.ends_with(r#""because":"#) {
        ["unreadable", "refused"]
    } else {
        return body;
    };
    // Some codes are of both kinds, and `too-large` is not the same size in each.
    let words = kinds.map(|kind| text(language, kind, code));
    match words.into_iter().find(|text| !text.is_empty()) {
        Some(text) => {
            Cow::Owned(format!("{open}\",\"detail\":{}}}", serde_json::Value::String(text)))
        }
        None => body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_s_code_is_told_in_words_and_other_answers_stay() {
        let told = |body: &'static str| hook(Cow::Borrowed(body), Language::English);
        assert_eq!(
            told(r#"{"success":false,"error":"missing-timestamp"}"#),
            r#"{"success":false,"error":"missing-timestamp","detail":"The time of signing is missing."}"#
        );
        assert_eq!(
            told(r#"{"outcome":"undecodable","field":"amount","because":"not-positive"}"#),
            r#"{"outcome":"undecodable","field":"amount","because":"not-positive","detail":"The amount must be above 0."}"#
        );
        let too_large = r#"{"outcome":"undecodable","field":"amount_vnd","because":"too-large"}"#;
        assert!(told(too_large).ends_with(r#","detail":"The amount is too large."}"#));
        let too_long = r#"{"success":false,"error":"too-large"}"#;
        assert!(told(too_long).contains("256 KiB"));
        for other in [r#"{"success":true}"#, r#"{"success":false,"error":"busy"}"#, ""] {
            assert_eq!(told(other), other);
        }
    }
}
