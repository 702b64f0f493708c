//! Forms of the desk: what is typed, and how it is asked for again where it is refused.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::Words;
use super::page;
use super::shell::Shell;
use crate::primitives::Day;
use crate::web::problem::Problem;

/// More fields are no form of ours.
const MOST_FIELDS: usize = 5_000;

/// What a form sent.
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(super) fn read(body: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(body).take(MOST_FIELDS);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// As if these had been sent.
    pub(super) const fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The field's value without spaces around it; empty where there is none.
    pub(super) fn get(&self, name: &str) -> String {
        self.raw(name).trim().to_owned()
    }

    /// The value as it is, for passwords.
    pub(super) fn raw(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The value, where there is one.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// A day, as a browser sends it or as people write it: `2026-11-27`, `27/11/2026`.
    ///
    /// # Errors
    /// `day-unreadable`.
    pub(super) fn day(&self, field: &'static str) -> Result<Option<Day>, Problem> {
        let Some(text) = self.filled(field) else { return Ok(None) };
        let mut parts = text.split('/');
        let turned = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(day), Some(month), Some(year), None) => format!("{year}-{month:0>2}-{day:0>2}"),
            _ => text,
        };
        Ok(Some(Day::parse(&turned).ok_or_else(|| Problem::invalid(field, "day-unreadable"))?))
    }

    /// Every value of a field that may stand there several times.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).collect()
    }
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Password,
    Date,
    Select,
    /// Several of the options.
    Several,
    Hidden,
}

/// A choice of a field.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// A field of a form; `field.html` shows it.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub error: Option<String>,
    pub kind: Kind,
    pub choices: Vec<Choice>,
    pub is_required: bool,
    /// What the browser may fill in (HTML, 4.10.18.7).
    pub autocomplete: &'static str,
}

impl Field {
    /// With the label `page-desk-field-<name>`, which `label` names.
    pub(super) fn new(words: Words, name: &'static str, kind: Kind, label: &str) -> Self {
        Self {
            name,
            label: words.say(&format!("desk-field-{label}")),
            hint: String::new(),
            value: String::new(),
            error: None,
            kind,
            choices: Vec::new(),
            is_required: true,
            autocomplete: "off",
        }
    }

    pub(super) fn hint(mut self, hint: String) -> Self {
        self.hint = hint;
        self
    }

    pub(super) fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub(super) const fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    pub(super) const fn autocomplete(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// Value and label of each.
    pub(super) fn choices(
        mut self,
        all: impl IntoIterator<Item = (String, String)>,
        chosen: &[String],
    ) -> Self {
        let choice = |(value, label): (String, String)| Choice {
            is_chosen: chosen.contains(&value),
            value,
            label,
        };
        self.choices = all.into_iter().map(choice).collect();
        self
    }

    pub(super) fn input(&self) -> &'static str {
        match self.kind {
            Kind::Password => "password",
            Kind::Date => "date",
            Kind::Hidden => "hidden",
            Kind::Text | Kind::Select | Kind::Several => "text",
        }
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        match self.kind {
            Kind::Select => kind == "select",
            Kind::Several => kind == "several",
            Kind::Hidden => kind == "hidden",
            Kind::Text | Kind::Password | Kind::Date => kind == "input",
        }
    }
}

/// A page that is a form.
#[derive(Template)]
#[template(path = "html/desk/form.html")]
pub(super) struct FormPage {
    pub shell: Shell,
    /// What stands above the fields.
    pub lead: Vec<String>,
    pub fields: Vec<Field>,
    pub action: String,
    pub submit: String,
    /// What is wrong that no field is at fault for.
    pub refused: Option<String>,
    /// Something else that can be done, by a button of its own.
    pub other: Option<(String, String)>,
    /// Where one can go instead, with what it is called.
    pub back: Option<(String, String)>,
}

impl FormPage {
    /// A form whose action, `submit` text and title belong together: `title` and `title-do`.
    pub(super) fn new(request: &HttpRequest, title: &str, action: impl Into<String>) -> Self {
        let shell = Shell::of(request, title);
        let submit = shell.words.say(&format!("{title}-do"));
        Self {
            shell,
            lead: Vec::new(),
            fields: Vec::new(),
            action: action.into(),
            submit,
            refused: None,
            other: None,
            back: None,
        }
    }

    /// Shows the form, with what is wrong at its field where it has one.
    pub(super) fn show(mut self, problem: Option<&Problem>) -> Result<HttpResponse, Problem> {
        let mut status = StatusCode::OK;
        if let Some(problem) = problem {
            status = problem.status();
            let (field, text) = (problem.field(), problem.on_page(self.shell.words.0));
            match self
                .fields
                .iter_mut()
                .find(|one| Some(one.name) == field && one.kind != Kind::Hidden)
            {
                Some(field) => field.error = Some(text),
                None => self.refused = Some(text),
            }
        }
        page(status, self.shell.words, &self)
    }

    /// Shows the form again where it was refused; what failed is passed on.
    pub(super) fn again(self, problem: Problem) -> Result<HttpResponse, Problem> {
        if problem.is_refusal() && problem.status() != StatusCode::NOT_FOUND
            || problem.field().is_some()
        {
            return self.show(Some(&problem));
        }
        Err(problem)
    }
}
