//! The dry run: a file is read, compared with what is known, and kept until it is committed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::identity::{self, Identified, Identity};
use super::{Statement, StatementState, show};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::feeds::statements::{self, Ask, Mapping, Opened, Rows, is_same_account};
use crate::feeds::{Direction, FeedConfig, Provider, UndecodableBecause, statement};
use crate::intake::facts::FeedFacts;
use crate::intake::store::feeds::{self as feed_rows, FeedRow};
use crate::intake::store::statement_layouts as layouts;
use crate::intake::store::statement_parts::{self as parts, Part};
use crate::intake::store::statements::{self as rows, StatementRow, UnreadableRow};
use crate::ledger::likeness::{Telling, own_reference};
use crate::ledger::statement::{Asked, File, Known, Others, Scope};
use crate::primitives::ids::{AccountId, BoardId, FeedId, StatementId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Day, Refusal, UnixMs};
use crate::registry;
use crate::registry::accounts::Account;
use crate::registry::directory::Directory;

/// Rows of a part, and with it of a delivery.
const ROWS: usize = 100;
/// Ids that are looked for with their texts in memory.
const IDS: usize = 5_000;
/// Bytes of a part at most; a delivery may have [`crate::feeds::MAX_BODY_BYTES`].
const PART_BYTES: usize = 200 << 10;
/// Rows that cannot be read and are listed.
const LISTED: usize = 1_000;
/// Day and month the wrong way round move a date less far.
const DAYS_OF_A_SWAP: i32 = 366;
/// What is not committed is forgotten after this long.
const KEPT_MS: i64 = 7 * MS_PER_DAY;

/// Files are read one after another, so that their memory does not add up.
static READING: Mutex<()> = Mutex::new(());

/// What was found in a file, ready to be kept.
#[derive(Debug)]
pub struct Prepared {
    account: Account,
    row: StatementRow,
    headings: String,
    parts: Vec<Part>,
    unreadable: Vec<UnreadableRow>,
}

