# Why a delivery is not believed, or cannot be read: `refused-<code>`, `unreadable-<code>`.
# tests/it/cli_feed.rs checks that each code has its sentence.

## Not believed

refused-method-not-allowed = This feed takes POST only.
refused-unknown-path = This provider does not call that address. Please check the URL that was registered.
refused-no-secret-configured = The feed has no active secret. Please add one.
refused-misconfigured-feed = The configuration is another provider's.
refused-doubled-header = A header that decides about trust came twice, usually added by a proxy. Send each header once.
refused-malformed-header = A header that decides about trust holds odd characters. Please see whether a proxy rewrites headers.
refused-missing-api-key = The header with the key is missing: the sender uses another authentication than the feed.
refused-malformed-authorization = The Authorization header is not of this provider's form.
refused-wrong-api-key = The key is none of the feed's secrets. Please copy it again on both sides.
refused-missing-credentials = The sender asks for a token without name and password (Authorization: Basic).
refused-wrong-credentials = Name or password differ from the feed's. Please compare `username` and secret with the sender's.
refused-missing-token = There is no token (Authorization: Bearer).
refused-wrong-token = The token is not this feed's, or its secret has ended.
refused-expired-token = The token has expired. The sender must ask for a new one before each report.
refused-missing-signature = There is no signature: the sender uses another authentication than the feed.
refused-malformed-signature = The signature is not of the right form. Please see whether something rewrites it on the way.
refused-unsupported-signature = The message has only signatures of kinds that are not verified. Please sign with v1.
refused-wrong-signature = The signature is wrong: the secrets differ, or the body was changed after signing.
refused-missing-timestamp = The time of signing is missing.
refused-malformed-timestamp = The time of signing must be digits and nothing else.
refused-stale-timestamp = It was signed longer ago than `tolerance_s` allows, or a clock is wrong.
refused-future-timestamp = It was signed in the future: a clock is wrong.
refused-missing-message-id = The message id (webhook-id) is missing.
refused-malformed-message-id = The message id must not be empty, too long or hold a full stop.
refused-unreadable-body = The body cannot be read to check it: not JSON, a field missing, or a field twice.
refused-too-large = The body is larger than 256 KiB.

## Not readable

unreadable-not-json = Not JSON.
unreadable-not-an-object = Must be a JSON object.
unreadable-too-many-fields = Too many fields.
unreadable-duplicate-field = A field stands twice.
unreadable-missing = The field is missing.
unreadable-wrong-type = Not of the right type.
unreadable-too-long = Too long.
unreadable-forbidden-character = Holds a character that cannot be kept.
unreadable-not-an-identifier = Not an identifier.
unreadable-not-an-amount = Not a whole amount of đồng.
unreadable-not-positive = The amount must be above 0.
unreadable-too-large = The amount is too large.
unreadable-not-a-time = Not a time.
unreadable-time-out-of-range = The time lies outside of 2000–2099.
unreadable-unknown-direction = Neither money in nor money out.
unreadable-not-an-account = Not an account number.
unreadable-not-a-bin = Not a BIN of six digits.
unreadable-wrong-currency = Not in đồng.
unreadable-looks-like-a-sum = This row names itself a total or a balance, but has a date and an amount like a transfer. If it is a transfer, please write its memo differently in the file; if not, please remove the row.
unreadable-unknown-text = No template reads this notice yet. Please mark one like it.
unreadable-misconfigured-feed = The configuration is another provider's.

## A provider could not be asked: `poll-<code>`

poll-timeout = The provider did not answer in time. The server will ask again by itself.
poll-unreachable = The provider's server cannot be reached. Please check the network; the server will ask again by itself.
poll-not-trusted = The TLS certificate of this address cannot be trusted, so the key was not sent. Please check `base_url`.
poll-key-refused = The provider does not take this key. Please make a new API key there and set it.
poll-too-many-requests = The provider says that it is asked too often. The server waits as long as it was told; if it goes on, please raise `interval_s`.
poll-status = The provider answered with an HTTP error. The server will ask again by itself.
poll-too-large = The answer is larger than 4 MB and was not read. Please check `base_url` and `api`.
poll-not-a-list = The answer is no list of transactions, or was cut. The server will ask again by itself; if it goes on, please check `api`.
poll-no-progress = The provider gives the same page again and again, so that the list cannot be read to its end. What was read is kept.
poll-key-missing = The poll key went with the server's old secret key. Please set it again.
poll-url-not-allowed = This address may not be asked. Please check `base_url` and `poll_allowed_hosts`.
poll-database = The database could not be written. The server will do it again by itself; nothing is lost.
poll-out-of-time = The run took too long and stopped; the next one begins with the accounts that were not reached. If it goes on, please name fewer `accounts`, or a later `from_day`.
poll-interrupted = The run was interrupted. The next one goes on.
poll-is-over = This is over: all was last read at { $last_success_at }. At that time:

## The pulse of feeds: `sight-<state>` is what a screen shows, `alarm-<code>` an alarm

