//! Whose reports a statement's rows are: worked out once for all of them, and again only for those
//! that may be of what has come since.

use std::collections::{HashMap, HashSet};

use super::run::Context;
use super::{Days, covered};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Headers};
use crate::intake::book::{self, LiveFeed};
use crate::intake::prepare;
use crate::intake::store::feeds as feed_rows;
use crate::intake::store::statement_parts::{self as parts, Part};
use crate::intake::store::statements::{self as rows, Progress, StatementRow};
use crate::ledger::item::{Content, Item};
use crate::ledger::likeness::LATE_DAYS;
use crate::ledger::statement::{self, Asked, File, Key, Known, Link, Others, Planned, Scope};
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, UnixMs};

/// What others told of a statement's rows.
pub(super) struct Plan {
    feed: LiveFeed,
    pub others: Others,
    links: HashMap<String, Link>,
    /// `None` until there is anything to compare them with.
    file: Option<FileRows>,
}

/// All rows of a statement, as far as they are compared.
struct FileRows {
    said: File,
    by_key: HashMap<Key, Vec<Asked>>,
}

impl FileRows {
    fn read(
        connection: &mut DbConnection,
        feed: &LiveFeed,
        row: &StatementRow,
        context: &Context,
    ) -> Outcome<Self> {
        let mut all = Self { said: File::default(), by_key: HashMap::new() };
        let whole = whole_days(connection, row, context)?;
        all.said.whole = whole.into_iter().map(|days| (days.from_day, days.to_day)).collect();
        let mut last = -1;
        loop {
            let some = parts::after(connection, context.board_id, context.id, last, 64)?;
            let Some(end) = some.last().map(|part| part.number) else { break };
            last = end;
            for part in some {
                let Decoded::Transfers(told) = decode(feed, &part.body, context)? else { continue };
                for asked in told.iter().map(Asked::of) {
                    all.said.borne.add(asked.telling.own_reference(), asked.key());
                    all.by_key.entry(asked.key()).or_default().push(asked);
                }
            }
        }
        Ok(all)
    }

    /// Those of some directions and amounts, and which of them are known.
    fn of(
        &self,
        connection: &mut DbConnection,
        feed: &LiveFeed,
        keys: impl Iterator<Item = Key>,
    ) -> Outcome<(Vec<&Asked>, Known)> {
        let asked: Vec<&Asked> = keys.filter_map(|key| self.by_key.get(&key)).flatten().collect();
        let ids: Vec<&str> = asked.iter().map(|one| one.id.as_str()).collect();
        let known = rows::known(connection, feed.board_id, &namespace(feed), &ids)?;
        Ok((asked, known))
    }
}

impl Plan {
    /// Looks through all rows: also of what was taken in, no other row may be taken for theirs.
    pub fn make(
        connection: &mut DbConnection,
        row: &StatementRow,
        context: &Context,
    ) -> Outcome<Self> {
        let board_id = context.board_id;
        let feed_id = row.feed_id.ok_or_else(|| Fault::broken("a statement without a feed"))?;
        let feed = feed_rows::find(connection, board_id, feed_id)?;
        let feed = book::open(connection, &context.key, board_id, feed, context.now)?;
        let days = (Day(row.first_day.unwrap_or(0)), Day(row.last_day.unwrap_or(0)));
        let (account_id, sender) = (row.account_id, feed.config.sender());
        let scope = Scope { board_id, account_id, sender, days };
        let since = days.0.plus(-LATE_DAYS);
        if !parts::has_new(connection, board_id, context.id)?
            || !statement::is_told(connection, board_id, account_id, since)?
        {
            let others = Others::none(connection, scope)?;
            return Ok(Self { feed, others, links: HashMap::new(), file: None });
        }
        let file = FileRows::read(connection, &feed, row, context)?;
        let (asked, known) = file.of(connection, &feed, file.by_key.keys().copied())?;
        let mut others = Others::load(connection, scope, &known)?;
        let is_open = |one: &&&Asked| !known.contains_key(&one.id) && others.may_hold(one.key());
        let asked = asked.iter().filter(is_open).map(|one| (*one).clone()).collect();
        let links = others.link(connection, asked, &file.said)?;
        Ok(Self { feed, others, links, file: Some(file) })
    }

