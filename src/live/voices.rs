//! Recorded words for phones without a Vietnamese voice: a file a region, in which a page finds
//! each word that may be said. The program brings espeak-ng's along (`scripts/voice`); an operator
//! may import people's own.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::announcement::{Kind, TOO_LARGE, WHOLE_SAID};
use super::store::voices as rows;
use crate::db::{DbConnection, Outcome};
use crate::primitives::spoken::{self, Region};
use crate::primitives::{Refusal, UnixMs};

/// A phone loads it over a weak line.
const MAX_BYTES: usize = 1_500_000;
/// What is said beside amounts and kinds: times, and a pretend payment.
const OTHERS: [&str; 4] = ["đồng", "giờ", "lúc", "tập thử"];

/// A file of recorded words.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// By the text in lower case without punctuation: its beginning and end in the sound, in ms.
    pub words: BTreeMap<String, (u32, u32)>,
    /// What browsers can decode, e.g. MP3; in base64.
    pub sound: String,
}

/// The name of a region's voice.
#[must_use]
pub const fn name(region: Region) -> &'static str {
    match region {
        Region::North => "north",
        Region::South => "south",
    }
}

/// All that must be in a region's file.
#[must_use]
pub fn texts(region: Region) -> Vec<String> {
    let heard = |said: &str| said.to_lowercase().replace(['.', ','], "");
    let kinds = Kind::ALL.into_iter().map(Kind::said).chain([WHOLE_SAID]).map(heard);
    let others = OTHERS.into_iter().chain([TOO_LARGE]).map(str::to_owned);
    let words = spoken::vocabulary(region).into_iter().map(str::to_owned);
    words.chain(kinds).chain(others).collect()
}

/// Takes a region's file in, in place of the program's own.
///
/// # Errors
/// `voice-malformed` (also too large), `voice-word-missing`.
pub fn import(
    connection: &mut DbConnection,
    region: Region,
    content: &str,
    at: UnixMs,
) -> Outcome<()> {
    check(region, content)?;
    rows::replace(connection, name(region), content, at)
}

fn check(region: Region, content: &str) -> Result<(), Refusal> {
    let malformed = |error: &dyn std::fmt::Display| {
        Refusal::conflict("voice-malformed").with("region", name(region)).with("error", error)
    };
    if content.len() > MAX_BYTES {
        return Err(malformed(&format!("{} > {MAX_BYTES} bytes", content.len())));
    }
    let voice: Voice = serde_json::from_str(content).map_err(|error| malformed(&error))?;
    STANDARD.decode(&voice.sound).map_err(|error| malformed(&error))?;
    if let Some((word, _)) = voice.words.iter().find(|(_, (from, to))| from >= to) {
        return Err(malformed(&format!("{word}: from >= to")));
    }
    match texts(region).into_iter().find(|text| !voice.words.contains_key(text)) {
        None => Ok(()),
        Some(text) => {
            let refusal = Refusal::conflict("voice-word-missing");
            Err(refusal.with("region", name(region)).with("word", text))
        }
    }
}

/// A region's file, where one was imported.
pub fn imported(connection: &mut DbConnection, region: Region) -> Outcome<Option<String>> {
    rows::find(connection, name(region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Announcement;

    #[test]
    fn the_programs_own_files_have_every_word() {
        check(Region::South, include_str!("../../assets/voice/south.json")).unwrap();
        check(Region::North, include_str!("../../assets/voice/north.json")).unwrap();
    }

    /// Joins clips as the page does: the longest that fit, one after the other.
    fn is_joined(said: &str, have: &BTreeMap<String, (u32, u32)>) -> bool {
        let said = said.to_lowercase().replace(['.', ',', ':', ';'], "");
        let words: Vec<&str> = said.split_whitespace().collect();
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            let known = |length: &usize| have.contains_key(&rest[..*length].join(" "));
            let Some(length) = (1..=rest.len()).rev().find(known) else { return false };
            rest = &rest[length..];
        }
        true
    }

    #[test]
    fn whatever_is_said_can_be_joined() {
        let files = [
            (Region::South, include_str!("../../assets/voice/south.json")),
            (Region::North, include_str!("../../assets/voice/north.json")),
        ];
        for (region, content) in files {
            let have = serde_json::from_str::<Voice>(content).unwrap().words;
            for kind in Kind::ALL {
                for amount in
                    [500, 1_501, 21_000, 123_456_789, 1_005_024, 999_999_999_999, i64::MAX]
                {
                    for is_late in [false, true] {
                        let said = Announcement::sample(kind, amount, is_late).say(region);
                        assert!(is_joined(&said, &have), "{said}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_that_lacks_a_word_is_refused() {
        let south = include_str!("../../assets/voice/south.json");
        let refused = |content: &str| check(Region::South, content).unwrap_err();
        let lacking = refused(&south.replace("\"mốt\"", "\"mót\""));
        assert_eq!(lacking.code, "voice-word-missing");
        assert!(lacking.args.contains(&("word", "mốt".to_owned())));
        for wrong in ["", "{}", "[]", r#"{"words":{},"sound":"!"}"#] {
            assert_eq!(refused(wrong).code, "voice-malformed", "{wrong}");
        }
        // The north's words are others.
        assert_eq!(check(Region::North, south).unwrap_err().code, "voice-word-missing");
    }
}
