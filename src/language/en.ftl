### The texts of pages, in English. Each page has a section and a prefix of its own.

## All pages

skip-to-content = Skip to the content
menu = Menu
menu-choose-organisation = Organisations
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
way-back = Back to { $name }
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
my-organisations-since = Joined
my-organisations-leave = Leave
organisation-create-title = Create an organisation
organisation-create-lead = You become its admin, and can invite others.
organisation-create = Create organisation
organisation-name = Name
organisation-name-hint = For example the name of your company or your team.
organisation-created = { $name } was created.

## The front door: sign in and out

sign-in = Sign in
sign-in-name = E-mail address or username
sign-in-password = Password
sign-in-remember = Keep me signed in on this device
sign-in-forgot = Forgot your password?
sign-in-new-here = New here?
sign-in-sign-up = Create an account
sign-in-goes-on = Then you continue to { $site }.
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

email = E-mail address
send-link = Send link
back-to-sign-in = Back to the sign-in
go-on-to = Continue to { $product }
sign-up = Create account
sign-up-title = Create an account
sign-up-name = Your name
sign-up-organisation = Organisation
sign-up-organisation-hint = You become its admin. Leave this empty if you wait for an invitation.
sign-up-known = Do you have an account already?
sign-up-closed = New accounts are by invitation only.
sign-up-closed-how = Ask an admin of your organisation to invite you. The invitation comes by mail, and with it you create your account.
sign-up-sent = We have sent a mail to { $email }. Confirm the address by its link, then sign in.
check-mail-title = Check your mail
check-mail-lead = The mail comes within a minute or two. If it does not, look into the spam folder, or ask for it again.
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
error-registration-closed = Accounts with this address are by invitation only. Ask an admin of your organisation.
error-too-many-registrations = Too many accounts were made from your network. Try again in { $minutes } min.
error-too-many-mails = Too many mails were asked for. Try again later.

## The front door: links from mails, and setting up

too-many-attempts-title = Too many attempts
user-disabled-title = Account disabled
go-on = Continue
link-title = Open your link
link-no-script = Scripts are turned off in this browser, so the page cannot read your link by itself.
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
unlock-title = Sign in despite wrong attempts of others
unlock-lead = Wrong passwords were tried at your account. Press the button: in this browser and on this network they no longer make you wait.
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
invite-unproven = There is an account with this address, and the address was never confirmed. Enter the account's password to keep it as it is. Or choose a new password: it replaces the old one, and the account's sessions, its links with other issuers and the API keys that it created are ended.
invite-unproven-without = There is an account with this address, and the address was never confirmed. If you can sign in to it, do so first and open the link again. Or choose a password: then the account's sessions, its links with other issuers and the API keys that it created are ended.
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
invite-unconfirmed-title = This invitation must be sent again
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
mailbox-lead = Without a mail server, mails are kept here, in memory. To send them, the operator sets
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
keys-none-match-text = No key of this environment matches. Search for something else, or clear the filters.
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
keys-soon-advice = Rotating the key does not change when it expires. Create a successor in time: it can do the same, and has an expiry of its own.
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
keys-extent-all-hint = Permissions that the role gets later are included.
keys-extent-some = Only some of them
keys-extent-some-hint = The less a key may do, the less is lost with it.
keys-from-role-viewer = every role
keys-from-role-member = from Member on
keys-from-role-admin = Admin only
keys-permissions-beyond = A key with the role { $role } cannot have { $permissions }. Choose another role, or untick these permissions.
keys-expires = Expires
keys-expires-days = After { $days } days
keys-expires-date = At the end of a day that you choose
keys-expires-on = Last day
keys-expires-on-hint = The key works until the end of that day (UTC).
keys-expires-never = Never
keys-expires-never-hint = A key without an end is easily forgotten.
keys-cancel = Cancel
keys-save = Save
keys-secret-title = The secret of { $name }
keys-secret-rotated = The key has a new secret. The old one stops working
keys-secret-replaced = The key has a new secret. The old one has stopped working.
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
keys-rotating-text = The new secret works. The old one stops working
keys-unused-title = Never used
keys-unused-text = Try it: the answer says who the key is and what it may do.
keys-events = What happened
keys-events-none = The log remembers nothing of this key.
keys-events-all = All events of this key
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
keys-rotate-lead = The key gets a new secret. Its id, its name and its permissions stay the same.
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
permissions-lead = A role is a set of permissions. An API key has a role, too, but only those of its permissions that keys may use.
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

