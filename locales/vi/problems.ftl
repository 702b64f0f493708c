# Câu trả lời khi một yêu cầu không làm được: chuyện gì, và nên làm gì.
# Mỗi mã lỗi của chương trình có một khóa `problem-<mã>`; tests/it/web_texts.rs kiểm tra.

title-400 = Yêu cầu chưa đúng dạng
title-401 = Chưa có khóa hợp lệ
title-403 = Không đủ quyền
title-404 = Không tìm thấy
title-405 = Phương thức không dùng được ở đây
title-409 = Mâu thuẫn với dữ liệu đã ghi
title-413 = Nội dung quá lớn
title-415 = Kiểu nội dung không nhận
title-422 = Dữ liệu chưa đúng
title-429 = Gửi quá nhiều yêu cầu
title-500 = Lỗi phía máy chủ
title-503 = Máy chủ đang bận

## Mọi yêu cầu

problem-route-unknown = Không có địa chỉ này. Xin xem danh sách ở /docs/.
problem-method-not-allowed = Địa chỉ này chỉ nhận { $allowed }.
problem-request-malformed = Máy chủ không đọc được yêu cầu này. Xin kiểm tra lại rồi gửi lần nữa.
problem-request-too-large = Nội dung gửi lên quá lớn. Xin gửi từng phần nhỏ hơn.
problem-too-many-requests = Gửi nhiều yêu cầu quá. Xin chờ { $seconds } giây rồi gửi lại.
problem-busy = Máy chủ đang bận, chưa ghi gì hết. Xin chờ { $seconds } giây rồi gửi lại.
problem-internal = Máy chủ gặp lỗi nên chưa làm được. Xin thử lại; nếu vẫn lỗi, gửi mã request_id cho người giữ máy chủ.
problem-schema-not-current = Cơ sở dữ liệu chưa lên phiên bản mới. Người giữ máy chủ cần chạy `cho40 migrate`.
problem-database-unreachable = Máy chủ chưa nối được cơ sở dữ liệu. Xin chờ một chút rồi thử lại.

## Khóa và quyền

problem-key-missing = Thiếu khóa API. Xin gửi kèm tiêu đề `Authorization: Bearer cho40_…`.
problem-key-unknown = Khóa API này không có hoặc đã bị thu hồi. Xin hỏi người quản trị để được cấp khóa khác.
problem-key-expired = Khóa API này đã hết hạn. Xin hỏi người quản trị để được cấp khóa khác.
problem-authorization-doubled = Tiêu đề Authorization được gửi hai lần. Xin chỉ gửi một lần.
problem-authorization-malformed = Tiêu đề Authorization chưa đúng dạng. Xin gửi `Authorization: Bearer cho40_…`.
problem-forbidden = Chưa có quyền { $means ->
    [registry-read] xem sổ chợ
    [registry-write] sửa sổ chợ
    [codes-write] phát, thu hồi và kiểm tra mã
    [requests-read] xem yêu cầu thanh toán
    [requests-write] tạo yêu cầu thanh toán
    [feeds-read] xem nguồn báo tiền
    [feeds-write] sửa nguồn báo tiền
    [transfers-read] xem giao dịch
    [amounts-read] xem số tiền
    [transfers-assign] ghi tiền cho sạp
    [transfers-propose] đề nghị ghi tiền cho sạp
    [reports-read] xem báo cáo
    [stall-links-write] đưa liên kết cho điện thoại ở sạp
    [visits-read] xem nên ghé sạp nào và vì sao
    [reports-publish] công bố báo cáo và nhập chỉ tiêu
    [visits-write] lập danh sách ghé, ghi kết quả ghé sạp
    [keys-write] cấp khóa
    [users-write] mời và sửa người dùng
   *[other] này
    } ({ $permission }). Xin dùng khóa khác hoặc nhờ người quản trị cấp quyền.
problem-amounts-not-shared = Hình này có số tiền, mà số tiền là của tiểu thương. Xin dùng khóa có quyền amounts.read hoặc khóa đã tạo yêu cầu, hoặc xin tiểu thương đồng ý cho xem (share_amounts).
problem-outside-sections = Việc này là của cả chợ, mà người dùng này chỉ lo một số khu. Xin nhờ người lo cả chợ.
problem-key-cannot-revoke-itself = Một khóa không tự thu hồi chính nó được. Xin dùng một khóa khác của ban quản lý.
problem-key-expiry-past = Thời điểm này đã qua. Xin ghi thời điểm về sau, hoặc bỏ trống nếu khóa không tự hết hạn.
problem-key-outlives-its-maker = Khóa đang dùng hết hạn lúc { $expires_at }, nên không tạo được khóa hết hạn muộn hơn. Xin ghi hạn sớm hơn, hoặc dùng khóa khác.

## Người dùng, đăng nhập

problem-login-wrong = Tên đăng nhập hoặc mật khẩu chưa đúng. Xin gõ lại; quên thì nhờ người quản trị mời lại.
problem-login-taken = Tên đăng nhập này đã có người dùng. Xin chọn tên khác, như số điện thoại của mình.
problem-password-length = Mật khẩu cần từ { $min } đến { $max } ký tự. Vài chữ ghép lại là đủ, không cần ký hiệu lạ.
problem-password-common = Mật khẩu này nhiều người dùng nên bị thử trước hết. Xin chọn mật khẩu khác, như vài chữ không liên quan nhau.
problem-password-like-login = Mật khẩu không nên chứa tên đăng nhập. Xin chọn mật khẩu khác.
problem-password-wrong = Mật khẩu cũ chưa đúng. Xin gõ lại.
problem-passwords-differ = Hai lần gõ mật khẩu không giống nhau. Xin gõ lại.
problem-invitation-ended = Lời mời này sai, đã dùng, đã hủy hoặc đã quá 72 giờ. Xin nhờ người quản trị mời lại.
problem-totp-code-wrong = Mã chưa đúng hoặc đã dùng rồi. Xin đợi ứng dụng hiện mã mới rồi gõ lại; giờ của điện thoại phải đúng.
problem-totp-on-already = Bước thứ hai đã bật rồi. Muốn đổi máy, xin tắt bằng mã của máy cũ trước.
problem-totp-not-begun = Chưa có mã QR nào chờ xác nhận. Xin bắt đầu lại từ trang của tôi.
problem-session-ended = Đã thử quá nhiều mã, hoặc đã quá năm phút. Xin đăng nhập lại.
problem-user-last-owner = Đây là người quản trị cuối cùng của ban. Xin mời thêm một người quản trị trước.
problem-sections-not-for-role = Vai trò này lo cả chợ, không chia theo khu. Xin bỏ chọn khu, hoặc chọn vai trò khác.
problem-role-unknown = Không có vai trò này. Xin chọn một vai trò trong danh sách.
problem-choice-missing = Xin chọn một mục trong danh sách.
problem-day-unreadable = Ngày chưa đúng. Xin ghi như 24/11/2026.
problem-number-unreadable = Xin ghi một con số.
problem-import-no-headings = Không thấy hàng tiêu đề. Cần ít nhất cột Số sạp và một cột khác; xin tải tập tin mẫu.
problem-import-heading-twice = Có hai cột { $heading }. Xin bỏ bớt một cột.
problem-import-too-many-rows = Tập tin có hơn { $max } dòng. Xin chia thành nhiều tập tin.
problem-import-taken-back = Chưa ghi gì hết, vì có dòng chưa được.
problem-import-no-stall = Dòng này thiếu số sạp.
problem-import-no-section = Sạp mới cần có khu.
problem-import-no-goods = Sạp mới cần có hàng bán.
problem-import-other-holder = Sạp này trong sổ đang có người khác bán. Xin ghi ngày nghỉ của người ấy trước, hoặc sửa tên trong sổ.
problem-import-number-rounded = Số tài khoản này đã bị bảng tính làm tròn. Xin để cột ở dạng văn bản rồi gõ lại.
problem-import-no-bank = Có số tài khoản thì cần có ngân hàng.
problem-import-bank-unknown = Không biết ngân hàng này. Xin ghi tên ngắn như Vietcombank, hoặc mã BIN sáu số.
problem-import-no-holder = Tài khoản mới cần có tên chủ tài khoản.
problem-import-word-unknown = Không hiểu chữ này. Xin xem các chữ dùng được trong tập tin mẫu.
problem-stall-of-nobody = Không có sạp này, hoặc ngày tiền vào chưa ai bán ở đó. Xin coi lại số sạp.

## Nội dung gửi lên