    /// Takes up what others have told since: the rows that may be of it are compared again, and no
    /// others, so that a whole import compares each row a few times at most.
    pub fn follow(
        &mut self,
        connection: &mut DbConnection,
        row: &StatementRow,
        context: &Context,
    ) -> Outcome<()> {
        let keys: HashSet<Key> = self.others.hear(connection)?;
        if keys.is_empty() {
            return Ok(());
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => FileRows::read(connection, &self.feed, row, context)?,
        };
        let (asked, known) = file.of(connection, &self.feed, keys.iter().copied())?;
        for one in &asked {
            self.links.remove(&one.id);
        }
        let is_open = |one: &&&Asked| !known.contains_key(&one.id);
        let asked = asked.iter().filter(is_open).map(|one| (*one).clone()).collect();
        self.links.extend(self.others.link_again(connection, &keys, asked, &known, &file.said)?);
        self.file = Some(file);
        Ok(())
    }

    /// The parts as deliveries, and what becomes of their rows. A part that brings nothing new is
    /// no delivery.
    pub fn items(
        &self,
        connection: &mut DbConnection,
        row: &StatementRow,
        some: Vec<Part>,
        context: &Context,
    ) -> Outcome<(Vec<Item>, Progress)> {
        let mut decoded = Vec::with_capacity(some.len());
        for part in some {
            let found = decode(&self.feed, &part.body, context)?;
            decoded.push((part.body, found));
        }
        let all = decoded.iter().flat_map(|(_, found)| match found {
            Decoded::Transfers(all) => all.as_slice(),
            _ => &[],
        });
        let ids: Vec<&str> = all.map(|one| one.provider_id.as_str()).collect();
        let known = rows::known(connection, BoardId(row.board_id), &namespace(&self.feed), &ids)?;
        let mut progress = Progress { done: ids.len() as i64, ..Progress::default() };
        let mut items = Vec::with_capacity(decoded.len());
        for (body, found) in decoded {
            let new_id = || context.ids.next();
            let headers = Headers::default();
            let mut item = prepare::item(
                &self.feed,
                &context.key,
                &new_id,
                context.now,
                &headers,
                body,
                Some(found),
            );
            if self.plan_rows(&mut item, &known, &mut progress) {
                items.push(item);
            }
        }
        Ok((items, progress))
    }

    /// Says of each row whose report it is; tells whether any is new.
    fn plan_rows(&self, item: &mut Item, known: &Known, progress: &mut Progress) -> bool {
        let Content::Transfers(all) = &mut item.content else { return false };
        let mut is_new = false;
        for one in all {
            let id = &one.reported.provider_id;
            let link = self.links.get(id).copied();
            one.planned = Some(Planned { link });
            if known.contains_key(id) {
                continue;
            }
            is_new = true;
            match link {
                None => progress.recorded += 1,
                Some(link) if link.is_certain => progress.linked += 1,
                Some(_) => progress.doubtful += 1,
            }
        }
        is_new
    }
}

/// Whose ids its rows have.
fn namespace(feed: &LiveFeed) -> String {
    format!("{}:row", feed.config.sender())
}

/// What was written by the dry run is read again.
fn decode(feed: &LiveFeed, body: &[u8], context: &Context) -> Outcome<Decoded> {
    feed.connector.decode(&feed.config, body, context.now).map_err(Fault::broken)
}

/// The board's days that the file tells whole.
pub(super) fn whole_days(
    connection: &mut DbConnection,
    row: &StatementRow,
    context: &Context,
) -> Outcome<Vec<Days>> {
    let board_id = context.board_id;
    let unreadable = rows::unreadable(connection, board_id, row.id, -1, i64::from(i32::MAX))?;
    let start = crate::registry::boards::day_start_minute(connection, board_id)?;
    let committed_at = UnixMs(row.committed_at_ms.unwrap_or(0));
    Ok(covered::days(row, &unreadable, committed_at, start))
}
