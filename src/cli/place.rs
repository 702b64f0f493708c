//! Which board, market, section and stall a command is about, by names as people write them.

use std::path::{Path, PathBuf};

use super::Settings;
use super::key::choose;
use crate::access::{Act, Permissions, Scope};
use crate::app::App;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{ActorId, MarketId, SectionId, StallId};
use crate::primitives::{Clock, Refusal, fold};
use crate::registry::markets::{self, Market};
use crate::registry::sections::{self, SectionFilter};
use crate::registry::stalls::{self, StallFilter};
use crate::registry::{Page, PageRequest, boards};

/// Stalls that are named where none is meant for certain.
const NEAR: usize = 8;

#[derive(Debug, clap::Args)]
pub struct Where {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// Name or id of the market; not needed where there is one only / Tên hoặc mã chợ
    #[arg(long)]
    pub market: Option<String>,
}

/// An installation, and the operator's own hand on it: no key acts.
pub struct Opened {
    pub app: App,
    pub act: Act,
}

impl Opened {
    pub fn read<T>(&self, work: impl Fn(&mut DbConnection, &Act) -> Outcome<T>) -> Outcome<T> {
        self.app.db.read_here(|connection| work(connection, &self.act))
    }

    /// The folder of templates that is named, or that of the settings.
    pub fn templates(&self, named: Option<&Path>) -> Option<PathBuf> {
        named.map(Path::to_path_buf).or_else(|| self.app.config.print_templates.clone())
    }
}

impl Where {
    pub fn open(&self) -> Outcome<Opened> {
        let app = App::build(self.settings.resolve()?.app, Clock::system())?;
        let known = app.db.read_here(boards::all_names)?;
        let board_id = choose(&known, self.board.as_deref())?;
        let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::all());
        let act = Act::new(scope, app.clock.now(), app.ids.clone());
        Ok(Opened { app, act })
    }

    /// # Errors
    /// On `market`: `market-unknown`, `market-ambiguous`, each with the names that there are.
    pub fn market(&self, connection: &mut DbConnection, act: &Act) -> Outcome<Market> {
        let all = whole(|page| markets::list(connection, act, page))?;
        let known: Vec<_> =
            all.iter().map(|market| (market.name.as_str(), market.id.to_string())).collect();
        let wanted = self.market.as_deref();
        let found = pick(&known, wanted, "market", ["market-unknown", "market-ambiguous"])?;
        let market = all.into_iter().nth(found);
        Ok(market.ok_or_else(|| Refusal::not_found("market").on("market"))?)
    }
}

