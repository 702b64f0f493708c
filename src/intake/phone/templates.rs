//! A board's templates: made by pasting a notice and marking its fields, or by taking an example
//! over that reads a real notice.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rows::{self, TemplateRow};
use super::texts;
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::feeds::phone::{
    Field, MAX_TEXT_CHARS, Mark, Notice, Pattern, Read, Template as Reading, app_key, examples,
    normalised, read,
};
use crate::intake::replay::TakenIn;
use crate::primitives::ids::TemplateId;
use crate::primitives::{Refusal, UnixMs, input};
use crate::registry::check;
use crate::text_enum;

const APP_CHARS: usize = 100;
const TEMPLATES: usize = 200;

text_enum!(
    /// Where money goes, seen from the account.
    MoneyDirection {
        In = "in",
        Out = "out",
    }
);

/// How the notices of one app are read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Template {
    pub id: TemplateId,
    /// Package name of the app, or the sender as the phone shows it.
    pub app: String,
    /// From 1; a change makes the next one.
    pub version: i32,
    pub replaces: Option<TemplateId>,
    /// Of the bank whose accounts the app tells about.
    pub bin: String,
    /// Where the money goes, if the pattern has no sign.
    pub direction: Option<String>,
    /// The notice with its fields in braces.
    pub pattern: String,
    /// The example that it was taken from.
    pub example: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retired_at: Option<UnixMs>,
}

/// A template that comes with the program. None was compared with a bank's own text: check on your
/// phone.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateExample {
    pub name: String,
    pub title: String,
    pub app: String,
    pub bin: String,
    pub direction: Option<String>,
    pub pattern: String,
    /// A made-up notice that it reads.
    pub text: String,
}

/// A part of a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMark {
    /// `amount`, `sign`, `account`, `balance`, `time`, `memo`, `reference` or `ignored`.
    pub field: String,
    /// As it stands in the notice.
    pub value: String,
    /// Which of the places where the value stands, from 1; needed where there are several.
    pub occurrence: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    /// Package name of the app, or the sender as the phone shows it, 1–100 characters.
    pub app: String,
    /// Six digits.
    pub bin: String,
    /// Only if the notice has no sign.
    pub direction: Option<MoneyDirection>,
    /// The pasted notice, with its title in front if that is forwarded.
    pub text: String,
    /// The fields of the notice; what is not marked must stand in every notice as it is.
    #[serde(deserialize_with = "input::objects")]
    pub marks: Vec<NewMark>,
    /// The template that this one replaces.
    pub replaces: Option<TemplateId>,
}

/// A notice that confirms an example.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedExample {
    /// The name of an example.
    pub example: String,
    /// Package name of the app, or the sender as the phone shows it, 1–100 characters.
    pub app: String,
    /// The pasted notice, which the example must read.
    pub text: String,
}

/// A template that was made, and the waiting notices that it read.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeTemplate {
    #[serde(flatten)]
    pub template: Template,
    pub taken_in: Vec<TakenIn>,
}

/// Where a template comes from.
pub(super) enum Source<'a> {
    Marks { bin: &'a str, direction: Option<MoneyDirection>, marks: &'a [NewMark] },
    Example(&'a str),
}

/// Makes a template of a pasted notice, and reads the notices again that wait for one.
///
/// # Errors
/// Those of [`Pattern::of_marks`]; `template-needs-direction`, `template-reads-nothing`,
/// `template-secret`, `template-exists`, `template-retired`, `template-too-many`, `unknown-bin`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    new: &NewTemplate,
) -> Outcome<MadeTemplate> {
    act.require(Permission::FeedsWrite)?;
    let notice = pasted(act, &new.app, &new.text)?;
    let (bin, direction, marks) = (&new.bin, new.direction, &new.marks);
    let source = Source::Marks { bin, direction, marks };
    make_and_read(connection, act, key, &source, &notice, new.replaces)
}

/// Takes an example over that reads a pasted notice.
///
/// # Errors
/// `template-example-unknown`, and as of [`create`].
pub fn confirm_example(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    new: &ConfirmedExample,
) -> Outcome<MadeTemplate> {
    act.require(Permission::FeedsWrite)?;
    let notice = pasted(act, &new.app, &new.text)?;
    make_and_read(connection, act, key, &Source::Example(&new.example), &notice, None)
}

/// A notice that is pasted came just now.
fn pasted(act: &Act, app: &str, text: &str) -> Result<Notice, Refusal> {
    let app = normalised(&check::text("app", app, APP_CHARS)?);
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(Refusal::invalid("text", "template-too-long").with("max", MAX_TEXT_CHARS));
    }
    Ok(Notice::told(app, (String::new(), normalised(text)), act.at, act.at))
}

/// Makes a template and reads what waits. Where somebody else has made the same meanwhile, notices
/// that still wait for it are taken in all the same.
pub(super) fn make_and_read(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    source: &Source<'_>,
    notice: &Notice,
    replaces: Option<TemplateId>,
) -> Outcome<MadeTemplate> {
    let (template, is_new) = make(connection, act, source, notice, replaces)?;
    let taken_in = texts::read_again(connection, act, key)?;
    if !is_new && taken_in.is_empty() {
        return Err(Refusal::conflict("template-exists").into());
    }
    Ok(MadeTemplate { template, taken_in })
}

