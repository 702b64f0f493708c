//! Signing in: invitations, passwords, sessions, the second step, and what strangers cannot do.

use cho40::access::SecretKey;
use cho40::access::totp::TotpSecret;
use cho40::access::users::sign_in;
use cho40::primitives::UnixMs;
use cho40::primitives::ids::UserId;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use serde_json::json;

use crate::desk_support::{PASSWORD, Visitor, accept, invite, join};
use crate::persons::dump;
use crate::phone_stall::{Phone, Stall};
use crate::support::{NOW, on_both};
use crate::web_identities::PIN;
use crate::web_support::{Answer, Site};

/// Where an answer leads.
fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location")
}

on_both!(an_invitation_makes_a_user_once, |db| {
    let site = Site::of(db);
    let path = invite(&site, &site.key, "owner", &[]);
    for _ in 0..2 {
        let looked = Visitor::new(&site).get(&path);
        assert_eq!(looked.status, 200, "looking uses nothing up");
        assert!(looked.text().contains("Quản trị"), "{}", looked.text());
    }
    assert_eq!(to(&accept(&site, &path, "0912 345 678", PASSWORD)), "/ql/vao");
    let again = accept(&site, &path, "khac", PASSWORD);
    assert_eq!(again.status, 409);
    assert!(again.text().contains("Lời mời này"), "{}", again.text());
    let mut visitor = Visitor::new(&site);
    assert_eq!(to(&visitor.sign_in("0912345678", PASSWORD)), "/ql");
    assert_eq!(visitor.get("/ql").status, 200);
    let other = invite(&site, &site.other_key, "owner", &[]);
    let taken = accept(&site, &other, "0912345678", PASSWORD);
    assert_eq!(taken.status, 409, "logins are unique on the server");
    assert!(taken.text().contains("đã có người dùng"), "{}", taken.text());
    // What was refused used nothing up.
    assert_eq!(to(&accept(&site, &other, "0912345679", PASSWORD)), "/ql/vao");
});

on_both!(an_invitation_ends_by_time_and_by_hand, |db| {
    let site = Site::of(db);
    let (path, late) =
        (invite(&site, &site.key, "official", &[]), invite(&site, &site.key, "official", &[]));
    let listed = site.get("/api/v1/invitations");
    let id = listed.json["items"][1]["id"].as_str().unwrap();
    let revoked = site.post(&format!("/api/v1/invitations/{id}/revoke"), &json!({}));
    assert!(revoked.json["revoked_at"].is_string());
    assert_eq!(accept(&site, &path, "a", PASSWORD).status, 409);
    db.clock.move_to(NOW.plus_ms(72 * MS_PER_HOUR));
    assert_eq!(Visitor::new(&site).get(&late).status, 409);
    assert_eq!(accept(&site, &late, "a", PASSWORD).status, 409);
    assert_eq!(site.get("/api/v1/users").json["items"], json!([]));
});

on_both!(weak_passwords_are_refused_at_their_field, |db| {
    let site = Site::of(db);
    let path = invite(&site, &site.key, "owner", &[]);
    for (password, said) in [
        ("ngắn", "từ 10 đến 128"),
        ("1234567890", "bị thử trước hết"),
        ("chị Lụa bán cá", "chứa tên đăng nhập"),
    ] {
        let refused = accept(&site, &path, "Chị Lụa", password);
        assert_eq!(refused.status, 422, "{password}");
        assert!(refused.text().contains(said), "{password}: {}", refused.text());
        assert!(!refused.text().contains(password), "a password is not shown again");
    }
    let fields =
        [("name", "a"), ("login", "a"), ("password", PASSWORD), ("again", "khác hẳn nhau")];
    let differ = Visitor::new(&site).post(&path, &fields);
    assert!(differ.text().contains("không giống nhau"), "{}", differ.text());
});

