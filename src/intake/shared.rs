//! Feeds whose ids cannot be told apart: two of one provider with the same `merchant`. Two webhooks of one
//! company tell the same ids for the same transfers, as they should. Those of two companies may tell one id
//! for two transfers, of which one would be counted until a person looks.

use super::store::feeds::{self as rows, FeedRow};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedConfig, Provider};
use crate::primitives::fold;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::said::Said;

/// What the answer says of a feed that has others like it.
pub const SHARED: Said = Said {
    vi: "Có nguồn khác cùng nhà cung cấp và cùng `merchant`, mà không rõ có cùng một hợp đồng không. Cùng một hợp đồng: xin ghi cùng `facts.subscriber` ở cả hai nguồn. Hai hợp đồng: hai khoản khác nhau có thể mang cùng một mã và chỉ được tính một; xin tắt nguồn này rồi lập lại với `merchant` riêng.",
    en: "Another feed has the same provider and the same `merchant`, and nothing says that both are of one contract. If they are, say the same `facts.subscriber` at both. If not, two transfers may bear one id, and only one would be counted: please disable this feed and make it anew with a `merchant` of its own.",
};

/// Older feeds in use whose ids are taken for those of this one, though nothing says that both are of one
/// subscriber. A phone's ids are of its notices, a statement's of its rows: nobody else's are like them.
pub(super) fn with(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &FeedRow,
) -> Outcome<Vec<FeedId>> {
    if !gives_ids(row) {
        return Ok(Vec::new());
    }
    others(row, &rows::all(connection, board_id)?)
}

/// All such feeds, with when they were made.
pub(super) fn all(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(FeedId, crate::primitives::UnixMs)>> {
    let all = rows::all(connection, board_id)?;
    let mut found = Vec::new();
    for row in all.iter().filter(|row| gives_ids(row)) {
        if !others(row, &all)?.is_empty() {
            found.push((row.id, row.created_at));
        }
    }
    Ok(found)
}

fn gives_ids(row: &FeedRow) -> bool {
    row.disabled_at.is_none() && !matches!(row.provider, Provider::Phone | Provider::Statement)
}

fn others(row: &FeedRow, all: &[FeedRow]) -> Outcome<Vec<FeedId>> {
    let merchant = |row: &FeedRow| -> Outcome<String> {
        Ok(FeedConfig::parse(row.provider, &row.config)?.merchant().to_owned())
    };
    let own = merchant(row)?;
    let is_like = |other: &&FeedRow| {
        other.id < row.id
            && other.provider == row.provider
            && gives_ids(other)
            && !is_one_subscriber(row, other)
    };
    let mut found = Vec::new();
    for other in all.iter().filter(is_like) {
        if merchant(other)? == own {
            found.push(other.id);
        }
    }
    Ok(found)
}

fn is_one_subscriber(one: &FeedRow, other: &FeedRow) -> bool {
    let said = |row: &FeedRow| row.facts.subscriber.as_deref().map(fold::name);
    said(one).is_some_and(|one| said(other) == Some(one))
}