problem-content-type-not-json = Chỉ nhận JSON không nén. Xin gửi tiêu đề `Content-Type: application/json`.
problem-body-too-large = Nội dung dài hơn { $max } byte. Xin gửi từng phần nhỏ hơn.
problem-body-incomplete = Nội dung gửi chưa trọn. Xin gửi lại.
problem-body-not-utf8 = Nội dung không phải UTF-8. Xin lưu lại bằng UTF-8 rồi gửi lại.
problem-body-empty = Chưa có nội dung. Xin gửi một đối tượng JSON; nếu không cần điền gì thì gửi {"{}"}.
problem-body-not-json = Nội dung không phải JSON đúng: dòng { $line }, cột { $column }. Xin sửa rồi gửi lại.
problem-field-missing = Thiếu trường { $field }. Xin thêm vào rồi gửi lại.
problem-field-unknown = Không có trường tên { $field } ở đây. Xin xem lại cách viết ở /docs/.
problem-field-doubled = Trường { $field } được ghi hai lần. Xin chỉ ghi một lần.
problem-value-of-wrong-type = { $form ->
    [body] Nội dung phải là một đối tượng JSON {"{ … }"}.
    [object] Trường { $field } phải là một đối tượng JSON {"{ … }"}.
    [list] Trường { $field } phải là một danh sách JSON [ … ].
    [text] Trường { $field } phải viết trong ngoặc kép, kể cả khi chỉ gồm chữ số.
    [whole] Trường { $field } phải là số nguyên, không dấu chấm, không ngoặc kép, ví dụ 50000.
    [boolean] Trường { $field } phải là true (có) hoặc false (không), không ngoặc kép.
    [day] Trường { $field } phải là ngày có thật, dạng YYYY-MM-DD, ví dụ 2026-11-24.
    [instant] Trường { $field } phải là thời điểm có múi giờ, ví dụ 2026-11-24T12:00:00+07:00.
    [id] Trường { $field } phải là mã bắt đầu bằng { $prefix }. Xin chép nguyên mã.
   *[other] Giá trị của trường { $field } chưa đúng kiểu. Xin xem lại kiểu dữ liệu ở /docs/.
}
problem-value-not-listed = Giá trị của trường { $field } phải là một trong: { $allowed }.
problem-idempotency-key-malformed = Idempotency-Key phải có 1–{ $max } ký tự ASCII nhìn thấy được, gửi một lần.
problem-idempotency-key-reused = Idempotency-Key này đã dùng cho một yêu cầu khác. Xin dùng khóa mới cho yêu cầu mới.
problem-idempotency-key-in-use = Một yêu cầu cùng Idempotency-Key đang được ghi. Xin chờ một chút rồi gửi lại.

## Chữ, số, danh sách

problem-text-length = Phần này phải có chữ và không dài quá { $max } ký tự. Xin viết lại.
problem-text-empty = Phần này không còn chữ nào sau khi bỏ dấu. Xin viết lại.
problem-text-too-long = { $beside ->
    [reference] Nội dung này chỉ được tối đa { $room } ký tự (không kể số tham chiếu). Xin viết ngắn lại.
   *[nothing] Phần này dài { $length } ký tự, tối đa { $room }. Xin viết ngắn lại.
}
problem-text-character = Ký tự “{ $character }” không dùng được trong mã VietQR. Xin chỉ dùng chữ, số và khoảng trắng.
problem-text-control-character = Phần này có ký tự điều khiển (xuống dòng, tab…). Xin viết trên một dòng.
problem-text-hidden-character = Phần này có ký tự ẩn hoặc không có chữ nào thấy được. Xin gõ lại bằng tay, đừng dán.
problem-text-has-nul = Nội dung có ký tự NUL, không lưu được. Xin bỏ ký tự đó.
problem-number-out-of-range = Số phải từ { $min } đến { $max }.
problem-empty-list = Danh sách này phải có ít nhất một mục.
problem-list-too-long = Danh sách này chỉ được tối đa { $max } mục.
problem-cursor-malformed = Con trỏ trang không đúng. Xin dùng nguyên next_cursor của trang trước.
problem-limit-out-of-range = Mỗi trang có từ { $min } đến { $max } mục. Xin chọn lại.
problem-day-too-far = Ngày không được sau { $max }. Chưa có ngày cuối thì xin để trống.
problem-period-reversed = Ngày cuối đứng trước ngày đầu ({ $from_day }). Xin coi lại hai ngày.
problem-phone-malformed = Số điện thoại chưa đúng. Xin ghi số di động Việt Nam, ví dụ 0912 345 678.

problem-not-found = { $what ->
    [account] Không tìm thấy tài khoản này. Xin coi lại mã.
    [absence] Không tìm thấy ngày nghỉ này. Xin coi lại mã.
    [board] Không tìm thấy ban quản lý này.
    [calendar_rule] Không tìm thấy quy định ngày chợ này. Xin coi lại mã.
    [code_check] Không tìm thấy lần kiểm tra mã này. Xin coi lại mã.
    [other_code] Không tìm thấy mã của ví hay cổng khác này. Xin coi lại mã.
    [code] Không tìm thấy mã QR này. Xin coi lại mã.
    [consent] Không tìm thấy sự đồng ý này. Xin coi lại mã.
    [device] Không tìm thấy điện thoại này ở nguồn. Xin coi lại mã.
    [delivery] Không tìm thấy tin báo này. Xin coi lại mã.
    [feed] Không tìm thấy nguồn báo tiền này. Xin coi lại mã.
    [key] Không tìm thấy khóa API này. Xin coi lại mã.
    [link] Không tìm thấy liên kết sạp – tài khoản này. Xin coi lại mã.
    [market] Không tìm thấy chợ này. Xin coi lại mã.
    [neighbourhood] Không tìm thấy khóm, ấp này. Xin coi lại mã.
    [number] Không tìm thấy số nhận tiền này. Xin coi lại mã.
    [occupancy] Không tìm thấy người bán tại sạp này. Xin coi lại mã.
    [polling] Nguồn này chưa được đặt để hỏi nhà cung cấp.
    [refused_delivery] Không tìm thấy tin bị từ chối này: tin đã được nhận vào, hoặc đã nhường chỗ cho tin mới hơn.
    [request] Không tìm thấy yêu cầu thanh toán này. Xin coi lại mã.
    [secret] Không tìm thấy khóa bí mật đang dùng này. Xin coi lại mã.
    [section] Không tìm thấy khu này trong chợ. Xin coi lại mã.
    [proposal] Không tìm thấy đề nghị này. Xin coi lại mã.
    [refund] Không tìm thấy lần hoàn tiền này. Xin coi lại mã.
    [marked_transfer] Giao dịch này không có dấu cần xem, hoặc không có. Xin coi lại mã.
    [sighting_conflict] Không tìm thấy cặp tin trái nhau này. Xin coi lại mã.
    [suspected_pair] Không tìm thấy cặp tin báo nghi trùng này. Xin coi lại mã.
    [statement] Không có sao kê này. Xin kiểm tra mã.
    [statement_layout] Chưa có tập tin nào có mẫu này. Xin kiểm tra tên mẫu.
    [stall_link] Không tìm thấy liên kết này của sạp. Xin coi lại mã.
    [listener] Không tìm thấy máy này ở liên kết. Xin coi lại mã.
    [print_job] Không tìm thấy lệnh in này: đã hết hạn, hoặc máy chủ đã khởi động lại. Xin đặt in lại.
    [team] Không tìm thấy tổ này. Xin coi lại mã.
    [cash_plan] Không tìm thấy đợt đếm tiền mặt này. Xin coi lại mã.
    [tally] Không tìm thấy lượt bấm này. Xin coi lại mã.
    [published_report] Không tìm thấy báo cáo đã công bố này. Xin coi lại mã.
    [visit_round] Không tìm thấy đợt ghé sạp này. Xin coi lại mã.
    [visit] Không tìm thấy lần ghé sạp này. Xin coi lại mã.
    [stall] Không tìm thấy sạp này. Xin coi lại mã.
    [template] Không tìm thấy mẫu này. Xin coi lại mã.
    [transfer] Không tìm thấy giao dịch này. Xin coi lại mã.
    [unknown_text] Không tìm thấy tin này: đã đọc được, hoặc đã chờ quá 90 ngày.
    [vendor] Không tìm thấy tiểu thương này. Xin coi lại mã.
    [verification] Không tìm thấy lần xác minh này. Xin coi lại mã.
    [user] Không tìm thấy người dùng này. Xin coi lại mã.
    [invitation] Không tìm thấy lời mời này. Xin coi lại mã.
    [user_session] Không tìm thấy nơi đăng nhập này: có thể đã thoát rồi.
   *[other] Không tìm thấy. Xin coi lại mã.
}

## Chợ, khu, sạp, tiểu thương

problem-day-start-out-of-range = Ngày phải bắt đầu từ 0 đến { $max } phút sau nửa đêm.
problem-minimum-receipt-out-of-range = Số tiền nhỏ nhất được tính là một lượt nhận phải từ 1 đ đến { $max }.
problem-weekday-out-of-range = Thứ trong tuần ghi từ 1 (thứ hai) đến 7 (chủ nhật).
problem-lunar-day-out-of-range = Ngày âm lịch ghi từ 1 đến 30.
problem-section-exists = Chợ đã có khu mang tên này. Xin đặt tên khác.
problem-section-of-other-market = Khu này thuộc chợ khác. Xin chọn một khu của cùng chợ.
problem-neighbourhood-exists = Đã có khóm, ấp mang tên này. Xin dùng cái đã có.
problem-stall-code-taken = Chợ đã có sạp mang số này (không kể chữ hoa, chữ thường, khoảng trắng). Xin chọn số khác.
problem-stall-occupied = Sạp vẫn còn người bán sau ngày đóng. Xin ghi ngày thôi bán cho { $occupancy } trước.
problem-stall-closed = Sạp đã đóng từ { $closed_day }. Xin chọn sạp khác hoặc ngày trước đó.
problem-occupancy-overlaps = Sạp đã có người bán trong những ngày này ({ $occupancy }). Xin ghi ngày người đó thôi bán trước.
problem-occupancy-ended = Người bán này đã thôi bán; ngày cuối là { $to_day }. Nếu ngày sai, xin sửa lại ngày.
problem-outside-occupancy = Những ngày này nằm ngoài thời gian bán ở sạp. Xin coi lại ngày.
problem-occupancy-not-trading = Tiểu thương không đứng sạp ngày { $day }. Xin chọn người bán tại sạp trong ngày đó.
problem-link-overlaps = Sạp đã gắn với tài khoản này trong những ngày đó ({ $link }). Xin sửa ngày của liên kết cũ.
problem-field-required = Trường này bắt buộc khi xác minh bằng cách { $because ->
    [name_shown] đọc tên trên ứng dụng ngân hàng
    [test_seen] thấy khoản thử qua nguồn báo tiền
    [test_confirmed] chủ tài khoản thấy khoản thử
   *[other] này
    } ({ $because }). Xin điền vào.
