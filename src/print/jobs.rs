//! Print orders that take long: made in the background, looked at while they are made, fetched
//! until they expire. They are this process's alone and end with it: the same order gives the same
//! file again, so nothing is lost but the time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::layout::{Layout, words};
use super::press::Press;
use super::sheet::Sheet;
use crate::db::{Fault, Outcome};
use crate::primitives::ids::{BoardId, PrintJobId, SectionId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Refusal, UnixMs};

/// Files of a board, made or in the making.
const OF_BOARD: usize = 6;
/// Files of all boards.
const HELD: usize = 12;
/// What all files may take together; the oldest go first.
const HELD_BYTES: usize = 128 << 20;
/// So long a file can be fetched.
const KEPT_MS: i64 = 30 * MS_PER_MINUTE;

words!(
    /// How far a job is.
    JobState {
        /// It waits for its turn, or its cards are being set.
        Working = "working",
        /// Its file can be fetched.
        Ready = "ready",
        /// There will be no file; `because` says why.
        Failed = "failed",
    }
);

/// A job as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrintJob {
    pub id: PrintJobId,
    pub state: JobState,
    /// The market, and the section where it is of one alone.
    pub title: String,
    pub layout: Layout,
    /// Cards that are set.
    #[schema(value_type = i64)]
    pub done: usize,
    #[schema(value_type = i64)]
    pub total: usize,
    /// Of a failed one, the problem's code.
    pub because: Option<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    pub ordered_at: UnixMs,
    /// Once it is ready or failed; or earlier, when newer files need the room or the server starts
    /// again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<UnixMs>,
}

/// What is to be made.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: PrintJobId,
    pub board_id: BoardId,
    /// Of the market's whole, if absent.
    pub section_id: Option<SectionId>,
    /// Names the file: who asks for the same one gets the same job.
    pub tag: String,
    pub file_name: String,
    /// See [`PrintJob`].
    pub title: String,
    pub layout: Layout,
    pub total: usize,
    pub at: UnixMs,
}

/// A file, or the code of the problem.
type File = Result<Arc<Vec<u8>>, &'static str>;

/// An order in the making.
#[derive(Debug)]
pub struct Job {
    order: Order,
    done: AtomicUsize,
    made: OnceLock<(UnixMs, File)>,
}

impl Job {
    /// The section whose cards it has; none, where it has the whole market's.
    #[must_use]
    pub const fn section_id(&self) -> Option<SectionId> {
        self.order.section_id
    }

    #[must_use]
    pub fn show(&self) -> PrintJob {
        let made = self.made.get();
        let state = match made {
            None => JobState::Working,
            Some((_, Ok(_))) => JobState::Ready,
            Some((_, Err(_))) => JobState::Failed,
        };
        PrintJob {
            id: self.order.id,
            state,
            title: self.order.title.clone(),
            layout: self.order.layout,
            done: self.done.load(Ordering::Relaxed),
            total: self.order.total,
            because: made.and_then(|(_, file)| file.as_ref().err().copied()),
            ordered_at: self.order.at,
            expires_at: made.map(|(at, _)| at.plus_ms(KEPT_MS)),
        }
    }

    /// The file with its name.
    ///
    /// # Errors
    /// `print-job-working` (with `done` and `total`), `print-job-failed`.
    pub fn file(&self) -> Result<(Arc<Vec<u8>>, &str), Refusal> {
        match self.made.get() {
            Some((_, Ok(file))) => Ok((Arc::clone(file), &self.order.file_name)),
            Some((_, Err(_))) => Err(Refusal::conflict("print-job-failed")),
            None => {
                let refusal = Refusal::conflict("print-job-working");
                let done = self.done.load(Ordering::Relaxed);
                Err(refusal.with("done", done).with("total", self.order.total))
            }
        }
    }

    /// Sets the sheet and writes its file; some milliseconds a card, on the processor alone.
    ///
    /// # Errors
    /// Those of [`Press::set`].
    pub fn make(&self, press: &Press, sheet: &Sheet) -> Outcome<Vec<u8>> {
        let told = |done| self.done.store(done, Ordering::Relaxed);
        press.set_in_parts(sheet, told)?.pdf()
    }

    fn is_over(&self, now: UnixMs) -> bool {
        self.made.get().is_some_and(|(at, _)| at.plus_ms(KEPT_MS) <= now)
    }

    fn bytes(&self) -> usize {
        let file = self.made.get().and_then(|(_, file)| file.as_ref().ok());
        file.map_or(0, |file| file.len())
    }
}

/// The process's jobs, oldest first.
#[derive(Debug, Default)]
pub struct Jobs(Mutex<Vec<Arc<Job>>>);

