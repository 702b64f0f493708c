//! Putting the report together: groups, secrecy, lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::amounts::{Amounts, Hidden};
use super::cash::SelfReported;
use super::cashless::Cashless;
use super::cell::Cell;
use super::equipped::Reason;
use super::facts::{Facts, Occupancy, Standing};
use super::funnel::funnel;
use super::groups::{Groups, Key, Named};
use super::intensity::Surroundings;
use super::metrics::Metrics;
use super::months::{Group, Months};
use super::quality::{FeedQuality, Quality};
use super::query::Query;
use super::ratio::Range;
use super::report::{
    AdoptionReport, Apart, Coverage, GroupReport, LunarDays, MarketName, MonthAmounts,
    OccupancyReport, ReasonCount, SectionAmounts, SectionReport, Source,
};
use super::sentences;
use super::subject::Subject;
use super::targets::Target;
use super::trend::{self, Trend};
use crate::feeds::Provider;
use crate::ledger::item::Evidence;
use crate::primitives::ids::{OccupancyId, SectionId};
use crate::primitives::lunar::LunarDay;
use crate::primitives::{Day, UnixMs};

/// The report's parts before they are put together.
pub struct Assembly<'a> {
    pub surroundings: Surroundings<'a>,
    pub subjects: &'a [Subject<'a>],
    pub feeds: &'a FeedQuality,
    pub months: &'a Months,
    /// (id, name), in order.
    pub sections: Vec<(i64, &'a str)>,
    pub sees_amounts: bool,
    pub cash: SelfReported,
    pub groups: &'a Groups,
    pub cashless: &'a Cashless,
    pub targets: Vec<Target>,
}

