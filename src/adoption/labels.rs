//! What everything is called, in Vietnamese and English.

use super::amounts::Hidden;
use super::equipped::Reason;
use super::facts::Standing;
use super::subject::AdoptionClass;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub vi: &'static str,
    pub en: &'static str,
}

const fn label(vi: &'static str, en: &'static str) -> Label {
    Label { vi, en }
}

pub const M1: Label = label("Đã có mã", "Equipped");
pub const M2: Label = label("Có số liệu", "Measurable");
pub const M3: Label = label("Bắt đầu dùng", "Activated");
pub const M4: Label = label("Đang dùng", "Active");
pub const M4_30: Label = label("Đang dùng trong 30 ngày", "Active in 30 days");
pub const M4_90: Label = label("Đang dùng trong 90 ngày", "Active in 90 days");
pub const M5: Label = label("Dùng thường xuyên", "Regular");
pub const M6: Label = label("Tạm ngưng dùng", "Paused");
pub const M7: Label = label("Bỏ dùng / dùng lại", "Lost / returned");
pub const M7_LOST: Label = label("Bỏ dùng", "Lost");
pub const M7_RETURNED: Label = label("Dùng lại", "Returned");
pub const M8: Label = label("Mức độ dùng", "Intensity");
pub const M9: Label = label(
    "Tỷ lệ giá trị không tiền mặt ở các sạp có số liệu",
    "Cashless share of value at measurable stalls",
);
pub const M10: Label =
    label("Tỷ lệ lượt trả không tiền mặt", "Cashless share of payments, by count");
pub const M11: Label = label("Phí chợ đóng không tiền mặt", "Market fees paid without cash");
pub const M13: Label = label("Trả bạn hàng bằng chuyển khoản", "Suppliers paid by transfer");
pub const M12: Label = label("Chất lượng tin báo", "Quality of notices");

/// What the bounds of a metric are over, measurable or not.
pub const TRADING: Label = label("mọi sạp đang bán", "all trading stalls");
pub const EQUIPPED_30: Label =
    label("sạp đã có mã từ 30 ngày trở lên", "all stalls equipped for at least 30 days");
/// M13.
pub const OPTED_IN: Label = label("sạp đồng ý ghi cả tiền ra", "stalls that let money out be kept");
/// M6.
pub const SEEN_30: Label = label(
    "sạp có tiền trong 30 ngày liền trước đó",
    "stalls seen to receive money in the 30 days before",
);
/// M7, lost.
pub const SEEN_90: Label = label(
    "sạp từng có tiền trước 90 ngày gần nhất",
    "stalls seen to receive money before the last 90 days",
);
pub const SEEN_PAUSED: Label =
    label("sạp đã tạm ngưng 30 ngày trước", "all stalls known to be paused 30 days before");

impl Reason {
    /// What such stalls have, after their number: "20 sạp chưa có mã", "20 have no code".
    #[must_use]
    pub const fn told(self) -> Label {
        match self {
            Self::NoCode => label("chưa có mã", "have no code"),
            Self::NotVerified => {
                label("có tài khoản chưa xác minh", "have an account that is not verified")
            }
            Self::ScanDiffers => label(
                "đang treo mã khác mã đã đăng ký",
                "show another code than the registered one",
            ),
            Self::NotScanned => label(
                "có mã chưa quét kiểm tra trong 180 ngày",
                "have a code that was not scanned within 180 days",
            ),
            Self::NoFeed => label(
                "có tài khoản chưa nối nguồn báo tiền về",
                "have an account that no feed reports",
            ),
            Self::FeedBlind => label(
                "có mã mà nguồn báo tiền không thấy được",
                "have a code whose money the feed does not see",
            ),
            Self::FeedGaps => label(
                "có nguồn báo tiền chưa chắc hoạt động đủ 90 % số ngày",
                "have a feed that is not proven alive on 90 % of the days",
            ),
        }
    }

    #[must_use]
    pub const fn label(self) -> Label {
        match self {
            Self::NoCode => label("chưa có mã", "no code"),
            Self::NotVerified => label("tài khoản chưa xác minh", "account not verified"),
            Self::ScanDiffers => label(
                "mã quét tại sạp khác mã đã đăng ký",
                "the scan on the stall differs from the registered code",
            ),
            Self::NotScanned => {
                label("mã chưa quét kiểm tra trong 180 ngày", "code not scanned within 180 days")
            }
            Self::NoFeed => label("tài khoản chưa có nguồn báo tiền về", "account without a feed"),
            Self::FeedBlind => label(
                "nguồn báo tiền không thấy tiền vào mã này",
                "the feed does not see money to this code",
            ),
            Self::FeedGaps => label(
                "nguồn báo tiền chưa chắc hoạt động đủ 90 % số ngày",
                "feed not proven alive on 90 % of the days",
            ),
        }
    }
}

impl AdoptionClass {
    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::NotEquipped => "chưa có mã",
            Self::Equipped => "đã có mã",
            Self::Paused => "tạm ngưng dùng",
            Self::Active => "đang dùng",
            Self::Regular => "dùng thường xuyên",
        }
    }
}

impl Standing {
    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Trading => "đang bán",
            Self::Closed => "sạp đã đóng",
            Self::Left => "tiểu thương đã nghỉ sạp",
            Self::Suspended => "tạm nghỉ",
        }
    }
}

impl Hidden {
    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::NoConsent => "tiểu thương chưa đồng ý cho xem",
            Self::NotWholeMonths => "chỉ cộng tiền theo tháng trọn, để không suy ra số của vài sạp",
            Self::AcrossSections => "tiền chỉ cộng theo chợ và khu, để không suy ra số của vài sạp",
            Self::FewStalls => "ẩn vì có dưới 5 sạp nhận tiền",
            Self::OneDominates => "ẩn vì một sạp chiếm trên 70 %",
            Self::Derivable => "ẩn để không suy ra số của khu khác",
            Self::UnclearOfFew => "ẩn số cao nhất vì khoản chưa rõ chỉ là của vài sạp",
        }
    }
}
