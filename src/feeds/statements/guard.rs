//! What is looked at before a spreadsheet is opened: how much its archive unpacks to, and how many
//! cells it claims to have. Both decide how much memory reading it takes.

use std::collections::HashSet;
use std::io::{self, Cursor, Read as _};

use super::refused;
use crate::primitives::Refusal;

/// How a compound file begins (MS-CFB, 2.2).
pub(super) const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Entries of an archive, and what they unpack to: together, the texts alone, which are kept, and
/// each one that is no sheet, which is kept in part.
const ENTRIES: usize = 1_000;
const UNPACKED_BYTES: u64 = 200 << 20;
const TEXTS_BYTES: u64 = 48 << 20;
const OTHER_BYTES: u64 = 8 << 20;
/// Tags of the texts, each of which may begin one: five texts a row.
const TEXT_TAGS: usize = 5_000_000;
/// A cell holds up to 32,767 characters.
const TAG_DISTANCE: usize = 256 << 10;
/// Cells between the first and the last of a sheet in the old format.
const CELLS: usize = 2_000_000;
const SHEETS: usize = 64;
const END_OF_CHAIN: u32 = 0xFFFF_FFFA;
/// Shorter streams lie in the small sectors.
const SMALL_STREAM: usize = 4_096;
const DIRECTORY_ENTRY: usize = 128;

/// Unpacks an archive to nowhere; what it says of its own sizes proves nothing.
pub(super) fn archive(bytes: &[u8]) -> Result<(), Refusal> {
    let unreadable = |_| refused("statement-unreadable");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > ENTRIES {
        return Err(refused("statement-unpacks-too-large"));
    }
    let mut left = UNPACKED_BYTES;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unreadable)?;
        let name = entry.name_raw().to_ascii_lowercase();
        let is_texts = name.ends_with(b"sharedstrings.xml");
        let is_sheet = name.windows(10).any(|part| part == b"worksheets");
        let most = match (is_texts, is_sheet) {
            (true, _) => TEXTS_BYTES,
            (false, true) => UNPACKED_BYTES,
            (false, false) => OTHER_BYTES,
        };
        let allowed = left.min(most);
        let mut tags = Tags::default();
        let unpacked = io::copy(&mut entry.take(allowed + 1), &mut tags);
        let unpacked = unpacked.map_err(|_| refused("statement-unreadable"))?;
        let is_long = (is_texts || is_sheet) && tags.farthest > TAG_DISTANCE;
        let is_many = is_texts && (tags.count > TEXT_TAGS || tags.claims_too_much());
        if unpacked > allowed || is_long || is_many {
            return Err(refused("statement-unpacks-too-large"));
        }
        left -= unpacked;
    }
    Ok(())
}

/// What is counted of an XML file while it is unpacked.
#[derive(Default)]
struct Tags {
    count: usize,
    /// Bytes since the last tag began, and the most there were.
    since: usize,
    farthest: usize,
    /// How much of [`CLAIM`] the last bytes spell, then the digits behind it.
    spelt: usize,
    claimed: usize,
    most_claimed: usize,
    /// Each character takes two bytes: nothing of the above was seen.
    is_wide: bool,
}

/// Its reader makes room for as many texts as this attribute says, and ends the process where there
/// is none.
const CLAIM: &[u8] = b"uniquecount";

impl Tags {
    fn see(&mut self, byte: u8) {
        self.since += 1;
        self.is_wide |= byte == 0;
        if byte == b'<' {
            self.count += 1;
            self.farthest = self.farthest.max(self.since);
            self.since = 0;
        }
        let lower = byte.to_ascii_lowercase();
        if self.spelt == CLAIM.len() {
            if byte.is_ascii_digit() {
                self.claimed =
                    self.claimed.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
                self.most_claimed = self.most_claimed.max(self.claimed);
            } else if self.claimed > 0 || !(b"='\"+".contains(&byte) || byte.is_ascii_whitespace())
            {
                (self.spelt, self.claimed) = (0, 0);
            }
        } else if CLAIM.get(self.spelt) == Some(&lower) {
            self.spelt += 1;
        } else {
            self.spelt = usize::from(CLAIM.first() == Some(&lower));
        }
    }

    const fn claims_too_much(&self) -> bool {
        self.most_claimed > TEXT_TAGS || self.is_wide
    }
}

impl io::Write for Tags {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            self.see(*byte);
        }
        self.farthest = self.farthest.max(self.since);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Walks through the records of an old workbook as its reader will.
pub(super) fn compound_file(bytes: &[u8]) -> Result<(), Refusal> {
    let unreadable = || refused("statement-unreadable");
    let streams = Compound::open(bytes).and_then(|file| file.workbooks()).ok_or_else(unreadable)?;
    if streams.is_empty() {
        return Err(unreadable());
    }
    for stream in streams {
        let sheets = sheet_places(&stream);
        if sheets.len() > SHEETS {
            return Err(unreadable());
        }
        let (mut cells, mut seen) = (0_usize, HashSet::new());
        for place in sheets {
            // Its reader keeps the cells of all sheets.
            let sheet = stream.get(place..).ok_or_else(unreadable)?;
            cells = cells.saturating_add(cells_of(sheet));
            if cells > CELLS || !seen.insert(place) {
                return Err(refused("statement-unpacks-too-large"));
            }
        }
    }
    Ok(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

/// Records of a stream (MS-XLS, 2.1.4): kind, length, data.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        Some((kind, data))
    })
}

