//! What the rules decided by an account's links, against the links as they are.

use super::{Mismatch, Pair, compare};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId, TransferId};

/// Present attributions that the links of the account alone decided; not what a second report has
/// brought, which a person judges.
const MADE: &str = "
    SELECT m.id, m.account_id, m.day, m.occupancy_id FROM (
      SELECT t.id, t.account_id, t.day, t.direction, t.occupancy_id, 1 AS seq, t.rule
      FROM transfers t WHERE t.board_id = $1 AND t.account_id <> 0 AND NOT EXISTS (
        SELECT 1 FROM attribution_lines n WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
      UNION ALL
      SELECT t.id, t.account_id, t.day, t.direction, a.occupancy_id, a.seq, a.rule
      FROM attribution_lines a JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
      WHERE a.board_id = $1 AND t.account_id <> 0 AND NOT EXISTS (
        SELECT 1 FROM attribution_lines n WHERE n.board_id = a.board_id
          AND n.transfer_id = a.transfer_id AND n.seq > a.seq)
    ) m LEFT JOIN unassigned u
      ON u.board_id = $1 AND u.transfer_id = m.id AND u.resolved_at_ms IS NULL
    WHERE (m.rule IN ('sole_occupancy', 'business_account') OR (m.rule = 'none'
        AND (m.direction = 'out' OR u.reason IN ('no_occupancy', 'several_occupancies'))))
      AND NOT EXISTS (SELECT 1 FROM suspected_pairs q WHERE q.board_id = $1
        AND q.transfer_id = m.id AND q.attribution_seq = m.seq)";

/// Attributions that a change of links has left behind.
pub fn left_behind(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let kept = format!("SELECT id AS transfer_id, occupancy_id FROM ({MADE}) made");
    let due = format!(
        "SELECT made.id AS transfer_id,
           CASE WHEN COUNT(l.occupancy_id) = 1 THEN MAX(l.occupancy_id) ELSE 0 END AS occupancy_id
         FROM ({MADE}) made LEFT JOIN (
           SELECT k.account_id, k.occupancy_id, k.from_day, k.to_day, o.from_day AS first_day,
             o.to_day AS last_day
           FROM account_links k JOIN occupancies o
             ON o.board_id = k.board_id AND o.id = k.occupancy_id
           WHERE k.board_id = $1
         ) l ON l.account_id = made.account_id
           AND made.day BETWEEN l.from_day AND COALESCE(l.to_day, made.day)
           AND made.day BETWEEN l.first_day AND COALESCE(l.last_day, made.day)
         GROUP BY made.id"
    );
    let pair = Pair { kept: &kept, due: &due, key: &["transfer_id"], value: &["occupancy_id"] };
    let name = |key: &[i64]| key.first().map_or_else(String::new, |id| TransferId(*id).to_string());
    let stall = |id: String| match id.parse() {
        Ok(0) | Err(_) => "no stall".to_owned(),
        Ok(id) => OccupancyId(id).to_string(),
    };
    let mut found = compare(connection, board_id, &pair, name)?;
    for one in &mut found {
        one.kept = stall(std::mem::take(&mut one.kept));
        one.due = stall(std::mem::take(&mut one.due));
    }
    Ok(found)
}
