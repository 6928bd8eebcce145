# The demonstration and the closing table; sourced, not run. Needs services.sh.
# shellcheck shell=bash

show_demonstration() {
  say "demonstration: a cluster of its own is awarded a Silver label"
  /usr/bin/python3 -B "$root/deploy/local/demo/show.py" \
    "$grpcurl" "$catalogue_port" "$notification_port"
}

show_postgres() {
  [[ $database == postgres ]] || return 0
  printf '\n  PostgreSQL     psql -h %s -p %s -U clusterwire catalogue    pid %s' \
    "$postgres_socket" "$postgres_port" "$(pid_of postgres)"
}

show_summary() {
  local call="${grpcurl#"$PWD"/} -plaintext" token=$root/deploy/local/token
  cat <<EOF_SUMMARY

  catalogue      grpc 127.0.0.1:$catalogue_port    http://127.0.0.1:$catalogue_http_port/metrics    pid $(pid_of catalogue)
                 the map, in a browser: http://127.0.0.1:$catalogue_http_port/map
  notification   grpc 127.0.0.1:$notification_port    http://127.0.0.1:$notification_http_port/metrics    pid $(pid_of notification)
  Kafka          127.0.0.1:$kafka_port, topic $topic    pid $(pid_of kafka)$(show_postgres)
  data and logs  ${local_dir#"$PWD"/}/state, ${log_dir#"$PWD"/}    stop: deploy/local/down

Try:

  $call 127.0.0.1:$catalogue_port list

  $call -d '{"filter":{"types":["cluster"],"labelsHeld":["ecei:gold"],"within":{"latitude":52.52,"longitude":13.40,"radiusMeters":300000}},"order":"ORDER_DISTANCE"}' 127.0.0.1:$catalogue_port clusterwire.catalogue.v1.SearchService/Search

  $call -H "authorization: Bearer \$(${token#"$PWD"/} anna)" 127.0.0.1:$catalogue_port clusterwire.catalogue.v1.GrantService/WhoAmI

  $call -d '{"subscriber":{"title":"Me"},"subscriberId":"me"}' 127.0.0.1:$notification_port clusterwire.notification.v1.SubscriberService/CreateSubscriber

  $call -d '{"parent":"subscribers/me"}' 127.0.0.1:$notification_port clusterwire.notification.v1.InboxService/ListInboxItems

EOF_SUMMARY
}