## Events in words: `event-<type>`; see src/web/event_words.rs

event-other = { $actor }: { $type }
event-actor-anonymous = An unknown client
event-actor-cli = The command line
event-actor-system = Oskar
event-actor-deleted = A deleted account
event-by-user = User
event-by-api-key = API key
event-by-anonymous = Not signed in
event-by-cli = Command line
event-by-system = System
event-target-user = user …{ $id }
event-target-api-key = key …{ $id }
event-target-organisation = organisation …{ $id }
event-target-session = session …{ $id }
event-target-invitation = invitation …{ $id }
event-target-signing-key = signing key …{ $id }
event-yes = yes
event-no = no
event-member-algorithm = Algorithm
event-member-code = Code
event-member-count = How often
event-member-created-by = Created by
event-member-email = E-mail address
event-member-environment = Environment
event-member-expires-at = Expires
event-member-external-id = External id
event-member-hint = Key
event-member-imported = Imported
event-member-in-place-of = In place of
event-member-invited-by = Invited by
event-member-issuer = Issuer
event-member-last-used-at = Last used
event-member-mailed = Sent by mail
event-member-metadata = Metadata
event-member-metadata-changed = Metadata changed
event-member-method = Method
event-member-most = At most
event-member-name = Name
event-member-network = Network
event-member-operator = Operator
event-member-organisations = Organisations
event-member-overlap-seconds = Old secret works for, in seconds
event-member-permission = Permission
event-member-reason = Reason
event-member-registered-at = Registered
event-member-replaced = Replaced
event-member-revoked-at = Revoked
event-member-role = Role
event-member-scope = Extent
event-member-sessions-ended = Sessions ended
event-member-slug = Slug
event-member-subject = Subject
event-member-username = Username
event-user-created = The account of { $target } was created.
event-user-updated = { $actor } changed the account of { $target }{ $changed ->
    [none] .
   *[other] : { $changed }.
}
event-user-email-verified = The e-mail address of { $target } was confirmed.
event-user-email-change-requested = { $actor } asked for another e-mail address.
event-user-email-changed = The e-mail address of { $target } changed.
event-user-password-changed = { $actor } changed the password.
event-user-password-reset = The password of { $target } was set anew.
event-user-password-change-required = { $target } has to change the password at the next sign-in.
event-user-password-link-issued = { $actor } issued a link for { $target } to choose a password.
event-user-unlocked = { $target } may sign in again after wrong passwords.
event-user-disabled = { $actor } disabled the account of { $target }.
event-user-enabled = { $actor } enabled the account of { $target } again.
event-user-deleted = { $reason ->
    [address_not_proven] The account of { $target } was deleted: its address was not confirmed in time.
   *[other] The account of { $target } was deleted.
}
event-identity-linked = { $target } can sign in through { $issuer }.
event-identity-unlinked = { $target } can no longer sign in through { $issuer }.
event-session-started = { $issuer ->
    [none] { $actor } signed in.
   *[other] { $actor } signed in through { $issuer }.
}
event-session-renewed = { $actor } proved again who they are.
event-session-ended = { $scope ->
    [organisation] { $actor } ended the sessions of { $target } in the organisation.
    [account] { $actor } ended sessions of the account: { $sessions_ended ->
        [none] all
       *[other] { $sessions_ended }
    }.
   *[other] { $reason ->
        [replaced] A session ended because the same browser signed in again.
        [too_many] The oldest session ended because there were too many.
       *[other] { $actor } ended a session.
    }
}
event-session-refresh-reused = A refresh token was used twice, which looks like theft. The session was ended.
event-sign-in-failed = { $count ->
    [one] A sign-in of { $target } failed
   *[other] { $count } sign-ins of { $target } failed
}{ $network ->
    [none] .
   *[other] , from { $network }.
}
event-organisation-created = { $actor } created the organisation { $name }.
event-organisation-updated = { $actor } changed the organisation: { $changed }.
event-organisation-deleted = { $actor } deleted the organisation { $name }.
event-member-added = { $target } joined as { $role }.
event-member-role-changed = { $actor } changed the role of { $target } from { $previous_role } to { $role }.
event-member-removed = { $actor } removed { $target } from the organisation.
event-member-left = { $target } left the organisation.
event-invitation-created = { $actor } invited { $target } as { $role }.
event-invitation-resent = { $actor } sent the invitation of { $target } again.
event-invitation-withdrawn = { $actor } withdrew the invitation of { $target }.
event-invitation-accepted = { $actor } accepted the invitation as { $role }.
event-key-created = { $actor } created the API key { $name }.
event-key-updated = { $actor } changed the API key { $target }: { $changed }.
event-key-rotated = { $actor } gave the API key { $target } a new secret.
event-key-revoked = { $reason ->
    [none] { $actor } revoked the API key { $target }.
   *[other] { $actor } revoked the API key { $target }: “{ $reason }”.
}
event-key-deleted = The API key { $name } was deleted, long after its end.
event-access-denied = { $permission ->
    [none] { $actor } was refused: the role { $role } is needed
   *[other] { $actor } was refused: the permission { $permission } is needed
}{ $count ->
    [one] .
   *[other] , { $count } times.
}
event-setup-link-issued = A link to create the first administrator was issued.
event-setup-done = The first administrator, { $target }, was created.
event-settings-changed = A server started with other settings: { $changed }.
event-signing-key-created = A key to sign access tokens with was created ({ $algorithm }).
event-signing-key-rotated = The key that signs access tokens gets a successor ({ $algorithm }).
event-signing-key-exported = { $actor } exported shared signing keys.
event-master-secret-reencrypted = Signing keys were encrypted under the current master secret.
event-master-secret-rotated = The master secret was replaced.

