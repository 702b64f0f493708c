//! `cho40 doctor`: recomputes totals and invariants, prints each difference, and corrects totals
//! where it is asked to.

use std::process::ExitCode;

use super::{Settings, say};
use crate::access::audit;
use crate::db::{DbConnection, Outcome, migrate};
use crate::ledger::doctor;
use crate::primitives::ids::BoardId;
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

/// The boards; there is nothing to serve or to examine without one.
///
/// # Errors
/// `no-board`.
pub(super) fn require_boards(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    let boards = boards::all_ids(connection)?;
    if boards.is_empty() { Err(Refusal::conflict("no-board").into()) } else { Ok(boards) }
}

#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    settings: Settings,
    /// Correct totals, roll-ups and index entries that differ; never transfers or decisions /
    /// Sửa số tổng hợp bị lệch, không sửa giao dịch
    #[arg(long)]
    repair: bool,
}

/// Exit code 0: no difference, or each was corrected; 1: differences, each printed on a line.
pub fn run(args: &DoctorArgs) -> Outcome<ExitCode> {
    let mut connection = DbConnection::open_first(&args.settings.resolve()?.database_url)?;
    migrate::require_current(&mut connection)?;
    report(&mut connection, args.repair)
}

/// Examines every board, and corrects what may be where it is asked to.
pub(super) fn report(connection: &mut DbConnection, repair: bool) -> Outcome<ExitCode> {
    let (mut corrected, mut left) = (0_usize, 0_usize);
    for board_id in require_boards(connection)? {
        let found = connection.in_snapshot(|connection| doctor::examine(connection, board_id))?;
        if !repair {
            left += found.len();
            found.iter().try_for_each(|difference| say(&difference.to_string()))?;
            continue;
        }
        // A board that is in order is not locked.
        if found.is_empty() {
            continue;
        }
        let repaired = connection.in_transaction(|connection| {
            let repaired = doctor::repair(connection, board_id)?;
            if !repaired.corrected.is_empty() {
                let at = Clock::system().now();
                audit::command(connection, board_id, at, "cho40 doctor --repair", Vec::new())?;
            }
            Ok(repaired)
        })?;
        corrected += repaired.corrected.len();
        left += repaired.left.len();
        for difference in &repaired.corrected {
            say(&format!("{difference} → đã sửa / corrected"))?;
        }
        for difference in &repaired.left {
            let by = repaired.blocked.iter().find(|(what, _)| *what == difference.what);
            let why = by.map_or(String::new(), |(_, by)| {
                format!(": {by} sai, phải sửa trước / is wrong and comes first")
            });
            say(&format!("{difference} → không tự sửa / not corrected{why}"))?;
        }
    }
    if corrected > 0 {
        say(&format!("Đã sửa {corrected} chỗ / corrected"))?;
    }
    if left > 0 {
        say(&format!("{left} chỗ lệch / differences"))?;
        return Ok(ExitCode::FAILURE);
    }
    say("Số liệu khớp. / Everything agrees.")?;
    Ok(ExitCode::SUCCESS)
}
