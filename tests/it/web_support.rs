//! A real server on a random port over a test's database, and a client that says what it likes.

use std::sync::mpsc;
use std::thread;

use cho40::access::{Permission, keys};
use cho40::app::{App, Config};
use cho40::db::DatabaseUrl;
use cho40::intake::poll::AllowedHosts;
use cho40::primitives::ids::BoardId;
use cho40::web::limiter::{Limits, Rate};
use cho40::web::state::Front;
use serde_json::Value;

use crate::support::TestDb;

/// A running server with an owner's key on each of the database's two boards.
pub struct Site {
    pub url: String,
    pub key: String,
    pub other_key: String,
    /// For what no route can make in a test.
    pub database_url: DatabaseUrl,
    stop: tokio::sync::mpsc::UnboundedSender<()>,
    server: Option<thread::JoinHandle<()>>,
}

impl Site {
    pub fn of(db: &mut TestDb) -> Self {
        Self::with_limits(
            db,
            Limits { per_key: Rate::new(5_000, 5_000), per_address: Rate::new(9_000, 9_000) },
        )
    }

    pub fn with_limits(db: &mut TestDb, limits: Limits) -> Self {
        Self::with_front(db, limits, Front::default())
    }

    pub fn with_front(db: &mut TestDb, limits: Limits, front: Front) -> Self {
        let (board_id, other_board_id) = (db.act().board_id(), db.other_act().board_id());
        let key = owner_key(db, board_id);
        let other_key = owner_key(db, other_board_id);
        let config = Config { limits, front, ..config(db.url()) };
        let app = App::build(config, db.clock.clone()).unwrap();
        let (say_url, url) = mpsc::channel();
        let (stop, mut stopped) = tokio::sync::mpsc::unbounded_channel();
        let server = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let running = app.serve("127.0.0.1:0".parse().unwrap()).unwrap();
                say_url.send(format!("http://{}", running.address())).unwrap();
                stopped.recv().await;
                running.stop().await.unwrap();
            });
        });
        let database_url = db.url().clone();
        let url = url.recv().unwrap();
        Self { url, key, other_key, database_url, stop, server: Some(server) }
    }

    /// A key of the test's board with only these permissions.
    pub fn key_with(&self, permissions: &[Permission]) -> String {
        let new = serde_json::json!({ "name": "test", "permissions": permissions });
        let made = self.post("/api/v1/keys", &new);
        made.json["token"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).key(&self.key).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path).key(&self.key).json(body).send()
    }

    /// Creates something; its id.
    pub fn create(&self, path: &str, body: &Value) -> String {
        let made = self.post(path, body);
        assert_eq!(made.status, 201, "{path}: {}", made.text());
        made.json["id"].as_str().unwrap().to_owned()
    }

    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::at(method, &format!("{}{path}", self.url))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

/// A small server that keeps to itself.
pub fn config(url: &DatabaseUrl) -> Config {
    Config {
        database_url: url.clone(),
        key_file: "unused".into(),
        key_hex: Some("07".repeat(32)),
        may_create_key: false,
        workers: 2,
        postgres_lanes: 2,
        batch_limit: 64,
        noop_route: false,
        polls: false,
        poll_hosts: AllowedHosts::default(),
        print_templates: None,
        law_tables: None,
        keep_bodies_days: 90,
        limits: Limits::default(),
        front: Front::default(),
    }
}

fn owner_key(db: &mut TestDb, board_id: BoardId) -> String {
    let (ids, now) = (db.ids.clone(), db.clock.now());
    keys::create_owner(db.connection(), board_id, &ids, now, None).unwrap().token
}

/// A request in the making.
pub struct Ask {
    request: ureq::http::request::Builder,
    body: Vec<u8>,
}

impl Ask {
    pub fn at(method: &str, url: &str) -> Self {
        let request = ureq::http::Request::builder().method(method).uri(url);
        Self { request, body: Vec::new() }
    }

    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string().as_bytes()).header("content-type", "application/json")
    }

    pub fn raw(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub fn send(self) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .build()
            .into();
        let response = agent.run(self.request.body(self.body).unwrap()).unwrap();
        let (parts, mut body) = response.into_parts();
        let bytes = body.read_to_vec().unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes, json }
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub bytes: Vec<u8>,
    /// Null where it is not JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Asserts the one shape of problems; gives the code.
    #[track_caller]
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["request_id"].as_str().unwrap(), self.header("x-request-id"));
        let code = self.json["code"].as_str().unwrap();
        assert_eq!(self.json["type"], format!("urn:cho40:problem:{code}"));
        for text in ["title", "detail"] {
            let text = self.json[text].as_str().unwrap();
            let is_unfilled = text.contains("{$") || text.contains('\u{2068}');
            assert!(!text.is_empty() && !is_unfilled, "{text}");
        }
        code
    }
}
