#!/usr/bin/python3
"""The receiver takes what Standard Webhooks calls genuine, and nothing else."""

import unittest

import receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT = 1614265330
BODY = b'{"test": 2432232314}'
HEADERS = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": str(SENT),
           "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}


class Receiver(unittest.TestCase):
    def test_signs_as_the_reference_library_does(self):
        self.assertEqual(
            receiver.signature(SECRET, HEADERS["webhook-id"], HEADERS["webhook-timestamp"], BODY),
            HEADERS["webhook-signature"])

    def test_takes_a_signature_among_others(self):
        several = HEADERS | {"webhook-signature": "v1,AAAA " + HEADERS["webhook-signature"]}
        self.assertTrue(receiver.genuine(SECRET, several, BODY, SENT))

    def test_refuses_what_was_changed_is_old_or_unsigned(self):
        self.assertTrue(receiver.genuine(SECRET, HEADERS, BODY, SENT + 300))
        self.assertFalse(receiver.genuine(SECRET, HEADERS, BODY + b" ", SENT))
        self.assertFalse(receiver.genuine(SECRET, HEADERS | {"webhook-id": "other"}, BODY, SENT))
        self.assertFalse(receiver.genuine(SECRET, HEADERS, BODY, SENT + 301))
        self.assertFalse(receiver.genuine(SECRET, {}, BODY, SENT))


if __name__ == "__main__":
    unittest.main()
