# Kiểm tra mã ở sạp: `check-<kết quả>` là thấy gì và làm gì, `remark-<mã>` là điều cần biết về một mã.
# tests/it/code_checks.rs kiểm tra rằng kết quả nào cũng có câu.

check-right = Đúng mã đã đăng ký cho sạp.
check-other_code = { $once ->
    [yes] Mã này trả vào tài khoản của sạp nhưng là mã của một lần thanh toán hoặc có sẵn số tiền: khách sau quét là sai. Xin gỡ xuống và treo thẻ của sạp.
   *[no] Mã này trả vào tài khoản của sạp nhưng không phải mã đã đăng ký. Tiền vẫn tới đúng người. Xin đăng ký mã này cho sạp, hoặc thay bằng thẻ của sạp.
}
check-revoked = Thẻ này đã thu hồi. Xin gỡ xuống và treo thẻ đang dùng của sạp.
check-unknown = { $broken ->
    [yes] Mã bị sửa hoặc chép thiếu: nhiều ứng dụng ngân hàng không quét được, và không chắc tiền vào đâu. Gỡ xuống và treo thẻ của sạp.
   *[no] { $beside ->
        [yes] Bên cạnh mã đúng có một mã lạ, không biết tiền vào đâu.
       *[no] Mã lạ: không biết tiền vào đâu, chưa ai đăng ký.
    } Hỏi tiểu thương có phải mã của mình không: phải thì đăng ký, không phải thì gỡ ngay.
}
check-wrong_account = { $beside ->
    [yes] Bên cạnh mã đúng có một mã trả cho người khác: có thể là mã dán đè.
   *[no] Mã này trả vào tài khoản khác, không phải tài khoản của sạp.
} Gỡ xuống ngay, báo tiểu thương, chụp lại làm bằng chứng và ghé sạp trong ngày.
check-not_readable = { $crowded ->
    [yes] Ảnh có nhiều mã quá, hoặc có cái giống mã mà máy không đọc được, nên chưa nói được là đúng. Xin coi tận mắt bên cạnh thẻ có mã nào lạ không: có thì gỡ và báo ban quản lý chợ. Rồi chụp lại gần hơn, mỗi ảnh một thẻ.
   *[no] Không đọc được mã thanh toán nào. Xin chụp thẳng, gần hơn, tránh bị loá. Thẻ mờ hoặc rách thì in lại.
}
check-typed = { $card ->
    [here] Mới nhận ra thẻ qua mã in trên thẻ, chưa kiểm tra mã QR.
    [elsewhere] Mã in này là của thẻ sạp { $stall }, không phải thẻ của sạp này. Xin coi lại có gõ nhầm, hay thẻ treo nhầm sạp.
   *[no] Không có thẻ nào mang mã in này.
}{ $gone ->
    [yes] { " " }Thẻ ấy đã thu hồi: xin gỡ xuống và treo thẻ đang dùng của sạp.
   *[no] { "" }
} Mã QR có thể bị dán đè mà mã in vẫn còn. Xin chụp hoặc quét mã QR.

remark-other-bank = Số này trùng số của sạp nhưng ở ngân hàng khác: ở đó là của người khác.
remark-other-account = Tài khoản có trong sổ nhưng không gắn với sạp này.
remark-account-left = Thẻ phát cho sạp này, nhưng tài khoản đã thôi nhận tiền cho sạp. Xin gắn tài khoản đang dùng và phát thẻ mới.
remark-copied-reference = Mang số tham chiếu của thẻ đã phát mà trả cho người khác: giống mã làm giả.
remark-other-stall = Thẻ phát cho sạp khác.
remark-revoked-card = Thẻ đã thu hồi.
remark-request-code = Mã của một lần thanh toán, không phải mã của sạp.
remark-amount-set = Có sẵn số tiền: khách quét là bị điền số này.
remark-checksum-wrong = Sai số kiểm tra: mã bị sửa hoặc chép thiếu.
remark-malformed = Mở đầu như mã thanh toán nhưng viết hỏng.
remark-other-scheme = Không phải mã VietQR: ví hoặc cổng thanh toán khác.
