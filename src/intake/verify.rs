//! Verifying a refused delivery again, once its feed's secret is right.

use super::book::LiveFeed;
use super::replay::{self, TakenIn};
use super::store::refused::{self as rows, RefusedRow};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Believed, Headers, Incoming, RefusedBecause, Secret};
use crate::primitives::Refusal;
use crate::primitives::ids::FeedId;

/// Verifies a refused delivery with today's secrets, whatever its age. If it is believed now, it
/// is taken in as of now and leaves the log; if not, it stays, and the check that fails is told.
///
/// # Errors
/// `not-found`; `refused-truncated`: its body was not kept whole.
pub fn verify(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    feed_id: FeedId,
    number: i64,
) -> Outcome<TakenIn> {
    act.require(Permission::FeedsWrite)?;
    let feed = replay::feed(connection, act, key, feed_id)?;
    let found = rows::find(connection, act.board_id(), feed_id, number)?;
    let row = found.ok_or_else(|| Refusal::not_found("refused_delivery"))?;
    if row.is_truncated {
        return Err(Refusal::conflict("refused-truncated").into());
    }
    let headers = headers(&feed, key, &row);
    if let Err(because) = check(&feed, &row, &headers) {
        return Ok(TakenIn {
            outcome: "refused".to_owned(),
            delivery_id: None,
            refused_because: Some(because.code().to_owned()),
            detail: None,
            unreadable: None,
        });
    }
    let decoded = feed.connector.decode(&feed.config, &row.body, row.received_at);
    let taken = replay::take_in(connection, act, key, &feed, &headers, row.body, decoded)?;
    rows::remove(connection, act.board_id(), feed_id, number)?;
    Ok(taken)
}

/// What is kept of a key that was sent in clear: enough to know it again.
pub(super) fn fingerprint(key: &SecretKey, feed_id: FeedId, presented: &str) -> i64 {
    key.fingerprint("presented key", &format!("{feed_id} {presented}"))
}

/// The headers as they came. A key that was sent in clear is put back if it is a secret of today.
fn headers(feed: &LiveFeed, key: &SecretKey, row: &RefusedRow) -> Headers {
    let kept = Headers::from_stored_json(&row.headers).unwrap_or_default();
    let presented =
        |secret: &&Secret| row.presented_key == Some(fingerprint(key, feed.id, secret.expose()));
    let secret = feed.secrets.iter().find(presented);
    match secret.and_then(|secret| feed.connector.present_key(&feed.config, secret)) {
        Some((name, value)) => kept.with(name, value.as_bytes()),
        None => kept,
    }
}

fn check(feed: &LiveFeed, row: &RefusedRow, headers: &Headers) -> Result<(), RefusedBecause> {
    use RefusedBecause as Because;
    let before = Because::parse(&row.reason);
    // Whether it came to the right place is not kept; nor is anything of a question.
    if let Some(
        because @ (Because::MethodNotAllowed
        | Because::UnknownPath
        | Because::MissingCredentials
        | Because::WrongCredentials),
    ) = before
    {
        return Err(because);
    }
    let body = &row.body;
    let incoming = Incoming { method: "POST", path_tail: "", query: "", headers, body };
    match feed.connector.verify(&feed.config, &feed.secrets, &incoming, row.received_at) {
        // Looked at after the signature was found right; by now every delivery is old.
        Ok(Believed::Report) | Err(Because::StaleTimestamp | Because::FutureTimestamp) => Ok(()),
        Ok(Believed::Question(_)) => Err(Because::UnknownPath),
        // The header with the key or token is not kept, only what was wrong with it.
        Err(Because::MissingApiKey) if row.presented_key.is_some() => Err(Because::WrongApiKey),
        Err(missing @ (Because::MissingApiKey | Because::MissingToken)) => Err(before
            .filter(|because| {
                matches!(
                    because,
                    Because::DoubledHeader
                        | Because::MalformedAuthorization
                        | Because::MalformedHeader
                        | Because::WrongToken
                        | Because::ExpiredToken
                )
            })
            .unwrap_or(missing)),
        Err(because) => Err(because),
    }
}