/// The account whose statement it is to be.
///
/// # Errors
/// `not-found` on `account_id`.
pub fn account(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<Account> {
    act.require(Permission::FeedsWrite)?;
    registry::accounts::require(connection, act, id, "account_id")
}

/// Reads a file and compares it with what is known; writes nothing. Takes seconds for a large one,
/// so it runs on a thread that may wait.
///
/// # Errors
/// Those of [`statements::open`]; `statement-account-differs`, `statement-currency`,
/// `statement-saved-again`, `statement-after-today`, `feed-disabled`.
pub fn prepare(
    db: &Db,
    act: &Act,
    key: &SecretKey,
    account: Account,
    bytes: Vec<u8>,
) -> Outcome<Prepared> {
    let _alone = READING.lock().unwrap_or_else(PoisonError::into_inner);
    let opened = statements::open(&bytes)?;
    drop(bytes);
    let layout = opened.layout();
    let (mapping, directory) = db.read_here(|connection| {
        let row = layouts::find(connection, act.board_id(), &layout)?;
        Ok((row.and_then(|row| row.mapping), Directory::load(connection, act.board_id())?))
    })?;
    check_owner(&opened, &account, &directory)?;
    let mapping: Option<Mapping> =
        mapping.map(|json| serde_json::from_str(&json)).transpose().map_err(Fault::broken)?;
    let mut row = empty_row(act, &account, &opened, layout)?;
    let headings = serde_json::to_string(&(opened.headings(), opened.shapes()));
    let headings = headings.map_err(Fault::broken)?;
    let mut found = match opened.read(mapping.as_ref()) {
        Ok(found) => found,
        Err(asks) if asks.contains(&Ask::NewExport) => {
            return Err(Refusal::invalid("file", "statement-saved-again").into());
        }
        Err(asks) => {
            row.state = StatementState::NeedsMapping;
            row.asks = serde_json::to_string(&asks).map_err(Fault::broken)?;
            let (parts, unreadable) = (Vec::new(), Vec::new());
            return Ok(Prepared { account, row, headings, parts, unreadable });
        }
    };
    drop(opened);
    leave_out_years_ahead(&mut found, act.at);
    check_days(&found, act.at)?;
    let unreadable = unreadable(&mut row, &found);
    let kept = keep(&mut row, found, &account, key);
    let parts = compare(db, act, &account, &mut row, kept)?;
    Ok(Prepared { account, row, headings, parts, unreadable })
}

/// The account that the file names must be the chosen one.
fn check_owner(opened: &Opened, account: &Account, directory: &Directory) -> Outcome<()> {
    let said = &opened.said;
    if let Some(currency) = &said.foreign_currency {
        let refusal = Refusal::invalid("file", "statement-currency");
        return Err(refusal.with("currency", currency).into());
    }
    let is_own = |number: &String| {
        let found = directory.resolve_account(Some(&account.bin), Some(number), None);
        is_same_account(number, &account.number)
            || found.map_or_else(
                // A spreadsheet drops the zeros at the beginning.
                || number == account.number.trim_start_matches('0'),
                |found| found.account_id == account.id,
            )
    };
    if said.accounts.is_empty() || said.accounts.iter().any(is_own) {
        return Ok(());
    }
    let refusal = Refusal::invalid("account_id", "statement-account-differs");
    Err(refusal.with("said", said.accounts.join(", ")).with("number", &account.number).into())
}

/// A date that no order of day and month makes so late is one row's mistake, not the file's.
fn leave_out_years_ahead(found: &mut Rows, now: UnixMs) {
    let last = now.day(0).plus(DAYS_OF_A_SWAP);
    let is_ahead = |row: &mut statements::Row| row.occurred_at.day(0) > last;
    let because = UndecodableBecause::TimeOutOfRange;
    let ahead = found.rows.extract_if(.., is_ahead).map(|row| statements::Unreadable {
        number: row.number,
        field: "date",
        because,
        day: None,
    });
    found.unreadable.extend(ahead);
}

/// Nothing is transferred tomorrow: where a row says so, month and day are the wrong way round.
fn check_days(found: &Rows, now: UnixMs) -> Result<(), Refusal> {
    let today = now.day(0);
    match found.rows.last().filter(|row| row.occurred_at.day(0) > today) {
        Some(row) => {
            let refusal = Refusal::invalid("file", "statement-after-today");
            Err(refusal.with("row", row.number).with("day", row.occurred_at.day(0)))
        }
        None => Ok(()),
    }
}

fn empty_row(
    act: &Act,
    account: &Account,
    opened: &Opened,
    layout: String,
) -> Outcome<StatementRow> {
    let said = &opened.said;
    Ok(StatementRow {
        board_id: act.board_id().0,
        id: StatementId(act.new_id()),
        account_id: account.id,
        feed_id: None,
        uploaded_by: act.scope.actor.0,
        uploaded_at_ms: act.at.0,
        state: StatementState::Checked,
        format: opened.format.as_str().to_owned(),
        layout,
        asks: "[]".to_owned(),
        stated_from_day: said.period.map(|(from, _)| from.0),
        stated_to_day: said.period.map(|(_, to)| to.0),
        printed_day: said.printed.map(Day::get),
        first_day: None,
        last_day: None,
        row_count: 0,
        new_count: 0,
        known_count: 0,
        reported_count: 0,
        unreadable_count: 0,
        dropped_count: 0,
        failed_count: 0,
        committed_at_ms: None,
        finished_at_ms: None,
        done_count: 0,
        recorded_count: 0,
        linked_count: 0,
        doubtful_count: 0,
        unread_sheets: serde_json::to_string(&opened.unread_sheets).map_err(Fault::broken)?,
        names_account: !said.accounts.is_empty(),
        done_part: -1,
        repeated_count: 0,
    })
}

fn unreadable(row: &mut StatementRow, found: &Rows) -> Vec<UnreadableRow> {
    row.unreadable_count = found.unreadable.len() as i64;
    row.failed_count = found.failed as i64;
    let listed = found.unreadable.iter().take(LISTED);
    let one = |one: &statements::Unreadable| UnreadableRow {
        row_number: i32::try_from(one.number).unwrap_or(i32::MAX),
        field: one.field.to_owned(),
        because: one.because.code().to_owned(),
        day: one.day.map(Day::get),
    };
    listed.map(one).collect()
}

/// Gives the rows their identities, then drops what the holder did not allow to keep.
fn keep(row: &mut StatementRow, found: Rows, account: &Account, key: &SecretKey) -> Identified {
    let days = found.rows.iter().map(|row| row.occurred_at.day(0).0);
    (row.first_day, row.last_day) = (days.clone().min(), days.max());
    // A file that tells a day later than that was not made then.
    row.printed_day = row.printed_day.filter(|printed| row.last_day.is_none_or(|d| d <= *printed));
    let mut kept = identity::identify(found.rows, key, account.keeps_outgoing);
    (row.repeated_count, row.dropped_count) = (kept.repeated, kept.dropped);
    if !account.keeps_outgoing {
        for row in &mut kept.rows {
            row.balance = None;
        }
    }
    row.row_count = kept.rows.len() as i64;
    kept
}

/// Says of each row whether it is new, and lays the rows out in parts.
fn compare(
    db: &Db,
    act: &Act,
    account: &Account,
    row: &mut StatementRow,
    kept: Identified,
) -> Outcome<Vec<Part>> {
    let board_id = act.board_id();
    let config = config(account.id)?;
    let namespace = format!("{}:row", config.sender());
    let days = (Day(row.first_day.unwrap_or(0)), Day(row.last_day.unwrap_or(0)));
    let Identified { ids, rows: kept, .. } = kept;
    let (feed_id, known, reported) = db.read_here(|connection| {
        let feed_id = feed_of(connection, board_id, &config)?;
        let known = known(connection, board_id, &namespace, &ids)?;
        if known.len() == ids.len() {
            return Ok((feed_id, known, HashSet::new()));
        }
        let (account_id, sender) = (account.id, config.sender());
        let scope = Scope { board_id, account_id, sender, days };
        let mut others = Others::load(connection, scope, &known)?;
        if others.is_empty() {
            return Ok((feed_id, known, HashSet::new()));
        }
        // Which days the file tells whole is known at the commit.
        let mut file = File::default();
        for row in &kept {
            let reference = own_reference(row.reference.as_deref());
            file.borne.add(reference.as_deref(), (row.direction, row.amount));
        }
        let asked = ids.iter().zip(&kept).filter_map(|(id, row)| {
            let id = others.may_hold((row.direction, row.amount)).then(|| id.to_string())?;
            (!known.contains_key(&id)).then(|| asked_of(id, row))
        });
        let asked: Vec<Asked> = asked.collect();
        let links = others.link(connection, asked, &file)?;
        Ok((feed_id, known, links.into_keys().collect::<HashSet<_>>()))
    })?;
    row.feed_id = feed_id;
    let mut all = Vec::with_capacity(kept.len() / ROWS + 1);
    let (mut some, mut bytes) = (Vec::with_capacity(ROWS), 0);
    for (id, one) in ids.into_iter().zip(kept) {
        let id = id.to_string();
        let size = statement::size(&id, &one);
        if some.len() >= ROWS || bytes + size > PART_BYTES {
            all.push(part(account, row, all.len(), &some, (&known, &reported)));
            (some, bytes) = (Vec::with_capacity(ROWS), 0);
        }
        bytes += size;
        some.push((id, one));
    }
    if !some.is_empty() {
        all.push(part(account, row, all.len(), &some, (&known, &reported)));
    }
    Ok(all)
}

/// Which of them were imported before; their texts are made some thousand at a time.
fn known(
    connection: &mut DbConnection,
    board_id: BoardId,
    namespace: &str,
    ids: &[Identity],
) -> Outcome<Known> {
    let mut found = Known::new();
    for some in ids.chunks(IDS) {
        let texts: Vec<String> = some.iter().map(Identity::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        found.extend(rows::known(connection, board_id, namespace, &texts)?);
    }
    Ok(found)
}

fn asked_of(id: String, row: &statements::Row) -> Asked {
    let names = crate::vietqr::scan(&row.memo);
    let when = (row.occurred_at, row.precision);
    Asked {
        id,
        direction: row.direction,
        amount: row.amount,
        telling: Telling::new(when, row.reference.as_deref(), &row.memo, names),
    }
}

/// One part; its letters stand in the order of the body's rows, money in first.
fn part(
    account: &Account,
    row: &mut StatementRow,
    number: usize,
    some: &[(String, statements::Row)],
    (known, reported): (&Known, &HashSet<String>),
) -> Part {
    let of = |wanted: Direction| some.iter().filter(move |(_, row)| row.direction == wanted);
    let mut states = String::with_capacity(some.len());
    for (id, _) in of(Direction::In).chain(of(Direction::Out)) {
        let (letter, count) = if known.contains_key(id) {
            ('k', &mut row.known_count)
        } else if reported.contains(id) {
            ('r', &mut row.reported_count)
        } else {
            ('n', &mut row.new_count)
        };
        states.push(letter);
        *count += 1;
    }
    let body = statement::body(&account.bin, &account.number, some);
    Part { number: number as i32, states, body }
}

/// Forgets what nobody has committed for a week.
pub fn forget_old(connection: &mut DbConnection, board_id: BoardId, now: UnixMs) -> Outcome<()> {
    // One that is committed meanwhile is not forgotten.
    crate::ledger::statement::lock(connection, board_id)?;
    for id in rows::forgotten(connection, board_id, now.plus_ms(-KEPT_MS))? {
        parts::remove(connection, board_id, id)?;
        rows::remove(connection, board_id, id)?;
    }
    Ok(())
}

/// Keeps what was found, inside the open transaction of the board's lane.
pub fn insert(connection: &mut DbConnection, act: &Act, prepared: Prepared) -> Outcome<Statement> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    forget_old(connection, board_id, act.at)?;
    let Prepared { account, mut row, headings, parts, unreadable } = prepared;
    let (layout, by) = (row.layout.clone(), act.scope.actor);
    layouts::remember(connection, board_id, &layout, &headings, act.at, by)?;
    if row.state == StatementState::Checked {
        row.feed_id = Some(feed(connection, act, &account)?);
    }
    rows::insert(connection, &row)?;
    rows::insert_unreadable(connection, board_id, row.id, &unreadable)?;
    parts::insert(connection, board_id, row.id, &parts)?;
    let shown = show(connection, vec![row])?.pop();
    shown.ok_or_else(|| Fault::broken("a statement was not kept"))
}

/// The configuration of an account's feed of statements.
fn config(account_id: AccountId) -> Result<FeedConfig, Refusal> {
    let json = format!(r#"{{"merchant":"{account_id}"}}"#);
    FeedConfig::parse(Provider::Statement, &json)
}

fn feed_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    config: &FeedConfig,
) -> Outcome<Option<FeedId>> {
    rows::feed_of(connection, board_id, Provider::Statement.as_str(), &config.to_json())
}

/// The account's feed of statements, made with its first one.
fn feed(connection: &mut DbConnection, act: &Act, account: &Account) -> Outcome<FeedId> {
    let (board_id, config) = (act.board_id(), config(account.id)?);
    // Two first statements at once make one feed.
    registry::store::touch(connection, board_id)?;
    if let Some(id) = feed_of(connection, board_id, &config)? {
        if feed_rows::find(connection, board_id, id)?.disabled_at.is_some() {
            return Err(Refusal::conflict("feed-disabled").into());
        }
        return Ok(id);
    }
    let id = FeedId(act.new_id());
    let row = FeedRow {
        id,
        provider: Provider::Statement,
        name: format!("{} {}", account.bank, account.number).chars().take(80).collect(),
        config: config.to_json(),
        created_at: act.at,
        disabled_at: None,
        facts: FeedFacts::default(),
    };
    feed_rows::insert(connection, board_id, &row)?;
    Ok(id)
}
