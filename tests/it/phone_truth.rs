//! What is recorded of a stall's money, and what day, year and book must say of it.

#![cfg(test)]

use std::collections::BTreeMap;

use serde_json::Value;

use crate::web_support::Site;

/// What is lessened by a refund, first to last.
const ORDER: [&str; 9] = [
    "sale",
    "unclassified",
    "debt_repayment",
    "deposit",
    "personal",
    "cash_out",
    "fee",
    "supplier",
    "test",
];

/// A transfer's parts at the stall.
pub type Parts = Vec<(String, i64)>;

/// A refund's amount, and when it was linked and undone.
#[derive(Clone)]
struct Back {
    amount: i64,
    linked_at: String,
    undone_at: Option<String>,
}

/// What is recorded.
pub struct Truth {
    pub parts: BTreeMap<String, Parts>,
    /// For which request each part is.
    placed: BTreeMap<String, Vec<Option<String>>>,
    /// Refunds by the transfer that they are of, in order.
    back: BTreeMap<String, Vec<Back>>,
    /// With the transfer that each is of.
    pub refunds: Vec<(String, String)>,
}

impl Truth {
    pub fn read(site: &Site, stall: &str) -> Self {
        let (mut parts, mut placed) = (BTreeMap::new(), BTreeMap::new());
        for one in all(site, "/api/v1/transfers") {
            let mut mine = one["attribution"]["lines"].as_array().unwrap().clone();
            mine.retain(|line| line["occupancy_id"] == stall && one["direction"] == "in");
            let part = |line: &Value| (text(&line["class"]), line["amount_vnd"].as_i64().unwrap());
            let at = |line: &Value| line["request_id"].as_str().map(str::to_owned);
            placed.insert(text(&one["id"]), mine.iter().map(at).collect());
            parts.insert(text(&one["id"]), mine.iter().map(part).collect());
        }
        let mut refunds = all(site, "/api/v1/refunds");
        refunds.reverse();
        let mut back: BTreeMap<String, Vec<Back>> = BTreeMap::new();
        for one in &refunds {
            back.entry(text(&one["original_id"])).or_default().push(Back {
                amount: one["amount_vnd"].as_i64().unwrap(),
                linked_at: text(&one["linked_at"]),
                undone_at: one["undone_at"].as_str().map(str::to_owned),
            });
        }
        refunds.retain(|one| one["undone_at"].is_null());
        let id = |one: &Value| (text(&one["original_id"]), text(&one["id"]));
        let refunds = refunds.iter().map(id).collect();
        Self { parts, placed, back, refunds }
    }

    /// The day, the year, what of it nobody has classed, and the month's book.
    pub fn sums(&self) -> [i64; 4] {
        let (mut day, mut of_class) = (0, BTreeMap::<&str, i64>::new());
        for (id, parts) in &self.parts {
            for (class, amount) in parts {
                *of_class.entry(class).or_default() += amount;
                if !["fee", "supplier", "test", "refund", "reversal"].contains(&&class[..]) {
                    day += amount;
                }
            }
            let back = self.back.get(id).map_or(&[][..], Vec::as_slice);
            if parts.is_empty() {
                continue;
            }
            day -= held(back);
            for (class, amount) in taken_off(parts, back) {
                *of_class.entry(class).or_default() -= amount;
            }
        }
        let of = |class: &str| of_class.get(class).copied().unwrap_or_default();
        let year = of("sale") + of("debt_repayment") + of("deposit");
        [day, year, of("unclassified"), of("sale")]
    }

    /// What the vendor said that she gave back of it.
    pub fn told_back(&self, id: &str) -> i64 {
        let is_back = |(class, _): &&(String, i64)| class == "refund";
        self.parts[id].iter().filter(is_back).map(|(_, amount)| amount).sum()
    }

    /// What of a payment stands at a request at least: what is placed there, less what went back of it.
    pub fn stands(&self, id: &str, request: &str) -> i64 {
        let (parts, placed) = (&self.parts[id], &self.placed[id]);
        let its = placed.iter().map(|at| at.as_deref() == Some(request));
        let kept = parts.iter().zip(its).filter(|((class, _), is)| *is && class != "refund");
        let kept: i64 = kept.map(|((_, amount), _)| amount).sum();
        (kept - self.back.get(id).map_or(0, |all| held(all))).max(0)
    }

    /// All of a payment is for the request.
    pub fn is_all_of(&self, id: &str, request: &str) -> bool {
        self.placed[id].iter().all(|at| at.as_deref() == Some(request))
    }

    /// What refunds that were recorded after an instant, and hold, have given back.
    pub fn back_after(&self, id: &str, at: &str) -> i64 {
        let all = self.back.get(id).into_iter().flatten();
        let later = all.filter(|one| one.undone_at.is_none() && one.linked_at.as_str() > at);
        later.map(|one| one.amount).sum()
    }

    /// What came of these, and what of it went back to who had paid it, in whichever way.
    pub fn came_and_back(&self, ids: &[String]) -> (i64, i64) {
        let (mut came, mut back) = (0, 0);
        for id in ids {
            let parts = &self.parts[id];
            came += parts.iter().map(|(_, amount)| amount).sum::<i64>();
            back += self.told_back(id);
            if !parts.is_empty() {
                back += self.back.get(id).map_or(0, |all| held(all));
            }
        }
        (came, back)
    }
}

/// What refunds that hold have given back.
fn held(all: &[Back]) -> i64 {
    all.iter().filter(|one| one.undone_at.is_none()).map(|one| one.amount).sum()
}

/// What those that hold take: each what the ones before it had left when it was linked, the part that is as
/// large, else sales first.
fn taken_off(parts: &Parts, refunds: &[Back]) -> Vec<(&'static str, i64)> {
    let mut taken: Vec<Vec<(&str, i64)>> = Vec::new();
    for (at, refund) in refunds.iter().enumerate() {
        let mut left: BTreeMap<&str, i64> = BTreeMap::new();
        for (class, amount) in parts {
            *left.entry(class).or_default() += amount;
        }
        for (before, taken) in refunds[..at].iter().zip(&taken) {
            if before.undone_at.as_ref().is_none_or(|undone| *undone > refund.linked_at) {
                for (class, amount) in taken {
                    *left.entry(class).or_default() -= amount;
                }
            }
        }
        let mut rest = refund.amount;
        let mut of_it = Vec::new();
        let alike = ORDER.into_iter().find(|class| left.get(class) == Some(&rest));
        for class in alike.into_iter().chain(ORDER) {
            let part = left.entry(class).or_default();
            let now = rest.min(*part).max(0);
            *part -= now;
            rest -= now;
            of_it.push((class, now));
        }
        of_it.push(("sale", rest));
        taken.push(of_it);
    }
    let holds = refunds.iter().map(|one| one.undone_at.is_none());
    taken.into_iter().zip(holds).filter(|(_, holds)| *holds).flat_map(|(taken, _)| taken).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// All of a list, newest first.
pub fn all(site: &Site, path: &str) -> Vec<Value> {
    let page = site.get(&format!("{path}?limit=200")).json;
    assert!(page["next_cursor"].is_null());
    page["items"].as_array().unwrap().clone()
}

pub fn vnd(value: &Value) -> i64 {
    let digits = value.as_str().unwrap_or("0").replace(['.', ' ', 'đ'], "");
    digits.parse().unwrap()
}