## Pages of an organisation: what several of them say

cancel = Cancel
save = Save
filter = Filter
filter-clear = Clear filters
actions = Actions
actions-for = Actions for { $name }
user-state-active = Active
user-state-disabled = Disabled
role-may-admin = Manages members, invitations, API keys and settings, and reads the audit log.
role-may-member = Reads and writes what belongs to the product, and sees the API keys.
role-may-viewer = Sees the organisation and its members, and changes nothing.

## Overview of an organisation

steps-title = First steps
steps-done = { $done } of { $all }
steps-dismiss = Hide in this browser
steps-is-done = Done:
steps-is-open = To do:
steps-got-it = Got it: { $name } called the API
step-administrator = An administrator exists
step-first-call = First API call
step-hint-first-call = Create a key and send a request with it. This ticks itself when the request arrives.
step-button-first-call = Create a key
step-invite = Invite someone
step-hint-invite = Not everything should depend on one person.
step-button-invite = Invite people
step-mail = Configure mail
step-hint-mail = Until then mails stay on this machine. The operator sets mail.smtp_url.
step-public-url = Set the public URL
step-hint-public-url = Links in mails lead there. The operator sets public_url.
overview-no-mail = This server sends no mails: invitations cannot go out. The operator sets mail.smtp_url.
overview-mail-captured = { $count ->
    [one] One invitation waits, and its mail did not leave this machine: mail is not configured.
   *[other] { $count } invitations wait, and their mails did not leave this machine: mail is not configured.
}
overview-key-expires = { $name } expires
overview-key-see = See { $name }
overview-members = { $count ->
    [one] active member
   *[other] active members
}
overview-keys = { $count ->
    [one] active API key
   *[other] active API keys
}
overview-expires-first = Expires first: { $name }
overview-invitations = { $count ->
    [one] open invitation
   *[other] open invitations
}
overview-sign-ins = Sign-ins of the last 30 days
overview-sign-ins-none = There was none.
overview-sign-ins-text = { $count ->
    [one] One sign-in.
   *[other] { $count } sign-ins, at most { $most } on one day.
}
overview-as-table = As a table
overview-day = Day (UTC)
overview-sign-ins-column = Sign-ins
overview-events = Last events

