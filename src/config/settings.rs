//! Every setting, once: its name, what it is for, and its default.
//!
//! Files, environment, flags, `oskar config`, the template and the documentation all read this table.
//!
//! To add one: a line here and a field in `config/mod.rs`.

/// How a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value; numbers and truth values may stand without quotes in the file.
    One,
    /// A list; in the environment separated by commas.
    List,
    /// Names with values; in the environment `name=value`, separated by commas.
    Map,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// `section.name` in the file, `OSKAR_SECTION__NAME` in the environment. Of sections that there may be several of,
    /// `section.#.name`: `[[section]]` in the file, `OSKAR_SECTION__0__NAME` in the environment, counted from 0.
    pub key: &'static str,
    pub shape: Shape,
    /// As it would be written; empty: none.
    pub default: &'static str,
    /// Secrets are masked, and can be read from a file by `…_FILE`.
    pub secret: bool,
    pub doc: &'static str,
}

impl Setting {
    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("OSKAR_{}", self.key.to_ascii_uppercase().replace('.', "__"))
    }

    /// The setting with that key; numbers stand for `#`.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| fits(setting.key, key, "."))
    }

    /// The setting with that environment variable.
    pub fn of_variable(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| fits(&setting.variable(), name, "__"))
    }

    /// Whether there may be several of its section.
    pub fn is_numbered(&self) -> bool {
        self.key.contains('#')
    }
}

fn fits(pattern: &str, given: &str, separator: &str) -> bool {
    let is_number = |text: &str| text.parse::<u8>().is_ok_and(|number| number.to_string() == text);
    let mut given = given.split(separator);
    pattern.split(separator).all(|wanted| match given.next() {
        Some(part) if wanted == "#" => is_number(part),
        part => part == Some(wanted),
    }) && given.next().is_none()
}

/// Renamed settings, whose older key still counts: the older key and the present one.
const RENAMED: [(&str, &str); 1] = [("product_name", "branding.name")];

/// The present key of a setting that was renamed.
pub(super) fn renamed(older: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(name, _)| *name == older).map(|(_, now)| *now)
}

macro_rules! settings {
    ($($key:literal $shape:ident $default:literal $($secret:ident)? : $doc:literal;)*) => {
        /// All settings, in the order in which people look for them.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            key: $key,
            shape: Shape::$shape,
            default: $default,
            secret: settings!(@secret $($secret)?),
            doc: $doc,
        }),*];
    };
    (@secret secret) => { true };
    (@secret) => { false };
}