problem-field-not-allowed = Trường này không dùng khi xác minh bằng cách { $because ->
    [name_shown] đọc tên trên ứng dụng ngân hàng
    [test_seen] thấy khoản thử qua nguồn báo tiền
    [test_confirmed] chủ tài khoản thấy khoản thử
   *[other] này
    } ({ $because }). Xin bỏ ra.

## Tài khoản, sự đồng ý

problem-number-taken = Số này đã thuộc một tài khoản trong sổ ({ $account }). Xin dùng tài khoản đó.
problem-number-in-use = Đã phát mã hoặc yêu cầu thanh toán vào số này nên không sửa được. Xin thêm số mới.
problem-number-not-transferable = Số { $number } không chuyển khoản vào được. Xin chọn số tài khoản chính hoặc tài khoản ảo.
problem-main-number-exists = Số chính được ghi cùng lúc với tài khoản. Xin chọn loại số khác.
problem-account-closed = Tài khoản { $account } đã đóng lúc { $closed_at }. Xin dùng tài khoản khác.
problem-account-has-live-codes = Còn mã đang dùng trả vào tài khoản này ({ $code }). Xin thay hoặc thu hồi mã đó trước.
problem-no-feed-sees-account = Chưa có nguồn báo tiền hay sao kê nào báo khoản nào của tài khoản này, nên không nguồn nào thấy được khoản thử. Xin nối nguồn trước, hoặc gửi test_confirmed nếu chủ tài khoản đã thấy trong app của mình.
problem-account-not-linked = Tài khoản này không gắn với sạp vào ngày { $day }. Xin gắn tài khoản trước.
problem-no-linked-account = Sạp chưa gắn với tài khoản nào vào ngày { $day }. Xin gắn một tài khoản trước.
problem-several-linked-accounts = Sạp gắn với { $count } tài khoản. Xin chọn một tài khoản.
problem-fee-account-required = Thu phí phải ghi rõ tài khoản của chợ. Xin chọn tài khoản nhận.
problem-holder-name-unreadable = Tên chủ tài khoản không còn chữ nào sau khi bỏ dấu. Xin ghi đúng như ngân hàng hiện.
problem-holder-name-verified = Tên chủ tài khoản đã được xác minh là { $holder } nên không đổi được. Xin lập tài khoản mới.
problem-consent-missing = Chủ tài khoản chưa đồng ý { $purpose ->
    [keep_outgoing] cho giữ lại tiền chuyển đi và số dư
   *[other] việc này
    } ({ $purpose }). Xin ghi nhận sự đồng ý trước.
problem-consent-subject = Sự đồng ý { $purpose ->
    [register] được ghi vào sổ
    [receive_notices] cho nhận tin báo tiền về
    [share_amounts] cho xem số tiền của sạp
    [use_of_account] cho mượn tài khoản
    [keep_outgoing] cho giữ lại tiền chuyển đi và số dư
   *[other] này
    } ({ $purpose }) là của { $whose ->
    [vendor] tiểu thương. Xin ghi vendor_id và bỏ account_id.
    [holder] chủ tài khoản. Xin ghi account_id và bỏ vendor_id.
   *[either] tiểu thương hoặc chủ tài khoản. Xin ghi vendor_id hoặc account_id, đúng một trong hai.
    }
problem-consent-exists = Sự đồng ý này đã có và còn hiệu lực ({ $consent }).
problem-consent-withdrawn = Sự đồng ý này đã rút lại lúc { $withdrawn_at }. Nếu cần, xin ghi sự đồng ý mới.

## Mã VietQR

problem-unknown-bin = Không có ngân hàng nào mang mã BIN { $bin }. Mã BIN có 6 chữ số, ví dụ 970422 là MBBank, 970436 là Vietcombank.
problem-bank-not-receiving = { $bank } (BIN { $bin }) không nhận tiền qua VietQR. Xin dùng tài khoản ở ngân hàng khác.
problem-account-malformed = Số tài khoản chỉ gồm chữ không dấu và số, từ 1 đến { $limit } ký tự. Xin coi lại.
problem-card-malformed = Số thẻ chưa đúng. Xin ghi đủ các chữ số in trên thẻ.
problem-category-malformed = Mã ngành hàng (MCC) phải có bốn chữ số.
problem-amount-not-readable = Không đọc được số tiền. Xin viết như 50000, 50.000, 50k, 1tr2 hoặc 50 nghìn.
problem-amount-has-no-words = Chỉ đọc được số tiền từ 0 đ đến dưới { $limit }.
problem-amount-not-positive = Số tiền phải lớn hơn 0 đ.
problem-amount-too-large = Số tiền { $amount } quá lớn: một lần chuyển nhanh phải dưới { $limit }. Xin chia làm nhiều lần.
problem-image-too-much-text = Mã này dài quá, không vẽ thành hình QR được. Xin viết nội dung ngắn lại.
problem-picture-format = Đây không phải ảnh JPEG hay PNG. Nếu là ảnh iPhone (HEIC): vào Cài đặt > Camera > Định dạng > Tương thích nhất rồi chụp lại, hoặc chụp màn hình tấm ảnh và gửi ảnh đó.
problem-photo-too-large = Hình lớn hơn { $max } MB. Xin gửi dạng JPEG, hoặc chụp nhỏ hơn.
problem-picture-too-large = Ảnh lớn hơn { $max } megapixel. Xin chụp ở độ phân giải thấp hơn.
problem-picture-broken = Ảnh bị hỏng hoặc gửi chưa trọn. Xin chụp hoặc gửi lại.
problem-picture-without-code = Không đọc được mã nào trong ảnh. Xin chụp thẳng, gần hơn và tránh bị loá.
problem-module-px-out-of-range = Cỡ ô của hình QR phải từ 1 đến { $limit } điểm ảnh.
problem-code-unreadable = Không đọc được mã: sai từ ký tự thứ { $position }. Xin quét lại mã gốc.
problem-code-checksum-wrong = Mã bị sai số kiểm tra, có thể đã bị sửa hoặc chép thiếu. Xin quét lại mã gốc.
problem-code-not-transfer = Mã này không trả tiền vào một tài khoản được. Xin dùng mã VietQR của tài khoản nhận tiền.
problem-code-irregular = Mã đọc được nhưng viết chưa đúng chuẩn VietQR. Xin tạo lại mã ở ứng dụng ngân hàng.
problem-code-other-scheme = Đây là mã { $scheme_vi }, không phải VietQR chuyển khoản. Xin dùng mã VietQR của tài khoản nhận tiền.
problem-code-revoked = Mã này đã thu hồi lúc { $revoked_at }. Xin phát mã mới.
problem-code-exists = Mã này đã có trong sổ ({ $code }). Không cần ghi lại.
problem-code-has-amount = Mã này có sẵn số tiền nên không dùng làm mã của sạp được. Xin quét mã không có số tiền.
problem-code-account-unknown = Mã này trả vào số { $number } ở { $bank }, chưa có trong sổ. Xin ghi tài khoản đó trước, hoặc gửi kèm tên chủ tài khoản (holder_name) mà tiểu thương đã xác nhận.
problem-code-account-not-linked = Mã này trả cho { $holder } ({ $account }), chưa gắn với sạp. Xin gắn tài khoản với sạp trước, hoặc gửi kèm tên chủ tài khoản (holder_name) mà tiểu thương đã xác nhận.
problem-check-without-stall = Xin ghi sạp (stall_id) hoặc một mã của sạp (code_id), một trong hai.
problem-check-without-scan = Xin ghi mã đã quét (scanned_payload, hoặc scanned_payloads) hoặc mã in đã gõ (check_code). Không đọc được mã nào thì gửi scanned_payloads là danh sách rỗng [].
problem-check-code-with-scan = Mã in dưới thẻ chỉ để nhận ra thẻ. Đã quét mã QR thì xin bỏ trường này.
problem-coordinates-out-of-range = Tọa độ ghi bằng phần ngàn độ, đủ cả hai: vĩ độ -90000 đến 90000, kinh độ -180000 đến 180000. Không có thì bỏ cả hai.
problem-stall-code-in-several-markets = Nhiều chợ có sạp mang số này. Xin ghi thêm --market, hoặc mã của sạp (stl_…).
problem-code-retired = Thẻ này do chợ phát ({ $code }) và đã thu hồi lúc { $revoked_at }. Xin phát thẻ mới.
problem-code-retired-page = Thẻ này do chợ phát và đã thu hồi lúc { $revoked_at }. Xin phát thẻ mới.
problem-code-of-other-stall = Mã này đang đăng ký cho sạp { $stall } ({ $code }). Xin hỏi vì sao cũng treo ở đây.
problem-code-of-other-stall-page = Mã này đang đăng ký cho sạp { $stall }. Xin hỏi vì sao cũng treo ở đây.
problem-code-not-the-stalls = Mã này không trả vào tài khoản của sạp, nên không ghi ở đây được. Nếu sạp đổi tài khoản thì nối tài khoản mới trong sổ trước.
problem-code-account-of-other-stall = Mã này trả cho { $holder }, tài khoản đang dùng ở sạp { $stalls }. Nếu dùng chung thì ghi shared là true.
problem-code-account-of-other-stall-page = Mã này trả cho { $holder }, tài khoản đang dùng ở sạp { $stalls }. Nếu các sạp dùng chung tài khoản này thì đánh dấu ô dùng chung.
problem-holder-name-unconfirmed = Xin đọc tên chủ tài khoản cho tiểu thương nghe, đúng rồi thì ghi holder_name_confirmed là true.
problem-holder-name-unconfirmed-page = Xin đọc tên chủ tài khoản cho tiểu thương nghe, đúng rồi thì đánh dấu ô đã đọc tên.
problem-holder-name-differs = Tài khoản này trong sổ đứng tên { $holder }, khác tên vừa đọc. Xin coi lại tên trên ứng dụng ngân hàng.
problem-confirmer-missing = Xin ghi tên người đã hỏi tiểu thương (confirmed_by).
problem-code-is-vietqr = Mã VietQR này đọc được tài khoản. Xin ghi bằng POST /existing-codes.
problem-code-not-payment = Đây không phải mã thanh toán. Xin chụp lại mã nhận tiền.
problem-other-code-exists = Mã này đang đăng ký cho sạp { $stall } ({ $code }). Không cần ghi lại.
problem-other-code-exists-page = Mã này đang đăng ký cho sạp { $stall }. Không cần ghi lại.
problem-scheme-unknown = Không nhận ra mã này của ví hay cổng nào. Xin ghi tên in trên mã vào scheme.
problem-scheme-unknown-page = Không nhận ra mã này của ví hay cổng nào. Xin ghi tên in trên mã.
problem-reference-needed = Tài khoản này nhận tiền cho { $stalls } sạp nên mã phải có số tham chiếu. Xin bỏ with_reference hoặc ghi true.

