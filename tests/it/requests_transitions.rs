//! Every state of a request and everything that may happen to it, as one table: what it becomes, and
//! what a person does next.

use cho40::access::Act;
use cho40::db::{DbConnection, Fault};
use cho40::feeds::{Precision, Provider};
use cho40::ledger::class::Class;
use cho40::ledger::transfers::{self, NewAttribution, NewLine};
use cho40::primitives::ids::RequestId;
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::requests::{
    self, NewRequest, Request, RequestFilter, RequestKind, RequestState, Step, apply_received,
    by_id,
};
use cho40::web::texts::Language;

use crate::registry_support::Stand;
use crate::stage::{Stage, transfer};
use crate::support::{TestDb, on_both};

const ASKED: i64 = 50_000;
const MINUTE: i64 = 60_000;

/// What has happened to a request before.
const STATES: [(&str, &[i64]); 10] = [
    ("open", &[]),
    ("underpaid", &[30_000]),
    ("paid", &[ASKED]),
    ("overpaid", &[60_000]),
    ("duplicate", &[ASKED, ASKED]),
    // Twice what was asked, but not the same amount again.
    ("twice as much", &[20_000, 80_000]),
    // All of it was given back.
    ("refunded", &[ASKED]),
    ("expired", &[]),
    ("cancelled", &[]),
    ("alarmed", &[50]),
];

const EVENTS: [&str; 12] = [
    "short",
    "exact",
    "over",
    "again",
    "late",
    "thousandth",
    "reversal",
    "part taken off",
    "expiry",
    "cancel",
    "given back",
    "part given back",
];

/// State and next step after each event, in the order of [`EVENTS`]; `-`: there is nothing to take
/// back; a refusal: its code.
#[rustfmt::skip]
const TABLE: [[&str; 12]; 10] = [
    // open
    ["underpaid ask-for-rest", "paid hand-over", "overpaid give-back-surplus", "paid hand-over",
     "paid look-at-late-payment", "open look-at-amount", "-", "-", "expired ask-again",
     "cancelled nothing",
     "-", "-"],
    // underpaid
    ["underpaid ask-for-rest", "paid hand-over", "overpaid give-back-surplus",
     "overpaid give-back-surplus", "overpaid give-back-surplus", "underpaid look-at-amount",
     "open wait-for-payment", "underpaid ask-for-rest", "underpaid ask-for-rest", "request-paid",
     "refunded given-back", "underpaid ask-for-rest"],
    // paid
    ["overpaid give-back-surplus", "duplicate give-back-second-payment",
     "overpaid give-back-surplus", "duplicate give-back-second-payment",
     "duplicate give-back-second-payment", "paid look-at-amount", "open wait-for-payment",
     "underpaid ask-for-rest", "paid hand-over", "request-paid",
     "refunded given-back", "refunded given-back"],
    // overpaid
    ["overpaid give-back-surplus", "overpaid give-back-surplus", "overpaid give-back-surplus",
     "overpaid give-back-surplus", "overpaid give-back-surplus", "overpaid look-at-amount",
     "open wait-for-payment", "paid hand-over", "overpaid give-back-surplus", "request-paid",
     "refunded given-back", "paid hand-over"],
    // duplicate
    ["overpaid give-back-surplus", "duplicate give-back-second-payment",
     "overpaid give-back-surplus", "duplicate give-back-second-payment",
     "duplicate give-back-second-payment", "duplicate look-at-amount", "paid hand-over",
     "overpaid give-back-surplus", "duplicate give-back-second-payment", "request-paid",
     "paid hand-over", "duplicate give-back-second-payment"],
    // twice as much
    ["overpaid give-back-surplus", "overpaid give-back-surplus", "overpaid give-back-surplus",
     "overpaid give-back-surplus", "overpaid give-back-surplus", "overpaid look-at-amount",
     "underpaid ask-for-rest", "overpaid give-back-surplus", "overpaid give-back-surplus",
     "request-paid",
     "refunded given-back", "overpaid give-back-surplus"],
    // refunded
    ["underpaid ask-for-rest", "paid hand-over", "overpaid give-back-surplus", "paid hand-over",
     "paid look-at-late-payment", "refunded look-at-amount", "-", "-", "refunded given-back",
     "cancelled nothing", "-", "-"],
    // expired
    ["underpaid ask-for-rest", "paid hand-over", "overpaid give-back-surplus", "paid hand-over",
     "paid look-at-late-payment", "expired look-at-amount", "-", "-", "expired ask-again",
     "cancelled nothing",
     "-", "-"],
    // cancelled
    ["cancelled give-back-after-cancel", "cancelled give-back-after-cancel",
     "cancelled give-back-after-cancel", "cancelled give-back-after-cancel",
     "cancelled give-back-after-cancel", "cancelled look-at-amount", "-", "-",
     "cancelled nothing", "request-cancelled",
     "-", "-"],
    // alarmed: a payment a thousand times off waits to be judged
    ["underpaid look-at-amount", "paid look-at-amount", "overpaid look-at-amount",
     "paid look-at-amount", "paid look-at-amount", "open look-at-amount", "-", "-",
     "expired look-at-amount", "cancelled look-at-amount",
     "-", "-"],
];

