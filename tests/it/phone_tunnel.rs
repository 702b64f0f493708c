//! A line between browser and server that can be cut, or carry nothing.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A line between browser and server that can be cut.
pub struct Tunnel {
    pub url: String,
    /// Where it leads; nowhere while it is cut.
    target: Arc<Mutex<Option<String>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    /// It takes everything and carries nothing, as the radio of a phone that has lost it.
    is_hole: Arc<AtomicBool>,
}

impl Tunnel {
    pub fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let target = Arc::new(Mutex::new(Some(host(url))));
        let open = Arc::new(Mutex::new(Vec::new()));
        let is_hole = Arc::new(AtomicBool::new(false));
        let (leads, lines, hole) = (Arc::clone(&target), Arc::clone(&open), Arc::clone(&is_hole));
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                let Some(host) = leads.lock().unwrap().clone() else { continue };
                let Ok(far) = TcpStream::connect(host) else { continue };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let hole = Arc::clone(&hole);
                    thread::spawn(move || pass_on(from, to, &hole));
                }
                lines.lock().unwrap().extend([near, far]);
            }
        });
        Self { url: own, target, open, is_hole }
    }

    pub fn cut(&self) {
        *self.target.lock().unwrap() = None;
        for line in self.open.lock().unwrap().drain(..) {
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    /// No byte comes through any more, and nobody is told.
    pub fn swallow(&self) {
        self.is_hole.store(true, Ordering::Relaxed);
    }

    pub fn mend(&self, url: &str) {
        self.is_hole.store(false, Ordering::Relaxed);
        *self.target.lock().unwrap() = Some(host(url));
    }
}

fn host(url: &str) -> String {
    url.strip_prefix("http://").unwrap().to_owned()
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, is_hole: &AtomicBool) {
    let mut piece = [0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        if is_hole.load(Ordering::Relaxed) {
            // What it has swallowed never comes, also when the line is there again.
            continue;
        }
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