## Members

members-title = Members
members-lead = The people in this organisation.
members-what-roles-may = What each role may do
members-tabs = Members and invitations
members-search = Name or e-mail address
members-role = Role
members-any-role = Any role
members-state = State
members-any-state = Any state
members-name = Name
members-joined = Joined
members-you = (you)
members-none = Nothing matches
members-none-text = No member matches. Search for something else, or clear the filters.
members-just-you = Just you so far.
member-change-role = Change role
member-end-sessions = End sessions
member-remove = Remove
member-role-title = Role of { $name }
member-role = Role
member-role-now = now
member-role-loses = { $count ->
    [one] Takes away one permission
   *[other] Takes away { $count } permissions
}
member-role-changed = { $name } has the role { $role } now.
member-last-admin = { $name } is the last admin. An organisation needs one: make another member admin first.
member-back = Back to the members
member-remove-title = Remove { $name }?
member-remove-text = { $name } loses access to { $organisation } at once. The account stays, and API keys that { $name } created go on working.
member-remove-button = Remove
member-removed = { $name } was removed.
member-end-sessions-title = End the sessions of { $name }?
member-end-sessions-text = { $name } is signed out of { $organisation } on every device and has to sign in again. Other organisations do not notice.
member-end-sessions-button = End sessions
member-sessions-ended = The sessions of { $name } here are ended.

## Invitations

invitations-title = Invitations
invitations-lead = Who was asked in. A link is good for seven days, and only for the address that it was sent to.
invite-people = Invite people
invitations-email = E-mail address
invitations-state = State
invitations-sent = Invited
invitations-expires = Expires
invitations-none = No open invitations
invitations-none-text = People whom you invite get a mail with a link to join.
invitations-none-such = Nothing matches
invitations-none-such-text = No invitation is in this state.
invitation-state-waiting = Waiting for an answer
invitation-state-open = Open
invitation-state-unconfirmed = Must be sent again
invitation-state-accepted = Accepted
invitation-state-expired = Expired
invitation-state-withdrawn = Withdrawn
delivery-pending = Mail on its way
delivery-sent = Mail sent
delivery-dropped = Mail not sent
delivery-dead = Mail failed
invitation-resend = Send again
invitation-resend-title = Send the invitation of { $email } again?
invitation-resend-text = { $email } gets a new mail. The link in the mail before it stops working; the new one is good for seven days.
invitation-resend-button = Send again
invitation-resent = The invitation of { $email } was sent again.
invitation-withdraw = Withdraw
invitation-withdraw-title = Withdraw the invitation of { $email }?
invitation-withdraw-text = The link that { $email } got stops working at once.
invitation-withdraw-button = Withdraw
invitation-withdrawn = The invitation of { $email } was withdrawn.
invitation-sent = { $email } was invited.
invitations-sent-all = { $count } people were invited.
invite-people-lead = Each person gets a mail with a link to join. If one address is wrong, no invitation is sent.
invite-emails = E-mail addresses
invite-emails-hint = One on each line, or with commas between them: 50 at most.
invite-send = Send invitations
invite-none-sent = No invitation was sent.
invite-needs-proof = To invite admins, confirm first that it is you. What you have typed stays here: come back to this tab and send it again.
invite-prove = Confirm in a new tab
invite-no-address = { $email } is not an e-mail address.
invite-is-member = { $email } is already a member.
error-already-member = One of these people is already a member.
error-last-admin = An organisation needs an admin: make another member admin first.
error-mail-unavailable = This server sends no mails, so invitations cannot go out. Ask its operator.
error-invitation-ended = This invitation was accepted or withdrawn already.
error-too-many-invitations = There are too many invitations for one day. More can be sent in { $minutes } min.
error-too-many-open-invitations = No more invitations can be open at once. Withdraw one first.
error-too-many-keys = The organisation has as many API keys as it may have. Revoke one first.
error-too-many-organisations = You are a member of as many organisations as you may be. Leave one first.

