//! Pairing: an organiser makes a code, the phone's side gives it back and gets the phone's secret,
//! once.
//!
//! A code is ten symbols. The first four name it and the other six prove it: whoever guesses must
//! hit a name first (one in a million for each code that waits), and has five tries at it (one in
//! a thousand million each). Tries are counted at the code alone, so guessing at a feed stops
//! nobody else from pairing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Provider, connector};
use crate::intake::hook::Intake;
use crate::intake::store::feeds::{self as feed_rows, FeedRow};
use crate::intake::store::phone::devices as device_rows;
use crate::intake::store::phone::pairing::{self as rows, CodeRow};
use crate::intake::store::secrets;
use crate::primitives::ids::{BoardId, DeviceId, FeedId, SecretId};
use crate::primitives::refusal::RefusalKind;
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Refusal, UnixMs};
use crate::registry::check;
use crate::vietqr::crockford;

const NAME_SYMBOLS: usize = 4;
const CODE_SYMBOLS: usize = 10;
const LIFE_MS: i64 = 15 * MS_PER_MINUTE;
const ATTEMPTS: i32 = 5;
const CODES: i64 = 20;
/// Phones of a feed that are not revoked: each is tried for every notice.
const DEVICES: usize = 50;
const DEVICE_NAME_CHARS: usize = 80;
const SECRET_BYTES: usize = 24;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPairingCode {
    /// What the phone is called, 1–80 characters, e.g. “Máy chị Lụa”.
    pub device_name: String,
}

/// A code to be shown to whoever sets the phone up.
#[derive(Debug, Serialize, ToSchema)]
pub struct PairingCode {
    pub feed_id: FeedId,
    /// Ten symbols without I, L, O and U, e.g. `7K3M-9FQ-2TB`; good for one phone.
    pub code: String,
    /// Fifteen minutes after it was made.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: UnixMs,
    /// Where it is given back, below the server's address.
    pub pair_path: String,
}

/// What the phone's side sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    pub code: String,
}

/// A paired phone with its secret, shown this once.
#[derive(Debug, Serialize)]
pub struct Paired {
    pub device_id: DeviceId,
    pub name: String,
    pub secret: String,
    pub hook_path: String,
    pub ping_path: String,
}

/// Makes a pairing code.
///
/// # Errors
/// `feed-not-of-phones`, `feed-disabled`, `phone-too-many`, `pairing-too-many-codes`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    feed_id: FeedId,
    new: &NewPairingCode,
) -> Outcome<PairingCode> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    let feed = feed_rows::find(connection, board_id, feed_id)?;
    let device_name = check::text("device_name", &new.device_name, DEVICE_NAME_CHARS)?;
    if feed.provider != Provider::Phone {
        return Err(Refusal::conflict("feed-not-of-phones").into());
    }
    if feed.disabled_at.is_some() {
        return Err(Refusal::conflict("feed-disabled").into());
    }
    refuse_too_many(connection, board_id, feed_id, act.at)?;
    if rows::clear_expired(connection, board_id, feed_id, act.at)? >= CODES {
        return Err(Refusal::conflict("pairing-too-many-codes").with("max", CODES).into());
    }
    let code = loop {
        let code = random_code()?;
        let name = code.get(..NAME_SYMBOLS).unwrap_or_default();
        if rows::find(connection, board_id, feed_id, name)?.is_none() {
            break code;
        }
    };
    let expires_at = act.at.plus_ms(LIFE_MS);
    let row = CodeRow {
        name: code.get(..NAME_SYMBOLS).unwrap_or_default().to_owned(),
        proof: proof(key, feed_id, &code),
        device_name,
        expires_at,
        attempts_left: ATTEMPTS,
    };
    rows::insert(connection, board_id, feed_id, &row)?;
    let pair_path = format!("/hooks/{feed_id}/pair");
    Ok(PairingCode { feed_id, code: grouped(&code), expires_at, pair_path })
}

impl Intake {
    /// The board of a feed of phones; `None`: there is no such feed.
    pub async fn pairs_for(&self, feed_id: FeedId) -> Outcome<Option<BoardId>> {
        let now = self.clock.now();
        let feed = self.book.find(&self.db, &self.secret_key, feed_id, now).await?;
        Ok(feed.filter(|feed| feed.reader.is_some()).map(|feed| feed.board_id))
    }

