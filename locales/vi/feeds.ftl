# Vì sao một tin báo tiền không được tin, hoặc không đọc được: `refused-<mã>`, `unreadable-<mã>`.
# tests/it/cli_feed.rs kiểm tra rằng mã nào cũng có câu.

## Không được tin

refused-method-not-allowed = Nguồn này chỉ nhận POST.
refused-unknown-path = Nhà cung cấp này không gọi địa chỉ đó. Xin coi lại URL đã khai.
refused-no-secret-configured = Nguồn chưa có khóa bí mật nào còn dùng được. Xin thêm khóa.
refused-misconfigured-feed = Cấu hình là của nhà cung cấp khác.
refused-doubled-header = Một tiêu đề quyết định độ tin cậy đến hai lần. Thường do máy trung gian thêm vào; mỗi tiêu đề chỉ gửi một lần.
refused-malformed-header = Một tiêu đề quyết định độ tin cậy có ký tự lạ. Xin coi máy trung gian có sửa tiêu đề không.
refused-missing-api-key = Không có tiêu đề mang khóa. Bên gửi đang dùng cách xác thực khác với nguồn.
refused-malformed-authorization = Tiêu đề Authorization chưa đúng dạng của nhà cung cấp này.
refused-wrong-api-key = Khóa gửi đến không phải khóa của nguồn. Xin chép lại khóa ở hai bên.
refused-missing-credentials = Bên gửi xin token mà không kèm tên và mật khẩu (Authorization: Basic).
refused-wrong-credentials = Tên hoặc mật khẩu khác với nguồn. Xin so `username` và khóa bí mật với bên gửi.
refused-missing-token = Không có token (Authorization: Bearer).
refused-wrong-token = Token không phải của nguồn này, hoặc khóa tạo ra nó đã kết thúc.
refused-expired-token = Token đã hết hạn. Bên gửi cần xin token mới trước mỗi lần báo.
refused-missing-signature = Không có chữ ký. Bên gửi đang dùng cách xác thực khác với nguồn.
refused-malformed-signature = Chữ ký chưa đúng dạng. Xin coi máy trung gian có sửa gì trên đường không.
refused-unsupported-signature = Tin chỉ có kiểu chữ ký mà phần mềm không kiểm. Xin ký kiểu v1.
refused-wrong-signature = Chữ ký sai: khóa hai bên khác nhau, hoặc nội dung đã bị sửa sau khi ký.
refused-missing-timestamp = Không có giờ ký.
refused-malformed-timestamp = Giờ ký phải là số, không có gì khác.
refused-stale-timestamp = Tin ký đã quá lâu so với mức cho phép (`tolerance_s`), hoặc đồng hồ sai.
refused-future-timestamp = Giờ ký ở tương lai: đồng hồ một bên sai.
refused-missing-message-id = Không có mã tin (webhook-id).
refused-malformed-message-id = Mã tin không được rỗng, quá dài hoặc có dấu chấm.
refused-unreadable-body = Không đọc được nội dung để kiểm chữ ký: không phải JSON, thiếu trường, hoặc một trường ghi hai lần.
refused-too-large = Nội dung lớn hơn 256 KiB.

## Không đọc được

unreadable-not-json = Không phải JSON.
unreadable-not-an-object = Phải là một đối tượng JSON.
unreadable-too-many-fields = Có quá nhiều trường.
unreadable-duplicate-field = Một trường ghi hai lần.
unreadable-missing = Thiếu trường này.
unreadable-wrong-type = Chưa đúng kiểu dữ liệu.
unreadable-too-long = Quá dài.
unreadable-forbidden-character = Có ký tự không lưu được.
unreadable-not-an-identifier = Không phải mã giao dịch.
unreadable-not-an-amount = Không phải số đồng nguyên.
unreadable-not-positive = Số tiền phải lớn hơn 0.
unreadable-too-large = Số tiền quá lớn.
unreadable-not-a-time = Không phải thời gian.
unreadable-time-out-of-range = Thời gian nằm ngoài các năm 2000–2099.
unreadable-unknown-direction = Không biết tiền vào hay tiền ra.
unreadable-not-an-account = Không phải số tài khoản.
unreadable-not-a-bin = Không phải mã BIN 6 chữ số.
unreadable-wrong-currency = Không phải tiền đồng.
unreadable-looks-like-a-sum = Dòng này ghi là tổng cộng hoặc số dư, nhưng có ngày và số tiền như một giao dịch. Nếu là giao dịch, hãy sửa nội dung của dòng trong tập tin; nếu không, hãy xóa dòng đó.
unreadable-unknown-text = Chưa có mẫu nào đọc được tin này. Hãy đánh dấu một tin như vậy.
unreadable-misconfigured-feed = Cấu hình là của nhà cung cấp khác.

