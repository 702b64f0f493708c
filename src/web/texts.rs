//! Texts for people, Vietnamese first, from `locales/{vi,en}/*.ftl`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};

use crate::primitives::{Day, UnixMs};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "vi",
        // The marks that isolate directions would end up in pages and in JSON.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const VIETNAMESE: LanguageIdentifier = langid!("vi");
const ENGLISH: LanguageIdentifier = langid!("en");

/// The languages that every text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Vietnamese,
    English,
}

impl Language {
    /// Reads `Accept-Language` (RFC 9110, 12.5.4): English only where it is preferred by name.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut vietnamese = 0;
        let mut english = 0;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, thousandths);
            match tag.split('-').next().unwrap_or_default() {
                primary if primary.eq_ignore_ascii_case("vi") => vietnamese = weight,
                primary if primary.eq_ignore_ascii_case("en") => english = english.max(weight),
                _ => {}
            }
        }
        if english > vietnamese { Self::English } else { Self::Vietnamese }
    }

    /// As `Content-Language` wants it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// An argument as a sentence says it: in `allowed`, a list of alternatives, "hoặc" or "or"
    /// stands before the last; an instant is `01:13 ngày 26/11/2026`, a day `26/11/2026`.
    fn said<'v>(self, name: &str, value: &'v str) -> Cow<'v, str> {
        if name.ends_with("_at")
            && let Some(at) = UnixMs::from_rfc3339(value)
        {
            let on = match self {
                Self::Vietnamese => "ngày",
                Self::English => "on",
            };
            return at.in_words(on).into();
        }
        if let Some(day) = Day::parse(value) {
            return day.on_paper().into();
        }
        let or = match self {
            Self::Vietnamese => "hoặc",
            Self::English => "or",
        };
        match value.rsplit_once(", ") {
            Some((others, last)) if name == "allowed" => format!("{others} {or} {last}").into(),
            _ => value.into(),
        }
    }

    /// A text with its arguments filled in; `None` for a key that no file has.
    #[must_use]
    pub fn text(self, key: &str, args: &[(&'static str, String)]) -> Option<String> {
        let language = match self {
            Self::Vietnamese => &VIETNAMESE,
            Self::English => &ENGLISH,
        };
        let args: HashMap<_, _> = args
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(self.said(name, value))))
            .collect();
        LOCALES.try_lookup_with_args(language, key, &args)
    }
}

/// A quality of at most three decimals, `0.8` → 800; anything else weighs nothing.
fn thousandths(quality: &str) -> u32 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits_only = fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits_only && fraction.len() <= 3) {
        ("1", true) => 1_000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Vietnamese};

    #[test]
    fn an_instant_is_said_as_people_say_it() {
        let args = [("revoked_at", "2026-11-25T18:13:05+00:00".to_owned())];
        let said = |language: Language| language.text("problem-code-revoked", &args).unwrap();
        assert!(said(Vietnamese).contains("lúc 01:13 ngày 26/11/2026."), "{}", said(Vietnamese));
        assert!(said(English).contains("at 01:13 on 26/11/2026."), "{}", said(English));
    }

    #[test]
    fn a_day_is_said_as_people_write_it() {
        let args = [("row", "3".to_owned()), ("day", "2026-12-24".to_owned())];
        let said = Vietnamese.text("problem-statement-after-today", &args).unwrap();
        assert!(said.contains("Dòng 3 ghi ngày 24/12/2026,"), "{said}");
    }

    #[test]
    fn english_is_spoken_only_to_those_who_prefer_it() {
        for (header, expected) in [
            ("", Vietnamese),
            ("en", English),
            ("en-GB, en;q=0.9", English),
            ("vi-VN,vi;q=0.9,en;q=0.8", Vietnamese),
            ("en;q=0.5, vi;q=0.4", English),
            ("fr, en;q=0.001", English),
            ("*", Vietnamese),
            ("en;q=0", Vietnamese),
            ("en;q=2.5", Vietnamese),
            ("EN-us", English),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }
}
