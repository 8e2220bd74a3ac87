"""Requests that nobody recorded, where Nova is known to answer all alike: a 500 for whatever is asked.

Of the fixtures that one bad column makes Nova fail for, only a few paths were recorded; Metapath must serve all the
others. So the whole walk of a sibling of the same shape is asked. `live` asks Nova too and so holds what is
assumed here against it.
"""
import re

import recordings
from pages import UNKNOWN_ERROR, error_page

# Configuration, fixture, and the fixture of the same shape whose walk is recorded.
WALKS = (
    ("default", "nonet-null", "no-security-groups"),
    ("default", "nonet-row-missing", "no-security-groups"),
    ("default", "userdata-invalid", "userdata-gzip"),
    ("neutron-down", "minimal", "minimal"),
)
# Below the root, for which Nova needs no instance, and without the forms of paths that lead there.
PLAIN = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9._-]*)+/?")


def walks(oracle, profile):
    """Recordings of what Nova would answer."""
    for each, fixture, sibling in WALKS:
        if each == profile:
            yield walk(oracle, profile, fixture, sibling)


def walk(oracle, profile, fixture, sibling):
    headers = oracle.recording(profile, fixture).standard_headers
    known = oracle.recording(recordings.DEFAULT, sibling).standard
    paths = [path for (method, path), found in known.items()
             if method == "GET" and PLAIN.fullmatch(path) and found.answer != recordings.HUNG_UP]
    requests = [recordings.Request("GET", path, headers) for path in paths]
    exchanges = [recordings.Exchange(number, request, error_page(request, 500, UNKNOWN_ERROR))
                 for number, request in enumerate(requests, 1)]
    return recordings.Recording(profile, fixture, tuple(exchanges), headers, note=" beyond the recordings")
