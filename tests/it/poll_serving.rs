#![cfg(test)]
//! Polling by a server, by the command line, and as the API and the meters show it.

use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cho40::app::{App, Config};
use cho40::db::DatabaseUrl;
use cho40::db::schema::feed_polls;
use cho40::feeds::ListApi;
use cho40::intake::poll::{AllowedHosts, Failure, Fetch};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::pairs_support::{ACCOUNT, agrees, counts};
use crate::poll_support::{Provider, Row, set, settings, state};
use crate::stage::Stage;
use crate::support::on_both;
use crate::web_support::{Ask, Site};
use crate::web_world::World;

const BINARY: &str = env!("CARGO_BIN_EXE_cho40");

on_both!(a_server_polls_by_itself_and_its_meters_tell, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV1);
    let feed = stage.feed(ListApi::SepayV1.provider());
    set(&stage, &provider, feed.id, settings(ListApi::SepayV1, &provider)).unwrap();
    let row = Row::new(&stage, 1, 60, ACCOUNT);
    provider.change(|book| book.rows = vec![row]);
    let config = |polls| Config { polls, poll_hosts: provider.hosts(), ..stage.app.config.clone() };
    let clock = stage.app.clock.clone();
    let serve = |config: Config| {
        let app = App::build(config, clock.clone()).unwrap();
        let (say, heard) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let running = app.serve("127.0.0.1:0".parse().unwrap()).unwrap();
                say.send(format!("http://{}", running.address())).unwrap();
                let _ = stopped.await;
                running.stop().await.unwrap();
            });
        });
        (heard.recv().unwrap(), stop, server)
    };
    let (_, stop, server) = serve(config(false));
    thread::sleep(Duration::from_millis(300));
    assert_eq!(provider.asked(), 0, "this server was told not to");
    stop.send(()).unwrap();
    server.join().unwrap();

    let (url, stop, server) = serve(config(true));
    for _ in 0..200 {
        if state(&stage, feed.id).last_success_at.is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let metrics = Ask::at("GET", &format!("{url}/metrics")).send().text();
    stop.send(()).unwrap();
    server.join().unwrap();
    assert_eq!((counts(&stage).0, provider.asked()), (1, 1), "once; the next is due in a minute");
    let at = state(&stage, feed.id).last_success_at.unwrap().get() / 1_000;
    let id = feed.id;
    for line in [
        format!("cho40_poll_last_success_timestamp_seconds{{feed=\"{id}\"}} {at}"),
        format!("cho40_poll_failures{{feed=\"{id}\"}} 0"),
        "cho40_poll_total{what=\"new_rows\"} 1".to_owned(),
        "cho40_poll_total{what=\"pages\"} 1".to_owned(),
    ] {
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
    agrees(&stage);
});

on_both!(the_command_polls_once_and_says_what_came, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = stage.feed(ListApi::CassoV2.provider());
    let folder = tempfile::tempdir().unwrap();
    let hosts = provider.hosts().0.remove(0);
    let settings_file = folder.path().join("config.toml");
    std::fs::write(&settings_file, format!("poll_allowed_hosts = [\"{hosts}\"]\n")).unwrap();
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let run = |feed: &str| {
        let ran = Command::new(BINARY)
            .args(["poll", "once", "--feed", feed, "--database-url", &url, "--config"])
            .arg(&settings_file)
            .env("CHO40_SECRET_KEY", "40".repeat(32))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        (ran.status.code().unwrap(), text.into_owned())
    };
    let (code, text) = run("wrong");
    let both = text.contains("Không tìm thấy nguồn") && text.contains("There is no such feed");
    assert!(code == 1 && both, "{text}");
    let id = feed.id.to_string();
    let (code, text) = run(&id);
    assert!(code == 1 && text.contains("This feed is not polled."), "{text}");
    set(&stage, &provider, feed.id, settings(ListApi::CassoV2, &provider)).unwrap();
    let row = Row::new(&stage, 1, 60, ACCOUNT);
    provider.change(|book| book.rows = vec![row]);
    let (code, text) = run(&id);
    assert!(code == 0 && text.contains("1 mới / new"), "{code} {text}");
    assert_eq!(counts(&stage).0, 1);
    provider.change(|book| book.broken = Some(crate::poll_support::Trouble::Status(403)));
    let (code, text) = run(&id);
    assert!(code == 1 && text.contains("key-refused (HTTP 403)"), "{code} {text}");
    assert!(text.contains("Nhà cung cấp không nhận khóa này."), "{text}");
    assert!(!text.contains(crate::poll_support::KEY), "{text}");
});

on_both!(the_api_says_what_failed_in_the_caller_s_language, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let path = world.path("/api/v1/feeds/{id}/polling");
    assert!(site.get(&path).json["last_error"].is_null());
    diesel::update(feed_polls::table)
        .set((feed_polls::last_error.eq("key-refused"), feed_polls::last_error_status.eq(401)))
        .execute(db.connection())
        .unwrap();
    let shown = site.get(&path).json;
    assert_eq!((&shown["api"], &shown["has_key"]), (&"sepay_v1".into(), &true.into()));
    assert_eq!(shown["last_error"]["http_status"], 401);
    let detail = shown["last_error"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("Nhà cung cấp không nhận khóa này."), "{detail}");
    let english = site.ask("GET", &path).key(&site.key).header("accept-language", "en").send();
    let detail = english.json["last_error"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("The provider does not take this key."), "{detail}");
    // It is told that it is over, and since when.
    let now = db.clock.now();
    diesel::update(feed_polls::table)
        .set((
            feed_polls::last_error_at_ms.eq(now.0 - 60_000),
            feed_polls::last_success_at_ms.eq(now.0),
        ))
        .execute(db.connection())
        .unwrap();
    let english = site.ask("GET", &path).key(&site.key).header("accept-language", "en").send();
    let error = &english.json["last_error"];
    assert_eq!(error["is_over"], true);
    let detail = error["detail"].as_str().unwrap();
    assert!(detail.starts_with("This is over") && detail.contains("does not take"), "{detail}");
    let vietnamese = site.get(&path).json["last_error"]["detail"].clone();
    let last = format!("là lúc {}. Khi đó:", now.in_words("ngày"));
    assert!(vietnamese.as_str().unwrap().contains(&last), "{vietnamese}");
    assert_eq!(site.ask("DELETE", &path).key(&site.key).send().status, 204);
    assert_eq!(site.get(&path).problem(404), "not-found");
});

#[test]
fn an_address_that_is_no_longer_allowed_is_not_asked() {
    // Whatever was checked when it was set.
    let provider = Provider::start(ListApi::SepayV1);
    let fetch = Fetch::new(AllowedHosts::default(), Duration::from_secs(5));
    let get = |url: &str| fetch.get(url, "/", "Bearer x", "retry-after").unwrap_err();
    assert_eq!(get(&provider.url), Failure::UrlNotAllowed);
    assert_eq!(get(&provider.url.replace("http:", "https:")), Failure::UrlNotAllowed);
    assert_eq!(provider.asked(), 0);
}
