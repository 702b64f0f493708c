# What is answered when something is not done: the problem, and what to do about it.
# Every code of the program has a key `problem-<code>`; tests/it/web_texts.rs checks it.

title-400 = The request is malformed
title-401 = No valid key
title-403 = Not permitted
title-404 = Not found
title-405 = Method not allowed
title-409 = It contradicts what is recorded
title-413 = The content is too large
title-415 = Content type not accepted
title-422 = The input cannot be accepted
title-429 = Too many requests
title-500 = Server error
title-503 = The server is busy

## Every request

problem-route-unknown = There is no such address. See the list at /docs/.
problem-method-not-allowed = This address takes { $allowed } only.
problem-request-malformed = The server cannot read this request. Please check it and send it again.
problem-request-too-large = The content is too large. Please send it in smaller parts.
problem-too-many-requests = Too many requests. Please wait { $seconds } s and send it again.
problem-busy = The server is busy and has recorded nothing. Please wait { $seconds } s and send it again.
problem-internal = The server failed. Please try again; if it fails again, give the request_id to the operator.
problem-schema-not-current = The database does not have this version's schema. The operator must run `cho40 migrate`.
problem-database-unreachable = The server cannot reach its database. Please try again in a moment.

## Keys and permissions

problem-key-missing = There is no API key. Please send the header `Authorization: Bearer cho40_…`.
problem-key-unknown = This API key does not exist or was revoked. Please ask the administrator for another.
problem-key-expired = The time of this API key is over. Please ask the administrator for another.
problem-authorization-doubled = The Authorization header was sent twice. Please send it once.
problem-authorization-malformed = The Authorization header is malformed. Please send `Authorization: Bearer cho40_…`.
problem-forbidden = There is no permission to { $means ->
    [registry-read] read the register
    [registry-write] change the register
    [codes-write] issue, revoke and check codes
    [requests-read] read payment requests
    [requests-write] make payment requests
    [feeds-read] read feeds
    [feeds-write] change feeds
    [transfers-read] read transfers
    [amounts-read] read amounts
    [transfers-assign] assign transfers
    [transfers-propose] propose where transfers belong
    [reports-read] read reports
    [stall-links-write] give links to stalls' phones
    [visits-read] see which stalls to visit and why
    [reports-publish] publish reports and enter targets
    [visits-write] draw up rounds and write down what came of visits
    [keys-write] make keys
    [users-write] invite and change users
   *[other] do this
    } ({ $permission }). Please use another key or ask for the permission.
problem-amounts-not-shared = This picture holds the amount, and amounts are the vendor's. Use a key with amounts.read or the key that made the request, or ask the vendor to agree (share_amounts).
problem-outside-sections = This concerns the whole market, and this user works for some sections only. Please ask whoever works for all of it.
problem-key-cannot-revoke-itself = A key cannot revoke itself. Please use another key of the board.
problem-key-expiry-past = This instant is over already. Please name a later one, or none for a key that does not end by itself.
problem-key-outlives-its-maker = The key that asks ends at { $expires_at }, and makes none that ends later. Please name an earlier end, or use another key.

## Users, signing in

problem-login-wrong = Login or password is wrong. Please type them again; if they are forgotten, ask an owner for a new invitation.
problem-login-taken = Somebody has this login already. Please choose another, such as your phone number.
problem-password-length = A password needs { $min } to { $max } characters. A few words do; odd signs are not needed.
problem-password-common = Many people use this password, so it is tried first. Please choose another, such as a few words that have nothing to do with each other.
problem-password-like-login = A password should not contain the login. Please choose another.
problem-password-wrong = The old password is wrong. Please type it again.
problem-passwords-differ = The two passwords differ. Please type them again.
problem-invitation-ended = This invitation is wrong, used, revoked or older than 72 hours. Please ask an owner for a new one.
problem-totp-code-wrong = The code is wrong or was used already. Please wait for the app's next one; the phone's clock must be right.
problem-totp-on-already = The second step is on already. To change phones, turn it off with the old phone's code first.
problem-totp-not-begun = No QR code waits to be confirmed. Please begin again from your own page.
problem-session-ended = Too many codes were tried, or five minutes have passed. Please sign in again.
problem-user-last-owner = This is the board's last owner. Please invite another owner first.
problem-sections-not-for-role = This role works for the whole market, not by section. Please choose no section, or another role.
problem-role-unknown = There is no such role. Please choose one of the list.
problem-choice-missing = Please choose one of the list.
problem-day-unreadable = This is no day. Please write it like 24/11/2026.
problem-number-unreadable = Please write a number.
problem-import-no-headings = There is no row of headings. At least the column of stall numbers and another one are needed; please use the template.
problem-import-heading-twice = There are two columns { $heading }. Please leave one out.
problem-import-too-many-rows = The file has more than { $max } rows. Please cut it into several.
problem-import-taken-back = Nothing was written, because some row could not be.
problem-import-no-stall = The row has no stall number.
problem-import-no-section = A new stall needs a section.
problem-import-no-goods = A new stall needs its goods.
problem-import-other-holder = Somebody else holds this stall in the register. Please write down when they left first, or correct the name.
problem-import-number-rounded = The spreadsheet has rounded this account number. Please make the column text and type it again.
problem-import-no-bank = An account number needs its bank.
problem-import-bank-unknown = This bank is not known. Please write its short name, such as Vietcombank, or its BIN of six digits.
problem-import-no-holder = A new account needs its holder's name.
problem-import-word-unknown = This word is not understood. Please look at the words in the template.
problem-stall-of-nobody = There is no such stall, or nobody held it when the money came. Please check its number.

## Bodies