sight-received = RECEIVED
sight-not-seen-yet = MONEY NOT SEEN YET
sight-unknown = UNCLEAR – LOOK INTO THE BANK’S APP
alarm-feed-silent = The feed looks healthy, but nothing has come since { $since_at }, although much usually does. Please look into the bank’s app whether money came, then check the feed at its provider or on the phone.
alarm-phone-silent = The phone was not heard since { $since_at }. Please check its battery, its network and that the forwarding app still runs; revoke a phone that is not used any more at the desk, Phones (/ql/nguon/dien-thoai).
alarm-poll-failing = Asking the provider has failed several times in a row. The reason is in `last_error` of `/feeds/…/polling`.
alarm-no-secret = The feed has no key and no phone that still holds, so nothing that is sent would be believed. Please add a key or pair a phone.
alarm-undecodable = Something has been believed and could not be read since { $since_at }; it may be money. Please see at the desk, Feeds, Not taken in (/ql/nguon/chua-nhan), what is wrong, mend it at the source or upgrade, then read it again; if no money is in it that is not counted, dismiss it, with a reason. The alarm lasts until that is done.
alarm-refused = The feed has refused something since { $since_at }, and the last of it has not been taken in: a key may be wrong, and it may be money. Please see why at the desk, Feeds, Not taken in (/ql/nguon/chua-nhan), mend the feed’s key, then verify it again.
alarm-texts-lost = Notices of phones have gone unread since { $since_at }: too many waited, or some for 90 days; there may be money in them. Please import a statement of these days at the desk, Statements (/ql/nguon/sao-ke), then dismiss them at Phones (/ql/nguon/dien-thoai), with a reason.
alarm-unknown-text = A phone has told what no template reads, since { $since_at }; it may be money. Please open the desk, Feeds, Phones (/ql/nguon/dien-thoai), take an example over or mark the notice to make a template, or dismiss it if it is no money in, with a reason.
alarm-contradicting = The feed has told one id twice with different contents, since { $since_at }; the first report was counted. Please open the desk, Feeds, Contradictions (/ql/nguon/trai-nhau), and say which report is right.
alarm-kept-too-long = Since { $since_at } there is something whose time to be kept is over and whose memo and payer cannot be erased, because nobody has decided: money without a stall, a suspected pair, a contradiction, or what could not be read. Please settle it at the desk: Money that waits (/ql/hang), Suspected pairs (/ql/nguon/nghi-trung), Contradictions (/ql/nguon/trai-nhau), Not taken in (/ql/nguon/chua-nhan); within an hour it is erased then.
alarm-shared-ids = This feed and another one have the same provider and the same `merchant`, and nothing says that both are of one contract, since { $since_at }. If they are two, two transfers may bear one id, and only one would be counted. One contract: please say the same subscriber (`facts.subscriber`) at both feeds. Two: please disable this feed and make it anew with a `merchant` of its own.
alarm-wrong-account = Stall { $stall }: the last look, at { $since_at }, found a code that pays somebody else. Take it down at once, tell the vendor, go there today and photograph it again. The alarm lasts until somebody has.

## A code that its feed cannot see: `warning-<code>`

warning-no-feed = No feed reports this account. The code works for payers, but the stall cannot be measured, and no screen will say RECEIVED. Please connect a phone or another feed, or import statements at the month’s end.
warning-orders-only = The account’s feed reports only orders that were made at its provider, and does not see what is paid to this code. Please connect a feed that reports every transfer.
warning-bank-not-served = This feed does not serve { $bank }, so money to this code is not told. Please connect another feed for the account, or use an account at a bank that it serves.
warning-virtual-number-needed = At { $bank } this feed sees only money to virtual numbers, and this code pays the main one. Please register the virtual number that the provider gave the account, and issue a code for it.
warning-memo-word-missing = At { $bank } this feed sees only transfers with the word { $word } in the memo, and this code does not bring it. Please enter the account’s word at the feed, then replace the code.
warning-money-out-unseen = This feed does not see money out at { $bank }: refunds to customers must be noted by hand.
warning-holder-consent-missing = The account’s holder has not agreed that this feed tells what comes in. Please read it out to the holder, and record the consent (purpose `receive_notices`).

## What to do next about a payment request: `next-<code>`

next-wait-for-payment = No money was seen yet. Wait until the customer has scanned the code; hand nothing over for a picture of a screen.
next-ask-for-rest = { $amount ->
    [none] The customer paid too little.
   *[other] The customer paid { $amount } too little.
    } Ask for a transfer of the rest with the memo { $reference }: it is added when it comes.
next-look-at-pair = Too little has come, but there are two reports of the same amount: one payment, or the rest. Look into the bank's app and judge the suspected pair before you ask for more.
next-hand-over = { $kind ->
    [fee] It is paid.
   *[sale] It is paid: hand the goods over.
    }
next-look-at-late-payment = { $kind ->
    [fee] It is paid, a part of it after the expiry.
   *[sale] It is paid, a part of it after the expiry. Look whether the goods are still kept; if not, give the money back.
    }
