//! What the demo says when it is ready: one line of JSON for machines, half a screen for people.

use serde::Serialize;

use super::listening::Listening;
use super::plan::Plan;
use super::settle::Settled;
use crate::primitives::ids::{AccountId, BoardId, FeedId, MarketId, OccupancyId};

/// The line of `--json`.
#[derive(Serialize)]
pub struct Ready<'s> {
    url: String,
    api_key: &'s str,
    board_id: BoardId,
    market_id: MarketId,
    feeds: Vec<ReadyFeed<'s>>,
    /// A stall to listen to.
    listening: Option<Listening>,
    /// Opened once, within 72 hours, it makes somebody the owner of the desk.
    desk_path: String,
}

#[derive(Serialize)]
struct ReadyFeed<'s> {
    id: FeedId,
    provider: &'static str,
    secret: &'s str,
    /// `hmac` or `api_key`; SePay's alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication: Option<crate::feeds::SepayAuthentication>,
    accounts: Vec<ReadyAccount<'s>>,
}

#[derive(Serialize)]
pub struct ReadyAccount<'s> {
    id: AccountId,
    pub bin: &'static str,
    /// The main number.
    pub number: &'s str,
    /// Those who are paid to it now.
    pub occupancy_ids: Vec<OccupancyId>,
}

impl<'s> Ready<'s> {
    pub fn new(
        url: String,
        plan: &'s Plan,
        settled: &'s Settled,
        listening: Option<Listening>,
        desk_path: String,
    ) -> Self {
        let feeds = settled.feeds.iter().map(|feed| ReadyFeed {
            id: feed.id,
            provider: feed.provider.as_str(),
            secret: feed.secret.expose(),
            authentication: match &feed.config {
                crate::feeds::FeedConfig::Sepay(config) => Some(config.authentication),
                _ => None,
            },
            accounts: feed
                .accounts
                .iter()
                .filter_map(|place| account(*place, plan, settled))
                .collect(),
        });
        Self {
            url,
            api_key: &settled.api_key,
            board_id: settled.scope.board_id,
            market_id: settled.register.market_id,
            feeds: feeds.collect(),
            listening,
            desk_path,
        }
    }

    /// Addresses to open, after the report.
    pub fn to_text(&self, keeps_serving: bool) -> String {
        let Self { url, api_key, market_id, desk_path, .. } = self;
        let hook = self.feeds.first().map(|feed| feed.id.to_string()).unwrap_or_default();
        let served = if keeps_serving {
            "\nĐang chạy; nhấn Ctrl-C để dừng.\n"
        } else {
            "\nĐã dừng vì có --once; bỏ --once để máy chủ chạy tiếp.\n"
        };
        let heard = self.listening.as_ref().map(|Listening { path, owner_path, command }| {
            format!(
                "Nghe tiền về           {url}{path}\n\
                 Trang của chủ sạp      {url}{owner_path}\n\
                 Gửi tiền thử để nghe   cho40 {command}\n"
            )
        });
        let heard = heard.unwrap_or_default();
        format!(
            "Máy chủ                {url}\n\
             Bàn làm việc (mời)     {url}{desk_path}\n\
             Thử API                {url}/docs/\n\
             Khóa API               {api_key}\n\
             Địa chỉ nhận tin SePay {url}/hooks/{hook}\n\
             Báo cáo                curl -H 'Authorization: Bearer {api_key}' \
             '{url}/api/v1/reports/adoption?market_id={market_id}'\n{heard}{served}"
        )
    }
}

/// An account of the plan as it stands in the database.
pub fn account<'s>(place: usize, plan: &'s Plan, settled: &Settled) -> Option<ReadyAccount<'s>> {
    let account = plan.accounts.get(place)?;
    let register = &settled.register;
    let paid = plan
        .tenants
        .iter()
        .enumerate()
        .filter(|(_, tenant)| tenant.account == Some(place) && tenant.to.is_none());
    Some(ReadyAccount {
        id: *register.accounts.get(&place)?,
        bin: account.bank.bin,
        number: &account.number,
        occupancy_ids: paid
            .filter_map(|(tenant, _)| register.occupancies.get(&tenant).copied())
            .collect(),
    })
}
