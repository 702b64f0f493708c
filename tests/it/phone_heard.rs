//! What is heard and felt when money comes: voices, recorded words, tones, a shake, and how soon.

use cho40::primitives::Clock;
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_pages::{VOICE, open, shown};
use crate::phone_stall::Stall;
use crate::support::on_both;
use crate::web_support::Site;

/// In place of an end: the voice's data was never loaded onto the phone.
const FAILS: &str = "if (u.onerror) { u.onerror({ error: 'synthesis-failed' }); }";

on_both!(without_a_voice_it_chimes_and_a_receipt_does_not_stay_green, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    // A minute passes in a second.
    browser.before_each_page(
        "var wait = window.setTimeout;
         window.setTimeout = function (f, ms) { return wait(f, ms === 60000 ? 1000 : ms); };
         AudioContext.prototype.decodeAudioData = function (sound, can, cannot) { cannot(); };",
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("document.getElementById('warning').innerText.indexOf('giọng đọc') > 0");
    browser.picture("no-voice");
    stall.pay(&site, db, 1, 50_000);
    browser.until("cho40.spoken.length === 1");
    assert_eq!(browser.value("cho40.spoken[0].by"), "chime");
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
    browser.until("document.getElementById('headline').innerText === 'CHƯA THẤY TIỀN'");
    assert_eq!(shown(&mut browser, "list"), "12:00\n50.000 đ");
    browser.picture("afterwards");
});

on_both!(without_a_voice_clips_of_words_are_joined, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(
        "window.clips = [];
         var start = AudioBufferSourceNode.prototype.start;
         AudioBufferSourceNode.prototype.start = function (at, from, length) {
             clips.push([at, from, length, this.buffer.duration]);
             return start.apply(this, arguments);
         };",
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    // Also the first, which came before the touch that loads them.
    stall.pay(&site, db, 1, 105_000);
    browser.until("cho40.shown.length === 1");
    browser.touch("#sound");
    browser.until("cho40.spoken.length === 1");
    assert_eq!(browser.value("cho40.spoken[0].by"), "clips");
    // đã nhận · một · trăm · lẻ · năm · ngàn · đồng, one after the other, inside of the file.
    let are_in_order = "clips.every(function (c, i) {
        return c[1] + c[2] < c[3] &&
            (!i || Math.abs(c[0] - clips[i - 1][0] - clips[i - 1][2]) < 0.001);
    })";
    let joined = browser.value("JSON.stringify(clips)");
    assert_eq!(browser.value("clips.length"), 7, "{joined}");
    assert_eq!(browser.value(are_in_order), true, "{joined}");
});

on_both!(training_speaks_at_its_first_touch_and_the_tone_waits_for_no_word, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.value("document.querySelector('details').open = true");
    browser.touch("#practise");
    browser.until("cho40.spoken.length === 1");
    assert_eq!(browser.value("cho40.spoken[0].by"), "clips");

    // The words are on their way.
    let mut browser = Browser::start();
    browser.before_each_page(
        "window.shaken = 0; navigator.vibrate = function () { shaken += 1; return true; };
         var decode = AudioContext.prototype.decodeAudioData;
         AudioContext.prototype.decodeAudioData = function (sound, can, cannot) {
             var audio = this;
             window.arrive = function () { decode.call(audio, sound, can, cannot); };
         };",
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("window.arrive");
    assert_eq!(shown(&mut browser, "warning"), "Đang tải giọng đọc…");
    browser.picture("loading");
    stall.pay(&site, db, 1, 50_000);
    browser.until("shaken === 1");
    assert_eq!(browser.value("cho40.spoken.length"), 0);
    browser.value("arrive()");
    browser.until("cho40.spoken.length === 1");
    assert_eq!(browser.value("cho40.spoken[0].by"), "clips");
    assert_eq!(browser.value("document.getElementById('warning').hidden"), true);
});