problem-content-type-not-json = Only uncompressed JSON is taken. Please send the header `Content-Type: application/json`.
problem-body-too-large = The body is larger than { $max } bytes. Please send it in smaller parts.
problem-body-incomplete = The body did not arrive whole. Please send it again.
problem-body-not-utf8 = The body is not UTF-8. Please encode it as UTF-8 and send it again.
problem-body-empty = There is no content. Please send a JSON object; where nothing is to be said, send {"{}"}.
problem-body-not-json = The body is not valid JSON: line { $line }, column { $column }. Please mend it and send it again.
problem-field-missing = The field { $field } is missing. Please add it.
problem-field-unknown = There is no field { $field } here. Please check its spelling at /docs/.
problem-field-doubled = The field { $field } stands twice. Please write it once.
problem-value-of-wrong-type = { $form ->
    [body] The body must be a JSON object {"{ … }"}.
    [object] { $field } must be a JSON object {"{ … }"}.
    [list] { $field } must be a JSON list [ … ].
    [text] { $field } must be a text in quotes, also where it is digits only.
    [whole] { $field } must be a whole number without dots and quotes, e.g. 50000.
    [boolean] { $field } must be true or false, without quotes.
    [day] { $field } must be a day that exists, as YYYY-MM-DD, e.g. 2026-11-24.
    [instant] { $field } must be an instant with its offset, e.g. 2026-11-24T12:00:00+07:00.
    [id] { $field } must be an id that begins with { $prefix }. Please copy it whole.
   *[other] The value of { $field } is not of the right type. Please see /docs/.
}
problem-value-not-listed = The value of { $field } must be one of: { $allowed }.
problem-idempotency-key-malformed = Idempotency-Key must have 1–{ $max } visible ASCII characters and be sent once.
problem-idempotency-key-reused = This Idempotency-Key was used for another request. Please use a new key for a new request.
problem-idempotency-key-in-use = A request with this Idempotency-Key is being recorded. Please send it again in a moment.

## Texts, numbers, lists

problem-text-length = This must not be empty and must have at most { $max } characters. Please rewrite it.
problem-text-empty = Nothing is left of this text without its diacritics. Please rewrite it.
problem-text-too-long = { $beside ->
    [reference] This may have at most { $room } characters, not counting the reference. Please shorten it.
   *[nothing] This has { $length } characters, more than { $room }. Please shorten it.
}
problem-text-character = The character “{ $character }” cannot stand in a VietQR code. Please use letters, digits and spaces.
problem-text-control-character = This holds a control character (line break, tab, …). Please write it on one line.
problem-text-hidden-character = This holds a hidden character, or nothing that can be seen. Please type it by hand instead of pasting.
problem-text-has-nul = The content holds a NUL character, which cannot be stored. Please remove it.
problem-number-out-of-range = The number must be from { $min } to { $max }.
problem-empty-list = This list needs at least one item.
problem-list-too-long = This list may have at most { $max } items.
problem-cursor-malformed = The cursor is malformed. Please use next_cursor of the page before as it is.
problem-limit-out-of-range = A page has { $min } to { $max } items. Please choose again.
problem-day-too-far = The day must not be after { $max }. Please leave the last day out where there is none yet.
problem-period-reversed = The last day is before the first ({ $from_day }). Please check both days.
problem-phone-malformed = The phone number is malformed. Please give a Vietnamese mobile number, e.g. 0912 345 678.

problem-not-found = { $what ->
    [account] There is no such account. Please check the id.
    [absence] There is no such absence. Please check the id.
    [board] There is no such board.
    [calendar_rule] There is no such calendar rule. Please check the id.
    [code_check] There is no such check of a code. Please check the id.
    [other_code] There is no such code of another scheme. Please check the id.
    [code] There is no such code. Please check the id.
    [consent] There is no such consent. Please check the id.
    [device] There is no such phone on this feed. Please check the id.
    [delivery] There is no such delivery. Please check the id.
    [feed] There is no such feed. Please check the id.
    [key] There is no such API key. Please check the id.
    [link] There is no such link of a stall and an account. Please check the id.
    [market] There is no such market. Please check the id.
    [neighbourhood] There is no such neighbourhood. Please check the id.
    [number] There is no such receiving number. Please check the id.
    [occupancy] There is no such occupancy. Please check the id.
    [polling] This feed is not polled.
    [refused_delivery] There is no such refused delivery: it has been taken in, or newer ones have taken its place.
    [request] There is no such payment request. Please check the id.
    [secret] There is no such active secret. Please check the id.
    [section] There is no such section in the market. Please check the id.
    [proposal] There is no such proposal. Please check the id.
    [refund] There is no such refund. Please check the id.
    [marked_transfer] This transfer is not marked, or there is none. Please check the id.
    [sighting_conflict] There are no such contradicting reports. Please check the id.
    [suspected_pair] There is no such suspected pair. Please check the id.
    [statement] There is no such statement. Please check the id.
    [statement_layout] No file with this layout was uploaded. Please check its name.
    [stall_link] There is no such link of a stall. Check the id.
    [listener] No such phone has opened the link. Check the id.
    [print_job] There is no such print job: it has expired, or the server has started again. Please order it again.
    [team] There is no such team. Check the id.
    [cash_plan] This sampling plan was not found. Please check the id.
    [tally] This tally was not found. Please check the id.
    [published_report] This published report was not found. Please check the id.
    [visit_round] There is no such round of visits. Check the id.
    [visit] There is no such visit. Check the id.
    [stall] There is no such stall. Please check the id.
    [template] There is no such template. Please check the id.
    [transfer] There is no such transfer. Please check the id.
    [unknown_text] There is no such text: it was read, or it waited for 90 days.
    [vendor] There is no such vendor. Please check the id.
    [verification] There is no such verification. Please check the id.
    [user] There is no such user. Please check the id.
    [invitation] There is no such invitation. Please check the id.
    [user_session] There is no such place of being signed in: it may have been signed out already.
   *[other] There is no such thing. Please check the id.
}

## Markets, sections, stalls, vendors

problem-day-start-out-of-range = A day must begin 0 to { $max } minutes after midnight.
problem-minimum-receipt-out-of-range = The smallest amount that counts as a receipt must be from 1 đ to { $max }.
problem-weekday-out-of-range = Weekdays are 1 (Monday) to 7 (Sunday).
problem-lunar-day-out-of-range = Lunar days are 1 to 30.
problem-section-exists = The market has a section of this name already. Please choose another name.
problem-section-of-other-market = This section belongs to another market. Please choose one of the same market.
problem-neighbourhood-exists = There is a neighbourhood of this name already. Please use that one.
problem-stall-code-taken = The market has a stall with this number already. Please choose another.
problem-stall-occupied = Somebody trades at the stall after it closes. Please record the last day of { $occupancy } first.
problem-stall-closed = The stall is closed from { $closed_day }. Please choose another stall or earlier days.
problem-occupancy-overlaps = Somebody trades at the stall on these days ({ $occupancy }). Please record that vendor's last day first.
problem-occupancy-ended = This vendor has left the stall; the last day is { $to_day }. If the day is wrong, please correct it.
problem-outside-occupancy = These days are outside the time at the stall. Please check the days.
problem-occupancy-not-trading = The vendor does not trade at the stall on { $day }. Please choose the occupancy that does.
problem-link-overlaps = The stall has this account on those days already ({ $link }). Please correct the days of that link.
problem-field-required = This field is required with { $because }. Please fill it in.
problem-field-not-allowed = This field has no place with { $because }. Please leave it out.