on_both!(unknown_logins_and_wrong_passwords_get_one_answer, |db| {
    let site = Site::of(db);
    join(&site, &site.key, "chi-lua", "owner", &[]);
    join(&site, &site.key, "anh-tu", "owner", &[]);
    let users = site.get("/api/v1/users").json;
    let tu =
        users["items"].as_array().unwrap().iter().find(|user| user["login"] == "anh-tu").unwrap();
    let path = format!("/api/v1/users/{}/disable", tu["id"].as_str().unwrap());
    assert_eq!(site.post(&path, &json!({})).status, 200);
    let tried = |login: &str, password: &str| {
        let answer = Visitor::new(&site).sign_in(login, password);
        assert_eq!(answer.status, 409, "{login}");
        answer.text().replace(login, "…")
    };
    let wrong = tried("chi-lua", "sai mật khẩu rồi");
    assert_eq!(wrong, tried("khong-co", "sai mật khẩu rồi"));
    assert_eq!(wrong, tried("anh-tu", PASSWORD), "a disabled user's right password");
});

on_both!(who_tries_a_login_keeps_its_user_out_of_no_known_browser, |db| {
    let site = Site::of(db);
    join(&site, &site.key, "lua", "owner", &[]);
    let mut known = Visitor::new(&site);
    assert_eq!(to(&known.sign_in("lua", PASSWORD)), "/ql");
    let tries = (0..12).map(|_| Visitor::new(&site).sign_in("lua", "sai mật khẩu").status);
    let tries: Vec<_> = tries.collect();
    assert_eq!(tries[..9], [409; 9], "one of ten was the right one");
    assert_eq!(tries[10..], [429; 2]);
    assert_eq!(Visitor::new(&site).sign_in("lua", PASSWORD).status, 429, "also with the right one");
    let signed_out = known.post("/ql/ra", &[]);
    assert_eq!(to(&signed_out), "/ql/vao");
    assert_eq!(to(&known.sign_in("lua", PASSWORD)), "/ql");
});

#[test]
fn the_mark_of_a_known_browser_is_its_users_alone_and_not_made_up() {
    let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let (lua, tu) = (UserId(7), UserId(8));
    let mark = sign_in::known_browser(&key, lua).unwrap();
    assert!(mark.len() <= 100, "a cookie that is read");
    let known = |key: &SecretKey, mark: &str, user| sign_in::known_by(key, mark, user).unwrap();
    assert!(known(&key, &mark, Some(lua)).is_some());
    assert_eq!(known(&key, &mark, Some(tu)), None);
    assert_eq!(known(&key, &mark, None), None);
    assert_eq!(known(&other, &mark, Some(lua)), None);
    let of_tu = mark.replace(&lua.to_string(), &tu.to_string());
    let (user, rest) = mark.split_once('.').unwrap();
    let longer = format!("{user}.0{rest}");
    for forged in [of_tu.as_str(), &longer, "", "a.b.c", "usr_0000000000007.1."] {
        assert_eq!(known(&key, forged, Some(tu)), None, "{forged}");
        assert_eq!(known(&key, forged, Some(lua)), None, "{forged}");
    }
}

on_both!(only_our_own_pages_send_forms, |db| {
    let site = Site::of(db);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    let jar = owner.cookies.iter().map(|(name, value)| format!("{name}={value}; "));
    let jar: String = jar.collect();
    for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        let ask = site.ask("POST", "/ql/ra").header("cookie", &jar).header(name, value);
        assert_eq!(ask.send().status, 403, "{name}");
    }
    assert_eq!(owner.get("/ql").status, 200, "still signed in");
    let secure = Visitor::with_role(&site, "organiser", &[]);
    let set = site
        .ask("POST", "/ql/vao")
        .header("origin", &site.url)
        .header("x-forwarded-proto", "https")
        .header("content-type", "application/x-www-form-urlencoded")
        .raw(
            crate::desk_support::form(&[("login", "organiser0"), ("password", PASSWORD)])
                .as_bytes(),
        )
        .send();
    let cookies: Vec<_> =
        set.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let session = cookies.iter().find(|set| set.starts_with("__Host-cho40-desk=")).unwrap();
    for mark in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/;"] {
        assert!(session.contains(mark), "{session}");
    }
    drop(secure);
});

