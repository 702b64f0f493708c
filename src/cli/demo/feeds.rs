//! The demo's feeds: three SePay companies, one sender of Standard Webhooks, one payOS channel.

use serde_json::value::RawValue;

use super::banks::{Bank, FeedName, SACOMBANK, TPBANK};
use super::plan::Plan;
use super::register::Register;
use crate::access::{Act, SecretKey};
use crate::cli::feed::made_up_secret;
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{FeedConfig, MoneyOut, Provider, Secret, SeenNumbers, connector};
use crate::intake::accounts;
use crate::intake::facts::{NewFeedFacts, SeenBank};
use crate::intake::feeds::{self, NewFeed};
use crate::primitives::ids::FeedId;

/// A feed with the secret that its provider signs with.
#[derive(Clone)]
pub struct Feed {
    pub name: FeedName,
    pub id: FeedId,
    pub provider: Provider,
    pub config: FeedConfig,
    pub secret: Secret,
    /// Places in the plan of the accounts that it reports.
    pub accounts: Vec<usize>,
}

impl FeedName {
    const fn provider(self) -> Provider {
        match self {
            Self::SepayHmac | Self::SepayApiKey | Self::SepayBroken => Provider::Sepay,
            Self::StandardWebhooks => Provider::StandardWebhooks,
            Self::Payos => Provider::Payos,
        }
    }

    const fn config(self) -> &'static str {
        match self {
            Self::SepayHmac => r#"{"authentication":"hmac"}"#,
            Self::SepayApiKey => r#"{"authentication":"api_key","merchant":"khu-b"}"#,
            Self::SepayBroken => r#"{"authentication":"hmac","merchant":"khu-c"}"#,
            Self::StandardWebhooks | Self::Payos => "{}",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::SepayHmac => "SePay (HMAC)",
            Self::SepayApiKey => "SePay (API key)",
            Self::SepayBroken => "SePay hay mất kết nối",
            Self::StandardWebhooks => "Ngân hàng qua Standard Webhooks",
            Self::Payos => "payOS",
        }
    }

    /// Its payers never write the word that SePay wants at TPBank and Sacombank.
    fn facts(self) -> NewFeedFacts {
        let without_word = |bank: &Bank| SeenBank {
            bin: bank.bin.to_owned(),
            numbers: SeenNumbers::All,
            money_out: MoneyOut::Unknown,
            memo_word: None,
            source: Some("Ngân hàng mở riêng cho chợ (thử)".to_owned()),
        };
        let sees = match self {
            Self::SepayApiKey => vec![without_word(&TPBANK)],
            Self::SepayBroken => vec![without_word(&SACOMBANK)],
            _ => Vec::new(),
        };
        let subscriber = Some("Ban quản lý chợ".to_owned());
        NewFeedFacts { subscriber, monthly_cost_vnd: None, sees }
    }
}

/// Makes all feeds; accounts are attached by [`attach_new`].
pub fn create_all(connection: &mut DbConnection, act: &Act, key: &SecretKey) -> Outcome<Vec<Feed>> {
    FeedName::ALL.into_iter().map(|name| create(connection, act, key, name)).collect()
}

fn create(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    name: FeedName,
) -> Outcome<Feed> {
    let provider = name.provider();
    // Random also where everything else is seeded: `--listen` may face the world.
    let secret = made_up_secret(provider)?;
    let new = NewFeed {
        provider: provider.as_str().to_owned(),
        name: name.title().to_owned(),
        config: RawValue::from_string(name.config().to_owned()).map_err(Fault::broken)?,
        secret: Some(secret.clone()),
        account_ids: Vec::new(),
        facts: Some(name.facts()),
    };
    let id = feeds::create(connection, act, key, new)?.id;
    let config = FeedConfig::parse(provider, name.config())?;
    let secret = connector(provider).accept_secret(&secret)?;
    Ok(Feed { name, id, provider, config, secret, accounts: Vec::new() })
}

/// Tells the feeds of the accounts that have come since the last time.
pub fn attach_new(
    connection: &mut DbConnection,
    act: &Act,
    plan: &Plan,
    register: &Register,
    feeds: &mut [Feed],
) -> Outcome<()> {
    for feed in feeds {
        for (at, account) in plan.accounts.iter().enumerate() {
            let reports = account.feed == Some(feed.name)
                || feed.name == FeedName::Payos && account.takes_orders;
            if let Some(account_id) = register.accounts.get(&at)
                && reports
                && !feed.accounts.contains(&at)
            {
                accounts::attach_account(connection, act, feed.id, *account_id)?;
                feed.accounts.push(at);
            }
        }
    }
    Ok(())
}