/// The place of the one that is wanted among names and ids; the only one, where none is. `place-none`
/// where there is nothing.
fn pick(
    known: &[(&str, String)],
    wanted: Option<&str>,
    field: &'static str,
    [unknown, ambiguous]: [&'static str; 2],
) -> Result<usize, Refusal> {
    if known.is_empty() {
        return Err(Refusal::invalid(field, "place-none"));
    }
    let is_meant = |wanted: &str, how: fn(&str) -> String| -> Vec<usize> {
        let is_it = |(name, id): &(&str, String)| *id == wanted || how(name) == how(wanted);
        (0..known.len()).filter(|at| known.get(*at).is_some_and(is_it)).collect()
    };
    let found = match wanted.map(str::trim) {
        None => (0..known.len()).collect(),
        Some(wanted) => {
            let exact = is_meant(wanted, str::to_lowercase);
            // Without marks, where nothing else has that name.
            if exact.is_empty() { is_meant(wanted, fold::name) } else { exact }
        }
    };
    let named = |all: Vec<usize>| {
        let one = |at: usize| known.get(at).map(|(name, id)| format!("{name} ({id})"));
        all.into_iter().filter_map(one).collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [only] => Ok(*only),
        [] => {
            Err(Refusal::invalid(field, unknown).with("names", named((0..known.len()).collect())))
        }
        _ => Err(Refusal::invalid(field, ambiguous).with("names", named(found))),
    }
}

/// # Errors
/// `section-unknown` on `section`, with the names that there are.
pub fn section(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    wanted: &str,
) -> Outcome<SectionId> {
    let filter = SectionFilter { market_id: Some(market_id) };
    let all = whole(|page| sections::list(connection, act, &filter, page))?;
    let known: Vec<_> =
        all.iter().map(|section| (section.name.as_str(), section.id.to_string())).collect();
    let found = pick(&known, Some(wanted), "section", ["section-unknown", "section-unknown"])?;
    let section = all.get(found).map(|section| section.id);
    Ok(section.ok_or_else(|| Refusal::not_found("section").on("section"))?)
}

/// A stall by its number as people write it: without regard to case and, where nothing else has that
/// number, to marks.
///
/// # Errors
/// `stall-unknown` on `stall`, with those that are near, or some of what there is.
pub fn stall(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    wanted: &str,
) -> Outcome<StallId> {
    if let Some(id) = StallId::parse(wanted) {
        return Ok(id);
    }
    let filter =
        StallFilter { market_id: Some(market_id), code: Some(wanted.to_owned()), section_id: None };
    let found = stalls::list(connection, act, &filter, PageRequest::default())?;
    if let Some(stall) = found.items.first() {
        return Ok(stall.id);
    }
    let filter = StallFilter { market_id: Some(market_id), ..StallFilter::default() };
    let all = whole(|page| stalls::list(connection, act, &filter, page))?;
    let folded: Vec<_> =
        all.iter().filter(|stall| fold::name(&stall.code) == fold::name(wanted)).collect();
    if let [only] = folded.as_slice() {
        return Ok(only.id);
    }
    let codes: Vec<&str> = all.iter().map(|stall| stall.code.as_str()).collect();
    Err(unknown_stall(&codes, wanted).into())
}

/// Names the stalls that may be meant, or some of all.
fn unknown_stall(codes: &[&str], wanted: &str) -> Refusal {
    let wanted = bare(wanted);
    let is_near = |code: &&&str| {
        let code = bare(code);
        code == wanted || code.starts_with(&wanted) || wanted.starts_with(&code)
    };
    let near: Vec<&str> = codes.iter().filter(is_near).take(NEAR).copied().collect();
    let named = if near.is_empty() { codes.get(..NEAR).unwrap_or(codes) } else { near.as_slice() };
    let refusal = Refusal::invalid("stall", "stall-unknown").with("names", named.join(", "));
    let found = if near.is_empty() { "none" } else { "some" };
    refusal.with("near", found).with("count", codes.len())
}

/// Letters and digits alone, numbers without zeros before them: `Ô 5 / dãy Đ` and `o05dayd`.
fn bare(code: &str) -> String {
    let mut bare = String::new();
    for letter in fold::name(code).chars().filter(|letter| letter.is_alphanumeric()) {
        let is_inside = bare.ends_with(|last: char| last.is_ascii_digit());
        if letter != '0' || is_inside {
            bare.push(letter);
        }
    }
    bare
}

/// All pages of a list.
pub fn whole<T>(mut list: impl FnMut(PageRequest) -> Outcome<Page<T>>) -> Outcome<Vec<T>> {
    let mut page = PageRequest::parse(None, Some(200))?;
    let mut all = Vec::new();
    loop {
        let some = list(page)?;
        all.extend(some.items);
        match some.next_cursor {
            Some(cursor) => page = PageRequest::parse(Some(&cursor), Some(200))?,
            None => return Ok(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{pick, unknown_stall};

    #[test]
    fn near_stalls_are_named_or_what_there_is() {
        let codes = ["A-01", "A-1B", "A-12", "Ô 5 / dãy Đ", "B-7"];
        let told = |wanted: &str| unknown_stall(&codes, wanted).to_string();
        for (wanted, names) in [
            ("a1", "A-01, A-1B, A-12"),
            ("o5", "Ô 5 / dãy Đ"),
            ("B-07", "B-7"),
            ("A-012", "A-01, A-12"),
        ] {
            assert!(told(wanted).contains(&format!("names={names}")), "{}", told(wanted));
            assert!(told(wanted).contains("near=some"), "{}", told(wanted));
        }
        assert!(told("Z-9").contains("near=none"), "{}", told("Z-9"));
        assert!(told("Z-9").contains("count=5"), "{}", told("Z-9"));
        assert!(unknown_stall(&[], "A").to_string().contains("count=0"));
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let known = [("Chợ Thới Bình", "mkt_1".to_owned()), ("Chợ Biển Bạch", "mkt_2".to_owned())];
        let at = |wanted: Option<&str>| {
            pick(&known, wanted, "market", ["unknown", "ambiguous"]).map_err(|refusal| refusal.code)
        };
        assert_eq!((at(Some(" chợ thới bình ")), at(Some("mkt_2"))), (Ok(0), Ok(1)));
        assert_eq!(at(Some("cho bien bach")), Ok(1));
        assert_eq!((at(Some("Chợ Cà Mau")), at(None)), (Err("unknown"), Err("ambiguous")));
        let twice = [known[0].clone(), known[0].clone()];
        let found = pick(&twice, Some("Chợ Thới Bình"), "market", ["unknown", "ambiguous"]);
        let told = found.unwrap_err();
        assert_eq!(told.code, "ambiguous");
        assert!(told.to_string().contains("(mkt_1)"), "{told}");
        assert_eq!(pick(&known[..1], None, "market", ["unknown", "ambiguous"]), Ok(0));
        let none = pick(&[], None, "market", ["unknown", "ambiguous"]);
        assert_eq!(none.map_err(|refusal| refusal.code), Err("place-none"));
    }
}