## Settings of an organisation

organisation-settings-title = Settings
organisation-settings-saved = The settings were saved.
form-stale = Another admin changed this while you were here. Nothing was saved. These are the values now; save once more to put yours in their place.
organisation-settings-for-admins = Admins can change this.
organisation-slug = Slug
organisation-slug-hint = Stands in the addresses of pages and of the API. If you change it, links with the old one stop working.
organisation-id = Id
organisation-external-id = External id
organisation-created-at = Created
organisation-ways-out = Leave or delete
organisation-leave = Leave organisation
organisation-leave-hint = You lose access. An admin can invite you again.
organisation-leave-title = Leave { $name }?
organisation-leave-text = You lose access to { $name } at once. Your account stays. To come back you need an invitation.
organisation-leave-last-admin = You are the last admin. Make another member admin first, or delete the organisation.
organisation-left = You left { $name }.
organisation-delete = Delete organisation
organisation-delete-hint = Members lose access, and API keys stop working. This cannot be undone.
organisation-delete-title = Delete { $name }?
organisation-delete-text = All memberships, invitations and API keys are deleted at once, and programs that use the keys are refused. The accounts of the members stay. This cannot be undone.
organisation-delete-type = Type the name { $name } to confirm
organisation-delete-wrong-name = This is not the name of the organisation.
organisation-deleted = { $name } was deleted.
error-slug-taken = This slug is taken, or was another organisation's once.
error-precondition-failed = This was changed in the meantime.
error-email-unverified = Your e-mail address is not confirmed yet. Confirm it first; your account page sends the mail again.

## Devices

device-on = { $program } on { $system }
device-unknown = Unknown program

## My account: what its pages share

account-email = E-mail address
account-password = Password
account-save = Save
account-cancel = Cancel
error-wrong-password = This password is wrong.
error-username-taken = Another account has this username.
error-last-way-in = This is the only way in that your account has. Choose a password first.
error-too-many-email-changes = You have asked for several addresses today. Try again tomorrow.

## Confirm that it is you

confirm-title = Confirm that it is you
confirm-lead = What you are about to do is sensitive, and you signed in some time ago.
confirm-button = Continue
confirm-without-password = Your account has no password. Sign out and sign in again, then come back: after that you are not asked for a while.
confirm-choose-password = Ask for a link to choose a password

## My profile

profile-title = Your profile
profile-name = Name
profile-name-hint = Others in your organisations see it.
profile-sign-in-by = Sign-in and account
profile-verified = confirmed
profile-unverified = not confirmed
profile-change-email = Change e-mail address
profile-username = Username
profile-choose-username = Choose a username
profile-change-username = Change username
profile-username-lead = A short name to sign in with, beside your e-mail address. A mail tells you of the change.
profile-username-hint = Leave it empty to have none.
profile-id = User id
profile-since = Account since
profile-resend = Send the confirmation mail again
profile-mail-sent = A mail is on its way to { $email }.
profile-saved = Saved.
profile-delete = Delete account
profile-delete-text = Your sign-in, sessions and memberships end for good.

## Delete my account

account-delete-title = Delete account
account-delete-what = The account { $email } is deleted for good, with its sessions and memberships. There is no way back.
account-delete-stays = API keys stay with their organisations. The audit logs keep what you did, without your name.
account-delete-button = Delete my account
account-delete-last-admin = You are the last admin of these organisations. Make another member admin there, or delete the organisation, first.
account-deleted = Your account was deleted.

