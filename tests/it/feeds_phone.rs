//! Phones' notices: bodies of the forwarders, templates, what is never read.

#![cfg(test)]

use std::time::{Duration, Instant};

use cho40::feeds::phone::{
    Field, Fit, Mark, Notice, Number, Pattern, Read, Reading, Sent, Sort, Template, app_key,
    examples, fit, is_worth_marking, normalised, read, read_notice, sort,
};
use cho40::feeds::{Decoded, Direction, Headers, Precision, RefusedBecause};
use cho40::primitives::{UnixMs, Vnd};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds_support as support;

const PATTERN: &str = "TK {account} {sign}{amount}VND luc {time}. SD {balance}VND. Ref {memo}";
const TEXT: &str =
    "TK 0123456789 +50,000VND luc 10/09/2026 19:27. SD 1,250,000VND. Ref CJW012346A tra tien";

fn posted_at() -> UnixMs {
    UnixMs::from_rfc3339("2026-09-10T19:27:31+07:00").unwrap()
}

fn template(pattern: &str) -> Template {
    Template {
        id: "t".into(),
        app: app_key("Vietcombank"),
        bin: "970436".into(),
        direction: None,
        pattern: Pattern::parse("pattern", pattern).unwrap(),
    }
}

fn notice(text: &str) -> Notice {
    let (app, title, text) = ("vietcombank".into(), String::new(), normalised(text));
    Notice { app, title, text, posted_at: posted_at(), told_at: posted_at() }
}

fn transfer_of(pattern: &str, text: &str) -> Option<Reading> {
    match read(&[template(pattern)], &notice(text)) {
        Read::Transfer(reading) => Some(*reading),
        _ => None,
    }
}

#[test]
fn every_example_reads_its_own_notice() {
    let written = include_str!("../../assets/phone/templates.json");
    let written: Value = serde_json::from_str(written).unwrap();
    assert_eq!(examples::all().count(), written["examples"].as_array().unwrap().len());
    for example in examples::all() {
        let name = &example.written.name;
        assert!(cho40::vietqr::banks::by_bin(&example.written.bin).is_some(), "{name}");
        let (app, text) = (example.written.app.clone(), normalised(&example.text));
        let notice = Notice {
            app,
            title: String::new(),
            text,
            posted_at: posted_at(),
            told_at: posted_at(),
        };
        let Read::Transfer(reading) = read(examples::templates(), &notice) else {
            panic!("{name} does not read its notice");
        };
        assert_eq!(reading.amount, Vnd::new(50_000), "{name}");
        assert_eq!(reading.direction, Direction::In, "{name}");
        assert!(reading.memo.contains("CJW012346A tra tien"), "{name}: {}", reading.memo);
        assert_eq!(reading.occurred_at.day(0), posted_at().day(0), "{name}");
        assert!(!reading.text.contains("1,250,000") && !reading.text.contains("1.250.000"));
        assert_eq!(sort(&notice.text), Sort::MoneyIn, "{name}");
        let out = notice.text.replacen('+', "-", 1);
        if name != "momo-app" {
            assert_eq!(sort(&out), Sort::MoneyOut, "{name}");
        }
    }
}

