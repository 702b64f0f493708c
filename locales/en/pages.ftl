# What the pages of a stall's phone say: `page-<key>`.

page-open-title = cho40
page-open-heading = Press the button to open
page-open-button = OPEN
page-open-failed = It could not be opened. The link was revoked, or the network is weak. Press again; if that does not help, ask whoever gave you the link.

page-closed-title = This page cannot be opened
page-closed-link = This link is wrong or was revoked. Ask the market's digital team or its board for a new one.
page-closed-ended = This phone may hear no longer: its link was revoked. Ask the market's digital team or its board.
page-closed-unknown = This phone has opened no link. Scan the code on the stall's slip, or open the link again that came by Zalo.
page-closed-full = Too many phones have opened this link. Ask the market's digital team or its board.
page-closed-elsewhere = Open the link and press the button on that very page.

page-listen-title = Hear the money come
page-listen-stall = Stall
page-listen-connecting = Connecting…
page-listen-sound-on = TURN SOUND ON
page-listen-repeat = SAY AGAIN
page-listen-past = Just received
page-listen-settings = Settings
page-listen-how = Tell by
page-listen-voice = Voice
page-listen-chime = Chime
page-listen-region = Words
page-listen-speed = Speed
page-listen-slow = Slow
page-listen-normal = Normal
page-listen-fast = Fast
page-listen-try = TRY
page-listen-other = Tiếng Việt

page-kind-received = RECEIVED
page-kind-underpaid = TOO LITTLE
page-kind-overpaid = TOO MUCH
page-kind-duplicate = PAID TWICE
page-kind-thousandfold = CHECK THE AMOUNT
page-kind-after-cancel = CANCELLED, BUT PAID
page-kind-unusual = CHECK THE AMOUNT
page-hint-underpaid = Ask for the rest.
page-hint-overpaid = Give back what is too much.
page-hint-duplicate = Give back the second payment.
page-hint-thousandfold = Three zeros may be missing. Do not hand over yet.
page-hint-after-cancel = Look at it with the customer.
page-hint-unusual = An odd amount. Look at it with the customer.

page-state-connecting = CONNECTING…
page-state-waiting = NOT SEEN YET
page-state-unknown = NOT KNOWN
page-hint-waiting = Money is told as it comes.
page-hint-unknown = LOOK INTO THE BANK'S APP
page-hint-cut = No network.
page-hint-alarm = The source is broken.
page-link-live = Listening
page-link-cut = No network
page-warn-silent = No sound yet
page-warn-muted = This phone was muted from afar.
page-warn-hidden = The page was hidden. Leave it open to hear money come.
page-warn-gap = The phone was off for long; some receipts may be missing here. Look into the bank's app.
page-warn-voice = This phone has no Vietnamese voice, so it only chimes.
page-warn-ended = This phone may hear no longer. Ask the market's board.
page-late = at
