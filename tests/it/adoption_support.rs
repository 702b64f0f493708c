//! A market in the database, row by row, for the adoption tests.

use cho40::access::{Act, Permission};
use cho40::adoption::{self, AdoptionReport, Metrics, OccupancyReport, Query};
use cho40::db::DbConnection;
use cho40::db::schema::{
    absences, account_links, account_verifications, accounts, code_checks, code_scans, codes,
    consents, day_totals, feed_accounts, feed_bank_days, feeds, markets, occupancies, receipt_logs,
    receiving_numbers, sections, stalls, vendors,
};
use cho40::ledger::histogram;
use cho40::on_db;
use cho40::primitives::ids::MarketId;
use cho40::primitives::{Day, Vnd};
use diesel::prelude::*;

use crate::support::{NOW, TestDb};

pub const MARKET: MarketId = MarketId(1);
pub const FEED: i64 = 900;
/// Phones at the market.
pub const PHONES: i64 = 901;
pub const BIN: &str = "970436";
/// Another account of the same bank, not of this market: its events prove the feed alive.
pub const ELSEWHERE: i64 = 999;

/// T of every report here: the last full day.
pub fn last_day() -> Day {
    NOW.day(0).plus(-1)
}

/// T − n.
pub fn ago(days: i32) -> Day {
    last_day().plus(-days)
}

/// A market with two sections and one SePay feed.
pub struct Market<'a> {
    pub db: &'a mut TestDb,
    board: i64,
}

/// An occupancy; stall, vendor, account, number and code have the same number.
#[derive(Clone, Copy)]
pub struct Stall(pub i64);

/// What a day of an occupancy and account holds, in đồng.
#[derive(Clone, Debug, Default)]
pub struct DayOf<'a> {
    pub sales: &'a [i64],
    pub unclassified: &'a [i64],
    pub refund: i64,
    pub named: i64,
    pub wrong: i64,
}

macro_rules! insert {
    ($market:expr, $table:ident, $($column:ident = $value:expr),+ $(,)?) => {{
        let board = $market.board;
        diesel::insert_into($table::table)
            .values(($table::board_id.eq(board), $($table::$column.eq($value)),+))
            .execute($market.db.connection())
            .unwrap()
    }};
}

impl<'a> Market<'a> {
    pub fn new(db: &'a mut TestDb) -> Self {
        let board = db.act().board_id().0;
        let mut market = Self { db, board };
        let m = &mut market;
        insert!(
            m,
            markets,
            id = 1_i64,
            name = "Chợ Thới Bình",
            commune = "Thới Bình",
            province = "Cà Mau",
            created_at_ms = 0_i64
        );
        for (id, name) in [(11_i64, "Rau củ"), (12, "Cá tươi")] {
            insert!(m, sections, id = id, market_id = 1_i64, name = name, position = id as i32);
        }
        market.feed(FEED, "sepay");
        market
    }

    pub fn connection(&mut self) -> &mut DbConnection {
        self.db.connection()
    }

    pub fn act(&self) -> Act {
        self.db.act()
    }

    pub const fn board(&self) -> i64 {
        self.board
    }

    /// A stall with an occupancy since 400 days ago, and nothing else.
    pub fn bare_stall(&mut self, id: i64, section: i64) -> Stall {
        self.stall_of_kind(id, section, false)
    }

    pub fn stall_of_kind(&mut self, id: i64, section: i64, wholesale: bool) -> Stall {
        let m = self;
        insert!(
            m,
            stalls,
            id = id,
            market_id = 1_i64,
            section_id = section,
            code = format!("A{id:02}"),
            code_key = format!("A{id:02}"),
            goods = "rau",
            wholesale = wholesale,
            size_class = "small",
            position = id as i32,
            created_at_ms = 0_i64
        );
        insert!(m, vendors, id = id, name = "Chị Lan", created_at_ms = 0_i64);
        insert!(
            m,
            occupancies,
            id = id,
            market_id = 1_i64,
            stall_id = id,
            vendor_id = id,
            from_day = ago(400).0,
            created_at_ms = 0_i64
        );
        Stall(id)
    }

    /// Another vendor at a stall, since T − `from`.
    pub fn follow(&mut self, id: i64, stall: Stall, from: i32) -> Stall {
        let m = self;
        insert!(m, vendors, id = id, name = "Chị Hoa", created_at_ms = 0_i64);
        insert!(
            m,
            occupancies,
            id = id,
            market_id = 1_i64,
            stall_id = stall.0,
            vendor_id = id,
            from_day = ago(from).0,
            created_at_ms = 0_i64
        );
        Stall(id)
    }

    /// An account and a code, issued some days before T, neither verified nor scanned.
    pub fn issue(&mut self, stall: Stall, days_ago: i32) {
        self.account(stall.0);
        self.link(stall.0, stall, stall.0, 400, None);
        self.code(stall.0, stall, stall.0, days_ago, None);
    }

