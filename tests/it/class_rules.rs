//! Rules for classes: what they propose, who may see it, and that a person decides.

use cho40::access::{Act, Permission, Permissions, Scope};
use cho40::db::Outcome;
use cho40::feeds::Provider;
use cho40::ledger::Class;
use cho40::ledger::class_rules::{self, ClassRule, ClassRuleFilter, ClassRuleKind, NewClassRule};
use cho40::ledger::class_suggestions::{self, ClassSuggestion, SuggestionFilter};
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine};
use cho40::primitives::UnixMs;
use cho40::primitives::ids::{OccupancyId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;

use crate::registry_support::{missing, refused};
use crate::stage::{Stage, Stand, transfer};
use crate::support::on_both;

fn rule(stand: &Stand, kind: ClassRuleKind, class: Class) -> NewClassRule {
    NewClassRule { occupancy_id: stand.occupancy_id, kind, transfer_id: None, word: None, class }
}

fn make(stage: &Stage, new: NewClassRule) -> Outcome<ClassRule> {
    stage.try_write(move |connection, act| class_rules::create(connection, act, new))
}

fn suggested(stage: &Stage, occupancy_id: OccupancyId) -> Vec<ClassSuggestion> {
    let filter = SuggestionFilter { occupancy_id };
    stage
        .read(|connection, act| {
            class_suggestions::list(connection, act, &filter, PageRequest::default())
        })
        .items
}

fn newest(stage: &Stage) -> TransferId {
    let page = PageRequest::default();
    stage.read(|connection, act| transfers::list(connection, act, Filter::default(), page)).items[0]
        .id
}

fn paid(stage: &Stage, stand: &Stand, id: u64, memo: &str, payer: Option<&'static str>) {
    let feed = stage.feed_of(Provider::StandardWebhooks, "{}", crate::stage::STANDARD_SECRET);
    let memo = format!("{} {memo}", stand.code.reference.unwrap());
    let mut one = transfer(stage, id, "0123456789", &memo);
    one.payer_name = payer;
    assert_eq!(feed.send(&one), "recorded");
}

/// What each suggestion proposes, newest first.
fn proposed(stage: &Stage, stand: &Stand) -> Vec<(ClassRuleKind, Class, Class)> {
    let all = suggested(stage, stand.occupancy_id);
    all.into_iter().map(|one| (one.kind, one.class, one.proposed_class)).collect()
}

on_both!(rules_propose_by_payer_word_and_hour_and_a_person_decides, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    paid(&stage, &stand, 1, "mua ca", Some("NGUYEN VAN BA"));
    let family = newest(&stage);
    let payer = NewClassRule {
        transfer_id: Some(family),
        ..rule(&stand, ClassRuleKind::Payer, Class::Personal)
    };
    let made = make(&stage, payer).unwrap();
    assert_eq!((made.word, made.created_by), (None, stage.act.scope.actor));
    let word = NewClassRule {
        word: Some("Nợ".into()),
        ..rule(&stand, ClassRuleKind::MemoWord, Class::DebtRepayment)
    };
    assert_eq!(make(&stage, word).unwrap().word.as_deref(), Some("NO"));
    make(&stage, rule(&stand, ClassRuleKind::OutsideHours, Class::CashOut)).unwrap();

    paid(&stage, &stand, 2, "tra no", Some("TRAN THI TU"));
    paid(&stage, &stand, 3, "mua rau", Some("TRAN THI TU"));
    let night = UnixMs::from_rfc3339("2026-11-24T22:00:00+07:00").unwrap();
    stage.app.clock.move_to(night);
    paid(&stage, &stand, 4, "mua rau", Some("TRAN THI TU"));
    assert_eq!(
        proposed(&stage, &stand),
        [
            (ClassRuleKind::OutsideHours, Class::Sale, Class::CashOut),
            (ClassRuleKind::MemoWord, Class::Sale, Class::DebtRepayment),
            (ClassRuleKind::Payer, Class::Sale, Class::Personal),
        ]
    );
    let first = suggested(&stage, stand.occupancy_id).pop().unwrap();
    assert_eq!(first.transfer_id, family);
    // Nothing has changed by it; the attribution does, and is not asked again.
    let lines = first.lines.iter().map(|line| NewLine {
        occupancy_id: line.occupancy_id,
        request_id: line.request_id,
        class: line.class,
        amount_vnd: line.amount_vnd,
    });
    let new = NewAttribution { lines: lines.collect(), why: None, besides_counted: false };
    let decided =
        stage.write(move |connection, act| transfers::assign(connection, act, family, new));
    assert_eq!((decided.attribution.seq, decided.attribution.rule.as_str()), (2, "manual"));
    assert_eq!(decided.attribution.lines[0].class, Class::Personal);
    assert_eq!(proposed(&stage, &stand).len(), 2);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());

    let rules = stage.read(|connection, act| {
        let all = ClassRuleFilter::default();
        class_rules::list(connection, act, &all, PageRequest::default())
    });
    for one in rules.items {
        stage.write(move |connection, act| class_rules::end(connection, act, one.id));
    }
    assert_eq!(proposed(&stage, &stand), []);
});

on_both!(rules_are_judged_and_are_not_the_organisers, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    paid(&stage, &stand, 1, "mua ca", None);
    let nameless = Some(newest(&stage));
    let with = |kind, transfer_id, word: Option<&str>| NewClassRule {
        transfer_id,
        word: word.map(str::to_owned),
        ..rule(&stand, kind, Class::Personal)
    };
    for (new, field, code) in [
        (with(ClassRuleKind::Payer, None, None), "transfer_id", "class-rule-field"),
        (with(ClassRuleKind::Payer, nameless, Some("X")), "word", "class-rule-field"),
        (with(ClassRuleKind::Payer, nameless, None), "transfer_id", "class-rule-payer-unknown"),
        (with(ClassRuleKind::MemoWord, None, None), "word", "class-rule-field"),
        (with(ClassRuleKind::MemoWord, None, Some("a b")), "word", "class-rule-word"),
        (with(ClassRuleKind::OutsideHours, nameless, None), "transfer_id", "class-rule-field"),
        (with(ClassRuleKind::OutsideHours, None, Some("X")), "word", "class-rule-field"),
        (
            rule(&stand, ClassRuleKind::OutsideHours, Class::Unclassified),
            "class",
            "class-rule-proposes-nothing",
        ),
    ] {
        refused(make(&stage, new), field, code);
    }
    let elsewhere = stage.stand("A2", "0222222222", UseKind::Mixed);
    let foreign = NewClassRule {
        transfer_id: nameless,
        ..rule(&elsewhere, ClassRuleKind::Payer, Class::Personal)
    };
    missing(make(&stage, foreign), "transfer_id", "transfer");

    let permissions = Permissions::of(vec![Permission::TransfersAssign, Permission::TransfersRead]);
    let organiser = Scope { permissions, ..stage.act.scope.clone() };
    let as_organiser = move |act: &Act| {
        let mut other = act.clone();
        other.scope = organiser.clone();
        other
    };
    let occupancy_id = stand.occupancy_id;
    let outside = rule(&stand, ClassRuleKind::OutsideHours, Class::Personal);
    let refusal = stage.try_write(move |connection, act| {
        let act = as_organiser(act);
        let filter = SuggestionFilter { occupancy_id };
        let page = PageRequest::default();
        refused(class_suggestions::list(connection, &act, &filter, page), "", "forbidden");
        let all = ClassRuleFilter::default();
        refused(class_rules::list(connection, &act, &all, page), "", "forbidden");
        class_rules::create(connection, &act, outside)
    });
    refused(refusal, "", "forbidden");
});
