//! Orders for the print shop: the card of a stall, the cards of a section or market.

use std::collections::{HashMap, HashSet};

use super::layout::{Layout, Style};
use super::letters::{self, legible};
use super::look;
use super::sheet::{Card, Missing, Place, Sheet, Stop, composed};
use super::store::cards::{self as store, CodeRow, Of, StallRow};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, CodeId, MarketId, SectionId, StallId};
use crate::primitives::{Day, Refusal, fold};
use crate::registry::check::referred;
use crate::registry::codes::CodeSource;
use crate::registry::store::{codes as registered, occupancies};
use crate::registry::verifications::is_same_holder;
use crate::registry::{boards, markets, sections, stalls};

/// Stalls of one file.
pub const MAX_STALLS: usize = 3_000;

/// How a stall's card is wanted.
#[derive(Clone, Copy, Debug)]
pub struct CardOrder {
    pub layout: Layout,
    pub style: Style,
    /// One of the stall's live codes; the newest issued one, if absent.
    pub code_id: Option<CodeId>,
}

/// How a market's cards are wanted.
#[derive(Clone, Copy, Debug)]
pub struct SheetOrder {
    pub layout: Layout,
    pub style: Style,
    /// Only this section.
    pub section_id: Option<SectionId>,
    /// Whether the list to tick off comes first.
    pub with_cover: bool,
}

/// The card of a stall. On A4, one page full of it.
///
/// # Errors
/// `not-found` (stall; code_id), `card-of-other-stall`, `code-revoked` (code_id), `stall-empty`,
/// `stall-without-code`, `stall-other-scheme` (its only code is another scheme's),
/// `stall-account-left`: what its codes pay is no account of the stall any more;
/// `card-name-differs`; those of [`super::letters::check`].
pub fn card(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    order: &CardOrder,
) -> Outcome<Sheet> {
    let stall = stalls::get(connection, act, stall_id)?;
    let section = sections::get(connection, act, stall.section_id)?;
    let today = boards::today(connection, act)?;
    let of = Of::Stall(stall_id);
    let codes = store::codes(connection, act.board_id(), of, today, true)?;
    let code = match order.code_id {
        Some(id) => match codes.into_iter().find(|code| code.id == id) {
            Some(code) => code,
            None => return Err(not_printed(connection, act, stall_id, id)?.into()),
        },
        None => match best(codes, today) {
            Some(code) => code,
            None => return Err(nothing_to_print(connection, act, of, today)?.into()),
        },
    };
    let shown = store::shown_names(connection, act.board_id(), &[code.account_id])?;
    check_holder(&code, &stall.code, &shown)?;
    let card = Card::new(code, &stall.code, &section.name);
    card.check()?;
    let sheet = sheet(connection, act, stall.market_id, (order.layout, order.style), vec![card])?;
    Ok(Sheet { fill: true, ..sheet })
}

/// Why a code that is named is not printed for a stall.
fn not_printed(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    id: CodeId,
) -> Outcome<Refusal> {
    let code = registered::find(connection, act.board_id(), id, act.at)?;
    let code = referred(code, "code", "code_id")?;
    let occupancy = occupancies::find(connection, act.board_id(), code.occupancy_id)?;
    let is_here = occupancy.is_some_and(|occupancy| occupancy.stall_id == stall_id);
    Ok(match code.revoked_at {
        _ if !is_here => Refusal::invalid("code_id", "card-of-other-stall"),
        Some(at) => Refusal::conflict("code-revoked").on("code_id").with("revoked_at", at),
        None => Refusal::conflict("stall-account-left"),
    })
}

/// Why a stall has no card.
fn nothing_to_print(
    connection: &mut DbConnection,
    act: &Act,
    of: Of,
    today: Day,
) -> Outcome<Refusal> {
    let board_id = act.board_id();
    Ok(Refusal::conflict(if store::vendors(connection, board_id, of, today)?.is_empty() {
        "stall-empty"
    } else if !store::codes(connection, board_id, of, today, false)?.is_empty() {
        "stall-account-left"
    } else if store::with_other_codes(connection, board_id, of, today)?.is_empty() {
        "stall-without-code"
    } else {
        "stall-other-scheme"
    }))
}

