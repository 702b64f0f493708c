//! A phone's notice that no template reads: its fields are marked, or it is dismissed.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::phones::{PATH, show};
use super::waits::{Which, settled};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::intake::deliveries::NewDismissal;
use crate::intake::phone::templates::{MadeTemplate, MoneyDirection, NewMark};
use crate::intake::phone::texts::{self, ChosenExample, Marking, UnknownText};
use crate::primitives::Refusal;
use crate::primitives::ids::TextId;
use crate::vietqr::banks;
use crate::web::path::Id;
use crate::web::problem::Problem;

/// What a notice may hold, each with whether it must.
const MARKED: [(&str, bool); 7] = [
    ("amount", true),
    ("sign", false),
    ("account", false),
    ("memo", false),
    ("balance", false),
    ("time", false),
    ("reference", false),
];

/// `GET /ql/nguon/dien-thoai/tin/{id}`: where its fields are marked.
pub(super) async fn page(
    desk: Desk,
    request: HttpRequest,
    id: Id<TextId>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, id.0, &Sent::read(b"")).await?.show(None)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    id: TextId,
    sent: &Sent,
) -> Result<FormPage, Problem> {
    let read = desk.read(move |connection, act| {
        act.require(Permission::FeedsWrite)?;
        act.require(Permission::AmountsRead)?;
        texts::get(connection, act, id)
    });
    let (one, words): (UnknownText, _) = (read.await?, desk.words);
    let mut form = FormPage::new(request, "desk-marking", format!("{PATH}/tin/{id}"));
    form.back = Some((PATH.to_owned(), words.say("desk-back")));
    form.lead = vec![words.say("desk-marking-lead"), one.app, one.text.unwrap_or_default()];
    let choose = (String::new(), words.say("desk-choose"));
    let banks = banks::all().iter().map(|bank| (bank.bin.clone(), bank.short_name.clone()));
    let banks: Vec<_> = std::iter::once(choose).chain(banks).collect();
    let ways = [("", "desk-way-by-sign"), ("in", "desk-money-in"), ("out", "desk-money-out")];
    let ways = ways.map(|(value, text)| (value.to_owned(), words.say(text)));
    form.fields = vec![
        Field::new(words, "bin", Kind::Select, "bank").choices(banks, &[sent.get("bin")]),
        Field::new(words, "direction", Kind::Select, "direction")
            .choices(ways, &[sent.get("direction")])
            .optional(),
    ];
    for (name, is_needed) in MARKED {
        let field = Field::new(words, name, Kind::Text, &format!("mark-{name}"));
        let field = field.value(sent.get(name));
        form.fields.push(if is_needed { field } else { field.optional() });
    }
    Ok(form)
}

/// `POST /ql/nguon/dien-thoai/tin/{id}` with the form fields `bin`, `direction` and those of the notice:
/// makes a template of it, and takes in all that it reads.
pub(super) async fn mark(
    desk: Desk,
    request: HttpRequest,
    id: Id<TextId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let direction = match sent.get("direction").as_str() {
        "in" => Some(MoneyDirection::In),
        "out" => Some(MoneyDirection::Out),
        _ => None,
    };
    let marks = MARKED.iter().filter_map(|(name, _)| Some(marked(name, &sent.filled(name)?)));
    let marking = Marking { bin: sent.get("bin"), direction, marks: marks.collect() };
    let key = desk.state.secret_key.clone();
    let done = desk.write(move |connection, act| texts::mark(connection, act, &key, id, &marking));
    let done = done.await;
    forget(&desk);
    match settled(done)? {
        Ok(made) => show(&desk, Which::default(), None, Some(told(&desk, &made))).await,
        Err(problem) => form(&desk, &request, id, &sent).await?.again(problem),
    }
}

/// A value as it stands in the notice; where it stands in several places, `#2` behind it is the second.
fn marked(field: &str, typed: &str) -> NewMark {
    let numbered = typed.rsplit_once('#').and_then(|(value, place)| {
        Some((value.trim_end(), place.parse().ok().filter(|place| *place > 0)?))
    });
    let (value, occurrence) = match numbered {
        Some((value, place)) if !value.is_empty() => (value, Some(place)),
        _ => (typed, None),
    };
    NewMark { field: field.to_owned(), value: value.to_owned(), occurrence }
}

/// `POST /ql/nguon/dien-thoai/tin/{id}/xu-ly` with the form field `do`: `example:` and the name of an
/// example that reads it, or `dismiss` with `why`.
pub(super) async fn settle(
    desk: Desk,
    id: Id<TextId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<Option<MadeTemplate>> {
        act.require(Permission::FeedsRead)?;
        let what = sent.get("do");
        if let Some(example) = what.strip_prefix("example:") {
            let chosen = ChosenExample { example: example.to_owned() };
            return texts::confirm_example(connection, act, &key, id, &chosen).map(Some);
        }
        if what != "dismiss" {
            return Err(Refusal::invalid("do", "choice-missing").into());
        }
        texts::dismiss(connection, act, id, &NewDismissal { why: sent.get("why") })?;
        Ok(None)
    };
    let done = desk.write(work).await;
    forget(&desk);
    match settled(done)? {
        Ok(None) => Ok(on_to(PATH, "settled")),
        Ok(Some(made)) => show(&desk, Which::default(), None, Some(told(&desk, &made))).await,
        Err(problem) => show(&desk, Which::default(), Some(&problem), None).await,
    }
}

/// The hooks forget what they read with, so that a template counts at once.
fn forget(desk: &Desk) {
    desk.state.intake.book.forget_board(desk.present.scope.board_id);
}

fn told(desk: &Desk, made: &MadeTemplate) -> String {
    let (made_one, taken) =
        (desk.words.say("desk-template-made"), desk.words.say("desk-taken-count"));
    format!("{made_one} {taken} {}.", made.taken_in.len())
}
