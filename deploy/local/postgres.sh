# A PostgreSQL 15 of its own; sourced, not run. Needs process.sh, options.sh.
# shellcheck shell=bash
#
# Debian's package may have made and started a cluster at port 5432: that one is never touched.

postgres_bin=/usr/lib/postgresql/15/bin
postgres_state=$state_dir/postgres
postgres_socket=$local_dir/postgres      # the folder of its Unix socket, which only its owner enters
as_postgres=()                           # PostgreSQL refuses to run as root

# `postgres_tool NAME ARGUMENT…` runs one of PostgreSQL's programs against ours.
postgres_tool() {
  local name=$1
  shift
  "${as_postgres[@]}" "$postgres_bin/$name" -h "$postgres_socket" -p "$postgres_port" "$@"
}

postgres_url() { echo "postgresql:///$1?host=$postgres_socket&port=$postgres_port&user=clusterwire"; }

# Folders of the user it runs as, into which that user must be able to go.
prepare_postgres() {
  (($(printf %s "$postgres_socket/.s.PGSQL.$postgres_port" | wc -c) <= 107)) ||
    fail "$postgres_socket is too long for a Unix socket; move this folder to a shorter path"
  mkdir -p "$postgres_state" "$postgres_socket"
  chmod 700 "$postgres_state" "$postgres_socket"
  [[ $(id -u) == 0 ]] || return 0
  chown -R postgres:postgres "$postgres_state" "$postgres_socket"
  as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  if ! "${as_postgres[@]}" stat "$postgres_state" >/dev/null 2>&1; then
    # A folder above, such as /root, is closed to it.
    as_postgres+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
    "${as_postgres[@]}" stat "$postgres_state" >/dev/null ||
      fail "user postgres may not enter $root: move this folder, or run up as another user than root"
  fi
  as_postgres+=(env --chdir=/)
}

# Superuser clusterwire: without a password through the socket, with it over TCP.
create_postgres_data() {
  [[ -d $postgres_state/data ]] && return
  local staging=$postgres_state/data.new password=$postgres_state/password
  rm -rf "$staging"
  "${as_postgres[@]}" bash -c "umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >'$password'"
  run_logged initdb "${as_postgres[@]}" "$postgres_bin/initdb" -D "$staging" -U clusterwire \
    -E UTF8 --no-locale --auth-local=trust --auth-host=scram-sha-256 --pwfile="$password" || return
  mv "$staging" "$postgres_state/data"
}

# Starts it with a database for each service; one that runs at this port stays. Without wal_recycle old
# segments of its log don't keep what was erased under new names.
start_postgres() {
  local name
  prepare_postgres
  if pid_of postgres >/dev/null && postgres_tool pg_isready -q; then
    say "PostgreSQL is running"
  else
    stop_process postgres INT
    need_free_port PostgreSQL "$postgres_port" --postgres-port
    create_postgres_data || return
    start_process postgres "${as_postgres[@]}" "$postgres_bin/postgres" -D "$postgres_state/data" \
      -k "$postgres_socket" -p "$postgres_port" -c listen_addresses=127.0.0.1 -c wal_recycle=off
    wait_until 60 postgres "answered" postgres_tool pg_isready -q || return
    say "started PostgreSQL"
  fi
  for name in catalogue notification; do
    postgres_tool psql -U clusterwire -d postgres -qAtc \
      "SELECT 1 FROM pg_database WHERE datname = '$name'" | grep -q 1 ||
      run_logged createdb postgres_tool createdb -U clusterwire "$name" || return
  done
}
