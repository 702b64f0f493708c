//! Whom a figure is about: the market, its sections, the khóm in which vendors live, sorts of goods,
//! teams.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::facts::Occupancy;
use super::store::register::{Register, TeamRow};
use crate::primitives::ids::{NeighbourhoodId, TeamId};

/// Ways of grouping retail stalls beside the sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Where the vendor lives: khóm, ấp, tổ dân phố, thôn.
    Neighbourhood,
    Goods,
    /// Whose team goes there; a stall may be of several teams, or of none.
    Team,
}

/// A group of retail stalls, or the wholesale ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Market,
    Wholesale,
    Section(i64),
    /// None: it is not known where the vendor lives.
    Neighbourhood(Option<i64>),
    /// Without diacritics and case.
    Goods(String),
    Team(i64),
}

/// A group with its name.
#[derive(Clone, Debug)]
pub struct Named {
    pub key: Key,
    pub kind: GroupKind,
    /// Of a khóm or team.
    pub id: Option<String>,
    pub name: String,
}

/// Which groups there are.
#[derive(Debug, Default)]
pub struct Groups {
    pub sections: Vec<i64>,
    pub others: Vec<Named>,
    teams: Vec<TeamRow>,
}

impl Groups {
    /// Those that have an occupancy.
    pub fn of<'a>(
        register: &Register,
        occupancies: impl Iterator<Item = &'a Occupancy> + Clone,
    ) -> Self {
        let retail = occupancies.filter(|one| !one.wholesale);
        let mut homes: BTreeSet<Option<i64>> = BTreeSet::new();
        let mut goods: BTreeMap<String, String> = BTreeMap::new();
        let mut sections = BTreeSet::new();
        for one in retail.clone() {
            homes.insert(one.neighbourhood_id);
            sections.insert(one.section_id);
            goods.entry(one.goods_key.clone()).or_insert_with(|| one.goods.trim().to_owned());
        }
        let home = |(id, name): &(i64, String)| Named {
            key: Key::Neighbourhood(Some(*id)),
            kind: GroupKind::Neighbourhood,
            id: Some(NeighbourhoodId(*id).to_string()),
            name: name.clone(),
        };
        let known = register.neighbourhoods.iter().filter(|(id, _)| homes.contains(&Some(*id)));
        let mut others: Vec<Named> = known.map(home).collect();
        if homes.contains(&None) {
            others.push(Named {
                key: Key::Neighbourhood(None),
                kind: GroupKind::Neighbourhood,
                id: None,
                name: "chưa rõ nơi ở".to_owned(),
            });
        }
        others.extend(goods.into_iter().map(|(key, name)| Named {
            key: Key::Goods(key),
            kind: GroupKind::Goods,
            id: None,
            name,
        }));
        let teams = register.teams.iter().filter(|team| retail.clone().any(|one| goes(team, one)));
        let teams: Vec<TeamRow> = teams.cloned().collect();
        others.extend(teams.iter().map(|team| Named {
            key: Key::Team(team.id.0),
            kind: GroupKind::Team,
            id: Some(TeamId(team.id.0).to_string()),
            name: team.name.clone(),
        }));
        Self { sections: sections.into_iter().collect(), others, teams }
    }

    pub fn contains(&self, key: &Key, one: &Occupancy) -> bool {
        if one.wholesale {
            return *key == Key::Wholesale;
        }
        match key {
            Key::Market => true,
            Key::Wholesale => false,
            Key::Section(id) => one.section_id == *id,
            Key::Neighbourhood(id) => one.neighbourhood_id == *id,
            Key::Goods(name) => one.goods_key == *name,
            Key::Team(id) => self.teams.iter().any(|team| team.id.0 == *id && goes(team, one)),
        }
    }

    /// All retail groups, the market first.
    pub fn keys(&self) -> Vec<Key> {
        let sections = self.sections.iter().map(|id| Key::Section(*id));
        let others = self.others.iter().map(|named| named.key.clone());
        std::iter::once(Key::Market).chain(sections).chain(others).collect()
    }
}

/// A team without sections and khóm goes everywhere.
fn goes(team: &TeamRow, one: &Occupancy) -> bool {
    let everywhere = team.sections.is_empty() && team.neighbourhoods.is_empty();
    everywhere
        || team.sections.contains(&one.section_id)
        || one.neighbourhood_id.is_some_and(|id| team.neighbourhoods.contains(&id))
}

impl Key {
    /// Cells of one partition make up the market together; teams overlap and make up nothing.
    pub const fn partition(&self) -> Option<u8> {
        match self {
            Self::Section(_) => Some(0),
            Self::Neighbourhood(_) => Some(1),
            Self::Goods(_) => Some(2),
            Self::Market | Self::Wholesale | Self::Team(_) => None,
        }
    }
}