#[test]
fn bodies_of_the_forwarders_are_read() {
    let received_at = posted_at().plus_ms(2_000);
    let read = |body: &str| match read_notice(body.as_bytes(), received_at).unwrap() {
        Sent::Notice(notice) => (notice.app, notice.title, notice.text, notice.posted_at),
        Sent::Timeless(..) | Sent::Ping => panic!("{body} is a notice"),
    };
    let said = |title: &str, at: UnixMs| {
        ("Vietcombank".to_owned(), title.to_owned(), "TK 1 +50.000đ & x".to_owned(), at)
    };
    let second = UnixMs(posted_at().get() / 1_000 * 1_000);
    let gateway = r#"{"from":"Vietcombank","text":"TK 1 +50.000\u0111 & x",
        "sentStamp":1789043251000,"receivedStamp":1789043259000,"sim":"sim1"}"#;
    assert_eq!(read(gateway), said("", second));
    let form = "from=Vietcombank&content=x&org_content=TK+1+%2B50.000%C4%91%20%26+x&\
                title=Bi%E1%BA%BFn+%C4%91%E1%BB%99ng&receive_time=2026-09-10+19%3A27%3A31&\
                timestamp=1789043259123&device_mark=may%201";
    assert_eq!(read(form), said("Biến động", second));
    let smaller = "from=Vietcombank&content=TK+1+%2B50.000%C4%91+%26+x&timestamp=1789043251000";
    assert_eq!(read(smaller), said("", second));
    let ours = json!({ "device": "x", "sender": "Vietcombank", "text": " TK 1\n +50.000đ & x ",
        "posted_at": "2026-09-10T19:27:31+07:00", "read": { "amount_vnd": 1 }, "extra": [1] });
    assert_eq!(read(&ours.to_string()), said("", second));
    // A phone whose clock is ahead: nothing is posted before it arrives.
    let ahead = json!({ "app": "Vietcombank", "text": "TK 1 +50.000đ & x",
        "posted_at": 1_789_046_851 });
    assert_eq!(read(&ahead.to_string()), said("", received_at));
    // A time that the phone does not know is sent as 0.
    let unknown = r#"{"from":"Vietcombank","text":"TK 1 +50.000\u0111 & x",
        "sentStamp":"0","receivedStamp":1789043251000}"#;
    assert_eq!(read(unknown), said("", second));
    for ping in [r#"{"text":" Ping "}"#, "content=ping&from=x"] {
        assert_eq!(read_notice(ping.as_bytes(), received_at), Ok(Sent::Ping), "{ping}");
    }
    for (body, error) in [
        ("", "body: not-json"),
        ("{", "body: not-json"),
        ("text", "body: not-json"),
        ("a=1&a=2", "body: duplicate-field"),
        ("text=%ff&app=a", "body: forbidden-character"),
        ("app=a", "text: missing"),
        ("text=a", "app: missing"),
        ("text=a%00&app=b", "text: forbidden-character"),
        (r#"{"text":["a"],"app":"b"}"#, "text: missing"),
    ] {
        let error_of = read_notice(body.as_bytes(), received_at).unwrap_err();
        assert_eq!(error_of.to_string(), error, "{body}");
    }
    for (body, error) in [
        ("text=a&app=b", "posted_at: missing"),
        ("text=a&app=b&posted_at=12", "posted_at: not-a-time"),
    ] {
        let Ok(Sent::Timeless(notice, because)) = read_notice(body.as_bytes(), received_at) else {
            panic!("{body} tells no time");
        };
        assert_eq!((because.to_string().as_str(), notice.posted_at), (error, received_at));
    }
    let cut = br#"{"text":"50.000d \ud83d","app":"b","posted_at":1789043251}"#;
    let Ok(Sent::Notice(cut)) = read_notice(cut, received_at) else { panic!("it can be read") };
    assert_eq!(cut.text, "50.000d \u{FFFD}".to_owned() + "\u{FFFD}\u{FFFD}");
    let long = format!("app=a&posted_at=1789043251&text={}", "a".repeat(2_001));
    let error = read_notice(long.as_bytes(), received_at).unwrap_err();
    assert_eq!(error.to_string(), "text: too-long");
}

#[test]
fn a_notice_is_read_whole_or_not_at_all() {
    let reading = transfer_of(PATTERN, TEXT).unwrap();
    assert_eq!((reading.direction, reading.amount), (Direction::In, Vnd::new(50_000)));
    assert_eq!(reading.balance, Some(Vnd::new(1_250_000)));
    assert_eq!(reading.memo, "CJW012346A tra tien");
    assert_eq!(reading.precision, Precision::Minute);
    assert_eq!(reading.text, TEXT.replace("1,250,000", "#,###,###"));
    for text in [
        TEXT.replace("TK ", "tk "),
        TEXT.replace("50,000", "50,00"),
        TEXT.replace("50,000", "50,000.50"),
        TEXT.replace("+50,000", "50,000"),
        TEXT.replace("10/09/2026", "40/09/2026"),
        TEXT.replace("+50,000VND", "+50,000USD"),
        TEXT.replace(". Ref CJW012346A tra tien", ""),
        format!("Moi: {TEXT}"),
    ] {
        assert_eq!(transfer_of(PATTERN, &text), None, "{text}");
    }
}

