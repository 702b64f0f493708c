//! The ways in which a company tells an account: its webhooks, of Casso two kinds, and its list. Each
//! tells a transfer once.

use std::collections::HashMap;

use super::item::Sighted;
use super::store::fitting::Told;
use crate::feeds::{company, may_name_otherwise};
use crate::registry::directory::Directory;

/// A report's own way, and the feeds of its company.
pub struct Ways<'r> {
    sender: &'r str,
    company: &'r str,
    is_listed: bool,
    feeds: HashMap<i64, &'r str>,
}

impl<'r> Ways<'r> {
    pub fn of(sighted: &'r Sighted, directory: &'r Directory) -> Self {
        let company = sighted.company();
        let feeds = directory.feeds_of(company).map(|(id, sender)| (id.0, sender));
        let (sender, is_listed) = (sighted.sender.as_str(), sighted.is_listed());
        Self { sender, company, is_listed, feeds: feeds.collect() }
    }

    /// Whether senders tell the report's company in another way too.
    pub fn are_two(&self, senders: &[&str]) -> bool {
        let is_another = |one: &str| one != self.sender && company(one) == self.company;
        self.is_listed || senders.iter().any(|one| is_another(one))
    }

    /// Whether all senders are the report's company.
    pub fn are_all(&self, senders: &[&str]) -> bool {
        senders.iter().all(|one| company(one) == self.company)
    }

    /// Whether the report is compared with a transfer: one of its company that was told in another
    /// way, or else one of others.
    pub fn takes(&self, told: &Told, is_own: bool) -> bool {
        let way = self.way(told);
        let is_other_way =
            told.is_listed != self.is_listed || !told.is_listed && way != Some(self.sender);
        way.is_some() == is_own && (!is_own || is_other_way)
    }

    /// Whether the other way may name it by another reference.
    pub fn is_renamed(&self, told: &Told) -> bool {
        self.way(told).is_some_and(|way| may_name_otherwise(way, self.sender))
    }

    /// How the company told it. What a feed reads from a list is not told as its webhooks are.
    fn way(&self, told: &Told) -> Option<&'r str> {
        let of_feed = self.feeds.get(&told.feed_id).copied();
        of_feed.map(|way| if told.is_listed { self.company } else { way })
    }
}