## Yêu cầu thanh toán

problem-expiry-out-of-range = Thời hạn phải từ { $min } đến { $max } giây.
problem-order-feed-required = Nguồn { $provider } báo tiền chuyển khoản, không báo theo đơn. Xin chọn nguồn có đơn hàng (payos), hoặc bỏ phần đơn.
problem-order-exists = Nguồn này đã có yêu cầu mang mã đơn đó. Xin dùng mã đơn khác.
problem-request-cancelled = Yêu cầu này đã hủy lúc { $cancelled_at }.
problem-request-paid = Yêu cầu này đã nhận tiền nên không hủy được. Nếu cần, xin trả lại tiền cho khách.

## Giao dịch, báo cáo

problem-lines-empty = Phải có ít nhất một dòng. Xin ghi tiền thuộc về đâu.
problem-lines-too-many = Chỉ được tối đa { $max } dòng. Xin gộp bớt.
problem-line-needs-occupancy = Tiền bán hàng, khách trả nợ hay đặt cọc phải là của một sạp. Xin chọn sạp cho dòng này.
problem-line-pays-no-request = Loại tiền này không trả cho yêu cầu nào. Xin bỏ yêu cầu ở dòng này, hoặc chọn loại bán hàng, trả nợ, đặt cọc hay tiền sạp.
problem-request-other-account = Yêu cầu này không nhận tiền qua tài khoản của giao dịch. Xin chọn yêu cầu của đúng tài khoản đã nhận tiền.
problem-request-other-occupancy = Yêu cầu này là của sạp khác. Xin bỏ trống sạp, hoặc chọn đúng sạp đã đưa yêu cầu.
problem-proposal-own = Đề nghị này do chính khóa này đưa ra. Xin để một người khác duyệt hoặc từ chối.
problem-proposal-decided = Đề nghị này không còn chờ: { $state ->
    [approved] đã có người duyệt
    [rejected] đã có người từ chối
   *[outdated] giao dịch đã được ghi lại sau đó
    } lúc { $decided_at }. Xin mở lại giao dịch để xem.
problem-proposals-too-many = Giao dịch này đã có { $max } đề nghị đang chờ. Xin chờ người có quyền duyệt.
problem-refund-class = Tiền trả lại là refund (sạp hoàn cho khách) hoặc reversal (ngân hàng hoàn lại). Xin chọn một trong hai.
problem-refund-of-outgoing = Giao dịch này là tiền ra nên không có gì để hoàn. Xin chọn giao dịch tiền vào.
problem-refund-not-outgoing = Giao dịch này là tiền vào. Xin chọn giao dịch tiền ra đã trả lại tiền đó.
problem-refund-in-future = Ngày này chưa tới. Xin ghi ngày đã trả lại tiền.
problem-refund-before-original = Ngày trả lại tiền đứng trước ngày nhận tiền. Xin coi lại ngày hoặc giao dịch.
problem-refund-exceeds-original = Giao dịch này, hoặc phần của sạp trong đó, chỉ còn { $left } có thể hoàn. Xin ghi ít hơn, hoặc bỏ lần hoàn đã ghi sai.
problem-refund-exceeds-outgoing = Khoản tiền ra này chỉ còn { $left } chưa gắn với lần hoàn nào. Xin ghi ít hơn, hoặc chọn giao dịch khác.
problem-refund-needs-occupancy = Xin chọn một trong các sạp mà giao dịch này thuộc về.
problem-refund-not-declared = Chỉ lần hoàn tự khai mới chờ thấy tiền ra, và chỉ khoản tiền ra đã thấy mới thay được nó.
problem-refund-undone = Lần hoàn này đã được bỏ lúc { $undone_at }. Nếu cần, xin ghi lại lần mới.
problem-refund-needs-link = Đây là tiền vào. Nếu đã trả lại khách thì giữ nguyên loại, rồi nối với khoản tiền ra hoặc khai khoản đã trả: `POST /transfers/{ $transfer }/refunds`. Như vậy sổ và yêu cầu thanh toán mới theo đúng.
problem-refund-linked = Các lần hoàn đã cho biết khoản tiền ra này là gì. Xin sửa ở đó, đừng sửa các dòng.
problem-receipt-said-meanwhile = Khoản này vừa được ghi rồi, có thể do bấm hai lần. Xin coi lại sổ trước khi ghi nữa.
problem-refund-of-no-stall = Một phần của giao dịch này đã ghi trả lại khi chưa biết của sạp nào (lần hoàn { $refund }). Xin bỏ lần hoàn đó, chia giao dịch cho các sạp, rồi ghi hoàn lại cho đúng sạp.
problem-refund-recorded = Khoản này đã được ghi trả lại { $amount } rồi, đừng ghi lần nữa. Nếu mình đưa thêm tiền mặt cho khách, xin báo ban quản lý chợ ghi.
problem-refund-beside-vendors = Người bán đã tự ghi trả lại { $amount } của khoản này, có thể chính là lần hoàn này. Nếu đúng, xin người bán ghi lại là bán hàng rồi hãy nối; nếu đây là một lần hoàn khác nữa, xin gửi kèm besides_declared.
problem-refund-beside-declared = Đã có lần hoàn tự khai { $refund }, có thể chính là khoản tiền ra này. Nếu đúng, xin báo ở đó là đã thấy, hoặc bỏ lần tự khai; nếu đây là một lần hoàn khác nữa, xin gửi kèm besides_declared.
problem-refund-declared = Khoản này có vẻ là lần hoàn tự khai { $refund }. Xin báo ở đó là đã thấy; nếu là lần khác, xin gắn nó với giao dịch đã nhận.
problem-lines-do-not-sum = Các dòng cộng lại là { $got }, giao dịch là { $expected }. Xin chia lại cho đủ.
problem-window-not-over = Báo cáo chỉ tính những ngày đã trọn, đến { $last_full_day }. Xin chọn ngày cuối sớm hơn.
problem-window-reversed = Ngày đầu đứng sau ngày cuối ({ $to }). Xin coi lại hai ngày.
problem-window-too-long = Một báo cáo tính tối đa { $days } ngày. Xin chọn khoảng ngắn hơn.

## Máy chủ (dòng lệnh)