#[test]
fn a_payer_cannot_write_a_second_amount() {
    let pattern = "TK {account}. ND: {memo}. GD {sign}{amount}VND";
    let text = "TK 0123456789. ND: a. GD +50,000VND";
    assert_eq!(transfer_of(pattern, text).unwrap().amount, Vnd::new(50_000));
    // The same form again in the memo: which of them is the bank's?
    let forged = "TK 0123456789. ND: a. GD +9,000,000VND. ND: b. GD +50,000VND";
    assert_eq!(transfer_of(pattern, forged).unwrap().amount, Vnd::new(50_000));
    let pattern = "TK {account}. ND: {memo}. GD {sign}{amount}VND{ignored}";
    assert_eq!(transfer_of(pattern, &format!("{forged}.")), None);
    let fits = fit(&Pattern::parse("pattern", pattern).unwrap(), &format!("{forged}."));
    assert_eq!(fits, Fit::Several);
    // It waits for a person whatever its words say, unless they speak of a password.
    let waits =
        |text: &str| is_worth_marking(&read(&[template(pattern)], &notice(text)), &notice(text));
    assert!(waits(&format!("{forged}.")));
    assert!(waits("TK 0123456789. ND: a. GD -9,000,000VND. ND: b. GD -50,000VND."));
    assert!(!waits(&format!("{forged}. sotp")));
    // Two templates that contradict each other read nothing.
    let (plain, wrong) = (template(PATTERN), template(&PATTERN.replace("{sign}", "+{ignored} x")));
    assert!(matches!(read(&[plain.clone(), wrong], &notice(TEXT)), Read::Transfer(_)));
    let swapped = Template {
        direction: Some(Direction::In),
        ..template("TK {account} +{balance}VND luc {time}. SD {amount}VND. Ref {memo}")
    };
    assert_eq!(read(&[plain, swapped], &notice(TEXT)), Read::Unclear);
}

#[test]
fn one_time_passwords_are_never_read() {
    let loose = "{ignored} GD TK {account} {sign}{amount}VND {memo}";
    let otp = "Ma OTP 482913 cho GD TK 0123456789 -50,000VND tai SHOP";
    assert_eq!(read(&[template(loose)], &notice(otp)), Read::Secret);
    assert_eq!(sort(&normalised(otp)), Sort::Secret);
    // The payer's own words do not lose the money, and no code is kept of them.
    let memo = TEXT.replace("tra tien", "ma otp 482913");
    let reading = transfer_of(PATTERN, &memo).unwrap();
    assert_eq!(reading.memo, "CJW012346A ma otp ######");
    assert!(!reading.text.contains("482913"));
    let config = support::phone();
    let body = json!({ "app": "x", "text": otp, "posted_at": 1_789_043_251 });
    let decoded = support::decode(&config, &body).unwrap();
    assert_eq!(decoded, Decoded::NotATransfer("phone-no-transfer"));
}

#[test]
fn equal_notices_are_told_apart_by_what_they_tell() {
    let later = |text: &str, pattern: &str, ms: i64| {
        let mut again = notice(text);
        again.posted_at = again.posted_at.plus_ms(ms);
        match read(&[template(pattern)], &again) {
            Read::Transfer(reading) => reading.id(&reading.words(7, None), again.posted_at),
            other => panic!("{other:?}"),
        }
    };
    let day = 24 * 60 * 60 * 1_000;
    // Balance, date and time: the words are the transfer, however often the phone shows them.
    assert_eq!(later(TEXT, PATTERN, 0), later(TEXT, PATTERN, 5_000));
    assert_eq!(later(TEXT, PATTERN, 0), "0000000000000007/970436/in/");
    // A balance without a time: the same on one day, another on the next.
    let (pattern, text) =
        ("TK {account} {sign}{amount}VND. SD {balance}VND", "TK 123 +50,000VND. SD 1,000VND");
    assert_eq!(later(text, pattern, 0), later(text, pattern, 60_000));
    assert_ne!(later(text, pattern, 0), later(text, pattern, day));
    // Neither: the phone's own time decides. A repetition keeps it.
    let (pattern, text) =
        ("TK {account} {sign}{amount}VND luc {time}", "TK 123 +50,000VND luc 19:27");
    assert_eq!(later(text, pattern, 0), later(text, pattern, 0));
    assert_ne!(later(text, pattern, 0), later(text, pattern, 1_000));
    // The second is as good as a balance.
    let text = "TK 123 +50,000VND luc 10/09/2026 19:27:05";
    assert_eq!(later(text, pattern, 0), later(text, pattern, 1_000));
}