/// Makes a template that reads a notice, or finds it made; tells whether it is new.
fn make(
    connection: &mut DbConnection,
    act: &Act,
    source: &Source<'_>,
    notice: &Notice,
    replaces: Option<TemplateId>,
) -> Outcome<(Template, bool)> {
    let reading = reading(source, notice)?;
    match read(std::slice::from_ref(&reading), notice) {
        Read::Transfer(_) => {}
        Read::Secret => return Err(Refusal::invalid("text", "template-secret").into()),
        Read::Unknown | Read::Unclear => {
            return Err(Refusal::invalid("text", "template-reads-nothing").into());
        }
    }
    let board_id = act.board_id();
    let version = match replaces {
        Some(id) => replace(connection, act, id)? + 1,
        None => 1,
    };
    let live = rows::live(connection, board_id)?;
    let pattern = reading.pattern.to_string();
    let same = live.iter().find(|row| row.app_key == reading.app && row.pattern == pattern);
    if let Some(same) = same {
        let means_other = same.bin != reading.bin
            || same.direction.as_deref() != reading.direction.map(Direction::as_str);
        if replaces.is_some() || means_other {
            return Err(Refusal::conflict("template-exists").into());
        }
        return Ok((show(same.clone()), false));
    }
    if live.len() >= TEMPLATES {
        return Err(Refusal::conflict("template-too-many").with("max", TEMPLATES).into());
    }
    let example = match source {
        Source::Example(name) => Some((*name).to_owned()),
        Source::Marks { .. } => None,
    };
    let row = TemplateRow {
        id: TemplateId(act.new_id()),
        app: notice.app.clone(),
        app_key: reading.app,
        version,
        replaces_id: replaces,
        bin: reading.bin,
        direction: reading.direction.map(|direction| direction.as_str().to_owned()),
        pattern,
        example,
        created_at: act.at,
        retired_at: None,
    };
    rows::insert(connection, board_id, &row)?;
    Ok((show(row), true))
}

/// Ends the template that another one replaces; its version.
fn replace(connection: &mut DbConnection, act: &Act, id: TemplateId) -> Outcome<i32> {
    let old = found(rows::find(connection, act.board_id(), id)?);
    let old = old.map_err(|refusal| refusal.on("replaces"))?;
    if old.retired_at.is_some() {
        return Err(Refusal::conflict("template-retired").on("replaces").into());
    }
    rows::retire(connection, act.board_id(), id, act.at)?;
    Ok(old.version)
}

/// The template of a source, checked.
fn reading(source: &Source<'_>, notice: &Notice) -> Result<Reading, Refusal> {
    let app = app_key(&notice.app);
    match source {
        Source::Example(name) => {
            let example = examples::by_name(name).and_then(|example| example.written.template());
            let unknown = || Refusal::invalid("example", "template-example-unknown");
            Ok(Reading { app, ..example.ok_or_else(unknown)? })
        }
        Source::Marks { bin, direction, marks } => {
            let bin = check::bin("bin", bin)?.bin.clone();
            let marks: Vec<Mark<'_>> = marks.iter().map(NewMark::as_mark).collect();
            let pattern = Pattern::of_marks(&notice.whole(), &marks)?;
            if pattern.has(Field::Sign) == direction.is_some() {
                return Err(Refusal::invalid("direction", "template-needs-direction"));
            }
            let direction = direction.map(|direction| match direction {
                MoneyDirection::In => Direction::In,
                MoneyDirection::Out => Direction::Out,
            });
            Ok(Reading { id: String::new(), app, bin, direction, pattern })
        }
    }
}

/// Ends a template: notices like it wait for a person again. Ending it again changes nothing.
pub fn retire(connection: &mut DbConnection, act: &Act, id: TemplateId) -> Outcome<Template> {
    act.require(Permission::FeedsWrite)?;
    let mut row = found(rows::find(connection, act.board_id(), id)?)?;
    if row.retired_at.is_none() {
        rows::retire(connection, act.board_id(), id, act.at)?;
        row.retired_at = Some(act.at);
    }
    Ok(show(row))
}

pub fn get(connection: &mut DbConnection, act: &Act, id: TemplateId) -> Outcome<Template> {
    act.require(Permission::FeedsRead)?;
    Ok(show(found(rows::find(connection, act.board_id(), id)?)?))
}

/// The templates in use, oldest first; at most 200.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Template>> {
    act.require(Permission::FeedsRead)?;
    Ok(rows::live(connection, act.board_id())?.into_iter().map(show).collect())
}

/// The examples that come with the program.
pub fn list_examples(_connection: &mut DbConnection, act: &Act) -> Outcome<Vec<TemplateExample>> {
    act.require(Permission::FeedsRead)?;
    let shown = examples::all().map(|example| TemplateExample {
        name: example.written.name.clone(),
        title: example.title.clone(),
        app: example.written.app.clone(),
        bin: example.written.bin.clone(),
        direction: example.written.direction.clone(),
        pattern: example.written.pattern.clone(),
        text: example.text.clone(),
    });
    Ok(shown.collect())
}

fn found(row: Option<TemplateRow>) -> Result<TemplateRow, Refusal> {
    row.ok_or_else(|| Refusal::not_found("template"))
}

fn show(row: TemplateRow) -> Template {
    Template {
        id: row.id,
        app: row.app,
        version: row.version,
        replaces: row.replaces_id,
        bin: row.bin,
        direction: row.direction,
        pattern: row.pattern,
        example: row.example,
        created_at: row.created_at,
        retired_at: row.retired_at,
    }
}

impl NewMark {
    fn as_mark(&self) -> Mark<'_> {
        Mark { field: &self.field, value: &self.value, occurrence: self.occurrence }
    }
}
