//! A stall whose page a visitor opens, and the command that sends it money to be heard.

use serde::Serialize;

use super::plan::Plan;
use super::ready::account;
use super::settle::Settled;
use crate::app::App;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedConfig, SepayAuthentication};
use crate::live::links::{self, LinkKind, NewStallLink};

/// One stall of a feed that anybody can sign for.
#[derive(Serialize)]
pub struct Listening {
    /// The listening link's path.
    pub path: String,
    /// That of the vendor's own link; whoever opens it first chooses its six digits.
    pub owner_path: String,
    /// What `cho40` is to be called with.
    pub command: String,
}

/// Makes the links to the first stall that has an account of its own in the feed signed by HMAC;
/// `None` in a market that has none.
pub async fn listening(
    app: &App,
    plan: &Plan,
    settled: &Settled,
    url: &str,
) -> Outcome<Option<Listening>> {
    let is_signed = |config: &FeedConfig| matches!(config, FeedConfig::Sepay(sepay) if sepay.authentication == SepayAuthentication::Hmac);
    let feed = settled.feeds.iter().find(|feed| is_signed(&feed.config));
    let found = feed.and_then(|feed| {
        let accounts = feed.accounts.iter().filter_map(|place| account(*place, plan, settled));
        let mut alone = accounts.filter(|account| account.occupancy_ids.len() == 1);
        let account = alone.next()?;
        Some((feed, *account.occupancy_ids.first()?, account.bin, account.number.to_owned()))
    });
    let Some((feed, occupancy_id, bin, number)) = found else { return Ok(None) };
    let (id, secret) = (feed.id, feed.secret.expose());
    let command = format!(
        "feed send --provider sepay --config '{{\"authentication\":\"hmac\"}}' --secret {secret} \
         --url {url}/hooks/{id} --bin {bin} --account {number} --amount 50000"
    );
    let (act, scope) = (settled.act(app), &settled.scope);
    let create = move |connection: &mut DbConnection| {
        let mut link = |kind| {
            let name = "Khách xem thử".to_owned();
            let new = NewStallLink { occupancy_id, kind, name, shows_payer: false, address: None };
            links::create(connection, &act, new)
        };
        Ok((link(LinkKind::Listener)?, link(LinkKind::Owner)?))
    };
    let (listener, owner) = app.db.write(scope.board_id.0, create).await?;
    Ok(Some(Listening { path: listener.path, owner_path: owner.path, command }))
}
