//! Answers that say what a feed will not see of what was given out.

use actix_web::HttpRequest;
use serde::Serialize;
use utoipa::ToSchema;

use super::envelope::language_of;
use super::next_step;
use super::texts::Language;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::registry::codes::Code;
use crate::registry::reporters::{self, Warning};
use crate::requests::Request;

/// A code, and what is not seen of the money that it brings.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarnedCode {
    #[serde(flatten)]
    pub code: Code,
    /// Empty: its feed sees it.
    pub warnings: Vec<Warning>,
}

/// A request, and what is not seen of the money that it asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarnedRequest {
    #[serde(flatten)]
    pub request: Request,
    /// Empty: its feed sees it.
    pub warnings: Vec<Warning>,
}

/// The language that warnings are told in.
#[derive(Clone, Copy, Debug)]
pub struct Teller(Language);

impl Teller {
    #[must_use]
    pub const fn speaking(language: Language) -> Self {
        Self(language)
    }

    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self(language_of(request.headers()))
    }

    pub fn code(self, connection: &mut DbConnection, act: &Act, code: Code) -> Outcome<WarnedCode> {
        let to = (code.account_id, code.number_id);
        let warnings = reporters::warnings(connection, act, to, &code.payload)?;
        Ok(WarnedCode { code, warnings: self.told(warnings) })
    }

    /// An order is told by its own provider, by its id.
    pub fn request(
        self,
        connection: &mut DbConnection,
        act: &Act,
        request: Request,
    ) -> Outcome<WarnedRequest> {
        let to = (request.account_id, request.number_id);
        let warnings = match (&request.order, &request.payload) {
            (None, Some(payload)) => reporters::warnings(connection, act, to, payload)?,
            _ => Vec::new(),
        };
        let request = next_step::told(request, self.0);
        Ok(WarnedRequest { request, warnings: self.told(warnings) })
    }

    #[must_use]
    pub fn told(self, warnings: Vec<Warning>) -> Vec<Warning> {
        warnings.into_iter().map(|warning| self.one(warning)).collect()
    }

    fn one(self, mut warning: Warning) -> Warning {
        let args = [
            ("bank", warning.bank.clone()),
            ("word", warning.memo_word.clone().unwrap_or_default()),
        ];
        let text = self.0.text(&format!("warning-{}", warning.code.as_str()), &args);
        warning.detail = text.unwrap_or_default();
        warning
    }
}