impl Jobs {
    /// Takes an order; whether it is new, and must be made. A board's oldest file makes room for it.
    ///
    /// # Errors
    /// `print-jobs-too-many`.
    pub fn take(&self, order: Order) -> Result<(Arc<Job>, bool), Refusal> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|job| !job.is_over(order.at));
        let is_same = |job: &&Arc<Job>| {
            let known = (job.order.board_id, job.order.section_id, &job.order.tag);
            let wanted = (order.board_id, order.section_id, &order.tag);
            known == wanted && job.show().state != JobState::Failed
        };
        if let Some(job) = held.iter().find(is_same) {
            return Ok((Arc::clone(job), false));
        }
        let of_board = held.iter().filter(|job| job.order.board_id == order.board_id).count();
        if of_board >= OF_BOARD || held.len() >= HELD {
            let is_made =
                |job: &Arc<Job>| job.order.board_id == order.board_id && job.made.get().is_some();
            let oldest = held.iter().position(is_made);
            let oldest = oldest.ok_or_else(|| Refusal::conflict("print-jobs-too-many"))?;
            held.remove(oldest);
        }
        let job = Arc::new(Job { order, done: AtomicUsize::new(0), made: OnceLock::new() });
        held.push(Arc::clone(&job));
        Ok((job, true))
    }

    /// A board's job; none that has expired.
    ///
    /// # Errors
    /// `not-found`.
    pub fn find(
        &self,
        board_id: BoardId,
        id: PrintJobId,
        now: UnixMs,
    ) -> Result<Arc<Job>, Refusal> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|job| !job.is_over(now));
        let mut own = held.iter().filter(|job| job.order.board_id == board_id);
        let found = own.find(|job| job.order.id == id).cloned();
        found.ok_or_else(|| Refusal::not_found("print_job"))
    }

    /// Keeps what became of a job, and lets go the oldest files where all are too large.
    pub fn finish(&self, job: &Job, made: Outcome<Vec<u8>>, at: UnixMs) {
        let file = match made {
            Ok(file) => Ok(Arc::new(file)),
            Err(Fault::Refused(refusal)) => Err(refusal.code),
            Err(_) => Err("internal"),
        };
        // A job is made once.
        let _ = job.made.set((at, file));
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes: usize = held.iter().map(|job| job.bytes()).sum();
        held.retain(|other| {
            let goes = bytes > HELD_BYTES && other.order.id != job.order.id && other.bytes() > 0;
            if goes {
                bytes -= other.bytes();
            }
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(board: i64, number: i64, at: i64) -> Order {
        Order {
            id: PrintJobId(number),
            board_id: BoardId(board),
            section_id: None,
            tag: format!("\"{number}\""),
            file_name: "cho.pdf".into(),
            title: "Chợ".into(),
            layout: Layout::A6,
            total: 2_000,
            at: UnixMs(at),
        }
    }

    fn take(jobs: &Jobs, board: i64, number: i64) -> Arc<Job> {
        let (job, is_new) = jobs.take(order(board, number, 0)).unwrap();
        assert!(is_new);
        job
    }

    #[test]
    fn the_same_order_is_one_job_until_it_expires_or_fails() {
        let jobs = Jobs::default();
        let job = take(&jobs, 1, 1);
        let again = |at| jobs.take(Order { tag: "\"1\"".into(), ..order(1, 9, at) }).unwrap();
        assert!(!again(5).1 && again(5).0.show().id == PrintJobId(1));
        assert_eq!(job.file().unwrap_err().code, "print-job-working");
        jobs.finish(&job, Ok(vec![1, 2]), UnixMs(10));
        let shown = job.show();
        assert_eq!((shown.state, shown.expires_at), (JobState::Ready, Some(UnixMs(10 + KEPT_MS))));
        assert_eq!(*job.file().unwrap().0, [1, 2]);
        assert!(!again(9 + KEPT_MS).1);
        let found = |board, at| jobs.find(BoardId(board), PrintJobId(1), UnixMs(at)).is_ok();
        assert!(found(1, 9 + KEPT_MS) && !found(2, 5) && !found(1, 10 + KEPT_MS));
        let (next, is_new) = again(10 + KEPT_MS);
        assert!(is_new);
        jobs.finish(&next, Err(Refusal::conflict("print-template-wrong").into()), UnixMs(20));
        assert_eq!(next.show().because, Some("print-template-wrong"));
        assert_eq!(next.file().unwrap_err().code, "print-job-failed");
        assert!(again(21).1, "what failed is tried again");
    }

    #[test]
    fn jobs_are_bounded_by_board_number_and_bytes() {
        let jobs = Jobs::default();
        let first = take(&jobs, 1, 1);
        for number in 2..=6 {
            take(&jobs, 1, number);
        }
        let refused = jobs.take(order(1, 7, 0)).unwrap_err();
        assert_eq!(refused.code, "print-jobs-too-many");
        jobs.finish(&first, Ok(vec![0; 10]), UnixMs(0));
        take(&jobs, 1, 7);
        let is_held = |board, id| jobs.find(BoardId(board), PrintJobId(id), UnixMs(0)).is_ok();
        assert!(!is_held(1, 1), "the board's oldest file made room");
        for board in 2..=3 {
            for number in 1..=3 {
                take(&jobs, board, 10 * board + number);
            }
        }
        assert_eq!(jobs.take(order(5, 51, 0)).unwrap_err().code, "print-jobs-too-many");
        let large = || Ok(vec![0; HELD_BYTES / 2 + 1]);
        for number in [21, 31] {
            let job = jobs.find(BoardId(number / 10), PrintJobId(number), UnixMs(0)).unwrap();
            jobs.finish(&job, large(), UnixMs(1));
        }
        assert!(!is_held(2, 21) && is_held(3, 31), "the oldest file goes first");
        assert!(is_held(2, 22), "what is in the making stays");
    }
}