on_both!(sessions_end_by_themselves_and_by_hand, |db| {
    let site = Site::of(db);
    join(&site, &site.key, "lua", "owner", &[]);
    let (mut desk, mut phone) = (Visitor::new(&site), Visitor::new(&site));
    desk.sign_in("lua", PASSWORD);
    phone.sign_in("lua", PASSWORD);
    let open = |visitor: &mut Visitor<'_>| visitor.get("/ql").status == 200;
    assert!(open(&mut desk) && open(&mut phone));
    // The phone's session is the other one of two.
    let page = desk.get("/ql/toi").text();
    let end = page.split("/ql/toi/may/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(to(&desk.post(&format!("/ql/toi/may/{end}"), &[])), "/ql/toi");
    assert!(open(&mut desk) && !open(&mut phone));
    assert_eq!(to(&phone.get("/ql/toi")), "/ql/vao");
    // Idle for twelve hours; used in between it goes on, but not beyond fourteen days.
    let mut now = NOW;
    let wait = |now: &mut UnixMs, ms: i64| {
        *now = now.plus_ms(ms);
        db.clock.move_to(*now);
    };
    wait(&mut now, 11 * MS_PER_HOUR);
    assert!(open(&mut desk));
    wait(&mut now, 11 * MS_PER_HOUR);
    assert!(open(&mut desk));
    wait(&mut now, 12 * MS_PER_HOUR);
    assert!(!open(&mut desk));
    desk.sign_in("lua", PASSWORD);
    for _ in 0..27 {
        wait(&mut now, MS_PER_DAY / 2 - 1);
        assert!(open(&mut desk));
    }
    wait(&mut now, MS_PER_DAY / 2 - 1);
    assert!(open(&mut desk));
    wait(&mut now, 28);
    assert!(!open(&mut desk), "used a moment ago, and fourteen days old");
});

on_both!(a_new_password_ends_the_other_sessions, |db| {
    let site = Site::of(db);
    join(&site, &site.key, "lua", "owner", &[]);
    let (mut desk, mut phone) = (Visitor::new(&site), Visitor::new(&site));
    desk.sign_in("lua", PASSWORD);
    phone.sign_in("lua", PASSWORD);
    let set = |visitor: &mut Visitor<'_>, old: &str| {
        let new = "ghe xuồng ba lá";
        visitor.post("/ql/toi/mat-khau", &[("old", old), ("password", new), ("again", new)])
    };
    assert_eq!(set(&mut desk, "không phải").status, 422);
    assert_eq!(to(&set(&mut desk, PASSWORD)), "/ql/toi");
    assert_eq!((desk.get("/ql").status, phone.get("/ql").status), (200, 303));
    assert_eq!(Visitor::new(&site).sign_in("lua", PASSWORD).status, 409);
    assert_eq!(to(&Visitor::new(&site).sign_in("lua", "ghe xuồng ba lá")), "/ql");
});

on_both!(a_disabled_user_is_out_at_once_and_the_last_owner_stays, |db| {
    let site = Site::of(db);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    assert_eq!(organiser.get("/ql").status, 200);
    let users = site.get("/api/v1/users").json;
    let id = |login: &str| {
        let all = users["items"].as_array().unwrap();
        let user = all.iter().find(|user| user["login"] == login).unwrap();
        user["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/ql/nguoi/{}/khoa", id("organiser0"));
    assert_eq!(to(&owner.post(&path, &[])), "/ql/nguoi");
    assert_eq!(to(&organiser.get("/ql")), "/ql/vao");
    let own = format!("/ql/nguoi/{}", id("owner0"));
    let refused = owner.post(&format!("{own}/khoa"), &[]);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("người quản trị cuối cùng"), "{}", refused.text());
    let demoted = owner.post(&own, &[("name", "a"), ("role", "official")]);
    assert!(demoted.text().contains("người quản trị cuối cùng"), "{}", demoted.text());
});

/// The secret that a page of the second step shows.
fn secret_on(page: &str) -> TotpSecret {
    secret_of(page.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap())
}