## My security

security-title = Security
security-password-changed = Changed
security-password-never = Not changed since the account was created.
security-change-password = Change password
security-no-password = Your account has no password. Sign out and ask for one with “Forgot password?”.
security-change-email = Change e-mail address
security-identities = Sign-in through other providers
security-unlink = Disconnect
lately-title = What happened lately
lately-quiet = Nothing unusual in the last 30 days.
lately-places = { $places } and { $more } more
lately-wrong-passwords = { $count ->
    [one] One failed sign-in since { $since }
   *[other] { $count } failed sign-ins since { $since }
}
lately-wrong-passwords-from = { $count ->
    [one] One failed sign-in since { $since }, from { $from }
   *[other] { $count } failed sign-ins since { $since }, from { $from }
}
lately-wrong-passwords-do = Was it you? Then there is nothing to do. If not, others are trying to guess your password: a long one that you use nowhere else keeps them out.
lately-new-devices = Sign-ins from a new device or address
lately-new-devices-do = If one of them was not you:
lately-end-sessions = end the session
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
password-lead = All your other sessions end.
password-current = Current password
password-chosen = New password
password-chosen-hint = At least 12 characters. A few unrelated words are good.
password-changed = The password was changed. Your other sessions were ended.
email-lead = You sign in with { $email } until you have opened the link that is sent to the new address. Then all your other sessions end.
email-new = New e-mail address
email-new-hint = It gets a mail with a link, which works for 24 hours.
email-send = Send the link
email-asked = A link is on its way to { $email }. Nothing changes until you open it.
email-no-mail = This server sends no mails, so the address cannot be confirmed. Ask the operator to change it.
unlink-title = Disconnect
unlink-text = You will no longer sign in through { $issuer }. Sessions that were started there end.
identity-unlinked = { $issuer } was disconnected.

## My sessions

sessions-title = Sessions
sessions-lead = Where you are signed in.
sessions-device = Device
sessions-ip = IP address
sessions-created = Signed in
sessions-seen = Last seen
sessions-action = Action
sessions-current = this one
sessions-end = End
sessions-end-title = End a session
sessions-end-text = This device is signed out at once.
sessions-end-this = This is the session that you are using: you will be signed out.
sessions-ended = The session was ended.
sessions-end-others = Sign out everywhere else
sessions-end-others-text = All other devices are signed out at once. You stay signed in here.
sessions-others-ended = You are signed in on this device only.
sessions-only = You are signed in on this device only.

## What happened to my account

activity-title = Account activity
activity-lead = Sign-ins, changes of password and address, and what operators did to your account.
activity-all = See all activity

## Audit log

audit-title = Audit log
audit-lead = Who did what in { $name }, and when.
audit-export-csv = Export CSV
audit-export-ndjson = Export NDJSON
audit-time = Time
audit-what = What happened
audit-actor = Who
audit-where = From where
audit-type = Event
audit-type-all = All events
audit-filter-actor = Who (id)
audit-filter-target = About (id)
audit-filter-from = From day
audit-filter-to = To day
audit-filter = Filter
audit-clear = Clear filters
audit-empty = Nothing matches
audit-empty-text = No event fits these filters.
audit-none = Nothing has happened yet
audit-none-text = What members and keys do in the organisation is written down here.
audit-live = Live
audit-live-on = New events appear by themselves.
audit-live-paused = Paused.
audit-live-lost = The connection is lost. Load the page again.
audit-live-one = 1 new event
audit-live-many = COUNT new events
audit-pause = Pause
audit-resume = Resume
audit-days-utc = Days and times are in UTC.
audit-event-id = Event id
audit-about = About
audit-device = Device
audit-request = Request
audit-by-this = All events by this actor
audit-about-this = All events about this
audit-changes = What changed
audit-member = Field
audit-before = Before
audit-after = After
audit-details = Details
audit-json = As JSON, as in the API
