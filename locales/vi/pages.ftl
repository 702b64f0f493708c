# Chữ trên các trang của điện thoại ở sạp: `page-<khóa>`. Ngắn, dễ đọc cho người bảy mươi tuổi.

page-open-title = cho40
page-open-heading = Bấm nút để mở
page-open-button = MỞ
page-open-failed = Không mở được. Liên kết đã bị thu hồi hoặc mạng yếu. Xin bấm lại, nếu vẫn không được thì hỏi người đã đưa liên kết.

page-closed-title = Trang này không mở được
page-closed-link = Liên kết này sai hoặc đã bị thu hồi. Xin hỏi tổ công nghệ số hoặc ban quản lý chợ để được đưa liên kết mới.
page-closed-ended = Máy này không còn được nghe nữa: liên kết đã bị thu hồi. Xin hỏi tổ công nghệ số hoặc ban quản lý chợ.
page-closed-unknown = Máy này chưa mở liên kết nào. Xin quét mã trên tờ giấy của sạp, hoặc mở lại liên kết đã nhận qua Zalo.
page-closed-full = Đã có quá nhiều máy mở liên kết này. Xin hỏi tổ công nghệ số hoặc ban quản lý chợ.
page-closed-elsewhere = Xin mở liên kết rồi bấm nút ngay trên trang đó.

page-listen-title = Nghe tiền về
page-listen-stall = Sạp
page-listen-connecting = Đang nối…
page-listen-sound-on = BẬT TIẾNG
page-listen-repeat = ĐỌC LẠI
page-listen-past = Vừa nhận
page-listen-settings = Cài đặt
page-listen-how = Báo bằng
page-listen-voice = Giọng đọc
page-listen-chime = Chuông
page-listen-region = Cách đọc
page-listen-speed = Đọc
page-listen-slow = Chậm
page-listen-normal = Vừa
page-listen-fast = Nhanh
page-listen-try = NGHE THỬ
page-listen-other = English

page-kind-received = ĐÃ NHẬN
page-kind-underpaid = THIẾU TIỀN
page-kind-overpaid = DƯ TIỀN
page-kind-duplicate = TRẢ HAI LẦN
page-kind-thousandfold = COI LẠI SỐ TIỀN
page-kind-after-cancel = ĐÃ HỦY MÀ VẪN NHẬN
page-kind-unusual = COI LẠI SỐ TIỀN
page-hint-underpaid = Hỏi khách phần còn thiếu.
page-hint-overpaid = Trả lại khách phần dư.
page-hint-duplicate = Trả lại khách lần thứ hai.
page-hint-thousandfold = Có thể thiếu ba số không. Chưa giao hàng.
page-hint-after-cancel = Coi lại với khách.
page-hint-unusual = Số tiền lạ. Coi lại với khách.

page-state-connecting = ĐANG NỐI…
page-state-waiting = CHƯA THẤY TIỀN
page-state-unknown = KHÔNG RÕ
page-hint-waiting = Tiền về là báo ngay.
page-hint-unknown = XEM ỨNG DỤNG NGÂN HÀNG
page-hint-cut = Mất mạng.
page-hint-alarm = Nguồn báo tiền bị hỏng.
page-link-live = Đang nghe
page-link-cut = Mất mạng
page-warn-silent = Chưa có tiếng
page-warn-muted = Máy này đã được tắt tiếng từ xa.
page-warn-hidden = Trang vừa bị che. Hãy để trang này mở để nghe tiền về.
page-warn-gap = Máy tắt lâu, có thể có lần nhận chưa hiện ở đây. Xem ứng dụng ngân hàng.
page-warn-voice = Máy này chưa có giọng đọc tiếng Việt, nên chỉ có chuông.
page-warn-ended = Máy này không còn được nghe nữa. Xin hỏi ban quản lý chợ.
page-late = lúc
