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
my-organisations-since = Joined
my-organisations-leave = Leave
organisation-create-title = Create an organisation
organisation-create-lead = You become its admin, and can invite others.
organisation-create = Create organisation
organisation-name = Name
organisation-name-hint = For example the name of your company or your team.
organisation-created = { $name } was created.

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
event-member-slug = Short name
event-member-subject = Subject
event-member-username = User name
event-user-created = The account of { $target } was made.
event-user-updated = { $actor } changed the account of { $target }{ $changed ->
    [none] .
   *[other] : { $changed }.
}
event-user-email-verified = The e-mail address of { $target } was proven.
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
    [address_not_proven] The account of { $target } was deleted: its address was not proven in time.
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
event-setup-link-issued = A link to make the first administrator was issued.
event-setup-done = The first administrator, { $target }, was made.
event-settings-changed = A server started with other settings: { $changed }.
event-signing-key-created = A key to sign access tokens with was made ({ $algorithm }).
event-signing-key-rotated = The key that signs access tokens gets a successor ({ $algorithm }).
event-signing-key-exported = { $actor } exported shared signing keys.
event-master-secret-reencrypted = Signing keys were encrypted under the current master secret.
event-master-secret-rotated = The master secret was replaced.

## Devices

device-on = { $program } on { $system }
device-unknown = Unknown program

## My account: what its pages share

account-email = E-mail address
account-password = Password
account-save = Save
account-cancel = Cancel
error-wrong-password = This password is wrong.
error-username-taken = Another account has this user name.
error-last-way-in = This is the only way in that your account has. Choose a password first.
error-too-many-email-changes = You have asked for several addresses today. Try again tomorrow.

## Confirm that it is you

confirm-title = Confirm that it is you
confirm-lead = What you are about to do is sensitive, and you signed in some time ago.
confirm-button = Continue
confirm-without-password = Your account has no password. Sign out and sign in again, then come back: after that you are not asked for a while.
confirm-choose-password = Choose a password by mail

## My profile

profile-title = Your profile
profile-name = Name
profile-name-hint = Others in your organisations see it.
profile-sign-in-by = What you sign in with
profile-verified = confirmed
profile-unverified = not confirmed
profile-change-email = Change e-mail address
profile-username = User name
profile-choose-username = Choose a user name
profile-change-username = Change user name
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
security-password-never = Not changed since the account was made.
security-change-password = Change password
security-no-password = Your account has no password. Sign out and ask for one with “Forgot password?”.
security-change-email = Change e-mail address
security-identities = Sign-in through others
security-unlink = End the link
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
lately-wrong-passwords-do = Was it you? Then there is nothing to do. If not, others guess: a long password that you use nowhere else keeps them out.
lately-new-devices = Sign-ins from somewhere new
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
email-lead = You sign in with { $email } until you have opened the link that is sent to the new address. Then all your sessions end.
email-new = New e-mail address
email-new-hint = It gets a mail with a link, which works for 24 hours.
email-send = Send the link
email-asked = A link is on its way to { $email }. Nothing changes until you open it.
email-no-mail = This server sends no mails, so the address cannot be confirmed. Ask the operator to change it.
unlink-title = End the link
unlink-text = You will no longer sign in through { $issuer }. Sessions that were started there end.
identity-unlinked = The link with { $issuer } was ended.

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
audit-resume = Go on
audit-days-utc = Days and times are in UTC.
audit-event-id = Event id
audit-about = About
audit-device = Device
audit-request = Request
audit-by-this = All that this actor did
audit-about-this = All that happened to it
audit-changes = What changed
audit-member = Field
audit-before = Before
audit-after = After
audit-details = Details
audit-json = In the form of the API
