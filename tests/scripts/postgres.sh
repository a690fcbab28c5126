# shellcheck shell=bash
# A private PostgreSQL on a spare port, in a folder of its own. To be sourced.

POSTGRES_URL=
POSTGRES_FOLDER=
POSTGRES_BIN=

# postgres_find — sets POSTGRES_BIN to where its server programs are. Debian keeps them out of the PATH.
postgres_find() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
  found=${found:-$(command -v initdb || true)}
  [[ -n $found ]] && POSTGRES_BIN=$(dirname "$(readlink -f "$found")")
}

# PostgreSQL refuses to run as root: root runs it as the user that its package made.
postgres_user() {
  if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

postgres_as() {
  local user
  if ((EUID == 0)); then
    user=$(postgres_user)
    (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME=/ "$@")
  else
    "$@"
  fi
}

# postgres_start FOLDER — the folder must not exist. Nothing in it needs to outlive a power cut.
postgres_start() {
  local port rules
  POSTGRES_FOLDER=$1
  port=$("$SCRIPTS/spare-port")
  mkdir -p "$POSTGRES_FOLDER"
  if ((EUID == 0)); then chown "$(postgres_user)" "$POSTGRES_FOLDER"; fi
  postgres_as "$POSTGRES_BIN/initdb" --pgdata="$POSTGRES_FOLDER/data" --username=oskar --auth=trust \
    --encoding=UTF8 --locale=C --no-sync >"$POSTGRES_FOLDER.log"
  # One user has to say a password, for the tests of a wrong one. The first rule that fits counts.
  rules=$(cat "$POSTGRES_FOLDER/data/pg_hba.conf")
  printf '%s\n' 'host all oskar_password 127.0.0.1/32 scram-sha-256' "$rules" >"$POSTGRES_FOLDER/data/pg_hba.conf"
  cat >>"$POSTGRES_FOLDER/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 400
fsync = off
full_page_writes = off
synchronous_commit = off
max_wal_size = 256MB
SETTINGS
  postgres_as "$POSTGRES_BIN/pg_ctl" start --pgdata="$POSTGRES_FOLDER/data" --log="$POSTGRES_FOLDER/server.log" \
    --wait --timeout=60 >>"$POSTGRES_FOLDER.log" || {
    cat "$POSTGRES_FOLDER.log" "$POSTGRES_FOLDER/server.log" >&2
    return 1
  }
  POSTGRES_URL=postgres://oskar@127.0.0.1:$port
}

# postgres_database NAME — makes an empty database and prints its address.
postgres_database() {
  "$POSTGRES_BIN/createdb" --maintenance-db="$POSTGRES_URL/postgres" "$1"
  echo "$POSTGRES_URL/$1"
}

postgres_stop() {
  [[ -z $POSTGRES_FOLDER || ! -f $POSTGRES_FOLDER/data/postmaster.pid ]] && return 0
  postgres_as "$POSTGRES_BIN/pg_ctl" stop --pgdata="$POSTGRES_FOLDER/data" --mode=immediate --wait --timeout=30 \
    >>"$POSTGRES_FOLDER.log"
}