problem-database-url-unknown = Địa chỉ cơ sở dữ liệu phải là sqlite:TẬP_TIN hoặc postgres://…
problem-database-url-sqlite-path = Sau sqlite: phải là đường dẫn tới một tập tin, không có ? hay dấu hai chấm.
problem-database-missing = Không có cơ sở dữ liệu { $path }. Xin coi lại đường dẫn, hoặc chạy `cho40 init` để tạo mới.
problem-database-not-sqlite = { $path } không phải cơ sở dữ liệu SQLite. Xin coi lại đường dẫn.
problem-database-not-creatable = Không tạo được { $path }: { $error }. Xin coi lại thư mục và quyền ghi.
problem-database-of-another-program = { $database } có dữ liệu của chương trình khác (bảng { $table }), không phải của cho40. Xin coi lại địa chỉ cơ sở dữ liệu.
problem-database-empty = Cơ sở dữ liệu còn trống. Xin chạy `cho40 init` để tạo ban quản lý và khóa.
problem-database-not-on-server = Máy chủ PostgreSQL chưa có cơ sở dữ liệu này ({ $error }). Xin tạo bằng `createdb`, rồi chạy lại.
problem-database-not-reachable = Không nối được { $database }: { $error }. Xin coi lại địa chỉ, và máy chủ đã chạy chưa.
problem-no-board = Chưa có ban quản lý nào. Xin chạy `cho40 init` để tạo ban quản lý và khóa.
problem-board-exists = Đã có “{ $board }”. Muốn thêm ban quản lý nữa thì ghi thêm --another-board; mất khóa thì chạy `cho40 key`.
problem-board-unknown = Xin ghi đúng một ban quản lý đang có: { $boards }.
problem-address-in-use = Cổng { $address } đang có chương trình khác dùng. Xin dừng chương trình đó, hoặc chọn cổng khác bằng --listen.
problem-address-not-usable = Không mở được địa chỉ { $address }: { $error }. Xin chọn địa chỉ khác bằng --listen.
problem-listen-malformed = “{ $value }” không phải địa chỉ và cổng. Xin ghi như 127.0.0.1:8040 hoặc localhost:8040.
problem-network-malformed = “{ $value }” không phải địa chỉ hay dải mạng. Xin ghi như 127.0.0.1 hoặc 10.0.0.0/8.
problem-proxy-header-unknown = Máy chủ không đọc “{ $value }”. Xin ghi tên header mà proxy điền: X-Forwarded-For hoặc Forwarded.
problem-public-url-malformed = Đây không phải địa chỉ trang. Xin ghi như https://cho.example.vn, không kèm đường dẫn.
problem-key-file-missing = Không có tập tin khóa bí mật { $path }. Xin chép lại từ bản sao lưu, hoặc chỉ rõ đường dẫn bằng --key-file; đã mất hẳn thì chạy `cho40 key --new-secret-key`.
problem-key-file-malformed = Tập tin { $path } không chứa khóa bí mật (64 chữ số thập lục phân). Xin chép lại từ bản sao lưu.
problem-key-file-unreadable = Không đọc được tập tin khóa bí mật { $path }: { $error }. Xin coi lại quyền đọc.
problem-key-file-not-creatable = Không tạo được tập tin khóa bí mật { $path }: { $error }. Xin coi lại thư mục và quyền ghi.
problem-secret-key-malformed = CHO40_SECRET_KEY phải là 64 chữ số thập lục phân. Xin chép lại từ bản sao lưu.
problem-secret-key-wrong = Khóa bí mật này không phải của cơ sở dữ liệu này. Xin dùng đúng tập tin khóa, chỉ rõ đường dẫn bằng --key-file.
problem-key-file-exists = Đã có tập tin { $path }; không bao giờ ghi đè tập tin khóa. Nếu đúng là khóa của cơ sở dữ liệu này thì không cần tạo khóa mới; nếu không, xin dời tập tin đi chỗ khác rồi chạy lại.
problem-secret-key-not-lost = CHO40_SECRET_KEY đúng là khóa của cơ sở dữ liệu này, nên không cần khóa mới.
problem-new-secret-key-unconfirmed = Chưa làm gì cả. Nếu chắc chắn đã mất khóa cũ, xin dừng máy chủ rồi chạy lại, thêm --yes.
problem-file-not-writable = Không ghi được { $path }: { $error }. Xin coi lại thư mục và quyền ghi.
problem-file-not-readable = Không đọc được { $path }: { $error }. Xin coi lại đường dẫn.
problem-settings-file-unreadable = Không đọc được tập tin cài đặt { $path }: { $error }. Xin coi lại đường dẫn.
problem-database-not-migrated = Cơ sở dữ liệu chưa lên phiên bản này. Xin chạy `cho40 migrate`.
problem-settings-file-wrong = Tập tin cài đặt { $path } chưa đúng: { $error }. Xin sửa lại.
problem-law-tables-missing = Trong { $path } không có bảng nào của luật. Xin đặt ở đó một hay nhiều tệp tên: { $names }.
problem-law-table-wrong = Bảng { $path } chưa đúng: { $error }. Xin sửa theo docs/operating.md.
problem-tls-half = Chứng thư và khóa TLS đi đôi với nhau: xin ghi cả tls_certificate và tls_key.
problem-tls-file-wrong = Không dùng được tập tin { $path }: { $error }. Xin coi lại đường dẫn, quyền đọc, và dạng PEM.
problem-tls-pair-wrong = Khóa { $path } không dùng được với chứng thư { $certificate }: { $error }. Xin coi lại hai tập tin có phải một cặp không.
problem-demo-database-not-empty = Cơ sở dữ liệu đã có dữ liệu nên không chạy thử vào đó được. Xin chọn một cơ sở dữ liệu trống.

## Nguồn báo tiền

problem-feed-unknown-provider = Chưa có kết nối với nhà cung cấp này. Hiện dùng được: { $allowed }.
problem-feed-config-not-an-object = Cấu hình phải là một đối tượng JSON.
problem-feed-config-duplicate-field = Cấu hình có trường ghi hai lần. Xin chỉ ghi một lần.
problem-feed-config-unknown-field = Cấu hình của nhà cung cấp này không có trường đó. Xin xem docs/feeds/.
problem-feed-config-missing = Trường này bắt buộc với nhà cung cấp đã chọn. Xin điền vào.
problem-feed-config-wrong-type = Trường cấu hình này chưa đúng kiểu dữ liệu. Xin xem docs/feeds/.
problem-feed-config-not-one-of = Giá trị phải là một trong: { $allowed }.
problem-feed-config-out-of-range = Giá trị phải từ { $min } đến { $max }.
problem-feed-config-bad-merchant = Mã cửa hàng chỉ gồm a–z, 0–9, dấu _ - và dấu chấm, tối đa { $max } ký tự.
problem-feed-config-bad-username = Tên đăng nhập gồm 1–{ $max } ký tự ASCII nhìn thấy được, không có dấu hai chấm.
problem-feed-merchant-fixed = Mã cửa hàng được dùng để nhận ra từng giao dịch nên không đổi được. Xin tạo nguồn mới.
problem-feed-secret-too-short = Khóa bí mật phải có ít nhất { $min } ký tự. Xin chép đủ từ nhà cung cấp.
problem-feed-secret-too-long = Khóa bí mật dài hơn { $max } ký tự. Xin coi lại đã chép đúng chưa.
problem-feed-secret-malformed = Khóa bí mật chỉ gồm ký tự ASCII nhìn thấy được, không có khoảng trắng. Xin chép lại.
problem-feed-secret-not-whsec = Khóa phải là `whsec_` và base64 của { $min }–{ $max } byte. Xin tạo khóa đúng dạng.
problem-feed-too-many-secrets = Nguồn đã có { $max } khóa bí mật đang dùng. Xin bỏ bớt khóa cũ.
problem-poll-hosts-malformed = { $value } không phải là địa chỉ: xin ghi dạng máy:cổng, ví dụ 127.0.0.1:9001.
problem-feed-secret-known = Nguồn này đang dùng đúng khóa đó rồi.
problem-feed-name-taken = Đã có nguồn tên này của nhà cung cấp này. Xin đặt tên khác.
problem-feed-last-secret = Đây là khóa bí mật cuối cùng của nguồn. Xin thêm khóa mới trước khi bỏ khóa này.
problem-feed-account-in-other-feed = Tài khoản { $account } đang được nguồn { $feed } báo; hai nguồn cùng báo thì mỗi lần chuyển bị báo hai lần, phải có người xem từng cặp. Xin tắt việc báo tài khoản này ở bên nguồn kia rồi gỡ nó khỏi nguồn đó.
problem-feed-disabled = Nguồn báo tiền đang tắt. Xin mở lại nguồn rồi hãy thêm tài khoản.
problem-poll-provider-without-list = Nhà cung cấp này chưa có cách hỏi danh sách giao dịch. Hiện hỏi được SePay và Casso.
problem-poll-api-unknown = Nhà cung cấp này không có danh sách đó. Hiện hỏi được: { $allowed }.
problem-poll-key-required = Cần khóa API mà nhà cung cấp cấp cho bạn. Xin ghi vào `key`.
problem-poll-accounts-not-taken = Danh sách này không hỏi riêng từng tài khoản được. Xin bỏ trống `accounts`.
problem-poll-account-malformed = Số tài khoản gồm 1–{ $max } chữ không dấu, chữ số và dấu gạch ngang. Xin coi lại.
problem-poll-from-day-out-of-range = Ngày bắt đầu phải trong vòng { $max } ngày trở lại đây và không ở tương lai.
problem-poll-url-malformed = Đây không phải địa chỉ web. Xin ghi như https://userapi.sepay.vn, không kèm tên, mật khẩu hay dấu hỏi.
problem-poll-url-not-allowed = Không được hỏi { $url }: chỉ địa chỉ https trên Internet, hoặc địa chỉ mà người giữ máy chủ đã ghi trong `poll_allowed_hosts`.
problem-poll-running = Một máy chủ đang hỏi nguồn này. Xin đợi một chút rồi chạy lại.
problem-feed-sample-no-direction = Nguồn này chỉ báo tiền vào. Xin bỏ --out.
problem-feed-sample-not-signed = Khóa bí mật không hợp với nhà cung cấp này nên không ký được yêu cầu mẫu.
problem-feed-url-malformed = { $url } không phải địa chỉ web ({ $error }). Xin chép lại, có http:// hoặc https:// ở đầu.
problem-feed-url-not-trusted = Chứng chỉ TLS của { $url } không tin được: { $error }. Nhà cung cấp cũng sẽ không gửi; xin sửa chứng chỉ.
problem-feed-url-unreachable = Không gọi được { $url }: { $error }. Xin coi lại địa chỉ và máy chủ.
problem-feed-headers-malformed = Dòng { $line } không phải một header. Mỗi dòng ghi dạng `Tên: giá trị`.
problem-delivery-not-unread = Chỉ bỏ qua được tin đã được tin mà không đọc được. Tin này đã đọc được rồi; khoản tiền trong đó, nếu sai, xin sửa ở giao dịch.
problem-delivery-body-gone = Nội dung của tin báo không còn lưu nên không đọc lại được. Xin nhờ bên báo tiền gửi lại.
problem-delivery-reads-differently = Tin báo nay đọc ra khác lúc mới tới nên không ghi riêng được. Xin xếp khoản tiền bằng tay và báo người quản trị.
problem-assign-beside-counted = Sạp đã có khoản cùng số tiền, cùng giờ do nguồn khác báo{ $transfers ->
    [none] {""}
   *[other] {" "}({ $transfers })
    }. Nếu là một khoản, xin ghi khoản này loại `test`, không kèm sạp; nếu là khoản khác, xin gửi lại với `besides_counted`: true.
