//! What a person should look at: money by codes and requests that were over, and reports that
//! contradict each other. Each is listed until somebody has looked.

use cho40::access::{Act, Permission, Permissions};
use cho40::db::{DbConnection, Outcome};
use cho40::feeds::Provider;
use cho40::intake::conflicts::{
    self, ConflictFilter, ConflictReason, Differs, NewConflictVerdict, RightReport,
    SightingConflict,
};
use cho40::intake::pulse::{self, AlarmCode};
use cho40::ledger::Class;
use cho40::ledger::marks::{self, Mark, MarkFilter, MarkedTransfer, NewMarkReview};
use cho40::ledger::matching::{Rule, Unassigned};
use cho40::ledger::transfers::{self, NewAttribution, NewLine};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{ConflictId, TransferId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::accounts::UseKind;
use cho40::registry::codes::{self, Revocation};
use cho40::registry::{PageRequest, occupancies};
use cho40::requests::{self, NewRequest, RequestKind};
use cho40::web::texts::Language;
use serde_json::{Value, json};

use crate::registry_support::{missing, refused};
use crate::stage::{Stage, transfer};
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::{FEED_SECRET, World};

const ACCOUNT: &str = "0123456789";

fn marked(stage: &Stage, filter: MarkFilter) -> Vec<MarkedTransfer> {
    let first = PageRequest::default();
    stage.read(move |connection, act| Ok(marks::list(connection, act, &filter, first)?.items))
}

fn reasons(stage: &Stage, filter: MarkFilter) -> Vec<Mark> {
    marked(stage, filter).into_iter().map(|one| one.reason).collect()
}

fn reviewed() -> MarkFilter {
    MarkFilter { reviewed: true, ..MarkFilter::default() }
}

fn review(stage: &Stage, id: TransferId, note: &str, again: bool) -> Outcome<MarkedTransfer> {
    let new = NewMarkReview { note: Some(note.into()), again };
    stage.try_write(move |connection, act| marks::review(connection, act, id, new))
}

/// A caller who sees no amounts.
fn organiser(stage: &Stage) -> Act {
    let mut act = stage.now();
    let all = Permission::ALL.iter().copied().filter(|one| *one != Permission::AmountsRead);
    act.scope.permissions = Permissions::of(all.collect());
    act
}

/// Money by a revoked code, of a vendor who has left and for a cancelled request, in this order; and
/// money that is in order.
fn odd_money(stage: &Stage, clock: &cho40::primitives::Clock) {
    let (one, two) = (
        stage.stand("A1", ACCOUNT, UseKind::BusinessOnly),
        stage.stand("A2", "0987654321", UseKind::BusinessOnly),
    );
    let feed = stage.feed(Provider::Sepay);
    let new = NewRequest {
        occupancy_id: one.occupancy_id,
        account_id: Some(one.account_id),
        number_id: None,
        kind: RequestKind::Sale,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    let (code_id, today) = (one.code.id, stage.now().at.day(0));
    let asked = stage.write(move |connection, act| {
        let asked = requests::create(connection, act, new)?;
        requests::cancel(connection, act, asked.id)?;
        codes::revoke(connection, act, code_id, Revocation { because: "rách".into() })?;
        let end = occupancies::EndOccupancy { to_day: today };
        occupancies::end(connection, act, two.occupancy_id, end)?;
        Ok(asked)
    });
    clock.move_to(stage.now().at.plus_ms(MS_PER_DAY));
    let memos = [&one.code, &two.code].map(|code| code.reference.unwrap().to_string());
    let cancelled = asked.reference.to_string();
    for (id, account, memo) in [
        (1, ACCOUNT, &*memos[0]),
        (2, "0987654321", &*memos[1]),
        (3, ACCOUNT, &*cancelled),
        (4, ACCOUNT, "mua rau"),
    ] {
        assert_eq!(feed.send(&transfer(stage, id, account, memo)), "recorded");
    }
}

on_both!(marked_money_is_listed_until_somebody_has_looked, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    odd_money(&stage, &clock);
    let all = marked(&stage, MarkFilter::default());
    let newest_first = [Mark::CancelledRequest, Mark::EndedOccupancy, Mark::RevokedReference];
    assert_eq!(all.iter().map(|one| one.reason).collect::<Vec<_>>(), newest_first);
    assert_eq!(all.iter().map(|one| &*one.stall_code).collect::<Vec<_>>(), ["A1", "A2", "A1"]);
    assert!(all[0].request_id.is_some() && all[2].code_id.is_some());
    assert_eq!(all[0].amount_vnd, Some(Vnd::new(45_000)));

    let of_stall = MarkFilter { stall_id: Some(all[0].stall_id), ..MarkFilter::default() };
    assert_eq!(reasons(&stage, of_stall), [newest_first[0], newest_first[2]]);
    let of_market = MarkFilter { market_id: Some(all[0].market_id), ..MarkFilter::default() };
    assert_eq!(reasons(&stage, of_market), newest_first);
    let by_reason = MarkFilter { reason: Some(Mark::EndedOccupancy), ..MarkFilter::default() };
    assert_eq!(reasons(&stage, by_reason), [Mark::EndedOccupancy]);
    let (mut cursor, mut seen) = (None::<String>, Vec::new());
    loop {
        let page = PageRequest::parse(cursor.as_deref(), Some(1)).unwrap();
        let next = stage.read(move |connection, act| {
            marks::list(connection, act, &MarkFilter::default(), page)
        });
        seen.extend(next.items.iter().map(|one| one.reason));
        cursor = next.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, newest_first);

    let id = all[1].transfer_id;
    let looked = review(&stage, id, "đã gỡ thẻ", false).unwrap().review.unwrap();
    assert_eq!(looked.reviewed_by, stage.act.scope.actor);
    assert_eq!((looked.reviewed_at, looked.note.as_deref()), (stage.now().at, Some("đã gỡ thẻ")));
    assert_eq!(reasons(&stage, MarkFilter::default()), [newest_first[0], newest_first[2]]);
    assert_eq!(reasons(&stage, reviewed()), [Mark::EndedOccupancy]);
    refused(review(&stage, id, "x", false), "", "already-reviewed");
    review(&stage, id, "gỡ rồi", true).unwrap();
    assert_eq!(
        marked(&stage, reviewed())[0].review.as_ref().unwrap().note.as_deref(),
        Some("gỡ rồi")
    );
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(who_sees_no_amounts_sees_the_list_and_its_own_notes, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    odd_money(&stage, &clock);
    let id = marked(&stage, MarkFilter::default())[0].transfer_id;
    review(&stage, id, "trả lại 45.000", false).unwrap();
    let mut other = organiser(&stage);
    let list = |act: &Act| {
        let work = |connection: &mut DbConnection| {
            marks::list(connection, act, &reviewed(), PageRequest::default())
        };
        stage.app.db.read_here(work).unwrap().items.remove(0)
    };
    assert_eq!(list(&other).amount_vnd, None);
    assert!(list(&other).review.unwrap().note.is_some(), "its own");
    other.scope.actor.0 += 1;
    assert_eq!(list(&other).review.unwrap().note, None);
});

on_both!(what_a_person_places_elsewhere_is_marked_no_more, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    odd_money(&stage, &clock);
    let one = marked(&stage, MarkFilter::default()).remove(0);
    let line = NewLine {
        occupancy_id: Some(one.occupancy_id),
        request_id: None,
        class: Class::Personal,
        amount_vnd: Vnd::new(45_000),
    };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: false };
    let id = one.transfer_id;
    stage.write(move |connection, act| transfers::assign(connection, act, id, new));
    assert_eq!(reasons(&stage, MarkFilter::default()).len(), 2);
    missing(review(&stage, id, "x", false), "", "marked_transfer");
});