fn new_request(occupancy_id: cho40::primitives::ids::OccupancyId) -> NewRequest {
    NewRequest {
        kind: RequestKind::Sale,
        occupancy_id,
        account_id: None,
        number_id: None,
        amount_vnd: Vnd::new(ASKED),
        purpose: None,
        expires_in_s: None,
        order: None,
    }
}

/// One request, its clock and the last payment.
struct Played<'a> {
    connection: &'a mut DbConnection,
    act: Act,
    request: Request,
    last: Option<i64>,
}

impl Played<'_> {
    fn at(&self, at: UnixMs) -> Act {
        let mut act = self.act.clone();
        act.at = at;
        act
    }

    fn pay(&mut self, amount: i64, at: UnixMs) {
        let mut row = self.row();
        let before = row.received;
        let payment = row.receive(Vnd::new(amount), at, Precision::Second);
        row.take(payment, at);
        self.last = (row.received > before).then_some(amount);
        apply_received(self.connection, self.act.board_id(), &row).unwrap();
    }

    fn row(&mut self) -> requests::RequestRow {
        by_id(self.connection, self.act.board_id(), self.request.id).unwrap().unwrap()
    }

    /// Takes the last payment off, and puts what was right of it on again.
    fn take_off(&mut self, kept: impl Fn(i64) -> i64) -> bool {
        let Some(last) = self.last else { return false };
        let (mut row, at) = (self.row(), self.act.at);
        row.withdraw(Vnd::new(last), at, Precision::Second);
        if kept(last) > 0 {
            row.accept(Vnd::new(kept(last)), at, Precision::Second);
        }
        apply_received(self.connection, self.act.board_id(), &row).unwrap();
        true
    }

    /// Gives back of the last payment.
    fn give_back(&mut self, given: impl Fn(i64) -> i64) -> bool {
        let Some(last) = self.last else { return false };
        let mut row = self.row();
        row.give_back(given(last));
        apply_received(self.connection, self.act.board_id(), &row).unwrap();
        true
    }

    /// What becomes of it, in the words of the table.
    fn after(&mut self, state: &str, event: &str) -> String {
        let now = self.act.at;
        let expired = self.request.expires_at.plus_ms(5 * MINUTE);
        let is_expired = state == "expired" || event == "expiry";
        let at = if is_expired { expired } else { now };
        let rest = ASKED - self.row().received.get();
        match event {
            "short" => self.pay(10_000, now),
            "exact" => self.pay(if rest > 0 { rest } else { ASKED }, now),
            "over" => self.pay(60_000, now),
            "again" => self.pay(ASKED, now),
            "late" => self.pay(ASKED, expired),
            "thousandth" => self.pay(ASKED / 1_000, now),
            "reversal" if !self.take_off(|_| 0) => return "-".into(),
            "part taken off" if !self.take_off(|last| last - 10_000) => return "-".into(),
            "given back" if !self.give_back(|last| last) => return "-".into(),
            "part given back" if !self.give_back(|_| 10_000) => return "-".into(),
            "cancel" => {
                let act = self.at(at);
                if let Err(Fault::Refused(refusal)) =
                    requests::cancel(self.connection, &act, self.request.id)
                {
                    return refusal.code.into();
                }
            }
            _ => {}
        }
        let act = self.at(at);
        let shown = requests::get(self.connection, &act, self.request.id).unwrap();
        self.assert_listed(&act, shown.state);
        format!("{} {}", shown.state.as_str(), shown.next_step.code.as_str())
    }

    /// The database finds it under the same state.
    fn assert_listed(&mut self, act: &Act, state: RequestState) {
        let filter = RequestFilter { state: Some(state), ..RequestFilter::default() };
        let mut before = PageRequest::default();
        before.after = Some(self.request.id.0 - 1);
        let page = requests::list(self.connection, act, &filter, before).unwrap();
        assert!(page.items.iter().any(|one| one.id == self.request.id), "{state:?}");
    }
}

