//! What the list of visits says: one sentence why, one what to bring.

use super::reasons::VisitReason;
use super::visits::Obstacle;
use crate::adoption::{Errors, Sentence, Silence, Unproven, say};
use crate::primitives::Day;
use crate::registry::code_checks::CheckResult;

pub fn code_wrong(result: CheckResult, checked: Day) -> Sentence {
    let (vi, en) = match result {
        CheckResult::WrongAccount => {
            ("mã treo trên sạp trả tiền cho người khác", "the code on the stall pays somebody else")
        }
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

pub fn feed_unproven(unproven: Unproven) -> Sentence {
    let Unproven { days, since } = unproven;
    say(
        format!(
            "Đã {days} ngày chợ, từ {}, không chắc nguồn báo tiền của sạp còn chạy.",
            since.on_paper()
        ),
        format!(
            "On {days} market days, since {since}, nothing proves that the stall's feed is alive."
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

pub fn many_errors(errors: Errors) -> Sentence {
    let Errors { wrong, all } = errors;
    say(
        format!("Trong 30 ngày, {wrong} trên {all} khoản bị sai số tiền hoặc chưa rõ của sạp nào."),
        format!(
            "In 30 days, {wrong} of {all} receipts had a wrong amount or belonged to no stall."
        ),
    )
}

pub fn no_code(known: Option<Obstacle>) -> Sentence {
    match known.map(Obstacle::words) {
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

pub fn quarter(last: Option<Day>) -> Sentence {
    match last {
        None => say("Chưa ai ghé lần nào.", "Nobody has been there yet."),
        Some(day) => say(
            format!("Ba tháng chưa ai ghé, lần cuối {}.", day.on_paper()),
            format!("Nobody was there for three months; the last time was {day}."),
        ),
    }
}

pub fn drawn() -> Sentence {
    say("Rút thăm ngẫu nhiên để so sánh.", "Drawn by lot, to compare with.")
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
        R::RegularPaused => say(
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
        R::Quarter | R::Drawn => say(
            "Điện thoại để quét kiểm tra mã; hỏi thăm khó khăn.",
            "A phone to check the code with; ask what is difficult.",
        ),
    }
}