settings! {
    "env" One "development": "`development`, or `production`, which refuses to start on anything unsafe, and names all of it at once.";
    "listen" One "127.0.0.1:8675": "Address and port to listen on. Without it, `PORT` is accepted too: all addresses, that port.";
    "public_url" One "": "Where browsers and clients reach this server, such as `https://auth.example.com`; the issuer of its tokens. Default: localhost and the port.";
    "product_url" One "": "Where the product is, such as `https://app.example.com`: pages that have nothing more to do, such as \"Address confirmed\", lead there, and people come back to any page of its origin from the sign-in page (`return_to`). Default: none, and they lead nowhere.";
    "data_dir" One "oskar-data": "Folder of the SQLite database and the master secret; made with mode 0700.";
    "database_url" One "" secret: "`sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`, with special characters percent-encoded, and with `?sslmode=verify-full` (and `&sslrootcert=FILE`) where it is another machine; `DATABASE_URL` is accepted too. Default: SQLite in the data folder.";
    "database_tls" One "verify-full": "`verify-full`: production asks for `sslmode=verify-full` where PostgreSQL is neither on this machine nor behind a socket; `insecure`: it does not, and the password may be read on the way.";
    "database_connections" One "10": "The most connections to the database at once; with PostgreSQL half of them only read, so that writes cannot hold up verification.";
    "database_lock_timeout" One "3s": "PostgreSQL: how long a statement may wait for a lock before the request is answered with 503 `busy`.";
    "database_statement_timeout" One "10s": "PostgreSQL: how long a statement may take. Migrations and sweeping may take longer.";
    "database_idle_timeout" One "10s": "PostgreSQL: after how long without a statement an open transaction, of a node that hangs, is ended.";
    "database_check" One "5s": "SQLite: how long the file is checked for damage at the start, as far as that gets; 0: not at all.";
    "secret_key" One "" secret: "Master secret of at least 32 characters, from which all keys are derived. Default: `secret.key` in the data folder, made at the first start.";
    "secret_key_previous" One "" secret: "The master secret before `secret_key`, accepted beside it while it is replaced (`oskar secret rotate`). Default: `secret.key.previous` in the data folder, if `secret_key` is kept there and that file exists.";
    "registration" One "open": "`open`: everyone may register; `domain`: users with an address of `registration_domains`; `invite` and `closed`: no one. Invitations work in every mode.";
    "registration_domains" List "": "Domains of addresses that may register with `registration = \"domain\"`, each written out: `acme.example` does not stand for `mail.acme.example`.";
    "verify_email" One "": "`required`: no sign-in before the address is proven, and a registration does not tell whether an address has an account; `optional`. Default: required in production, and elsewhere as soon as `mail.smtp_url` is set.";
    "allowed_origins" List "": "Origins of other sites, such as `https://app.example.com`, whose pages may call this server with credentials, and which people may come back to from the sign-in page (`return_to`).";
    "trusted_proxies" List "": "Networks of your proxies, such as `10.0.0.0/8`, whose `X-Forwarded-For` is believed (`Forwarded` is not read), and at `/api/verify` `X-Forwarded-Method`, `-Host`, `-Proto` and `-Uri`. Default: none; the client is the peer that connects. Production asks for it, unless `tls.cert` is set: an empty list says that there are none.";
    "allow_plain_http" One "false": "Whether production may listen where others reach it without TLS, with no proxy named in `trusted_proxies`.";
    "hsts_include_subdomains" One "false": "Whether browsers are told to use https for all subdomains of `public_url` too (`Strict-Transport-Security: includeSubDomains`).";
    "docs" One "": "Whether `/docs` shows Swagger UI. Default: in development.";
    "show_version" One "true": "Whether `/health`, `/livez`, `/readyz` and the API document tell everybody the version; administrators see it at `/health` either way.";
    "update_feed" One "": "An https address, or a file, with news of releases and advisories, looked at every six hours; administrators see at `/health` what is about this version. Default: none, nothing is asked for.";
    "branding.name" One "Oskar": "What pages and mails call the product whose users sign in here, in up to 60 characters.";
    "branding.logo" One "": "A file with its logo (SVG or PNG, up to 256 KiB), which pages show in place of Oskar's. Read at the start.";
    "branding.accent" One "": "The colour of its buttons and links, such as `#1f5fa8`. It must be readable on the page (4.5 to 1, WCAG 2.2); its shades, and a brighter one for dark screens, follow from it.";
    "cors.allowed_headers" List "": "Headers that those pages may send besides the usual ones, such as `X-Datadog-Trace-Id`.";
    "tls.cert" One "": "The certificate file (PEM, the server's first) by which the server speaks TLS itself, without a proxy. Read again when it changes.";
    "tls.key" One "": "The file of its private key (PEM).";
    "tokens.algorithm" One "ES256": "How access tokens are signed: ES256, EdDSA, HS256 or HS512.";
    "tokens.access_ttl" One "15m": "Lifetime of an access token, counted from issue.";
    "tokens.audience" One "": "The audience (`aud`) of access tokens. Default: the public URL.";
    "tokens.client_id" One "oskar": "The client (`client_id`) that access tokens are issued to, which RFC 9068 asks for; Oskar itself has no other clients.";
    "tokens.typ" One "at+jwt": "The type (`typ`) in the header of access tokens: `at+jwt` (RFC 9068), or `JWT` for libraries that refuse it. After a change back to `at+jwt`, clients refresh the tokens that they have.";
    "tokens.publish_ahead" One "24h": "How long a rotated-in signing key is published before it signs; verifiers cache the key set for that long.";
    "tokens.refresh_idle" One "30d": "How long a refresh token may lie unused.";
    "tokens.refresh_absolute" One "90d": "How long a sign-in can be refreshed in all.";
    "tokens.refresh_grace" One "10s": "How long a refresh token that was used gets the same successor again, for answers that were lost: up to `60s`; `0`: never, each is good for one request.";
    "sessions.idle" One "24h": "How long a session cookie may lie unused.";
    "sessions.absolute" One "30d": "How long a session cookie lives in all.";
    "sessions.fresh_within" One "10m": "How recently users must have proved who they are for sensitive requests, such as making an admin; `0`: when they signed in is recent enough.";
    "sessions.cookie_name" One "oskar_session": "The session cookie's name; `__Host-` or `__Secure-` is put in front of it by https.";
    "sessions.cookie_domain" One "": "A domain such as `example.com`, all of whose hosts get the cookies, for a product on several hosts. Default: only the host of `public_url`.";
    "limits.body_bytes" One "65536": "The largest request body.";
    "limits.request_timeout" One "30s": "How long a request may take, and how long a client may take to send its headers.";
    "limits.hash_queue" One "64": "How many sign-ins may wait for a core before the server answers 503.";
    "limits.rate_per_second" One "20": "How many requests a second an address (IPv6: a /64) may send in the long run; 0: as many as it likes.";
    "limits.rate_burst" One "60": "How many it may send at once.";
    "limits.exempt" List "": "Networks whose clients may send as many requests as they like, such as your own services that call the API.";
    "limits.failures_per_address" One "5": "How many wrong passwords and links an address (IPv6: a /64) may try in five minutes; more for offices behind one address.";
    "limits.seats" One "0": "The most members of an organisation, open invitations included; 0: as many as you like.";
    "limits.events_retention" One "400d": "How long audit events are kept.";
    "limits.registrations" One "10": "How many accounts may be registered in an hour from an address (IPv6: a /64), invitations apart; 0: as many as you like.";
    "limits.unproven_accounts" One "7d": "How long accounts that people registered themselves are kept while the address is not proven and the account is not used; 0: for ever.";
    "limits.new_organisation" One "24h": "How long an organisation is new, and may send `limits.invitations` in all.";
    "limits.invitations" One "5": "How many invitations a new organisation may send; an older one as many a day for each day of its age and for each of its invitations that was accepted. 0: no such limit.";
    "limits.sessions" One "50": "The most sessions of a user at once; a sign-in that is one too many ends the oldest. 0: as many as you like.";
    "limits.keys" One "1000": "The most API keys of an organisation that are neither revoked nor expired; 0: as many as you like.";
    "limits.organisations" One "50": "The most organisations that a user can be a member of; 0: as many as you like.";
    "limits.open_invitations" One "1000": "The most open invitations of an organisation; 0: as many as you like.";
    "limits.tickets" One "100": "The most unused socket tickets of a user or a key; 0: as many as you like.";
    "limits.email_changes" One "10": "How many changes of their address users may ask for in 24 hours, which is how long the link that confirms one works; 0: as many as they like.";
    "limits.ended_retention" One "30d": "How long what has ended is kept: sessions, links, invitations that were not accepted, API keys. At least 1d. Their audit events stay.";
    "mail.smtp_url" One "" secret: "`smtps://USER:PASSWORD@HOST` (TLS) or `smtp://…` (STARTTLS, required unless the host is loopback); `none`: no mails, which production wants to have said. Default: in development, mails are kept in memory and shown at `/dev/mail`.";
    "mail.tls" One "required": "`insecure`: mails, with their links, may go to a mail server on another machine without TLS.";
    "mail.from" One "Oskar <oskar@localhost>": "Who mails are from.";
    "mail.folder" One "": "Without SMTP: write mails into this folder, a file each.";
    "issuers.#.issuer" One "": "An OpenID provider whose tokens sign users in: its `iss`, such as `https://login.example.com/`, letter by letter.";
    "issuers.#.audience" List "": "The audiences (`aud`) of tokens that are meant for this server; one is enough.";
    "issuers.#.authorized_parties" List "": "Client ids, besides the audiences, that such a token may have been issued to (`azp`).";
    "issuers.#.jwks" One "": "The issuer's keys: a key set as JSON, a file of it, or its URL. Default: found by discovery.";
    "issuers.#.algorithms" List "RS256,PS256,ES256,EdDSA": "How its tokens may be signed; RS384, RS512, PS384, PS512 and ES384 are known too.";
    "issuers.#.accept" One "both": "Which of its tokens: `id_token`, `access_token` or `both`.";
    "issuers.#.scope" List "": "What an access token must have in `scope`, all of it.";
    "issuers.#.acr" List "": "What a token must say in `acr`, one of them: how strongly the provider has authenticated the user.";
    "issuers.#.max_auth_age" One "0": "How long ago, by `auth_time`, the user may have proved to the provider who they are; `0`: any time ago.";
    "issuers.#.session_outlives" One "24h": "How long a session goes on after the token that started it has expired; `0`: not at all.";
    "issuers.#.allowed_emails" List "": "Users whose tokens are taken: those with these addresses, or addresses of `allowed_domains`. Default: all of the issuer's; but then no account is linked by its address alone.";
    "issuers.#.allowed_domains" List "": "See `allowed_emails`.";
    "issuers.#.create_users" One "false": "Whether users without an account get one, in `organisation`, whatever `registration` says.";
    "issuers.#.organisation" One "": "Slug or id of the organisation that new users join.";
    "issuers.#.role" One "viewer": "Their role there: viewer, member or admin.";
    "issuers.#.enabled" One "true": "`false`: no one signs in through it, and the sessions that were started through it are refused.";
    "compat.osmedeus" One "": "Clients of Osmedeus (`/osm/api/…`): `on`: tokens as its document has them; `off`: not answered. Default: answered, with this server's own tokens. Older clients' requests are marked deprecated in the API document.";
    "compat.osmedeus_access_ttl" One "1440m": "Turned on: lifetime of its access tokens.";
    "compat.osmedeus_algorithm" One "HS256": "Turned on: how its access tokens are signed.";
    "compat.osmedeus_key" One "false": "Whether an API key for its clients is made, once, in the first administrator's organisation: the setup shows it, or the next start.";
    "compat.core" One "": "Clients of datarhei Core (`/api/login`): `on`: tokens as its document has them; `off`: not answered. Default: answered, with this server's own tokens.";
    "compat.core_access_ttl" One "600s": "Turned on: lifetime of its access tokens.";
    "compat.core_refresh_ttl" One "86400s": "Turned on: lifetime of its refresh tokens, which are good until then.";
    "compat.core_algorithm" One "HS256": "Turned on: how its tokens are signed.";
    "compat.appliance" One "": "Clients of the appliance (`/api/logout`, `/api/ws-token`, `/api/change-password`): `on`: tokens as its document has them, at `/api/auth/login` and `/api/auth/refresh` too; `off`: not answered. Default: answered, with this server's own tokens.";
    "compat.appliance_access_ttl" One "8h": "Turned on: lifetime of its access tokens.";
    "compat.appliance_refresh_ttl" One "7d": "Turned on: lifetime of its refresh tokens.";
    "compat.appliance_algorithm" One "HS256": "Turned on: how its tokens are signed.";
    "compat.assimetria" One "": "Clients of Assimetria OS: `on`: cookie, tokens and refreshing at `/api/auth/…` as its document has them; `off`: the default, as this server's own.";
    "compat.assimetria_access_ttl" One "24h": "Turned on: lifetime of its access tokens.";
    "compat.assimetria_algorithm" One "HS256": "Turned on: how its access tokens are signed.";
    "compat.onedb" One "": "Clients of OneDB (`/api/authenticate`): `on`: tokens as its document has them; `off`: not answered. Default: answered, with this server's own tokens.";
    "compat.onedb_access_ttl" One "5h": "Turned on: lifetime of its tokens.";
    "compat.onedb_algorithm" One "HS512": "Turned on: how its tokens are signed.";
    "log.level" One "info": "What is logged: error, warn, info, debug, trace, or a filter such as `info,oskar=debug`.";
    "log.format" One "auto": "`pretty`, `json`, or `auto`: pretty on a terminal, JSON elsewhere.";
    "log.events" One "off": "Where audit events go as JSON lines, besides the database: `off`, `stdout`, `stderr`, or the whole path of a file, which may be renamed at any time. Commands write to standard error where the server writes to standard output.";
    "permissions" Map "": "The product's own permissions: a name such as `tasks:write` and the least role that has it.";
}
