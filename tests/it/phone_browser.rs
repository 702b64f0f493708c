//! A real Chromium without a window, driven by the DevTools protocol over a pipe: JSON messages
//! that end with a zero byte, on its file descriptors 3 and 4.

#![cfg(test)]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::print_support::read_all;

/// So long a page may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is asked of a page that is just being left is asked again of the next.
const LEAVING: &str = "Inspected target navigated or closed";
const PROGRAMS: [&str; 4] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// One of a browser's tabs.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    session: String,
    target: String,
}

/// A browser with one tab, 360 × 640 as a small phone has it.
pub struct Browser {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    events: VecDeque<Value>,
    tab: Tab,
    last_id: u64,
    /// Sessions of service workers, which have a line of their own.
    workers: Vec<String>,
    /// Where the last touch was.
    touched: Value,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let program = PROGRAMS.iter().find(|name| is_there(name)).expect(
            "no Chromium: run the tests with scripts/test, which installs chromium-headless-shell",
        );
        let profile = tempfile::tempdir().unwrap();
        // Descriptors can be moved without unsafe code only by a shell.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null", "sh"])
            .args([program, "--headless", "--remote-debugging-pipe", "--no-sandbox"])
            .args(["--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--lang=vi"])
            .arg("--accept-lang=vi")
            .args(["--hide-scrollbars", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--disable-default-apps"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = process.stdin.take().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let (say, from) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut message = Vec::new();
                if out.read_until(0, &mut message).unwrap_or(0) == 0 {
                    return;
                }
                message.pop();
                if say.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut browser = Self {
            process,
            to,
            from,
            events: VecDeque::new(),
            tab: Tab::default(),
            last_id: 0,
            workers: Vec::new(),
            touched: Value::Null,
            _profile: profile,
        };
        browser.open_tab();
        browser
    }

    /// Opens another tab, with the same cookies and the same storage, and goes on in it; the one
    /// before.
    pub fn open_tab(&mut self) -> Tab {
        let before = std::mem::take(&mut self.tab);
        let target = self.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.ask("Target.attachToTarget", attach);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.tab = Tab { session: text(&attached["sessionId"]), target: text(&target["targetId"]) };
        for domain in ["Page", "Runtime", "Network"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": true }),
        );
        self.ask("Emulation.setTouchEmulationEnabled", json!({ "enabled": true }));
        before
    }

    /// Goes on in another tab; the one before.
    pub fn turn_to(&mut self, tab: &Tab) -> Tab {
        // The browser is told, not the tab.
        let before = std::mem::take(&mut self.tab);
        self.ask("Target.activateTarget", json!({ "targetId": tab.target }));
        self.tab = tab.clone();
        before
    }

    /// Sends a command and waits for its answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.tab.session.is_empty() {
            message["sessionId"] = json!(self.tab.session);
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        self.to.flush().unwrap();
        loop {
            let message = self.from.recv_timeout(PATIENCE).expect(method);
            if message["id"] == id {
                let is_leaving = message["error"]["message"].as_str() == Some(LEAVING);
                assert!(is_leaving || message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    /// What the browser told by itself up to now, oldest first.
    pub fn events(&mut self, method: &str) -> Vec<Value> {
        self.events.extend(self.from.try_iter());
        let of = |event: &&Value| event["method"] == method;
        self.events.iter().filter(of).map(|event| event["params"].clone()).collect()
    }

    /// Opens an address and waits until it is loaded.
    #[track_caller]
    pub fn open(&mut self, url: &str) {
        self.events.clear();
        let gone = self.ask("Page.navigate", json!({ "url": url }));
        assert!(gone.get("errorText").is_none(), "{url}: {gone}");
        self.until("document.readyState === 'complete'");
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let asked =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.ask("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&mut self, expression: &str) {
        let began = Instant::now();
        let guarded = format!(
            "(function () {{ try {{ return !!({expression}); }} catch (e) {{ return false; }} }})()"
        );
        while self.value(&guarded) != true {
            if began.elapsed() > PATIENCE {
                let seen = self.value("document.body ? document.body.innerText : ''");
                panic!("not so: {expression}\n{seen}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Touches the middle of what a selector finds, as a finger does, once it can be touched and the
    /// vendor's page stands still.
    #[track_caller]
    pub fn touch(&mut self, selector: &str) {
        self.until(&format!(
            "!document.querySelector('{selector}').disabled && !(window.cho40 && cho40.isMoving)"
        ));
        self.touch_at_once(selector);
    }

    /// Touches it as a finger does that does not wait.
    #[track_caller]
    pub fn touch_at_once(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(function () {{ var e = document.querySelector('{selector}'); e.scrollIntoView({{ block: 'nearest' }}); \
             var r = e.getBoundingClientRect(); \
             return [r.left + r.width / 2, r.top + r.height / 2]; }})()"
        ));
        self.touched = json!([{ "x": place[0], "y": place[1] }]);
        self.touch_again();
    }

    /// Touches the same place once more, whatever has come up there.
    pub fn touch_again(&mut self) {
        let point = self.touched.clone();
        let touch = |kind: &str, points: &Value| json!({ "type": kind, "touchPoints": points });
        self.ask("Input.dispatchTouchEvent", touch("touchStart", &point));
        self.ask("Input.dispatchTouchEvent", touch("touchEnd", &json!([])));
    }

    /// Takes the network away from the tab and from service workers, or gives it back.
    #[track_caller]
    pub fn offline(&mut self, is: bool) {
        let tab = std::mem::take(&mut self.tab);
        if self.workers.is_empty() {
            let targets = self.ask("Target.getTargets", json!({}));
            let all = targets["targetInfos"].as_array().unwrap().clone();
            for worker in all.iter().filter(|one| one["type"] == "service_worker") {
                let attach = json!({ "targetId": worker["targetId"], "flatten": true });
                let attached = self.ask("Target.attachToTarget", attach);
                self.workers.push(attached["sessionId"].as_str().unwrap().to_owned());
            }
            assert!(!self.workers.is_empty(), "no service worker");
        }
        let line = json!({ "offline": is, "latency": 0, "downloadThroughput": -1,
                           "uploadThroughput": -1 });
        for session in self.workers.clone() {
            self.tab.session = session;
            self.ask("Network.enable", json!({}));
            self.ask("Network.emulateNetworkConditions", line.clone());
            let reaches = "fetch('/healthz').then(() => true, () => false)";
            assert_eq!(self.value(reaches), !is, "the worker's line");
        }
        self.tab = tab;
        self.ask("Network.emulateNetworkConditions", line);
    }

    /// A script that runs in each page before its own.
    pub fn before_each_page(&mut self, source: &str) {
        self.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
    }

    /// Bytes that came over the line since the page was opened, as they were sent.
    pub fn bytes_loaded(&mut self) -> f64 {
        let finished = self.events("Network.loadingFinished");
        let bytes = finished.iter().map(|one| one["encodedDataLength"].as_f64().unwrap()).sum();
        println!("over the line: {bytes} bytes");
        bytes
    }

    /// What pages complained of: errors, and what their policy forbade.
    pub fn complaints(&mut self) -> Vec<Value> {
        let mut all = self.events("Runtime.exceptionThrown");
        let logged = self.events("Runtime.consoleAPICalled");
        all.extend(logged.into_iter().filter(|one| one["type"] == "error"));
        all
    }

    /// What axe-core finds in what is seen: nothing. `CHO40_AXE` names its script;
    /// `none`: there is none to be had.
    #[track_caller]
    pub fn is_accessible(&mut self, name: &str) {
        let path = std::env::var_os("CHO40_AXE")
            .expect("no axe-core: run the tests with scripts/test, which fetches it");
        // The script has said that there is none.
        if path == "none" {
            return;
        }
        if self.value("typeof axe") == "undefined" {
            self.value(&(std::fs::read_to_string(path).unwrap() + "; 0"));
        }
        // The rule on contrast must have looked at something, or it was not on.
        let found = self.value(
            "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(
                found => JSON.stringify([found.violations.map(
                    one => [one.id, one.nodes.map(node => node.html + node.failureSummary)]),
                    found.passes.some(one => one.id === 'color-contrast')]))",
        );
        assert_eq!(found, "[[],true]", "{name}");
    }

    /// Makes the screen so wide.
    pub fn widen(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    /// Looks at a whole page of the desk on a small phone and on a desk's screen: nothing to scroll
    /// sideways, nothing that axe-core finds; into the documents where `CHO40_PICTURES` asks for it.
    #[track_caller]
    pub fn desk_pictures(&mut self, name: &str) {
        for (width, height) in [(360, 640), (1_280, 800)] {
            self.widen(width, height);
            let seen = self.value("document.documentElement.scrollWidth");
            assert!(seen.as_u64().unwrap() <= u64::from(width), "{name} is {seen} wide of {width}");
            self.is_accessible(name);
            if std::env::var_os("CHO40_PICTURES").is_some() {
                let whole = json!({ "format": "png", "captureBeyondViewport": true, "clip": {
                    "x": 0, "y": 0, "width": width, "scale": 1, "height":
                    self.value("Math.min(3000, Math.max(document.documentElement.scrollHeight, 640))") } });
                let taken = self.ask("Page.captureScreenshot", whole);
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(taken["data"].as_str().unwrap())
                    .unwrap();
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures/desk");
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(format!("{folder}/{name}-{width}.png"), bytes).unwrap();
            }
        }
        self.widen(360, 640);
    }

    /// What stands in the codes that are seen, by a reader that is not ours.
    pub fn codes(&mut self) -> Vec<String> {
        let png = self.screenshot();
        read_all(&png)
    }

    fn screenshot(&mut self) -> Vec<u8> {
        let taken = self.ask("Page.captureScreenshot", json!({ "format": "png" }));
        let taken = taken["data"].as_str().unwrap();
        base64::engine::general_purpose::STANDARD.decode(taken).unwrap()
    }

    /// A picture of what is seen; into the documents where `CHO40_PICTURES` asks for it.
    #[track_caller]
    pub fn picture(&mut self, name: &str) {
        self.is_accessible(name);
        let bytes = self.screenshot();
        assert!(bytes.starts_with(b"\x89PNG"));
        if std::env::var_os("CHO40_PICTURES").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures/phone");
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(format!("{folder}/{name}.png"), bytes).unwrap();
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_there(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    found.is_ok_and(|output| output.status.success())
}
