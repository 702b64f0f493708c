//! typst as a library: fonts and templates in memory, no file, no network, no clock.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_layout::PagedDocument;

use super::paper::Paper;
use super::printed::Printed;
use crate::db::{Fault, Outcome};
use crate::primitives::Refusal;

/// Be Vietnam Pro (OFL 1.1, assets/fonts/OFL.txt).
const FONTS: [&[u8]; 3] = [
    include_bytes!("../../assets/fonts/BeVietnamPro-Regular.ttf"),
    include_bytes!("../../assets/fonts/BeVietnamPro-SemiBold.ttf"),
    include_bytes!("../../assets/fonts/BeVietnamPro-ExtraBold.ttf"),
];
const TEMPLATES: [(&str, &str); 8] = [
    ("main.typ", include_str!("../../templates/print/main.typ")),
    ("kit.typ", include_str!("../../templates/print/kit.typ")),
    ("sign.typ", include_str!("../../templates/print/sign.typ")),
    ("sticker.typ", include_str!("../../templates/print/sticker.typ")),
    ("a4.typ", include_str!("../../templates/print/a4.typ")),
    ("cover.typ", include_str!("../../templates/print/cover.typ")),
    ("visits.typ", include_str!("../../templates/print/visits.typ")),
    ("book.typ", include_str!("../../templates/print/book.typ")),
];
/// Jobs after which typst forgets what it has not used since: fonts' and templates' work is
/// shared by all cards, a card's own is not.
const KEPT_JOBS: usize = 8;
/// A paper of so many cards or rows is forgotten at once.
const LARGE: usize = 50;

/// Fonts and templates, made once for a process.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    templates: Vec<Source>,
    digest: [u8; 32],
}

impl Press {
    /// The press with the templates that the program brings along, each replaced by the file of
    /// its name in a folder, if there is one.
    ///
    /// # Errors
    /// `print-template-unreadable`.
    pub fn new(folder: Option<&Path>) -> Outcome<Self> {
        let fonts: Vec<Font> =
            FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect();
        let mut templates = Vec::new();
        // Another version of the program may set the same otherwise.
        let mut digest = Sha256::new().chain_update(env!("CARGO_PKG_VERSION"));
        for (name, text) in TEMPLATES {
            let text = match folder {
                Some(folder) => read(&folder.join(name))?.unwrap_or_else(|| text.to_owned()),
                None => text.to_owned(),
            };
            digest.update(&text);
            templates.push(Source::new(file_id(name)?, text));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            templates,
            digest: digest.finalize().into(),
        })
    }

    /// Names templates and program.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Sets a paper; some milliseconds a card, on the processor alone.
    ///
    /// # Errors
    /// `print-template-wrong`, with the template's line.
    pub fn set(&self, paper: &(impl Paper + Sync)) -> Outcome<Printed> {
        let (main, data) = (file_id(paper.template())?, Bytes::new(paper.data()?));
        let job = Job { press: self, paper, main, data };
        let result = typst::compile::<PagedDocument>(&job).output;
        comemo::evict(if paper.pieces() < LARGE { KEPT_JOBS } else { 0 });
        let document = result.map_err(|errors| match errors.first() {
            Some(error) => job.complaint(error).into(),
            None => Fault::broken("typst failed and did not say why"),
        })?;
        Printed::new(document, paper)
    }
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

    /// All the files that templates find.
    fn given(&self, name: &str) -> Option<Bytes> {
        if name == "data.json" {
            return Some(self.data.clone());
        }
        self.paper.file(name).map(Bytes::new)
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.press.templates.iter().find(|source| source.id() == id);
        found.cloned().ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if *id.root() != VirtualRoot::Project {
            return Err(missing(id));
        }
        self.given(id.vpath().get_without_slash()).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