    /// The stall is paid on the account from T − `from` to T − `to`.
    pub fn link(&mut self, id: i64, stall: Stall, account: i64, from: i32, to: Option<i32>) {
        let m = self;
        insert!(
            m,
            account_links,
            id = id,
            occupancy_id = stall.0,
            account_id = account,
            from_day = ago(from).0,
            to_day = to.map(|to| ago(to).0)
        );
    }

    pub fn account(&mut self, id: i64) {
        let m = self;
        insert!(
            m,
            accounts,
            id = id,
            bin = BIN,
            kind = "personal",
            use_kind = "mixed",
            holder_name = "NGUYEN THI LAN",
            relation = "self",
            keeps_outgoing = false,
            created_at_ms = 0_i64
        );
        insert!(
            m,
            receiving_numbers,
            id = id,
            account_id = id,
            bin = BIN,
            kind = "main",
            number = format!("10000{id}")
        );
    }

    pub fn code(
        &mut self,
        id: i64,
        stall: Stall,
        account: i64,
        days_ago: i32,
        replaces: Option<i64>,
    ) {
        let m = self;
        insert!(
            m,
            codes,
            id = id,
            occupancy_id = stall.0,
            account_id = account,
            number_id = account,
            source = "issued",
            payload = "000201",
            check_code = "K7QM",
            issued_at_ms = ago(days_ago).start(0).0,
            replaces_code_id = replaces
        );
    }

    pub fn revoke(&mut self, code: i64, days_ago: i32) {
        diesel::update(codes::table.filter(codes::id.eq(code)))
            .set(codes::revoked_at_ms.eq(ago(days_ago).start(0).0))
            .execute(self.connection())
            .unwrap();
    }

    pub fn verify(&mut self, id: i64, account: i64, method: &str, passed: bool) {
        let m = self;
        insert!(
            m,
            account_verifications,
            id = id,
            account_id = account,
            method = method,
            passed = passed,
            verified_by = "Tổ khóm 1",
            verified_at_ms = ago(300).start(0).0 + id
        );
    }

    /// What a check of the code's stall says of it; what was not readable or typed says nothing.
    pub fn scan(&mut self, id: i64, code: i64, result: &str, days_ago: i32) {
        let m = &mut *self;
        let occupancies = codes::table.filter(codes::id.eq(code)).select(codes::occupancy_id);
        let stall: i64 = occupancies.first(m.connection()).unwrap();
        let at = ago(days_ago).start(0).0;
        insert!(
            m,
            code_checks,
            id = id,
            market_id = MARKET.0,
            stall_id = stall,
            way = if result == "typed" { "typed" } else { "scanned" },
            result = result,
            is_open = false,
            checked_by = "Tổ khóm 1",
            checked_at_ms = at
        );
        if !["not_readable", "typed"].contains(&result) {
            insert!(
                m,
                code_scans,
                check_id = id,
                code_id = code,
                is_right = result == "right",
                checked_at_ms = at
            );
        }
    }

    /// In Q: a code issued some days ago on a verified account, scanned 90 days ago.
    pub fn equipped(&mut self, id: i64, section: i64, days_ago: i32) -> Stall {
        let stall = self.bare_stall(id, section);
        self.equip(stall, days_ago);
        stall
    }

    pub fn equip(&mut self, stall: Stall, days_ago: i32) {
        self.issue(stall, days_ago);
        self.verify(stall.0 * 10, stall.0, "name_shown", true);
        self.verify(stall.0 * 10 + 1, stall.0, "test_seen", true);
        self.scan(stall.0, stall.0, "right", 90);
    }

    /// The feed reports the stall's account from the first day on.
    pub fn covered_by(&mut self, feed: i64, account: i64) {
        let m = self;
        insert!(
            m,
            feed_accounts,
            id = feed * 1_000_000 + account,
            feed_id = feed,
            account_id = account,
            source = "account",
            from_day = ago(500).0
        );
    }

    /// In Q and, where the feed is alive, in V.
    pub fn fed(&mut self, id: i64, section: i64, days_ago: i32) -> Stall {
        let stall = self.equipped(id, section, days_ago);
        self.covered_by(FEED, id);
        stall
    }

    fn feed(&mut self, id: i64, provider: &str) {
        let m = self;
        insert!(
            m,
            feeds,
            id = id,
            provider = provider,
            name = provider,
            config = "{}",
            created_at_ms = 0_i64
        );
    }

    /// Phones at the market report too.
    pub fn phones(&mut self) {
        self.feed(PHONES, "phone");
    }

    /// As [`Self::fed`], by the phones' feed. Nothing proves it but [`Self::heard`].
    pub fn phoned(&mut self, id: i64, section: i64, days_ago: i32) -> Stall {
        let stall = self.equipped(id, section, days_ago);
        self.covered_by(PHONES, id);
        stall
    }

    /// Proves the feed alive from T − `from` to T − `to`, by somebody else's money.
    pub fn alive(&mut self, from: i32, to: i32) {
        self.heard(FEED, from, to, ELSEWHERE, ELSEWHERE);
    }

