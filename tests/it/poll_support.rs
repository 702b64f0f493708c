#![cfg(test)]
//! A provider on loopback that can be asked for its list, and misbehaves as it is told.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use cho40::access::SecretKey;
use cho40::app::App;
use cho40::db::Outcome;
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, ListApi};
use cho40::intake::poll::{AllowedHosts, Fetch, Polled, Poller};
use cho40::intake::polling::{self, NewPolling, Polling};
use cho40::primitives::ids::FeedId;
use cho40::primitives::{UnixMs, Vnd};
use serde_json::{Value, json};

use crate::stage::{Feed, Stage};

pub const KEY: &str = "khoa-api-de-hoi-danh-sach";

/// A transfer as the provider has it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Of webhooks and of SePay's first list; the other lists make another id of it.
    pub id: u64,
    pub at: UnixMs,
    pub account: String,
    pub amount: i64,
    pub direction: Direction,
    pub memo: String,
    pub reference: String,
    pub balance: i64,
}

impl Row {
    /// 45.000 đ into an account, so many seconds ago, each with its own reference.
    pub fn new(stage: &Stage, id: u64, seconds_ago: i64, account: &str) -> Self {
        Self {
            id,
            at: stage.app.clock.now().plus_ms(-seconds_ago * 1_000),
            account: account.to_owned(),
            amount: 45_000,
            direction: Direction::In,
            memo: "mua rau".into(),
            reference: format!("FT{id}"),
            balance: 0,
        }
    }

    /// The webhook of the same transfer.
    pub fn sample(&self) -> SampleTransfer<'_> {
        SampleTransfer {
            id: self.id,
            gateway: "MBBank",
            bin: "970422",
            account: &self.account,
            virtual_account: None,
            direction: self.direction,
            amount: Vnd::new(self.amount),
            occurred_at: self.at,
            memo: &self.memo,
            reference: &self.reference,
            payer_name: None,
            order_code: self.id,
        }
    }

    fn uuid(&self) -> String {
        let mixed = self.id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{:08x}-0000-4000-8000-{:012x}", mixed >> 32, self.id)
    }

    fn json(&self, api: ListApi) -> Value {
        let at = self.at.to_string();
        let at = format!("{} {}", &at[..10], &at[11..19]);
        let (paid_in, paid_out) = match self.direction {
            Direction::In => (self.amount, 0),
            Direction::Out => (0, self.amount),
        };
        match api {
            ListApi::SepayV1 => json!({
                "id": self.id.to_string(), "bank_brand_name": "MBBank",
                "account_number": self.account, "transaction_date": at,
                "amount_in": format!("{paid_in}.00"), "amount_out": format!("{paid_out}.00"),
                "accumulated": format!("{}.00", self.balance),
                "transaction_content": self.memo, "reference_number": self.reference,
                "code": null, "sub_account": null, "bank_account_id": "19" }),
            ListApi::SepayV2 => json!({
                "id": self.uuid(), "bank_brand_name": "MBBank", "account_number": self.account,
                "va": null, "transfer_type": self.direction.as_str(), "transaction_date": at,
                "amount_in": paid_in, "amount_out": paid_out, "accumulated": self.balance,
                "transaction_content": self.memo, "reference_number": self.reference,
                "code": null, "bank_account_id": "d6719d04", "va_id": null,
                "webhook_success": 1 }),
            ListApi::CassoV2 => json!({
                "id": self.id + 1_000_000, "tid": self.reference, "description": self.memo,
                "amount": paid_in - paid_out, "cusum_balance": self.balance,
                "when": at.replace(' ', "T"), "bankSubAccId": self.account,
                "bankCodeName": "mb_digi" }),
        }
    }
}

/// What an answer is instead of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Status(u16),
    /// 429 with the seconds that it names.
    TooMany(u32),
    /// The first half of the page.
    Truncated,
    /// The page, but too late.
    Late,
    /// 200 with nothing.
    Empty,
    /// To an address where everything is fine.
    Redirect,
    /// More than anybody wants to read.
    Huge,
}

type Meddling = Box<dyn FnMut(&mut Vec<Row>, usize) + Send>;

/// The provider's side.
#[derive(Default)]
pub struct Book {
    pub rows: Vec<Row>,
    /// The next answers.
    pub troubles: VecDeque<Trouble>,
    /// All further answers after these, if any.
    pub broken: Option<Trouble>,
    /// It breaks after so many answers in all.
    pub breaks_after: Option<usize>,
    pub asked: Vec<String>,
    /// What it says of single accounts.
    pub refused: Vec<(String, Trouble)>,
    /// Casso tells numbers as text.
    pub tells_text: bool,
    /// SePay's first list gives the newest first.
    pub newest_first: bool,
    /// Rows that nobody can read, put into each page.
    pub junk: Vec<Value>,
    /// Changes the book after an answer; it is told how many there were.
    pub meddle: Option<Meddling>,
}

