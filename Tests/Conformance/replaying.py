"""Recorded requests sent again, and the answers held against Nova's."""
import client
import comparing
import differences


def replay(oracle, recording, port, store=None):
    """Send every request of the recording, in order. `store` says which differences count; None is for Nova itself."""
    outcome = comparing.Outcome()
    for index, exchange in enumerate(recording.exchanges):
        asked = differences.Asked(oracle, store, recording, exchange, recording.exchanges[:index])
        judge(outcome, asked, client.ask(port, exchange.request))
    return outcome


def judge(outcome, asked, got):
    """Count the answer: as Nova's, as a listed difference says, or failed."""
    exchange = asked.exchange
    name, want = differences.expected(asked)
    faults = comparing.differences(want, got, exchange.has_random_seed or name is not None)
    if faults:
        why = f" (difference {name})" if name else ""
        outcome.fail(f"{asked.recording.place(exchange)} {exchange.request}{why}", *faults)
    elif name:
        outcome.listed += 1
        outcome.used.add(name)
    else:
        outcome.identical += 1
