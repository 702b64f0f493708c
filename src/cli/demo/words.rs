//! The made-up names, goods and memo shapes of `assets/demo/`.

use serde::Deserialize;

use super::dice::Dice;
use crate::db::{Fault, Outcome};

const PEOPLE: &str = include_str!("../../../assets/demo/people.toml");
const GOODS: &str = include_str!("../../../assets/demo/goods.toml");
const MEMOS: &str = include_str!("../../../assets/demo/memos.toml");

/// All words of the demo.
pub struct Words {
    pub people: People,
    pub trade: Trade,
    pub memos: Memos,
}

#[derive(Deserialize)]
pub struct People {
    family: Vec<String>,
    women: Vec<String>,
    men: Vec<String>,
}

#[derive(Deserialize)]
pub struct Trade {
    pub sections: Vec<String>,
    goods: Vec<Goods>,
}

#[derive(Clone, Deserialize)]
pub struct Goods {
    pub name: String,
    section: usize,
    /// Least and greatest usual receipt, in thousands of đồng.
    pub receipt: (i64, i64),
    #[serde(default)]
    pub wholesale: bool,
}

#[derive(Deserialize)]
pub struct Memos {
    pub notes: Vec<String>,
    pub plain: Vec<String>,
    pub personal: Vec<String>,
    pub outgoing: Vec<String>,
    pub wrappers: Vec<Wrapper>,
}

/// What a bank or wallet makes of a memo.
#[derive(Deserialize)]
pub struct Wrapper {
    /// BINs of the receiving banks that show it; empty: all of them.
    pub banks: Vec<String>,
    pub pattern: String,
    /// Cut into lines of 35 characters on its way.
    #[serde(default)]
    pub cut: bool,
}

impl Words {
    pub fn load() -> Outcome<Self> {
        Ok(Self {
            people: toml::from_str(PEOPLE).map_err(Fault::broken)?,
            trade: toml::from_str(GOODS).map_err(Fault::broken)?,
            memos: toml::from_str(MEMOS).map_err(Fault::broken)?,
        })
    }
}

impl People {
    /// Three of four traders are women, as at most markets.
    pub fn name(&self, dice: &mut Dice) -> String {
        let given = if dice.chance(750) { &self.women } else { &self.men };
        format!("{} {}", dice.word(&self.family), dice.word(given))
    }
}

impl Trade {
    /// Goods of a section. Wholesale is rare: one stall in twenty of its section.
    pub fn goods_of(&self, section: usize, dice: &mut Dice) -> Goods {
        let wholesale = dice.chance(50);
        let fits = |goods: &&Goods| goods.section == section && (wholesale || !goods.wholesale);
        let fitting: Vec<&Goods> = self.goods.iter().filter(fits).collect();
        let wanted = fitting.iter().find(|goods| wholesale && goods.wholesale);
        let nothing =
            || Goods {
                name: "Tạp hóa".to_owned(), section, receipt: (10, 100), wholesale: false
            };
        wanted.or_else(|| dice.pick(&fitting)).map_or_else(nothing, |goods| (*goods).clone())
    }
}
