# Configures and compiles; sourced, not run. Needs lib.sh.
# shellcheck shell=bash

build_dir=$root/build

# `configure CMAKE_ARGUMENT…`
configure() {
  run_logged configure cmake -S "$root" -B "$build_dir" -G Ninja "$@"
}

# `compile LOG [TARGET…]`: all targets where none is named. Shows how far it is: in place on a
# terminal, else a line every 20 seconds.
compile() {
  local log=$log_dir/$1.log pid shown="" step="" waited=0
  shift
  mkdir -p "$log_dir"
  ninja -C "$build_dir" -j "$(nproc)" "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    step=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$log" 2>/dev/null | tail -n 1) || step=
    if [[ -t 1 && $step != "$shown" ]]; then
      printf '\r%4d s  compiling %s ' "$(seconds)" "$step"
      shown=$step
    elif [[ ! -t 1 && $((++waited % 40)) == 0 ]]; then
      say "compiling $step"
    fi
    sleep 0.5
  done
  [[ -t 1 && -n $shown ]] && printf '\n'
  wait "$pid" && return
  say "the build failed — the first errors of ${log#"$root"/}:" >&2
  grep -m 10 -A 5 -E 'error:|FAILED|undefined reference' "$log" >&2 || tail -n 25 "$log" >&2
  return 1
}