#[test]
fn an_account_is_found_by_what_is_shown_of_it() {
    let numbers = [("970436", "0123456789"), ("970436", "0123400789"), ("970422", "0999956789")];
    let mut account = 0;
    let numbers = numbers.map(|(bin, number)| {
        account += 1;
        Number { bin: bin.into(), number: number.into(), account }
    });
    let found = |shown: &str| {
        let reading = transfer_of(PATTERN, &TEXT.replace("0123456789", shown)).unwrap();
        reading.number(&numbers).map(str::to_owned)
    };
    assert_eq!(found("0123456789").as_deref(), Some("0123456789"));
    assert_eq!(found("***6789").as_deref(), Some("0123456789"));
    assert_eq!(found("01***6789").as_deref(), Some("0123456789"));
    assert_eq!(found("6789").as_deref(), Some("0123456789"));
    assert_eq!(found("***789"), None, "two can be meant");
    assert_eq!(found("***780"), None);
    assert_eq!(
        found("0777777777").as_deref(),
        Some("0777777777"),
        "a whole number stands for itself"
    );
    assert_eq!(found("77777"), None);
    let no_account = transfer_of("Nhan duoc {sign}{amount}VND", "Nhan duoc +50,000VND").unwrap();
    assert_eq!(no_account.number(&numbers), None);
    assert_eq!(no_account.number(&numbers[1..]), Some("0123400789"));
}

