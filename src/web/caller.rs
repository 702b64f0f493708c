//! A caller who has passed the gate, and the four things that handlers do for one.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::idempotency::{self, Answer, Repeatable};
use super::json::Json;
use super::problem::Problem;
use super::state::AppState;
use super::trail::{self, Told};
use crate::access::audit::{self, Did, Doing, How};
use crate::access::{Act, Scope};
use crate::db::{DbConnection, Outcome};

type Reading = dyn Fn(&mut DbConnection, &Act) -> Outcome<Answer> + Send;
/// What a write does; [`Repeatable`] may find that it was done before.
pub type Writing = dyn FnOnce(&mut DbConnection, &Act) -> Outcome<Answer> + Send;

/// Who asks, with what is needed to answer.
pub struct Caller {
    pub state: web::Data<AppState>,
    scope: Scope,
    request: HttpRequest,
    idempotency_key: Result<Option<String>, Problem>,
    /// Runs after each write, also where the client has gone away.
    then: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Caller {
    /// Who does it, now.
    #[must_use]
    pub fn act(&self) -> Act {
        Act::new(self.scope.clone(), self.state.clock.now(), self.state.ids.clone())
    }

    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Method and path, which an idempotency key is bound to.
    fn operation(&self) -> String {
        format!("{} {}", self.request.method(), self.request.path())
    }

    /// Does something after each write, before it is answered.
    #[must_use]
    pub fn then(mut self, then: impl Fn() + Send + Sync + 'static) -> Self {
        self.then = Some(Arc::new(then));
        self
    }

    /// Runs a reading use case.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let act = self.act();
        Ok(self.state.db.read(move |connection| work(connection, &act)).await?)
    }

    /// Answers 200 with what a reading use case found.
    pub async fn show<T: Serialize + 'static>(
        &self,
        work: impl Fn(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        self.answer(Box::new(move |connection, act| {
            Answer::new(StatusCode::OK, None, &work(connection, act)?)
        }))
        .await
    }

    async fn answer(&self, work: Box<Reading>) -> Result<HttpResponse, Problem> {
        Ok(self.read(work).await?.into_response())
    }

    /// Runs a writing use case in a transaction of its own. Boxed, here and below: each route has
    /// its own work, and none needs a copy of everything that runs it.
    async fn write(&self, work: Box<Writing>) -> Result<HttpResponse, Problem> {
        let act = self.act();
        let board_id = act.board_id().0;
        let then = self.then.clone();
        let done = move || then.iter().for_each(|then| then());
        let told = trail::doing(&self.request, self.scope.actor, How::Api, Did::Changed);
        let db = &self.state.db;
        let work = move |connection: &mut DbConnection| {
            let answer = work(connection, &act)?;
            tell(connection, &act, told, &answer)?;
            Ok(answer)
        };
        let answer = db.write_then(board_id, work, done).await?;
        self.request.extensions_mut().insert(Told);
        Ok(answer.into_response())
    }

    /// Changes something: 200 with what it has become.
    pub async fn change<T: Serialize + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        self.write(Box::new(move |connection, act| {
            Answer::new(StatusCode::OK, None, &work(connection, act)?)
        }))
        .await
    }

    /// Ends something: 204.
    pub async fn end(
        &self,
        work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<()> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        self.write(Box::new(move |connection, act| {
            work(connection, act)?;
            Ok(Answer::empty())
        }))
        .await
    }

    /// Creates something: 201 with its address in `Location`. With an `Idempotency-Key` the answer
    /// is kept in the same transaction, and a repeated request gets it again.
    pub async fn create<I, T>(
        &self,
        input: Json<I>,
        location: impl FnOnce(&T) -> String + Send + 'static,
        work: impl FnOnce(&mut DbConnection, &Act, I) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem>
    where
        I: Send + 'static,
        T: Serialize + 'static,
    {
        let Json { value, digest } = input;
        let work = move |connection: &mut DbConnection, act: &Act| {
            let made = work(connection, act, value)?;
            Answer::new(StatusCode::CREATED, Some(location(&made)), &made)
        };
        self.repeatable(digest, Box::new(work)).await
    }

    /// Does something that is not a thing of its own (POST …/revoke): 200, idempotent like
    /// [`Self::create`].
    pub async fn perform<I, T>(
        &self,
        input: Json<I>,
        work: impl FnOnce(&mut DbConnection, &Act, I) -> Outcome<T> + Send + 'static,
    ) -> Result<HttpResponse, Problem>
    where
        I: Send + 'static,
        T: Serialize + 'static,
    {
        let Json { value, digest } = input;
        let work = move |connection: &mut DbConnection, act: &Act| {
            Answer::new(StatusCode::OK, None, &work(connection, act, value)?)
        };
        self.repeatable(digest, Box::new(work)).await
    }

    async fn repeatable(
        &self,
        digest: [u8; 32],
        work: Box<Writing>,
    ) -> Result<HttpResponse, Problem> {
        let Some(key) = self.idempotency_key.clone()? else { return self.write(work).await };
        let repeatable = Repeatable {
            key,
            request_hash: idempotency::request_hash(&self.operation(), digest),
            secret_key: self.state.secret_key.clone(),
        };
        self.write(Box::new(move |connection, act| repeatable.run(connection, act, work))).await
    }
}

/// Tells a change in its transaction, with what it made.
fn tell(connection: &mut DbConnection, act: &Act, mut told: Doing, answer: &Answer) -> Outcome<()> {
    if answer.is_repeated() {
        return Ok(());
    }
    told.whom.extend(answer.made().map(str::to_owned));
    trail::tidy(&mut told.whom);
    audit::tell(connection, act.board_id(), act.at, told)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::behind_gate(request))
    }
}

impl Caller {
    fn behind_gate(request: &HttpRequest) -> Result<Self, Problem> {
        let state = request.app_data::<web::Data<AppState>>();
        let state = state.ok_or_else(|| Problem::internal("the state is missing"))?.clone();
        let scope = request.extensions().get::<Scope>().cloned();
        let scope = scope.ok_or_else(|| Problem::internal("a route outside the gate"))?;
        Ok(Self {
            state,
            scope,
            request: request.clone(),
            idempotency_key: idempotency::key_of(request.headers()),
            then: None,
        })
    }
}
