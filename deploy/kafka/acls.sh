#!/usr/bin/env bash
# usage: deploy/kafka/acls.sh BROKERS [OPTION]…
#
# Says who may do what with clusterwire's topics: both services what they need, whom you trust to read,
# no other user anything. May be run again; takes nothing away. README.md has the table, and how to take
# a right back. Needs kafka-acls.sh of any Kafka from 3.0 on in the PATH.
#
#   --command-config FILE      how an administrator connects, as kafka-acls.sh takes it
#   --catalogue PRINCIPAL      who the catalogue is to Kafka      (User:catalogue)
#   --notification PRINCIPAL   who notification is                (User:notification)
#   --group NAME               its consumer_group                 (clusterwire.notification)
#   --topic NAME               kafka.topic of both                (clusterwire.changes.v1)
#   --grants-topic NAME        grants.topic of both               (clusterwire.grants.v1)
#   --erasures-topic NAME      erasures.topic of the catalogue    (clusterwire.erasures.v1)
#   --reader PRINCIPAL=GROUP   who else may read the topic of changes, drafts included, as this consumer
#                              group; as often as you like
#   --dry-run                  shows the calls of kafka-acls.sh and makes none
set -euo pipefail

fail() {
  echo "acls.sh: $*" >&2
  exit 1
}

usage() { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

catalogue=User:catalogue
notification=User:notification
group=clusterwire.notification
topic=clusterwire.changes.v1
grants_topic=clusterwire.grants.v1
erasures_topic=clusterwire.erasures.v1
readers=()
connect=()
run=()

case ${1:-} in
  "" | --help | -h)
    usage
    exit 0
    ;;
  -*) fail "the brokers come first: acls.sh HOST:PORT,… [OPTION]…" ;;
esac
connect+=(--bootstrap-server "$1")
shift
while (($#)); do
  if [[ $1 == --dry-run ]]; then
    run=(echo)
    shift
    continue
  fi
  [[ -n ${2:-} ]] || fail "$1 takes a value"
  case $1 in
    --command-config) connect+=(--command-config "$2") ;;
    --catalogue) catalogue=$2 ;;
    --notification) notification=$2 ;;
    --group) group=$2 ;;
    --topic) topic=$2 ;;
    --grants-topic) grants_topic=$2 ;;
    --erasures-topic) erasures_topic=$2 ;;
    --reader)
      [[ $2 == *:*=?* ]] || fail "--reader takes PRINCIPAL=GROUP (User:map=map-copy), not '$2'"
      readers+=("$2")
      ;;
    *) fail "there is no option $1; --help lists them" ;;
  esac
  shift 2
done
for principal in "$catalogue" "$notification"; do
  [[ $principal == *:?* ]] || fail "a principal has a type, as in User:catalogue; '$principal' has none"
done

# `allow PRINCIPAL RIGHT… -- RESOURCE…`
allow() {
  local given=(--add --allow-principal "$1")
  shift
  while [[ $1 != -- ]]; do
    given+=(--operation "$1")
    shift
  done
  shift
  "${run[@]}" kafka-acls.sh "${connect[@]}" "${given[@]}" "$@"
}

# The catalogue reads the last records, by which a restored backup is noticed, and erasures from their
# start. Create and DescribeConfigs: it makes its topics and watches their settings.
allow "$catalogue" Describe Write Read Create DescribeConfigs -- \
  --topic "$topic" --topic "$grants_topic" --topic "$erasures_topic"
allow "$notification" Describe Read DescribeConfigs -- --topic "$topic" --topic "$grants_topic"
allow "$notification" Read -- --group "$group"
for reader in "${readers[@]}"; do
  allow "${reader%=*}" Describe Read -- --topic "$topic"
  allow "${reader%=*}" Read -- --group "${reader##*=}"
done
