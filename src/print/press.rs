//! typst as a library: fonts and templates in memory, no file, no network, no clock.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::layout::{Abs, Frame, FrameItem};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_layout::PagedDocument;

use super::letters;
use super::paper::Paper;
use super::printed::Printed;
use super::sheet::Sheet;
use crate::db::{Fault, Outcome};
use crate::primitives::Refusal;

/// Be Vietnam Pro (OFL 1.1, assets/fonts/OFL.txt).
const FONTS: [&[u8]; 3] = [
    include_bytes!("../../assets/fonts/BeVietnamPro-Regular.ttf"),
    include_bytes!("../../assets/fonts/BeVietnamPro-SemiBold.ttf"),
    include_bytes!("../../assets/fonts/BeVietnamPro-ExtraBold.ttf"),
];
/// The program's own templates: name and text.
pub const TEMPLATES: [(&str, &str); 12] = [
    ("main.typ", include_str!("../../templates/print/main.typ")),
    ("kit.typ", include_str!("../../templates/print/kit.typ")),
    ("sign.typ", include_str!("../../templates/print/sign.typ")),
    ("sticker.typ", include_str!("../../templates/print/sticker.typ")),
    ("a4.typ", include_str!("../../templates/print/a4.typ")),
    ("cover.typ", include_str!("../../templates/print/cover.typ")),
    ("visits.typ", include_str!("../../templates/print/visits.typ")),
    ("report.typ", include_str!("../../templates/print/report.typ")),
    ("book.typ", include_str!("../../templates/print/book.typ")),
    ("slip.typ", include_str!("../../templates/print/slip.typ")),
    ("consent.typ", include_str!("../../templates/print/consent.typ")),
    ("first_visit.typ", include_str!("../../templates/print/first_visit.typ")),
];
/// Jobs after which typst forgets what it has not used since: fonts' and templates' work is
/// shared by all cards, a card's own is not.
const KEPT_JOBS: usize = 8;
/// A paper of so many cards or rows is forgotten at once.
const LARGE: usize = 50;

/// typst's own functions and the fonts, made once for a process: with the first paper, since a
/// server that prints nothing should not hold them.
static TOOLS: LazyLock<Tools> = LazyLock::new(|| {
    let fonts = fonts();
    Tools {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
    }
});

struct Tools {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

/// Templates, read once for a process.
pub struct Press {
    templates: Vec<Template>,
    digest: [u8; 32],
}

/// A template's file, parsed with the first paper that needs it: what is parsed takes ten times the
/// memory of its text.
struct Template {
    id: FileId,
    text: Cow<'static, str>,
    source: OnceLock<Source>,
}

impl Template {
    fn source(&self) -> Source {
        self.source.get_or_init(|| Source::new(self.id, self.text.clone().into_owned())).clone()
    }
}

impl Press {
    /// The press with the templates that the program brings along, each replaced by the file of
    /// its name in a folder, if there is one.
    ///
    /// # Errors
    /// `print-templates-missing` (no such folder), `print-templates-none`, `print-template-unknown`
    /// (a name that replaces nothing), `print-template-unreadable`.
    pub fn new(folder: Option<&Path>) -> Outcome<Self> {
        if let Some(folder) = folder {
            check_folder(folder)?;
        }
        let mut templates = Vec::new();
        // Another version of the program may set the same otherwise.
        let mut digest = Sha256::new().chain_update(env!("CARGO_PKG_VERSION"));
        for (name, text) in TEMPLATES {
            let text = match folder {
                Some(folder) => read(&folder.join(name))?.map_or(Cow::Borrowed(text), Cow::Owned),
                None => Cow::Borrowed(text),
            };
            digest.update(text.as_bytes());
            templates.push(Template { id: file_id(name)?, text, source: OnceLock::new() });
        }
        Ok(Self { templates, digest: digest.finalize().into() })
    }

    /// Names templates and program.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Sets a sheet of many cards part by part, and tells how many are done: the same pages as at
    /// once, with less in memory.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_in_parts(&self, sheet: &Sheet, told: impl Fn(usize)) -> Outcome<Printed> {
        let (mut done, mut whole) = (0, None::<Printed>);
        // What a template says is run on one processor; two parts use two.
        for pair in sheet.parts().chunks(2) {
            let printed: Vec<_> = pair.par_iter().map(|part| self.set_alone(part)).collect();
            comemo::evict(0);
            for (part, printed) in pair.iter().zip(printed) {
                let printed = printed?;
                done += part.pieces();
                told(done);
                whole = Some(match whole {
                    None => printed,
                    Some(before) => before.with(printed, sheet)?,
                });
            }
        }
        whole.ok_or_else(|| Fault::broken("a sheet without cards"))
    }

    /// Sets a paper; some milliseconds a card, on the processor alone.
    ///
    /// # Errors
    /// `print-template-wrong`, with the template's line; `print-template-font` (a font that is not
    /// there), `print-template-letters` (letters that the font does not have),
    /// `print-template-blank` (nothing is on the paper).
    pub fn set(&self, paper: &(impl Paper + Sync)) -> Outcome<Printed> {
        if let Some(sheet) = paper.in_parts() {
            return self.set_in_parts(sheet, |_| {});
        }
        let printed = self.set_alone(paper);
        comemo::evict(if paper.pieces() < LARGE { KEPT_JOBS } else { 0 });
        printed
    }

