# shellcheck shell=bash
# Starts and stops a server in the current folder. To be sourced.

SERVER_PID=
SERVER_URL=

# server_start COMMAND… — runs it on a spare port and waits until it is ready, 60 seconds at most.
# Its log goes to server.log, what it tells people to banner.txt. Scripts ask faster, and err more often, than people.
server_start() {
  local port deadline=$((SECONDS + 60))
  port=$("$SCRIPTS/spare-port")
  SERVER_URL=http://localhost:$port
  OSKAR_LISTEN=127.0.0.1:$port OSKAR_LIMITS__EXEMPT=127.0.0.1 OSKAR_LIMITS__REGISTRATIONS=0 OSKAR_LIMITS__INVITATIONS=0 OSKAR_LIMITS__FAILURES_PER_ADDRESS=${FAILURES:-50} "$@" >>server.log 2>banner.txt </dev/null &
  SERVER_PID=$!
  until curl --silent --fail --output /dev/null --max-time 2 "$SERVER_URL/readyz"; do
    if ! kill -0 "$SERVER_PID" 2>/dev/null || ((SECONDS > deadline)); then
      echo "The server did not start:" >&2
      tail -n 20 banner.txt server.log >&2
      return 1
    fi
    sleep 0.1
  done
}

# server_stop — asks it to stop as a service manager does; its exit code is the answer.
server_stop() {
  local pid=$SERVER_PID
  SERVER_PID=
  [[ -z $pid ]] && return 0
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid"
}