on_both!(what_the_rules_mark_later_is_listed_anew, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let memo = stand.code.reference.unwrap().to_string();
    let mut paid = transfer(&stage, 1, ACCOUNT, &memo);
    paid.occurred_at = paid.occurred_at.plus_ms(-MS_PER_DAY);
    assert_eq!(feed.send(&paid), "recorded");
    assert!(marked(&stage, MarkFilter::default()).is_empty());
    let last = stage.now().at.day(0).plus(-3);
    stage.write(move |connection, act| {
        let end = occupancies::EndOccupancy { to_day: last };
        occupancies::end(connection, act, stand.occupancy_id, end)
    });
    stage.wait(stage.app.follow_links()).unwrap();
    let now = marked(&stage, MarkFilter::default());
    assert_eq!(now.iter().map(|one| one.reason).collect::<Vec<_>>(), [Mark::EndedOccupancy]);
    review(&stage, now[0].transfer_id, "x", false).unwrap();
    assert!(marked(&stage, MarkFilter::default()).is_empty());
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

pub fn contradictions(stage: &Stage, filter: ConflictFilter) -> Vec<SightingConflict> {
    let first = PageRequest::default();
    stage.read(move |connection, act| Ok(conflicts::list(connection, act, &filter, first)?.items))
}

pub fn decide(stage: &Stage, id: ConflictId, right: RightReport) -> Outcome<SightingConflict> {
    let new = NewConflictVerdict { right, note: Some("theo sao kê".into()), again: false };
    let key = stage.app.secret_key.clone();
    stage.try_write(move |connection, act| conflicts::decide(connection, act, &key, id, new))
}

pub fn alarms(stage: &Stage) -> usize {
    let alarms = stage.read(pulse::alarms);
    let code = |one: &pulse::Pulse| one.alarm.as_ref().map(|alarm| alarm.code);
    alarms.iter().filter(|one| code(one) == Some(AlarmCode::Contradicting)).count()
}

on_both!(a_contradiction_waits_with_both_reports_until_it_is_judged, |db| {
    let stage = Stage::new(db);
    let one = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let first = transfer(&stage, 7, ACCOUNT, "mua rau");
    assert_eq!(feed.send(&first), "recorded");
    assert_eq!(alarms(&stage), 0);
    let mut other = first.clone();
    other.amount = Vnd::new(54_000);
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
    let mut reworded = first.clone();
    reworded.memo = "mua ca";
    assert_eq!(feed.send(&reworded), "duplicate-with-different-fields");
    assert_eq!(feed.send(&reworded), "duplicate-with-different-fields");
    assert_eq!(alarms(&stage), 1, "of the feed");

    let shown = contradictions(&stage, ConflictFilter::default());
    let said: Vec<_> = shown.iter().map(|one| (one.reason, &*one.differs)).collect();
    let expected = [
        (ConflictReason::Details, [Differs::Memo].as_slice()),
        (ConflictReason::Money, &[Differs::Amount]),
    ];
    assert_eq!(said, expected);
    let money = &shown[1];
    assert_eq!(money.provider_id, "7");
    let body = |delivery: &Option<cho40::intake::deliveries::Delivery>| {
        delivery.as_ref().unwrap().body.clone().unwrap()
    };
    assert!(body(&money.first).contains("45000"), "{}", body(&money.first));
    assert!(body(&money.other).contains("54000"), "{}", body(&money.other));
    let counted = money.first.as_ref().unwrap();
    assert_eq!(counted.transfer_ids, Vec::from_iter(money.transfer_id));

    let stall_id = stage.read(move |connection, act| {
        let found = occupancies::require(connection, act, one.occupancy_id, "id")?;
        Ok(found.stall_id)
    });
    let of_stall = ConflictFilter { stall_id: Some(stall_id), ..ConflictFilter::default() };
    assert_eq!(contradictions(&stage, of_stall).len(), 2);

    let (money, details) = (shown[1].id, shown[0].id);
    let corrected = decide(&stage, money, RightReport::Other).unwrap();
    // The books follow: the counted one counts nowhere, the right one in its place.
    let sums = |stage: &Stage| {
        let all = stage.read(|connection, act| {
            transfers::list(connection, act, transfers::Filter::default(), PageRequest::default())
        });
        let line = |one: &transfers::Transfer| {
            let line = &one.attribution.lines[0];
            (one.amount_vnd.unwrap().get(), line.class, line.occupancy_id)
        };
        all.items.iter().map(line).collect::<Vec<_>>()
    };
    let at_stall = Some(one.occupancy_id);
    let now = [(54_000, Class::Sale, at_stall), (45_000, Class::Test, at_stall)];
    assert_eq!(sums(&stage), now);
    assert!(corrected.corrected && corrected.own_transfer_id.is_some());
    assert_eq!(corrected.transfer_id, counted.transfer_ids.first().copied());
    assert_eq!(feed.send(&other), "duplicate");
    assert_eq!(feed.send(&first), "duplicate-with-different-fields");
    assert_eq!(sums(&stage), now);
    let judged = corrected.verdict.unwrap();
    assert_eq!((judged.right, judged.note.as_deref()), (RightReport::Other, Some("theo sao kê")));
    assert_eq!((judged.decided_by, judged.decided_at), (stage.act.scope.actor, stage.now().at));
    refused(decide(&stage, money, RightReport::First), "", "conflict-corrected");
    assert_eq!(contradictions(&stage, ConflictFilter::default()).len(), 1);
    let judged = ConflictFilter { reviewed: true, ..ConflictFilter::default() };
    assert!(contradictions(&stage, judged).iter().any(|one| one.id == money));
    assert_eq!(alarms(&stage), 1);
    decide(&stage, details, RightReport::First).unwrap();
    assert_eq!((contradictions(&stage, ConflictFilter::default()).len(), alarms(&stage)), (0, 0));
    assert_eq!(feed.send(&reworded), "duplicate-with-different-fields");
    assert_eq!(alarms(&stage), 0, "what was judged is no news");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(two_transfers_under_one_id_are_both_counted_when_a_person_says_so, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let first = transfer(&stage, 7, ACCOUNT, "mua rau");
    assert_eq!(feed.send(&first), "recorded");
    let mut other = first.clone();
    (other.amount, other.memo) = (Vnd::new(54_000), "mua ca");
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
    let mut third = first.clone();
    third.memo = "mua thit";
    assert_eq!(feed.send(&third), "duplicate-with-different-fields");
    let waiting = contradictions(&stage, ConflictFilter::default());
    let [third_id, other_id] = [waiting[0].id, waiting[1].id];
    let judged = decide(&stage, other_id, RightReport::Both).unwrap();
    assert!(!judged.corrected, "the first stays");
    let own = judged.own_transfer_id.unwrap();
    assert_ne!(judged.transfer_id, Some(own));
    assert_eq!(judged.other.unwrap().transfer_ids, [own], "the later report is of its own");
    let counted = |stage: &Stage| {
        let all = stage.read(|connection, act| {
            transfers::list(connection, act, transfers::Filter::default(), PageRequest::default())
        });
        let line = |one: &transfers::Transfer| {
            let line = &one.attribution.lines[0];
            assert_eq!((line.class, line.occupancy_id), (Class::Sale, Some(stand.occupancy_id)));
            one.amount_vnd.unwrap().get()
        };
        all.items.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(counted(&stage), [54_000, 45_000]);
    // With the same money, under the same id: another one all the same.
    let judged = decide(&stage, third_id, RightReport::Both).unwrap();
    assert_eq!(counted(&stage), [45_000, 54_000, 45_000]);
    assert_ne!(judged.own_transfer_id, Some(own));
    for report in [&other, &third] {
        assert_eq!(feed.send(report), "duplicate-with-different-fields");
    }
    assert_eq!(feed.send(&first), "duplicate");
    assert_eq!(counted(&stage), [45_000, 54_000, 45_000], "what is told again is known");
    assert_eq!((contradictions(&stage, ConflictFilter::default()).len(), alarms(&stage)), (0, 0));
    refused(decide(&stage, other_id, RightReport::First), "", "conflict-counted-both");
    let again = NewConflictVerdict { right: RightReport::Both, note: None, again: true };
    let key = stage.app.secret_key.clone();
    let again = stage.try_write(move |connection, act| {
        conflicts::decide(connection, act, &key, other_id, again)
    });
    refused(again, "", "conflict-counted-both");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(reason_and_next_step_are_told_in_words, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    for list in ["marked-transfers", "sighting-conflicts"] {
        let told = |language: &str| {
            let ask = site.ask("GET", &format!("/api/v1/{list}")).key(&site.key);
            let answer = ask.header("accept-language", language).send();
            assert_eq!(answer.status, 200, "{}", answer.text());
            ["detail", "next_step"].map(|field| answer.json["items"][0][field].clone())
        };
        let words = |one: &Value| !one.as_str().unwrap().is_empty();
        assert!(told("vi").iter().all(words) && told("en").iter().all(words), "{list}");
        assert_ne!(told("vi"), told("en"));
    }
    let path = format!("/api/v1/sighting-conflicts/{}/decide", world.id("sighting-conflicts"));
    let judged = site.post(&path, &json!({ "right": "other" }));
    assert_eq!(judged.status, 200, "{}", judged.text());
    assert!(judged.json["next_step"].as_str().unwrap().contains("sao kê"), "{}", judged.text());
});

/// On a world: the same id with another memo, and money for a request that was taken back.
pub fn report_oddly(world: &mut World, site: &Site) {
    let hook = format!("/hooks/{}", world.id("feeds"));
    let secret = format!("Apikey {FEED_SECRET}");
    let send = |told: &Value| {
        let ask = site.ask("POST", &hook).header("authorization", &secret);
        let answer = ask.json(told).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let mut told = world.told();
    told["content"] = json!("tra tien tom");
    send(&told);
    let request = json!({
        "kind": "sale", "occupancy_id": world.id("occupancies"), "amount_vnd": 46_000 });
    let request = world.post(site, "/api/v1/requests", &request).json;
    let cancel = format!("/api/v1/requests/{}/cancel", request["id"].as_str().unwrap());
    assert_eq!(world.post(site, &cancel, &json!({})).status, 200);
    told["id"] = json!(92_705);
    told["content"] = request["reference"].clone();
    told["transferAmount"] = json!(46_000);
    send(&told);
    let first = |list: &str, id: &str| {
        let listed = site.ask("GET", &format!("/api/v1/{list}")).key(&world.key).send();
        listed.json["items"][0][id].as_str().unwrap().to_owned()
    };
    let conflict = first("sighting-conflicts", "id");
    let marked = first("marked-transfers", "transfer_id");
    world.ids.extend([("sighting-conflicts", conflict), ("marked-transfers", marked)]);
}

/// A good body for an operation, each of its fields in it.
pub fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "POST /api/v1/marked-transfers/{id}/review" => {
            json!({ "note": "đã gỡ mã cũ", "again": false })
        }
        "POST /api/v1/sighting-conflicts/{id}/decide" => {
            json!({ "right": "first", "note": "đúng với sao kê", "again": false })
        }
        "POST /api/v1/deliveries/{id}/dismiss" => json!({ "why": "tin thử, không có tiền" }),
        _ => return None,
    })
}

#[test]
fn every_mark_and_contradiction_has_its_words() {
    let marked = |rule: &Rule| Mark::of(*rule).is_some();
    let to_be_looked_at = [Rule::RevokedReference, Rule::EndedOccupancy, Rule::CancelledRequest];
    assert!(to_be_looked_at.iter().all(marked) && !marked(&Rule::Reference));
    let of_marks = Mark::ALL.map(|mark| mark.as_str().replace('_', "-"));
    let marks = of_marks.iter().flat_map(|of| [format!("mark-{of}"), format!("mark-next-{of}")]);
    let reasons = ["money", "details", "told-again", "unknown"];
    let conflicts =
        reasons.iter().flat_map(|of| [format!("conflict-{of}"), format!("conflict-next-{of}")]);
    let waits = [
        Unassigned::UnknownAccount,
        Unassigned::AmbiguousNumber,
        Unassigned::UnknownOrder,
        Unassigned::NoOccupancy,
        Unassigned::SeveralOccupancies,
        Unassigned::SeveralReferences,
        Unassigned::TakenBack,
    ];
    let waits = waits.map(|of| format!("waiting-{}", of.as_str().replace('_', "-")));
    let after = ["first", "other", "both"].map(|of| format!("conflict-after-{of}"));
    for key in
        marks.chain(conflicts).chain(waits).chain(after).chain(["alarm-contradicting".to_owned()])
    {
        for language in [Language::Vietnamese, Language::English] {
            let args = [("stall", "A1".to_owned()), ("since_at", "7".to_owned())];
            let text = language.text(&key, &args).unwrap_or_else(|| panic!("{key}"));
            assert!(text.ends_with('.') && !text.contains(['{', '}', '$']), "{key}: {text}");
        }
    }
}
