#![cfg(test)]
//! Connections that are held and say little hold nobody up, and are ended. How long good senders wait
//! beside thousands of them is measured in `benches/senders.rs`.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use cho40::feeds::{MAX_BODY_BYTES, Provider};
use cho40::registry::accounts::UseKind;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Serving, Stubborn, kept_whole};
use crate::stage::Stage;
use crate::support::on_both;

/// Of each kind.
const HELD: usize = 60;

/// What a sender of a byte a second is told, and after how long.
fn slowly(mut stream: TcpStream) -> (String, Duration) {
    let (since, mut answer) = (Instant::now(), vec![0_u8; 4_096]);
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    loop {
        assert!(since.elapsed() < Duration::from_secs(40), "a slow sender is never ended");
        stream.write_all(b"{").unwrap();
        match stream.read(&mut answer) {
            Ok(count) => {
                let told = String::from_utf8_lossy(&answer[..count]).into_owned();
                return (told, since.elapsed());
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
            }
        }
    }
}

on_both!(slow_and_silent_senders_hold_nobody_up, |db| {
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let server = Serving::start(&url);
    let address = server.url.trim_start_matches("http://");
    let path = format!("/hooks/{}", feed.id);
    let begin = |text: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let head = |bytes: usize| {
        format!("POST {path} HTTP/1.1\r\nHost: cho.example\r\nContent-Length: {bytes}\r\n\r\n")
    };
    let crowd: Vec<_> = (0..HELD)
        .flat_map(|_| [begin(""), begin(&format!("POST {path} HTTP/1.1\r\nHo")), begin(&head(512))])
        .collect();
    let senders = Stubborn::start(&feed, &server, Box::leak(Box::new(AtomicU64::new(1))));
    senders.go_on();
    // Bodies at the limit and beyond, which nobody has signed.
    for bytes in [MAX_BODY_BYTES, MAX_BODY_BYTES + 1] {
        let mut stream = begin(&head(bytes));
        stream.write_all(&vec![b'x'; bytes]).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 4"), "{answer:?}");
    }
    // Headers without end are ended, and wrong signatures are refused one by one.
    let mut flood = begin(&format!("POST {path} HTTP/1.1\r\n"));
    let line = |number: u32| format!("X-{number}: {number:080}\r\n");
    let is_ended = (0..100_000).any(|number| flood.write_all(line(number).as_bytes()).is_err());
    assert!(is_ended, "a head of nine megabytes is read");
    let unsigned = format!(
        "POST {path} HTTP/1.1\r\nHost: cho.example\r\nContent-Length: 2\r\n\
         X-SePay-Timestamp: {}\r\nX-SePay-Signature: sha256={}\r\n\r\n{{}}",
        stage.app.clock.now().get() / 1_000,
        "0".repeat(64)
    );
    let mut forger = begin("");
    for _ in 0..500 {
        forger.write_all(unsigned.as_bytes()).unwrap();
        let mut answer = [0; 4_096];
        let count = forger.read(&mut answer).unwrap();
        assert!(answer[..count].starts_with(b"HTTP/1.1 401"), "{answer:?}");
    }
    senders.go_on();
    let (told, after) = slowly(begin(&head(512)));
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("body-incomplete"), "{told}");
    assert!(after > Duration::from_secs(15), "ended after {after:?}");
    senders.go_on();
    drop(crowd);
    assert_eq!(senders.refused(), 0);
    let sent = senders.join();
    assert_eq!(kept_whole(&url, board_id), sent);
});
