//! What the list of visits says: one sentence why, one what to bring.

use super::reasons::VisitReason;
use super::visits::Obstacle;
use crate::adoption::{DarkFeed, Sentence, Silence, Unproven, say};
use crate::primitives::Day;
use crate::registry::code_checks::CheckResult;

pub fn code_wrong(result: CheckResult, checked: Day) -> Sentence {
    let (vi, en) = match result {
        CheckResult::WrongAccount => (
            "tiền quét mã này vào tài khoản khác",
            "what this code is paid goes to another account",
        ),
        CheckResult::Revoked => {
            ("trên sạp vẫn treo thẻ đã thu hồi", "a revoked card still hangs on the stall")
        }
        CheckResult::OtherCode => (
            "trên sạp treo mã khác mã đã đăng ký",
            "another code than the registered one hangs there",
        ),
        _ => ("trên sạp có mã chưa ai đăng ký", "a code that nobody registered hangs there"),
    };
    let (vi_day, en_day) = (checked.on_paper(), checked);
    say(format!("Kiểm tra ngày {vi_day}: {vi}."), format!("Check of {en_day}: {en}."))
}

pub fn sudden_silence(silence: Silence) -> Sentence {
    let Silence { last_receipt, days, .. } = silence;
    say(
        format!(
            "Từ sau ngày {} không thấy tiền vào suốt {days} ngày bán, trong khi sạp khác vẫn có; so \
             với lệ thường của sạp thì hiếm khi vắng lâu như vậy.",
            last_receipt.on_paper()
        ),
        format!(
            "Nothing has come since {last_receipt}, on {days} trading days on which others were \
             paid; by this stall's own habit that is rare."
        ),
    )
}

pub fn still_silent(silence: Silence) -> Sentence {
    let day = silence.last_receipt;
    say(
        format!("Vẫn chưa thấy tiền vào lại từ sau ngày {}.", day.on_paper()),
        format!("Still nothing has come since {day}."),
    )
}

pub fn feed_unproven(unproven: Unproven) -> Sentence {
    let Unproven { days, since, .. } = unproven;
    say(
        format!(
            "Đã {days} ngày bán, từ {}, không chắc nguồn báo tiền của sạp còn chạy.",
            since.on_paper()
        ),
        format!(
            "On {days} trading days, since {since}, nothing proves that the stall's feed is alive."
        ),
    )
}

pub fn no_money_yet(equipped_on: Day) -> Sentence {
    say(
        format!("Có mã từ {} mà chưa thấy khoản nào vào.", equipped_on.on_paper()),
        format!("It has a code since {equipped_on}, and nothing has come yet."),
    )
}

pub fn regular_paused(since: Day) -> Sentence {
    say(
        format!("Trước đây dùng thường xuyên, từ {} ngưng dùng.", since.on_paper()),
        format!("It was paid regularly, and has paused since {since}."),
    )
}

/// Without numbers: how many receipts a stall has is the vendor's.
pub fn many_errors() -> Sentence {
    say(
        "Gần đây nhiều khoản bị sai số tiền hoặc chưa rõ của sạp nào.",
        "Lately many receipts had a wrong amount or belonged to no stall.",
    )
}

pub fn no_code(known: Option<Obstacle>) -> Sentence {
    match known.filter(|obstacle| *obstacle != Obstacle::Other).map(Obstacle::words) {
        None => say("Chưa có mã, chưa rõ vì sao.", "It has no code, and nobody has said why."),
        Some(words) => say(
            format!("Chưa có mã; lần trước cho biết: {}.", words.vi),
            format!("It has no code; the last visit learnt: {}.", words.en),
        ),
    }
}

pub fn not_verified() -> Sentence {
    say(
        "Có mã nhưng chưa xác nhận tên chủ tài khoản hoặc chưa thử 1.000 đ.",
        "It has a code, but the holder's name was not confirmed or the 1,000 đ test is missing.",
    )
}

pub fn not_scanned() -> Sentence {
    say(
        "Có mã nhưng đã 180 ngày chưa ai quét kiểm tra tại sạp.",
        "It has a code that nobody has scanned on the stall for 180 days.",
    )
}

pub fn name_differs() -> Sentence {
    say(
        "Tài khoản ghi là của chính tiểu thương nhưng tên khác.",
        "The account is said to be the vendor's own, but bears another name.",
    )
}

pub fn account_shared() -> Sentence {
    say("Dùng chung tài khoản với sạp khác.", "Another stall is paid on the same account.")
}

pub fn new_stall(since: Day) -> Sentence {
    say(format!("Mới vào bán từ {}.", since.on_paper()), format!("The vendor came on {since}."))
}

pub fn cash_count(day: Day) -> Sentence {
    say(
        format!("Rút thăm đếm tiền mặt cuối buổi ngày {}.", day.on_paper()),
        format!("Drawn for a count of the day's cash at closing on {day}."),
    )
}