/// Whether the holder's name may be printed above “xem đúng tên”: not where somebody has seen another
/// one at the bank.
fn check_holder(
    code: &CodeRow,
    stall: &str,
    shown: &HashMap<AccountId, String>,
) -> Result<(), Refusal> {
    let Some(shown) = shown.get(&code.account_id) else { return Ok(()) };
    if is_same_holder(code.kind, &code.holder_name, shown) {
        return Ok(());
    }
    let refusal = Refusal::conflict("card-name-differs").with("of", stall);
    Err(refusal.with("registered", &code.holder_name).with("shown", shown))
}

/// The cards of a market or of one of its sections, in the order in which it is walked: the newest
/// issued code of each stall. One whose names cannot be printed is on the list alone.
///
/// # Errors
/// `not-found` (market; section_id), `outside-sections`, `market-without-codes`, `too-many-stalls`; of
/// the market's name, those of [`super::letters::check`].
pub fn sheets(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    order: &SheetOrder,
) -> Outcome<Sheet> {
    let found = gather(connection, act, market_id, order.section_id)?;
    let Gathered { cards, stops, mut left_out, unread } = found;
    if cards.is_empty() {
        let first = left_out.into_iter().next();
        let refusal = first.unwrap_or_else(|| Refusal::conflict("market-without-codes"));
        return Err(refusal.into());
    }
    let mut cover = Vec::new();
    if order.with_cover {
        left_out.extend(unread);
        cover.extend(stops.into_iter().map(|(_, stop)| stop));
    }
    let sheet = sheet(connection, act, market_id, (order.layout, order.style), cards)?;
    Ok(Sheet { cover, left_out, ..sheet })
}

/// The stalls of a market or of one of its sections as the list before the cards has them: who is there,
/// and why there is no card.
///
/// # Errors
/// `not-found` (market; section_id), `outside-sections`, `too-many-stalls`.
pub fn stops(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    section_id: Option<SectionId>,
) -> Outcome<Vec<(StallId, Stop)>> {
    Ok(gather(connection, act, market_id, section_id)?.stops)
}

/// Of each stall its card, or why there is none.
struct Gathered {
    cards: Vec<Card>,
    stops: Vec<(StallId, Stop)>,
    /// Of cards that may not or cannot be printed.
    left_out: Vec<Refusal>,
    /// Of names that the list has with signs.
    unread: Vec<Refusal>,
}

fn gather(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    section_id: Option<SectionId>,
) -> Outcome<Gathered> {
    let of = of(connection, act, market_id, section_id)?;
    let today = boards::today(connection, act)?;
    let mut found = store::stalls(connection, act.board_id(), of, today)?;
    if found.len() > MAX_STALLS {
        let refusal = Refusal::conflict("too-many-stalls").with("stalls", found.len());
        return Err(refusal.with("max", MAX_STALLS).into());
    }
    found.sort_by_cached_key(walk);
    let mut codes: HashMap<StallId, Vec<CodeRow>> = HashMap::new();
    for code in store::codes(connection, act.board_id(), of, today, true)? {
        codes.entry(code.stall_id).or_default().push(code);
    }
    let shown = shown_at_banks(connection, act, codes.values().flatten())?;
    let codeless = Codeless::of(connection, act, of, today)?;
    let mut names: HashMap<StallId, String> = HashMap::new();
    for (stall_id, _, name) in store::vendors(connection, act.board_id(), of, today)? {
        names.entry(stall_id).or_insert(name);
    }
    let (mut cards, mut stops) = (Vec::new(), Vec::new());
    let (mut left_out, mut unread) = (Vec::new(), Vec::new());
    for stall in found {
        let code = codes.remove(&stall.id).and_then(|codes| best(codes, today));
        let differs = code.as_ref().and_then(|code| check_holder(code, &stall.code, &shown).err());
        let card = code.map(|code| Card::new(code, &stall.code, &stall.section));
        let strange = card.as_ref().and_then(|card| card.check().err());
        let (has_strange, has_other_name) = (strange.is_some(), differs.is_some());
        let card = card.filter(|_| !has_strange && !has_other_name);
        left_out.extend(differs.or(strange));
        let listed = names.get(&stall.id).filter(|_| card.is_none() && !has_strange);
        unread.extend(listed.and_then(|name| unreadable(&stall.code, name)));
        let stop = Stop {
            stall: legible(&composed(&stall.code)),
            section: legible(&composed(&stall.section)),
            missing: match (&card, names.contains_key(&stall.id)) {
                (Some(_), _) => None,
                _ if has_other_name => Some(Missing::Name),
                _ if has_strange => Some(Missing::Letters),
                (None, false) => Some(Missing::Vendor),
                (None, true) => Some(codeless.why(stall.id)),
            },
            vendor: match &card {
                Some(card) => Some(card.vendor.clone()),
                None => names.remove(&stall.id).map(|name| legible(&composed(&name))),
            },
            check_code: card.as_ref().map(|card| card.check_code.clone()),
        };
        stops.push((stall.id, stop));
        cards.extend(card);
    }
    Ok(Gathered { cards, stops, left_out, unread })
}

