"""An instance that boots: what Debian 12's cloud-init (22.4.2) asks an OpenStack metadata service, in its order and
with its patience.

Once whether there is a service, for ten seconds. Then the newest format that both know, five files of it, and all of
EC2's tree. A file that does not come is asked for up to six times with a second between; a refusal by status is final
for OpenStack's files, and not for EC2's.
"""
import dataclasses
import time

import asking
import guests

FORMATS = (
    "2018-08-27", "2017-02-22", "2016-10-06", "2016-06-30", "2015-10-15", "2013-10-17", "2013-04-04", "2012-08-10")
FILES = ("meta_data.json", "user_data", "vendor_data.json", "vendor_data2.json", "network_data.json")
# Only user data may be missing.
MAY_BE_MISSING = {"user_data"}
TIMEOUT, TRIES, PAUSE = 10.0, 6, 1.0


class Instance:
    """One boot. `errors` are requests that failed, also those that went well when repeated; `took` is how long it was
    until everything was there, and stays None for one that found no service.
    """

    def __init__(self, instance):
        self.headers = asking.signed_headers(instance)
        self.requests, self.errors, self.took = 0, [], None

    def script(self, began):
        found = yield from self.ask("/openstack", tries=1)
        if found is not None:
            found = yield from self.ask("/openstack")
            known = (found or b"").decode().split("\n")
            version = next((each for each in FORMATS if each in known), "latest")
            for file in FILES:
                yield from self.ask(f"/openstack/{version}/{file}", may_be_missing=file in MAY_BE_MISSING)
            yield from self.tree("/latest/meta-data/")
            self.took = time.monotonic() - began

    def tree(self, path):
        """A listing, its directories, then its leaves."""
        listing = yield from self.ask(path, final=False)
        names = [name for name in (listing or b"").decode().split("\n") if name]
        for name in names:
            if name.endswith("/"):
                yield from self.tree(path + name)
        for name in names:
            if not name.endswith("/"):
                number, mark, _ = name.partition("=")
                yield from self.ask(path + (f"{number}/openssh-key" if mark else name), final=False)

    def ask(self, path, tries=TRIES, may_be_missing=False, final=True):
        """The body; None where it could not be had."""
        for attempt in range(tries):
            if attempt:
                yield PAUSE
            self.requests += 1
            answer = yield guests.Request(path, self.headers, TIMEOUT)
            if answer.status == 200:
                return answer.body
            if answer.status == 404 and may_be_missing:
                return b""
            self.errors.append(f"{path}: {answer.status or answer.body.decode()}")
            if answer.status and final:
                return None
        return None


@dataclasses.dataclass
class Outcome:
    """Of all boots: requests, errors, boots that found no service; of the others, seconds until half of them and until
    99 % had everything; the server's CPU time, and the share of the time that the guests' own program was busy.
    """

    requests: int
    errors: int
    failed: int
    middle: float
    late: float
    cpu: float
    client: float
    samples: list

    def __str__(self):
        text = f"{self.errors} errors, {self.middle:.2f}, p99 {self.late:.2f} s"
        return f"{text} of those served, {self.failed} instances went without metadata" if self.failed else text


def all_at_once(server, new):
    began, before = time.monotonic(), server.cpu_seconds()
    boots = [Instance(instance) for instance in new]
    own = guests.Loop(server.port).run([each.script(began) for each in boots])
    took = time.monotonic() - began
    times = [each.took for each in boots if each.took is not None] or [took]
    errors = [error for each in boots for error in each.errors]
    return Outcome(
        sum(each.requests for each in boots), len(errors), sum(each.took is None for each in boots),
        asking.quantile(times, 0.5), asking.quantile(times, 0.99), server.cpu_seconds() - before, own / took,
        errors[:5])
