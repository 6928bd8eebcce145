"""What an operator sees: health, reflection, metrics, logs, and a stop that loses nobody."""

import json
import os
import secrets
import threading
import time
import unittest

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import \
    ProtoReflectionDescriptorDatabase

import shared
import steps
from api import catalogue, notification, refusal, types_v1
from stack import CATALOGUE_SERVES, NOTIFICATION_SERVES
from waiting import eventually


class StopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = shared.new_stack()
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()

    def test_reflection_lists_every_service(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                listed = ProtoReflectionDescriptorDatabase(service.client.channel).get_services()
                self.assertLessEqual(set(service.served) | {"grpc.health.v1.Health"}, set(listed))

    def test_reflection_streams_that_stay_open_take_no_threads(self):
        service = self.stack.catalogue
        release = threading.Event()
        self.addCleanup(release.set)

        def requests():
            yield reflection_pb2.ServerReflectionRequest(list_services="")
            release.wait(60)

        def threads():
            return len(os.listdir(f"/proc/{service.process.pid}/task"))

        before = threads()
        stub = reflection_pb2_grpc.ServerReflectionStub(service.client.channel)
        streams = [stub.ServerReflectionInfo(requests(), timeout=60) for _ in range(100)]
        for stream in streams:
            self.addCleanup(stream.cancel)
            self.assertTrue(next(stream).HasField("list_services_response"))
        self.assertLess(threads() - before, 20)
        self.assertEqual(service.health(service.live), "SERVING")
        self.assertTrue(service.findings())

    def test_health_knows_each_service_by_name_and_no_other(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                self.assertEqual(service.all_health(), {"SERVING"})
                self.assertEqual(service.health(service.live), "SERVING")
                self.assertEqual(service.health("clusterwire.Nothing"), "NOT_FOUND")
        self.assertIn("clusterwire.catalogue.v1.ClusterService", CATALOGUE_SERVES)
        self.assertIn("clusterwire.notification.v1.InboxService", NOTIFICATION_SERVES)

    def test_metrics_are_answered_in_the_text_format_of_prometheus(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                status, text = service.http_get("/metrics")
                self.assertEqual(status, 200)
                samples = [line for line in text.splitlines() if line and line[0] != "#"]
                self.assertTrue(samples)
                for line in samples:
                    self.assertRegex(line, r"^(clusterwire|process)_[a-z0-9_]+(\{.*\})? \S+$")
                types = dict(line.split()[2:] for line in text.splitlines()
                             if line.startswith("# TYPE "))
                self.assertEqual({name for name, type_ in types.items() if type_ == "counter"},
                                 {name for name in types if name.endswith("_total")})
                self.assertLessEqual({"clusterwire_store_writes_total", "clusterwire_build_info",
                                      "clusterwire_executor_refused_total",
                                      "process_cpu_seconds_total", "process_open_fds",
                                      "process_resident_memory_bytes",
                                      "process_start_time_seconds"}, set(types))
                self.assertEqual(service.http_get("/nothing")[0], 404)

    def test_log_lines_are_json_and_carry_the_trace_of_the_call(self):
        trace = secrets.token_hex(16)
        refusal(self.stack.catalogue.client.Cluster.GetCluster,
                catalogue.GetClusterRequest(name="clusters/absent"),
                metadata=[("traceparent", f"00-{trace}-{secrets.token_hex(8)}-01")])

        def lines():
            return [json.loads(line) for line in
                    self.stack.catalogue.process.log.read_text().splitlines(keepends=True)
                    if line.endswith("\n")]

        eventually(lambda: any(trace in line.values() for line in lines()), "the call is in the log")
        for line in lines():
            self.assertLessEqual({"time", "level", "message"}, set(line))

    def test_diagnose_finds_nothing_wrong_with_a_sound_service(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                findings = service.findings().values()
                self.assertTrue(findings)
                self.assertEqual([one for one in findings
                                  if one.severity != types_v1.Finding.SEVERITY_OK], [])

    def test_sigterm_ends_streams_with_unavailable_and_the_process_with_0(self):
        subscriber = steps.subscribe(self.stack, "streaming", {})
        stream = self.stack.notification.client.Inbox.StreamInbox(
            notification.StreamInboxRequest(parent=subscriber), timeout=60)
        ends = []

        def read():
            try:
                for _ in stream:
                    pass
                ends.append(None)
            except grpc.RpcError as error:
                ends.append(error.code().name)

        reader = threading.Thread(target=read)
        reader.start()
        self.addCleanup(stream.cancel)
        for service in self.stack.services:
            self.addCleanup(service.start)
            began = time.monotonic()
            service.process.signal_stop()
            self.assertEqual(service.process.wait(), 0)
            took = time.monotonic() - began
            print(f"\n  {service.name} stopped in {took:.1f} s", end=" ", flush=True)
            self.assertLess(took, 5)
        reader.join(10)
        self.assertEqual(ends, ["UNAVAILABLE"])

    def test_a_stop_in_a_burst_of_calls_answers_unavailable_and_never_cancelled(self):
        service = self.stack.catalogue
        self.addCleanup(service.start)
        codes, stopped = set(), threading.Event()

        def call():
            with grpc.insecure_channel(service.address,
                                       [("grpc.use_local_subchannel_pool", 1)]) as channel:
                get = channel.unary_unary(
                    "/clusterwire.catalogue.v1.ClusterService/GetCluster",
                    catalogue.GetClusterRequest.SerializeToString, catalogue.Cluster.FromString)
                request = catalogue.GetClusterRequest(name="clusters/absent")
                while not stopped.is_set():
                    calls = [get.future(request, timeout=10) for _ in range(50)]
                    codes.update(call.code().name for call in calls)

        callers = [threading.Thread(target=call) for _ in range(8)]
        for caller in callers:
            caller.start()
        eventually(lambda: "NOT_FOUND" in codes, "calls are answered")
        service.process.signal_stop()
        self.assertEqual(service.process.wait(), 0)
        stopped.set()
        for caller in callers:
            caller.join()
        self.assertEqual(codes, {"NOT_FOUND", "UNAVAILABLE"})

    def test_while_it_stops_health_says_so(self):
        service = self.stack.notification
        watch = service.watch_health(service.served[0])
        self.addCleanup(watch.cancel)
        self.addCleanup(service.start)
        self.assertEqual(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
        service.process.signal_stop()
        self.assertEqual(next(watch).status, health_pb2.HealthCheckResponse.NOT_SERVING)
        watch.cancel()
        self.assertEqual(service.process.wait(), 0)
