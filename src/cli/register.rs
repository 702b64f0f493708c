//! `cho40 register`: the register from a spreadsheet, and as one.

use std::path::PathBuf;
use std::process::ExitCode;

use super::place::Where;
use super::say;
use crate::access::audit;
use crate::db::{DbConnection, Outcome};
use crate::feeds::statements;
use crate::primitives::Refusal;
use crate::registry::import::{self, Imported, ImportedRow, RowVerdict, Written};
use crate::registry::roll;
use crate::web::texts::Language;

/// The register from a spreadsheet, and as one / Sổ chợ từ bảng tính và ra bảng tính
#[derive(Debug, clap::Subcommand)]
pub enum RegisterCommand {
    /// Look what a file would change; with --yes write it down / Xem trước, rồi ghi vào sổ
    Import(ImportArgs),
    /// Write the register of a market as a spreadsheet / Xuất sổ chợ
    Export(ExportArgs),
}

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[command(flatten)]
    place: Where,
    /// An XLSX, XLS or CSV file / Tập tin bảng tính
    file: PathBuf,
    /// Do it, whole or not at all / Ghi thật
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    #[command(flatten)]
    place: Where,
    /// Where to write it: a name that ends in .xlsx or .csv / Tập tin cần ghi
    file: PathBuf,
    /// Only the headings / Chỉ tập tin mẫu
    #[arg(long)]
    template: bool,
}

/// # Errors
/// Refusals of the file and of the arguments; a database that fails.
pub fn run(command: &RegisterCommand) -> Outcome<ExitCode> {
    match command {
        RegisterCommand::Import(args) => {
            let unreadable = |error| {
                let refusal = Refusal::invalid("file", "file-not-readable");
                refusal.with("path", args.file.display()).with("error", error)
            };
            let bytes = std::fs::read(&args.file).map_err(unreadable)?;
            let rows = statements::plain(&bytes)?;
            let opened = args.place.open()?;
            let market = opened.read(|connection, act| args.place.market(connection, act))?;
            let (act, is_trial) = (opened.act, !args.yes);
            let board = act.board_id().0;
            let work = move |connection: &mut DbConnection| {
                let done = import::run(connection, &act, market.id, &rows, is_trial)?;
                if done.is_done {
                    let id = vec![market.id.to_string()];
                    let what = "cho40 register import";
                    audit::command(connection, act.board_id(), act.at, what, id)?;
                }
                Ok(done)
            };
            tell(&opened.app.db.write_here(board, work)?)
        }
        RegisterCommand::Export(args) => {
            let opened = args.place.open()?;
            let written = opened.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let roll = roll::load(connection, act)?;
                Ok(if args.template { Written::default() } else { Written::of(&roll, market.id) })
            })?;
            let is_csv = args.file.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
            let bytes =
                if is_csv { import::csv(&written).into_bytes() } else { import::xlsx(&written)? };
            std::fs::write(&args.file, bytes).map_err(|error| {
                let refusal = Refusal::conflict("file-not-writable");
                refusal.with("path", args.file.display()).with("error", error)
            })?;
            say(&args.file.display().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn tell(imported: &Imported) -> Outcome<ExitCode> {
    for row in &imported.rows {
        if let Some(line) = told(row) {
            say(&line)?;
        }
    }
    if !imported.ignored.is_empty() {
        say(&format!("không đọc / not read: {}", imported.ignored.join(", ")))?;
    }
    let count = |verdict| imported.count(verdict);
    say(&format!(
        "mới / new {}, đổi / changed {}, như cũ / same {}, chưa được / refused {}",
        count(RowVerdict::New),
        count(RowVerdict::Changed),
        count(RowVerdict::Same),
        count(RowVerdict::Refused),
    ))?;
    let refused = count(RowVerdict::Refused) > 0;
    say(match (imported.is_done, refused) {
        (true, _) => "Đã ghi vào sổ. / It is in the register.",
        (false, true) => "Chưa ghi gì hết. / Nothing was written.",
        (false, false) => {
            "Xem trước: chưa ghi gì; thêm --yes để ghi. / A look: add --yes to write."
        }
    })?;
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A row that somebody must do something about.
fn told(row: &ImportedRow) -> Option<String> {
    let (refusal, field) = row.refusal.as_ref()?;
    let key = format!("problem-{}", refusal.code);
    let [vi, en] = [Language::Vietnamese, Language::English]
        .map(|language| language.text(&key, &refusal.args).unwrap_or_default());
    let column = field.map(|field| format!(" {}", field.heading())).unwrap_or_default();
    Some(format!("{}: {}{column}: {vi} / {en}", row.number, row.stall))
}
