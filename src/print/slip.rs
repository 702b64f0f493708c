//! The slip with a stall's two links, as codes and in words who gets which. The links' secrets are
//! kept nowhere: whoever has just made the links gives them, and they go onto the paper alone.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::layout::Style;
use super::letters;
use super::paper::Paper;
use super::printed::Kind;
use super::samples;
use super::sheet::{composed, named};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::live::links::{self, LinkKind, NewStallLink, StallLink};
use crate::primitives::ids::{OccupancyId, StallId, StallLinkId};
use crate::primitives::{Day, Refusal};
use crate::registry::check::found;
use crate::registry::occupancies::{Occupancy, OccupancyFilter};
use crate::registry::store::{markets, occupancies, stalls, vendors};
use crate::registry::{self, PageRequest, boards};
use crate::vietqr::{self, Format, Level};

const URL_CHARS: usize = 100;
/// What the links of a slip are called, the listener's and the vendor's.
const NAMES: [&str; 2] = ["Giấy: nghe", "Giấy: chủ sạp"];

/// The links that a slip shows, as they were told when they were made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipOrder {
    /// The server's address as phones reach it, e.g. `https://cho.example`.
    pub url: String,
    /// The `path` of a link of kind `listener`.
    pub listener_path: String,
    /// The `path` of a link of kind `owner`.
    pub owner_path: String,
}

/// All that the slip says.
#[derive(Clone, Serialize)]
pub struct Slip {
    style: Style,
    title: String,
    market: String,
    place: String,
    stall: String,
    vendor: String,
    issued: String,
    /// The listener's link, then the vendor's.
    links: [String; 2],
    #[serde(skip)]
    issued_day: Day,
    #[serde(skip)]
    made: Vec<StallLinkId>,
}

/// A slip with links that were made for it, and those that it ended.
pub struct NewSlip {
    pub slip: Slip,
    pub ended: Vec<StallLink>,
}

/// The slip of an occupancy. The links of slips before it end, whatever they are called: one that was
/// lost opens nothing more.
///
/// # Errors
/// `forbidden` without `stall-links.write`, `not-found` (occupancy), `slip-url-malformed`, `slip-url-too-long` (url),
/// `slip-link-unknown` (listener_path, owner_path): revoked, another stall's, or of another kind;
/// those of [`letters::check`].
pub fn of_occupancy(
    connection: &mut DbConnection,
    act: &Act,
    id: OccupancyId,
    order: &SlipOrder,
) -> Outcome<Slip> {
    act.require(Permission::StallLinksWrite)?;
    let board_id = act.board_id();
    let occupancy = found(occupancies::find(connection, board_id, id)?, "occupancy")?;
    let Occupancy { vendor_id, stall_id, market_id, .. } = occupancy;
    let url = address(&order.url)?;
    let asked = [
        ("listener_path", &order.listener_path, LinkKind::Listener),
        ("owner_path", &order.owner_path, LinkKind::Owner),
    ];
    let mut made = Vec::new();
    for (field, path, kind) in asked {
        let link = links::at_path(connection, act, path)?;
        let is_meant = |link: &links::StallLink| link.kind == kind && link.occupancy_id == id;
        if !link.as_ref().is_some_and(is_meant) {
            return Err(Refusal::invalid(field, "slip-link-unknown").into());
        }
        made.extend(link.map(|link| link.id));
    }
    let vendor = found(vendors::find(connection, board_id, vendor_id)?, "vendor")?;
    let stall = found(stalls::find(connection, board_id, stall_id)?, "stall")?;
    let market = found(markets::find(connection, board_id, market_id)?, "market")?;
    let issued_day = act.at.day(0);
    let (stall, vendor) = (composed(&stall.code), composed(&vendor.name));
    let place = composed(&format!("{}, {}", market.commune, market.province));
    let market = composed(&market.name);
    let texts = [("stall", &stall), ("vendor", &vendor), ("market", &market), ("place", &place)];
    letters::check(&stall, &texts.map(|(field, text)| (field, text.as_str())))?;
    links::end_of_slips(connection, act, id, &made)?;
    links::printed(connection, act, &made)?;
    Ok(Slip {
        style: Style::Mono,
        title: format!("{market} · {stall}"),
        market,
        place,
        stall,
        vendor,
        issued: issued_day.on_paper(),
        links: [&order.listener_path, &order.owner_path].map(|path| format!("{url}{path}")),
        issued_day,
        made,
    })
}