## Accounts, consents

problem-number-taken = This number belongs to a registered account ({ $account }). Please use that account.
problem-number-in-use = A code or request was issued to this number, so it stays. Please add a new number.
problem-number-not-transferable = Nobody can transfer to the number { $number }. Please choose the main number or a virtual account.
problem-main-number-exists = The main number is made with its account. Please choose another kind.
problem-account-closed = The account { $account } was closed at { $closed_at }. Please use another account.
problem-account-has-live-codes = A code still pays into this account ({ $code }). Please replace or revoke it first.
problem-no-feed-sees-account = No feed sees this account, and no statement has told of it, so none can have seen the test. Please connect a feed first, or send test_confirmed if the holder saw it in their own app.
problem-account-not-linked = This account is not linked to the stall on { $day }. Please link it first.
problem-no-linked-account = The stall has no account on { $day }. Please link one first.
problem-several-linked-accounts = The stall has { $count } accounts. Please name one.
problem-fee-account-required = A fee must name the market's account. Please choose where it is paid.
problem-holder-name-unreadable = Nothing is left of the holder's name without diacritics. Please write it as the bank shows it.
problem-holder-name-verified = The holder was verified as { $holder }, so the name stays. Please register a new account.
problem-consent-missing = The account's holder has not consented to this ({ $purpose }). Please record the consent first.
problem-consent-subject = The consent { $purpose } is { $whose ->
    [vendor] the vendor's. Please give vendor_id and leave out account_id.
    [holder] the account holder's. Please give account_id and leave out vendor_id.
   *[either] the vendor's or the account holder's. Please give vendor_id or account_id, just one of them.
    }
problem-consent-exists = This consent is recorded already and holds ({ $consent }).
problem-consent-withdrawn = This consent was withdrawn at { $withdrawn_at }. If it is given again, please record a new one.

## VietQR codes

problem-unknown-bin = No bank has the BIN { $bin }. A BIN has 6 digits, e.g. 970422 is MBBank, 970436 is Vietcombank.
problem-bank-not-receiving = { $bank } (BIN { $bin }) does not receive by VietQR. Please use an account at another bank.
problem-account-malformed = An account number has 1 to { $limit } plain letters and digits. Please check it.
problem-card-malformed = The card number is wrong. Please give all the digits on the card.
problem-category-malformed = The merchant category (MCC) must have four digits.
problem-amount-not-readable = This amount cannot be read. Write it as 50000, 50.000, 50k, 1tr2 or 50 nghìn.
problem-amount-has-no-words = Only amounts from 0 đ to below { $limit } have words.
problem-amount-not-positive = The amount must be more than 0 đ.
problem-amount-too-large = The amount { $amount } is too large: one instant transfer must be below { $limit }. Please split it.
problem-image-too-much-text = The code is too long to be drawn as a symbol. Please shorten its text.
problem-picture-format = This is not a JPEG or PNG picture. If it is an iPhone's HEIC: set Camera > Formats > Most Compatible and take it again, or send a screenshot of it.
problem-photo-too-large = The picture is larger than { $max } MB. Send it as JPEG, or take a smaller one.
problem-picture-too-large = The picture has more than { $max } megapixels. Please take it at a lower resolution.
problem-picture-broken = The picture is damaged or was cut off on its way. Please take or send it again.
problem-picture-without-code = No code can be read in this picture. Please take it from straight ahead, closer, and without glare.
problem-module-px-out-of-range = A module of the picture must be 1 to { $limit } pixels wide.
problem-code-unreadable = The code cannot be read: it is wrong from character { $position } on. Please scan the original.
problem-code-checksum-wrong = The code's checksum is wrong: it was altered or copied in part. Please scan the original.
problem-code-not-transfer = This code does not pay into an account. Please use the VietQR code of the receiving account.
problem-code-irregular = The code can be read but does not keep to the VietQR rules. Please make it anew in the bank app.
problem-code-other-scheme = This is a { $scheme_en } code, not a VietQR transfer. Please use the VietQR code of the receiving account.
problem-code-revoked = This code was revoked at { $revoked_at }. Please issue a new one.
problem-code-exists = This code is registered already ({ $code }). There is nothing to do.
problem-code-has-amount = This code has an amount in it, so it cannot be a stall's code. Please scan one without an amount.
problem-code-account-unknown = This code pays the number { $number } at { $bank }, which is not registered. Please register that account first, or send the holder's name (holder_name) that the vendor confirmed.
problem-code-account-not-linked = This code pays { $holder } ({ $account }), who is not linked to the stall. Please link the account first, or send the holder's name (holder_name) that the vendor confirmed.
problem-check-without-stall = Please name the stall (stall_id) or a code of it (code_id), one of the two.
problem-check-without-scan = Please give what was scanned (scanned_payload, or scanned_payloads) or the check code that was typed (check_code). Where nothing could be read, send scanned_payloads as an empty list [].
problem-check-code-with-scan = The check code under the symbol only names the card. Where the symbol was scanned, please leave this field out.
problem-coordinates-out-of-range = Coordinates are thousandths of a degree, both or none: latitude -90000 to 90000, longitude -180000 to 180000.
problem-stall-code-in-several-markets = Several markets have a stall of this number. Please add --market, or write the stall's id (stl_…).
problem-code-retired = This is a card of the market ({ $code }) that was revoked at { $revoked_at }. Please issue a new one.
problem-code-retired-page = The market issued this card and revoked it at { $revoked_at }. Issue a new one.
problem-code-of-other-stall = This code is registered for the stall { $stall } ({ $code }). Please ask why it hangs here too.
problem-code-of-other-stall-page = This code is registered for stall { $stall }. Ask why it hangs here too.
problem-code-not-the-stalls = This code does not pay the account of the stall, so it cannot be registered here. If the stall has changed its account, please link the new one in the register first.
problem-code-account-of-other-stall = This code pays { $holder }, whose account is in use at the stall { $stalls }. If they share it, please set shared to true.
problem-code-account-of-other-stall-page = This code pays { $holder }, whose account is used at { $stalls }. If the stalls share it, tick “shared”.
problem-holder-name-unconfirmed = Please read the holder's name to the vendor; if it is right, set holder_name_confirmed to true.
problem-holder-name-unconfirmed-page = Read the holder's name to the vendor; if it is right, tick that it was read.
problem-holder-name-differs = The account is registered with the holder { $holder }, not with this name. Please look again in the bank's app.
problem-confirmer-missing = Please say who asked the vendor (confirmed_by).
problem-code-is-vietqr = This is a VietQR code, of which the account can be read. Please register it with POST /existing-codes.
problem-code-not-payment = This is no code to pay with. Please photograph the one that takes money.
problem-other-code-exists = This code is registered for the stall { $stall } already ({ $code }). There is nothing to do.
problem-other-code-exists-page = This code is registered for stall { $stall }. Nothing is to be written again.
problem-scheme-unknown = It cannot be told whose code this is. Please write the name that is printed on it into scheme.
problem-scheme-unknown-page = No wallet or gateway is known that this code belongs to. Write the name that is printed on it.
problem-reference-needed = This account receives for { $stalls } stalls, so the code needs its reference. Please leave out with_reference, or set it true.

