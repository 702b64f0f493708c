//! `/nghe/live`: what happens, as server-sent events (WHATWG HTML, 9.2). The id of an event is the
//! page's cursor.

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use tokio::sync::mpsc::Receiver;

use super::presented;
use crate::live::{Hearer, Message, Presented, told};
use crate::web::problem::Problem;
use crate::web::state::AppState;

const LAST_EVENT_ID: &str = "last-event-id";
/// nginx would hold a stream back to fill its buffer.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
/// How long a browser waits before it comes back.
const RETRY: &str = "retry: 2000\n\n";

#[derive(Deserialize)]
pub(super) struct Cursor {
    after: Option<i64>,
    /// `1` where the page was just opened: what came lately is told again.
    #[serde(default)]
    opened: u8,
    /// Whose page asks.
    listener: Option<String>,
}

pub(super) async fn live(
    state: web::Data<AppState>,
    request: HttpRequest,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, Problem> {
    let is_others = |hearer: &Hearer| {
        let own = hearer.listener_id.to_string();
        cursor.listener.as_ref().is_some_and(|asking| *asking != own)
    };
    let hearer = match presented(&state, &request).await? {
        // The browser has opened another link since.
        Presented::Hears(hearer) | Presented::Locked(hearer, _) if is_others(&hearer) => {
            return Ok(streamed(stream::iter([text(&told::moved())])));
        }
        Presented::Hears(hearer) => hearer,
        Presented::Locked(..) => return Ok(streamed(stream::iter([text(&told::locked())]))),
        // A browser cannot see the status of a stream: it is told in its own way.
        Presented::Ended | Presented::Unknown => {
            return Ok(streamed(stream::iter([text(&told::ended())])));
        }
    };
    let last = request.headers().get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let last = last.and_then(|id| id.parse().ok());
    let from = told::Start { after: cursor.after.max(last), is_opened: cursor.opened == 1 };
    let listening = state.hub.listen(hearer, from).await?;
    let newest = listening.first.iter().map(|message| message.seq).max().unwrap_or(0);
    let first: Vec<_> = listening.first.iter().map(text).collect();
    let then = messages(listening.then)
        // What came between entering and reading is in both.
        .filter(move |message| std::future::ready(message.event != "money" || message.seq > newest))
        .map(|message| text(&message));
    let began = stream::iter([web::Bytes::from_static(RETRY.as_bytes())]);
    Ok(streamed(began.chain(stream::iter(first)).chain(then)))
}

fn messages(queue: Receiver<Arc<Message>>) -> impl futures_util::Stream<Item = Arc<Message>> {
    stream::unfold(queue, async |mut queue| queue.recv().await.map(|message| (message, queue)))
}

fn text(message: &Message) -> web::Bytes {
    let Message { seq, event, data } = message;
    format!("id: {seq}\nevent: {event}\ndata: {data}\n\n").into()
}

fn streamed(events: impl futures_util::Stream<Item = web::Bytes> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header(UNBUFFERED)
        .streaming(events.map(Ok::<_, Infallible>))
}