problem-conflict-corrected = Sổ đã theo tin đến sau rồi. Muốn đổi nữa, xin ghi lại từng khoản bằng tay.
problem-conflict-counted-both = Đã tính cả hai khoản rồi. Nếu nhầm, xin ghi khoản đến sau thành loại `test` (không cộng vào đâu).
problem-conflict-has-refunds = Khoản đã tính có lần hoàn tiền, hoặc chính nó là tiền hoàn. Xin hủy các lần hoàn đó trước.
problem-already-reviewed = Đã có người xem và ghi lại lúc { $reviewed_at }. Nếu muốn ghi đè, xin gửi lại với `again` là true.
problem-already-reviewed-page = Đã có người xem và ghi lại lúc { $reviewed_at }. Xin mở lại trang để coi họ ghi gì.
problem-pair-separated = Hai tin báo này đã được tách: mỗi tin nay là một khoản riêng và giữ nguyên. Nếu thật ra chỉ là một khoản, xin đổi loại của khoản thừa thành `test` (không tính) và ghi lý do.
problem-refused-truncated = Tin bị từ chối này không lưu trọn (quá dài, hoặc là tin điện thoại mà chưa mẫu nào đọc ra tiền vào) nên không kiểm lại được. Xin nhờ bên báo tiền gửi lại.
problem-feed-secret-by-pairing = Mỗi điện thoại nhận khóa riêng khi ghép nối. Xin tạo mã ghép nối cho nguồn này.
problem-feed-not-of-phones = Nguồn này không nhận tin từ điện thoại. Xin chọn nguồn loại phone.
problem-phone-too-many = Nguồn này đã có { $max } điện thoại. Xin thu hồi máy không còn dùng.
problem-pairing-too-many-codes = Nguồn này đang có { $max } mã ghép nối còn hạn. Xin dùng một mã trong đó, hoặc chờ hết hạn.
problem-pairing-code-wrong = Mã không đúng, đã dùng rồi, hoặc đã quá 15 phút. Xin xin mã mới.
problem-template-too-long = Mẫu có nhiều nhất { $max } ký tự và 40 phần. Phần hay thay đổi xin đánh dấu `ignored`.
problem-template-brace = Mỗi phần nằm trong một cặp ngoặc nhọn riêng. Xin đóng đủ ngoặc.
problem-template-field-unknown = Không có phần nào tên như vậy. Có: { $allowed }.
problem-template-needs-amount = Chưa đánh dấu số tiền. Xin đánh dấu số tiền của giao dịch.
problem-template-field-twice = Phần { $name } được đánh dấu hai lần. Xin đánh dấu một lần, chỗ khác đánh dấu `ignored`.
problem-template-fields-touch = Hai phần nằm sát nhau nên không biết phần này hết ở đâu. Xin để lại một từ ở giữa, hoặc đánh dấu chung thành một.
problem-template-number-unmarked = Còn một con số chưa đánh dấu, mà tin sau sẽ có số khác. Xin đánh dấu, nếu không cần thì chọn `ignored`.
problem-template-too-loose = Còn lại quá ít chữ không đánh dấu, mẫu sẽ khớp cả tin khác. Xin để lại ít nhất { $min } chữ cái.
problem-template-needs-direction = Mẫu chưa cho biết tiền vào hay tiền ra. Xin đánh dấu dấu cộng trừ, hoặc chọn chiều tiền, chỉ một trong hai.
problem-template-mark-missing = Trong tin không có “{ $value }”, hoặc không có nhiều lần như vậy. Xin chép đúng như trong tin.
problem-template-mark-several = Trong tin có “{ $value }” nhiều lần. Xin dùng `occurrence` để chọn lần thứ mấy.
problem-template-marks-overlap = Hai chỗ đánh dấu chồng lên nhau. Xin đánh dấu mỗi phần một lần.
problem-template-reads-nothing = Mẫu không đọc được tin này theo đúng một cách. Xin đánh dấu thêm phần hay thay đổi.
problem-template-secret = Tin này nói về mật khẩu hoặc mã xác thực. Tin như vậy không bao giờ được lưu. Xin dán tin báo giao dịch.
problem-template-exists = Ứng dụng này đã có mẫu như vậy.
problem-template-retired = Mẫu này đã ngừng hoặc đã được thay. Xin sửa mẫu đang dùng.
problem-template-too-many = Tổ chức đã có { $max } mẫu. Xin ngừng những mẫu không còn dùng.
problem-template-example-unknown = Không có mẫu gợi ý này. Xin coi danh sách mẫu gợi ý.

## Sao kê

problem-statement-empty = Tập tin trống. Xin xuất lại sao kê từ ngân hàng.
problem-statement-too-large = Tập tin lớn hơn { $max } MB. Xin xuất khoảng thời gian ngắn hơn.
problem-file-too-large = Tập tin lớn hơn { $max } MB. Xin xuất khoảng thời gian ngắn hơn.
problem-content-type-not-file = Xin gửi chính tập tin làm nội dung, ví dụ `curl --data-binary @anh.jpg -H "Content-Type: image/jpeg"` (tập tin khác thì `application/octet-stream`), hoặc làm tập tin của biểu mẫu (`curl -F file=@anh.jpg`), không gửi dạng JSON.
problem-content-type-not-photo = Xin gửi ảnh JPEG hoặc PNG với `Content-Type: image/jpeg` hoặc `image/png`, hoặc JSON với `Content-Type: application/json`.
problem-form-without-file = Biểu mẫu không có tập tin, hoặc chưa gửi trọn. Xin chọn tập tin và gửi lại.
problem-statement-is-a-page = Tập tin này là một trang web, dù có tên .xls. Xin xuất lại ở dạng CSV hoặc Excel. Nếu ngân hàng chỉ cho dạng này, xin mở bằng Excel đặt theo Việt Nam, lưu thành .xlsx rồi so kỹ bản xem trước.
problem-statement-format-unknown = Đây không phải tập tin CSV hay Excel. Xin xuất sao kê từ ngân hàng ở dạng Excel hoặc CSV; PDF không đọc được.
problem-statement-unreadable = Không đọc được tập tin: tập tin bị hỏng, bị cắt, hoặc có mật khẩu. Xin xuất lại từ ngân hàng, không đặt mật khẩu, rồi tải lên ngay, đừng mở ra lưu lại.
problem-statement-too-many-rows = Tập tin có hơn { $max } dòng. Xin xuất khoảng thời gian ngắn hơn.
problem-statement-too-many-columns = Bảng có hơn { $max } cột. Xin xóa các cột không có tiêu đề.
problem-statement-unpacks-too-large = Nội dung bên trong lớn hơn tập tin quá nhiều. Xin xuất lại từ ngân hàng khoảng thời gian ngắn hơn, hoặc ở dạng CSV.
problem-statement-old-font = Chữ trong tập tin là { $font }, không phải Unicode, nên không đọc được tên cột. Xin xuất lại từ ngân hàng ở dạng Excel hoặc CSV UTF-8, hoặc chuyển sang Unicode (như bằng UniKey) rồi tải lên.
problem-statement-garbled = Chữ trong tập tin đã hỏng vì bị đọc bằng sai bảng mã (như “NgÃ y” thay cho “Ngày”). Xin xuất lại từ ngân hàng rồi tải lên ngay, đừng mở ra lưu lại.
problem-statement-no-table = Trong tập tin không có bảng giao dịch. Cần một dòng tiêu đề cột, có ngày và số tiền.
problem-statement-account-differs = Tập tin là của tài khoản { $said }, không phải { $number }. Xin chọn đúng tài khoản của sao kê.
problem-statement-currency = Tập tin ghi bằng { $currency }. Chỉ nhập được sao kê tiền đồng.
problem-statement-saved-again = Tập tin này đã được một phần mềm bảng tính lưu lại và làm sai số tiền hoặc ngày (50.000 thành 50, hoặc ngày và tháng đổi chỗ). Hãy tải lại sao kê từ ngân hàng và gửi lên ngay, đừng mở ra lưu lại.
problem-statement-after-today = Dòng { $row } ghi ngày { $day }, là ngày chưa tới. Hãy kiểm tra thứ tự ngày và tháng trong tập tin, hoặc cách đọc đã khai.
problem-statement-account-unconfirmed = Tập tin không ghi là của tài khoản nào. Hãy xem các dòng của nó, rồi nhập với `account_confirmed`: true (`--account-confirmed`).
problem-statement-column-unknown = Không có cột này. Cột đầu là 0, cột cuối là { $max }.
problem-statement-needs-mapping = Chưa biết các cột của tập tin này. Xin chỉ cột cho mẫu này rồi tải tập tin lên lại.
problem-statement-days-unknown = Tập tin không ghi kể các ngày nào. Xin cho `from_day` và `to_day`, hoặc `no_days` nếu tập tin có thể thiếu giao dịch.
problem-statement-days-too-many = Khoảng thời gian dài hơn { $days } ngày. Xin xem lại năm.
problem-statement-days-too-wide = Tập tin tự ghi là kể từ { $from } đến { $to }. Ngày ngoài khoảng đó có thể thiếu giao dịch: xin cho ít ngày hơn, hoặc không cho ngày nào.
problem-statement-days-too-narrow = Tập tin có giao dịch từ { $from } đến { $to }. Xin cho khoảng thời gian chứa đủ các ngày đó.
problem-statement-days-contradict = `no_days` nghĩa là không ngày nào được coi là đủ, nên không đi cùng `from_day` và `to_day`. Xin bỏ một trong hai.
problem-statement-days-decided = Sao kê này đã được nhập với những ngày khác, và giữ nguyên như vậy. Xin tải tập tin lên lần nữa rồi nhập với các ngày đúng: giao dịch đã có không bị tính hai lần.
problem-statement-committed = Sao kê này đã được nhập rồi, không bỏ được nữa.
problem-statement-mapping-malformed = Không hiểu cách đọc cột: { $error }. Xem docs/feeds/statements.md.
problem-backup-exists = Đã có tệp { $path }, không ghi đè. Xin chọn tên khác.
problem-backup-missing = Không đọc được tệp sao lưu { $path }: { $error }.
problem-backup-not-recognised = Tệp này không phải bản sao lưu của cho40, hoặc mật khẩu sai.
problem-backup-of-newer-version = Bản sao lưu của phiên bản cho40 mới hơn. Xin cài phiên bản mới rồi phục hồi.
problem-backup-damaged = Bản sao lưu bị hỏng hoặc bị cắt (dòng { $line }); chưa ghi gì vào cơ sở dữ liệu. Xin dùng bản khác.
problem-backup-needs-passphrase = Bản sao lưu đã niêm phong. Xin thêm --passphrase-file hoặc đặt CHO40_BACKUP_PASSPHRASE.
problem-passphrase-too-short = Mật khẩu phải có ít nhất { $shortest } ký tự.
problem-passphrase-unreadable = Không đọc được tệp mật khẩu { $path }: { $error }.
problem-database-not-empty = Cơ sở dữ liệu { $database } đã có dữ liệu, không ghi đè. Xin phục hồi vào một cơ sở dữ liệu trống.

