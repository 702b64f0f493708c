//! `cho40 statement`: what a statement file says, and its import without the server's API.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::Settings;
use super::key::choose;
use crate::access::{Act, Permissions, Scope, audit};
use crate::app::App;
use crate::db::{Db, Fault, Outcome};
use crate::feeds::statements::{self, Ask, MAX_FILE_BYTES, Mapping};
use crate::intake::statements::{Commit, Statement, StatementState};
use crate::intake::{Intake, statements as import};
use crate::primitives::ids::{AccountId, ActorId};
use crate::primitives::{Clock, Day, Refusal};
use crate::registry::PageRequest;
use crate::registry::accounts::{self, AccountFilter};
use crate::registry::boards;

/// Read and import bank statements / Đọc và nhập sao kê ngân hàng
#[derive(Debug, clap::Subcommand)]
pub enum StatementCommand {
    /// Say what a file holds; nothing is written / Xem tập tin có gì, không ghi gì
    Check(CheckArgs),
    /// Take a file in, once however often it is imported / Nhập tập tin vào sổ
    Import(Box<ImportArgs>),
}

#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// CSV, XLSX or XLS / Tập tin sao kê
    file: PathBuf,
    /// How to read its columns, as JSON / Cách đọc các cột
    #[arg(long)]
    mapping: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[command(flatten)]
    settings: Settings,
    /// CSV, XLSX or XLS / Tập tin sao kê
    file: PathBuf,
    /// Number or id of the account / Số hoặc mã tài khoản
    #[arg(long)]
    account: String,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// First day that the file tells, where it does not say / Ngày đầu của sao kê
    #[arg(long, value_parser = day, requires = "to")]
    from: Option<Day>,
    /// Last day that was over when the file was made / Ngày cuối của sao kê
    #[arg(long, value_parser = day, requires = "from")]
    to: Option<Day>,
    /// The file may leave transfers out: no day counts as observed / Sao kê có thể thiếu giao dịch
    #[arg(long, conflicts_with_all = ["from", "to"])]
    no_days: bool,
    /// I have seen that the file is of this account, which it does not say / Tôi đã xem và đúng là sao kê của tài khoản này
    #[arg(long)]
    account_confirmed: bool,
    /// Only say what would become of it / Chỉ xem thử
    #[arg(long)]
    dry_run: bool,
}

/// What a file says, as one line of JSON.
#[derive(Serialize)]
struct Shown {
    format: &'static str,
    layout: String,
    columns: Vec<String>,
    accounts: Vec<String>,
    period: Option<[Day; 2]>,
    printed: Option<Day>,
    unread_sheets: Vec<String>,
    /// What must be said before it can be read.
    asks: Vec<Ask>,
    rows: usize,
    money_in: usize,
    money_out: usize,
    first_day: Option<Day>,
    last_day: Option<Day>,
    failed: usize,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    row: u32,
    field: &'static str,
    because: &'static str,
}

/// Runs one command. Exit code 1: something in the file cannot be read.
///
/// # Errors
/// Refusals of the file and the arguments; a database that fails.
pub fn run(command: StatementCommand, output: &mut impl Write) -> Outcome<ExitCode> {
    match command {
        StatementCommand::Check(args) => check(&args, output),
        StatementCommand::Import(args) => import(&args, output),
    }
}

