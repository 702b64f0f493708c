//! Blank forms to be filled in by hand: the consents, purpose by purpose, and the first visit.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::layout::{Style, words};
use super::letters;
use super::paper::Paper;
use super::printed::Kind;
use super::samples;
use super::sheet::{composed, named};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::MarketId;
use crate::registry::consents::{Purpose, WORDING_CHARS};
use crate::registry::markets;

words!(
    /// Which form.
    Form {
        /// What vendor and holder agree to, purpose by purpose.
        Consent = "consent",
        /// The first visit to a stall, step by step.
        FirstVisit = "first_visit",
    }
);

/// What is asked for, in the words that are signed: the register keeps the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    pub purpose: Purpose,
    pub title: String,
    pub wording: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consents {
    law: String,
    purposes: Vec<Wording>,
    facts: Vec<String>,
}

const BUILT_IN: &str = include_str!("../../assets/print/consents.json");

static CONSENTS: OnceLock<Consents> = OnceLock::new();

fn consents() -> Outcome<&'static Consents> {
    if let Some(known) = CONSENTS.get() {
        return Ok(known);
    }
    take(BUILT_IN).map_err(Fault::broken)?;
    CONSENTS.get().ok_or_else(|| Fault::broken("assets/print/consents.json cannot be read"))
}

/// What is asked for, purpose by purpose, as the forms say it.
///
/// # Errors
/// Only where the program's own wording cannot be read.
pub fn wordings() -> Outcome<&'static [Wording]> {
    Ok(&consents()?.purposes)
}

/// Takes an operator's wording instead of the program's, before any form is printed; the first one
/// that a process is given counts.
///
/// # Errors
/// What is wrong with it.
pub fn take(text: &str) -> Result<(), String> {
    let consents: Consents = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let told: Vec<Purpose> = consents.purposes.iter().map(|one| one.purpose).collect();
    if told != Purpose::ALL {
        return Err("each purpose once, in the program's order".to_owned());
    }
    let is_long = |one: &Wording| one.wording.chars().count() > WORDING_CHARS;
    if consents.purposes.iter().any(is_long) {
        return Err(format!("a wording of more than {WORDING_CHARS} characters"));
    }
    CONSENTS.get_or_init(|| consents);
    Ok(())
}

/// A form with the market's name on it.
pub struct BlankForm {
    form: Form,
    market: String,
    place: String,
    /// The day on which the market was entered: a form has none of its own.
    day: Day,
}

impl BlankForm {
    /// Of a made-up market, for who edits templates.
    pub(super) fn sample(form: Form) -> Self {
        let (day, place) = (samples::day(), samples::place());
        Self { form, market: place.market, place: place.place, day }
    }
}

/// The form of a market.
///
/// # Errors
/// `forbidden` without `registry.read`, `not-found`, those of [`letters::check`].
pub fn of_market(
    connection: &mut DbConnection,
    act: &Act,
    id: MarketId,
    form: Form,
) -> Outcome<BlankForm> {
    let market = markets::get(connection, act, id)?;
    let (name, day) = (composed(&market.name), market.created_at.day(0));
    let place = composed(&format!("{}, {}", market.commune, market.province));
    letters::check(&name, &[("market", &name), ("place", &place)])?;
    Ok(BlankForm { form, market: name, place, day })
}

#[derive(Serialize)]
struct Data<'f> {
    style: Style,
    title: String,
    market: &'f str,
    place: &'f str,
    law: &'f str,
    purposes: Vec<Asked<'f>>,
    facts: &'f [String],
}

#[derive(Serialize)]
struct Asked<'f> {
    #[serde(flatten)]
    wording: &'f Wording,
    whose: &'static str,
}

/// Who can agree to it.
const fn whose(purpose: Purpose) -> &'static str {
    match (purpose.is_vendors(), purpose.is_holders()) {
        (true, true) => "người bán, chủ tài khoản",
        (true, false) => "người bán",
        _ => "chủ tài khoản",
    }
}

impl Form {
    const fn title(self) -> &'static str {
        match self {
            Self::Consent => "Phiếu đồng ý cho dùng dữ liệu",
            Self::FirstVisit => "Phiếu ghé sạp lần đầu",
        }
    }
}

impl Paper for BlankForm {
    fn template(&self) -> &'static str {
        match self.form {
            Form::Consent => "consent.typ",
            Form::FirstVisit => "first_visit.typ",
        }
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        let Consents { law, purposes, facts } = consents()?;
        let asked = |wording: &'static Wording| Asked { whose: whose(wording.purpose), wording };
        serde_json::to_vec(&Data {
            style: Style::Mono,
            title: format!("{} · {}", self.market, self.form.title()),
            market: &self.market,
            place: &self.place,
            law,
            purposes: purposes.iter().map(asked).collect(),
            facts,
        })
        .map_err(Fault::broken)
    }

    fn file(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        let digest = Sha256::new().chain_update(self.form.as_str());
        Ok(digest.chain_update(self.data()?).finalize().into())
    }

    fn issued_day(&self) -> Day {
        self.day
    }

    fn pieces(&self) -> usize {
        1
    }

    fn file_name(&self, kind: Kind) -> String {
        let what = match self.form {
            Form::Consent => "phieu-dong-y",
            Form::FirstVisit => "phieu-ghe-sap",
        };
        named(&self.market, what, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_its_words_once() {
        let told: Vec<_> = consents().unwrap().purposes.iter().map(|one| one.purpose).collect();
        assert_eq!(told, Purpose::ALL);
        let fits = |one: &Wording| one.wording.chars().count() <= WORDING_CHARS;
        assert!(consents().unwrap().purposes.iter().all(fits));
    }
}
