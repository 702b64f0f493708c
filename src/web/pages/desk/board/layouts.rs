//! How a statement file is read whose columns nobody has named yet: asked once, remembered for every file
//! with the same headings.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::statements::PATH;
use super::waits::settled;
use crate::access::Permission;
use crate::feeds::statements::{AmountFormat, DateOrder, Mapping};
use crate::intake::statements::layouts::{self, Layout};
use crate::web::path::{Id, LayoutName};
use crate::web::problem::Problem;

/// What a column may hold.
const COLUMNS: [&str; 11] = [
    "date",
    "time",
    "credit",
    "debit",
    "amount",
    "kind",
    "memo",
    "reference",
    "balance",
    "payer_name",
    "payer_account",
];

/// `GET /ql/nguon/sao-ke/mau/{layout}`.
pub(super) async fn page(
    desk: Desk,
    request: HttpRequest,
    name: Id<LayoutName>,
) -> Result<HttpResponse, Problem> {
    form(&desk, &request, name.0.0, None).await?.show(None)
}

async fn form(
    desk: &Desk,
    request: &HttpRequest,
    name: String,
    sent: Option<&Sent>,
) -> Result<FormPage, Problem> {
    let action = format!("{PATH}/mau/{name}");
    let read = desk.read(move |connection, act| {
        act.require(Permission::FeedsWrite)?;
        layouts::get(connection, act, &name)
    });
    let (layout, words) = (read.await?, desk.words);
    let mut form = FormPage::new(request, "desk-mapping", action);
    form.back = Some((PATH.to_owned(), words.say("desk-back")));
    form.lead = vec![words.say("desk-mapping-lead")];
    let now = |name: &str| sent.map_or_else(|| known(&layout, name), |sent| sent.get(name));
    for name in COLUMNS {
        let field = Field::new(words, name, Kind::Select, &format!("column-{}", dashed(name)));
        let choices = columns(words.say("desk-column-recognised"), &layout);
        form.fields.push(field.choices(choices, &[now(name)]).optional());
    }
    let said = |all: &[(&str, &str)]| {
        let all = all.iter().map(|(value, text)| ((*value).to_owned(), words.say(text)));
        all.collect::<Vec<_>>()
    };
    let orders = said(&[
        ("", "desk-column-recognised"),
        ("day_month_year", "desk-order-dmy"),
        ("month_day_year", "desk-order-mdy"),
        ("year_month_day", "desk-order-ymd"),
    ]);
    let formats = said(&[
        ("", "desk-column-recognised"),
        ("dots", "desk-format-dots"),
        ("commas", "desk-format-commas"),
    ]);
    let signs = said(&[("", "desk-sign-tells"), ("yes", "desk-all-money-in")]);
    for (name, label, all) in [
        ("date_order", "date-order", orders),
        ("amount_format", "amount-format", formats),
        ("all_money_in", "all-money-in", signs),
    ] {
        let field = Field::new(words, name, Kind::Select, label);
        form.fields.push(field.choices(all, &[now(name)]).optional());
    }
    Ok(form)
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// The columns of the file, each with its heading or what its first cell looks like.
fn columns(recognised: String, layout: &Layout) -> Vec<(String, String)> {
    let column = |(at, one): (usize, &layouts::LayoutColumn)| {
        let name = if one.heading.is_empty() { &one.shape } else { &one.heading };
        (at.to_string(), format!("{}. {name}", at + 1))
    };
    let all = layout.columns.iter().enumerate().map(column);
    std::iter::once((String::new(), recognised)).chain(all).collect()
}

/// What was said of the layout before, as the form sends it.
fn known(layout: &Layout, name: &str) -> String {
    let json = layout.mapping.as_ref().and_then(|mapping| serde_json::to_value(mapping).ok());
    match json.as_ref().and_then(|json| json.get(name)) {
        Some(serde_json::Value::Number(number)) => number.to_string(),
        Some(serde_json::Value::String(word)) => word.clone(),
        Some(serde_json::Value::Bool(true)) => "yes".to_owned(),
        _ => String::new(),
    }
}

/// `POST /ql/nguon/sao-ke/mau/{layout}` with a form field for each column.
pub(super) async fn map(
    desk: Desk,
    request: HttpRequest,
    name: Id<LayoutName>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, name) = (Sent::read(&body), name.0.0);
    let (mapping, layout) = (typed(&sent), name.clone());
    let done = desk.write(move |connection, act| layouts::map(connection, act, &layout, &mapping));
    match settled(done.await)? {
        Ok(_) => Ok(on_to(PATH, "layout-mapped")),
        Err(problem) => form(&desk, &request, name, Some(&sent)).await?.again(problem),
    }
}

fn typed(sent: &Sent) -> Mapping {
    let at = |name: &str| sent.filled(name).and_then(|text| text.parse().ok());
    Mapping {
        date: at("date"),
        time: at("time"),
        debit: at("debit"),
        credit: at("credit"),
        amount: at("amount"),
        kind: at("kind"),
        balance: at("balance"),
        memo: at("memo"),
        reference: at("reference"),
        payer_name: at("payer_name"),
        payer_account: at("payer_account"),
        date_order: match sent.get("date_order").as_str() {
            "day_month_year" => Some(DateOrder::DayMonthYear),
            "month_day_year" => Some(DateOrder::MonthDayYear),
            "year_month_day" => Some(DateOrder::YearMonthDay),
            _ => None,
        },
        amount_format: match sent.get("amount_format").as_str() {
            "dots" => Some(AmountFormat::Dots),
            "commas" => Some(AmountFormat::Commas),
            _ => None,
        },
        all_money_in: sent.filled("all_money_in").is_some(),
    }
}