## Hỏi nhà cung cấp không được: `poll-<mã>`

poll-timeout = Nhà cung cấp không trả lời kịp. Máy chủ sẽ tự hỏi lại.
poll-unreachable = Không nối được máy chủ của nhà cung cấp. Xin coi lại đường mạng; máy chủ sẽ tự hỏi lại.
poll-not-trusted = Chứng thư TLS của địa chỉ này không tin được, nên không gửi khóa đi. Xin coi lại `base_url`.
poll-key-refused = Nhà cung cấp không nhận khóa này. Xin tạo khóa API mới ở nhà cung cấp rồi đặt lại.
poll-too-many-requests = Nhà cung cấp nói hỏi quá nhiều. Máy chủ sẽ đợi đúng thời gian được yêu cầu; nếu còn lặp lại, xin tăng `interval_s`.
poll-status = Nhà cung cấp trả lời bằng mã lỗi HTTP. Máy chủ sẽ tự hỏi lại.
poll-too-large = Câu trả lời lớn hơn 4 MB nên không đọc. Xin coi lại `base_url` và `api`.
poll-not-a-list = Câu trả lời không phải danh sách giao dịch, hoặc bị cắt giữa chừng. Máy chủ sẽ tự hỏi lại; nếu còn lặp lại, xin coi lại `api`.
poll-no-progress = Nhà cung cấp cứ trả lại một trang như nhau nên không đọc tiếp được. Những gì đã đọc vẫn được giữ.
poll-key-missing = Khóa để hỏi đã mất theo khóa bí mật cũ của máy chủ. Xin đặt lại khóa.
poll-url-not-allowed = Địa chỉ này không được phép hỏi. Xin coi lại `base_url` và `poll_allowed_hosts`.
poll-database = Cơ sở dữ liệu chưa ghi được. Máy chủ sẽ tự làm lại; chưa mất gì.
poll-out-of-time = Lần hỏi này lâu quá nên dừng lại; lần sau hỏi tiếp những tài khoản chưa tới lượt. Nếu còn lặp lại, xin bớt `accounts`, hoặc chọn `from_day` gần hơn.
poll-interrupted = Lần hỏi bị ngắt giữa chừng. Lần sau sẽ làm tiếp.
poll-is-over = Lỗi này đã qua: lần đọc trọn gần nhất là lúc { $last_success_at }. Khi đó:

## Mạch của nguồn: `sight-<trạng thái>` là chữ trên màn hình, `alarm-<mã>` là báo động

