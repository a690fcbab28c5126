# shellcheck shell=bash
# How tests/walk.sh calls, checks and shows. To be sourced.

CHECKS=0
declare -A EXPLAINED=()
STATUS=
METHOD=
TARGET=

# What is secret in an answer is not shown: keys, cookies, tokens, links.
mask() {
  sed -E -e 's/(os[a-z]_(live_|test_)?)[0-9A-Za-z]{20,}/\1…/g' \
    -e 's/eyJ[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]*){1,2}/eyJ…/g'
}

chapter() {
  printf '\n%s\n' "$1"
}

# tell SENTENCE — what happens next.
tell() {
  printf '\n  %s\n' "$1"
}

# What a program said.
shown() {
  mask | sed -e 's/^./    &/'
}

failed() {
  printf '    ✗ %s\n' "$1" | mask >&2
  {
    printf '\nThe last answer, to %s %s: %s\n' "$METHOD" "$TARGET" "$STATUS"
    cat "$WALK/headers"
    head -c 2000 "$WALK/body"
    printf '\n\nThe end of the server log:\n'
    tail -n 5 server.log
  } 2>/dev/null | mask >&2
  exit 1
}

# holds SENTENCE COMMAND… — the command must succeed.
holds() {
  local sentence=$1
  shift
  CHECKS=$((CHECKS + 1))
  if "$@" >/dev/null 2>"$WALK/complaint"; then
    printf '    ✓ %s\n' "$sentence" | mask
  else
    cat "$WALK/complaint" >&2
    failed "$sentence"
  fi
}

# same ONE OTHER, differ ONE OTHER, matches TEXT REGEX
same() { [[ $1 == "$2" ]]; }
differ() { [[ $1 != "$2" ]]; }
matches() { [[ $1 =~ $2 ]]; }

# json NAME VALUE … — an object of texts.
json() {
  local arguments=()
  while (($# > 0)); do
    arguments+=(--arg "$1" "$2")
    shift 2
  done
  jq --null-input --compact-output "${arguments[@]}" '$ARGS.named'
}

# call METHOD PATH [BODY] [CURL ARGUMENT…] — asks the server; an empty body is none.
call() {
  METHOD=$1 TARGET=$2
  local body=${3:-} arguments=()
  shift $(($# < 3 ? $# : 3))
  [[ -n $body ]] && arguments=(--header 'content-type: application/json' --data-binary "$body")
  [[ $METHOD == HEAD ]] && arguments+=(--head)
  STATUS=$(curl --silent --show-error --max-time 30 --request "$METHOD" --dump-header "$WALK/headers" \
    --output "$WALK/body" --write-out '%{http_code}' "${arguments[@]}" "$@" "$SERVER_URL$TARGET")
}

# answers STATUS [JQ] — the status must be that one; of the body, what the filter picks is shown.
answers() {
  local picked=
  CHECKS=$((CHECKS + 1))
  if [[ -n ${2:-} ]]; then picked=$(jq --compact-output "$2" "$WALK/body" 2>&1); fi
  printf '    %s %s → %s %s\n' "$METHOD" "$TARGET" "$STATUS" "$picked" | sed -E 's/ +$//' | mask
  [[ $STATUS == "$1" ]] || failed "expected $1"
}

# refuses STATUS CODE — a problem with that code (RFC 9457). What it says is shown the first time.
refuses() {
  local picked='{code, detail}'
  if [[ $2 == validation_failed ]]; then
    picked='{code} + (.errors[0] | {pointer, message})'
  elif [[ -n ${EXPLAINED[$2]:-} ]]; then
    picked='{code}'
  fi
  EXPLAINED[$2]=yes
  answers "$1" "$picked"
  same "$(got .code)" "$2" || failed "expected the code $2"
  matches "$(header content-type)" '^application/problem\+json' || failed 'expected application/problem+json'
}

# got JQ — a value of the answer. is JQ — whether that is true of it.
got() { jq --raw-output "$1" "$WALK/body"; }
is() { jq --exit-status "$1" "$WALK/body"; }

# header NAME — its value in the answer.
header() {
  tr -d '\r' <"$WALK/headers" | awk -F': ' -v name="$1" 'tolower($1) == name { sub(/^[^:]*: /, ""); print }'
}

# cookie NAME — what the answer sets it to, with its attributes.
cookie() { header set-cookie | grep "^$1="; }

# The part of an answer that does not differ from request to request.
essence() { jq --sort-keys --compact-output 'del(.request_id)' "$WALK/body"; }

# secret TEXT — must be found neither in the log nor in the data folder at the end.
secret() {
  printf '%s\n' "$1" >>"$WALK/secrets"
}

# not_in_body REGEX — nothing in the answer looks like that.
not_in_body() { ! grep -qE -- "$1" "$WALK/body"; }
