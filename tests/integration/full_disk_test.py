"""The disk of a service's database is full: it refuses what it can't keep, says so, and goes on by
itself once there is room."""

import grpc

import acknowledged
import shared
import steps
from api import Refusal, catalogue, notification, refusal, types_v1
from small_disk import OnSmallDisks
from waiting import eventually

ERROR = types_v1.Finding.SEVERITY_ERROR
ENOUGH_WRITES = 5000    # to need more room than a database has in reserve


class FullDiskTest(acknowledged.AcknowledgedTest):
    @classmethod
    def make_stack(cls):
        folder = shared.folder() / "full"
        folder.mkdir()
        on_postgresql = shared.DATABASE == "postgresql"
        cls.postgresql = shared.new_postgresql("full-disk") if on_postgresql else None
        cls.database = OnSmallDisks(folder, cls.postgresql)
        cls.addClassCleanup(cls.leave_disks)
        return shared.new_stack(database=cls.database)

    @classmethod
    def leave_disks(cls):
        if cls.postgresql is not None:
            cls.postgresql.process.stop()
        cls.database.unmount()

    def setUp(self):
        self.began = {service.name: service.process.pid for service in self.stack.services}
        for disk in self.database.disks.values():
            self.addCleanup(disk.free)

    def refused_by(self, write):
        """Writes until there is no room; returns what was acknowledged, and the refusal."""
        acknowledged_ones = []
        for number in range(ENOUGH_WRITES):
            try:
                acknowledged_ones.append(write(number).name)
            except grpc.RpcError as error:
                return acknowledged_ones, Refusal(error)
        raise AssertionError(f"{ENOUGH_WRITES} writes found room")

    def where(self, service):
        """What a message says of the place."""
        return {"sqlite": str(self.database.disks[service.name].folder),
                "postgresql": "could not extend file"}[shared.DATABASE]

    def check_refusal(self, service, refused):
        self.assertEqual((refused.code.name, refused.reason),
                         ("RESOURCE_EXHAUSTED", "DATABASE_FULL"), refused)
        self.assertIsNotNone(refused.retry_seconds)
        for not_for_callers in ["SQL", "/", "INSERT", "free space"]:
            self.assertNotIn(not_for_callers, refused.message)
        said = eventually(lambda: service.logged("the database refuses"), "it is logged")[-1]["status"]
        for text in ["is full", "free space", self.where(service)]:
            self.assertIn(text, said)

    def check_it_says_what_is_wrong(self, service, part, option):
        found = eventually(lambda: (one := service.findings()[part]).severity == ERROR and one,
                           f"{part} is an error")
        for said in ["is full", self.where(service)]:
            self.assertIn(said, found.finding)
        for said in ["free space", option]:
            self.assertIn(said, found.remedy)

    def check_not_ready_and_alive(self, service):
        eventually(lambda: service.health(service.ready) == "NOT_SERVING",
                   f"{service.name} is not ready")
        self.assertEqual(service.health(service.live), "SERVING")

    def check_it_goes_on(self, service, *parts):
        self.database.disks[service.name].free()
        service.wait_until_ready()
        for part in parts:
            self.assertEqual(service.findings()[part].severity, types_v1.Finding.SEVERITY_OK)
        self.assertEqual(self.began,
                         {service.name: service.process.pid for service in self.stack.services})

    def create(self, prefix):
        return lambda number: self.stack.catalogue.client.Cluster.CreateCluster(
            catalogue.CreateClusterRequest(
                cluster_id=f"{prefix}-{number}", request_id=f"{prefix}-{number}",
                cluster=catalogue.Cluster(title=f"Full Cluster {number}", country="DE",
                                          state="STATE_PUBLISHED")), timeout=10)

    def test_the_catalogue_refuses_and_answers_and_goes_on(self):
        service = self.stack.catalogue
        create = self.create("catalogue")
        before = [create(number).name for number in range(20)]
        self.database.disks["catalogue"].fill()
        names, refused = self.refused_by(lambda number: create(len(before) + number))
        names = before + names
        self.check_refusal(service, refused)
        get = service.client.Cluster.GetCluster
        absent = catalogue.GetClusterRequest(name=f"clusters/catalogue-{len(names)}")
        self.assertEqual(refusal(get, absent).code.name, "NOT_FOUND")
        self.check_not_ready_and_alive(service)
        self.check_it_says_what_is_wrong(service, "database", "database.url")
        for name in names:
            get(catalogue.GetClusterRequest(name=name), timeout=10)
        self.assertEqual(refusal(get, absent).code.name, "NOT_FOUND")
        self.check_it_goes_on(service, "database")
        names.append(create(len(names)).name)
        self.check_all_arrived(names)

    def test_one_that_starts_on_a_full_disk_is_alive_and_serves_once_there_is_room(self):
        for service in self.stack.services:
            with self.subTest(service.name):
                service.process.stop()
                self.database.disks[service.name].fill()
                service.process.start()
                service.wait_until_live()
                if shared.DATABASE == "sqlite":     # which makes files when it opens
                    found = eventually(lambda: service.findings().get("start"), "it can't start")
                    for said in ["is full", "free space", self.where(service), "database.url"]:
                        self.assertIn(said, found.finding)
                    self.assertEqual(service.all_health(), {"NOT_SERVING"})
                self.database.disks[service.name].free()
                service.wait_until_ready()

    def test_notification_takes_nothing_in_and_loses_nothing(self):
        service = self.stack.notification
        self.database.disks["notification"].fill()
        _, refused = self.refused_by(lambda number: service.client.Subscriber.CreateSubscriber(
            notification.CreateSubscriberRequest(
                subscriber_id=f"full-{number}",
                subscriber=notification.Subscriber(title="Full")), timeout=10))
        self.check_refusal(service, refused)
        self.check_not_ready_and_alive(service)
        self.check_it_says_what_is_wrong(service, "database", "database.url")
        create = self.create("notification")
        names = []

        def full_by_what_comes_in():
            names.append(create(len(names)).name)
            return service.findings()["ledger"].severity == ERROR

        eventually(full_by_what_comes_in, "the ledger has no room", within=60)
        self.check_it_says_what_is_wrong(service, "ledger", "ledger.url")
        eventually(lambda: [line for line in service.logged("ingest waits")
                            if "free space" in line["error"]], "what comes in waits, it says")
        names.append(create(len(names)).name)
        self.assertNotIn(names[-1], {item.change.name for item in
                                     steps.inbox(self.stack, self.reader)})
        self.check_it_goes_on(service, "database", "ledger")
        self.check_all_arrived(names)
