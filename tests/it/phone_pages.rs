//! The page that hears, in a real browser: opened by its link, touched, told, cut off, revoked.

use std::time::Instant;

use cho40::primitives::time::MS_PER_MINUTE;
use serde_json::json;

use crate::cli::{Served, said, tells, text_of};
use crate::phone_browser::Browser;
use crate::phone_stall::{Link, Stall};
use crate::phone_tunnel::Tunnel;
use crate::support::{empty_databases, on_both};
use crate::web_support::{Ask, Site};

/// A Vietnamese voice, as most Android phones have one, that keeps what it was given to say.
pub const VOICE: &str = "
    window.uttered = [];
    Object.defineProperty(window, 'speechSynthesis', { value: {
        getVoices: function () { return [{ lang: 'en-US' }, { lang: 'vi-VN' }]; },
        speak: function (u) {
            if (u.text.trim()) { uttered.push([u.text, u.voice.lang, u.rate]); }
            setTimeout(function () { if (u.onend) { u.onend(); } }, 20);
        } } });
    window.SpeechSynthesisUtterance = function (text) { this.text = text; };";
const SPOKEN: &str = "JSON.stringify(cho40.spoken.map(function (one) { return one.text; }))";

/// Opens a link as a person does; the page waits for its touch then.
pub fn open(browser: &mut Browser, site: &str, link: &Link) {
    browser.open(&format!("{site}{}", link.path));
    browser.touch("button");
    browser.until("location.pathname === '/nghe' && window.cho40 && cho40.link === 'live'");
}

pub fn shown(browser: &mut Browser, id: &str) -> String {
    let text = browser.value(&format!("document.getElementById('{id}').innerText"));
    // Before đ stands a space that no line ends at.
    text.as_str().unwrap().replace('\u{a0}', " ")
}

on_both!(a_link_is_opened_by_a_touch_and_money_is_heard, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.open(&format!("{}{}", site.url, link.path));
    browser.picture("open");
    browser.touch("button");
    browser.until("window.cho40 && cho40.link === 'live' && cho40.source");
    assert_eq!(browser.value("location.pathname"), "/nghe", "the token left the address");
    assert_eq!(browser.value("document.referrer"), "");
    assert_eq!(browser.value("document.cookie"), "", "no script sees who the browser is");
    assert_eq!(shown(&mut browser, "headline"), "CHƯA THẤY TIỀN");
    assert_eq!(shown(&mut browser, "warning"), "Chưa có tiếng");
    browser.picture("silent");
    browser.touch("#sound");
    browser.until("cho40.isOn");
    browser.picture("waiting");
    stall.pay(&site, db, 1, 50_000);
    browser.until("uttered.length === 1");
    let uttered = browser.value("uttered[0]");
    assert_eq!(uttered, json!(["Đã nhận năm mươi ngàn đồng", "vi-VN", 1]));
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
    assert_eq!(shown(&mut browser, "amount"), "50.000 đ");
    assert_eq!(shown(&mut browser, "detail"), "lúc 12:00");
    browser.picture("received");
    stall.pay(&site, db, 2, 9_034);
    browser.until("uttered.length === 2");
    assert_eq!(shown(&mut browser, "headline"), "COI LẠI SỐ TIỀN");
    browser.picture("unusual");
    browser.touch("#repeat");
    browser.until("uttered.length === 3");
    assert_eq!(browser.value("uttered[2][0] === uttered[1][0]"), true);
    browser.touch("summary");
    browser.touch("input[value=north]");
    browser.touch("input[value=slow]");
    browser.touch("#try");
    browser.until("uttered.length === 4");
    assert_eq!(browser.value("uttered[3][0]"), "Đã nhận năm mươi nghìn đồng");
    browser.picture("settings");
    stall.pay(&site, db, 3, 105_000);
    browser.until("uttered.length === 5");
    let north = json!(["Đã nhận một trăm linh năm nghìn đồng", "vi-VN", 0.75]);
    assert_eq!(browser.value("uttered[4]"), north);
    // A page that is opened anew keeps its settings, and tells nothing twice.
    browser.open(&format!("{}/nghe", site.url));
    browser.until("window.cho40 && cho40.link === 'live'");
    browser.touch("#sound");
    stall.pay(&site, db, 4, 21_000);
    browser.until("uttered.length === 1");
    let after = json!(["Đã nhận hai mươi mốt nghìn đồng", "vi-VN", 0.75]);
    assert_eq!(browser.value("uttered[0]"), after);
    // What came lately is in the list again.
    assert!(shown(&mut browser, "list").starts_with("12:00\n21.000 đ\n12:00\n105.000 đ"));
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(a_link_is_scanned_from_its_symbol, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let new = json!({ "occupancy_id": stall.world.id("occupancies"), "kind": "listener",
        "name": "Máy ở sạp", "address": format!("{}/", site.url) });
    let made = site.post("/api/v1/stall-links", &new).json;
    let mut browser = Browser::start();
    browser.value(&format!("document.body.innerHTML = {}", made["svg"]));
    let address = format!("{}{}", site.url, made["path"].as_str().unwrap());
    assert_eq!(browser.codes(), [address.as_str()]);
    browser.open(&address);
    browser.touch("button");
    browser.until("window.cho40 && cho40.link === 'live'");
    for wrong in ["cho.example.vn", "https://cho.example.vn/x", "https://", "javascript:alert(1)"] {
        let mut new = new.clone();
        new["address"] = json!(wrong);
        let refused = site.post("/api/v1/stall-links", &new);
        assert_eq!(refused.problem(422), "address-malformed", "{wrong}");
    }
    let mut plain = new.clone();
    plain.as_object_mut().unwrap().remove("address");
    assert_eq!(site.post("/api/v1/stall-links", &plain).json["svg"], json!(null));
});

