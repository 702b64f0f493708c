//! Stalls' pages as browsers hold them: each opened by its link, each with its stream of events.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::load;

const ANSWER_BYTES: usize = 4_096;
/// Of an event that tells of money.
const AMOUNT: &str = "\"amount_vnd\":";
/// The first message of a stream that tells how the page stands: all that it missed is told then.
const BEAT: &str = "event: beat";

/// When a webhook was sent, by its amount, until a page tells of it.
#[derive(Default)]
pub struct Told {
    sent: RefCell<HashMap<u64, Instant>>,
    pub times_us: RefCell<Vec<u64>>,
    /// Pages whose stream runs.
    pub pages: Cell<usize>,
}

impl Told {
    /// Notes a webhook that is sent now.
    ///
    /// # Errors
    /// One before it with the same amount was told to nobody yet.
    pub fn send(&self, amount: u64) -> Result<()> {
        match self.sent.borrow_mut().insert(amount, Instant::now()) {
            None => Ok(()),
            Some(_) => Err(Error::other(format!("nobody was told of {amount} đ in time"))),
        }
    }

    /// How many webhooks no page has told of.
    pub fn waiting(&self) -> usize {
        self.sent.borrow().len()
    }

    fn hear(&self, line: &str) {
        let amount = line.split_once(AMOUNT).map(|(_, rest)| number(rest));
        let sent = amount.and_then(|amount| self.sent.borrow_mut().remove(&amount));
        if let Some(sent) = sent {
            self.times_us.borrow_mut().push(sent.elapsed().as_micros() as u64);
        }
    }
}

/// The number that a text begins with.
pub fn number(text: &str) -> u64 {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Opens a link as its page's button does; the cookie.
pub async fn open(address: SocketAddr, path: &str) -> Result<String> {
    let token = path.rsplit('/').next().unwrap_or_default();
    let body = format!("token={token}");
    let request = format!(
        "POST /nghe/open HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = [0_u8; ANSWER_BYTES];
    let mut stream = TcpStream::connect(address).await?;
    let answer = load::exchange(&mut stream, request.as_bytes(), &mut answer).await?;
    let answer = String::from_utf8_lossy(answer);
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next());
    cookie.map(str::to_owned).ok_or_else(|| Error::other(format!("{path} answers {answer}")))
}

/// Holds a page's stream open until it ends.
pub async fn listen(address: SocketAddr, cookie: &str, told: &Told) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /nghe/live HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (mut read, mut rest, mut is_running) = ([0_u8; ANSWER_BYTES], String::new(), false);
    loop {
        let length = stream.read(&mut read).await?;
        if length == 0 {
            return Err(Error::other("a page's stream has ended"));
        }
        rest.push_str(&String::from_utf8_lossy(read.get(..length).unwrap_or_default()));
        while let Some((line, after)) = rest.split_once('\n') {
            told.hear(line);
            if !is_running && line.starts_with(BEAT) {
                is_running = true;
                told.pages.set(told.pages.get() + 1);
            }
            rest = after.to_owned();
        }
    }
}
