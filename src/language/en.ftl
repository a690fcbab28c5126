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
steps-dismiss = Do not show this
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
members-search = Name or e-mail
members-role = Role
members-any-role = Any role
members-state = State
members-any-state = Any state
members-name = Name
members-joined = Joined
members-you = (you)
members-none = Nothing matches
members-none-text = No member is like that. Search for something else, or clear the filters.
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
invitations-email = E-mail
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
invite-lead = Each person gets a mail with a link to join. All are invited, or none.
invite-emails = E-mail addresses
invite-emails-hint = One on each line, or with commas between them: 50 at most.
invite-send = Send invitations
invite-none-sent = No invitation was sent.
invite-no-address = { $email } is not an e-mail address.
invite-is-member = { $email } is already a member.
error-already-member = One of these people is already a member.
error-last-admin = An organisation needs an admin: make another member admin first.
error-mail-unavailable = This server sends no mails, so invitations cannot go out. Ask its operator.
error-invitation-ended = This invitation was accepted or withdrawn already.
error-seats-taken = The organisation has no seat left.
error-too-many-invitations = There are too many invitations for one day. More can be sent in { $minutes } min.
error-too-many-open-invitations = There are as many open invitations as may be. Withdraw one first.

## Settings of an organisation

organisation-settings-title = Settings
organisation-settings-saved = The settings were saved.
organisation-settings-stale = Another admin changed this while you were here. Nothing was saved. These are the values now; save once more to put yours in their place.
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
