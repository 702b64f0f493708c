//! `cho40 link`: the links that open stalls' pages on phones, seen and ended without the server.

use super::place::{Where, stall, whole};
use super::say;
use crate::access::{Act, audit};
use crate::db::{DbConnection, Outcome};
use crate::live::links::{self, LinkKind, StallLink, StallLinkFilter};
use crate::primitives::ids::{StallId, StallLinkId};
use crate::registry::occupancies::{self, OccupancyFilter};

/// Links that open stalls' pages / Liên kết mở trang của sạp
#[derive(Debug, clap::Subcommand)]
pub enum LinkCommand {
    /// The links of a stall that still open its page / Các liên kết còn mở được trang của sạp
    List(ListArgs),
    /// End a link and the phones that opened it / Hủy một liên kết và các máy đã mở nó
    Revoke(RevokeArgs),
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    place: Where,
    /// Number or id of the stall / Số hoặc mã sạp
    #[arg(long)]
    stall: String,
}

#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    place: Where,
    /// The link's id, as `list` shows it / Mã của liên kết
    #[arg(value_parser = link_id)]
    link: StallLinkId,
}

/// # Errors
/// Refusals of the arguments; a database that fails.
pub fn run(command: &LinkCommand) -> Outcome<()> {
    match command {
        LinkCommand::List(args) => {
            let opened = args.place.open()?;
            let found = opened.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let stall_id = stall(connection, act, market.id, &args.stall)?;
                live_of(connection, act, stall_id)
            })?;
            for link in &found {
                say(&told(link))?;
            }
            say(&format!("{}: {} liên kết / links", args.stall, found.len()))
        }
        LinkCommand::Revoke(args) => {
            let opened = args.place.open()?;
            let (id, act) = (args.link, opened.act);
            let board = act.board_id().0;
            let revoke = move |connection: &mut DbConnection| {
                let link = links::revoke(connection, &act, id)?;
                let id = vec![id.to_string()];
                audit::command(connection, act.board_id(), act.at, "cho40 link revoke", id)?;
                Ok(link)
            };
            let link = opened.app.db.write_here(board, revoke)?;
            say(&format!("{}: đã hủy / revoked", told(&link)))
        }
    }
}

/// The links of whoever was or is at a stall that are not revoked, oldest first.
pub fn live_of(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
) -> Outcome<Vec<StallLink>> {
    let filter = OccupancyFilter { stall_id: Some(stall_id), ..OccupancyFilter::default() };
    let all = whole(|page| occupancies::list(connection, act, &filter, page))?;
    let mut found = Vec::new();
    for occupancy in all {
        let filter = StallLinkFilter { occupancy_id: Some(occupancy.id) };
        let of = whole(|page| links::list(connection, act, &filter, page))?;
        found.extend(of.into_iter().filter(|link| link.revoked_at.is_none()));
    }
    Ok(found)
}

/// `slk_… nghe / listener “Giấy: nghe” 2026-11-24T08:00:00+07:00`
pub fn told(link: &StallLink) -> String {
    let kind = match link.kind {
        LinkKind::Listener => "nghe / listener",
        LinkKind::Owner => "chủ sạp / owner",
    };
    format!("{} {kind} “{}” {}", link.id, link.name, link.created_at)
}

fn link_id(text: &str) -> Result<StallLinkId, String> {
    StallLinkId::parse(text).ok_or_else(|| "an id as cho40 link list shows it".to_owned())
}