impl Assembly<'_> {
    pub fn assemble(&self, market: MarketName, query: &Query, now: UnixMs) -> AdoptionReport {
        let facts = self.surroundings.facts;
        let (wholesale, retail): (Vec<&Subject<'_>>, Vec<&Subject<'_>>) =
            self.subjects.iter().partition(|one| one.occupancy.wholesale);
        let lunar_days = lunar_days(facts);
        let listed = query.include_occupancies;
        let whole_market = self.group_metrics(&retail, Group::Market);
        AdoptionReport {
            coverage: self.coverage(&retail, wholesale.len() as i64),
            market,
            window: facts.window,
            as_of: facts.window.to,
            generated_at: now,
            funnel: funnel(&whole_market),
            whole_market,
            sections: self.section_reports(&retail),
            groups: self.group_reports(&retail),
            trend: Trend::of(&retail, facts.window),
            cash_change: self.cashless.change,
            targets: self.targets.clone(),
            wholesale: (!wholesale.is_empty())
                .then(|| self.group_metrics(&wholesale, Group::Wholesale)),
            last_whole_month: self.last_whole_month(),
            occupancies: if listed { self.occupancy_reports() } else { Vec::new() },
            apart: if listed { self.apart() } else { Vec::new() },
            sources: sources(facts),
            notes: sentences::notes(self.subjects, &facts.feeds, &lunar_days, self.cash),
            lunar_days,
        }
    }

    fn group_metrics(&self, stalls: &[&Subject<'_>], group: Group) -> Metrics {
        let quality = Quality::of_stalls(stalls);
        let quality = match group {
            Group::Market => quality.of_market(self.feeds),
            Group::Section(_) | Group::Wholesale => quality,
        };
        let amounts = match self.months.of_window(group) {
            Some(sums) => Amounts::of(&sums),
            None if self.sees_amounts => self.amounts_in_window(stalls),
            None => Amounts::hidden(Hidden::NotWholeMonths),
        };
        let key = match group {
            Group::Market => Key::Market,
            Group::Section(id) => Key::Section(id),
            Group::Wholesale => Key::Wholesale,
        };
        self.with_shares(&key, stalls, amounts, quality)
    }

    fn with_shares(
        &self,
        key: &Key,
        stalls: &[&Subject<'_>],
        amounts: Amounts,
        quality: Quality,
    ) -> Metrics {
        let (of_value, of_count) = self.cashless.of_group(key, stalls);
        let shares = (Some(of_value), Some(of_count));
        Metrics::of(stalls, &self.surroundings, amounts, quality, shares)
    }

    /// By khóm, goods and team. Their sums of money cut across those of the sections.
    fn group_reports(&self, retail: &[&Subject<'_>]) -> Vec<GroupReport> {
        let report = |named: &Named| {
            let is_in = |one: &&&Subject<'_>| self.groups.contains(&named.key, one.occupancy);
            let stalls: Vec<_> = retail.iter().filter(is_in).copied().collect();
            let amounts = if self.sees_amounts {
                self.amounts_in_window(&stalls)
            } else {
                Amounts::hidden(Hidden::AcrossSections)
            };
            let quality = Quality::of_stalls(&stalls);
            GroupReport {
                kind: named.kind,
                id: named.id.clone(),
                name: named.name.clone(),
                stalls: stalls.len() as i64,
                metrics: self.with_shares(&named.key, &stalls, amounts, quality),
            }
        };
        self.groups.others.iter().map(report).collect()
    }

    fn amounts_in_window(&self, stalls: &[&Subject<'_>]) -> Amounts {
        let measurable: Vec<_> =
            stalls.iter().filter(|one| one.is_measurable()).map(|one| one.occupancy).collect();
        Amounts::of(&Cell::of(self.surroundings.facts, &measurable).open())
    }

    fn last_whole_month(&self) -> Option<MonthAmounts> {
        let month = self.months.sums.last().filter(|month| month.is_known)?;
        let amounts = |group| Amounts::of(month.of(group));
        let sections = self.sections.iter().filter(|(id, _)| month.has(*id));
        Some(MonthAmounts {
            window: month.window,
            whole_market: amounts(Group::Market),
            sections: sections
                .map(|(id, name)| SectionAmounts {
                    section_id: SectionId(*id),
                    section: (*name).to_owned(),
                    amounts: amounts(Group::Section(*id)),
                })
                .collect(),
            wholesale: month.has_wholesale.then(|| amounts(Group::Wholesale)),
        })
    }

    fn section_reports(&self, retail: &[&Subject<'_>]) -> Vec<SectionReport> {
        let mut groups: HashMap<i64, Vec<&Subject<'_>>> = HashMap::new();
        for subject in retail {
            groups.entry(subject.occupancy.section_id).or_default().push(subject);
        }
        let report = |(id, name): &(i64, &str)| {
            Some(SectionReport {
                section_id: SectionId(*id),
                section: (*name).to_owned(),
                metrics: self.group_metrics(&groups.remove(id)?, Group::Section(*id)),
            })
        };
        self.sections.iter().filter_map(report).collect()
    }

    fn occupancy_reports(&self) -> Vec<OccupancyReport> {
        self.subjects
            .iter()
            .map(|subject| {
                let occupancy = subject.occupancy;
                let is_open = self.sees_amounts || occupancy.shares_amounts;
                let amounts = if is_open {
                    self.amounts_in_window(&[subject])
                } else {
                    Amounts::hidden(Hidden::NoConsent)
                };
                let digital = is_open.then(|| received(self.surroundings.facts, occupancy));
                let shares = self.cashless.of_stall(subject, digital);
                let quality = Quality::of_stalls(&[subject]);
                let reasons = subject.reasons();
                OccupancyReport {
                    occupancy_id: OccupancyId(occupancy.id),
                    stall_code: occupancy.stall_code.clone(),
                    section: self.section_of(occupancy),
                    wholesale: occupancy.wholesale,
                    class: subject.class,
                    class_vi: subject.class.label_vi(),
                    possible_class: subject.possible_class,
                    possible_class_vi: subject.possible_class.label_vi(),
                    reasons_vi: reasons.iter().map(|reason| reason.label().vi).collect(),
                    reasons,
                    equipped_on: occupancy.equipment.since,
                    receipt_days_by_week: trend::receipt_days(
                        subject,
                        self.surroundings.facts.window.to,
                    ),
                    metrics: Metrics::of(&[subject], &self.surroundings, amounts, quality, shares),
                }
            })
            .collect()
    }

    fn apart(&self) -> Vec<Apart> {
        not_trading(self.surroundings.facts)
            .map(|occupancy| Apart {
                occupancy_id: OccupancyId(occupancy.id),
                stall_code: occupancy.stall_code.clone(),
                section: self.section_of(occupancy),
                standing: occupancy.standing,
                standing_vi: occupancy.standing.label_vi(),
                since: occupancy.since,
            })
            .collect()
    }

    fn section_of(&self, occupancy: &Occupancy) -> String {
        self.sections
            .iter()
            .find(|(id, _)| *id == occupancy.section_id)
            .map(|(_, name)| (*name).to_owned())
            .unwrap_or_default()
    }

    fn coverage(&self, retail: &[&Subject<'_>], wholesale: i64) -> Coverage {
        let mut counts: BTreeMap<Reason, i64> = BTreeMap::new();
        for reason in retail.iter().filter_map(|subject| subject.reasons().first().copied()) {
            *counts.entry(reason).or_default() += 1;
        }
        let apart = |standing| {
            not_trading(self.surroundings.facts)
                .filter(|occupancy| occupancy.standing == standing)
                .count() as i64
        };
        let trading = retail.len() as i64;
        let measurable = retail.iter().filter(|one| one.is_measurable()).count() as i64;
        let mut coverage = Coverage {
            sentences: Vec::new(),
            trading,
            equipped: retail.iter().filter(|one| one.equipped).count() as i64,
            measurable,
            not_measurable: trading - measurable,
            because: counts
                .into_iter()
                .map(|(reason, count)| reason_count(reason, count))
                .collect(),
            closed: apart(Standing::Closed),
            left: apart(Standing::Left),
            suspended: apart(Standing::Suspended),
            wholesale,
        };
        coverage.sentences = sentences::of_coverage(&coverage, self.surroundings.facts.window.to);
        coverage
    }
}

fn reason_count(reason: Reason, count: i64) -> ReasonCount {
    let label = reason.label();
    ReasonCount { reason, label_vi: label.vi, label_en: label.en, count }
}

/// From what is surely a stall's receipts to all that may be.
fn received(facts: &Facts, occupancy: &Occupancy) -> Range {
    let sums = &occupancy.activity.sums;
    let low = sums.received_vnd();
    let loose: i64 = occupancy.linked.iter().map(|account| facts.loose_vnd(*account)).sum();
    Range { low, high: low.saturating_add(sums.unclassified_vnd).saturating_add(loose) }
}

/// Suspended now, or closed or left within the window.
fn not_trading(facts: &Facts) -> impl Iterator<Item = &Occupancy> {
    facts.occupancies.iter().filter(|occupancy| match occupancy.standing {
        Standing::Trading => false,
        Standing::Suspended => true,
        Standing::Closed | Standing::Left => facts.window.contains(occupancy.since),
    })
}

fn lunar_days(facts: &Facts) -> LunarDays {
    let window = facts.window;
    let on = |day_of_month: u8| {
        let is = |day: &Day| LunarDay::of(*day).is_some_and(|l| l.day_of_month == day_of_month);
        window.days().filter(is).collect()
    };
    LunarDays {
        window,
        market_days: facts.market_days.count(window),
        tet: window.days().filter_map(LunarDay::of).any(LunarDay::is_tet_season),
        firsts: on(1),
        fifteenths: on(15),
    }
}

fn sources(facts: &Facts) -> Vec<Source> {
    let mut accounts: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for feed in &facts.feeds {
        accounts.entry(&feed.provider).or_default().insert(feed.account_id);
    }
    let mut sources: Vec<_> = accounts
        .into_iter()
        .map(|(provider, accounts)| Source {
            provider: provider.to_owned(),
            evidence: Provider::parse(provider).map_or(Evidence::Aggregator, Evidence::of).as_str(),
            accounts: accounts.len() as i64,
        })
        .collect();
    if facts.told > 0 {
        sources.push(Source {
            provider: Provider::Statement.as_str().to_owned(),
            evidence: Evidence::Statement.as_str(),
            accounts: facts.told,
        });
    }
    sources
}
