//! A phones' feed on the stage, and notices as its phone forwards them.

#![cfg(test)]

use cho40::db::Outcome;
use cho40::feeds::{FeedConfig, Headers, Provider, Secret};
use cho40::intake::deliveries::NewDismissal;
use cho40::intake::feeds::{self, NewFeed};
use cho40::intake::hook::{Answered, Arrived};
use cho40::intake::phone::pairing::{self, NewPairingCode, Paired, Presented};
use cho40::intake::phone::templates::{self, MadeTemplate, MoneyDirection, NewMark, NewTemplate};
use cho40::intake::phone::texts::{self, TextFilter, UnknownText};
use cho40::ledger::transfers::{self, Filter, Transfer};
use cho40::primitives::UnixMs;
use cho40::primitives::ids::{AccountId, FeedId, TextId};
use cho40::registry::PageRequest;
use serde_json::{Value, json};

use crate::stage::{Feed, Stage, arrived};

pub const APP: &str = "Vietcombank";
/// Of the stage's bank.
pub const BIN: &str = "970422";

/// A feed of phones that reports these accounts.
pub fn feed_of(stage: &Stage, accounts: &[AccountId]) -> FeedId {
    let (key, account_ids) = (stage.app.secret_key.clone(), accounts.to_vec());
    let new = NewFeed {
        provider: "phone".into(),
        name: "Máy chị Lụa".into(),
        config: serde_json::value::RawValue::from_string("{}".into()).unwrap(),
        secret: None,
        account_ids,
        facts: None,
    };
    stage.write(move |connection, act| feeds::create(connection, act, &key, new)).id
}

pub fn code(stage: &Stage, feed_id: FeedId) -> String {
    let (key, device_name) = (stage.app.secret_key.clone(), "Máy chị Lụa".to_owned());
    let new = NewPairingCode { device_name };
    stage.write(move |connection, act| pairing::create(connection, act, &key, feed_id, &new)).code
}

pub fn redeem(stage: &Stage, feed_id: FeedId, code: &str) -> Outcome<Paired> {
    let presented = Presented { code: code.into() };
    stage.wait(stage.app.intake.pair(feed_id, &presented)).map(|paired| paired.unwrap())
}

/// A paired phone that sends.
pub fn phone(stage: &Stage, feed_id: FeedId) -> Feed<'_> {
    let paired = redeem(stage, feed_id, &code(stage, feed_id)).unwrap();
    Feed {
        stage,
        id: feed_id,
        config: FeedConfig::parse(Provider::Phone, "{}").unwrap(),
        secret: Secret::new(&paired.secret, 12).unwrap(),
    }
}

/// A request with the phone's secret.
pub fn request(phone: &Feed<'_>, body: impl Into<Vec<u8>>) -> Arrived {
    let bearer = format!("Bearer {}", phone.secret.expose());
    arrived(Headers::default().with("authorization", bearer.as_bytes()), body.into())
}

pub fn forward(phone: &Feed<'_>, app: &str, text: &str, posted_at: UnixMs) -> Answered {
    let body = json!({ "app": app, "text": text, "posted_at": posted_at });
    phone.deliver(request(phone, body.to_string()))
}

/// Forwards a notice that the phone has just shown.
pub fn tell(phone: &Feed<'_>, text: &str) -> &'static str {
    forward(phone, APP, text, phone.stage.app.clock.now()).outcome
}

pub fn marks(all: &[(&str, &str)]) -> Vec<NewMark> {
    let mark = |(field, value): &(&str, &str)| NewMark {
        field: (*field).into(),
        value: (*value).into(),
        occurrence: None,
    };
    all.iter().map(mark).collect()
}

/// A template of a pasted notice; without a direction where the notice has a sign.
pub fn teach(stage: &Stage, text: &str, fields: &[(&str, &str)]) -> Outcome<MadeTemplate> {
    teach_app(stage, APP, text, fields)
}

/// As [`teach`], for an app of this name.
pub fn teach_app(
    stage: &Stage,
    app: &str,
    text: &str,
    fields: &[(&str, &str)],
) -> Outcome<MadeTemplate> {
    let has_sign = fields.iter().any(|(field, _)| *field == "sign");
    let new = NewTemplate {
        app: app.into(),
        bin: BIN.into(),
        direction: (!has_sign).then_some(MoneyDirection::In),
        text: text.into(),
        marks: marks(fields),
        replaces: None,
    };
    let key = stage.app.secret_key.clone();
    let made =
        stage.try_write(move |connection, act| templates::create(connection, act, &key, &new));
    stage.app.intake.book.forget_board(stage.act.board_id());
    made
}

pub const NOTICE: &str = "TK 0123456789 +50,000VND. SD 1,250,000VND. Ref tra tien rau";
pub const FIELDS: [(&str, &str); 5] = [
    ("account", "0123456789"),
    ("sign", "+"),
    ("amount", "50,000"),
    ("balance", "1,250,000"),
    ("memo", "tra tien rau"),
];

/// The notice of a payment, with what the phone's bank says of it.
pub fn notice(account: &str, signed: &str, balance: &str, memo: &str) -> String {
    format!("TK {account} {signed}VND. SD {balance}VND. Ref {memo}")
}

pub fn outcome_of(answered: &Answered) -> Value {
    serde_json::from_str(&answered.reply.body).unwrap()
}

pub fn transfers(stage: &Stage) -> Vec<Transfer> {
    stage
        .read(|connection, act| {
            transfers::list(connection, act, Filter::default(), PageRequest::default())
        })
        .items
}

pub fn dismiss(stage: &Stage, id: TextId, why: &str) -> Outcome<UnknownText> {
    let new = NewDismissal { why: why.into() };
    stage.try_write(move |connection, act| texts::dismiss(connection, act, id, &new))
}

/// Newest first.
pub fn waiting(stage: &Stage) -> Vec<UnknownText> {
    stage
        .read(|connection, act| {
            texts::list(connection, act, &TextFilter::default(), PageRequest::default())
        })
        .items
}