sight-received = ĐÃ NHẬN
sight-not-seen-yet = CHƯA THẤY TIỀN
sight-unknown = KHÔNG RÕ – XEM ỨNG DỤNG NGÂN HÀNG
alarm-feed-silent = Nguồn trông vẫn tốt nhưng không có tin nào từ { $since_at }, dù giờ này thường có nhiều. Xin mở ứng dụng ngân hàng coi có tiền vào không, rồi coi lại nguồn bên nhà cung cấp hoặc điện thoại.
alarm-phone-silent = Không nghe thấy điện thoại từ { $since_at }. Xin coi máy còn pin, còn mạng và ứng dụng chuyển tin còn chạy không; máy không dùng nữa thì thu hồi ở bàn làm việc, trang Điện thoại (/ql/nguon/dien-thoai).
alarm-poll-failing = Hỏi nhà cung cấp hỏng nhiều lần liền. Lý do ở `last_error` của `/feeds/…/polling`.
alarm-no-secret = Nguồn không có khóa hay điện thoại nào còn dùng được, nên tin gửi đến không được tin. Xin thêm khóa hoặc ghép điện thoại.
alarm-undecodable = Có tin được tin nhưng không đọc được từ { $since_at }; trong đó có thể có tiền. Xin mở bàn làm việc, trang Nguồn báo tiền, Chưa nhận (/ql/nguon/chua-nhan) để biết chỗ sai, sửa ở nguồn hoặc nâng cấp rồi đọc lại; nếu trong đó không có khoản tiền nào chưa tính thì bỏ qua, có ghi lý do. Báo động còn tới khi tin được xử lý.
alarm-refused = Có tin của nguồn bị từ chối từ { $since_at }, tin cuối cùng bị từ chối chưa được nhận lại: có thể khóa sai, và trong tin có thể có tiền. Xin mở bàn làm việc, trang Nguồn báo tiền, Chưa nhận (/ql/nguon/chua-nhan) coi lý do, sửa khóa của nguồn rồi kiểm lại.
alarm-texts-lost = Có tin của điện thoại mất mà chưa ai đọc, từ { $since_at }: quá nhiều tin chờ, hoặc chờ quá 90 ngày; trong đó có thể có tiền. Xin nhập sao kê của những ngày đó ở bàn làm việc, trang Sao kê (/ql/nguon/sao-ke), rồi bỏ qua ở trang Điện thoại (/ql/nguon/dien-thoai), có ghi lý do.
alarm-unknown-text = Điện thoại đã chuyển tin mà chưa mẫu nào đọc được, từ { $since_at }; trong đó có thể có tiền. Xin mở bàn làm việc, trang Nguồn báo tiền, Điện thoại (/ql/nguon/dien-thoai), nhận mẫu hay đánh dấu tin để làm mẫu, hoặc bỏ qua tin không phải tiền vào, có ghi lý do.
alarm-contradicting = Nguồn đã báo cùng một mã giao dịch hai lần mà nội dung khác nhau, từ { $since_at }; tin đầu đã được tính. Xin mở bàn làm việc, trang Nguồn báo tiền, Tin trái nhau (/ql/nguon/trai-nhau), rồi cho biết tin nào đúng.
alarm-kept-too-long = Từ { $since_at } còn tin quá thời hạn giữ mà chưa xóa được nội dung và người trả, vì chưa ai quyết định: tiền chưa biết của sạp nào, cặp nghi trùng, tin mâu thuẫn hay tin không đọc được. Xin giải quyết ở bàn làm việc, các trang Tiền chờ ghi (/ql/hang), Nghi trùng (/ql/nguon/nghi-trung), Tin trái nhau (/ql/nguon/trai-nhau), Chưa nhận (/ql/nguon/chua-nhan); xong thì trong một giờ máy tự xóa.
alarm-shared-ids = Nguồn này và một nguồn khác có cùng nhà cung cấp, cùng `merchant`, mà không rõ có cùng một hợp đồng không, từ { $since_at }. Nếu là hai hợp đồng, hai khoản khác nhau có thể mang cùng một mã và chỉ được tính một. Cùng một hợp đồng: xin ghi cùng người đứng tên (`facts.subscriber`) ở cả hai nguồn. Hai hợp đồng: xin tắt nguồn này rồi lập lại với `merchant` riêng.
alarm-wrong-account = Sạp { $stall }: lần xem gần nhất, lúc { $since_at }, thấy mã trả cho người khác. Xin gỡ xuống ngay, báo tiểu thương, ghé sạp trong ngày rồi chụp lại. Báo động còn tới khi có người chụp lại.

## Mã mà nguồn không thấy được: `warning-<mã>`

warning-no-feed = Chưa có nguồn nào báo tiền của tài khoản này. Mã vẫn trả tiền được, nhưng sạp chưa có số liệu và màn hình không báo ĐÃ NHẬN. Xin nối điện thoại hoặc nguồn khác, hoặc nhập sao kê cuối tháng.
warning-orders-only = Nguồn của tài khoản này chỉ báo đơn tạo ở nhà cung cấp, không thấy tiền trả vào mã này. Xin nối thêm một nguồn báo mọi giao dịch.
warning-bank-not-served = Nguồn này không phục vụ { $bank }, nên không báo tiền vào mã này. Xin nối nguồn khác cho tài khoản, hoặc dùng tài khoản ở ngân hàng mà nguồn phục vụ.
warning-virtual-number-needed = Ở { $bank }, nguồn này chỉ thấy tiền vào số tài khoản ảo, mà mã này trả vào số chính. Xin đăng ký số tài khoản ảo mà nhà cung cấp cấp cho tài khoản, rồi phát mã cho số đó.
warning-memo-word-missing = Ở { $bank }, nguồn này chỉ thấy giao dịch có chữ { $word } trong nội dung, mà mã này chưa có. Xin ghi chữ của tài khoản vào nguồn, rồi thay mã.
warning-money-out-unseen = Nguồn này không thấy tiền ra ở { $bank }: tiền hoàn cho khách phải ghi tay.
warning-holder-consent-missing = Chủ tài khoản chưa đồng ý cho nguồn này báo tiền vào. Xin đọc cho chủ tài khoản nghe, rồi ghi lại lời đồng ý (mục đích `receive_notices`).