/// A running provider.
pub struct Provider {
    pub url: String,
    pub book: Arc<Mutex<Book>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Provider {
    pub fn start(api: ListApi) -> Self {
        let book: Arc<Mutex<Book>> = Arc::default();
        let (say, heard) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let shared = Arc::clone(&book);
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let book = Arc::clone(&shared);
                    let answer =
                        move |request: HttpRequest| answer(api, Arc::clone(&book), request);
                    ActixApp::new().default_service(web::to(answer))
                })
                .workers(1)
                .disable_signals()
                .shutdown_timeout(0)
                .bind("127.0.0.1:0")
                .unwrap();
                say.send(format!("http://{}", server.addrs()[0])).unwrap();
                let server = server.run();
                let handle = server.handle();
                actix_web::rt::spawn(server);
                let _ = stopped.await;
                handle.stop(false).await;
            });
        });
        Self { url: heard.recv().unwrap(), book, stop: Some(stop), thread: Some(thread) }
    }

    pub fn hosts(&self) -> AllowedHosts {
        AllowedHosts(vec![self.url.trim_start_matches("http://").to_owned()])
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        change(&mut self.book.lock().unwrap())
    }

    pub fn asked(&self) -> usize {
        self.change(|book| book.asked.len())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.thread.take().map(thread::JoinHandle::join);
    }
}

async fn answer(api: ListApi, book: Arc<Mutex<Book>>, request: HttpRequest) -> HttpResponse {
    let authorization = request.headers().get("authorization").and_then(|v| v.to_str().ok());
    if authorization != Some(&api.authorization(KEY)) {
        return HttpResponse::Unauthorized().json(json!({ "error": "unauthorized" }));
    }
    let (trouble, page) = {
        let mut book = book.lock().unwrap();
        book.asked.push(format!("{}?{}", request.path(), request.query_string()));
        if book.breaks_after.is_some_and(|answers| book.asked.len() > answers) {
            book.broken = Some(Trouble::Status(502));
        }
        let of_account = |(account, trouble): &(String, Trouble)| {
            let asked = format!("account_number={account}");
            request.query_string().split('&').any(|part| *part == asked).then_some(*trouble)
        };
        let refused = book.refused.iter().find_map(of_account);
        let trouble = book.troubles.pop_front().or(book.broken).or(refused);
        let page = page(api, &book, &request).to_string();
        let count = book.asked.len();
        if let Some(mut meddle) = book.meddle.take() {
            meddle(&mut book.rows, count);
            book.meddle = Some(meddle);
        }
        (trouble, page)
    };
    let whole = |text: String| HttpResponse::Ok().content_type("application/json").body(text);
    match trouble {
        None => whole(page),
        Some(Trouble::Status(status)) => HttpResponse::build(status.try_into().unwrap()).finish(),
        Some(Trouble::TooMany(seconds)) => HttpResponse::TooManyRequests()
            .insert_header((api.retry_header(), seconds.to_string()))
            .finish(),
        Some(Trouble::Truncated) => whole(page[..page.len() / 2].to_owned()),
        Some(Trouble::Late) => {
            actix_web::rt::time::sleep(Duration::from_millis(1_500)).await;
            whole(page)
        }
        Some(Trouble::Empty) => whole(String::new()),
        Some(Trouble::Redirect) => HttpResponse::Found()
            .insert_header((
                "location",
                format!("http://localhost:{}/", request.app_config().local_addr().port()),
            ))
            .finish(),
        Some(Trouble::Huge) => whole(format!("{{\"x\":\"{}\"}}", "x".repeat(5 << 20))),
    }
}

fn day(row: &Row) -> String {
    row.at.day(0).to_string()
}

fn time(row: &Row) -> String {
    row.at.to_string()[..19].replace('T', " ")
}

type Query = HashMap<String, String>;

fn number(query: &Query, name: &str) -> usize {
    query[name].parse().unwrap()
}

/// The page that a well-behaved provider gives.
fn page(api: ListApi, book: &Book, request: &HttpRequest) -> Value {
    let query: Query = serde_urlencoded::from_str(request.query_string()).unwrap();
    let mut rows: Vec<&Row> = book.rows.iter().collect();
    if let Some(account) = query.get("account_number") {
        rows.retain(|row| row.account == *account);
    }
    let (mut body, place) = match api {
        ListApi::SepayV1 => (first_sepay(book.newest_first, rows, &query), "/transactions"),
        ListApi::SepayV2 => (second_sepay(rows, &query), "/data"),
        ListApi::CassoV2 => (casso(book.tells_text, rows, &query), "/data/records"),
    };
    body.pointer_mut(place).unwrap().as_array_mut().unwrap().extend(book.junk.iter().cloned());
    body
}

