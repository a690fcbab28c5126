#!/usr/bin/env bash
# Walks through everything that a user can do, with curl, against a server that was started as the README says,
# prints what it sees, and stops at the first thing that is not as it should be.
#
#   tests/walk.sh sqlite
#   tests/walk.sh postgres://user@host/empty-database
#
# OSKAR_BIN=path/to/oskar walks with that binary instead of `cargo run`.
set -euo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
SCRIPTS=$ROOT/tests/scripts
# shellcheck source=tests/scripts/server.sh
source "$SCRIPTS/server.sh"
# shellcheck source=tests/scripts/walking.sh
source "$SCRIPTS/walking.sh"

case ${1:-} in
sqlite) DATABASE=() KIND=SQLite ;;
postgres://* | postgresql://*) DATABASE=("OSKAR_DATABASE_URL=$1") KIND=PostgreSQL ;;
*)
  sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
  exit 2
  ;;
esac

if [[ -n ${OSKAR_BIN:-} ]]; then
  COMMAND=("$(realpath "$OSKAR_BIN")")
else
  cargo build --quiet --manifest-path "$ROOT/Cargo.toml"
  COMMAND=(cargo run --quiet --manifest-path "$ROOT/Cargo.toml" --)
fi
# The walk is about a server without configuration, whatever this shell has.
for name in $(compgen -e | grep -E '^(OSKAR_|DATABASE_URL$|PORT$)' || true); do unset "$name"; done