on_both!(a_wrong_amount_is_never_called_received, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site.url, &stall.link(&site, "listener", true));
    browser.touch("#sound");
    for (id, paid, headline, picture) in [
        (1, 9_034, "COI LẠI SỐ TIỀN", "thousandfold"),
        (2, 9_000_000, "THIẾU TIỀN", "underpaid"),
        (3, 10_000_000, "DƯ TIỀN", "overpaid"),
    ] {
        let request = json!({ "kind": "sale", "occupancy_id": stall.world.id("occupancies"),
            "amount_vnd": 9_034_000 });
        let request = site.post("/api/v1/requests", &request).json;
        stall.report(&site, id, paid, request["reference"].as_str().unwrap(), db.clock.now());
        browser.until(&format!("uttered.length === {id}"));
        assert_eq!(shown(&mut browser, "headline"), headline);
        assert_eq!(browser.value("document.getElementById('card').className"), "state-wrong");
        let width = browser.value("document.documentElement.scrollWidth");
        assert_eq!(width, 360, "it does not fit: {headline}");
        browser.picture(picture);
    }
});

/// Imported by the command, and served in the program's place.
#[test]
fn peoples_own_recordings_are_imported_and_served() {
    for database in empty_databases() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let url = text_of(&database.url);
        let settings = ["--database-url", &url];
        let run = |args: &[&str]| said(home, &[args, &settings].concat());
        run(&["init"]);
        let own = include_str!("../../assets/voice/north.json");
        let recorded = own.replacen("[200,", "[201,", 1);
        assert_ne!(recorded, own);
        let refuses = |vi: &str, en: &str| {
            tells(home, &[&["voice", "import", "."], &settings[..]].concat(), vi, en);
        };
        refuses("không có south.json", "neither south.json");
        std::fs::write(home.join("south.json"), own).unwrap();
        std::fs::write(home.join("north.json"), &recorded).unwrap();
        refuses("thiếu chữ “ngàn”", "lacks “ngàn”");
        std::fs::remove_file(home.join("south.json")).unwrap();
        assert!(run(&["voice", "import", "."]).contains("north"));
        run(&["voice", "import", "."]);
        let serve = [&["serve", "--listen", "127.0.0.1:0"], &settings[..]].concat();
        let served = Served::start(home, &serve);
        let voice = |region: &str| {
            Ask::at("GET", &format!("{}/voice/{region}.json", served.host)).send().text()
        };
        assert_eq!(voice("north"), recorded);
        assert_eq!(voice("south"), include_str!("../../assets/voice/south.json"));
    }
}

on_both!(the_pages_can_be_installed, |db| {
    let site = Site::of(db);
    let manifest = site.ask("GET", "/manifest.webmanifest").send();
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    assert_eq!(manifest.json["start_url"], "/nghe");
    for icon in manifest.json["icons"].as_array().unwrap() {
        let picture = site.ask("GET", icon["src"].as_str().unwrap()).send();
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
        let pixels: u32 =
            icon["sizes"].as_str().unwrap().split('x').next().unwrap().parse().unwrap();
        assert_eq!(picture.bytes[16..20], pixels.to_be_bytes());
    }
});