## Làm gì tiếp với một yêu cầu thanh toán: `next-<mã>`

next-wait-for-payment = Chưa thấy tiền. Chờ khách quét mã; đừng giao hàng theo ảnh chụp màn hình.
next-ask-for-rest = { $amount ->
    [none] Khách trả còn thiếu.
   *[other] Khách trả còn thiếu { $amount }.
    } Nhờ khách chuyển thêm phần thiếu, nội dung ghi { $reference }: tiền vào thì tự cộng dồn.
next-look-at-pair = Khách trả còn thiếu, nhưng có hai tin báo cùng một số tiền: có thể là một lần trả, có thể là phần còn lại. Coi ứng dụng ngân hàng, quyết cặp tin nghi trùng này rồi hãy đòi thêm.
next-hand-over = { $kind ->
    [fee] Đã đủ tiền.
   *[sale] Đã đủ tiền: giao hàng.
    }
next-look-at-late-payment = { $kind ->
    [fee] Đã đủ tiền, nhưng có phần vào sau khi hết hạn.
   *[sale] Đã đủ tiền, nhưng có phần vào sau khi hết hạn. Coi hàng còn giữ cho khách không; không còn thì trả lại tiền.
    }
next-give-back-surplus = { $amount ->
    [none] Khách trả thừa.
   *[other] Khách trả thừa { $amount }.
    } Trả lại phần thừa, rồi ghi khoản trả lại là hoàn tiền cho khách.
next-give-back-second-payment = Khách đã trả đủ { $count } lần. { $amount ->
    [none] Giữ một lần, trả lại phần còn lại,
   *[other] Trả lại { $amount },
    } rồi ghi khoản trả lại là hoàn tiền cho khách.
next-given-back = { $amount ->
    [none] Tiền của yêu cầu này đã trả lại khách hoặc ngân hàng đã lấy lại.
   *[other] Đã trả lại khách hoặc ngân hàng đã lấy lại { $amount } của yêu cầu này.
    } Đừng đòi thêm theo mã này; muốn thu nữa thì tạo yêu cầu mới.
next-ask-again = Hết hạn mà chưa thấy tiền. Khách còn mua thì tạo yêu cầu mới; tiền đến trễ vẫn được tính, có đánh dấu trễ.
next-give-back-after-cancel = Yêu cầu đã hủy mà tiền vẫn vào. { $amount ->
    [none] Trả lại tiền cho khách,
   *[other] Trả lại { $amount } cho khách,
    } hoặc giao hàng nếu khách còn mua.
next-nothing = Yêu cầu đã hủy, không phải làm gì.
next-look-at-amount = Có khoản lệch một ngàn lần với số tiền của yêu cầu. Đừng giao hàng. Xem ứng dụng ngân hàng: khách chuyển nhầm thì nhờ chuyển cho đúng, rồi ghi khoản đó là gì.

## Vì sao đề nghị phân loại lại: `suggestion-<loại>`

suggestion-payer = Người chuyển là người đã ghi trong quy tắc của sạp.
suggestion-outside-hours = Tiền vào ngoài giờ bán.
suggestion-memo-word = Nội dung chuyển khoản có chữ đã ghi trong quy tắc của sạp.

## Hai tin trái nhau dưới cùng một mã: `conflict-<lý do>`, rồi làm gì

