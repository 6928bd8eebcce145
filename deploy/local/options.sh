# The ports and choices, for `up` and what it calls; sourced, not run. Needs lib.sh.
# shellcheck shell=bash

catalogue_port=50051
catalogue_http_port=8081
notification_port=50052
notification_http_port=8082
kafka_port=9092
kafka_controller_port=9093
postgres_port=55432
database=sqlite
topic=clusterwire.changes.v1
demo=yes

usage() {
  cat <<EOF_USAGE
usage: deploy/local/up [options]

Installs what is missing, builds, starts Kafka and both services on 127.0.0.1, loads the real
records and shows a delivered notification. Again: rebuilds what changed, restarts the services,
keeps the data. Everything it makes is in .local/ and build/.

  --catalogue-port N           gRPC of catalogue               ($catalogue_port)
  --catalogue-http-port N      its metrics                     ($catalogue_http_port)
  --notification-port N        gRPC of notification            ($notification_port)
  --notification-http-port N   its metrics                     ($notification_http_port)
  --kafka-port N               the Kafka broker                ($kafka_port)
  --kafka-controller-port N    its controller                  ($kafka_controller_port)
  --postgres                   a PostgreSQL of its own for both services, instead of SQLite's files
  --postgres-port N            its port                        ($postgres_port)
  --no-demo                    leaves the demonstration out
EOF_USAGE
}

parse_options() {
  local name
  while (($#)); do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --no-demo) demo=no ;;
      --postgres)
        database=postgres
        topic=clusterwire.changes.v1.postgres
        ;;
      --catalogue-port | --catalogue-http-port | --notification-port | --notification-http-port | \
        --kafka-port | --kafka-controller-port | --postgres-port)
        [[ ${2:-} =~ ^[0-9]+$ ]] && (($2 >= 1 && $2 <= 65535)) ||
          fail "$1 takes a port from 1 to 65535, not '${2:-}'"
        name=${1#--}
        printf -v "${name//-/_}" '%s' "$2"
        shift
        ;;
      *)
        usage >&2
        fail "unknown option '$1'"
        ;;
    esac
    shift
  done
}
