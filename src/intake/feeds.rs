//! Feeds of a board: creating, changing, disabling, and secrets with overlap.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::facts::{self, FeedFacts, NewFeedFacts};
use super::store::feeds::{self as rows, FeedRow};
use super::store::{accounts as account_rows, polls, secrets};
use super::{accounts, shared};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedConfig, FeedKind, Provider, connector};
use crate::primitives::ids::{AccountId, BoardId, FeedId, SecretId};
use crate::primitives::said::Said;
use crate::primitives::{Refusal, UnixMs, input};

const NAME_CHARS: usize = 80;
/// Rotation needs two; more than five are forgotten ones.
const ACTIVE_SECRETS: usize = 5;
/// Of a secret that we make. Standard Webhooks asks for 24 to 64.
const MADE_SECRET_BYTES: usize = 32;

/// A feed as it is shown; its secrets never are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    pub id: FeedId,
    /// `sepay`, `standard_webhooks`, `payos`, `casso`, `vietqr_vn`, `sepay_bank_hub`, `mbbank` or `phone`.
    pub provider: String,
    /// `account` (reports any transfer of an account) or `order` (reports its own orders).
    pub kind: String,
    pub name: String,
    #[schema(value_type = Object)]
    pub config: Box<RawValue>,
    pub facts: FeedFacts,
    /// Where the provider sends its webhooks, below the server's address.
    pub hook_path: String,
    pub secrets: Vec<SecretInfo>,
    /// Those that it reports now; none while it is disabled.
    pub account_ids: Vec<AccountId>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub disabled_at: Option<UnixMs>,
    /// Older feeds whose ids are taken for those of this one, as those of one contract are; nothing says
    /// that they are.
    pub shares_ids_with: Vec<FeedId>,
    /// What that means, and what to do.
    pub warning: Option<Said>,
}

/// When a secret was set, and when it ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretInfo {
    pub id: SecretId,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// `sepay`, `standard_webhooks`, `payos`, `casso`, `vietqr_vn`, `sepay_bank_hub`, `mbbank` or `phone`.
    pub provider: String,
    /// 1–80 characters.
    pub name: String,
    /// The provider's own settings, see `docs/feeds/`.
    #[schema(value_type = Object)]
    pub config: Box<RawValue>,
    /// The provider's key or signing secret; only a feed whose configuration accepts unsigned
    /// requests by name may go without. Phones get theirs by pairing.
    pub secret: Option<String>,
    /// The accounts that it reports.
    #[serde(default)]
    pub account_ids: Vec<AccountId>,
    /// Whose contract it is, what it costs, what it sees.
    #[serde(default, deserialize_with = "input::optional_object")]
    pub facts: Option<NewFeedFacts>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    /// Replaces the configuration; its `merchant` is part of the transfers' identity and stays.
    #[schema(value_type = Object, required = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub config: Option<Box<RawValue>>,
    /// `true` ends the feed at once and frees its accounts for other feeds; `false` takes it up
    /// again with them, unless another feed reports one by now.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub disabled: Option<bool>,
    /// Replaces all facts.
    #[serde(default, deserialize_with = "input::optional_object")]
    pub facts: Option<NewFeedFacts>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    pub secret: String,
    /// The present secrets end after this many seconds (0–2,592,000), so that the provider can be
    /// switched over in between; absent: they stay.
    pub others_expire_in_s: Option<i64>,
}

pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    new: NewFeed,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let provider = Provider::with_hook(&new.provider).ok_or_else(|| {
        let names: Vec<_> = Provider::ALL.iter().map(|provider| provider.as_str()).collect();
        Refusal::invalid("provider", "feed-unknown-provider").with("allowed", names.join(", "))
    })?;
    let name = check_name(&new.name)?;
    let config = FeedConfig::parse(provider, new.config.get())?;
    let id = FeedId(act.new_id());
    let row = FeedRow {
        id,
        provider,
        name,
        config: config.to_json(),
        created_at: act.at,
        disabled_at: None,
        facts: facts::check(connection, act, new.facts.unwrap_or_default())?,
    };
    rows::insert(connection, act.board_id(), &row)?;
    match &new.secret {
        Some(_) if provider == Provider::Phone => {
            return Err(Refusal::invalid("secret", "feed-secret-by-pairing").into());
        }
        Some(secret) => insert_secret(connection, act, key, &row, secret)?,
        None if config.is_unauthenticated() || provider == Provider::Phone => {}
        None => return Err(Refusal::invalid("secret", "feed-config-missing").into()),
    }
    // The lanes must know whose reports the feed's are.
    crate::registry::store::touch(connection, act.board_id())?;
    if !new.account_ids.is_empty() {
        accounts::attach(connection, act, &row, &new.account_ids)?;
    }
    show(connection, act, row)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: FeedId) -> Outcome<Feed> {
    act.require(Permission::FeedsRead)?;
    let row = rows::find(connection, act.board_id(), id)?;
    show(connection, act, row)
}

/// All feeds of the board, oldest first; at most 500.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Feed>> {
    act.require(Permission::FeedsRead)?;
    let rows = rows::all(connection, act.board_id())?;
    rows.into_iter().map(|row| show(connection, act, row)).collect()
}

/// Changes what is named.
///
/// # Errors
/// `feed-merchant-fixed`, `feed-account-in-other-feed` (taking up again), those of the fields.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    change: FeedChange,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let mut row = rows::find(connection, act.board_id(), id)?;
    if let Some(name) = &change.name {
        row.name = check_name(name)?;
    }
    if let Some(config) = &change.config {
        let before = FeedConfig::parse(row.provider, &row.config)?;
        let config = FeedConfig::parse(row.provider, config.get())?;
        if config.merchant() != before.merchant() {
            return Err(Refusal::invalid("config.merchant", "feed-merchant-fixed").into());
        }
        row.config = config.to_json();
    }
    if let Some(new) = change.facts {
        row.facts = facts::check(connection, act, new)?;
    }
    match change.disabled {
        Some(true) if row.disabled_at.is_none() => {
            row.disabled_at = Some(act.at);
            accounts::pause(connection, act, id)?;
        }
        Some(false) if row.disabled_at.is_some() => {
            row.disabled_at = None;
            accounts::resume(connection, act, &row)?;
        }
        _ => {}
    }
    rows::update(connection, act.board_id(), &row)?;
    show(connection, act, row)
}

/// Changes how a feed is called and whose contract it is; what it is said to see of banks stays.
///
/// # Errors
/// Those of the fields.
pub fn describe(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    name: &str,
    facts: NewFeedFacts,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let mut row = rows::find(connection, act.board_id(), id)?;
    row.name = check_name(name)?;
    let sees = std::mem::take(&mut row.facts.sees);
    row.facts = FeedFacts { sees, ..facts::check(connection, act, facts)? };
    rows::update(connection, act.board_id(), &row)?;
    show(connection, act, row)
}

/// A secret of ours for a provider that takes one, in its own form.
///
/// # Errors
/// If the machine has no randomness.
pub fn made_secret(provider: Provider) -> Outcome<String> {
    let mut random = [0; MADE_SECRET_BYTES];
    getrandom::fill(&mut random).map_err(crate::db::Fault::broken)?;
    Ok(match provider {
        Provider::StandardWebhooks => format!("whsec_{}", STANDARD.encode(random)),
        _ => hex::encode(random),
    })
}

