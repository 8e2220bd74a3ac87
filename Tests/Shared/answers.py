"""What a guest saw."""
import dataclasses


@dataclasses.dataclass
class Answer:
    """What a guest saw. `status` is 0 where there was no answer, and `body` then says why."""

    status: int
    headers: dict
    body: bytes
    seconds: float

    @property
    def text(self):
        return self.body.decode(errors="backslashreplace")

    def __str__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r} after {self.seconds:.2f} s"


def quantile(values, share):
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