/// Why stalls with a vendor have no code to print.
struct Codeless {
    left: HashSet<StallId>,
    of_other_schemes: HashSet<StallId>,
}

impl Codeless {
    fn of(connection: &mut DbConnection, act: &Act, of: Of, today: Day) -> Outcome<Self> {
        let left = store::codes(connection, act.board_id(), of, today, false)?;
        let others = store::with_other_codes(connection, act.board_id(), of, today)?;
        Ok(Self {
            left: left.into_iter().map(|code| code.stall_id).collect(),
            of_other_schemes: others.into_iter().collect(),
        })
    }

    fn why(&self, stall_id: StallId) -> Missing {
        if self.left.contains(&stall_id) {
            Missing::Account
        } else if self.of_other_schemes.contains(&stall_id) {
            Missing::OtherScheme
        } else {
            Missing::Code
        }
    }
}

/// What bank apps showed last of the accounts of codes.
fn shown_at_banks<'c>(
    connection: &mut DbConnection,
    act: &Act,
    codes: impl Iterator<Item = &'c CodeRow>,
) -> Outcome<HashMap<AccountId, String>> {
    let payees: HashSet<AccountId> = codes.map(|code| code.account_id).collect();
    let payees: Vec<AccountId> = payees.into_iter().collect();
    store::shown_names(connection, act.board_id(), &payees)
}

/// A name that the list has with signs for letters that cannot be printed.
fn unreadable(stall: &str, name: &str) -> Option<Refusal> {
    letters::check(stall, &[("vendor", &composed(name))]).err()
}

/// Which stalls: the market's, for who reaches all of it, or those of a section within reach.
fn of(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    section_id: Option<SectionId>,
) -> Outcome<Of> {
    let Some(section_id) = section_id else {
        act.require(Permission::RegistryRead)?;
        markets::get(connection, act, market_id)?;
        return Ok(Of::Market(market_id));
    };
    markets::get(connection, act, market_id)?;
    let section = sections::require_of(connection, act, market_id, section_id, "section_id")?;
    let section = Some(section).filter(|section| act.reaches(section.id));
    Ok(Of::Section(referred(section, "section", "section_id")?.id))
}

fn sheet(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    (layout, style): (Layout, Style),
    cards: Vec<Card>,
) -> Outcome<Sheet> {
    let market = markets::get(connection, act, market_id)?;
    let place = Place {
        market: composed(&market.name),
        place: composed(&format!("{}, {}", market.commune, market.province)),
    };
    let look = look::get(connection, act, market_id)?.in_style(style);
    let (cover, left_out) = (Vec::new(), Vec::new());
    let (fill, is_sample) = (false, false);
    let sheet = Sheet { layout, style, place, look, cards, fill, cover, is_sample, left_out };
    sheet.check_place()?;
    Ok(sheet)
}

/// The code to print: of the vendor who is there rather than of one to come, and ours rather than
/// one that a bank printed; then the newest, which comes first.
fn best(codes: Vec<CodeRow>, today: Day) -> Option<CodeRow> {
    let is_later = |code: &CodeRow| (code.since() > today, code.source == CodeSource::Existing);
    codes.into_iter().min_by_key(is_later)
}

/// Section by section, stall by stall; where positions are equal, `A-2` comes before `A-10`.
fn walk(stall: &StallRow) -> impl Ord + use<> {
    let section = (stall.section_position, fold::natural(&stall.section), stall.section_id);
    (section, stall.position, fold::natural(&stall.code), stall.id)
}