    /// Pairs a phone by its code; `None`: there is no such feed of phones.
    ///
    /// # Errors
    /// `pairing-code-wrong` whatever is wrong with it; `phone-too-many`.
    pub async fn pair(&self, feed_id: FeedId, presented: &Presented) -> Outcome<Option<Paired>> {
        let now = self.clock.now();
        let feed = self.book.find(&self.db, &self.secret_key, feed_id, now).await?;
        let Some(feed) = feed.filter(|feed| feed.reader.is_some()) else { return Ok(None) };
        let (board_id, code) = (feed.board_id, normal(&presented.code));
        let wrong = || Refusal::new(RefusalKind::Forbidden, "pairing-code-wrong");
        let code = code.ok_or_else(wrong)?;
        let name = code.get(..NAME_SYMBOLS).unwrap_or_default().to_owned();
        // Whoever guesses names reads, and does not wait in the lane before money.
        let look =
            move |connection: &mut DbConnection| rows::find(connection, board_id, feed_id, &name);
        if self.db.read(look).await?.is_none() {
            return Err(wrong().into());
        }
        let (key, ids) = (self.secret_key.clone(), self.ids.clone());
        let paired = self
            .db
            .write(board_id.0, move |connection| {
                let row = feed_rows::find(connection, board_id, feed_id)?;
                redeem(connection, board_id, &key, &row, &code, now, &|| ids.next())
            })
            .await?;
        self.book.forget(feed_id);
        Ok(Some(paired.ok_or_else(wrong)?))
    }
}

/// Exchanges a code; `None` if it is wrong, which is counted.
fn redeem(
    connection: &mut DbConnection,
    board_id: BoardId,
    key: &SecretKey,
    feed: &FeedRow,
    code: &str,
    at: UnixMs,
    new_id: &dyn Fn() -> i64,
) -> Outcome<Option<Paired>> {
    let name = code.get(..NAME_SYMBOLS).unwrap_or_default();
    let Some(row) = rows::find(connection, board_id, feed.id, name)? else { return Ok(None) };
    if row.expires_at <= at || row.attempts_left <= 0 {
        return Ok(None);
    }
    if row.proof != proof(key, feed.id, code) {
        rows::miss(connection, board_id, feed.id, name)?;
        return Ok(None);
    }
    if !rows::take(connection, board_id, feed.id, name)? {
        return Ok(None);
    }
    refuse_too_many(connection, board_id, feed.id, at)?;
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(Fault::broken)?;
    let secret =
        connector(Provider::Phone).accept_secret(&format!("phone_{}", hex::encode(bytes)))?;
    let device_id = DeviceId(new_id());
    let sealed = key.seal(&feed.id.to_string(), secret.expose().as_bytes())?;
    secrets::insert(connection, board_id, feed.id, SecretId(device_id.0), sealed, at)?;
    device_rows::insert(connection, board_id, feed.id, device_id, &row.device_name, at)?;
    Ok(Some(Paired {
        device_id,
        name: row.device_name,
        secret: secret.expose().to_owned(),
        hook_path: format!("/hooks/{}", feed.id),
        ping_path: format!("/hooks/{}/ping", feed.id),
    }))
}

fn refuse_too_many(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<()> {
    if secrets::active(connection, board_id, feed_id, at)?.len() >= DEVICES {
        return Err(Refusal::conflict("phone-too-many").with("max", DEVICES).into());
    }
    Ok(())
}

fn random_code() -> Outcome<String> {
    let mut bytes = [0; CODE_SYMBOLS];
    getrandom::fill(&mut bytes).map_err(Fault::broken)?;
    Ok(bytes.iter().map(|byte| crockford::symbol(u32::from(*byte))).collect())
}

/// `7K3M9FQ2TB` as it is shown.
fn grouped(code: &str) -> String {
    let part = |from: usize, to: usize| code.get(from..to).unwrap_or_default();
    format!("{}-{}-{}", part(0, 4), part(4, 7), part(7, CODE_SYMBOLS))
}

/// A code as a person types it; `None` if it is none.
fn normal(text: &str) -> Option<String> {
    let symbols = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
    let code: Option<String> = symbols
        .take(CODE_SYMBOLS + 1)
        .map(|byte| crockford::bits(byte).map(crockford::symbol))
        .collect();
    code.filter(|code| code.len() == CODE_SYMBOLS)
}

fn proof(key: &SecretKey, feed_id: FeedId, code: &str) -> i64 {
    key.fingerprint("pairing code", &format!("{feed_id} {code}"))
}