/// Where the sheets begin (BoundSheet8, MS-XLS 2.4.28).
fn sheet_places(stream: &[u8]) -> Vec<usize> {
    let sheets = records(stream).filter(|(kind, _)| *kind == 0x0085);
    sheets.filter_map(|(_, data)| Some(u32_at(data, 0)? as usize)).collect()
}

/// The most cells for which a sheet makes room: by its claim (Dimensions, MS-XLS 2.4.90), and by
/// the corners of the cells that it has.
fn cells_of(sheet: &[u8]) -> usize {
    let (mut claimed, mut rows, mut columns) = (0, 0, 0);
    let mut depth = 0_usize;
    for (kind, data) in records(sheet) {
        match kind {
            // A sheet within a sheet (a chart) has an end of its own, which the reader passes.
            0x0809 => depth += 1,
            0x000A if depth <= 1 => break,
            0x000A => depth -= 1,
            _ => {}
        }
        let mut claim = |from: usize, to: usize, left: usize, right: usize| {
            let rows = to.wrapping_sub(from).wrapping_add(1);
            let columns = right.wrapping_sub(left).wrapping_add(1);
            claimed = claimed.max(rows.saturating_mul(columns));
        };
        match kind {
            0x0200 if data.len() >= 14 => {
                let wide = |at| u32_at(data, at).unwrap_or(u32::MAX) as usize;
                let narrow = |at| usize::from(u16_at(data, at).unwrap_or(u16::MAX));
                claim(wide(0), wide(4), narrow(8), narrow(10));
            }
            0x0200 => {
                let narrow = |at| usize::from(u16_at(data, at).unwrap_or(u16::MAX));
                claim(narrow(0), narrow(2), narrow(4), narrow(6));
            }
            // Number, label, rich text, truth, RK and its rows, shared text, formula.
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x0006 | 0x00BD => {
                let place = |at| u16_at(data, at).map_or(0, usize::from);
                // Several RK in one record stand side by side, six bytes each.
                let more = if kind == 0x00BD { data.len() / 6 } else { 0 };
                rows = rows.max(place(0) + 1);
                columns = columns.max(place(2) + 1 + more);
            }
            _ => {}
        }
    }
    claimed.max(rows * columns)
}

/// A compound file's sectors (MS-CFB).
struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    /// The sector that follows each one.
    next: Vec<u32>,
}

impl<'b> Compound<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4_096,
            _ => return None,
        };
        let mut file = Self { bytes, sector, next: Vec::new() };
        let mut tables: Vec<u32> = (0..109).filter_map(|n| u32_at(bytes, 76 + n * 4)).collect();
        let mut more = u32_at(bytes, 68)?;
        let mut left = bytes.len() / sector + 1;
        while more < END_OF_CHAIN {
            left = left.checked_sub(1)?;
            let part = file.at(more)?;
            let last = sector - 4;
            tables.extend((0..last).step_by(4).filter_map(|at| u32_at(part, at)));
            more = u32_at(part, last)?;
        }
        for table in tables.into_iter().filter(|table| *table < END_OF_CHAIN) {
            let part = file.at(table)?;
            let next: Vec<_> = (0..sector).step_by(4).filter_map(|at| u32_at(part, at)).collect();
            file.next.extend(next);
            if file.next.len() > 2 * bytes.len() {
                return None;
            }
        }
        Some(file)
    }

    /// The last sector of a file may be cut.
    fn at(&self, id: u32) -> Option<&'b [u8]> {
        let start = (id as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    fn chain(&self, mut id: u32) -> Option<Vec<u8>> {
        let (mut stream, mut left) = (Vec::new(), self.bytes.len() / self.sector + 1);
        while id < END_OF_CHAIN {
            left = left.checked_sub(1)?;
            stream.extend_from_slice(self.at(id)?);
            id = *self.next.get(id as usize)?;
        }
        Some(stream)
    }

    /// Every stream that a reader may take for the workbook; `None` where one cannot be read.
    fn workbooks(&self) -> Option<Vec<Vec<u8>>> {
        let directory = self.chain(u32_at(self.bytes, 48)?)?;
        let mut entries = directory.chunks_exact(DIRECTORY_ENTRY);
        let root = entries.next()?;
        let small = self.chain(u32_at(root, 116)?).unwrap_or_default();
        let small_next = self.chain(u32_at(self.bytes, 60)?).unwrap_or_default();
        let mut found = Vec::new();
        for entry in entries {
            let name: String = (0..64)
                .step_by(2)
                .filter_map(|at| u16_at(entry, at))
                .take_while(|unit| *unit != 0)
                .filter_map(|unit| char::from_u32(u32::from(unit)))
                .collect();
            if !["workbook", "book"].contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            let (start, length) = (u32_at(entry, 116)?, u32_at(entry, 120)? as usize);
            let mut stream = if length < SMALL_STREAM {
                small_chain(&small, &small_next, start)?
            } else {
                self.chain(start)?
            };
            stream.truncate(length);
            found.push(stream);
        }
        Some(found)
    }
}

/// A stream of the small sectors, 64 bytes each.
fn small_chain(small: &[u8], next: &[u8], mut id: u32) -> Option<Vec<u8>> {
    let (mut stream, mut left) = (Vec::new(), small.len() / 64 + 1);
    while id < END_OF_CHAIN {
        left = left.checked_sub(1)?;
        let start = (id as usize).checked_mul(64)?;
        stream.extend_from_slice(small.get(start..small.len().min(start.checked_add(64)?))?);
        id = u32_at(next, (id as usize).checked_mul(4)?)?;
    }
    Some(stream)
}
