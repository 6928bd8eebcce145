"""A mail server that is away, or that lets nobody in: mails wait, and go out once."""

from api import notification, types_v1
from hostile_post import HOSTILE as SCRIPTS, Front
from mail_test import Readers
from waiting import eventually

DATABASES = ["sqlite"]      # no database has a part in it

class AwayTest(Readers):
    """A server that is away, or that lets nobody in, is nobody's fault: mails wait, and go out once."""

    @classmethod
    def setUpClass(cls):
        cls.set_up(port=cls.front)

    @classmethod
    def front(cls, office):
        cls.way = Front(office.port)
        cls.addClassCleanup(cls.way.close)
        return cls.way.port

    def test_whatever_meets_the_first_mails_all_come_once(self):
        # One that asks for a rest gets a minute. Five in a row would open the breaker.
        scripts = [one for one in SCRIPTS if one != "closes for today"]
        readers = [self.subscribe() for _ in range(3)]
        for begin in range(0, len(scripts), len(readers)):
            some = scripts[begin:begin + len(readers)]
            told = [len(self.office.to(address)) for _, address in readers]
            self.way.play(some)
            names = [self.told(word) for word, _ in readers]
            for name in names:
                self.wait_for(name, "DELIVERED", within=60)
            self.assertEqual(self.way.played[begin:], some)
            self.assertEqual([len(self.office.to(address)) for _, address in readers],
                             [count + 1 for count in told])
            met = [name for name in names
                   if "no mail can be sent at the moment" in self.attempts(name)[0].detail]
            self.assertEqual(len(met), len(some))


class LockedOutTest(Readers):
    @classmethod
    def setUpClass(cls):
        cls.set_up()

    def test_a_wrong_password_is_told_to_operators_and_mended_without_a_restart(self):
        word, address = self.subscribe()
        self.password.write_text("wrong\n")
        name = self.told(word)
        finding = eventually(lambda: (one := self.stack.notification.findings()["mail"]).severity ==
                             types_v1.Finding.SEVERITY_ERROR and one, "a finding", within=30)
        self.assertIn("535", finding.finding)
        self.assertIn("mail.password_file", finding.remedy)
        waiting = self.delivery(name)
        self.assertEqual(waiting.state, notification.Delivery.STATE_PENDING)
        self.assertNotIn("535", str(waiting) + str(self.attempts(name)))
        self.password.write_text("s3cret\n")
        self.office.notices(address, within=60)
        self.wait_for(name, "DELIVERED")
        eventually(lambda: self.stack.notification.findings()["mail"].severity ==
                   types_v1.Finding.SEVERITY_OK, "all is well")
