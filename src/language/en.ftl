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
