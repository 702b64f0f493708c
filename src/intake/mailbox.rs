//! Answers from the writer lanes, brought to a worker's thread together.
//!
//! Waking a task on another thread is a system call. A batch's answers come one right after the
//! other: they wait in the thread's mailbox, whose one task hands them on where waking costs nothing.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Handle, Id};
use tokio::sync::{Notify, oneshot};

use crate::db::Outcome;
use crate::ledger::Recorded;

type Answer = (oneshot::Sender<Outcome<Recorded>>, Outcome<Recorded>);

/// The answers on their way to one thread.
#[derive(Default)]
pub struct Mailbox {
    waiting: Mutex<Vec<Answer>>,
    posted: Arc<Notify>,
}

thread_local! {
    static HERE: RefCell<Option<(Id, Arc<Mailbox>)>> = const { RefCell::new(None) };
}

impl Mailbox {
    /// This thread's; called inside a runtime, whose end is the mailbox's too.
    pub fn here() -> Arc<Self> {
        let runtime = Handle::current().id();
        HERE.with_borrow_mut(|here| match here {
            Some((of, mailbox)) if *of == runtime => Arc::clone(mailbox),
            _ => {
                let mailbox = Arc::new(Self::default());
                tokio::spawn(Arc::clone(&mailbox).hand_on());
                *here = Some((runtime, Arc::clone(&mailbox)));
                mailbox
            }
        })
    }

    /// Takes an answer from any thread; returns what wakes the mailbox's own when all are there.
    pub fn post(
        &self,
        to: oneshot::Sender<Outcome<Recorded>>,
        answer: Outcome<Recorded>,
    ) -> Arc<Notify> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((to, answer));
        Arc::clone(&self.posted)
    }

    async fn hand_on(self: Arc<Self>) {
        loop {
            self.posted.notified().await;
            let answers =
                std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            for (to, answer) in answers {
                // The provider may have hung up; its retry will be a duplicate.
                let _ = to.send(answer);
            }
        }
    }
}