fn play(db: &mut TestDb, stand: &Stand, state: usize, event: &str) -> String {
    let act = db.act();
    let (name, paid) = STATES[state];
    let request = requests::create(db.connection(), &act, new_request(stand.occupancy)).unwrap();
    let mut played = Played { connection: db.connection(), act, request, last: None };
    for amount in paid {
        let at = played.act.at;
        played.pay(*amount, at);
    }
    if name == "refunded" {
        played.give_back(|last| last);
        played.last = None;
    }
    if name == "cancelled" {
        requests::cancel(played.connection, &played.act, played.request.id).unwrap();
    }
    played.after(name, event)
}

on_both!(every_state_meets_every_event, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    for (state, row) in TABLE.iter().enumerate() {
        for (event, expected) in EVENTS.iter().zip(row) {
            let became = play(db, &stand, state, event);
            assert_eq!(became, *expected, "{} + {event}", STATES[state].0);
        }
    }
});

on_both!(what_is_to_be_asked_or_given_back_is_said, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let request = requests::create(db.connection(), &act, new_request(stand.occupancy)).unwrap();
    let mut played = Played { connection: db.connection(), act, request, last: None };
    for (amount, code, due) in [
        (30_000, Step::AskForRest, Some(20_000)),
        (20_000, Step::HandOver, None),
        (1_000, Step::GiveBackSurplus, Some(1_000)),
    ] {
        let act = played.act.clone();
        played.pay(amount, act.at);
        let next = requests::get(played.connection, &act, played.request.id).unwrap().next_step;
        assert_eq!((next.code, next.amount_vnd.map(Vnd::get)), (code, due));
    }
});

#[test]
fn every_step_is_told_in_both_languages() {
    let steps = [
        Step::WaitForPayment,
        Step::AskForRest,
        Step::HandOver,
        Step::LookAtLatePayment,
        Step::GiveBackSurplus,
        Step::GiveBackSecondPayment,
        Step::GivenBack,
        Step::AskAgain,
        Step::GiveBackAfterCancel,
        Step::Nothing,
        Step::LookAtAmount,
    ];
    let told = |step: Step, language: Language, amount: &str| {
        let args = [
            ("amount", amount.to_owned()),
            ("reference", "CJWG12346A".to_owned()),
            ("kind", "sale".to_owned()),
            ("count", "2".to_owned()),
        ];
        language.text(&format!("next-{}", step.as_str()), &args).unwrap()
    };
    for step in steps {
        let (vi, en) =
            (told(step, Language::Vietnamese, "none"), told(step, Language::English, "none"));
        assert!(vi != en && !vi.contains("none") && !en.contains("none"), "{vi} / {en}");
    }
    let rest = told(Step::AskForRest, Language::Vietnamese, "20.000 đ");
    assert_eq!(
        rest,
        "Khách trả còn thiếu 20.000 đ. Nhờ khách chuyển thêm phần thiếu, nội dung ghi CJWG12346A: \
         tiền vào thì tự cộng dồn."
    );
}

on_both!(the_last_payment_is_known_also_after_one_is_taken_off, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let new = new_request(stand.occupancy_id);
    let request = stage.write(move |connection, act| requests::create(connection, act, new));
    let memo = request.reference.to_string();
    let shown = |id: RequestId| stage.read(|connection, act| requests::get(connection, act, id));
    let mut paid_at = Vec::new();
    for (id, amount) in [(1, 30_000), (2, 20_000)] {
        let mut paid = transfer(&stage, id, "0123456789", &memo);
        paid.amount = Vnd::new(amount);
        assert_eq!(feed.send(&paid), "recorded");
        paid_at.push(shown(request.id).last_paid_at.unwrap());
        stage.app.clock.move_to(stage.app.clock.now().plus_ms(MINUTE));
    }
    assert!(paid_at[0] < paid_at[1]);
    assert_eq!(shown(request.id).payment_count, 2);
    let all = stage.read(|connection, act| {
        transfers::list(connection, act, transfers::Filter::default(), PageRequest::default())
    });
    // The bank took the newest back, then it was for the request after all.
    let newest = all.items[0].id;
    for (class, last, count) in [(Class::Reversal, paid_at[0], 1), (Class::Sale, paid_at[1], 2)] {
        let request_id = Some(request.id).filter(|_| class == Class::Sale);
        let line = NewLine {
            occupancy_id: Some(stand.occupancy_id),
            request_id,
            class,
            amount_vnd: Vnd::new(20_000),
        };
        let lines = NewAttribution { lines: vec![line], why: None, besides_counted: false };
        stage.write(move |connection, act| transfers::assign(connection, act, newest, lines));
        let now = shown(request.id);
        assert_eq!((now.last_paid_at, now.payment_count), (Some(last), count));
        assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    }
});