## Payment requests

problem-expiry-out-of-range = The expiry must be from { $min } to { $max } seconds.
problem-order-feed-required = A feed of { $provider } tells transfers, not orders. Please name a feed whose orders your till makes (payos), or leave the order out.
problem-order-exists = The feed has a request with this order code already. Please use another order code.
problem-request-cancelled = This request was cancelled at { $cancelled_at }.
problem-request-paid = Money has come for this request, so it cannot be cancelled. If need be, pay the customer back.

## Transfers, reports

problem-lines-empty = There must be at least one line. Please say where the money belongs.
problem-lines-too-many = There may be at most { $max } lines. Please join some.
problem-line-needs-occupancy = A sale, a repaid debt or a deposit is a stall's money. Please name the stall of this line.
problem-line-pays-no-request = Money of this class pays no request. Please leave the request out, or choose sale, debt_repayment, deposit or fee.
problem-request-other-account = This request is not paid through the transfer's account. Please choose a request of the account that received the money.
problem-request-other-occupancy = This request is another stall's. Please leave the stall out, or name the one that made the request.
problem-proposal-own = This key made the proposal itself. Please let somebody else approve or reject it.
problem-proposal-decided = This proposal waits no more: { $state ->
    [approved] somebody approved it
    [rejected] somebody rejected it
   *[outdated] the transfer was assigned anew
    } at { $decided_at }. Please look at the transfer.
problem-proposals-too-many = { $max } proposals wait for this transfer already. Please wait until somebody decides them.
problem-refund-class = Money is given back as refund (by the stall) or reversal (by the bank). Please choose one of them.
problem-refund-of-outgoing = This transfer is money out, so nothing can be given back of it. Please choose the money in.
problem-refund-not-outgoing = This transfer is money in. Please choose the money out that gives it back.
problem-refund-in-future = This day is still to come. Please give the day on which it was paid back.
problem-refund-before-original = The money was given back before it came. Please check the day or the transfer.
problem-refund-exceeds-original = Of this transfer, or of the stall's part of it, { $left } are left to give back. Please give less, or take a wrong refund back.
problem-refund-exceeds-outgoing = Of this money out { $left } stand for no refund yet. Please give less, or choose another transfer.
problem-refund-needs-occupancy = Please name one of the stalls to which the transfer belongs.
problem-refund-not-declared = Only a declared refund waits to be seen, and only money out that was seen can take its place.
problem-refund-undone = This refund was taken back at { $undone_at }. If need be, please record it anew.
problem-refund-needs-link = This is money in. If it was given back, keep what it was and link the money out to it, or declare what was given back: `POST /transfers/{ $transfer }/refunds`. So totals and the request follow.
problem-refund-linked = Refunds say what this money out is. Please change these, not its lines.
problem-receipt-said-meanwhile = This receipt has just been said already, perhaps by a second touch. Look at the book before you say more.
problem-refund-of-no-stall = A part of this transfer was given back when no stall was known (refund { $refund }). Undo that refund, divide the transfer among the stalls, then record it again for the right stall.
problem-refund-recorded = It is recorded already that { $amount } of this payment were given back. Do not say it again; if you gave the customer more in cash, ask the market's board to record it.
problem-refund-beside-vendors = The vendor has said herself that she gave back { $amount } of this transfer, which may be this refund. If it is, please have her class it as a sale again before you link it; if this is one more, send besides_declared.
problem-refund-beside-declared = The refund { $refund } is declared already and may be this money out. If it is, please say there that it was seen, or take the declared one back; if this is one more, send besides_declared.
problem-refund-declared = This seems to be the declared refund { $refund }. Please say there that it was seen; if it is another one, link it to its transfer.
problem-lines-do-not-sum = The lines sum to { $got }, the transfer is { $expected }. Please divide all of it.
problem-window-not-over = A report counts whole days, up to { $last_full_day }. Please choose an earlier last day.
problem-window-reversed = The first day is after the last ({ $to }). Please check both days.
problem-window-too-long = A report covers at most { $days } days. Please choose a shorter window.

## The server (command line)

