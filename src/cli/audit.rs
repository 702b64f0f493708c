//! `cho40 audit`: who saw or changed what about whom, as a file, and whether such a file holds.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::key::choose;
use super::{Settings, say};
use crate::access::audit::{self, AT_ONCE, Entry};
use crate::db::{DbConnection, Fault, Outcome, migrate};
use crate::primitives::Refusal;
use crate::primitives::ids::BoardId;
use crate::registry::boards;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print a board's entries as NDJSON, one a line / In sổ truy vết
    Export(ExportArgs),
    /// Check a file that was exported: each line by its hash, and that each follows the one before /
    /// Kiểm tra tệp đã xuất
    Verify(VerifyArgs),
}

#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    #[command(flatten)]
    place: Place,
    /// Only entries after this number / Chỉ các mục sau số này
    #[arg(long, default_value_t = 0)]
    after: i64,
}

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    place: Place,
    /// What was exported / Tệp đã xuất
    file: PathBuf,
    /// Also compare each line with the database: an entry that was changed or cut off since then is
    /// named / So từng dòng với cơ sở dữ liệu
    #[arg(long)]
    here: bool,
}

impl Place {
    fn open(&self) -> Outcome<(DbConnection, BoardId)> {
        let mut connection = DbConnection::open_first(&self.settings.resolve()?.database_url)?;
        migrate::require_current(&mut connection)?;
        let known = boards::all_names(&mut connection)?;
        let board_id = choose(&known, self.board.as_deref())?;
        Ok((connection, board_id))
    }
}

/// Exit code 0: done, or the file holds; 1: it does not, each place on a line.
///
/// # Errors
/// `file-not-readable` (file); those of database and board.
pub fn run(command: &AuditCommand) -> Outcome<ExitCode> {
    match command {
        AuditCommand::Export(args) => export(args).map(|()| ExitCode::SUCCESS),
        AuditCommand::Verify(args) => verify(args),
    }
}

fn export(args: &ExportArgs) -> Outcome<()> {
    let (mut connection, board_id) = args.place.open()?;
    let mut after = args.after;
    loop {
        let some = audit::read(&mut connection, board_id, None, after, AT_ONCE)?;
        for entry in &some {
            say(&serde_json::to_string(entry).map_err(Fault::broken)?)?;
        }
        match some.last() {
            Some(last) => after = last.seq,
            None => return Ok(()),
        }
    }
}

fn verify(args: &VerifyArgs) -> Outcome<ExitCode> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let refusal = Refusal::invalid("file", "file-not-readable");
        refusal.with("path", args.file.display()).with("error", error)
    };
    let mut here = if args.here { Some(args.place.open()?) } else { None };
    let file = File::open(&args.file).map_err(|error| unreadable(&error))?;
    let (mut last, mut count, mut wrong): (Option<Entry>, usize, usize) = (None, 0, 0);
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| unreadable(&error))?;
        let entry: Entry = serde_json::from_str(&line).map_err(|error| unreadable(&error))?;
        for fault in faults(&entry, last.as_ref()) {
            wrong += 1;
            say(&format!("{}: {fault}", entry.seq))?;
        }
        if let Some((connection, board_id)) = &mut here
            && audit::read(connection, *board_id, None, entry.seq - 1, 1)?.first() != Some(&entry)
        {
            wrong += 1;
            say(&format!("{}: khác cơ sở dữ liệu / not as in the database", entry.seq))?;
        }
        count += 1;
        last = Some(entry);
    }
    if wrong > 0 {
        say(&format!("{wrong} chỗ sai / faults"))?;
        return Ok(ExitCode::FAILURE);
    }
    let end = last.map_or_else(String::new, |last| format!(" … {} {}", last.seq, last.hash));
    say(&format!("{count} mục khớp / entries hold{end}"))?;
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with a line, by itself and after the one before.
fn faults(entry: &Entry, before: Option<&Entry>) -> Vec<&'static str> {
    let follows = before.is_none_or(|before| {
        before.seq.checked_add(1) == Some(entry.seq) && before.hash == entry.previous
    });
    let all = [
        (entry.is_bound(), "đã bị sửa / was changed"),
        (entry.is_numbered(), "số khác trong mục / another number in its text"),
        (follows, "không nối mục trước / does not follow the line before"),
    ];
    all.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault).collect()
}