pub fn quarter(last: Option<Day>) -> Sentence {
    match last {
        None => say("Chưa ai ghé lần nào.", "Nobody has been there yet."),
        Some(day) => say(
            format!("Hơn hai tháng chưa ai ghé, lần cuối {}.", day.on_paper()),
            format!("Nobody was there for more than two months; the last time was {day}."),
        ),
    }
}

pub fn drawn() -> Sentence {
    say("Rút thăm ngẫu nhiên để so sánh.", "Drawn by lot, to compare with.")
}

pub fn register_outdated(stall_code: &str, since: Day) -> Sentence {
    say(
        format!(
            "Tổ ghé ngày {} thấy sạp {stall_code} đã nghỉ hoặc đổi người: xin sửa sổ sạp.",
            since.on_paper()
        ),
        format!(
            "On {since} a team found stall {stall_code} closed or with another vendor: correct the \
             register."
        ),
    )
}

pub fn feed_dark(feed: &DarkFeed) -> Sentence {
    let DarkFeed { provider, since, stalls, .. } = feed;
    let provider = provider.as_str();
    say(
        format!(
            "Nguồn báo tiền {provider} của {stalls} sạp: từ {} không chắc còn chạy. Xem nguồn ở bàn, \
             đừng cử tổ ra sạp.",
            since.on_paper()
        ),
        format!(
            "Feed {provider} of {stalls} stalls: nothing proves it alive since {since}. Look at the \
             feed itself; a team can do nothing at the stalls."
        ),
    )
}

/// What the team needs where a feed is broken.
pub fn bring_to_feed(is_phone: bool) -> Sentence {
    if is_phone {
        return bring(VisitReason::FeedUnproven);
    }
    say(
        "Ứng dụng ngân hàng của chủ tài khoản: xem còn nối với dịch vụ báo tiền không; thử 1.000 đ.",
        "The holder's bank app: whether it is still linked to the notifying service; a test with \
         1,000 đ.",
    )
}

/// What the team needs there.
pub fn bring(reason: VisitReason) -> Sentence {
    use VisitReason as R;
    match reason {
        R::CodeWrong => say(
            "Thẻ in mới; điện thoại để quét, gỡ mã lạ và chụp lại.",
            "A new card; a phone to scan with, take the other code down and photograph.",
        ),
        R::SuddenSilence => say(
            "Điện thoại để quét mã trên sạp và thử 1.000 đ.",
            "A phone to scan the code on the stall and to test with 1,000 đ.",
        ),
        R::FeedUnproven => say(
            "Điện thoại của sạp: mở lại ứng dụng chuyển tin, pin, mạng; thử 1.000 đ.",
            "For the stall's phone: forwarder, battery, network; a test with 1,000 đ.",
        ),
        R::NoMoneyYet => say(
            "Thẻ để bàn cỡ lớn, câu mời khách quét; chuyển thử và nghe báo tiền.",
            "A large sign, words to invite customers; a test that is heard.",
        ),
        R::RegularPaused | R::StillSilent => say(
            "Hỏi vì sao ngưng; thẻ in mới phòng khi thẻ cũ hỏng.",
            "Ask why it stopped; a new card in case the old one is worn.",
        ),
        R::ManyErrors => say(
            "Tờ hướng dẫn nhập số tiền và nghe đúng số; cách dùng mã có sẵn số tiền.",
            "How to type amounts and listen to them; how to use a code with the amount in it.",
        ),
        R::NoCode | R::NewStall => say(
            "Phiếu ghé lần đầu, giấy đồng ý, điện thoại để đăng ký.",
            "The first visit's form, consents, a phone to register with.",
        ),
        R::NotVerified => say(
            "Ứng dụng ngân hàng để xem tên; 1.000 đ để thử.",
            "A bank app to see the name; 1,000 đ to test with.",
        ),
        R::NotScanned => say(
            "Điện thoại để quét mã trên sạp; thẻ in mới.",
            "A phone to scan the code on the stall; a new card.",
        ),
        R::NameDiffers | R::AccountShared => say(
            "Giấy đồng ý của chủ tài khoản; hỏi có muốn mã riêng không.",
            "The holder's consent; ask whether they want a code of their own.",
        ),
        R::CashCount => say(
            "Đúng ngày, cuối buổi: phiếu đếm tiền mặt; nói rõ là tự nguyện, từ chối thì ghi từ chối.",
            "On that very day, at closing: the form for the count; say that it is voluntary, and write \
             a refusal down.",
        ),
        R::Quarter | R::Drawn => say(
            "Điện thoại để quét kiểm tra mã; hỏi thăm khó khăn.",
            "A phone to check the code with; ask what is difficult.",
        ),
    }
}
