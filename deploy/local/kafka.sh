# One Kafka broker (KRaft, its own controller) for this machine; sourced, not run. Needs process.sh.
# shellcheck shell=bash

kafka_cluster_id=Y2x1c3RlcndpcmUwMDAwMQ     # 16 bytes in base64, as Kafka wants it

# One compiler tier and the serial collector: starts in seconds on two cores.
kafka_java=(java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$kafka_home/libs/*")

kafka_settings() {
  sed -e "s|@PORT@|$kafka_port|g" -e "s|@CONTROLLER_PORT@|$kafka_controller_port|g" \
    -e "s|@STATE@|$state_dir/kafka|g" "$root/deploy/local/kafka/server.properties.in"
}

# Starts the broker; a running one with the same settings stays. The catalogue makes its topic.
start_kafka() {
  local settings=$local_dir/kafka.properties
  if pid_of kafka >/dev/null && kafka_settings | cmp -s - "$settings"; then
    say "Kafka is running"
    return
  fi
  stop_process kafka
  need_free_port Kafka "$kafka_port" --kafka-port
  need_free_port "Kafka's controller" "$kafka_controller_port" --kafka-controller-port
  kafka_settings >"$settings"
  private_folder "$state_dir/kafka"
  if [[ ! -f $state_dir/kafka/meta.properties ]]; then
    (umask 077 && run_logged kafka-format "${kafka_java[@]}" kafka.tools.StorageTool format \
      -t "$kafka_cluster_id" -c "$settings") || return
  fi
  start_process kafka "${kafka_java[@]}" kafka.Kafka "$settings"
  wait_until 60 kafka "answered" port_answers "$kafka_port" || return
  say "started Kafka"
}
