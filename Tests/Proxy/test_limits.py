"""`[metadata_rate_limiting]`: how often a guest may ask (contract neutron.md §2.1, §8.5 no. 9)."""
import time

import guests
from case import ProxyCase

BASE, WINDOW = 6, 2
LIMITS = f"""[metadata_rate_limiting]
rate_limit_enabled = true
base_window_duration = {WINDOW}
base_query_rate_limit = {BASE}
burst_window_duration = {WINDOW}
burst_query_rate_limit = {BASE}
"""


class Limits(ProxyCase):
    def test_whoever_keeps_trying_gets_its_base_rate(self):
        """Refusals do not count: a client that does not pause is not locked out, and nobody else is concerned."""
        place = self.host.place("qrouter")
        eager, calm = self.guest(place), self.guest(place)
        self.proxy(place, more=LIMITS)
        answers, began = [], time.monotonic()
        while time.monotonic() - began < 5 * WINDOW:
            answers.append(guests.ask(eager))
            if len(answers) % 40 == 0:
                self.assert_served(calm, guests.ask(calm))
            time.sleep(0.05)
        windows = (time.monotonic() - began) / WINDOW
        served = [answer for answer in answers if answer.status == 200]
        refused = [answer for answer in answers if answer.status != 200]
        self.assertEqual({answer.status for answer in refused}, {429})
        self.assertTrue(all(int(answer.headers["Retry-After"]) >= 1 for answer in refused))
        self.assertGreaterEqual(len(served), BASE * (windows - 1) * 0.6)
        self.assertLessEqual(len(served), BASE * (windows + 1))
        # In the second half too.
        self.assertTrue(any(answer.status == 200 for answer in answers[len(answers) // 2:]))
        asked = [dict(request.headers)["X-Instance-ID"] for request in self.nova.requests]
        self.assertEqual(asked.count(eager.id), len(served), "a refused request has reached Nova")

    def test_without_the_options_28_at_once_are_served(self):
        _, guest, _ = self.routed()
        for answer in guests.ask_together([guest] * 28):
            self.assert_served(guest, answer)
