//! `cho40 memo`: finding reference codes in transfer memos.

use std::io::{self, BufRead, Write};

use serde::Serialize;

use super::vietqr::{Line, answer_lines};
use crate::vietqr::{Reference, scan};

/// Look into transfer memos / Xem nội dung chuyển khoản
#[derive(Debug, clap::Subcommand)]
pub enum MemoCommand {
    /// Find reference codes, one memo per line of stdin / Tìm mã tham chiếu, mỗi dòng một nội dung
    Scan,
}

/// One scanned line.
#[derive(Serialize)]
struct Scanned {
    references: Vec<Reference>,
    /// Only for a line that was too long to be a memo.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// Runs one command.
///
/// # Errors
/// A broken stream; a reader that has gone away (broken pipe) is none.
pub fn run(command: &MemoCommand, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let MemoCommand::Scan = command;
    let done = answer_lines(input, output, |line, answer| {
        let scanned = match line {
            // Memos pass through systems with other encodings; a reference is ASCII in all of them.
            Line::Whole(bytes) => {
                Scanned { references: scan(&String::from_utf8_lossy(bytes)), error: None }
            }
            Line::TooLong => Scanned { references: Vec::new(), error: Some("line-too-long") },
        };
        serde_json::to_writer(answer, &scanned)
    });
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