problem-database-url-unknown = A database URL must be sqlite:FILE or postgres://…
problem-database-url-sqlite-path = After sqlite: there must be the path of a file, without ? or a colon.
problem-database-missing = There is no database { $path }. Please check the path, or run `cho40 init` to make one.
problem-database-not-sqlite = { $path } is not a SQLite database. Please check the path.
problem-database-not-creatable = { $path } cannot be made: { $error }. Please check the folder and its permissions.
problem-database-of-another-program = { $database } holds another program's data (table { $table }), not cho40's. Please check the database's address.
problem-database-empty = The database is still empty. Please run `cho40 init` to make a board and its key.
problem-database-not-on-server = The PostgreSQL server does not have this database ({ $error }). Please make it with `createdb` and try again.
problem-database-not-reachable = { $database } cannot be reached: { $error }. Please check the address, and whether the server runs.
problem-no-board = There is no board yet. Please run `cho40 init` to make one with its key.
problem-board-exists = There is “{ $board }” already. To add another board say --another-board; if its key was lost run `cho40 key`.
problem-board-unknown = Please name exactly one of the boards that are there: { $boards }.
problem-address-in-use = Another program uses { $address }. Please stop it, or choose another port with --listen.
problem-address-not-usable = The address { $address } cannot be opened: { $error }. Please choose another address with --listen.
problem-listen-malformed = “{ $value }” is no address with a port. Please write it like 127.0.0.1:8040 or localhost:8040.
problem-network-malformed = “{ $value }” is neither an address nor a network. Please write it like 127.0.0.1 or 10.0.0.0/8.
problem-proxy-header-unknown = “{ $value }” is not read. Please name the header that the proxy writes: X-Forwarded-For or Forwarded.
problem-public-url-malformed = This is no address of a site. Please write it like https://cho.example.vn, without a path.
problem-key-file-missing = There is no secret key file { $path }. Please copy it from the backup, or give its path with --key-file; if it is lost for good, run `cho40 key --new-secret-key`.
problem-key-file-malformed = { $path } does not hold a secret key (64 hexadecimal digits). Please copy it from the backup.
problem-key-file-unreadable = The secret key file { $path } cannot be read: { $error }. Please check its permissions.
problem-key-file-not-creatable = The secret key file { $path } cannot be made: { $error }. Please check the folder and its permissions.
problem-secret-key-malformed = CHO40_SECRET_KEY must be 64 hexadecimal digits. Please copy it from the backup.
problem-secret-key-wrong = This secret key is not the one of this database. Please give the path of the right file with --key-file.
problem-key-file-exists = There is a file { $path } already; a key file is never overwritten. If it is this database's key, no new one is needed; if not, please move it away and run this again.
problem-secret-key-not-lost = CHO40_SECRET_KEY is the key of this database: no new one is needed.
problem-new-secret-key-unconfirmed = Nothing was done. If the old key is lost for good, please stop the server and run this again with --yes.
problem-file-not-writable = { $path } cannot be written: { $error }. Please check the folder and its permissions.
problem-file-not-readable = { $path } cannot be read: { $error }. Please check the path.
problem-settings-file-unreadable = The settings file { $path } cannot be read: { $error }. Please check its path.
problem-database-not-migrated = The database does not have this version's schema. Please run `cho40 migrate`.
problem-settings-file-wrong = The settings file { $path } is wrong: { $error }. Please mend it.
problem-law-tables-missing = There is no table of the law in { $path }. Please put one or more files there, named: { $names }.
problem-law-table-wrong = The table { $path } is not right: { $error }. Please correct it by docs/operating.md.
problem-tls-half = A TLS certificate and its key go together: please name both tls_certificate and tls_key.
problem-tls-file-wrong = The file { $path } cannot be used: { $error }. Please check its path, who may read it, and that it is PEM.
problem-tls-pair-wrong = The key { $path } cannot be used with the certificate { $certificate }: { $error }. Please check that the two files are a pair.
problem-demo-database-not-empty = The database has data in it, so the demo does not run there. Please choose an empty database.

## Feeds

problem-feed-unknown-provider = There is no connection to this provider yet. There are: { $allowed }.
problem-feed-config-not-an-object = The configuration must be a JSON object.
problem-feed-config-duplicate-field = A field stands twice in the configuration. Please write it once.
problem-feed-config-unknown-field = The configuration of this provider has no such field. Please see docs/feeds/.
problem-feed-config-missing = This field is required for the chosen provider. Please fill it in.
problem-feed-config-wrong-type = This field of the configuration is not of the right type. Please see docs/feeds/.
problem-feed-config-not-one-of = The value must be one of: { $allowed }.
problem-feed-config-out-of-range = The value must be from { $min } to { $max }.
problem-feed-config-bad-merchant = A merchant has only a–z, 0–9, _, - and full stops, at most { $max } characters.
problem-feed-config-bad-username = A user name has 1–{ $max } visible ASCII characters and no colon.
problem-feed-merchant-fixed = The merchant is what transfers are recognised by, so it cannot be changed. Please create a new feed.
problem-feed-secret-too-short = The secret must have at least { $min } characters. Please copy all of it.
problem-feed-secret-too-long = The secret is longer than { $max } characters. Please check what was copied.
problem-feed-secret-malformed = The secret may hold visible ASCII characters only, and no spaces. Please copy it again.
problem-feed-secret-not-whsec = The secret must be `whsec_` and the base64 of { $min }–{ $max } bytes. Please generate one.
problem-feed-too-many-secrets = The feed has { $max } active secrets already. Please remove an old one.
problem-poll-hosts-malformed = { $value } is no address: please write host:port, such as 127.0.0.1:9001.
problem-feed-secret-known = This feed has just this secret already.
problem-feed-name-taken = There is a feed of this provider with this name already. Please choose another name.
problem-feed-last-secret = This is the feed's last secret. Please add a new one before ending it.
problem-feed-account-in-other-feed = Account { $account } is reported by feed { $feed } already. Two feeds would report each transfer twice, and somebody would have to judge each pair. Please stop the old provider's reports of it, then detach it there.
problem-feed-disabled = The feed is disabled. Please take it up again before giving it accounts.
problem-poll-provider-without-list = There is no way yet to ask this provider for its transactions. SePay and Casso can be asked.
problem-poll-api-unknown = This provider has no such list. There are: { $allowed }.
problem-poll-key-required = The API key that the provider gives you is needed. Please write it into `key`.
problem-poll-accounts-not-taken = This list cannot be asked for single accounts. Please leave `accounts` empty.
problem-poll-account-malformed = An account number has 1–{ $max } ASCII letters, digits and hyphens. Please check it.
problem-poll-from-day-out-of-range = The first day must be within the last { $max } days, and not in the future.
problem-poll-url-malformed = This is no web address. Please write it like https://userapi.sepay.vn, without name, password or question mark.
problem-poll-url-not-allowed = { $url } may not be asked: only https addresses of the internet, or those that the operator wrote into `poll_allowed_hosts`.
problem-poll-running = A server is polling this feed. Please wait a moment and run it again.
problem-feed-sample-no-direction = This feed reports only money in. Please leave out --out.
problem-feed-sample-not-signed = The secret does not fit this provider, so that no sample can be signed.
problem-feed-url-malformed = { $url } is no web address ({ $error }). Please copy it again, with http:// or https:// in front.
problem-feed-url-not-trusted = The TLS certificate of { $url } cannot be trusted: { $error }. The provider would not send either; please mend the certificate.
problem-feed-url-unreachable = { $url } cannot be reached: { $error }. Please check address and server.
problem-feed-headers-malformed = Line { $line } is no header. Please write `Name: value`, one a line.
problem-delivery-not-unread = Only what was believed and could not be read can be dismissed. This delivery was read; if the money in it is wrong, please correct its transfer.
problem-delivery-body-gone = The delivery's body is no longer kept, so it cannot be read again. Please have the provider send it again.
problem-delivery-reads-differently = The delivery reads differently today than when it came, so it cannot be recorded by itself. Please assign the money by hand, and tell the operator.
problem-assign-beside-counted = The stall has one of this amount and time already, told by another sender{ $transfers ->
    [none] {""}
   *[other] {" "}({ $transfers })
    }. If it is the same money, please attribute this one as `test` without a stall; if it is another, send it again with `besides_counted`: true.
