//! `Idempotency-Key`: a POST that is sent again after a lost answer does nothing twice. The answer
//! is kept for a day in the transaction that made it, sealed, because it may hold a new key's token
//! or a vendor's phone number.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::caller::Writing;
use super::problem::Problem;
use super::store::{self, Kept};
use crate::access::audit::is_id;
use crate::access::{Act, SecretKey};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::BoardId;
use crate::primitives::time::MS_PER_DAY;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KEY_CHARS: usize = 200;
/// Answers are kept at least this long.
const KEPT_MS: i64 = MS_PER_DAY;

/// The key of a request: 1–200 visible ASCII characters, in one header.
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(KEY);
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    let visible = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
    if !visible || key.len() > KEY_CHARS || values.next().is_some() {
        let problem = Problem::invalid("Idempotency-Key", "idempotency-key-malformed");
        return Err(problem.with("max", KEY_CHARS));
    }
    Ok(Some(key.to_owned()))
}

/// What makes two requests the same: method, path and body.
#[must_use]
pub fn request_hash(operation: &str, body_digest: [u8; 32]) -> String {
    let hash = Sha256::new().chain_update(operation).chain_update("\n").chain_update(body_digest);
    hex::encode(hash.finalize())
}

/// Forgets the kept answers of a board, because the key that sealed them is lost.
pub fn forget_answers(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    store::forget_all(connection, board_id)
}

/// A request that may come again.
pub struct Repeatable {
    pub key: String,
    pub request_hash: String,
    pub secret_key: SecretKey,
}

impl Repeatable {
    /// Runs the work once and keeps its answer; refusals are not kept, so that they can be mended
    /// and sent again under the same key.
    pub fn run(
        &self,
        connection: &mut DbConnection,
        act: &Act,
        work: Box<Writing>,
    ) -> Outcome<Answer> {
        let oldest = act.at.plus_ms(-KEPT_MS);
        match store::find(connection, &act.scope, &self.key)? {
            Some(kept) if kept.created_at < oldest => {
                store::forget(connection, &act.scope, &self.key)?;
            }
            Some(kept) if kept.request_hash != self.request_hash => {
                return Err(Refusal::conflict("idempotency-key-reused").into());
            }
            Some(kept) => return self.open(&kept),
            None => {}
        }
        let answer = work(connection, act)?;
        let sealed = self
            .secret_key
            .seal(&self.key, &serde_json::to_vec(&answer).map_err(Fault::broken)?)?;
        let kept = Kept {
            request_hash: self.request_hash.clone(),
            status: i32::from(answer.status),
            body: hex::encode(sealed),
            created_at: act.at,
        };
        store::keep(connection, &act.scope, &self.key, &kept)
            .map_err(|fault| fault.on_duplicate(|| Refusal::conflict("idempotency-key-in-use")))?;
        // One in 256 clears the key's old answers away: often enough, and never a long scan.
        if self.request_hash.starts_with("00") {
            store::forget_before(connection, &act.scope, oldest)?;
        }
        Ok(answer)
    }

    fn open(&self, kept: &Kept) -> Outcome<Answer> {
        let sealed = hex::decode(&kept.body).map_err(Fault::broken)?;
        let plain = self.secret_key.open(&self.key, &sealed);
        let plain = plain.ok_or_else(|| Fault::broken("a kept answer cannot be opened"))?;
        let answer: Answer = serde_json::from_slice(&plain).map_err(Fault::broken)?;
        Ok(Answer { replayed: true, ..answer })
    }
}

/// An answer as it is kept and sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    location: Option<String>,
    /// JSON.
    body: String,
    #[serde(skip)]
    replayed: bool,
}

impl Answer {
    pub fn new(
        status: StatusCode,
        location: Option<String>,
        body: &impl Serialize,
    ) -> Outcome<Self> {
        let body = serde_json::to_string(body).map_err(Fault::broken)?;
        Ok(Self { status: status.as_u16(), location, body, replayed: false })
    }

    /// 204.
    #[must_use]
    pub fn empty() -> Self {
        let status = StatusCode::NO_CONTENT.as_u16();
        Self { status, location: None, body: String::new(), replayed: false }
    }

    /// Whether nothing was done, because it was done before.
    #[must_use]
    pub const fn is_repeated(&self) -> bool {
        self.replayed
    }

    /// The id of what was made.
    #[must_use]
    pub fn made(&self) -> Option<&str> {
        let last = self.location.as_deref()?.rsplit('/').next()?;
        is_id(last).then_some(last)
    }

    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        if self.replayed {
            response.insert_header((REPLAYED, "true"));
        }
        if self.body.is_empty() {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, "application/json")).body(self.body)
    }
}