## Nguồn thấy gì, và sự đồng ý cho một nguồn

problem-consent-feed = Chỉ sự đồng ý cho nhận tin báo tiền về ({ $purpose }) mới ghi cho riêng một nguồn. Xin bỏ feed_id.
problem-memo-word-malformed = Chữ trong nội dung gồm 1–{ $max } chữ cái và chữ số, viết liền.
problem-feed-bank-twice = Ngân hàng { $bin } ghi hai lần. Mỗi ngân hàng chỉ ghi một dòng.

## Quy tắc phân loại

problem-class-rule-proposes-nothing = Quy tắc phải đề nghị một loại, không phải “chưa phân loại”.
problem-class-rule-field = Trường này thiếu, hoặc không dùng cho quy tắc loại { $kind }: payer cần transfer_id, memo_word cần word, outside_hours không cần gì.
problem-class-rule-payer-unknown = Nguồn không cho biết ai đã chuyển khoản này. Xin chọn khoản khác của người đó, hoặc dùng quy tắc theo chữ.
problem-class-rule-word = Chữ gồm 1–{ $max } chữ cái và chữ số, viết liền.
problem-class-rule-too-many = Sạp đã có { $max } quy tắc. Xin kết thúc quy tắc không dùng nữa.
problem-class-rule-ended = Quy tắc này đã kết thúc lúc { $ended_at }.

## Liên kết cho điện thoại ở sạp

problem-address-malformed = Địa chỉ phải như https://cho.example.vn, không có gì sau tên máy chủ.
problem-stall-link-too-many = Sạp này đã có { $max } liên kết cùng loại. Xin thu hồi một liên kết cũ rồi tạo lại.
problem-stall-link-too-many-phones = Đã có { $max } máy mở liên kết này. Xin thu hồi máy không dùng nữa, hoặc tạo liên kết khác.

## In thẻ

problem-stall-without-code = Sạp có người bán nhưng chưa có mã còn hiệu lực để in. Xin phát mã cho sạp trước (bàn làm việc: Mã của sạp; API: POST /codes).
problem-stall-without-code-page = Sạp có người bán nhưng chưa có mã còn hiệu lực để in. Xin phát mã ở trang Mã của sạp.
problem-stall-other-scheme = Sạp dùng mã của hệ thống khác (ví MoMo, VNPAY…), cho40 không in lại mã đó. Muốn có thẻ VietQR, xin phát mã cho sạp (bàn làm việc: Mã của sạp; API: POST /codes).
problem-stall-other-scheme-page = Sạp dùng mã của hệ thống khác (ví MoMo, VNPAY…), cho40 không in lại mã đó. Muốn có thẻ VietQR, xin phát mã ở trang Mã của sạp.
problem-stall-account-left = Tài khoản in trên thẻ đã thôi nhận tiền cho sạp này nên không in nữa. Xin gắn tài khoản đang dùng với sạp (POST /account-links) và phát mã mới (bàn làm việc: Mã của sạp; API: POST /codes).
problem-stall-account-left-page = Tài khoản in trên thẻ đã thôi nhận tiền cho sạp này nên không in nữa. Xin gắn tài khoản đang dùng với sạp ở sổ chợ, rồi phát mã mới ở trang Mã của sạp.
problem-card-of-other-stall = Mã này của sạp khác, không phải của sạp này.
problem-card-name-differs = Sạp { $of }: ứng dụng ngân hàng hiện tên “{ $shown }”, còn sổ ghi “{ $registered }”, nên không in thẻ. Xin hỏi lại chủ tài khoản, sửa tên trong sổ cho đúng tên ngân hàng hiện, hoặc xem tên lại rồi ghi kết quả (POST /verifications).
problem-card-name-differs-page = Sạp { $of }: ứng dụng ngân hàng hiện tên “{ $shown }”, còn sổ ghi “{ $registered }”, nên không in thẻ. Xin hỏi lại chủ tài khoản, rồi sửa tên trong sổ cho đúng tên ngân hàng hiện.
problem-market-without-codes = Chưa sạp nào ở đây có mã còn hiệu lực để in. Xin cấp mã trước.
problem-too-many-stalls = { $stalls } sạp là quá nhiều cho một tệp (tối đa { $max }). Xin in từng khu (section_id).
problem-too-many-stalls-page = { $stalls } sạp là quá nhiều cho một tệp (tối đa { $max }). Xin chọn từng khu.
problem-print-template-unreadable = Không đọc được mẫu in { $path }: { $error }.
problem-print-templates-missing = Không có thư mục mẫu in { $path }. Xin coi lại đường dẫn; `cho40 print templates --out { $path }` xuất mẫu có sẵn ra đó.
problem-print-templates-none = Trong { $path } không có mẫu in nào. Xin đặt ở đó một hay nhiều tệp tên: { $names }.
problem-print-template-unknown = { $path }: không có mẫu in nào tên { $file } nên tệp này không thay gì cả. Xin đặt tên đúng, kể cả chữ hoa chữ thường: { $names }.
problem-print-template-font = Mẫu in dùng phông không có ({ $error }). Chỉ có phông “Be Vietnam Pro”; xin đổi trong mẫu.
problem-print-template-letters = Mẫu in có chữ mà phông không có: { $letters }, trong “{ $text }”. Xin đổi chữ trong mẫu.
problem-print-template-blank = Mẫu { $file } in ra giấy trắng. Xin coi lại tệp, hoặc bỏ nó đi để dùng mẫu có sẵn.
problem-print-template-exists = Đã có { $path }; không ghi đè. Xin chọn thư mục khác, hoặc dời tệp cũ đi.
problem-print-symbol-unread = Thử đọc lại thẻ ở { $dpi } dpi thì không đọc được mã QR. Xin để mã lớn hơn, có viền trắng, không đè lên gì.
problem-print-more-pages = Một thẻ mà in ra { $pages } trang: có phần không vừa trang đầu. Xin để nhỏ lại hoặc đặt cạnh nhau trong grid().
problem-print-text-small = Có chữ nhỏ quá, khó đọc: “{ $text }”. Xin rút gọn tên trong sổ, hoặc in khổ lớn hơn.
problem-print-letters = “{ $of }”: không in được { $letters } trong “{ $text }”. Phông chữ của thẻ chỉ có chữ Việt và chữ La-tinh. Xin ghi tên ấy bằng chữ Việt trong sổ rồi in lại.
problem-print-template-wrong = Mẫu in chưa đúng: { $error }.
problem-print-file-kind = Không biết ghi { $path } theo kiểu nào. Xin đặt đuôi tệp là một trong: { $kinds }.
problem-print-pages = Nhiều trang chỉ ghi được vào PDF. Xin đặt đuôi tệp là .pdf.
problem-colour-malformed = Màu phải ghi là #rrggbb, ví dụ #0b6b4f.
problem-colour-too-light = Màu này quá nhạt, chữ trên giấy trắng sẽ khó đọc. Xin chọn màu đậm hơn.
problem-logo-too-large = Biểu trưng lớn hơn { $max } KiB. Xin thu nhỏ lại.
problem-logo-sides = Mỗi cạnh của biểu trưng phải từ { $min } đến { $max } điểm ảnh.
problem-logo-has-code = Trong hình này có mã; in lên thẻ thì khách có thể quét lộn với mã của sạp. Xin chọn biểu trưng không có mã.