fn check(args: &CheckArgs, output: &mut impl Write) -> Outcome<ExitCode> {
    let mapping: Option<Mapping> = match &args.mapping {
        Some(json) => Some(serde_json::from_str(json).map_err(|error| {
            Refusal::invalid("mapping", "statement-mapping-malformed").with("error", error)
        })?),
        None => None,
    };
    let opened = statements::open(&read(&args.file)?)?;
    let (found, asks) = match opened.read(mapping.as_ref()) {
        Ok(found) => (found, Vec::new()),
        Err(asks) => (statements::Rows::default(), asks),
    };
    let of = |direction| found.rows.iter().filter(move |row| row.direction == direction).count();
    let days = found.rows.iter().map(|row| row.occurred_at.day(0));
    let unreadable = found.unreadable.iter().map(|one| Unreadable {
        row: one.number,
        field: one.field,
        because: one.because.code(),
    });
    let shown = Shown {
        format: opened.format.as_str(),
        layout: opened.layout(),
        columns: opened.headings().to_vec(),
        accounts: opened.said.accounts.clone(),
        period: opened.said.period.map(|(from, to)| [from, to]),
        printed: opened.said.printed,
        unread_sheets: opened.unread_sheets.clone(),
        asks,
        rows: found.rows.len(),
        money_in: of(crate::feeds::Direction::In),
        money_out: of(crate::feeds::Direction::Out),
        first_day: days.clone().min(),
        last_day: days.max(),
        failed: found.failed,
        unreadable: unreadable.collect(),
    };
    tell(output, &shown)?;
    let is_clear = shown.asks.is_empty() && shown.unreadable.is_empty();
    Ok(if is_clear { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn import(args: &ImportArgs, output: &mut impl Write) -> Outcome<ExitCode> {
    let bytes = read(&args.file)?;
    let app = App::build(args.settings.resolve()?.app, Clock::system())?;
    let known = app.db.read_here(boards::all_names)?;
    let board_id = choose(&known, args.board.as_deref())?;
    // The operator's own hand: no key acts.
    let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::all());
    let act = Act::new(scope, app.clock.now(), app.ids.clone());
    let account_id = find_account(&app.db, &act, &args.account)?;
    let account = app.db.read_here(|connection| import::account(connection, &act, account_id))?;
    let prepared = import::prepare(&app.db, &act, &app.secret_key, account, bytes)?;
    let by = act.clone();
    let looked_at = app
        .db
        .write_here(board_id.0, move |connection| import::insert(connection, &by, prepared))?;
    if looked_at.state == StatementState::NeedsMapping {
        tell(output, &looked_at)?;
        return Err(Refusal::conflict("statement-needs-mapping").into());
    }
    let shown = if args.dry_run {
        let (by, id) = (act.clone(), looked_at.id);
        app.db.write_here(board_id.0, move |connection| import::discard(connection, &by, id))?;
        looked_at
    } else {
        commit(&app.intake, &act, &looked_at, args)?
    };
    tell(output, &shown)?;
    let is_whole = shown.counts.unreadable == 0;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn commit(
    intake: &Intake,
    act: &Act,
    looked_at: &Statement,
    args: &ImportArgs,
) -> Outcome<Statement> {
    let (board_id, id, by) = (act.board_id(), looked_at.id, act.clone());
    let how = Commit {
        from_day: args.from,
        to_day: args.to,
        no_days: args.no_days,
        account_confirmed: args.account_confirmed,
    };
    let whom = vec![id.to_string(), looked_at.account_id.to_string()];
    intake.db.write_here(board_id.0, move |connection| {
        // The board before its chain, in the order in which a server locks them.
        import::commit(connection, &by, id, how)?;
        audit::command(connection, board_id, by.at, "cho40 statement import", whom)
    })?;
    import::run(intake, board_id, id)?;
    intake.db.read_here(|connection| import::get(connection, act, id))
}

/// The account of a number or id.
fn find_account(db: &Db, act: &Act, wanted: &str) -> Outcome<AccountId> {
    if let Some(id) = AccountId::parse(wanted) {
        return Ok(id);
    }
    let mut page = PageRequest::parse(None, Some(200))?;
    let mut found = Vec::new();
    loop {
        let filter = AccountFilter::default();
        let some = db.read_here(|connection| accounts::list(connection, act, &filter, page))?;
        found.extend(some.items.into_iter().filter(|one| one.number.eq_ignore_ascii_case(wanted)));
        match some.next_cursor {
            Some(cursor) => page = PageRequest::parse(Some(&cursor), Some(200))?,
            None => break,
        }
    }
    match found.as_slice() {
        [account] => Ok(account.id),
        _ => Err(Refusal::not_found("account").on("account").into()),
    }
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    let unreadable = |error: std::io::Error| {
        let refusal = Refusal::invalid("file", "file-not-readable");
        Fault::from(refusal.with("path", path.display()).with("error", error))
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    // One byte more, so that too large a file is told as such.
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

pub(super) fn tell(output: &mut impl Write, shown: &impl Serialize) -> Outcome<()> {
    let json = serde_json::to_string(shown).map_err(Fault::broken)?;
    writeln!(output, "{json}").map_err(Fault::broken)?;
    output.flush().map_err(Fault::broken)
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a date as YYYY-MM-DD".to_owned())
}
