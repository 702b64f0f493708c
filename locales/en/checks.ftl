# Checks on stalls: `check-<result>` is what was found and what to do, `remark-<word>` what to know of
# a code. tests/it/code_checks.rs checks that each has its sentence.

check-right = The code that is registered for the stall.
check-other_code = { $once ->
    [yes] This code pays the stall's account, but it is of one payment or has an amount in it: the next customer would pay wrongly. Take it down and hang up the stall's card.
   *[no] This code pays the stall's account and is not its registered code. The money reaches the right person. Register this code for the stall, or hang up the stall's card.
}
check-revoked = This card was revoked. Take it down and hang up the stall's valid card.
check-unknown = { $broken ->
    [yes] The code was altered or copied in part: many bank apps refuse it, and where the money would go is not certain. Take it down and hang up the stall's card.
   *[no] { $beside ->
        [yes] Beside the right code there is a strange one that does not say whom it pays.
       *[no] A strange code: it does not say whom it pays, and nobody has registered it.
    } Ask the vendor whose it is: register it if it is theirs, take it down at once if not.
}
check-wrong_account = { $beside ->
    [yes] Beside the right code there is one that pays somebody else: it may be pasted over.
   *[no] This code pays another account than the stall's.
} Take it down at once, tell the vendor, keep a photo as evidence, and visit the stall today.
check-not_readable = { $crowded ->
    [yes] The picture shows too many codes, or something that looks like a code and cannot be read, so nothing says that this is right. Look with your own eyes whether a strange code hangs beside the card; if so, take it down and tell the market board. Then take it again, closer, one card a photo.
   *[no] No payment code could be read. Take the photo from straight ahead, closer, without glare. Print the card again if it is faded or torn.
}
check-typed = { $card ->
    [here] The printed check code names the card; the QR code itself is not checked.
    [elsewhere] This check code is of the card of stall { $stall }, not of this one. Look whether it was mistyped, or the card hangs at the wrong stall.
   *[no] No card bears this check code.
}{ $gone ->
    [yes] { " " }That card was revoked: take it down, and hang up the one that the stall uses.
   *[no] { "" }
} A QR code can be pasted over while the printed code stays. Photograph or scan the QR code.

remark-other-bank = The number is one of the stall's, but at another bank, where it is somebody else's.
remark-other-account = The account is registered and not linked to this stall.
remark-account-left = Issued for this stall, and the account has ceased to receive its money. Link the account in use and issue a new card.
remark-copied-reference = It bears the reference of a card of ours and pays somebody else: it looks forged.
remark-other-stall = A card that was issued for another stall.
remark-revoked-card = A revoked card.
remark-request-code = The code of one payment request, not of the stall.
remark-amount-set = It has an amount: whoever scans it is given that amount.
remark-checksum-wrong = Its checksum is wrong: altered or copied in part.
remark-malformed = It begins like a payment code and is broken.
remark-other-scheme = Not VietQR: a wallet or another payment service.
