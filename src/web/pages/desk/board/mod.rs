//! The operations board: whether feeds live, what is wrong, and everything that waits for a person: money
//! that no rule placed, reports that contradict each other or were not taken in, phones, statements.

mod conflicts;
mod feed;
mod feed_change;
mod feed_new;
mod feed_ways;
mod feeds;
mod layouts;
mod pairs;
mod phone_texts;
mod phones;
mod queue;
mod queue_part;
mod statement;
mod statements;
mod untaken;
mod waits;

use actix_web::web::{self, ServiceConfig};

use super::super::Words;
use super::{both, get_only, post_only};
pub(super) use feeds::{counted, waiting};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_only("/nguon").route(web::get().to(feeds::page)))
        .service(get_only("/nguon/trai-nhau").route(web::get().to(conflicts::page)))
        .service(post_only("/nguon/trai-nhau/{id}").route(web::post().to(conflicts::decide)))
        .service(get_only("/nguon/nghi-trung").route(web::get().to(pairs::page)))
        .service(post_only("/nguon/nghi-trung/{id}").route(web::post().to(pairs::decide)))
        .service(get_only("/nguon/chua-nhan").route(web::get().to(untaken::page)))
        .service(post_only("/nguon/chua-nhan/tin/{id}").route(web::post().to(untaken::read_again)))
        .service(post_only("/nguon/chua-nhan/{id}").route(web::post().to(untaken::verify_all)))
        .service(post_only("/nguon/chua-nhan/{id}/{number}").route(web::post().to(untaken::settle)))
        .configure(of_feeds)
        .configure(of_phones)
        .configure(of_statements)
        .service(get_only("/hang").route(web::get().to(queue::page)))
        .service(post_only("/hang/de-nghi/{id}").route(web::post().to(queue::decide)))
        .service(both("/hang/{id}", web::get().to(super::nothing), web::post().to(queue::place)));
}

fn of_feeds(config: &mut ServiceConfig) {
    config
        .service(get_only("/nguon/moi").route(web::get().to(feed_new::choose)))
        .service(both(
            "/nguon/moi/{way}",
            web::get().to(feed_new::page),
            web::post().to(feed_new::make),
        ))
        .service(both(
            "/nguon/xem/{id}",
            web::get().to(feed::page),
            web::post().to(feed_change::describe),
        ))
        .service(post_only("/nguon/xem/{id}/khoa").route(web::post().to(feed_change::rotate)))
        .service(
            post_only("/nguon/xem/{id}/khoa/{secret_id}/bo")
                .route(web::post().to(feed_change::end_secret)),
        )
        .service(post_only("/nguon/xem/{id}/tk").route(web::post().to(feed_change::attach)))
        .service(
            post_only("/nguon/xem/{id}/tk/{account_id}")
                .route(web::post().to(feed_change::account)),
        )
        .service(post_only("/nguon/xem/{id}/tat").route(web::post().to(feed_change::disable)))
        .service(post_only("/nguon/xem/{id}/bat").route(web::post().to(feed_change::enable)));
}

fn of_phones(config: &mut ServiceConfig) {
    config
        .service(get_only("/nguon/dien-thoai").route(web::get().to(phones::page)))
        .service(both(
            "/nguon/dien-thoai/tin/{id}",
            web::get().to(phone_texts::page),
            web::post().to(phone_texts::mark),
        ))
        .service(
            post_only("/nguon/dien-thoai/tin/{id}/xu-ly")
                .route(web::post().to(phone_texts::settle)),
        )
        .service(post_only("/nguon/dien-thoai/{id}/ghep").route(web::post().to(phones::pair)))
        .service(
            post_only("/nguon/dien-thoai/{id}/da-mat").route(web::post().to(phones::dismiss_lost)),
        )
        .service(
            post_only("/nguon/dien-thoai/{id}/{device_id}/thu-hoi")
                .route(web::post().to(phones::revoke)),
        );
}

fn of_statements(config: &mut ServiceConfig) {
    config
        .service(both(
            "/nguon/sao-ke",
            web::get().to(statements::page),
            web::post().to(statements::upload),
        ))
        .service(both(
            "/nguon/sao-ke/mau/{layout}",
            web::get().to(layouts::page),
            web::post().to(layouts::map),
        ))
        .service(both(
            "/nguon/sao-ke/{id}",
            web::get().to(statement::page),
            web::post().to(statements::settle),
        ));
}

/// Address, text, and whether it is shown now.
type Tab = (&'static str, String, bool);

/// The pages about feeds, and which of them is shown.
fn tabs(words: Words, here: &str) -> Vec<Tab> {
    let all = [
        ("/ql/nguon", "desk-feeds"),
        (conflicts::PATH, "desk-conflicts"),
        (pairs::PATH, "desk-pairs"),
        (untaken::PATH, "desk-untaken"),
        (phones::PATH, "desk-phones"),
        (statements::PATH, "desk-statements"),
    ];
    all.map(|(href, text)| (href, words.say(text), href == here)).into()
}