    pub fn heard(&mut self, feed: i64, from: i32, to: i32, least: i64, greatest: i64) {
        for days in to..=from {
            let m = &mut *self;
            insert!(
                m,
                feed_bank_days,
                feed_id = feed,
                bin = BIN,
                day = ago(days).0,
                least_account_id = least,
                greatest_account_id = greatest
            );
        }
    }

    pub fn absent(&mut self, id: i64, stall: Stall, kind: &str, from: i32, to: Option<i32>) {
        let m = self;
        insert!(
            m,
            absences,
            id = id,
            occupancy_id = stall.0,
            kind = kind,
            from_day = ago(from).0,
            to_day = to.map(|to| ago(to).0)
        );
    }

    pub fn share_amounts(&mut self, stall: Stall) {
        let m = self;
        insert!(
            m,
            consents,
            id = stall.0,
            vendor_id = stall.0,
            purpose = "share_amounts",
            given_by = "Chị Lan",
            given_at_ms = 0_i64
        );
    }

    /// Sales of 50.000 đ, one on each of the days.
    pub fn sales(&mut self, stall: Stall, days: impl IntoIterator<Item = i32>) {
        for day in days {
            self.day(stall.0, stall.0, day, &DayOf { sales: &[50_000], ..DayOf::default() });
        }
    }

    pub fn unclassified(&mut self, stall: Stall, days: impl IntoIterator<Item = i32>) {
        for day in days {
            let row = DayOf { unclassified: &[20_000], ..DayOf::default() };
            self.day(stall.0, stall.0, day, &row);
        }
    }

    pub fn day(&mut self, occupancy: i64, account: i64, days_ago: i32, row: &DayOf<'_>) {
        let m = self;
        let log: String = row.sales.iter().map(|vnd| histogram::entry(Vnd::new(*vnd))).collect();
        insert!(
            m,
            day_totals,
            day = ago(days_ago).0,
            occupancy_id = occupancy,
            account_id = account,
            sale_count = row.sales.len() as i64,
            sale_vnd = row.sales.iter().sum::<i64>(),
            unclassified_count = row.unclassified.len() as i64,
            unclassified_vnd = row.unclassified.iter().sum::<i64>(),
            refund_vnd = row.refund,
            refund_count = i64::from(row.refund > 0),
            named_count = row.named,
            wrong_amount_count = row.wrong
        );
        if !log.is_empty() {
            insert!(
                m,
                receipt_logs,
                day = ago(days_ago).0,
                occupancy_id = occupancy,
                account_id = account,
                log = log
            );
        }
    }

    pub fn report(&mut self) -> AdoptionReport {
        self.report_on(&everything())
    }

    pub fn report_on(&mut self, query: &Query) -> AdoptionReport {
        let act = self.act();
        self.report_as(&act, query)
    }

    /// As somebody sees it who may not see amounts.
    pub fn report_without_amounts(&mut self, query: &Query) -> AdoptionReport {
        let act = self.db.act_with(&[Permission::ReportsRead]);
        self.report_as(&act, query)
    }

    fn report_as(&mut self, act: &Act, query: &Query) -> AdoptionReport {
        adoption::report(self.connection(), act, MARKET, query).unwrap()
    }

    /// Leaves the market, its sections and its feed.
    pub fn clear(&mut self) {
        for table in [
            "receipt_logs",
            "day_totals",
            "feed_bank_days",
            "feed_accounts",
            "consents",
            "code_scans",
            "code_checks",
            "codes",
            "account_verifications",
            "account_links",
            "receiving_numbers",
            "accounts",
            "occupancies",
            "vendors",
            "stalls",
        ] {
            self.execute(&format!("DELETE FROM {table}"));
        }
    }

    pub fn execute(&mut self, sql: &str) {
        on_db!(self.connection(), inner => {
            diesel::sql_query(sql).execute(inner).unwrap()
        });
    }
}

pub fn everything() -> Query {
    Query { include_occupancies: true, ..Query::default() }
}

/// (numerator, denominator).
pub fn of(ratio: adoption::Ratio) -> (i64, i64) {
    (ratio.numerator, ratio.denominator)
}

/// (low, high) of the counted, in per mille.
pub fn range(ratio: adoption::Ratio) -> (Option<i32>, Option<i32>) {
    (ratio.low_per_mille, ratio.high_per_mille)
}

/// (low, high, all).
pub fn over_all(metric: adoption::Measured) -> (i64, i64, i64) {
    let bounds = metric.over_all;
    (bounds.low, bounds.high, bounds.denominator)
}

pub fn one(report: &AdoptionReport, stall: Stall) -> &OccupancyReport {
    report.occupancies.iter().find(|found| found.occupancy_id.0 == stall.0).unwrap()
}

pub fn metrics(report: &AdoptionReport, stall: Stall) -> &Metrics {
    &one(report, stall).metrics
}