on_both!(a_tunnel_and_a_restart_lose_nothing_and_say_nothing_twice, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let tunnel = Tunnel::to(&site.url);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &tunnel.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    stall.pay(&site, db, 1, 10_000);
    browser.until("uttered.length === 1");
    tunnel.cut();
    stall.pay(&site, db, 2, 20_000);
    stall.pay(&site, db, 3, 30_000);
    browser.value("cho40.card = null");
    browser.until("cho40.link === 'cut'");
    assert_eq!(shown(&mut browser, "headline"), "KHÔNG RÕ");
    assert_eq!(shown(&mut browser, "detail"), "Mất mạng.\nXEM ỨNG DỤNG NGÂN HÀNG");
    browser.picture("cut");
    tunnel.mend(&site.url);
    browser.until("uttered.length === 3");
    // The server starts anew.
    drop(site);
    let site = Site::of(db);
    tunnel.cut();
    tunnel.mend(&site.url);
    stall.pay(&site, db, 4, 40_000);
    browser.until("uttered.length === 4 && cho40.link === 'live'");
    let said = [
        "Đã nhận mười ngàn đồng",
        "Đã nhận hai mươi ngàn đồng",
        "Đã nhận ba mươi ngàn đồng",
        "Đã nhận bốn mươi ngàn đồng",
    ];
    assert_eq!(browser.value(SPOKEN), json!(json!(said).to_string()));
});

on_both!(a_dead_source_is_unknown_and_a_muted_phone_is_silent, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site.url, &link);
    browser.touch("#sound");
    let listeners = format!("/api/v1/stall-links/{}/listeners", link.id);
    let phone = site.get(&listeners).json["items"][0]["id"].as_str().unwrap().to_owned();
    let mute = |muted: bool| {
        let path = format!("{listeners}/{phone}");
        site.ask("PATCH", &path).key(&site.key).json(&json!({ "muted": muted })).send();
    };
    db.clock.move_to(db.clock.now().plus_ms(20 * MS_PER_MINUTE));
    mute(true);
    browser.until("cho40.isMuted");
    assert_eq!(shown(&mut browser, "headline"), "KHÔNG RÕ");
    assert_eq!(shown(&mut browser, "detail"), "XEM ỨNG DỤNG NGÂN HÀNG");
    stall.pay(&site, db, 1, 50_000);
    browser.until("cho40.shown.length === 1");
    browser.picture("muted");
    mute(false);
    browser.until("!cho40.isMuted && cho40.source.state === 'not_seen_yet'");
    db.clock.move_to(db.clock.now().plus_ms(20 * MS_PER_MINUTE));
    mute(true);
    mute(false);
    browser.value("cho40.card = null");
    browser.until("!cho40.isMuted && cho40.source.state === 'unknown'");
    assert_eq!(shown(&mut browser, "headline"), "KHÔNG RÕ");
    browser.picture("unknown");
    assert_eq!(browser.value("uttered.length"), 0);
    // And the link is revoked.
    site.ask("DELETE", &format!("/api/v1/stall-links/{}", link.id)).key(&site.key).send();
    browser.until("cho40.link === 'ended'");
    assert!(shown(&mut browser, "warning").starts_with("Máy này không còn được nghe nữa"));
    browser.picture("ended");
    browser.open(&format!("{}/nghe", site.url));
    assert_eq!(shown_heading(&mut browser), "Trang này không mở được");
    browser.picture("closed");
});

fn shown_heading(browser: &mut Browser) -> String {
    browser.value("document.querySelector('h1').innerText").as_str().unwrap().into()
}

on_both!(a_page_is_light_and_comes_over_a_weak_line, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.ask("Network.setCacheDisabled", json!({ "cacheDisabled": true }));
    // 50 kbit/s, 400 ms.
    let weak = json!({ "offline": false, "latency": 400, "downloadThroughput": 6_250,
        "uploadThroughput": 6_250 });
    browser.ask("Network.emulateNetworkConditions", weak);
    let began = Instant::now();
    browser.open(&format!("{}/nghe", site.url));
    browser.until("document.getElementById('headline').innerText");
    let took = began.elapsed();
    assert!(took.as_secs() < 4, "first view after {took:?}");
    browser.until("cho40.link === 'live'");
    let loaded = browser.bytes_loaded();
    assert!(loaded > 3_000.0 && loaded < 15_000.0, "{loaded} bytes");
    // Unpacked too.
    let raw = unpacked(&mut browser);
    assert!(raw > 15_000 && raw < 35_000, "{raw} bytes");
});

