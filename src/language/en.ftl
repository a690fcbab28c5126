### The texts of pages, in English. Each page has a section and a prefix of its own.

## All pages

skip-to-content = Skip to the content
menu = Menu
menu-choose-organisation = Choose an organisation
menu-all-organisations = All my organisations
menu-create-organisation = Create an organisation
menu-organisation = Organisation
menu-overview = Overview
menu-members = Members
menu-keys = API keys
menu-audit = Audit log
menu-settings = Settings
menu-account = Your account
menu-profile = Profile
menu-security = Security
menu-sessions = Sessions
menu-organisations = Organisations
menu-build = For developers
menu-console = API console
menu-mailbox = Captured mail
menu-sign-out = Sign out
signed-in-as = Signed in as { $name }
pages-label = Pages
pages-next = Next page
password-show = Show
password-meter-weak = This password would be refused.
password-meter-fair = This password is accepted. A longer one is better.
password-meter-good = This is a good password.
copy = Copy
copied = Copied

## Roles

role-admin = Admin
role-member = Member
role-viewer = Viewer

## Times

ago-now = just now
ago-minutes = { $count } min ago
ago-hours = { $count } h ago
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
in-minutes = in { $count } min
in-hours = in { $count } h
in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}
day = { $day } { $month } { $year }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

## Errors: `error-<code>`, and where it is a page of its own `error-<code>-title`

error-back = Go to the start page
error-status = Status { $status }
error-request = Request
error-not-found-title = Not found
error-not-found = There is nothing at this address, or you have no access to it.
error-permission-denied-title = Permission denied
error-permission-denied = This needs the permission { $permission }, which your role does not have. An admin of the organisation can give you another role.
error-internal-title = Something went wrong
error-internal = The fault is ours. The log has it under the number of this request.

## Sign in

sign-in-title = Sign in

## Fields: `field-<code>`, for languages that have no words of the API's own

## My organisations, and a new one

my-organisations-title = My organisations
my-organisations-empty = You are not in an organisation yet
my-organisations-empty-text = Create one, or wait for an invitation: it comes by mail.
my-organisations-name = Name
my-organisations-role = Role
my-organisations-since = Created
organisation-create-title = Create an organisation
organisation-create-lead = You become its admin, and can invite others.
organisation-create = Create organisation
organisation-name = Name
organisation-name-hint = For example the name of your company or your team.
organisation-created = { $name } was created.

## The front door: sign in and out

sign-in = Sign in
sign-in-name = E-mail or username
sign-in-password = Password
sign-in-remember = Keep me signed in on this device
sign-in-forgot = Forgot your password?
sign-in-new-here = New here?
sign-in-sign-up = Create an account
sign-in-goes-on = Then you go on to { $site }.
sign-in-wrong = The e-mail address, the username or the password is wrong.
sign-in-again = An admin of this organisation ended the sessions that you had here. Sign in again to go on.
sign-in-unproven = New account? Then confirm your address first: the link is in a mail to you.
sign-in-unproven-link = Send the mail again
password-new = New password
password-new-hint = 12 characters at least. A few random words are best.
sign-out = Sign out
sign-out-title = Sign out
sign-out-lead = This ends your session in this browser.
sign-out-stay = Stay signed in
sign-out-done = You are signed out.
error-user-disabled = This account is disabled. Ask an administrator.
error-too-many-attempts = There were too many wrong attempts. Try again in { $minutes } min.
error-password-change-required = This password was set for you. Choose one of your own now.

## The front door: new accounts and mails