/// The secret of what is typed into an app.
pub fn secret_of(text: &str) -> TotpSecret {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b' ') {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|b| *b == letter).unwrap();
        held = (held << 5 | u32::try_from(value).unwrap()) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    TotpSecret::from_bytes(bytes)
}

on_both!(the_second_step_is_asked_for_and_no_code_works_twice, |db| {
    let site = Site::of(db);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    assert!(owner.get("/ql").text().contains("bước thứ hai"), "it is advised");
    assert_eq!(to(&owner.post("/ql/toi/ma/bat-dau", &[])), "/ql/toi/ma");
    let page = owner.get("/ql/toi/ma").text();
    let secret = secret_on(&page);
    assert!(page.contains("<svg"));
    let code = |at: UnixMs| secret.code(TotpSecret::step_at(at)).unwrap();
    assert_eq!(owner.post("/ql/toi/ma", &[("code", "000000")]).status, 422);
    let on = owner.post("/ql/toi/ma", &[("code", &code(NOW))]);
    assert_eq!(on.status, 200, "{}", on.text());
    let recovery: Vec<_> = on
        .text()
        .split("<li class=\"code\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(recovery.len(), 10);

    let halfway = |db_at: UnixMs| {
        db.clock.move_to(db_at);
        let mut visitor = Visitor::new(&site);
        assert_eq!(to(&visitor.sign_in("owner0", PASSWORD)), "/ql/ma");
        assert_eq!(to(&visitor.get("/ql")), "/ql/ma", "the password alone opens nothing");
        visitor
    };
    let mut second = halfway(NOW);
    let used = second.post("/ql/ma", &[("code", &code(NOW))]);
    assert_eq!(used.status, 422, "the code of turning it on is used up");
    let later = NOW.plus_ms(60_000);
    db.clock.move_to(later);
    assert_eq!(to(&second.post("/ql/ma", &[("code", &code(later))])), "/ql");
    assert_eq!(second.get("/ql").status, 200);
    let mut third = halfway(later);
    assert_eq!(third.post("/ql/ma", &[("code", &code(later))]).status, 422);
    assert_eq!(to(&third.post("/ql/ma", &[("code", &recovery[0])])), "/ql");
    let mut fourth = halfway(later);
    assert_eq!(fourth.post("/ql/ma", &[("code", &recovery[0])]).status, 422, "once");
    for _ in 0..4 {
        assert_eq!(fourth.post("/ql/ma", &[("code", "123456")]).status, 422);
    }
    let next = later.plus_ms(60_000);
    db.clock.move_to(next);
    assert_eq!(to(&fourth.post("/ql/ma", &[("code", &code(next))])), "/ql/vao", "five tries");
    // Five minutes after the password it must be given again.
    let mut slow = halfway(next);
    db.clock.move_to(next.plus_ms(5 * 60_000));
    assert_eq!(to(&slow.post("/ql/ma", &[("code", &code(next))])), "/ql/vao");
    // Somebody else may drop it where everything is lost.
    let id = site.get("/api/v1/users").json["items"][0]["id"].as_str().unwrap().to_owned();
    let reset = site.post(&format!("/api/v1/users/{id}/reset-second-step"), &json!({}));
    assert_eq!(reset.json["has_totp"], false);
    assert_eq!(to(&Visitor::new(&site).sign_in("owner0", PASSWORD)), "/ql");
});

on_both!(no_session_is_kept_as_its_cookie_says_it, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let visitor = Visitor::with_role(&site, "owner", &[]);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let all = dump(db);
    assert!(all.contains("user_sessions") && all.contains("owner_phones"));
    let cookies = [visitor.jar(), phone.cookies.clone()].join("; ");
    let tokens: Vec<_> =
        cookies.split("; ").filter_map(|one| one.split_once('=')).map(|(_, token)| token).collect();
    assert!(tokens.len() >= 3, "{cookies}");
    for token in tokens {
        assert!(token.len() > 20 && !all.contains(token), "{token}");
    }
});