/// Adds a secret; the ones before stay valid for a while, or until they are ended.
pub fn add_secret(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: FeedId,
    new: NewSecret,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let row = rows::find(connection, act.board_id(), id)?;
    if row.provider == Provider::Phone {
        return Err(Refusal::invalid("secret", "feed-secret-by-pairing").into());
    }
    if let Some(seconds) = new.others_expire_in_s {
        if !(0..=2_592_000).contains(&seconds) {
            let refusal = Refusal::invalid("others_expire_in_s", "number-out-of-range");
            return Err(refusal.with("min", 0).with("max", 2_592_000).into());
        }
        secrets::expire(connection, act.board_id(), id, act.at.plus_ms(seconds * 1_000))?;
    }
    insert_secret(connection, act, key, &row, &new.secret)?;
    show(connection, act, row)
}

/// Ends a secret at once; the last active one stays, disable the feed instead.
pub fn end_secret(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    secret_id: SecretId,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let row = rows::find(connection, act.board_id(), id)?;
    let active = secrets::active(connection, act.board_id(), id, act.at)?;
    if !active.iter().any(|(info, _)| info.id == secret_id) {
        return Err(Refusal::not_found("secret").into());
    }
    if active.len() == 1 {
        return Err(Refusal::conflict("feed-last-secret").into());
    }
    secrets::end(connection, act.board_id(), secret_id, act.at)?;
    show(connection, act, row)
}

/// Id and name of the feeds whose secrets go with a lost key of the installation.
pub fn with_secrets(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
) -> Outcome<Vec<(FeedId, String)>> {
    let ids = secrets::feeds_with_one(connection, board_id, at)?;
    ids.into_iter().map(|id| Ok((id, rows::find(connection, board_id, id)?.name))).collect()
}

/// Forgets all secrets of a board, because the key that sealed them is lost. Its feeds stay, and
/// refuse what comes until they are given new ones; polling waits for new keys.
pub fn forget_secrets(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    polls::forget_keys(connection, board_id)?;
    secrets::forget_all(connection, board_id)
}

fn insert_secret(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    row: &FeedRow,
    secret: &str,
) -> Outcome<()> {
    let secret = connector(row.provider).accept_secret(secret)?;
    let active = secrets::active(connection, act.board_id(), row.id, act.at)?;
    if active.len() >= ACTIVE_SECRETS {
        let refusal = Refusal::conflict("feed-too-many-secrets").with("max", ACTIVE_SECRETS);
        return Err(refusal.into());
    }
    let context = row.id.to_string();
    let is_it = |sealed: &Vec<u8>| {
        let known = key.open(&context, sealed);
        known.is_some_and(|known| bool::from(known.ct_eq(secret.expose().as_bytes())))
    };
    // The same twice would take two places, and ending one would end nothing.
    if active.iter().any(|(_, sealed)| is_it(sealed)) {
        return Err(Refusal::conflict("feed-secret-known").on("secret").into());
    }
    let sealed = key.seal(&context, secret.expose().as_bytes())?;
    let id = SecretId(act.new_id());
    secrets::insert(connection, act.board_id(), row.id, id, sealed, act.at)
}

pub(super) fn show(connection: &mut DbConnection, act: &Act, row: FeedRow) -> Outcome<Feed> {
    let active = secrets::active(connection, act.board_id(), row.id, act.at)?;
    let account_ids = account_rows::live(connection, act.board_id(), row.id)?;
    let kind: FeedKind = connector(row.provider).kind();
    let shares_ids_with = shared::with(connection, act.board_id(), &row)?;
    Ok(Feed {
        warning: (!shares_ids_with.is_empty()).then_some(shared::SHARED),
        shares_ids_with,
        id: row.id,
        provider: row.provider.as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        name: row.name,
        config: RawValue::from_string(row.config).map_err(crate::db::Fault::broken)?,
        facts: row.facts,
        hook_path: format!("/hooks/{}", row.id),
        secrets: active.into_iter().map(|(info, _)| info).collect(),
        account_ids,
        created_at: row.created_at,
        disabled_at: row.disabled_at,
    })
}

fn check_name(name: &str) -> Result<String, Refusal> {
    crate::registry::check::text("name", name, NAME_CHARS)
}