next-give-back-surplus = { $amount ->
    [none] The customer paid too much.
   *[other] The customer paid { $amount } too much.
    } Give the surplus back, then record what you gave back as a refund.
next-give-back-second-payment = The customer paid all of it { $count } times. { $amount ->
    [none] Keep one payment and give the rest back,
   *[other] Give { $amount } back,
    } then record that as a refund.
next-given-back = { $amount ->
    [none] Money of this request was given back, or the bank took it back.
   *[other] Of this request, { $amount } was given back, or the bank took it back.
    } Do not ask for more by this code; to be paid again, make a new request.
next-ask-again = It expired and no money was seen. If the customer still buys, make a new request; money that comes late counts all the same, marked as late.
next-give-back-after-cancel = The request was taken back, and money came all the same. { $amount ->
    [none] Give it back to the customer,
   *[other] Give { $amount } back to the customer,
    } or hand the goods over if the customer still buys.
next-nothing = The request was taken back. There is nothing to do.
next-look-at-amount = A payment was a thousand times off what was asked. Hand nothing over. Look into the bank’s app: if the customer mistyped, ask for a right transfer, then say what that payment was.

## Why another class is proposed: `suggestion-<kind>`

suggestion-payer = The payer is one whom a rule of the stall names.
suggestion-outside-hours = The money came outside trading hours.
suggestion-memo-word = The memo holds a word that a rule of the stall names.

## Two reports of one id that contradict each other: `conflict-<reason>`, and what to do

conflict-money = Two reports of one id differ in amount, direction or account. The first was counted.
conflict-details = Two reports of one id tell the same money and differ only in time or memo. The first was counted.
conflict-told-again = A feed has told the same again under the same id, later than it repeats anything: a very late repetition, or a second payment of the same amount under an id that was used again. One was counted.
conflict-unknown = Two reports of one id differ; the body of one is no longer kept, so they cannot be compared. The first was counted.
conflict-next-money = Open the account’s statement or the bank’s app, see which report is right, and say so by `POST /sighting-conflicts/…/decide`.
conflict-next-details = The books hold the right money. Look at both reports and say which is right by `POST /sighting-conflicts/…/decide`; if it happens often, please ask the provider.
conflict-next-told-again = Open the account’s statement or the bank’s app, see whether there is one such payment or two, and say `first` (one) or `both` (two: the second one is counted too) by `POST /sighting-conflicts/…/decide`.
conflict-next-unknown = Open the statement or the bank’s app, compare it with what was counted (`/transfers/…`), and say which is right by `POST /sighting-conflicts/…/decide`.
conflict-after-first = What was counted is right: nothing is to be done.
conflict-after-corrected = The books follow the later report: what was counted first is set aside as `test`, which counts nowhere, and the right one counts in its place.
conflict-after-both = Both are counted: the provider gave two transfers one id. If that was a mistake, class the later one as `test`, which counts nowhere.
conflict-after-other = What was counted stays in the books: its money is right, or the other report is no longer kept. If its money is wrong all the same: attribute it as `test`, which counts nowhere, and say why by `POST /transfers/…/attributions`, then import that day’s statement to get the right one.

## Money that came by a code or request that was over: `mark-<reason>`, and what to do

mark-revoked-reference = The customer paid by a revoked code of stall { $stall }. The money still reached the vendor’s account, so it still counts for the stall.
mark-ended-occupancy = The customer paid by a code or request of somebody who has left stall { $stall }, or of an account that no longer serves it. The money reached that person’s account, so it counts for that person.
mark-cancelled-request = The customer paid for a cancelled request of stall { $stall }.
mark-next-revoked-reference = See at the stall whether the old code still hangs somewhere and take it down (`POST /code-checks`); if the customer scanned an old picture, ask them to scan the code that hangs there.
mark-next-ended-occupancy = Take the old code down. If that person still sells there, correct the last day (`PATCH /occupancies/…`); if the customer bought from the new vendor, let the two vendors settle it between them.
mark-next-cancelled-request = Ask the vendor: hand the goods over if the customer still buys; else give the money back and enter it (`POST /transfers/…/refunds`).

## Why money still waits: `waiting-<reason>`

waiting-ambiguous-number = The receiving number is registered at several banks, and the report does not say at which the money came. Please choose the stall.
waiting-unknown-account = When the money came, the receiving number was not registered. Please choose the stall of this money; once the account or number is registered, what comes later finds its stall by itself.
waiting-unknown-order = The order is of no request here. Please ask the vendor, then choose the stall.
waiting-no-occupancy = No stall was linked to the account on that day. Please link it, or choose the stall of this money.
waiting-several-occupancies = The account serves several stalls, and the memo names none. Please ask the stalls, then choose.
waiting-several-references = The memo names several stalls or requests. Please read it, then choose.
waiting-taken-back = Somebody had placed it and took that back. Please look again and choose the stall.