WALK=$(mktemp -d)
cleanup() {
  local code=$?
  server_stop || true
  cd /
  rm -rf "$WALK"
  exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$WALK/home"
cd "$WALK/home"
: >"$WALK/secrets"

oskar() { env "${DATABASE[@]}" "${COMMAND[@]}" "$@"; }
serve() { server_start env "${DATABASE[@]}" "$@" "${COMMAND[@]}"; }
bearer() { printf 'authorization: Bearer %s' "$1"; }
# The cookie that the jar holds, as another client would send it.
cookie_in() { awk '$6 == "oskar_session" { print $7 }' "$1"; }

PASSWORD='correct horse battery staple'
secret "$PASSWORD"

printf 'A walk with curl, on %s\n' "$KIND"

# ---------------------------------------------------------------------------------------------------------------
chapter '1 The first start, with no configuration'

tell 'The server starts and says where it is.'
serve
sed 's/^  //' banner.txt | shown
holds 'the banner has 15 lines at most' test "$(wc -l <banner.txt)" -le 15
holds 'the data folder is its owner'\''s alone' same "$(stat -c %a oskar-data)" 700
holds 'so is the master secret' same "$(stat -c %a oskar-data/secret.key)" 600
if [[ $KIND == SQLite ]]; then holds 'the database is a file there' test -s oskar-data/oskar.db; fi
call GET /health
answers 200 .
secret "$(cat oskar-data/secret.key)"

link=$(grep -oE '/setup#[0-9A-Za-z_]+' banner.txt)
link=(--data-urlencode "link=${link#/setup#}")
secret "${link[1]#link=}"
tell 'Behind the # of the setup link is the secret, which browsers send to nobody: a page asks for it, and a script answers.'
call GET /setup
answers 200
holds 'without a script it can be pasted' grep -q '<noscript>' "$WALK/body"
tell 'The secret opens a form. Looking at it twice does not use it up.'
call POST /setup '' "${link[@]}"
answers 200
call POST /setup '' "${link[@]}"
answers 200
holds 'it is a form that works without a script' grep -q '<form method="post"' "$WALK/body"
holds 'scripts are files of the server' not_in_body '<script>'
holds 'the link is not passed on to other sites' same "$(header referrer-policy)" same-origin

tell 'A short password is refused, and nothing has to be typed again.'
call POST /setup/create '' "${link[@]}" --data-urlencode email=ada@acme.example --data-urlencode organisation=Acme --data-urlencode password=short
answers 422
holds 'the address is still in its field' grep -q 'value="ada@acme.example"' "$WALK/body"

tell 'Ada becomes the first administrator, and is signed in.'
call POST /setup/create '' "${link[@]}" --cookie-jar ada.jar \
  --data-urlencode email=ada@acme.example --data-urlencode organisation=Acme --data-urlencode "password=$PASSWORD"
answers 201
holds 'the page has a first key to try' grep -qE 'osk_test_[0-9A-Za-z]{38}' "$WALK/body"
secret "$(grep -oE 'osk_test_[0-9A-Za-z]{38}' "$WALK/body" | head -1)"
ada_cookie=(--cookie "oskar_session=$(cookie_in ada.jar)")
secret "$(cookie_in ada.jar)"
call GET /api/auth/me '' "${ada_cookie[@]}"
answers 200 '{kind, credential, user: .user.email, organisation: .organisation.slug, role}'
holds 'she is admin of Acme' is '.organisation.slug == "acme" and .role == "admin"'
ada_id=$(got .user.id)

tell 'The link works once.'
call POST /setup '' "${link[@]}"
answers 410
call POST /setup/create '' "${link[@]}" --data-urlencode email=eve@acme.example --data-urlencode organisation=Eve --data-urlencode "password=$PASSWORD"
answers 410
code=0
oskar setup --link >/dev/null 2>cli.txt || code=$?
printf '    $ oskar setup --link\n'
shown <cli.txt
holds 'and there is no other one any more: exit code 77' same "$code" 77

if [[ $KIND == SQLite ]]; then
  tell 'The same without a browser, for another installation.'
  mkdir headless
  printf '%s\n' "$PASSWORD" | (cd headless && oskar setup --email ci@acme.example --org Acme --password-stdin --keep --with-key ci --format env 2>/dev/null) >headless/.env
  printf '    $ oskar setup --email ci@acme.example --org Acme --password-stdin --keep --with-key ci --format env\n'
  shown <headless/.env
  holds 'three lines for a .env file' same "$(sed -E 's/=.*//' headless/.env | paste -sd ' ')" 'OSKAR_URL OSKAR_ORG OSKAR_API_KEY'
  holds 'with a test key' grep -qE '^OSKAR_API_KEY=osk_test_[0-9A-Za-z]{38}$' headless/.env
fi

# ---------------------------------------------------------------------------------------------------------------
chapter '2 Signing in'

tell 'Ana registers, and names her organisation.'
call POST /api/auth/register "$(json email ana@bluesky.example password "$PASSWORD" name 'Ana Ruiz' username ana organisation_name 'Blue Sky')" --cookie-jar ana.jar
answers 201 '{success, token_type, expires_in, access_token, refresh_token, user: (.user | {email, name, role}), organisation: .organisation.slug}'
holds 'the token is there by both names' is '.token == .access_token'
holds 'the session is in a cookie that scripts cannot read: '"$(cookie oskar_session)" \
  matches "$(cookie oskar_session)" '^oskar_session=oss_[0-9A-Za-z]{38}; HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000$'
holds 'and the device is remembered in one of its own' \
  matches "$(cookie oskar_device)" '^oskar_device=[0-9A-Za-z_-]{96}; HttpOnly; SameSite=Lax; Path=/; Max-Age=[0-9]+$'
holds 'nobody may keep this answer' same "$(header cache-control)" no-store

tell 'Bad input is refused with a pointer to what is wrong.'
call POST /api/auth/register "$(json email ana@bluesky.example password "$PASSWORD")"
refuses 409 email_taken
call POST /api/auth/register "$(json email nobody password "$PASSWORD")"
refuses 422 validation_failed
holds 'it is the address' is '.errors[0].pointer == "/email"'
call POST /api/auth/register "$(json email bo@bluesky.example password "$PASSWORD" is_admin yes)"
refuses 422 validation_failed
holds 'it is the member that does not exist' is '.errors[0].pointer == "/is_admin"'
call POST /api/auth/register '{"email":'
refuses 400 malformed_body
call POST /api/auth/register "$(json email bo@bluesky.example password 'Bluesky-2024!' organisation_name 'Blue Sky')"
refuses 422 validation_failed
holds 'it is the password, and there is advice' is '.errors[0].pointer == "/password" and (.strength.suggestions | length) > 0'

tell 'Ana signs in by e-mail address, and by username.'
call POST /api/auth/login "$(json email ana@bluesky.example password "$PASSWORD")"
answers 200 '{success, user: .user.email, organisation: .organisation.slug, expires_in}'
laptop=(--header "$(bearer "$(got .access_token)")")
secret "$(got .access_token)"
call POST /api/auth/login "$(json username ANA password "$PASSWORD")" --cookie-jar ana.jar
answers 200 '{success, user: .user.email}'
token=$(got .access_token)
first=$(got .refresh_token)
secret "$token"
secret "$first"
ana=(--header "$(bearer "$token")")

tell 'A wrong password and an unknown user are told the same.'
call POST /api/auth/login "$(json email ana@bluesky.example password 'wrong horse battery staple')"
refuses 401 invalid_login
wrong=$(essence)
call POST /api/auth/login "$(json email nobody@bluesky.example password 'wrong horse battery staple')"
refuses 401 invalid_login
holds 'it is the same answer' same "$(essence)" "$wrong"

tell 'The cookie jar is enough to be Ana.'
call GET /api/auth/me '' --cookie ana.jar
answers 200 '{credential, user: .user.email, memberships: [.memberships[] | {organisation: .organisation.slug, role}]}'

tell 'Refreshing gives the next token; the one before it gets the same successor within 10 seconds.'
call POST /api/auth/refresh "$(json refresh_token "$first")"
answers 200 '{success, access_token, refresh_token, expires_in}'
second=$(got .refresh_token)
call POST /api/auth/refresh '' --header "$(bearer "$first")"
answers 200 '{refresh_token}'
holds 'it is the same one again' same "$(got .refresh_token)" "$second"
call POST /api/auth/refresh "$(json refresh_token "$second")"
answers 200 '{refresh_token}'
third=$(got .refresh_token)
secret "$second"
secret "$third"

tell 'A token from before that is in foreign hands: the whole session ends.'
call POST /api/auth/refresh "$(json refresh_token "$first")"
refuses 401 invalid_refresh_token
call POST /api/auth/refresh "$(json refresh_token "$third")"
refuses 401 invalid_refresh_token
call GET /api/auth/me '' "${ana[@]}"
refuses 401 invalid_credential
call GET /api/auth/me '' --cookie ana.jar
refuses 401 invalid_credential

tell 'Signing out ends the session, its cookie and its tokens.'
call POST /api/auth/login "$(json username ana password "$PASSWORD")" --cookie-jar ana.jar
answers 200 '{success}'
gone=$(cookie_in ana.jar)
gone_token=$(got .access_token)
call POST /api/auth/logout '' --cookie ana.jar --cookie-jar ana.jar
answers 204
holds 'the jar is empty' same "$(cookie_in ana.jar)" ''
holds 'what other things on this host keep is left alone' same "$(header clear-site-data)" ''
call GET /api/auth/me '' --cookie "oskar_session=$gone"
refuses 401 invalid_credential
call GET /api/auth/me '' --header "$(bearer "$gone_token")"
refuses 401 invalid_credential

tell 'Ana signs in on two more devices, looks at the list of her sessions, and ends one.'
call POST /api/auth/login "$(json username ana password "$PASSWORD")" --user-agent 'A phone'
answers 200 '{success}'
phone=(--header "$(bearer "$(got .access_token)")")
call POST /api/auth/login "$(json username ana password "$PASSWORD")" --cookie-jar ana.jar --user-agent 'A browser'
answers 200 '{success}'
token=$(got .access_token)
ana=(--header "$(bearer "$token")")
secret "$(cookie_in ana.jar)"
call GET /api/auth/sessions '' "${ana[@]}"
answers 200 '[.data[] | {current, user_agent, ip}]'
holds 'one of them is this one' is '[.data[] | select(.current)] | length == 1'
phone_session=$(got '.data[] | select(.user_agent == "A phone") | .id')
call DELETE "/api/auth/sessions/$phone_session" '' "${ana[@]}"
answers 204
call GET /api/auth/me '' "${phone[@]}"
refuses 401 invalid_credential

tell 'Changing the password needs the old one, and ends all sessions; a new one takes the place of this one.'
call POST /api/auth/change-password "$(json current_password nonsense new_password "$PASSWORD again")" "${ana[@]}"
refuses 403 wrong_password
call POST /api/auth/change-password "$(json current_password "$PASSWORD" new_password "$PASSWORD again")" "${ana[@]}"
answers 200 '{success, access_token, refresh_token, expires_in}'
secret "$(got .refresh_token)"
before=("${ana[@]}")
ana=(--header "$(bearer "$(got .access_token)")")
call GET /api/auth/me '' "${laptop[@]}"
refuses 401 invalid_credential
call GET /api/auth/me '' "${before[@]}"
refuses 401 invalid_credential
call GET /api/auth/me '' "${ana[@]}"
answers 200 '{credential, user: .user.email}'
call POST /api/auth/login "$(json username ana password "$PASSWORD")"
refuses 401 invalid_login
call POST /api/auth/login "$(json username ana password "$PASSWORD again")"
answers 200 '{success}'

tell 'A token is for one organisation; the session can have one for another.'
call POST /api/orgs "$(json name 'Red Sand')" "${ana[@]}"
answers 201 '{slug, name, role}'
call GET /api/orgs/red-sand '' "${ana[@]}"
refuses 403 organisation_denied
call POST /api/auth/token "$(json org red-sand)" "${ana[@]}"
answers 200 '{access_token, token_type, expires_in, organisation: .organisation.slug, role}'
sand=(--header "$(bearer "$(got .access_token)")")
secret "$(got .access_token)"
call GET /api/orgs/red-sand '' "${sand[@]}"
answers 200 '{slug, name}'
call POST /api/auth/token "$(json org acme)" "${ana[@]}"
refuses 404 not_found

# ---------------------------------------------------------------------------------------------------------------
chapter '3 Organisations and members'

tell 'Ada makes a second organisation, changes its name, and deletes it.'
call POST /api/orgs "$(json name 'Acme Labs' slug labs)" "${ada_cookie[@]}"
answers 201 '{slug, name, role}'
call POST /api/orgs "$(json name Another slug labs)" "${ada_cookie[@]}"
refuses 409 slug_taken
call PATCH /api/orgs/labs "$(json name Laboratory)" "${ada_cookie[@]}"
answers 200 '{slug, name}'
call GET /api/orgs '' "${ada_cookie[@]}"
answers 200 '[.data[] | {slug, role}]'
call DELETE /api/orgs/labs '' "${ada_cookie[@]}"
answers 204
call GET /api/orgs/labs '' "${ada_cookie[@]}"
refuses 404 not_found
call POST /api/orgs "$(json name Another slug labs)" "${ana[@]}"
refuses 409 slug_taken

tell 'On the command line, Bo and Cleo get accounts in Acme.'
for person in bo:member cleo:viewer; do
  printf '    $ oskar user create --email %s@acme.example --org acme --role %s --password-stdin --keep\n' "${person%:*}" "${person#*:}"
  printf '%s\n' "$PASSWORD" |
    oskar user create --email "${person%:*}@acme.example" --org acme --role "${person#*:}" --password-stdin --keep >cli.txt 2>&1
  shown <cli.txt
done
call GET /api/orgs/acme/members '' "${ada_cookie[@]}"
answers 200 '[.data[] | {email: .user.email, role}]'
holds 'the three are there' is '[.data[].role] == ["viewer", "member", "admin"]'
bo_id=$(got '.data[1].user.id')
call POST /api/auth/login "$(json email bo@acme.example password "$PASSWORD")"
answers 200 '{user: .user.email, role: .user.role, organisation: .organisation.slug}'
bo=(--header "$(bearer "$(got .access_token)")")
call POST /api/auth/login "$(json email cleo@acme.example password "$PASSWORD")"
answers 200 '{user: .user.email, role: .user.role, organisation: .organisation.slug}'
cleo=(--header "$(bearer "$(got .access_token)")")

tell 'The last admin is protected, whichever way she tries to go.'
call PATCH "/api/orgs/acme/members/$ada_id" "$(json role viewer)" "${ada_cookie[@]}"
refuses 409 last_admin
call DELETE "/api/orgs/acme/members/$ada_id" '' "${ada_cookie[@]}"
refuses 409 last_admin
call POST /api/orgs/acme/leave '' "${ada_cookie[@]}"
refuses 409 last_admin

tell 'Bo becomes admin, and member again: it counts at once, for the token that he has.'
call GET /api/orgs/acme/events '' "${bo[@]}"
refuses 403 permission_denied
call PATCH "/api/orgs/acme/members/$bo_id" "$(json role admin)" "${ada_cookie[@]}"
answers 200 '{email: .user.email, role}'
call GET '/api/orgs/acme/events?limit=1' '' "${bo[@]}"
answers 200 '[.data[].action]'
call PATCH "/api/orgs/acme/members/$bo_id" "$(json role member)" "${ada_cookie[@]}"
answers 200 '{email: .user.email, role}'
call GET /api/orgs/acme/events '' "${bo[@]}"
refuses 403 permission_denied

tell 'Cleo leaves, and Acme is a foreign place for her.'
call POST /api/orgs/acme/leave '' "${cleo[@]}"
answers 204
call GET /api/orgs/acme '' "${cleo[@]}"
refuses 404 not_found
call GET /api/auth/me '' "${cleo[@]}"
answers 200 '{user: .user.email, organisation, role, memberships}'

tell 'A member of Red Sand is removed.'
printf '%s\n' "$PASSWORD" | oskar user create --email dan@redsand.example --org red-sand --role member --password-stdin --keep >/dev/null
call POST /api/auth/login "$(json email dan@redsand.example password "$PASSWORD")"
answers 200 '{user: .user.email, role: .user.role, organisation: .organisation.slug}'
dan=(--header "$(bearer "$(got .access_token)")")
dan_id=$(got .user.id)
call DELETE "/api/orgs/red-sand/members/$dan_id" '' "${sand[@]}"
answers 204
call GET /api/orgs/red-sand '' "${dan[@]}"
refuses 404 not_found

# ---------------------------------------------------------------------------------------------------------------
chapter '4 API keys'

tell 'Ada makes a live key and a test key. Their secrets are shown once.'
call POST /api/orgs/acme/keys "$(json name 'Deploy bot' environment live role member)" "${ada_cookie[@]}"
answers 201 '{name, environment, role, hint, secret, created_by: .created_by.email}'
live_id=$(got .id)
live=$(got .secret)
secret "$live"
holds 'it looks like a live key' matches "$live" '^osk_live_[0-9A-Za-z]{38}$'
holds 'nobody may keep this answer' same "$(header cache-control)" no-store
call POST /api/orgs/acme/keys "$(json name 'Try-out' environment test role admin)" "${ada_cookie[@]}"
answers 201 '{name, environment, role, hint, secret}'
test_key=$(got .secret)
secret "$test_key"

tell 'A key can be used in two places.'
call GET /api/auth/me '' --header "$(bearer "$live")"
answers 200 '{kind, environment, key: .key.name, organisation: .organisation.slug, role, permissions}'
call GET /api/orgs/acme/members '' --header "x-api-key: $live"
answers 200 '[.data[].user.email]'

tell 'A key can be narrower than its role, and can have an end.'
call POST /api/orgs/acme/keys '{"name":"Reader","environment":"live","role":"member","permissions":["members:read"],"expires_at":"2099-01-01T00:00:00Z"}' "${ada_cookie[@]}"
answers 201 '{name, role, permissions, expires_at}'
narrow=$(got .secret)
narrow_id=$(got .id)
secret "$narrow"
call GET /api/orgs/acme/members '' --header "x-api-key: $narrow"
answers 200 '[.data[].user.email]'
call GET /api/orgs/acme/keys '' --header "x-api-key: $narrow"
refuses 403 permission_denied
call POST /api/orgs/acme/keys '{"name":"Late","environment":"live","role":"member","expires_at":"2020-01-01T00:00:00Z"}' "${ada_cookie[@]}"
refuses 422 validation_failed
call POST /api/orgs/acme/keys '{"name":"Greedy","environment":"live","role":"viewer","permissions":["members:manage"]}' "${ada_cookie[@]}"
refuses 422 validation_failed

tell 'A test key reads, and changes nothing. Keys never reach accounts, nor make keys.'
call GET /api/orgs/acme '' --header "x-api-key: $test_key"
answers 200 '{slug}'
call PATCH /api/orgs/acme "$(json name Nonsense)" --header "x-api-key: $test_key"
refuses 403 live_only
call GET /api/auth/sessions '' --header "x-api-key: $live"
refuses 403 user_required
call POST /api/orgs/acme/keys "$(json name More environment live role viewer)" --header "x-api-key: $live"
refuses 403 permission_denied

tell 'The list shows the keys masked.'
call GET /api/orgs/acme/keys '' "${ada_cookie[@]}"
answers 200 '[.data[] | {name, hint, state, last_used_at: (.last_used_at != null), created_by: .created_by.email}]'
holds 'no secret is in it' not_in_body "${live#osk_live_}"
call PATCH "/api/orgs/acme/keys/$live_id" "$(json name 'Deployment robot')" "${ada_cookie[@]}"
answers 200 '{name, hint}'

tell 'Rotation: the old secret goes on for the overlap, and its answers say until when.'
call POST "/api/orgs/acme/keys/$live_id/rotate" '{"overlap":3600}' "${ada_cookie[@]}"
answers 200 '{name, hint, secret, old_secret_expires_at: (.old_secret_expires_at != null)}'
holds 'the key keeps its id' is ".id == \"$live_id\""
newer=$(got .secret)
secret "$newer"
call GET /api/auth/me '' --header "x-api-key: $live"
answers 200 '{key: .key.name}'
holds "Deprecation: $(header deprecation)" matches "$(header deprecation)" '^@[0-9]+$'
holds "Sunset: $(header sunset)" matches "$(header sunset)" 'GMT$'
call GET /api/auth/me '' --header "x-api-key: $newer"
answers 200 '{key: .key.name}'
holds 'the new secret has no end' same "$(header sunset)" ''
call POST "/api/orgs/acme/keys/$live_id/rotate" '{"overlap":0}' "${ada_cookie[@]}"
answers 200 '{name, hint, secret}'
newest=$(got .secret)
secret "$newest"
call GET /api/auth/me '' --header "x-api-key: $newer"
refuses 401 invalid_credential
call GET /api/auth/me '' --header "x-api-key: $live"
refuses 401 invalid_credential

tell 'A revoked key is dead at once, and stays in the list.'
call DELETE "/api/orgs/acme/keys/$narrow_id" '' "${ada_cookie[@]}"
answers 204
call GET /api/auth/me '' --header "x-api-key: $narrow"
refuses 401 invalid_credential
call GET "/api/orgs/acme/keys/$narrow_id" '' "${ada_cookie[@]}"
answers 200 '{name, state, revoked_at: (.revoked_at != null)}'
call POST "/api/orgs/acme/keys/$narrow_id/rotate" '' "${ada_cookie[@]}"
refuses 409 key_ended

tell 'A script may send a password with every request. No session comes of it, and 401 does not ask browsers for one.'
secret "$(printf '%s' "ada@acme.example:$PASSWORD" | base64 --wrap 0)"
call GET '/api/verify?org=acme' '' --user "ada@acme.example:$PASSWORD"
answers 200 '{credential, user: .user.email, role, session_id}'
call POST /api/auth/logout '' --user "ada@acme.example:$PASSWORD"
answers 204
call GET /api/auth/me '' --user 'ada@acme.example:not the password'
refuses 401 invalid_credential
holds "WWW-Authenticate: $(header www-authenticate)" matches "$(header www-authenticate)" '^Bearer '

# ---------------------------------------------------------------------------------------------------------------
chapter '5 Who may come in: 401, then 404, then 403'

tell 'Without a good credential: 401, and how to do better.'
call GET /api/auth/me
refuses 401 unauthenticated
holds "WWW-Authenticate: $(header www-authenticate)" same "$(header www-authenticate)" 'Bearer realm="oskar"'
call GET /api/auth/me '' --header 'authorization: Bearer nonsense'
refuses 401 invalid_credential
call GET /api/auth/me '' --header "x-api-key: ${newest%?}"
refuses 401 key_malformed
call GET /api/auth/me '' --header 'authorization: Basic YTpi' "${ada_cookie[@]}"
refuses 401 invalid_credential
call GET /api/auth/me '' --header "x-api-key: $newest" "${bo[@]}"
refuses 400 ambiguous_credentials

tell 'A foreign organisation and one that does not exist are the same: 404.'
call GET /api/orgs/acme '' "${ana[@]}"
refuses 404 not_found
foreign=$(essence)
call GET /api/orgs/no-such-place '' "${ana[@]}"
refuses 404 not_found
holds 'it is the same answer' same "$(essence)" "$foreign"
call GET /api/orgs/blue-sky '' --header "x-api-key: $newest"
refuses 404 not_found

tell 'A member without the permission: 403, which says what is missing.'
call DELETE /api/orgs/acme '' "${bo[@]}"
refuses 403 permission_denied
call DELETE "/api/orgs/acme/members/$ada_id" '' "${bo[@]}"
refuses 403 permission_denied

tell 'A foreign page that uses the browser'\''s cookie: 403.'
call PATCH /api/orgs/acme "$(json name Evil)" "${ada_cookie[@]}" --header 'origin: https://evil.example'
refuses 403 cross_site
call PATCH /api/orgs/acme "$(json name Evil)" "${ada_cookie[@]}" --header 'sec-fetch-site: cross-site'
refuses 403 cross_site

tell 'Whoever asks is told who they are.'
call GET /api/auth/me '' "${ada_cookie[@]}"
answers 200 '{kind, credential, environment, user: .user.email, organisation: .organisation.slug, role}'
call GET /api/auth/me '' "${bo[@]}"
answers 200 '{kind, credential, environment, user: .user.email, organisation: .organisation.slug, role}'
call GET /api/auth/me '' --header "x-api-key: $test_key"
answers 200 '{kind, credential, environment, key: .key.name, organisation: .organisation.slug, role}'

# ---------------------------------------------------------------------------------------------------------------
chapter '6 Protecting another service'

tell 'The product gets permissions of its own: a restart with OSKAR_PERMISSIONS.'
code=0
server_stop || code=$?
holds 'the server stopped cleanly' same "$code" 0
serve OSKAR_PERMISSIONS=tasks:read=viewer,tasks:write=member
sed 's/^  //' banner.txt | shown
holds 'a later start has three lines to say' same "$(wc -l <banner.txt)" 3
call GET /api/auth/me '' "${ada_cookie[@]}"
answers 200 '{user: .user.email}'
call POST /api/auth/login "$(json email bo@acme.example password "$PASSWORD")"
answers 200 '{success}'
token=$(got .access_token)
bo=(--header "$(bearer "$token")")

tell 'Verify answers for a key, a token and a cookie: as JSON, and as headers that proxies pass on.'
identity=(x-auth-kind x-auth-user-id x-auth-user-email x-auth-user-name x-auth-org-id x-auth-org-slug x-auth-role
  x-auth-permissions x-auth-environment x-auth-session-id x-auth-key-id)
headers_all_there() { for name in "${identity[@]}"; do grep -qi "^$name:" "$WALK/headers" || return 1; done; }
verify() {
  call "$1" "$2" '' "${@:3}"
  answers 200 '{kind, credential, environment, role, permissions: (.permissions | length)}'
  for name in "${identity[@]}"; do printf '      %-18s %s\n' "$name" "$(header "$name")" | sed -E 's/ +$//'; done
  holds 'all headers are there' headers_all_there
}
verify GET '/api/verify?permission=tasks:write' --header "x-api-key: $newest"
holds 'it is the key' same "$(header x-auth-key-id) $(header x-auth-user-id)" "$live_id "
holds 'the product'\''s permission is among them' matches " $(header x-auth-permissions) " ' tasks:write '
verify POST '/api/verify/tasks/17?permission=tasks:write&permission=members:read&role=member&org=acme' "${bo[@]}"
holds 'it is Bo' same "$(header x-auth-user-id) $(header x-auth-role)" "$bo_id member"
verify GET '/api/verify?role=admin' "${ada_cookie[@]}" --header 'x-auth-role: viewer' --header 'x-auth-user-id: somebody'
holds 'what the client says of itself does not count' same "$(header x-auth-user-id) $(header x-auth-role)" "$ada_id admin"

tell 'Verify refuses with 401 and 403, which all gateways know; their own mistakes are told apart.'
call GET /api/verify
refuses 401 unauthenticated
call GET '/api/verify?role=admin' '' "${bo[@]}"
refuses 403 role_denied
call GET '/api/verify?permission=events:read' '' "${bo[@]}"
refuses 403 permission_denied
call GET '/api/verify?permission=tasks:writ' '' "${ada_cookie[@]}"
refuses 422 unknown_permission
call GET '/api/verify?org=blue-sky' '' "${bo[@]}"
refuses 403 organisation_denied
call GET /api/verify '' --header "x-api-key: $test_key"
refuses 403 environment_denied
verify GET '/api/verify?environment=test' --header "x-api-key: $test_key"
call POST /api/verify "$(json credential "$newest")" "${bo[@]}"
refuses 400 credential_in_body

tell 'A back end that was given a credential asks by body.'
call POST /api/credentials/verify "$(json credential "$newest")" "${bo[@]}"
answers 200 '{valid, code, kind, environment, role, expires_at}'
holds 'it is the key' is ".key.id == \"$live_id\""
call POST /api/credentials/verify "$(json credential "${newest%?}")" "${bo[@]}"
answers 200 '{valid, code, kind, environment, role, expires_at}'

tell 'Or a service checks tokens by itself, with the public keys.'
call GET /.well-known/jwks.json
answers 200 '[.keys[] | {kty, crv, alg, use, kid: (.kid != null)}]'
holds 'nothing private is in it' is '[.keys[] | has("d") or has("k")] | any | not'
cp "$WALK/body" jwks.json
call GET /.well-known/oauth-authorization-server
call GET /.well-known/openid-configuration
answers 200 '{issuer, jwks_uri}'
issuer=$(got .issuer)
jq --null-input --compact-output --arg jws "$token" '{$jws}' >tokens.jsonl
jq --null-input --compact-output --arg jws "${token%????}AAAA" '{$jws}' >>tokens.jsonl
oskar jwt verify --jwks jwks.json --issuer "$issuer" --audience "$issuer" --access-token <tokens.jsonl >cli.txt
printf '    $ oskar jwt verify --jwks jwks.json --access-token <tokens.jsonl\n'
shown <cli.txt
holds 'the token is good' same "$(sed -n 1p cli.txt)" ok
holds 'the altered one is not' differ "$(sed -n 2p cli.txt)" ok
jq --null-input --raw-output --arg jws "$token" '$jws | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d' >"$WALK/body"
printf '    it says %s\n' "$(jq --compact-output '{iss, aud, org_id: (.org_id != null), org_slug, role, permissions, type, seconds: (.exp - .iat)}' "$WALK/body")"
holds 'its permissions include the product'\''s' is '.permissions | index("tasks:write") != null'

# ---------------------------------------------------------------------------------------------------------------
chapter '7 The audit log'

tell 'Ada reads what was done in Acme, newest first.'
call GET '/api/orgs/acme/events?limit=100' '' "${ada_cookie[@]}"
answers 200 '[.data[].type] | group_by(.) | map({(.[0]): length}) | add'
holds 'key, member and denial events are among them' is '[.data[].type] | contains(["key.created", "key.revoked", "member.role_changed", "access.denied"])'
holds 'no secret is in it' not_in_body 'osk_[a-z]*_[0-9A-Za-z]{20}'
got '.data[].id' >all.txt
call GET '/api/orgs/acme/events?type=key.rotated&limit=1' '' "${ada_cookie[@]}"
answers 200 '.data[0] | {type, actor: .actor.name, target, request, data}'
holds 'it tells who, what, from where' is ".data[0] | .actor.id == \"$ada_id\" and .target.id == \"$live_id\" and .request.ip == \"127.0.0.1\""

tell 'She filters by type, actor and time, and turns the pages.'
call GET '/api/orgs/acme/events?type=member.role_changed' '' "${ada_cookie[@]}"
answers 200 '[.data[] | {type, actor: .actor.name, data}]'
holds 'Bo went up and down' is '.data | length == 2'
call GET "/api/orgs/acme/events?actor=$bo_id&limit=100" '' "${ada_cookie[@]}"
answers 200 '[.data[] | .type] | unique'
holds 'it is Bo everywhere' is "[.data[].actor.id] | unique == [\"$bo_id\"]"
call GET '/api/orgs/acme/events?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z' '' "${ada_cookie[@]}"
answers 200 .
holds 'nothing was done in 2020' is '.data == [] and .next_cursor == null'
call GET '/api/orgs/acme/events?from=yesterday' '' "${ada_cookie[@]}"
refuses 422 validation_failed
: >pages.txt
cursor=
pages=0
while :; do
  call GET "/api/orgs/acme/events?limit=7${cursor:+&cursor=$cursor}" '' "${ada_cookie[@]}"
  [[ $STATUS == 200 ]] || failed 'expected 200'
  got '.data[].id' >>pages.txt
  cursor=$(got '.next_cursor // ""')
  pages=$((pages + 1))
  [[ -n $cursor && $pages -lt 100 ]] || break
done
printf '    GET /api/orgs/acme/events?limit=7&cursor=… → 200, %s times\n' "$pages"
holds 'the pages together are the whole' cmp pages.txt all.txt

# ---------------------------------------------------------------------------------------------------------------
chapter '8 Invitations and forgotten passwords'

# mailed ADDRESS SUBJECT — waits for the mail, and sets LINK to what it leads to.
mailed() {
  local page= deadline=$((SECONDS + 20))
  until [[ -n $page ]]; do
    if ((SECONDS > deadline)); then failed "no mail to $1: $2"; fi
    call GET /dev/mail "" -H "accept: application/json"
    page=$(jq --raw-output --arg to "$1" --arg subject "$2" 'first(.data[] | select(.to == $to and (.subject | startswith($subject))) | "/dev/mail/\(.id)") // ""' "$WALK/body")
  done
  call GET "$page"
  LINK=$(grep -oE "$SERVER_URL/[a-z]+#os[a-z]_[0-9A-Za-z]+" "$WALK/body" | head -n 1)
  secret "${LINK##*#}"
  printf '    mail to %s: "%s" → %s\n' "$1" "$2" "$LINK" | mask
}

tell 'Ada invites two people. There is no mail server: mails are shown at /dev/mail, on this machine only.'
call POST /api/orgs/acme/invitations '{"emails":["eve@acme.example","finn@acme.example"],"role":"member"}' "${ada_cookie[@]}"
answers 201 '[.data[] | {email, role, state}]'
mailed eve@acme.example '“ada” invites you to “Acme”'
call GET /api/orgs/acme/invitations '' "${ada_cookie[@]}"
answers 200 '[.data[] | {email, state, delivery}]'

tell 'Looking at the link uses nothing up. Eve has no account: the link makes one, and signs her in.'
call POST /invite '' --data-urlencode "link=${LINK##*#}"
answers 200
accept=$(json invitation "${LINK##*#}" password "$PASSWORD" name 'Eve Adams')
call POST /api/invitations/accept "$accept"
answers 200 '{role, organisation: .organisation.slug}'
call POST /api/auth/login "$(json email eve@acme.example password "$PASSWORD")" --cookie-jar eve.jar
answers 200 '{user: (.user | {email, name, role}), organisation: .organisation.slug}'

tell 'Finn'\''s link is for Finn: Eve cannot use it, and it stays good for him.'
mailed finn@acme.example '“ada” invites you to “Acme”'
call POST /api/invitations/accept "$(json invitation "${LINK##*#}")" --header "cookie: oskar_session=$(cookie_in eve.jar)"
refuses 403 invitation_for_another

tell 'Eve forgets her password. The answer is the same for everybody; the mail is not.'
call POST /api/auth/forgot-password "$(json email eve@acme.example)"
answers 202 '{success, message}'
holds 'somebody unknown is told the same' same "$(essence)" \
  "$(call POST /api/auth/forgot-password "$(json email nobody@acme.example)" && essence)"
mailed eve@acme.example 'Choose a new password'
NEW='a new phrase for Eve alone'
secret "$NEW"
call POST /api/auth/reset-password "$(json link_secret "${LINK##*#}" password "$NEW")"
answers 204
call POST /api/auth/reset-password "$(json link_secret "${LINK##*#}" password "$NEW")"
refuses 410 link_invalid
call GET /api/auth/me '' --cookie eve.jar
refuses 401 invalid_credential
call POST /api/auth/login "$(json email eve@acme.example password "$NEW")"
answers 200 '{user: .user.email}'

# ---------------------------------------------------------------------------------------------------------------
chapter '9 The documentation'

tell '/docs is Swagger UI, all of it from this server.'
call GET /docs '' --location
answers 200
holds 'it is the page' grep -q 'id="swagger-ui"' "$WALK/body"
holds 'it loads nothing from elsewhere' not_in_body '(src|href)="(https?:)?//'
holds 'and may not' matches "$(header content-security-policy)" "default-src 'none'; script-src 'self'"
mapfile -t assets < <(grep -oE '(src|href)="[^"]+"' "$WALK/body" | sed -E 's/^[a-z]+="(\.\/)?//; s/"$//' | sort -u)
for asset in "${assets[@]}"; do
  call GET "/docs/${asset#/docs/}"
  answers 200
  holds "$(header content-type), $(wc -c <"$WALK/body") bytes" test -s "$WALK/body"
  if [[ $asset == *initializer* ]]; then holds 'it points at /api/openapi.json' grep -q '/api/openapi.json' "$WALK/body"; fi
done

tell 'The OpenAPI document describes all of it.'
call GET /api/openapi.json
answers 200 '{openapi, title: .info.title, paths: (.paths | length), schemas: (.components.schemas | length), security: (.components.securitySchemes | keys)}'
holds 'it is OpenAPI 3.1' is '.openapi | startswith("3.1")'
operations='[.paths[][] | select(type == "object" and has("operationId"))]'
holds 'every operation says who may come in' is "$operations | all(.description | test(\"\\\\*\\\\*(Access|Permission):\\\\*\\\\*\"))"
holds 'every operation of an organisation names its permission' \
  is '[.paths | to_entries[] | select(.key | startswith("/api/orgs/{org}")) | .value[] | select(type == "object")] | all(has("x-permission"))'
holds 'every operation tells its errors' is "$operations | all(.responses | keys | any(. >= \"400\"))"
holds 'every error has an example' is '[.components.responses[].content[] | has("example")] | all'
oskar openapi >openapi.json
holds 'oskar openapi prints the same' same "$(jq --sort-keys --compact-output . openapi.json | sha256sum)" "$(jq --sort-keys --compact-output . "$WALK/body" | sha256sum)"

# ---------------------------------------------------------------------------------------------------------------
chapter '10 The end'

tell 'The server is told to stop.'
code=0
server_stop || code=$?
holds 'it stopped cleanly' same "$code" 0
lines=$(wc -l <server.log)
holds "every one of its $lines log lines is JSON" jq --exit-status . server.log
found_in() { grep --recursive --binary-files=text --fixed-strings --file="$WALK/secrets" --files-with-matches "$@"; }
not_found_in() { ! found_in "$@"; }
holds "none of $(sort -u "$WALK/secrets" | wc -l) secrets is in the log" not_found_in server.log
rm oskar-data/secret.key
if [[ $KIND == PostgreSQL ]]; then pg_dump --dbname="$1" --file=oskar-data/dump.sql 2>/dev/null || true; fi
if compgen -G 'oskar-data/*' >/dev/null; then
  tell 'A look into what is stored:'
  holds 'an e-mail address is found there' grep -rqaF ada@acme.example oskar-data
  holds 'none of the secrets is' not_found_in oskar-data
fi

printf '\nWalked with %s: %s checks, all good.\n' "$KIND" "$CHECKS"