on_both!(a_voice_that_is_listed_and_not_there_gives_way_to_clips, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(&VOICE.replace("if (u.onend) { u.onend(); }", FAILS));
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    stall.pay(&site, db, 1, 1_234_567);
    browser.until("cho40.spoken.some(one => one.by === 'clips')");
    stall.pay(&site, db, 2, 50_000);
    browser.until("cho40.spoken.length === 3");
    let said = browser.value("JSON.stringify(cho40.spoken.map(one => [one.by, one.text]))");
    let odd =
        "Coi lại số tiền. Đã nhận một triệu hai trăm ba mươi bốn ngàn năm trăm sáu mươi bảy đồng";
    let expected = [["voice", odd], ["clips", odd], ["clips", "Đã nhận năm mươi ngàn đồng"]];
    assert_eq!(said, json!(expected).to_string());
});

on_both!(a_voice_that_never_begins_gives_way_to_clips, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    let silent = VOICE.replace("if (u.onend) { u.onend(); }", "");
    browser.before_each_page(
        &silent.replace("speak: function", "cancel: function () {}, speak: function"),
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    stall.pay(&site, db, 1, 50_000);
    browser.until("cho40.spoken.length === 2");
    let by = browser.value("JSON.stringify(cho40.spoken.map(one => one.by))");
    assert_eq!(by, json!(["voice", "clips"]).to_string());
});

on_both!(it_shakes_stays_awake_and_warns_after_it_was_covered, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.before_each_page(
        "window.shaken = []; window.awake = 0; window.passed = 0; window.covered = false;
         navigator.vibrate = function (how) { shaken.push(how); return true; };
         Object.defineProperty(navigator, 'wakeLock', { value: { request: function () {
             awake += 1;
             return Promise.resolve({ addEventListener: function () {} }); } } });
         Object.defineProperty(document, 'hidden', { get: function () { return covered; } });
         var now = Date.now;
         Date.now = function () { return now() + passed; };",
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    assert_eq!(browser.value("awake"), 0);
    browser.touch("#sound");
    browser.until("cho40.isOn && awake === 1");
    stall.pay(&site, db, 1, 50_000);
    stall.pay(&site, db, 2, 9_034);
    browser.until("uttered.length === 2");
    assert_eq!(browser.value("shaken"), json!([[250], [100, 80, 100]]));
    let cover = |is_covered: bool| {
        format!("covered = {is_covered}; document.dispatchEvent(new Event('visibilitychange'))")
    };
    browser.value(&cover(true));
    browser.value("passed = 31000");
    browser.value(&cover(false));
    assert!(shown(&mut browser, "warning").starts_with("Trang vừa bị che"));
    browser.picture("covered");
    // A phone that says nothing of it is one that cannot: the chime is its other way.
    browser.value("document.getElementById('settings').open = true");
    browser.touch("input[value=chime]");
    stall.pay(&site, db, 3, 60_000);
    browser.until("cho40.spoken.length === 3");
    assert_eq!(browser.value("cho40.spoken[2].by"), "chime");
});

// Webhook sent to the sound's start, in milliseconds: of several the best, because the machine has
// other tests to do. `scripts/bench` measures without them how soon the page is told.
on_both!(a_sound_begins_soon_after_the_webhook, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.before_each_page(
        "window.sounded = [];
         var start = OscillatorNode.prototype.start;
         OscillatorNode.prototype.start = function () {
             sounded.push(Date.now());
             return start.apply(this, arguments);
         };",
    );
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn && sounded.length");
    let times = (1..=6).map(|id| {
        browser.value("sounded = []");
        let sent = Clock::system().now().0 as u64;
        stall.pay(&site, db, id, 50_000);
        browser.until(&format!("uttered.length === {id}"));
        browser.value("sounded[0]").as_u64().unwrap() - sent
    });
    let times: Vec<_> = times.collect();
    println!("webhook to the sound's start, ms: {times:?}");
    assert!(times.iter().any(|took| *took <= 300), "{times:?}");
});