email = E-mail
send-link = Send link
back-to-sign-in = Back to the sign-in
go-on-to = Go on to { $product }
sign-up = Create account
sign-up-title = Create an account
sign-up-name = Your name
sign-up-organisation = Organisation
sign-up-organisation-hint = You become its admin. Leave this empty if you wait for an invitation.
sign-up-known = You have an account?
sign-up-closed = New accounts are made by invitation here.
sign-up-closed-how = Ask an admin of your organisation to invite you. The invitation comes by mail, and makes your account.
sign-up-sent = We have sent a mail to { $email }. Confirm the address by its link, then sign in.
check-mail-title = Look into your mail
check-mail-lead = The mail comes within a minute or two. If it does not, look into the folder for spam, or ask for it again.
check-mail-captured = This server sends no mails yet, and keeps them here:
check-mail-captured-link = Captured mail
forgot-title = Forgot your password?
forgot-lead = We send you a link to choose a new one.
forgot-no-mail = This server sends no mails, so it cannot send you a link. Ask an administrator for a new password.
forgot-sent = If there is an account with { $email }, a mail with a link is on its way. It works for 30 minutes.
verify-again-title = Confirm your address
verify-again-lead = We send you the link again. The one before stops working.
verify-again-no-mail = This server sends no mails, so it cannot send you a link. Ask an administrator.
verify-again-sent = If there is an account with { $email } to confirm, a mail with a link is on its way. It works for 24 hours.
error-email-taken = There is an account with this address already. Sign in instead.
error-registration-closed = Accounts with this address are made by invitation. Ask an admin of your organisation.
error-too-many-registrations = Too many accounts were made from your network. Try again in { $minutes } min.
error-too-many-mails = Too many mails were asked for. Try again later.

## The front door: links from mails, and setting up

too-many-attempts-title = Too many attempts
user-disabled-title = Account disabled
go-on = Go on
link-title = Open your link
link-no-script = This browser runs no scripts, so the page cannot read the link's secret by itself.
link-paste = Paste the link that was sent to you, or the part of it behind the #.
link-field = Link
link-open = Open
reset-title = Choose a new password
reset-lead = It ends all your sessions, on every device.
reset-set = Set password
reset-done-title = Password changed
reset-done-text = All your sessions were ended. Sign in with the new password.
reset-sign-in = Sign in with your new password.
reset-gone-title = This link no longer works
reset-gone-text = It was used, was replaced by a newer one, or is older than 30 minutes.
reset-gone-again = Send a new link
unlock-title = Sign in although others guess
unlock-lead = Wrong passwords were tried at your account. Press the button, and you do not have to wait for them in this browser and in the network that you are in.
unlock-let-in = Let me in
unlock-sign-in = You can sign in now, with your password.
unlock-gone-title = This link no longer works
unlock-gone-text = If you still have to wait, ask for a new password: that lets you in, too.
unlocked-title = You can sign in now
unlocked-lead = Sign in as { $email } with your password, in this browser or from this network: attempts of others never make you wait.
unlocked-doubt = Do others know your password, or have you forgotten it?
unlocked-reset = Choose a new password (within 30 minutes)
verify-title = Confirm your address
verify-lead = Confirm that the mailbox which this link was sent to is yours. If you did not ask for it, close this page.
verify = Confirm address
verify-done-title = Address confirmed
verify-done-text = { $email } is confirmed.
verify-sign-in = Your address is confirmed. Sign in to go on.
verify-taken-title = Address taken
verify-taken-text = Another account has this address by now.
verify-gone-title = This link no longer works
verify-gone-text = It was used, was replaced by a newer one, or is older than 24 hours.
invite-title = Join { $organisation }
invite-lead = The invitation is for { $email }, with the role { $role }.
invite-join = Join { $organisation }
invite-password = Password of your account
invite-choose = Choose a password
invite-wrong-password = This is not the password of your account.
invite-not-its-password = This is not the password of the account. Try again, or choose a new password.
invite-unproven = There is an account with this address, and the address was never confirmed. Enter its password to keep it, or choose a new password: that replaces the old password, and ends its sessions, its links with other issuers and the API keys that it made.
invite-unproven-without = There is an account with this address, and the address was never confirmed. If you can sign in to it, do so first and open the link again. Or choose a password: that ends its sessions, its links with other issuers and the API keys that it made.
invite-keep = Keep the account as it is
invite-or-new = Or choose a new password
invite-replace = Replace the password and join
invite-set = Set the password and join
invite-done-title = Welcome to { $organisation }
invite-done-text = You have joined with the role { $role }, and are signed in here.
invite-done-on = Go to the overview
invite-gone-title = This link no longer works
invite-gone-text = Ask the person who invited you for a new one.
invite-gone-from = The invitation to { $organisation } was used, withdrawn, or is too old. Ask an admin there for a new one.
invite-unconfirmed-title = Not confirmed any more
invite-other-title = For another address
invite-other-lead = You are signed in with another address than the one that is invited to { $organisation }. The invitation stays good.
invite-other-mine = Signed in as
invite-other-invited = Invited
invite-other-switch = Sign out and open the invitation again
invite-other-stay = Stay signed in
error-invitation-unconfirmed = The member who sent this invitation may not invite to this organisation any more. Ask one of its admins to send it again.
error-seats-taken = The organisation has no seat left. Ask one of its admins.
setup-title = Set up
setup-lead = Create the first administrator of this installation and their organisation. This link works once.
setup = Create administrator
setup-gone-title = This link no longer works
setup-gone-text = It has been used or is older than 30 minutes. Run { $command } for a new one.
first-key-title = Your first key
first-key-lead = { $email } is administrator of { $organisation }, and signed in here. This key reads, and changes nothing.
first-key-test = TEST
first-key-once = Shown this once. Keep it now.
first-key-try = Try it
first-key-on = I stored it: go to the overview
first-key-osmedeus = API key for clients of Osmedeus
mailbox-title = Captured mail
mailbox-lead = Without a mail server, mails are kept here, in memory. What sends them is the setting
mailbox-empty = No mail yet
mailbox-empty-text = Invite a person, for example.
mailbox-subject = Subject
mailbox-to = To
mailbox-time = Time
mailbox-open-link = Open link in mail
mailbox-as-html = As the recipient sees it
## API keys