## Ghé sạp

problem-team-name-taken = Đã có tổ mang tên này. Xin đặt tên khác.
problem-visit-later-than-today = Ngày ghé ở sau hôm nay ({ $today }). Xin coi lại ngày.
problem-visit-too-long-ago = Ngày ghé đã quá { $days } ngày. Xin coi lại ngày.
problem-visit-outside-occupancy = Ngày đó người bán này không giữ sạp. Xin coi lại ngày và sạp; kết quả absent, gone thì nhận.
problem-visit-of-another-stall = client_id này đã là của lần ghé sạp khác. Mỗi lần ghé xin đặt một mã riêng.
problem-visit-refusal-stands = Lần ghé này người bán đã từ chối, xin tôn trọng. Nếu họ đổi ý hoặc ghi nhầm, xin ghi lifts_refusal: true.
problem-round-day-out-of-range = Danh sách chỉ lập cho ngày từ { $from } đến { $to }. Xin chọn lại ngày.
problem-nobody-to-visit = Chưa có sạp nào cần ghé: vừa ghé xong, đã có trong danh sách khác, hoặc không có gì bất thường. `GET …/visit-candidates?all=true` cho biết từng sạp.

## Trang của chủ sạp và trang của người trả
problem-pin-not-six-digits = Xin gõ đúng sáu chữ số.
problem-pin-too-simple = Sáu số này dễ đoán quá. Xin chọn sáu số khác.
problem-pin-wrong = { $left ->
    [0] Sáu số không đúng. Trang tạm khóa.
   *[other] Sáu số không đúng. Còn thử được { $left } lần.
}
problem-pin-locked = Gõ sai nhiều lần nên trang tạm khóa. Xin thử lại lúc { $until_at }.
problem-pin-chosen-already = Sáu số đã được chọn trên máy khác. Xin gõ sáu số đó.
problem-pin-not-chosen = Chưa ai chọn sáu số. Xin tải lại trang.
problem-pin-needed = Xin gõ sáu số của chủ sạp.
problem-page-of-other-link = Máy này vừa mở liên kết khác. Xin mở lại liên kết của sạp này.
problem-page-not-open = Máy này chưa mở trang của chủ sạp, hoặc liên kết đã bị thu hồi.
problem-page-open-already = Trang này đang mở rồi.
problem-page-elsewhere = Xin mở trang ấy rồi bấm ngay trên trang.
problem-class-not-vendors = Xin chọn: bán hàng, tiền riêng, khách chuyển khoản lấy tiền mặt, hoàn tiền cho khách, hoặc khách trả nợ.
problem-receipt-of-market = Khoản này là tiền của chợ, hoặc do ban quản lý ghi, không phải tiền bán hàng của sạp. Nếu thấy sai, xin báo ban quản lý.
problem-receipt-of-several-requests = Khoản này trả cho nhiều mã. Ở đây chỉ ghi được cả khoản là gì; muốn chia ra hoặc hoàn một phần, xin nhờ ban quản lý.
problem-split-too-large = Phần chia phải lớn hơn 0 và không quá { $whole }.
problem-payment-link-unknown = Liên kết này sai hoặc không còn dùng. Xin hỏi người bán.
problem-cash-day-out-of-range = Chỉ ghi được cho hôm nay và hôm qua.
problem-cash-missing = Xin gõ số tiền mặt. Không bán được đồng nào thì gõ 0.
problem-cash-with-other-answer = Nghỉ bán hoặc không trả lời thì để trống số tiền.
problem-cash-too-large = Số này lớn quá ({ $max } trở lên). Xin coi lại.
problem-cash-period = Đợt đếm bắt đầu từ { $from } đến { $to } và kéo dài { $min }–{ $max } ngày. Xin chọn lại ngày.
problem-summary-none = Chợ này chưa công bố báo cáo nào.
problem-cash-plans-overlap = Chợ đã có một đợt đếm trùng ngày. Xin chọn ngày khác.
problem-cash-too-few-stalls = Cần ít nhất { $min } sạp có số liệu và một ngày họp chợ để rút thăm; hiện có { $stalls } sạp.
problem-cash-not-drawn = Sạp và ngày này không có trong lượt rút thăm, nên không ghi được: số của sạp tự chọn không nói được gì về cả chợ.
problem-cash-day-to-come = Ngày này chưa tới. Xin ghi vào cuối buổi chợ hôm đó.
problem-tally-of-another-stall = Lượt bấm này đã được ghi cho sạp khác.
problem-tally-time = Giờ của lượt bấm không hợp: bắt đầu không quá 60 ngày trước và không ở tương lai, mỗi lượt dài nhất { $hours } giờ.
problem-book-month-out-of-range = Sổ chỉ có từ tháng { $first } đến tháng { $last }.
problem-book-year-out-of-range = Sổ chỉ có từ năm { $first } đến năm { $last }.
problem-book-month-missing = Xin chọn tháng.
problem-book-too-early = Tháng này khóa được từ ngày { $day }.
problem-book-locked-already = Sổ tháng này đã khóa rồi.
problem-book-not-confirmed = Xin đánh dấu là đã coi lại, rồi mới khóa sổ.
problem-slip-url-too-long = Địa chỉ dài quá { $max } ký tự nên mã trên giấy khó quét. Xin dùng địa chỉ ngắn hơn.
problem-logo-format = Biểu trưng phải là ảnh PNG hoặc JPEG; SVG xin xuất ra PNG rồi gửi lại.
problem-slip-url-malformed = Địa chỉ phải có dạng https://ten-may-chu, không có gì phía sau.
problem-slip-link-unknown = Liên kết này đã thu hồi, của sạp khác, hoặc không đúng loại. Xin tạo liên kết mới.
problem-stall-empty = Hôm nay sạp này không có người bán, nên không có gì để in. Xin ghi ai bán ở sạp trong sổ trước.
problem-market-unknown = Không có chợ tên này. Các chợ đang có: { $names }.
problem-place-none = Sổ chưa có chợ, khu nào ở đây. Xin ghi vào sổ trước (trang /ql, cho40 register, hoặc API).
problem-stall-unknown = Chợ không có sạp số này. { $near ->
    [none] { $count ->
        [0] Chợ chưa có sạp nào.
       *[other] Chợ có { $count } sạp, ví dụ: { $names }.
    }
   *[some] Gần giống: { $names }.
}
problem-visit-rounds-none = Chợ { $market } chưa có đợt ghé sạp nào. Xin lập đợt trước: POST /api/v1/markets/{ $market_id }/visit-rounds.
problem-market-ambiguous = Có nhiều chợ, không biết chợ nào: { $names }. Xin ghi mã trong ngoặc thay cho tên.
problem-section-unknown = Chợ không có khu tên này. Các khu đang có: { $names }.
problem-print-job-working = Đang in: { $done } trên { $total } thẻ. Xin lấy tập tin sau.
problem-print-job-failed = Lệnh in này không xong. Xin xem lý do ở lệnh in, rồi đặt in lại.
problem-print-jobs-too-many = Đang in nhiều tập tin quá. Xin chờ một lệnh in xong rồi đặt tiếp.
problem-voice-none = Trong { $path } không có south.json hay north.json. Xin tạo bằng scripts/voice.
problem-voice-malformed = Không đọc được giọng { $region }: { $error }.
problem-voice-word-missing = Giọng { $region } thiếu chữ “{ $word }”. Xin thu thêm rồi tạo lại bằng scripts/voice.
problem-audit-id-malformed = Đây không phải mã số. Xin ghi mã của người, sạp, khóa… như vnd_0amk6q0g0000d.
problem-person-still-trades = Người này còn giữ { $count } sạp. Xin ghi ngày rời sạp trước, rồi xóa.
problem-account-still-serves = Tài khoản còn nhận tiền cho { $count } sạp. Xin ghi ngày thôi dùng trước, rồi xóa.
problem-account-still-heard = Còn { $count } nguồn báo tiền theo dõi tài khoản này. Xin gỡ tài khoản khỏi nguồn và tắt ở nhà cung cấp trước, không thì số tài khoản lại tới.
problem-person-request-open = Còn { $count } yêu cầu thanh toán đang mở. Xin hủy hoặc đợi hết hạn trước.
problem-person-money-waits = Còn { $count } khoản tiền đang chờ người xét. Xin xét trước: xóa rồi thì không ai xét được nữa.
problem-person-statement-waits = Còn { $count } sao kê đã xem mà chưa nhập. Xin nhập hoặc bỏ trước.
problem-payer-not-named = Xin ghi số tài khoản hoặc tên của người trả tiền.
problem-person-unreadable = “{ $person }” không phải mã người bán (vnd_…) hay tài khoản (acc_…).
problem-person-erase-unconfirmed = Xóa rồi không lấy lại được. Muốn xóa thật, xin chạy lại với --yes.
