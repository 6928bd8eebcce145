# Long-running programs by process id; sourced, not run. Needs lib.sh.
# shellcheck shell=bash
#
# .local/run/NAME holds "PID START": the kernel's start time of the process tells ours from a later
# one that got the same number.

# Nothing for a process that has ended, also while it is not collected yet (state Z).
start_time_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

# Prints the process id of NAME; fails when it is not running.
pid_of() {
  local pid start
  { read -r pid start <"$run_dir/$1"; } 2>/dev/null || return 1
  [[ $(start_time_of "$pid") == "$start" ]] && echo "$pid"
}

# `start_process NAME COMMAND…` in a session of its own, output to .local/log/NAME.log. What it makes
# is for its owner alone: data may hold drafts and secrets, and the log names people's resources.
start_process() {
  local name=$1 pid
  shift
  mkdir -p "$run_dir" "$log_dir"
  (
    umask 077
    touch "$log_dir/$name.log"
    chmod go-rwx "$log_dir/$name.log"
    exec setsid "$@" >>"$log_dir/$name.log" 2>&1 </dev/null
  ) &
  pid=$!
  echo "$pid $(start_time_of $pid)" >"$run_dir/$name"
}

# `stop_process NAME [SIGNAL]` asks NAME to end, and ends it after 20 seconds. Fine when it isn't
# running.
stop_process() {
  local name=$1 signal=${2:-TERM} pid tries=0
  if pid=$(pid_of "$name"); then
    kill -"$signal" "$pid"
    while pid_of "$name" >/dev/null; do
      if ((++tries == 200)); then
        say "$name did not stop within 20 seconds and is killed"
        kill -KILL "$pid"
      fi
      sleep 0.1
    done
    say "stopped $name"
  fi
  rm -f "$run_dir/$name"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# `need_free_port NAME PORT OPTION`: fails with the remedy where another program has the port.
need_free_port() {
  port_answers "$2" || return 0
  fail "port $2 for $1 is taken by another program; choose another with $3"
}

# `wait_until SECONDS NAME WHAT COMMAND…` polls COMMAND; stops early when the process NAME ends.
wait_until() {
  local deadline=$(($(date +%s) + $1)) name=$2 what=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    pid_of "$name" >/dev/null || { show_log "$name" "$name ended before it $what"; return 1; }
    (($(date +%s) < deadline)) || { show_log "$name" "$name has not $what in time"; return 1; }
    sleep 0.2
  done
}

show_log() {
  say "$2 — the end of .local/log/$1.log:" >&2
  tail -n 25 "$log_dir/$1.log" >&2
}
