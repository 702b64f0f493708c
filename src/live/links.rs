//! Links that open a stall's page on a phone, without an app or a password. A link is printed as a
//! code or sent by Zalo; whoever has it can open it, so it is long and random, and can be revoked.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::links as rows;
use crate::access::{Act, Permission, tokens};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{ActorId, BoardId, OccupancyId, StallLinkId};
use crate::primitives::{Refusal, UnixMs, input};
use crate::registry::check::{self, found};
use crate::registry::{Page, PageRequest, occupancies};
use crate::text_enum;
use crate::vietqr::{self, Format, Level};

const TOKEN_BYTES: usize = 16;
const NAME_CHARS: usize = 80;
const ADDRESS_BYTES: usize = 200;
/// Listeners' links of a stall that are not revoked.
const LINKS: usize = 10;

text_enum!(
    /// What a link opens.
    LinkKind {
        /// Nghe: announcements of money that comes, and nothing else; for the stall's phone, a
        /// child, a helper.
        Listener = "listener",
        /// Chủ sạp: the vendor's own; it hears too.
        Owner = "owner",
    }
);

/// A link as it is shown: never its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StallLink {
    pub id: StallLinkId,
    pub occupancy_id: OccupancyId,
    pub kind: LinkKind,
    pub name: String,
    /// Whether the page shows who paid, where the feed tells it.
    pub shows_payer: bool,
    /// The key that made it.
    pub created_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
    /// Since when it stands on a slip: the stall's next slip ends it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub printed_at: Option<UnixMs>,
}

/// A new link with its path, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedLink {
    #[serde(flatten)]
    pub link: StallLink,
    /// Below the server's address, e.g. `/nghe/` and 32 hexadecimal digits.
    pub path: String,
    /// The symbol of address and path as SVG, where the address was told.
    pub svg: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStallLink {
    pub occupancy_id: OccupancyId,
    pub kind: LinkKind,
    /// Whose phone it is for, 1–80 characters, e.g. “Máy ở sạp”.
    pub name: String,
    /// Whether the page may show who paid; `false` if absent.
    #[serde(default)]
    pub shows_payer: bool,
    /// Where phones reach the server, e.g. `https://cho.example.vn`: then the answer has the link's
    /// symbol, which a phone scans from a screen or a slip.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub address: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StallLinkFilter {
    pub occupancy_id: Option<OccupancyId>,
}

/// Makes a link. A vendor's new one ends the one before it: nobody can open a second page on her money
/// while she goes on with the first and sees nothing of it.
///
/// # Errors
/// `not-found` (occupancy_id), those of a name, `address-malformed` (address),
/// `stall-link-too-many`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewStallLink) -> Outcome<IssuedLink> {
    act.require(Permission::StallLinksWrite)?;
    let board_id = act.board_id();
    let occupancy = occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    let name = check::text("name", &new.name, NAME_CHARS)?;
    let address = new.address.as_deref().map(checked_address).transpose()?;
    let live = rows::live_of(connection, board_id, occupancy.id, LinkKind::Listener)?;
    if new.kind == LinkKind::Listener && live.len() >= LINKS {
        return Err(Refusal::conflict("stall-link-too-many").with("max", LINKS).into());
    }
    let link = StallLink {
        id: StallLinkId(act.new_id()),
        occupancy_id: occupancy.id,
        kind: new.kind,
        name,
        shows_payer: new.shows_payer,
        created_by: act.scope.actor,
        created_at: act.at,
        revoked_at: None,
        printed_at: None,
    };
    if link.kind == LinkKind::Owner {
        for id in rows::live_of(connection, board_id, occupancy.id, LinkKind::Owner)? {
            rows::revoke(connection, board_id, id, act.at)?;
        }
    }
    let token = tokens::random("", TOKEN_BYTES)?;
    rows::insert(connection, board_id, &link, &tokens::hash(&token))?;
    let path = path_of(link.kind, &token);
    let svg = address.map(|address| symbol(&format!("{address}{path}"))).transpose()?;
    Ok(IssuedLink { link, path, svg })
}

