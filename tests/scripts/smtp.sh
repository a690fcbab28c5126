# shellcheck shell=bash
# A mail server on a spare port of loopback that writes what it takes into a folder. To be sourced.

SMTP_PORT=
SMTP_PID=

# smtp_start PYTHON FOLDER — with the Python that has aiosmtpd.
smtp_start() {
  local deadline=$((SECONDS + 30))
  SMTP_PORT=$("$SCRIPTS/spare-port")
  "$1" "$SCRIPTS/smtp" "$SMTP_PORT" "$2" </dev/null &
  SMTP_PID=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$SMTP_PORT") 2>/dev/null; do
    if ! kill -0 "$SMTP_PID" 2>/dev/null || ((SECONDS > deadline)); then
      echo 'The mail server did not start.' >&2
      return 1
    fi
    sleep 0.1
  done
}

smtp_stop() {
  [[ -z $SMTP_PID ]] && return 0
  kill -TERM "$SMTP_PID" 2>/dev/null || true
  wait "$SMTP_PID" 2>/dev/null || true
  SMTP_PID=
}