    /// Sets a paper, and leaves it to the caller to let typst forget.
    fn set_alone(&self, paper: &(impl Paper + Sync)) -> Outcome<Printed> {
        let (main, data) = (file_id(paper.template())?, Bytes::new(paper.data()?));
        let job = Job { press: self, paper, main, data };
        let Warned { output: result, warnings } = typst::compile::<PagedDocument>(&job);
        let document = result.map_err(|errors| match errors.first() {
            Some(error) => job.complaint(error).into(),
            None => Fault::broken("typst failed and did not say why"),
        })?;
        let small = job.judge(&document, &warnings)?;
        Printed::new(document, paper, small)
    }
}

/// Be Vietnam Pro in its weights.
pub(super) fn fonts() -> Vec<Font> {
    FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect()
}

/// A folder of templates: whoever mistypes it, or a name in it, would look at the program's own
/// design and wonder.
fn check_folder(folder: &Path) -> Outcome<()> {
    let refused = |code| Refusal::conflict(code).with("path", folder.display());
    if !folder.is_dir() {
        return Err(refused("print-templates-missing").into());
    }
    let unreadable = |error| refused("print-template-unreadable").with("error", error);
    let names = TEMPLATES.map(|(name, _)| name);
    let mut is_empty = true;
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if !name.to_lowercase().ends_with(".typ") {
            continue;
        }
        if !names.contains(&name.as_str()) {
            let refusal = refused("print-template-unknown").with("file", name);
            return Err(refusal.with("names", names.join(", ")).into());
        }
        is_empty = false;
    }
    if is_empty {
        return Err(refused("print-templates-none").with("names", names.join(", ")).into());
    }
    Ok(())
}

/// A template of the operator's folder.
fn read(path: &Path) -> Outcome<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let refusal = Refusal::conflict("print-template-unreadable");
            Err(refusal.with("path", path.display()).with("error", error).into())
        }
    }
}

/// typst never forgets the name of a file, and holds 65,535 of them: those of symbols are the
/// same in all sheets.
fn file_id(name: &str) -> Outcome<FileId> {
    let path = VirtualPath::new(name).map_err(Fault::broken)?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One paper in work.
struct Job<'a> {
    press: &'a Press,
    paper: &'a (dyn Paper + Sync),
    main: FileId,
    data: Bytes,
}

impl Job<'_> {
    fn complaint(&self, error: &SourceDiagnostic) -> Refusal {
        let place = error.span.id().and_then(|id| {
            let lines = self.source(id).ok()?;
            let line = lines.lines().byte_to_line(self.range(error.span)?.start)? + 1;
            Some(format!("{}:{line}: ", id.vpath().get_without_slash()))
        });
        let error = format!("{}{}", place.unwrap_or_default(), error.message);
        Refusal::conflict("print-template-wrong").with("error", error)
    }

    /// Whether what was set can be used; gives back the smallest text that is too small to be read.
    fn judge(
        &self,
        document: &PagedDocument,
        warnings: &[SourceDiagnostic],
    ) -> Outcome<Option<String>> {
        let font = warnings.iter().find(|warning| warning.message.starts_with("unknown font"));
        if let Some(warning) = font {
            let error = self.complaint(warning).args.pop().map(|(_, error)| error);
            let refusal = Refusal::conflict("print-template-font");
            return Err(refusal.with("error", error.unwrap_or_default()).into());
        }
        let mut found = OnPaper::default();
        for page in document.pages() {
            found.look(&page.frame);
        }
        if let Some((letters, text)) = found.lacking {
            let refusal = Refusal::conflict("print-template-letters").with("letters", letters);
            return Err(refusal.with("text", text).into());
        }
        if !found.has_something {
            let template = self.paper.template();
            return Err(Refusal::conflict("print-template-blank").with("file", template).into());
        }
        Ok(found.small.map(|(_, text)| text))
    }

    /// All the files that templates find.
    fn given(&self, name: &str) -> Option<Bytes> {
        if name == "data.json" {
            return Some(self.data.clone());
        }
        if name == "letters.json" {
            return Some(Bytes::new(letters::widths()));
        }
        self.paper.file(name).map(Bytes::new)
    }
}

/// What stands on pages.
#[derive(Default)]
struct OnPaper {
    has_something: bool,
    /// Letters that the font does not have, in the first text that has any.
    lacking: Option<(String, String)>,
    /// The smallest text, where it is too small.
    small: Option<(Abs, String)>,
}

/// What people read without glasses, and cheap printers can print: 4.8 points.
fn is_small(size: Abs) -> bool {
    size < Abs::pt(4.8)
}

impl OnPaper {
    fn look(&mut self, frame: &Frame) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => self.look(&group.frame),
                FrameItem::Text(text) => {
                    self.has_something = true;
                    let is_smallest = self.small.as_ref().is_none_or(|(size, _)| text.size < *size);
                    if is_small(text.size) && is_smallest && !text.text.trim().is_empty() {
                        self.small = Some((text.size, text.text.to_string()));
                    }
                    let lacking = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                    let letters: Vec<&str> =
                        lacking.filter_map(|glyph| text.text.get(glyph.range())).collect();
                    if !letters.is_empty() && self.lacking.is_none() {
                        self.lacking = Some((letters.join(" "), text.text.to_string()));
                    }
                }
                FrameItem::Image(..) | FrameItem::Shape(..) => self.has_something = true,
                _ => {}
            }
        }
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &TOOLS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &TOOLS.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.press.templates.iter().find(|template| template.id == id);
        found.map(Template::source).ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if *id.root() != VirtualRoot::Project {
            return Err(missing(id));
        }
        self.given(id.vpath().get_without_slash()).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        TOOLS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