/// Two new links for whoever is at a stall now, and their slip. The links of slips before it end: one
/// that was lost opens nothing more.
///
/// # Errors
/// `stall-empty`, those of [`links::create`] and [`of_occupancy`].
pub fn of_new_links(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    url: String,
) -> Outcome<NewSlip> {
    let today = boards::today(connection, act)?;
    let filter =
        OccupancyFilter { stall_id: Some(stall_id), on: Some(today), ..Default::default() };
    let there = registry::occupancies::list(connection, act, &filter, PageRequest::default())?;
    let there = there.items.first().ok_or_else(|| Refusal::conflict("stall-empty"))?;
    // Before the new ones are made: a stall has so many links and no more.
    let ended = links::end_of_slips(connection, act, there.id, &[])?;
    let mut make = |kind, name: &str| {
        let (occupancy_id, name) = (there.id, name.to_owned());
        let new = NewStallLink { occupancy_id, kind, name, shows_payer: false, address: None };
        links::create(connection, act, new).map(|issued| issued.path)
    };
    let order = SlipOrder {
        url,
        listener_path: make(LinkKind::Listener, NAMES[0])?,
        owner_path: make(LinkKind::Owner, NAMES[1])?,
    };
    let slip = of_occupancy(connection, act, there.id, &order)?;
    Ok(NewSlip { slip, ended })
}

/// An address of http or https, with a host and perhaps a port, and nothing behind it.
fn address(url: &str) -> Result<&str, Refusal> {
    let malformed = || Refusal::invalid("url", "slip-url-malformed");
    let url = url.trim().trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let host = host.filter(|host| !host.is_empty() && host.chars().all(is_host));
    host.ok_or_else(malformed)?;
    if url.len() > URL_CHARS {
        return Err(Refusal::invalid("url", "slip-url-too-long").with("max", URL_CHARS));
    }
    Ok(url)
}

impl Slip {
    /// A made-up one, for who edits templates: its links open nothing.
    pub(super) fn sample() -> Self {
        let place = samples::place();
        let link =
            |page: &str| format!("https://cho.example.vn/{page}/{}", "0123456789abcdef".repeat(2));
        Self {
            style: Style::Mono,
            title: format!("{} · A-12", place.market),
            market: place.market,
            place: place.place,
            stall: "A-12".to_owned(),
            vendor: "Nguyễn Thị Mẫu".to_owned(),
            issued: samples::day().on_paper(),
            links: [link("nghe"), link("sap")],
            issued_day: samples::day(),
            made: Vec::new(),
        }
    }

    /// The links that it shows.
    #[must_use]
    pub fn made(&self) -> &[StallLinkId] {
        &self.made
    }

    /// The two links as their codes say them.
    #[must_use]
    pub const fn links(&self) -> &[String; 2] {
        &self.links
    }
}

impl Paper for Slip {
    fn template(&self) -> &'static str {
        "slip.typ"
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        serde_json::to_vec(self).map_err(Fault::broken)
    }

    /// `codes/0.svg` and `codes/1.svg`.
    fn file(&self, name: &str) -> Option<Vec<u8>> {
        let number = name.strip_prefix("codes/")?.strip_suffix(".svg")?;
        let link = self.links.get(number.parse::<usize>().ok()?)?;
        Some(vietqr::draw(link, Level::M, Format::Svg).ok()?.bytes)
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        Ok(Sha256::digest(self.data()?).into())
    }

    fn issued_day(&self) -> Day {
        self.issued_day
    }

    fn pieces(&self) -> usize {
        1
    }

    fn file_name(&self, kind: Kind) -> String {
        named(&self.stall, "hai-ma", kind)
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_a_host_and_nothing_behind_it() {
        for (text, expected) in [
            ("https://cho.example", Some("https://cho.example")),
            (" http://192.168.1.5:8040/ ", Some("http://192.168.1.5:8040")),
            ("https://[::1]:8040", Some("https://[::1]:8040")),
            ("cho.example", None),
            ("https://", None),
            ("https://cho.example/sap", None),
            ("https://cho.example?x", None),
            ("https://chợ.example", None),
            ("ftp://cho.example", None),
            ("https://user@cho.example", None),
        ] {
            assert_eq!(address(text).ok(), expected, "{text}");
        }
        assert!(address(&format!("https://{}", "a".repeat(100))).is_err());
    }
}
