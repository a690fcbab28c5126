//! What each error means and how to mend it, for the pages that the `type` of a problem leads to.

use super::{Error, Kind};

/// What an error means, and what helps.
#[derive(Clone, Copy, Debug)]
pub struct Guide {
    pub means: &'static str,
    pub mend: &'static str,
}

/// `code: "what it means"; "how to mend it".`
macro_rules! guides {
    ($($code:ident: $means:literal; $mend:literal.)*) => {
        const GUIDES: &[(&str, &str, &str)] = &[$((stringify!($code), $means, $mend),)*];
    };
}

// In the order of the statuses.
guides! {
    malformed_body: "The body of the request is not JSON.";
        "Look at the place that `detail` names. Let a library write the JSON, in UTF-8.".
    ambiguous_credentials: "The request has two credentials, and they may be of two callers.";
        "Send one of them: `Authorization`, `X-API-Key` or one session cookie.".
    credential_in_body: "The body has a credential, and this address judges the one that the request was sent with.";
        "Send the body to `POST /api/credentials/verify`, or the credential itself as `Authorization` or `X-API-Key`.".
    malformed_idempotency_key: "The header `Idempotency-Key` is empty, too long, there twice, or has letters that it cannot have.";
        "Send 1 to 255 visible ASCII characters, such as a random UUID, bare or in quotes.".
    unauthenticated: "The request has no credential, and one is needed.";
        "Sign in, or send an API key.".
    invalid_credential: "The credential is malformed, expired or revoked. Which of these, is not told.";
        "Refresh the access token, sign in again, or use another API key.".
    session_ended_here: "An admin of this organisation ended the sessions that the user had there.";
        "Sign in again. In other organisations the session goes on.".
    key_malformed: "The text looks like an API key, and its check sum does not match: it was cut off or altered.";
        "Copy the key again. It has 47 characters.".
    invalid_login: "The sign-in failed: the name or the password is wrong, or the address waits for its confirmation.";
        "Try again, ask for a new password, or open the link in the mail that confirms the address.".
    invalid_issuer_token: "The other issuer's token is malformed, expired, or not meant for this server.";
        "Get a new token from the issuer. If it is refused too, ask the operator to compare the issuer's settings.".
    issuer_token_used: "The other issuer's token was used already. Each is good once.";
        "Get a new token from the issuer.".
    insufficient_user_authentication: "The request is sensitive, and the proof of who the user is, is too old (RFC 9470).";
        "Prove it again by `POST /api/auth/reauthenticate`, then send the request again.".
    invalid_refresh_token: "The refresh token is malformed, expired, used or revoked.";
        "Sign in again. A client stores the new refresh token before it uses the new access token.".
    permission_denied: "The caller is known, and lacks the permission that `required_permission` names.";
        "Ask an admin of the organisation for a role with this permission, or use a key that has it.".
    role_denied: "The caller is known, and has a lower role than is asked for.";
        "Ask an admin of the organisation for the role.".
    environment_denied: "The credential is of an environment that was not asked for: a test key where live ones count, or a live one in a sandbox.";
        "Use a key of the other environment, or let the service ask by `environment=test` or `environment=any`.".
    organisation_denied: "The credential is not for the organisation that was named.";
        "Use a credential of that organisation: `POST /api/auth/token` gives an access token for it to its members.".
    user_required: "The request is for users, and the credential is an API key.";
        "Sign in, and send the access token or the session cookie.".
    operator_required: "The request is for the operators of this server.";
        "Ask an operator.".
    session_required: "The request needs a session, and HTTP Basic has none.";
        "Sign in, and send the access token or the session cookie.".
    live_only: "Test keys may read and change nothing.";
        "Use a live key, or sign in.".
    cross_site: "A browser sent the request from a page of another site.";
        "If that page is yours, ask the operator to add its origin to `allowed_origins`.".
    registration_closed: "This server takes no registrations.";
        "Ask an administrator for an invitation or an account.".
    user_disabled: "The account is disabled.";
        "Ask an administrator.".
    email_unverified: "The account's e-mail address is not confirmed yet.";
        "Open the link in the mail that was sent to it. `POST /api/auth/resend-verification` sends another one.".
    invitation_for_another: "The invitation is for another e-mail address than the account's.";
        "Sign in with the account of the invited address.".
    issuer_disabled: "The operator has turned this issuer off.";
        "Sign in another way, or ask the operator.".
    issuer_email_unverified: "The other issuer does not say that the e-mail address is confirmed.";
        "Confirm the address there, then sign in again.".
    issuer_email_unreadable: "The other issuer's token has an address that no mail can be sent to.";
        "Give the account there another address, then sign in again.".
    not_allowed: "The e-mail address is not among those that may sign in through this issuer.";
        "Sign in another way, or ask the operator.".
    no_account: "There is no account for this user, and none is made by itself.";
        "Ask an administrator for an invitation.".
    linked_to_another: "The account, or the issuer's user, has a link to another one already.";
        "End that link first, or ask the operator.".
    link_required: "There is an account with this e-mail address, which this issuer does not open.";
        "Sign in to the account another way, and link the issuer by `POST /api/auth/identities`.".
    not_linked: "The issuer's token is of a user who is not linked to this account.";
        "Use a token of the linked user, or the password.".
    wrong_password: "The current password is wrong or missing.";
        "Send the current password, or ask for a new one by `POST /api/auth/forgot-password`.".
    password_change_required: "An operator set the password for the user. It must be changed first.";
        "Sign in with it and with a password of your choice as `new_password`.".
    not_found: "There is nothing here, or nothing that the caller may know of.";
        "Compare the address and the ids. Check that the caller is a member of the organisation.".
    method_not_allowed: "The path exists, and does not have this method.";
        "Use one of the methods in the header `Allow`.".
    email_taken: "There is an account with this e-mail address already.";
        "Sign in instead, or use another address.".
    username_taken: "Another account has this username.";
        "Choose another one.".
    slug_taken: "Another organisation has or had this slug.";
        "Choose another one.".
    external_id_taken: "Another organisation, user or key has the same `external_id`.";
        "Look for the other one by `?external_id=`, or use another id.".
    already_member: "The user is a member of the organisation already.";
        "Nothing has to be done. The role is changed at the member.".
    last_admin: "The organisation would have no admin left.";
        "Make another member admin first, or delete the organisation.".
    key_ended: "The API key is revoked or expired.";
        "Create a new key.".
    last_way_in: "The user could not sign in any more.";
        "Choose a password, or link another issuer, first.".
    already_set_up: "The installation has its first administrator already.";
        "Sign in, or ask that administrator for an invitation.".
    too_many_keys: "The organisation has as many API keys as it may have.";
        "Revoke a key that is not used any more.".
    too_many_organisations: "The user is a member of as many organisations as may be.";
        "Leave one first.".
    too_many_open_invitations: "The organisation has as many open invitations as it may have.";
        "Withdraw one first, or wait until one is accepted or expires.".
    seats_taken: "The organisation has no seat left.";
        "Remove a member or withdraw an invitation, or ask the operator for more seats.".
    invitation_ended: "The invitation was accepted or withdrawn already.";
        "Send a new invitation.".
    invitation_unconfirmed: "The sender of the invitation may not invite with that role any more.";
        "Ask an admin of the organisation to send the invitation again.".
    account_unconfirmed: "There is an account with the invited address, and that address was never proven.";
        "Accept with the account's password as `password` to keep the account, or with `new_password` alone to take it over.".
    idempotency_in_progress: "The first request with this `Idempotency-Key` is still under way.";
        "Send the same request again after `Retry-After`: it gets the same answer.".
    link_invalid: "The link was used, was replaced by a newer one, or is too old.";
        "Ask for a new link.".
    precondition_failed: "What was to be changed is no longer what `If-Match` names: it changed in between.";
        "Read it again, decide anew, and send the change with the new `ETag`.".
    body_too_large: "The body is larger than this server accepts.";
        "Send less at once.".
    unsupported_media_type: "The body is not declared as JSON.";
        "Send the header `Content-Type: application/json`, once.".
    foreign_host: "The server runs with `--no-auth` for development, and was asked under another name than `localhost`.";
        "Open it under `http://localhost`, or start it without `--no-auth`.".
    unknown_permission: "The permission that was asked for does not exist on this server.";
        "Correct the name, or ask the operator to add it to `[permissions]`.".
    validation_failed: "Members of the input are not as they should be. `errors` names each with a pointer, a code and a message.";
        "Correct all members that `errors` names, then send the request again.".
    upgrade_required: "The path speaks WebSocket only.";
        "Open it with a WebSocket client.".
    rate_limited: "Too many requests came from this address.";
        "Wait for the seconds in `Retry-After`. The headers `RateLimit` tell how many are left.".
    idempotency_mismatch: "This `Idempotency-Key` came with another path, query or body before.";
        "Use a new key for each thing that you want to be done, and the same key only for the same request.".
    too_many_attempts: "There were too many wrong attempts for this account or from this address.";
        "Wait for the seconds in `Retry-After`, then try again with the right password.".
    too_many_tickets: "As many socket tickets as may be are unused.";
        "Use them, or wait for the seconds in `Retry-After`.".
    too_many_email_changes: "The account's address was changed too often in 24 hours.";
        "Wait for the seconds in `Retry-After`.".
    too_many_mails: "Too many mails were asked for.";
        "Wait for the seconds in `Retry-After`. Look into the folder for unwanted mails.".
    too_many_invitations: "The organisation has sent as many invitations as it may in 24 hours.";
        "Wait for the seconds in `Retry-After`. The number grows with each invitation that is accepted.".
    too_many_registrations: "Too many accounts were registered from one network.";
        "Wait for the seconds in `Retry-After`.".
    internal: "Something went wrong on the server. The request is not at fault.";
        "Send the request again later. If it fails again, give the operator the `request_id`.".
    mail_unavailable: "This would take a mail, and the server sends none.";
        "Ask the operator to set up a mail server.".
    busy: "The server has too much to do at the moment.";
        "Send the request again after the seconds in `Retry-After`.".
    storage_unavailable: "The database cannot be reached, or cannot read or write.";
        "Send the request again after the seconds in `Retry-After`. Operators find the reason in the log.".
    issuer_unavailable: "The other issuer's keys cannot be fetched at the moment.";
        "Send the request again after the seconds in `Retry-After`.".
    timeout: "The request took too long, and was stopped.";
        "Send the request again after the seconds in `Retry-After`.".
}