problem-conflict-corrected = The books follow the later report already. To change that, please place the two transfers by hand.
problem-conflict-counted-both = Both are counted already. If that was a mistake, please class the later transfer as `test`, which counts nowhere.
problem-conflict-has-refunds = Money was given back of the counted transfer, or it gives some back. Please undo these refunds first.
problem-already-reviewed = Somebody has reviewed it at { $reviewed_at }. To replace that, please send it again with `again` as true.
problem-already-reviewed-page = Somebody looked and decided at { $reviewed_at }. Open the page again to see what they wrote.
problem-pair-separated = These two reports were separated: each is a transfer of its own by now, which stays. If it is one after all, please attribute the superfluous one as `test`, which counts nowhere, and say why.
problem-refused-truncated = The refused delivery was not kept whole (it was too long, or a phone's notice that no template reads as money in), so it cannot be verified again. Please have the provider send it again.
problem-feed-secret-by-pairing = Each phone gets a secret of its own when it is paired. Please make a pairing code for this feed.
problem-feed-not-of-phones = This feed does not take phones' notices. Please choose a feed of the provider phone.
problem-phone-too-many = This feed has { $max } phones already. Please revoke one that is not used any more.
problem-pairing-too-many-codes = This feed has { $max } pairing codes that are still good. Please use one of them, or wait until they expire.
problem-pairing-code-wrong = This code is not right, has been used, or is older than 15 minutes. Please ask for a new one.
problem-template-too-long = A template has at most { $max } characters, and 40 parts. Please mark what changes as `ignored`.
problem-template-brace = Each field stands in braces of its own. Please close every brace.
problem-template-field-unknown = There is no such field. There are: { $allowed }.
problem-template-needs-amount = The sum is not marked. Please mark the amount of the transfer.
problem-template-field-twice = The field { $name } is marked twice. Please mark it once, and the others as `ignored`.
problem-template-fields-touch = Two fields stand side by side, so nobody can tell where one ends. Please leave a word between them, or mark both as one.
problem-template-number-unmarked = A number is not marked, and the next notice will have another one. Please mark it, as `ignored` if it means nothing.
problem-template-too-loose = Too few words are left unmarked: the template would fit other texts as well. Please leave at least { $min } letters.
problem-template-needs-direction = The template does not tell whether money came in or went out. Please mark the sign, or say the direction, but not both.
problem-template-mark-missing = “{ $value }” does not stand in the notice, or not so often. Please copy it as it is.
problem-template-mark-several = “{ $value }” stands in the notice more than once. Please say with `occurrence` which one is meant.
problem-template-marks-overlap = Two marks overlap. Please mark each part once.
problem-template-reads-nothing = The template does not read this notice in exactly one way. Please mark more of what changes.
problem-template-secret = This notice speaks of a password or a one-time code. Such a notice is never kept. Please paste a notice of a transfer.
problem-template-exists = There is a template with this pattern for the app already.
problem-template-retired = This template was ended or replaced. Please change the present one.
problem-template-too-many = The board has { $max } templates already. Please end those that are not used any more.
problem-template-example-unknown = There is no such example. Please see the list of examples.

## Statements

problem-statement-empty = The file is empty. Please export the statement from the bank again.
problem-statement-too-large = The file is larger than { $max } MB. Please export a shorter period.
problem-file-too-large = The file is larger than { $max } MB. Please export a shorter period.
problem-content-type-not-file = Please send the file itself as the body, e.g. `curl --data-binary @photo.jpg -H "Content-Type: image/jpeg"` (`application/octet-stream` for other files), or as the file of a form (`curl -F file=@photo.jpg`), not as JSON.
problem-content-type-not-photo = Please send a JPEG or PNG photo with `Content-Type: image/jpeg` or `image/png`, or JSON with `Content-Type: application/json`.
problem-form-without-file = There is no file in the form, or it did not arrive whole. Please choose the file and send it again.
problem-statement-is-a-page = This file is a web page, though it is named .xls. Please export it as CSV or Excel. If the bank gives only this, open it in an Excel with Vietnamese settings, save it as .xlsx, and check the dry run with care.
problem-statement-format-unknown = This is not a CSV or Excel file. Please export the statement from the bank as Excel or CSV; a PDF cannot be read.
problem-statement-unreadable = The file cannot be read: it is damaged, cut, or protected with a password. Please export it from the bank again, without a password, and upload that file without opening it.
problem-statement-too-many-rows = The file has more than { $max } rows. Please export a shorter period.
problem-statement-too-many-columns = The table has more than { $max } columns. Please remove the ones without a heading.
problem-statement-unpacks-too-large = The file is far larger inside than outside. Please export a shorter period from the bank, or a CSV.
problem-statement-old-font = The letters in the file are { $font }, not Unicode, so that the columns’ names cannot be read. Please export it from the bank as Excel or CSV in UTF-8, or convert it to Unicode (as UniKey does), and upload that.
problem-statement-garbled = The letters in the file are broken, because a program read it in a wrong encoding (as “NgÃ y” for “Ngày”). Please export it from the bank again and upload that file without opening it.
problem-statement-no-table = There is no table of transfers in the file. It needs a row that names its columns, with a date and an amount.
problem-statement-account-differs = The file is of account { $said }, not of { $number }. Please choose the account that it belongs to.
problem-statement-currency = The file is in { $currency }. Only statements in đồng can be imported.
problem-statement-saved-again = A spreadsheet program has saved this file again and changed its amounts or dates (50.000 became 50, or days and months changed places). Please export it from the bank once more and upload that file without opening it.
problem-statement-after-today = Row { $row } is of { $day }, which is still to come. Please check the order of day and month in the file, or its mapping.
problem-statement-account-unconfirmed = The file does not say whose account it is of. Please look at its rows, then commit with `account_confirmed`: true (`--account-confirmed`).
problem-statement-column-unknown = There is no such column. The first is 0, the last { $max }.
problem-statement-needs-mapping = The columns of this file are not known yet. Please map its layout, then upload the file again.
problem-statement-days-unknown = The file does not say which days it tells. Please give `from_day` and `to_day`, or `no_days` if it may leave transfers out.
problem-statement-days-too-many = The period is longer than { $days } days. Please check the year.
problem-statement-days-too-wide = The file itself says that it tells { $from } to { $to }. Days beyond that may lack transfers: please give fewer days, or none.
problem-statement-days-too-narrow = The file has transfers from { $from } to { $to }. Please give a period that holds them.
problem-statement-days-contradict = `no_days` says that no day counts as complete, and does not go with `from_day` and `to_day`. Please leave one of them out.
problem-statement-days-decided = This statement was taken in with other days, which stay. Please upload the file again and commit it with the right ones: what is known is not counted twice.
problem-statement-committed = This statement was taken in already and cannot be thrown away.
problem-statement-mapping-malformed = The mapping is not understood: { $error }. See docs/feeds/statements.md.
problem-backup-exists = The file { $path } exists and is not written over. Choose another name.
problem-backup-missing = The backup { $path } cannot be read: { $error }.
problem-backup-not-recognised = This file is no backup of cho40, or the passphrase is wrong.
problem-backup-of-newer-version = The backup was made by a newer cho40. Install that version, then restore.
problem-backup-damaged = The backup is damaged or cut off (line { $line }); nothing was written into the database. Use another one.
problem-backup-needs-passphrase = The backup is sealed. Add --passphrase-file, or set CHO40_BACKUP_PASSPHRASE.
problem-passphrase-too-short = The passphrase needs at least { $shortest } characters.
problem-passphrase-unreadable = The passphrase file { $path } cannot be read: { $error }.
problem-database-not-empty = The database { $database } holds data and is not written over. Restore into an empty database.

## What feeds see, and consent for one feed

problem-consent-feed = Only the consent to receive notices ({ $purpose }) can be for one feed. Please leave out feed_id.
problem-memo-word-malformed = The word in the memo has 1–{ $max } letters and digits, without spaces.
problem-feed-bank-twice = The bank { $bin } is named twice. Please give one line a bank.

## Rules for classes

problem-class-rule-proposes-nothing = A rule must propose a class other than unclassified.
problem-class-rule-field = This field is missing, or does not belong to a rule of the kind { $kind }: payer needs transfer_id, memo_word needs word, outside_hours needs nothing.
problem-class-rule-payer-unknown = The feed does not tell who paid this. Please choose another transfer of that payer, or a rule by a word.
problem-class-rule-word = The word has 1–{ $max } letters and digits, without spaces.
problem-class-rule-too-many = The stall has { $max } rules. Please end one that is not used any more.
problem-class-rule-ended = This rule ended at { $ended_at }.

## Links of stalls' phones

problem-address-malformed = The address must be like https://cho.example.vn, with nothing behind the host.
problem-stall-link-too-many = This stall has { $max } links of this kind. Revoke an old one first.
problem-stall-link-too-many-phones = { $max } phones have opened this link. Revoke one that is not used any more, or make another link.

## Printing

problem-stall-without-code = Somebody trades at the stall, but it has no live code to print. Please issue one first (at the desk: the stall's codes; by the API: POST /codes).
problem-stall-without-code-page = The stall has a vendor but no code in use to print. Issue one on the page “Codes of the stall”.
problem-stall-other-scheme = The stall's only code is another scheme's (MoMo, VNPAY…), which cho40 does not print. For a VietQR card, please issue a code first (at the desk: the stall's codes; by the API: POST /codes).
problem-stall-other-scheme-page = The stall uses another scheme's code (MoMo, VNPAY…), which cho40 does not print. For a VietQR card, issue a code on the page “Codes of the stall”.
problem-stall-account-left = The account on the card has ceased to receive this stall's money, so it is not printed any more. Link the account in use to the stall (POST /account-links) and issue a new code (at the desk: the stall's codes; by the API: POST /codes).
problem-stall-account-left-page = The account on the card no longer receives for this stall, so it is not printed. Link the account that is used now in the register, then issue a new code on the page “Codes of the stall”.
problem-card-of-other-stall = This code is of another stall.
problem-card-name-differs = Stall { $of }: a bank app shows the name “{ $shown }”, the register says “{ $registered }”, so no card is printed. Ask the holder, correct the name in the register to what the bank shows, or look again and record it (POST /verifications).
problem-card-name-differs-page = Stall { $of }: bank apps show “{ $shown }”, the register says “{ $registered }”, so no card is printed. Ask the holder, then put the name that the bank shows into the register.
problem-market-without-codes = No stall here has a live code to print. Please issue codes first.
problem-too-many-stalls = { $stalls } stalls are too many for one file (at most { $max }). Please print section by section (section_id).
problem-too-many-stalls-page = { $stalls } stalls are too many for one file (at most { $max }). Choose one section at a time.
problem-print-template-unreadable = The template { $path } cannot be read: { $error }.
problem-print-templates-missing = There is no folder of templates { $path }. Please check the path; `cho40 print templates --out { $path }` writes the program's own there.
problem-print-templates-none = There is no template in { $path }. Please put one or more files there, named: { $names }.
problem-print-template-unknown = { $path }: no template is called { $file }, so the file replaces nothing. Please name it exactly, also in upper and lower case: { $names }.
problem-print-template-font = A template asks for a font that is not there ({ $error }). There is “Be Vietnam Pro” only; please change the template.
problem-print-template-letters = A template has letters that the font does not have: { $letters }, in “{ $text }”. Please change the template.
problem-print-template-blank = The template { $file } prints blank paper. Please check the file, or take it away to use the program's.
problem-print-template-exists = { $path } is there already and is not written over. Please name another folder, or move the file.
problem-print-symbol-unread = The card was tried at { $dpi } dpi, and its QR code could not be read. Please make it larger, with a white border, and put nothing on it.
problem-print-more-pages = One card takes { $pages } pages: something does not fit on the first. Make it smaller, or set things beside each other in a grid().
problem-print-text-small = Some text is too small to be read: “{ $text }”. Shorten the name in the register, or print a larger layout.
problem-print-letters = “{ $of }”: { $letters } in “{ $text }” cannot be printed. The cards' font has Vietnamese and Latin letters only. Please write that name in Vietnamese letters in the register, and print again.
problem-print-template-wrong = The template is wrong: { $error }.
problem-print-file-kind = It is not clear how to write { $path }. Please end its name with one of: { $kinds }.
problem-print-pages = Several pages can only be written as PDF. Please end the file's name with .pdf.
problem-colour-malformed = A colour is written as #rrggbb, for example #0b6b4f.
problem-colour-too-light = This colour is too light to be read on white paper. Please choose a darker one.
problem-logo-too-large = The logo is larger than { $max } KiB. Please make it smaller.
problem-logo-sides = Each side of the logo must have { $min } to { $max } pixels.
problem-logo-has-code = There is a code in this picture; on a card it could be scanned instead of the stall's. Please take a logo without a code.

## Visits

problem-team-name-taken = There is a team of this name. Choose another one.
problem-visit-later-than-today = The visit lies after today ({ $today }). Check the day.
problem-visit-too-long-ago = The visit was more than { $days } days ago. Check the day.
problem-visit-outside-occupancy = The vendor did not hold the stall on that day. Check the day and the occupancy; outcomes absent and gone are accepted.
problem-visit-of-another-stall = This client_id is a visit to another stall already. Give each visit its own.
problem-visit-refusal-stands = The vendor refused in this visit, and that is respected. If they take part after all, or it was a mistake, say lifts_refusal: true.
problem-round-day-out-of-range = A list can be drawn up for { $from } to { $to }. Choose another day.
problem-nobody-to-visit = No stall wants a visit: each was visited lately, is on another list, or nothing is amiss. `GET …/visit-candidates?all=true` tells of each stall.

## The vendor's page and the payer's
problem-pin-not-six-digits = Type exactly six digits.
problem-pin-too-simple = These six digits are too easy to guess. Choose others.
problem-pin-wrong = { $left ->
    [0] The six digits are wrong. The page is locked for a while.
   *[other] The six digits are wrong. Tries left: { $left }.
}
problem-pin-locked = Too many tries were wrong, so the page is locked. Try again at { $until_at }.
problem-pin-chosen-already = The six digits were chosen on another phone. Type those.
problem-pin-not-chosen = Nobody has chosen the six digits yet. Reload the page.
problem-pin-needed = Type the vendor's six digits.
problem-page-of-other-link = This phone has opened another link. Please open this stall's link again.
problem-page-not-open = This phone has not opened the vendor's page, or its link was revoked.
problem-page-open-already = This page is open already.
problem-page-elsewhere = Please open that page and press the button on it.
problem-class-not-vendors = Choose a sale, own money, a customer who transferred and took cash, given back to the customer, or a debt repaid.
problem-receipt-of-market = This is the market's own money, or was recorded by the board; it is no takings of the stall. If that is wrong, tell the board.
problem-receipt-of-several-requests = This paid several codes. Here you can only say what all of it was; to divide it, or to give a part back, ask the board.
problem-split-too-large = The part must be more than 0 and not more than { $whole }.
problem-payment-link-unknown = This link is wrong or not used any more. Ask the seller.
problem-cash-day-out-of-range = Only for today and yesterday.
problem-cash-missing = Type the amount of cash. If nothing was sold, type 0.
problem-cash-with-other-answer = For a day off or no answer, leave the amounts empty.
problem-cash-too-large = This is too large ({ $max } or more). Look at it again.
problem-cash-period = A counting period begins from { $from } to { $to } and lasts { $min }–{ $max } days. Choose other days.
problem-summary-none = This market has published no report yet.
problem-cash-plans-overlap = The market has a counting period with some of these days. Choose others.
problem-cash-too-few-stalls = A draw needs at least { $min } measurable stalls and a market day; there are { $stalls } stalls.
problem-cash-not-drawn = This stall and day were not drawn, so nothing can be written down: stalls that choose themselves say nothing of the market.
problem-cash-day-to-come = This day is still to come. Write it down at the end of it.
problem-tally-of-another-stall = This tally was recorded for another stall.
problem-tally-time = The times do not fit: a tally begins at most 60 days ago, not in the future, and lasts at most { $hours } hours.
problem-book-month-out-of-range = There are books from { $first } to { $last } only.
problem-book-year-out-of-range = There are books from { $first } to { $last } only.
problem-book-month-missing = Please choose a month.
problem-book-too-early = This month can be locked from { $day } on.
problem-book-locked-already = The book of this month is locked already.
problem-book-not-confirmed = Please tick that you have looked through it, then lock.
problem-slip-url-too-long = The address is longer than { $max } characters, so the codes on the slip would be hard to scan. Please use a shorter one.
problem-logo-format = A logo is a PNG or JPEG picture; please export an SVG as PNG and send that.
problem-slip-url-malformed = The address must be https://host, with nothing behind it.
problem-slip-link-unknown = This link is revoked, another stall's, or of another kind. Please make a new one.
problem-stall-empty = Nobody trades at this stall today, so there is nothing to print. Write down first who does.
problem-market-unknown = There is no market of this name. There are: { $names }.
problem-place-none = Nothing of the kind is registered here yet. Register it first (the desk at /ql, cho40 register, or the API).
problem-stall-unknown = The market has no stall of this number. { $near ->
    [none] { $count ->
        [0] It has no stalls yet.
       *[other] It has { $count }, e.g. { $names }.
    }
   *[some] Near it: { $names }.
}
problem-visit-rounds-none = The market { $market } has no round of visits yet. Draw one up first: POST /api/v1/markets/{ $market_id }/visit-rounds.
problem-market-ambiguous = Several markets are there: { $names }. Please write the id in brackets instead of the name.
problem-section-unknown = The market has no section of this name. There are: { $names }.
problem-print-job-working = In work: { $done } of { $total } cards. Please fetch the file later.
problem-print-job-failed = This print job failed. The job says why; please order it again.
problem-print-jobs-too-many = Too many files are in work. Please wait until one of them is ready.
problem-voice-none = There is neither south.json nor north.json in { $path }. Make them with scripts/voice.
problem-voice-malformed = The voice { $region } cannot be read: { $error }.
problem-voice-word-missing = The voice { $region } lacks “{ $word }”. Record it and make the file anew with scripts/voice.
problem-audit-id-malformed = This is no id. Give the id of a person, stall, key and so on, such as vnd_0amk6q0g0000d.
problem-person-still-trades = This person still holds { $count } stalls. Write down the day they leave first, then erase.
problem-account-still-serves = The account still serves { $count } stalls. End its links first, then erase.
problem-account-still-heard = { $count } feeds still report the account. Detach it and end the reports at the provider first, or its number comes again.
problem-person-request-open = { $count } payment requests are still open. Cancel them or wait until they expire.
problem-person-money-waits = { $count } transfers still wait for somebody to decide. Decide first: afterwards nobody could.
problem-person-statement-waits = { $count } statements were looked at and not taken in. Import or discard them first.
problem-payer-not-named = Give the payer's account or name.
problem-person-unreadable = “{ $person }” is no vendor's (vnd_…) or account's (acc_…) id.
problem-person-erase-unconfirmed = What is erased does not come back. To do it, run it again with --yes.
