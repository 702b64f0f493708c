//! `cho40 key --new-secret-key`: the way on where the installation's secret key is lost.

use super::config::Resolved;
use super::say;
use crate::access::{SecretKey, audit, payer_years, users};
use crate::db::{DbConnection, Outcome, migrate};
use crate::intake::feeds;
use crate::live::links;
use crate::primitives::ids::BoardId;
use crate::primitives::{Clock, Refusal, UnixMs};
use crate::registry::boards;
use crate::web;

/// Tells what is lost with the old key; with `yes` makes a new one and forgets what only the old
/// one could read. A key in the environment is taken instead of making a file.
///
/// # Errors
/// `no-board`, `key-file-exists`, `secret-key-not-lost`, `secret-key-malformed`,
/// `new-secret-key-unconfirmed`; those of the settings and the database.
pub fn renew(resolved: Resolved, yes: bool) -> Outcome<()> {
    let (config, now) = (resolved.app, Clock::system().now());
    let mut connection = DbConnection::open_first(&config.database_url)?;
    migrate::require_current(&mut connection)?;
    let boards = boards::all_names(&mut connection)?;
    if boards.is_empty() {
        return Err(Refusal::conflict("no-board").into());
    }
    let (key, file) = if let Some(text) = &config.key_hex {
        let key =
            SecretKey::from_hex(text).ok_or_else(|| Refusal::conflict("secret-key-malformed"))?;
        if key.check(&mut connection).is_ok() {
            return Err(Refusal::conflict("secret-key-not-lost").into());
        }
        (key, None)
    } else {
        let path = config.key_file.as_path();
        if path.exists() {
            let refusal = Refusal::invalid("key_file", "key-file-exists");
            return Err(refusal.with("path", path.display()).into());
        }
        (SecretKey::generate()?, Some(path))
    };
    tell_losses(&mut connection, &boards, now)?;
    if !yes {
        return Err(Refusal::conflict("new-secret-key-unconfirmed").into());
    }
    connection.in_transaction(|connection| {
        for (board_id, _) in &boards {
            feeds::forget_secrets(connection, *board_id)?;
            users::forget_totp(connection, *board_id)?;
            links::end_owners(connection, *board_id, now)?;
            web::forget_answers(connection, *board_id)?;
            audit::command(connection, *board_id, now, "cho40 key --new-secret-key", Vec::new())?;
        }
        payer_years::forget(connection)?;
        key.settle_anew(connection)?;
        // Last, and before COMMIT: a database never belongs to a key that is nowhere.
        file.map_or(Ok(()), |path| key.write_new(path))
    })?;
    let place = file.map_or_else(|| "CHO40_SECRET_KEY".into(), |path| path.display().to_string());
    say(&format!(
        "Khóa bí mật mới: {place} – xin sao lưu riêng, không để chung với cơ sở dữ liệu. / \
         New secret key: {place} – back it up apart from the database."
    ))
}

fn tell_losses(
    connection: &mut DbConnection,
    boards: &[(BoardId, String)],
    now: UnixMs,
) -> Outcome<()> {
    say("Mất khóa bí mật thì mất theo: / What is lost with the secret key:")?;
    say("- khóa của các nguồn báo tiền sau đây; nguồn vẫn còn, nhưng mọi tin báo bị từ chối cho \
         tới khi đặt lại khóa (POST /api/v1/feeds/{id}/secrets) / the secrets of these feeds; they \
         stay, but refuse what comes until a secret is set:")?;
    for (board_id, name) in boards {
        for (id, feed) in feeds::with_secrets(connection, *board_id, now)? {
            say(&format!("  {id}  {feed} ({name})"))?;
        }
    }
    say(
        "- dấu của người trả tiền: không còn biết ai trả trước và sau hôm nay là một người / the \
         payers' marks: nobody can be told to have paid both before and after today",
    )?;
    say(
        "- sáu số của các trang chủ sạp: mọi liên kết chủ sạp bị thu hồi, xin phát lại; trang trả \
         tiền đã gửi không mở được nữa / the six digits of vendors' pages: every vendor's link is \
         revoked, hand out new ones; payers' links that were sent do not open any more",
    )?;
    say(
        "- bước thứ hai khi đăng nhập của mọi người dùng: còn mật khẩu, xin bật lại bước thứ hai / \
         the second step of all users: the passwords stay, turn the second step on again",
    )?;
    say("- câu trả lời giữ theo Idempotency-Key: gửi lại yêu cầu cũ là làm thêm lần nữa / the \
         answers kept by Idempotency-Key: an old request that is sent again is done again")?;
    say("- dấu của khóa gửi kèm tin bị từ chối trước hôm nay: tin đó không kiểm lại được / the \
         marks of keys that came in clear with refused deliveries: these cannot be verified again")
}