conflict-money = Hai tin cùng một mã giao dịch mà khác số tiền, chiều tiền hoặc số tài khoản. Tin đầu đã được tính.
conflict-details = Hai tin cùng một mã giao dịch, tiền như nhau, chỉ khác giờ hoặc nội dung. Tin đầu đã được tính.
conflict-told-again = Nguồn báo lại y như cũ, dưới cùng một mã giao dịch, nhưng trễ hơn mức nguồn gửi lại một tin. Có thể là tin gửi lại rất trễ, cũng có thể là khoản thứ hai cùng số tiền mà nguồn dùng lại mã. Mới tính một khoản.
conflict-unknown = Hai tin cùng một mã giao dịch mà khác nhau; nội dung của một tin không còn lưu nên không so được. Tin đầu đã được tính.
conflict-next-money = Mở sao kê hoặc ứng dụng ngân hàng của tài khoản, coi tin nào đúng, rồi ghi lại bằng `POST /sighting-conflicts/…/decide`.
conflict-next-details = Sổ không sai tiền. Coi qua hai tin rồi ghi tin nào đúng bằng `POST /sighting-conflicts/…/decide`; nếu lặp lại nhiều lần, xin hỏi nhà cung cấp.
conflict-next-told-again = Mở sao kê hoặc ứng dụng ngân hàng, coi có một khoản hay hai khoản như vậy, rồi ghi `first` (một khoản) hoặc `both` (hai khoản: khoản thứ hai được tính thêm) bằng `POST /sighting-conflicts/…/decide`.
conflict-next-unknown = Mở sao kê hoặc ứng dụng ngân hàng, so với khoản đã tính (`/transfers/…`), rồi ghi lại bằng `POST /sighting-conflicts/…/decide`.
conflict-after-first = Khoản đã tính là đúng, không phải làm gì.
conflict-after-corrected = Sổ đã theo tin đến sau: khoản tính trước được để riêng thành `test`, không cộng vào đâu, khoản đúng được tính thay.
conflict-after-both = Đã tính cả hai khoản: nhà cung cấp đã dùng một mã cho hai lần chuyển. Nếu nhầm, ghi khoản đến sau thành loại `test` (không cộng vào đâu).
conflict-after-other = Khoản đã tính giữ nguyên trong sổ. Nếu sai tiền: ghi khoản đó thành loại `test` (không tính) và ghi lý do bằng `POST /transfers/…/attributions`, rồi nhập sao kê của ngày đó để có khoản đúng.

## Tiền vào bằng mã hoặc yêu cầu đã hết hiệu lực: `mark-<lý do>`, rồi làm gì

mark-revoked-reference = Khách trả bằng mã đã thu hồi của sạp { $stall }. Tiền vẫn vào tài khoản của người bán nên vẫn tính cho sạp.
mark-ended-occupancy = Khách trả bằng mã hoặc yêu cầu của người đã rời sạp { $stall }, hoặc của tài khoản không còn dùng cho sạp. Tiền vào tài khoản của người đó nên tính cho người đó.
mark-cancelled-request = Khách trả cho yêu cầu đã hủy của sạp { $stall }.
mark-next-revoked-reference = Ra sạp coi mã cũ còn treo ở đâu thì gỡ (`POST /code-checks`); nếu khách quét ảnh cũ, nhắc khách quét mã đang treo.
mark-next-ended-occupancy = Gỡ mã cũ khỏi sạp. Nếu người đó vẫn đang bán thì sửa ngày nghỉ sạp (`PATCH /occupancies/…`); nếu khách mua của người bán mới thì nhắc hai người bán tự giao lại tiền.
mark-next-cancelled-request = Hỏi người bán: khách còn mua thì giao hàng; không thì trả lại tiền rồi ghi khoản trả lại (`POST /transfers/…/refunds`).

## Vì sao một khoản còn chờ: `waiting-<lý do>`

waiting-ambiguous-number = Số tài khoản nhận có đăng ký ở nhiều ngân hàng, mà tin báo không nói ngân hàng nào. Xin chọn sạp cho khoản này.
waiting-unknown-account = Lúc tiền vào, số tài khoản nhận chưa đăng ký. Xin chọn sạp cho khoản này; đăng ký tài khoản hoặc số đó thì các khoản sau tự vào đúng sạp.
waiting-unknown-order = Đơn này không phải của yêu cầu nào ở đây. Xin hỏi người bán rồi chọn sạp.
waiting-no-occupancy = Ngày đó tài khoản không nối với sạp nào. Xin nối tài khoản với sạp, hoặc chọn sạp cho khoản này.
waiting-several-occupancies = Tài khoản dùng cho nhiều sạp mà nội dung không có mã sạp. Xin hỏi các sạp rồi chọn.
waiting-several-references = Nội dung có mã của nhiều sạp hoặc yêu cầu. Xin coi nội dung rồi chọn.
waiting-taken-back = Đã có người ghi cho sạp rồi bỏ lại. Xin coi lại và chọn sạp.