/// The guide to a code; `None` if it has none, which a test does not let pass.
fn guide(code: &str) -> Option<Guide> {
    let found = GUIDES.iter().find(|(known, ..)| *known == code);
    found.map(|(_, means, mend)| Guide { means, mend })
}

impl Kind {
    /// The kinds of errors, one for each code, in the order of the list.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let is_first = |place: usize, code| Error::KINDS.iter().take(place).all(|kind| kind.code != code);
        Error::KINDS
            .iter()
            .enumerate()
            .filter(move |(place, kind)| is_first(*place, kind.code))
            .map(|(_, kind)| kind)
    }

    /// The kind with that code.
    pub fn find(code: &str) -> Option<&'static Self> {
        Error::KINDS.iter().find(|kind| kind.code == code)
    }

    /// What it means, and what helps.
    pub fn guide(&self) -> Guide {
        guide(self.code).unwrap_or(Guide { means: self.title, mend: "Ask the operator of this server." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_one_guide_and_no_guide_is_of_a_code_that_is_gone() {
        let codes: Vec<_> = Kind::all().map(|kind| kind.code).collect();
        let without: Vec<_> = codes.iter().filter(|code| guide(code).is_none()).collect();
        assert!(without.is_empty(), "add a line to `GUIDES` in src/error/guide.rs for {without:?}");
        let odd: Vec<_> = GUIDES.iter().filter(|(code, ..)| !codes.contains(code)).collect();
        assert!(odd.is_empty(), "no code of the list: {odd:?}");
        assert_eq!(codes.len(), GUIDES.len(), "a code has two guides");
    }

    #[test]
    fn errors_of_one_code_have_one_status() {
        for kind in Error::KINDS {
            assert_eq!(Kind::find(kind.code).map(|first| first.status), Some(kind.status), "{}", kind.code);
        }
    }
}