#[test]
fn marks_make_the_pattern_that_reads_the_notice() {
    let mark = |field, value| Mark { field, value, occurrence: None };
    let marks = [
        mark("account", "0123456789"),
        mark("sign", "+"),
        mark("amount", "50,000"),
        mark("time", "10/09/2026 19:27"),
        mark("balance", "1,250,000"),
        mark("memo", "CJW012346A tra tien"),
    ];
    let pattern = Pattern::of_marks(TEXT, &marks).unwrap();
    assert_eq!(pattern.to_string(), PATTERN);
    assert_eq!(Pattern::parse("pattern", PATTERN).unwrap(), pattern);
    assert!(pattern.has(Field::Memo) && !pattern.has(Field::Ignored));
    let refused = |text: &str, marks: &[Mark<'_>]| Pattern::of_marks(text, marks).unwrap_err().code;
    assert_eq!(refused(TEXT, &marks[..2]), "template-needs-amount");
    assert_eq!(refused(TEXT, &marks[..5]), "template-number-unmarked");
    assert_eq!(refused(TEXT, &[mark("amount", "51,000")]), "template-mark-missing");
    assert_eq!(refused(TEXT, &[mark("amount", "VND")]), "template-mark-several");
    assert_eq!(refused(TEXT, &[mark("sum", "50,000")]), "template-field-unknown");
    let overlapping = [mark("amount", "50,000"), mark("ignored", "+50,000VND")];
    assert_eq!(refused(TEXT, &overlapping), "template-marks-overlap");
    let second = Mark { occurrence: Some(2), ..mark("amount", "5.000") };
    let twice = Pattern::of_marks("Tang ban +5.000 va 5.000 dong", std::slice::from_ref(&second))
        .unwrap_err();
    assert_eq!(twice.code, "template-number-unmarked");
    for (pattern, code) in [
        ("{amount}", "template-too-loose"),
        ("Tai khoan {amount}{memo}", "template-fields-touch"),
        ("Tai khoan {amount} {amount}", "template-field-twice"),
        ("Tai khoan {amount", "template-brace"),
        ("Tai khoan amount}", "template-brace"),
        ("Tai khoan {sum}", "template-field-unknown"),
        ("Tai khoan 1{amount}", "template-number-unmarked"),
        ("Goi 19001234 {amount}", "template-number-unmarked"),
        ("Tai khoan {amount} SD #,###,###", "template-number-unmarked"),
    ] {
        assert_eq!(Pattern::parse("pattern", pattern).unwrap_err().code, code, "{pattern}");
    }
}

#[test]
fn a_secret_stands_in_a_header_and_nowhere_else() {
    let config = support::phone();
    let secrets = [support::secret(&config, support::SEPAY_SECRET)];
    let verify = |headers: &[(&str, &str)]| {
        let headers: Headers = headers.iter().copied().collect();
        support::verify(&config, &secrets, &headers, b"{}", posted_at())
    };
    let bearer = format!("Bearer {}", support::SEPAY_SECRET);
    assert_eq!(verify(&[("authorization", &bearer)]), Ok(()));
    assert_eq!(verify(&[("x-device-secret", support::SEPAY_SECRET)]), Ok(()));
    for (headers, because) in [
        (vec![], RefusedBecause::MissingApiKey),
        (vec![("authorization", "Basic x")], RefusedBecause::MalformedAuthorization),
        (vec![("authorization", "Bearer x")], RefusedBecause::WrongApiKey),
        (vec![("x-device-secret", "x"), ("authorization", &bearer)], RefusedBecause::WrongApiKey),
    ] {
        assert_eq!(verify(&headers), Err(because));
    }
}

#[test]
fn long_texts_cost_no_more_than_their_length() {
    let began = Instant::now();
    for text in [
        "1".repeat(100_000),
        "1,".repeat(50_000),
        "TK {account} +1,000VND ".repeat(5_000),
        "((((+ ".repeat(20_000),
        "so du 1.000d ".repeat(8_000),
        "ẫ".repeat(40_000),
    ] {
        let text = normalised(&text);
        let _ = sort(&text);
        for template in examples::templates() {
            assert_eq!(fit(&template.pattern, &text), Fit::No);
        }
    }
    let pattern = Pattern::parse(
        "pattern",
        "{ignored} a{ignored} a{ignored} a{ignored} a{ignored} abcdef{amount}",
    );
    assert_eq!(fit(&pattern.unwrap(), &" a".repeat(1_000)), Fit::No);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,300}", title in "\\PC{0,40}") {
        let (text, title) = (normalised(&text), normalised(&title));
        prop_assert_eq!(&normalised(&text), &text);
        let _ = sort(&text);
        for example in examples::all() {
            let app = example.written.app.clone();
            let (title, text) = (title.clone(), text.clone());
            let notice = Notice { app, title, text, posted_at: posted_at(), told_at: posted_at() };
            prop_assert_eq!(read(examples::templates(), &notice), Read::Unknown);
        }
    }

    /// Whatever the payer writes, the sum is the bank's or nothing is read.
    #[test]
    fn a_memo_never_changes_the_amount(memo in "[ -z]{1,60}", place in 0_usize..19) {
        let example = examples::all().nth(place).unwrap();
        let text = normalised(&example.text.replace("CJW012346A tra tien rau", &memo));
        let app = example.written.app.clone();
        let notice = Notice { app, title: String::new(), text, posted_at: posted_at(), told_at: posted_at() };
        if let Read::Transfer(reading) = read(examples::templates(), &notice) {
            prop_assert_eq!(reading.amount, Vnd::new(50_000));
            prop_assert_eq!(reading.direction, Direction::In);
        }
    }

    #[test]
    fn any_pattern_is_accepted_or_refused(pattern in "[a-zđ {}]{0,60}", text in "\\PC{0,60}") {
        if let Ok(pattern) = Pattern::parse("pattern", &pattern) {
            let again = Pattern::parse("pattern", &pattern.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&pattern));
            let _ = fit(&pattern, &text);
        }
        let marks = [Mark { field: "amount", value: &text, occurrence: Some(1) }];
        let _ = Pattern::of_marks(&pattern, &marks);
    }
}