fn path_of(kind: LinkKind, token: &str) -> String {
    let page = match kind {
        LinkKind::Listener => "nghe",
        LinkKind::Owner => "sap",
    };
    format!("/{page}/{token}")
}

/// Scheme and host, perhaps with a port, and nothing behind them.
fn checked_address(address: &str) -> Result<&str, Refusal> {
    let address = address.strip_suffix('/').unwrap_or(address);
    let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let is_host = |host: &str| {
        let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        !host.is_empty() && host.len() <= ADDRESS_BYTES && host.bytes().all(is_of_one)
    };
    let malformed = || Refusal::invalid("address", "address-malformed");
    host.is_some_and(is_host).then_some(address).ok_or_else(malformed)
}

fn symbol(text: &str) -> Outcome<String> {
    let image = vietqr::draw(text, Level::default(), Format::Svg)?;
    String::from_utf8(image.bytes).map_err(Fault::broken)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: StallLinkId) -> Outcome<StallLink> {
    act.require(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "stall_link")?)
}

/// The live link of this board that a path opens.
pub fn at_path(connection: &mut DbConnection, act: &Act, path: &str) -> Outcome<Option<StallLink>> {
    act.require(Permission::StallLinksWrite)?;
    let token = path.rsplit('/').next().unwrap_or_default();
    let routed = rows::routed(connection, &tokens::hash(token))?;
    let Some((_, id)) = routed.filter(|(board_id, _)| *board_id == act.board_id()) else {
        return Ok(None);
    };
    let link = rows::find(connection, act.board_id(), id)?;
    Ok(link.filter(|link| link.revoked_at.is_none() && path == path_of(link.kind, token)))
}

/// Links in the order in which they were made, also those that were revoked.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &StallLinkFilter,
    page: PageRequest,
) -> Outcome<Page<StallLink>> {
    act.require(Permission::RegistryRead)?;
    let links = rows::page(connection, act.board_id(), filter.occupancy_id, page)?;
    Ok(page.page(links, |link| link.id.0))
}

/// Ends every vendor's link of a board: what their six digits were kept under is lost, and whoever
/// comes first would choose new ones. Gives back how many.
pub fn end_owners(connection: &mut DbConnection, board_id: BoardId, at: UnixMs) -> Outcome<usize> {
    let owners = rows::live_owners(connection, board_id)?;
    for id in &owners {
        rows::revoke(connection, board_id, *id, at)?;
    }
    Ok(owners.len())
}

/// Ends what a new slip of a stall replaces: the vendor's link, and those of slips before it,
/// whatever they are called. `kept` stand on the new one.
///
/// # Errors
/// `forbidden`.
pub fn end_of_slips(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    kept: &[StallLinkId],
) -> Outcome<Vec<StallLink>> {
    act.require(Permission::StallLinksWrite)?;
    let board_id = act.board_id();
    let mut live = rows::live(connection, board_id, occupancy_id)?;
    live.retain(|link| link.kind == LinkKind::Owner || link.printed_at.is_some());
    live.retain(|link| !kept.contains(&link.id));
    for link in &mut live {
        rows::revoke(connection, board_id, link.id, act.at)?;
        link.revoked_at = Some(act.at);
    }
    Ok(live)
}

/// Writes down that links stand on a slip.
///
/// # Errors
/// `forbidden`.
pub fn printed(connection: &mut DbConnection, act: &Act, ids: &[StallLinkId]) -> Outcome<()> {
    act.require(Permission::StallLinksWrite)?;
    rows::set_printed(connection, act.board_id(), ids, act.at)
}

/// Ends a link and every phone that opened it, at once; ending it again changes nothing.
pub fn revoke(connection: &mut DbConnection, act: &Act, id: StallLinkId) -> Outcome<StallLink> {
    act.require(Permission::StallLinksWrite)?;
    let board_id = act.board_id();
    let mut link = found(rows::find(connection, board_id, id)?, "stall_link")?;
    if link.revoked_at.is_none() {
        rows::revoke(connection, board_id, id, act.at)?;
        link.revoked_at = Some(act.at);
    }
    Ok(link)
}