/// Bytes of a page with all that it names, as they are when they were unpacked: scripts, looks, icons,
/// and the manifest.
pub fn unpacked(browser: &mut Browser) -> u64 {
    let all = "Promise.all([location.href].concat(Array.from(document.querySelectorAll(
        'link[href],script[src]')).map(e => e.href || e.src)).map(
        u => fetch(u).then(a => a.arrayBuffer()))).then(
        all => all.reduce((sum, one) => sum + one.byteLength, 0))";
    let raw = browser.value(all).as_u64().unwrap();
    println!("unpacked: {raw} bytes");
    raw
}

/// On 50 kbit/s and 400 ms, nothing kept from before: milliseconds to the first view.
#[track_caller]
pub fn first_view(browser: &mut Browser, url: &str) -> u64 {
    browser.ask("Network.setCacheDisabled", json!({ "cacheDisabled": true }));
    let line = |latency: u32, bytes_a_second: i32| {
        json!({ "offline": false, "latency": latency, "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second })
    };
    browser.ask("Network.emulateNetworkConditions", line(400, 6_250));
    browser.open(url);
    browser.until("performance.getEntriesByName('first-contentful-paint').length");
    let seen = browser
        .value("Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)");
    browser.ask("Network.emulateNetworkConditions", line(0, -1));
    seen.as_u64().unwrap()
}

/// What stands on what, as a formula of WCAG 2.2 (1.4.3) has it, and how large what is touched is
/// (2.5.5).
pub const LEGIBLE: &str = "(function () {
    function light(c) {
        var v = c.match(/[0-9.]+/g).slice(0, 3).map(function (x) {
            x /= 255; return x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); });
        return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
    }
    function under(e) {
        for (; e; e = e.parentElement) {
            var c = getComputedStyle(e).backgroundColor;
            if (c !== 'rgba(0, 0, 0, 0)') { return light(c); }
        }
        return 1;
    }
    var bad = [];
    document.querySelectorAll('h1,h2,p,button,label,legend,summary,a,li span,li b').forEach(
        function (e) {
            if (!e.innerText) { return; }
            var a = light(getComputedStyle(e).color), b = under(e);
            var ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) { bad.push(e.id + e.className + ' ' + ratio); }
        });
    document.querySelectorAll('button,label,summary,a').forEach(function (e) {
        var h = e.getBoundingClientRect().height;
        if (h && h < 48) { bad.push(e.tagName + ' is ' + h + ' high'); }
    });
    return bad;
})()";

on_both!(every_state_is_legible_and_every_button_large, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, stall.link(&site, "listener", false).path));
    assert_eq!(browser.value(LEGIBLE), json!([]));
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    stall.pay(&site, db, 1, 999_999_999);
    browser.until("cho40.shown.length === 1");
    browser.value("document.getElementById('settings').open = true");
    for state in ["connecting", "waiting", "unknown", "right", "wrong", "attention"] {
        browser.value(&format!("document.getElementById('card').className = 'state-{state}'"));
        assert_eq!(browser.value(LEGIBLE), json!([]), "{state}");
        assert_eq!(browser.value("document.documentElement.scrollWidth"), 360, "{state}");
    }
    // What a reader of screens is told.
    let told = "document.getElementById('card').getAttribute('aria-live')";
    assert_eq!(browser.value(told), "polite");
    assert_eq!(browser.value("document.documentElement.lang"), "vi");
});

/// What came after ECMAScript 2017 would stop an old phone's browser at the first line.
#[test]
fn scripts_are_for_old_browsers() {
    let all = ["open.js", "listen.js", "owner.js", "payer.js", "phones.js", "pin.js", "book.js"];
    for name in all {
        let path = format!("{}/assets/pages/{name}", env!("CARGO_MANIFEST_DIR"));
        let script = std::fs::read_to_string(path).unwrap();
        for newer in ["?.", "??", "=>", "`", "let ", "const ", "async ", "...", "class ", "catch {"]
        {
            assert!(!script.contains(newer), "{name}: {newer}");
        }
    }
}
