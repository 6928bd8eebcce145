# The two services and the import; sourced, not run. Needs process.sh, build.sh, options.sh.
# shellcheck shell=bash

# `grpc PORT METHOD [JSON]` calls a method in plain text on this machine.
grpc() { "$grpcurl" -plaintext -max-time 20 -d "${3:-{\}}" "127.0.0.1:$1" "$2"; }

is_serving() { grpc "$1" grpc.health.v1.Health/Check | grep -q '"SERVING"'; }

# What NAME, at PORT, says it lacks.
show_diagnosis() {
  say "what $1 says of itself:" >&2
  grpc "$2" "clusterwire.$1.v1.OperationsService/Diagnose" >&2
}

# `start_service NAME PORT HTTP_PORT OVERRIDE…` waits until NAME says it is healthy.
start_service() {
  local name=$1 port=$2 http_port=$3 override arguments
  shift 3
  stop_process "$name"
  need_free_port "$name" "$port" "--$name-port"
  need_free_port "the metrics of $name" "$http_port" "--$name-http-port"
  # Who is on this machine may do everything.
  arguments=(--config "$root/deploy/config/$name.textproto" --set listen.loopback_is_operator=true)
  for override in "$@"; do
    arguments+=(--set "$override")
  done
  private_folder "$state_dir/$name"
  start_process "$name" "$build_dir/services/$name/clusterwire-$name" "${arguments[@]}"
  if ! wait_until 60 "$name" "reported health" is_serving "$port"; then
    pid_of "$name" >/dev/null && show_diagnosis "$name" "$port"
    return 1
  fi
  say "started $name"
}

# The key by which both services hash subjects on the topic of grants, and the issuer of this machine's
# own, whose tokens deploy/local/token makes.
make_secrets() {
  mkdir -p "$state_dir"
  "$root/deploy/local/token" --make-key --folder "$state_dir/issuer" || return
  [[ -s $state_dir/subject.key ]] && return
  (umask 077 && head -c 32 /dev/urandom >"$state_dir/subject.key.new") &&
    mv "$state_dir/subject.key.new" "$state_dir/subject.key"
}

# What both services know of callers.
callers() {
  echo "callers.issuers[0].name=local"
  echo "callers.issuers[0].issuer=https://clusterwire.invalid"
  echo "callers.issuers[0].audience=clusterwire"
  echo "callers.issuers[0].jwks_file=$state_dir/issuer/keys.json"
  echo "grants.topic=${topic/changes/grants}"
  echo "grants.subject_key_file=$state_dir/subject.key"
}

# Where NAME keeps its data, and the topics that go with them: another database has another history.
data_of() {
  if [[ $database == postgres ]]; then
    echo "database.url=$(postgres_url "$1")"
  else
    echo "database.url=sqlite:$state_dir/$1/store.db"
  fi
  echo "kafka.topic=$topic"
}

start_catalogue() {
  local data
  mapfile -t data < <(data_of catalogue && callers)
  start_service catalogue "$catalogue_port" "$catalogue_http_port" \
    "listen.grpc_address=127.0.0.1:$catalogue_port" \
    "listen.http_address=127.0.0.1:$catalogue_http_port" \
    "${data[@]}" \
    "token_key_file=$state_dir/catalogue/token.key" \
    "erasures.topic=${topic/changes/erasures}" \
    "kafka.brokers=127.0.0.1:$kafka_port"
}

# Webhooks may go to this machine, in plain http: the receiver of the demonstration is here.
start_notification() {
  local data
  mapfile -t data < <(data_of notification && callers)
  start_service notification "$notification_port" "$notification_http_port" \
    "listen.grpc_address=127.0.0.1:$notification_port" \
    "listen.http_address=127.0.0.1:$notification_http_port" \
    "${data[@]}" \
    "token_key_file=$state_dir/notification/token.key" \
    "kafka.brokers=127.0.0.1:$kafka_port" \
    "webhooks.allowed_networks=127.0.0.0/8" \
    "webhooks.allow_http=true"
}

import_records() {
  "$build_dir/services/catalogue/import/clusterwire-import" \
    --target "127.0.0.1:$catalogue_port" --read_date 2026-11 "$root/tests/data"
}