fn first_sepay(newest_first: bool, mut rows: Vec<&Row>, query: &Query) -> Value {
    let since = query.get("since_id").map_or(0, |id| id.parse::<u64>().unwrap());
    rows.sort_by_key(|row| row.id);
    rows.retain(|row| row.id >= since);
    if let Some(from) = query.get("transaction_date_min") {
        rows.retain(|row| time(row) >= *from);
    }
    if let Some(until) = query.get("transaction_date_max") {
        rows.retain(|row| time(row) <= *until);
    }
    if newest_first {
        rows.reverse();
    }
    rows.truncate(number(query, "limit"));
    let rows: Vec<_> = rows.into_iter().map(|row| row.json(ListApi::SepayV1)).collect();
    json!({ "status": 200, "error": null, "messages": { "success": true }, "transactions": rows })
}

fn second_sepay(mut rows: Vec<&Row>, query: &Query) -> Value {
    let size = number(query, "per_page");
    // As it was written down there.
    rows.sort_by_key(|row| row.id);
    let skip = if let Some(since) = query.get("since_id") {
        rows.iter().position(|row| row.uuid() == *since).map_or(0, |at| at + 1)
    } else {
        rows.retain(|row| day(row) >= query["transaction_date_from"]);
        rows.sort_by_key(|row| (row.at, row.id));
        (number(query, "page") - 1) * size
    };
    let total = rows.len();
    let page = rows.into_iter().skip(skip).take(size);
    let rows: Vec<_> = page.map(|row| row.json(ListApi::SepayV2)).collect();
    let has_more = skip + rows.len() < total;
    json!({ "status": "success", "data": rows, "meta": { "pagination": {
        "total": total, "per_page": size, "has_more": has_more } } })
}

fn casso(tells_text: bool, mut rows: Vec<&Row>, query: &Query) -> Value {
    let (page, size) = (number(query, "page"), number(query, "pageSize"));
    rows.retain(|row| day(row) >= query["fromDate"]);
    rows.sort_by_key(|row| (row.at, row.id));
    let total = rows.len();
    let rows = rows.into_iter().skip((page - 1) * size).take(size);
    let rows: Vec<_> = rows.map(|row| row.json(ListApi::CassoV2)).collect();
    let next = (page * size < total).then_some(page + 1);
    let next = match next {
        Some(next) if tells_text => json!(next.to_string()),
        next => json!(next),
    };
    json!({ "error": 0, "message": "success", "data": {
        "page": page, "pageSize": size, "nextPage": next, "prevPage": null,
        "totalPages": total.div_ceil(size), "totalRecords": total, "records": rows } })
}

/// Polls with little patience, by a clock that moves as it waits.
pub fn poller(stage: &Stage, provider: &Provider) -> Poller {
    poller_of(&stage.app, provider)
}

pub fn poller_of(app: &App, provider: &Provider) -> Poller {
    let clock = app.clock.clone();
    let fetch = Fetch::new(provider.hosts(), Duration::from_millis(700));
    let pause = move |ms: u64| clock.move_to(clock.now().plus_ms(ms as i64));
    Poller::with(app.intake.clone(), fetch, Arc::new(pause))
}

pub fn settings(api: ListApi, provider: &Provider) -> NewPolling {
    NewPolling {
        api: api.as_str().into(),
        key: Some(KEY.into()),
        base_url: Some(provider.url.clone()),
        accounts: Vec::new(),
        interval_s: None,
        from_day: None,
    }
}

pub fn set(stage: &Stage, provider: &Provider, id: FeedId, new: NewPolling) -> Outcome<Polling> {
    let key: SecretKey = stage.app.secret_key.clone();
    let hosts = provider.hosts();
    stage.try_write(move |connection, act| polling::set(connection, act, &key, &hosts, id, new))
}

pub fn state(stage: &Stage, id: FeedId) -> Polling {
    stage.read(|connection, act| polling::get(connection, act, id))
}

/// Runs the feed's polling once, due or not.
pub fn poll(stage: &Stage, poller: &Poller, feed: &Feed<'_>) -> Polled {
    poller.poll(stage.act.board_id(), feed.id, false).unwrap().expect("nobody else polls")
}

/// Lets time go by.
pub fn wait(stage: &Stage, seconds: i64) {
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(seconds * 1_000));
}
