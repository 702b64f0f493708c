//! `cho40 print sample` and `cho40 print templates`: for who makes a design of their own.

use std::path::{Path, PathBuf};

use super::print::{How, kind_of, save, warn_small, write};
use super::say;
use crate::db::Outcome;
use crate::primitives::Refusal;
use crate::print::forms::Form;
use crate::print::samples::{self, Sample};
use crate::print::{Kind, Paper, Press, Sheet, press};

#[derive(Debug, clap::Args)]
pub struct SampleArgs {
    /// card, list, visits, book, slip, consent, first_visit / Giấy nào
    #[arg(long, default_value = "card")]
    paper: Sample,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub struct TemplatesArgs {
    /// The folder to write to; it is made if it is not there / Thư mục ghi ra
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// # Errors
/// Refusals of templates and of the file's name; a file that cannot be written.
pub fn sample(args: &SampleArgs) -> Outcome<()> {
    let How { layout, style, templates, .. } = &args.how;
    let templates = templates.as_deref();
    match args.paper {
        Sample::Card => write(&Sheet::sample(*layout, *style)?, &args.how, templates),
        Sample::List => write(&samples::list(*layout, *style)?, &args.how, templates),
        Sample::Visits => page(&samples::visits(*style), &args.how, templates),
        Sample::Book => page(&samples::book()?, &args.how, templates),
        Sample::Slip => page(&samples::slip(), &args.how, templates),
        Sample::Consent => page(&samples::form(Form::Consent), &args.how, templates),
        Sample::FirstVisit => page(&samples::form(Form::FirstVisit), &args.how, templates),
    }
}

/// Another paper than cards; as a picture, its first page.
fn page(paper: &(impl Paper + Sync), how: &How, templates: Option<&Path>) -> Outcome<()> {
    let kind: Kind = kind_of(&how.out)?;
    let printed = Press::new(templates)?.set(paper)?;
    save(&how.out, &printed.write(kind, how.dpi.unwrap_or(how.layout.dpi()))?)?;
    warn_small(&printed);
    say(&how.out.display().to_string())
}

/// Writes the program's templates; never over a file that is there.
///
/// # Errors
/// `print-template-exists`, `file-not-writable`.
pub fn export(args: &TemplatesArgs) -> Outcome<()> {
    let paths = press::TEMPLATES.map(|(name, text)| (args.out.join(name), text));
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.exists()) {
        let refusal = Refusal::conflict("print-template-exists").with("path", path.display());
        return Err(refusal.into());
    }
    std::fs::create_dir_all(&args.out).map_err(|error| {
        let refusal = Refusal::conflict("file-not-writable").with("path", args.out.display());
        refusal.with("error", error)
    })?;
    for (path, text) in &paths {
        save(path, text.as_bytes())?;
        say(&path.display().to_string())?;
    }
    Ok(())
}
