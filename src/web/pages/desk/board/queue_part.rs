//! Which part of the queue is shown: of an account, of days, for a reason; the newest first, or the oldest.

use serde::Deserialize;

use super::super::super::Words;
use super::super::form::{Field, Kind};
use super::super::register::{select, with_none};
use super::feed_new::called;
use crate::ledger::matching::Unassigned;
use crate::ledger::unassigned::{WaitingFilter, WaitingOrder};
use crate::primitives::Day;
use crate::primitives::ids::AccountId;
use crate::registry::PageRequest;
use crate::registry::roll::Roll;
use crate::web::problem::Problem;

/// What the address asks for; an unknown word asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tk: String,
    #[serde(default)]
    tu: String,
    #[serde(default)]
    den: String,
    #[serde(default)]
    vi: String,
    #[serde(default)]
    xep: String,
    #[serde(default)]
    cursor: String,
}

impl Which {
    pub(super) fn page(&self) -> Result<PageRequest, Problem> {
        let cursor = Some(self.cursor.as_str()).filter(|cursor| !cursor.is_empty());
        Ok(PageRequest::parse(cursor, None)?)
    }

    pub(super) fn filter(&self) -> WaitingFilter {
        WaitingFilter {
            account_id: AccountId::parse(&self.tk),
            from_day: Day::parse(&self.tu),
            to_day: Day::parse(&self.den),
            reason: Unassigned::ALL.into_iter().find(|reason| reason.as_str() == self.vi),
            order: (self.xep == WaitingOrder::Newest.as_str()).then_some(WaitingOrder::Newest),
        }
    }

    /// Whether it is less than everything.
    pub(super) fn is_narrowed(&self) -> bool {
        [&self.tk, &self.tu, &self.den, &self.vi].iter().any(|value| !value.is_empty())
    }

    /// What stands behind `?` in the address of this page, with the mark.
    pub(super) fn query(&self) -> String {
        self.query_at(&self.cursor)
    }

    /// Likewise, of the page at another place.
    pub(super) fn query_at(&self, cursor: &str) -> String {
        let pairs = [
            ("tk", self.tk.as_str()),
            ("tu", &self.tu),
            ("den", &self.den),
            ("vi", &self.vi),
            ("xep", &self.xep),
            ("cursor", cursor),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The fields that narrow it; `accounts` are those on which anything waits.
    pub(super) fn fields(
        &self,
        words: Words,
        roll: &Roll,
        accounts: &[(AccountId, i64)],
    ) -> Vec<Field> {
        let all = || words.say("desk-all");
        let account = |(id, count): &(AccountId, i64)| {
            let named = roll.accounts.get(id).map(called)?;
            Some((id.to_string(), format!("{named} ({count})")))
        };
        let mut accounts: Vec<_> = accounts.iter().filter_map(account).collect();
        accounts.sort_by(|one, other| one.1.cmp(&other.1));
        let reason = |one: Unassigned| {
            let text = words.say(&format!("desk-waits-{}", one.as_str().replace('_', "-")));
            (one.as_str().to_owned(), text)
        };
        let reasons = Unassigned::ALL.map(reason).into();
        let orders = [WaitingOrder::Oldest, WaitingOrder::Newest].map(|one| {
            (one.as_str().to_owned(), words.say(&format!("desk-queue-{}", one.as_str())))
        });
        let day = |name, label, value: &String| {
            Field::new(words, name, Kind::Date, label).value(value).optional()
        };
        vec![
            select(words, "tk", "queue-account", with_none(all(), accounts), &self.tk).optional(),
            day("tu", "queue-from", &self.tu),
            day("den", "queue-to", &self.den),
            select(words, "vi", "queue-reason", with_none(all(), reasons), &self.vi).optional(),
            select(words, "xep", "queue-order", orders.into(), &self.xep).optional(),
        ]
    }
}