keys-title = API keys
keys-lead = For scripts, CI and servers. Each key belongs to { $organisation }, not to a person, and can be rotated without downtime.
keys-environments = Environment
keys-live = Live
keys-test = Test
keys-test-mark = TEST
keys-test-lead = Test keys can look at everything that their role may see, and change nothing.
keys-create = Create key
keys-create-first = Create your first key
keys-create-lead = The secret is shown once, on the next page. What a key may do cannot be changed later; its name can.
keys-empty = No keys yet
keys-empty-text = A key lets a program call the API: a script, a build, another server. The program sends it with each request:
keys-empty-test-text = A test key lets you try the API without changing anything. A program sends it with each request:
keys-empty-ask = An admin of the organisation can create one.
keys-search = Name or key
keys-state = State
keys-filter = Filter
keys-filter-clear = Clear filters
keys-choice-all = All
keys-choice-active = Active
keys-choice-expiring = Expires within 14 days
keys-choice-stale = Not used for 90 days
keys-choice-expired = Expired
keys-choice-revoked = Revoked
keys-none-match = Nothing matches
keys-none-match-text = No key of this environment is like that.
keys-name = Name
keys-name-hint = Who or what uses it, for example “Deploy bot”.
keys-key = Key
keys-may = May do
keys-all-of-role = all of this role
keys-nothing = nothing
keys-last-used = Last used
keys-never-used = Never
keys-actions = Actions
keys-actions-of = Actions for { $name }
keys-rotate = Rotate
keys-change = Rename
keys-revoke = Revoke
keys-verify = Verify a key from your own service:
keys-badge-active = Active
keys-badge-expires = Expires { $when }
keys-badge-stale = Stale
keys-badge-rotating = Rotating
keys-badge-expired = Expired { $when }
keys-badge-revoked = Revoked { $when }
keys-soon = { $name } expires { $when }.
keys-soon-advice = A new secret does not move the end. Create a successor in time: it can do the same, and starts with an end of its own.
keys-soon-link = Create a successor of { $name }
keys-stale-title = Stale.
keys-stale-text = Nothing has used this key for 90 days or more. If you do not need it, revoke it.
keys-environment = Environment
keys-live-hint = Works on real data.
keys-test-hint = Reads, and changes nothing. For trying things out.
keys-role = Role
keys-role-hint-viewer = Reads.
keys-role-hint-member = Also writes what belongs to the product.
keys-role-hint-admin = Also reads the audit log. Managing people and keys stays with people.
keys-permissions = Permissions
keys-extent-all = All that the role gives to keys
keys-extent-all-hint = Permissions that the role gets later count, too.
keys-extent-some = Only some of them
keys-extent-some-hint = The less a key may do, the less is lost with it.
keys-from-role-viewer = every role
keys-from-role-member = from Member on
keys-from-role-admin = Admin only
keys-permissions-beyond = A key with the role { $role } cannot have { $permissions }. Choose another role, or take that away.
keys-expires = Expires
keys-expires-days = After { $days } days
keys-expires-date = After a day of your choice
keys-expires-on = Last day
keys-expires-on-hint = The key works until the end of that day (UTC).
keys-expires-never = Never
keys-expires-never-hint = A key without an end is easily forgotten.
keys-cancel = Cancel
keys-save = Save
keys-secret-title = The secret of { $name }
keys-secret-rotated = The key has a new secret. The replaced one ends
keys-secret-replaced = The key has a new secret. The replaced one has stopped working.
keys-secret-once = Copy it now: it is not shown again.
keys-secret-once-text = Oskar keeps only a digest of it. If it is lost, rotate the key.
keys-secret-use = Use it
keys-secret-stored = I have stored it
keys-copy-curl = Copy the command
keys-copy-env = Copy the file
keys-copy-ts = Copy the code
keys-copy-id = Copy
keys-created = Created
keys-created-by-none = on the command line, or by an account that is gone
keys-revoked-at = Revoked
keys-reason = Reason
keys-id = Id
keys-external-id = External id
keys-external-id-hint = What your own system calls this key. No two keys have the same. May stay empty.
keys-rotating = Rotating.
keys-rotating-text = The new secret works. The replaced one ends
keys-unused-title = Never used
keys-unused-text = Try it: the answer says who the key is and what it may do.
keys-events = What happened
keys-events-none = The log remembers nothing of this key.
keys-events-all = All events of this key
keys-event-key-created = Created
keys-event-key-updated = Renamed or labelled
keys-event-key-rotated = Rotated
keys-event-key-revoked = Revoked
keys-revoke-hint = At once and for good. What uses the key is refused from then on.
keys-revoke-key = Revoke key
keys-revoke-title = Revoke { $name }?
keys-revoke-lead = The key stops working at once, with both its secrets if it is being rotated. This cannot be undone. The key stays in the list.
keys-revoke-reason = Reason (optional)
keys-revoke-reason-hint = The page of the key and the audit log show it, for example “found in a public repository”.
keys-revoked = { $name } is revoked.
keys-changed = { $name } was saved.
keys-change-title = Rename key
keys-change-lead = What a key may do never changes: create another one for that.
keys-rotate-title = Rotate { $name }
keys-rotate-key = Rotate key
keys-rotate-lead = The key gets a new secret. Its id, its name and what it may do stay.
keys-rotate-keeps-end = the new secret ends with it
keys-overlap = How long does the old secret go on?
keys-overlap-week = 7 days
keys-overlap-week-hint = For programs that you cannot change at once.
keys-overlap-day = 24 hours
keys-overlap-day-hint = Enough to roll the new secret out without a gap.
keys-overlap-hour = 1 hour
keys-overlap-hour-hint = For one or two programs that you change right now.
keys-overlap-none = Not at all
keys-overlap-none-hint = The old secret is refused at once. Right if others may know it.
error-key-ended-title = This key has ended
error-key-ended = The key is revoked or has expired. Create a new one.
error-external-id-taken = Another key of the organisation has this external id.

## Permissions

permissions-title = What each role may do
permissions-link = What may each role do?
permissions-link-new-tab = What may each role do? (opens a new tab)
permissions-lead = A role is the name of a set of permissions. A key has a role, too, and of its permissions those that keys may use.
permissions-own = Of the product
permissions-own-sentence = a permission of the product
permissions-built-in = Built in
permissions-permission = Permission
permissions-keys = API keys
permissions-yes = yes
permissions-no = no
permissions-keys-may = may
permissions-keys-may-not = may not
permission-org-read = See the organisation's name and slug.
permission-org-leave = Leave the organisation.
permission-members-read = List the members and their roles.
permission-keys-read = List the API keys, masked.
permission-credentials-verify = Verify credentials of the organisation that others present.
permission-events-read = Read the audit log.
permission-org-update = Change the organisation's name and slug.
permission-org-delete = Delete the organisation and all that it owns.
permission-members-manage = Change roles and remove members.
permission-invitations-manage = Invite people, and see and withdraw invitations.
permission-keys-manage = Create, rename, rotate and revoke API keys.
permission-sessions-manage = End the sessions of a member.
