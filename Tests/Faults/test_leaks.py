"""Many requests of all kinds leave nothing behind."""
import concurrent.futures
import dataclasses

import asking
from case import FaultCase

# What the allocator may keep; instances that are not forgotten take more.
GROWTH = 8 << 20


class Leaks(FaultCase):
    CACHE = 1

    def requests(self, new):
        """For each instance one of every kind: known and unknown, refused and misspelt."""
        for number, instance in enumerate(new):
            stranger = dataclasses.replace(instance, project="somebody else's")
            nobody = dataclasses.replace(instance, id=f"20000000-0000-4000-8000-{number:012x}")
            yield asking.META_DATA, instance
            yield asking.INSTANCE_ID, instance
            yield "/latest/meta-data/no-such-thing", instance
            yield asking.META_DATA, stranger
            yield asking.META_DATA, nobody
            yield asking.META_DATA, None

    def round(self, server, count):
        """Statuses that came; each round asks about new instances."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda request: asking.ask(server, *request), self.requests(self.rig.copies(count)))
            return {answer.status for answer in answers}

    def test_ten_thousand_requests(self):
        server = self.metapath()
        idle = self.database.status("Threads_connected")
        self.assertEqual(self.round(server, 560), {200, 400, 404})
        self.round(server, 560)
        descriptors, resident = server.descriptors(), server.memory()
        self.assertEqual(self.round(server, 560), {200, 400, 404})
        self.assertLessEqual(server.descriptors(), descriptors + 2)
        self.assertLess(server.memory() - resident, GROWTH)
        # Five connections by default to each of three databases: unknown instances are looked for in [database].
        self.assertLessEqual(self.database.status("Threads_connected") - idle, 15)
