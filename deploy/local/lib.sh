# Shared by the scripts of this folder; sourced, not run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
local_dir=$root/.local           # everything these scripts make, except the build folder
log_dir=$local_dir/log
run_dir=$local_dir/run           # process ids
state_dir=$local_dir/state       # databases and Kafka's log: `down --purge` removes it
kafka_home=$local_dir/kafka
grpcurl=$local_dir/bin/grpcurl

# `say TEXT` prints a progress line with the seconds since the outermost script started.
: "${CLUSTERWIRE_STARTED:=$(date +%s)}"
export CLUSTERWIRE_STARTED
seconds() { echo $(($(date +%s) - CLUSTERWIRE_STARTED)); }
say() { printf '%4d s  %s\n' "$(seconds)" "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

# `private_folder FOLDER` makes FOLDER, for its owner alone; one that is there becomes so, with all
# that is in it.
private_folder() {
  mkdir -p "$(dirname "$1")"
  if [[ -d $1 ]]; then
    chmod -R go-rwx "$1"
  else
    mkdir -m 700 "$1"
  fi
}

# `run_logged NAME COMMAND…` keeps the output in .local/log/NAME.log and shows its end on failure.
run_logged() {
  local log=$log_dir/$1.log
  shift
  mkdir -p "$log_dir"
  "$@" >"$log" 2>&1 && return
  local status=$?
  say "failed: $* — the end of ${log#"$root"/}:" >&2
  tail -n 25 "$log" >&2
  return "$status"
}
