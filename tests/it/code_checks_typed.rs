//! The four characters that are printed under a symbol: they name a card, and say nothing of what hangs there.

use cho40::outreach::checks;
use cho40::primitives::ids::StallId;
use cho40::registry::code_checks::{self, CheckResult, CheckWay, NewCodeCheck};
use cho40::registry::codes::{self, Revocation};
use cho40::registry::occupancies;
use cho40::web::checked::told;
use cho40::web::texts::Language;

use crate::code_checks::{check, issue, says, scan, sticker};
use crate::registry_support::{Stand, refused};
use crate::support::on_both;

fn typed(stall_id: StallId, check_code: &str) -> NewCodeCheck {
    NewCodeCheck { check_code: Some(check_code.to_owned()), ..scan(stall_id, &[]) }
}

on_both!(a_typed_check_code_only_names_the_card, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let code = issue(db.connection(), &act, &stand);
    for (word, card) in [
        (code.check_code.as_str(), Some(code.id)),
        (&code.check_code.to_lowercase(), Some(code.id)),
        ("----", None),
    ] {
        let found = check(db.connection(), &act, typed(stand.stall, word));
        assert_eq!((found.way, found.result), (CheckWay::Typed, CheckResult::Typed));
        assert_eq!((found.card_id, found.needs_visit, found.alarm), (card, false, false));
        assert!(says(db.connection(), &found).is_empty(), "a typed code counts for nothing");
    }
    // And it settles nothing.
    let foreign = check(db.connection(), &act, scan(stand.stall, &[&sticker("970436", "5")]));
    check(db.connection(), &act, typed(stand.stall, &code.check_code));
    check(db.connection(), &act, scan(stand.stall, &[]));
    assert!(code_checks::get(db.connection(), &act, foreign.id).unwrap().needs_visit);
    check(db.connection(), &act, scan(stand.stall, &[&code.payload]));
    assert!(!code_checks::get(db.connection(), &act, foreign.id).unwrap().needs_visit);

    // A neighbour's card is named as such.
    let neighbour = stand.neighbour(db.connection(), &act);
    let stall = occupancies::get(db.connection(), &act, neighbour).unwrap().stall_id;
    let found = check(db.connection(), &act, typed(stall, &code.check_code));
    assert_eq!((found.card_id, found.card_stall.as_deref()), (Some(code.id), Some("A-01")));
    let shown = code_checks::get(db.connection(), &act, found.id).unwrap();
    assert_eq!(shown.card_stall.as_deref(), Some("A-01"));
    let finding = told(shown, Language::Vietnamese).finding;
    assert!(finding.contains("thẻ sạp A-01"), "{finding}");
    let here = check(db.connection(), &act, typed(stand.stall, &code.check_code));
    assert_eq!(here.card_stall, None);
    assert!(told(here.clone(), Language::Vietnamese).finding.starts_with("Mới nhận ra thẻ"));
    // One that was revoked must come down; of what was typed before that, it was none.
    db.clock.move_to(act.at.plus_ms(60_000));
    let act = db.act();
    let because = Revocation { because: "mất thẻ".into() };
    codes::revoke(db.connection(), &act, code.id, because).unwrap();
    for (stall, stalls) in
        [(stand.stall, "Mới nhận ra thẻ"), (stall, "Mã in này là của thẻ sạp A-01")]
    {
        let gone = check(db.connection(), &act, typed(stall, &code.check_code));
        assert!(gone.card_revoked && gone.result == CheckResult::Typed);
        let finding = told(gone, Language::Vietnamese).finding;
        assert!(finding.starts_with(stalls), "{finding}");
        assert!(finding.contains(" Thẻ ấy đã thu hồi: xin gỡ xuống"), "{finding}");
    }
    let before = code_checks::get(db.connection(), &act, here.id).unwrap();
    assert!(!before.card_revoked);
    assert!(!told(before, Language::Vietnamese).finding.contains("thu hồi"));
    // A field that was forgotten is no code that could not be read.
    let nothing = NewCodeCheck { scanned_payloads: None, ..scan(stand.stall, &[]) };
    refused(
        checks::create(db.connection(), &act, nothing),
        "scanned_payloads",
        "check-without-scan",
    );
    let mut both = typed(stand.stall, &code.check_code);
    both.scanned_payload = Some(code.payload.clone());
    refused(checks::create(db.connection(), &act, both), "check_code", "check-code-with-scan");
    let long = checks::create(db.connection(), &act, typed(stand.stall, "K7QMX"));
    refused(long, "check_code", "text-length");
});
