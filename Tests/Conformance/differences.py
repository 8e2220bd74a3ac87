"""Where Metapath answers otherwise than Nova on purpose: a rule for each row of docs/differences-from-nova.md.

A rule looks at a recorded request and at what Nova answered, and either gives the one answer that is right here, octet
for octet, or None where it has nothing to say. It applies only where Nova does what the row says it does, so that a row
hides nothing but itself.
"""
import dataclasses
import json
import re

import pages
import recordings
from recordings import HUNG_UP

DOCUMENT = recordings.ROOT / "docs" / "differences-from-nova.md"
STORES = ("nova", "sqlite")
# Rows below this heading have no rule.
NOT_SHOWN = "## Not in the recordings"
RULES = {}


@dataclasses.dataclass(frozen=True)
class Asked:
    """A request of a recording, with everything that a rule may look at. `store` is None when Nova itself is asked."""

    oracle: recordings.Oracle
    store: str | None
    recording: recordings.Recording
    exchange: recordings.Exchange
    earlier: tuple

    @property
    def request(self):
        return self.exchange.request

    @property
    def nova(self):
        """Nova's answer."""
        return self.exchange.answer

    @property
    def rows(self):
        return self.oracle.rows[self.recording.fixture]

    @property
    def is_standard(self):
        """With the headers that the agent sends."""
        return self.request.headers == self.recording.standard_headers

    def recorded(self, fixture, profile=recordings.DEFAULT):
        """Nova's answer to the same method and path with the standard headers, asked for another fixture or under
        another configuration; None when that was not recorded."""
        found = self.oracle.recording(profile, fixture).standard.get((self.request.method, self.request.path))
        return found and found.answer


def rule(name, stores=STORES):
    def register(function):
        RULES[name] = stores, function
        return function
    return register


def expected(asked):
    """The name of the difference that applies, or None, and the answer that is right."""
    found = [(name, answer) for name, (stores, function) in RULES.items()
             if asked.store in stores and (answer := function(asked)) is not None]
    if len(found) > 1:
        raise AssertionError(f"{[name for name, _ in found]} all apply to {asked.request}")
    return found[0] if found else (None, asked.nova)


def unused(store, used):
    """Rules that a full replay ought to have needed."""
    return sorted(name for name, (stores, _) in RULES.items() if store in stores and name not in used)


def disagreements():
    """What document and rules do not have in common, as lines of text."""
    shown, rest = (re.findall(r"^\| `([a-z0-9-]+)` \|", part, re.MULTILINE)
                   for part in DOCUMENT.read_text().split(NOT_SHOWN))
    rows = shown + rest
    return ([f"{name}: more than one row in {DOCUMENT.name}" for name in sorted(set(rows)) if rows.count(name) > 1]
            + [f"{name}: a row in {DOCUMENT.name} without a rule" for name in sorted(set(shown) - set(RULES))]
            + [f"{name}: a rule without a row in {DOCUMENT.name}" for name in sorted(set(RULES) - set(shown))])


def not_found(asked):
    return pages.error_page(asked.request, 404, pages.NOT_FOUND)


# Requests that Nova crashes on.

LEAF = re.compile(r"/latest/(user-data|meta-data/(ami-launch-index|block-device-mapping/root|instance-id"
                  r"|placement/availability-zone|public-keys/0/openssh-key))/[^/]+")
SECURITY_GROUP = re.compile(r"/latest/meta-data/security-groups/([^/]+)(/x)?")


@rule("below-a-leaf")
def below_a_leaf(asked):
    return not_found(asked) if asked.nova == HUNG_UP and LEAF.fullmatch(asked.request.path) else None


@rule("below-security-groups")
def below_security_groups(asked):
    found = SECURITY_GROUP.fullmatch(asked.request.path)
    is_group = found and found[1] in asked.rows["security_group_names"]
    return not_found(asked) if asked.nova == HUNG_UP and is_group else None


@rule("content-of-a-version")
def content_of_a_version(asked):
    return not_found(asked) if asked.nova == HUNG_UP and asked.request.path == "/openstack/latest/content" else None


@rule("path-not-utf8")
def path_not_utf8(asked):
    octets = re.sub("%([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), asked.request.path).encode("latin-1")
    try:
        octets.decode()
    except UnicodeDecodeError:
        return not_found(asked) if asked.nova == HUNG_UP else None
    return None


@rule("path-without-slash")
def path_without_slash(asked):
    return not_found(asked) if asked.nova == HUNG_UP and asked.request.path in ("*", "latest/meta-data/") else None


@rule("absolute-target")
def absolute_target(asked):
    applies = asked.nova == HUNG_UP and asked.request.path == "HTTP://169.254.169.254/"
    return asked.recording.standard["GET", "/"].answer if applies else None


@rule("signature-not-ascii")
def signature_not_ascii(asked):
    signature = asked.request.header("X-Instance-ID-Signature")
    applies = asked.nova == HUNG_UP and signature and not signature.isascii()
    return pages.error_page(asked.request, 403, pages.FORBIDDEN) if applies else None


# How a request's head is read.

IDENTITY = ("X-Instance-ID", "X-Instance-ID-Signature", "X-Tenant-ID", "X-Forwarded-For")


@rule("underscores-in-names")
def underscores_in_names(asked):
    """A name with underscores is another name: without the right ones nobody is named, beside them it is noise."""
    names = [name for name, _ in asked.request.headers]
    if not any("_" in name and name.replace("_", "-") in IDENTITY for name in names):
        return None
    if "X-Instance-ID" not in names and asked.nova.status == 200:
        return pages.error_page(asked.request, 400, "X-Instance-ID header is missing from request.")
    rest = tuple(each for each in asked.request.headers if "_" not in each[0])
    noise = rest == asked.recording.standard_headers and asked.nova.status == 403
    return usual_answer(asked) if noise else None


def usual_answer(asked):
    return asked.recording.standard[asked.request.method, asked.request.path].answer


@rule("two-hosts")
def two_hosts(asked):
    hosts = [value for name, value in asked.request.headers if name == "Host"]
    if len(hosts) != 2 or asked.nova != usual_answer(asked):
        return None
    return pages.served(b"400 Bad Request\n\nThere is more than one Host field.\n\n   ", status=400)


@rule("white-space-around-values")
def white_space_around_values(asked):
    """Nova sees the space. Without it the headers are the usual ones, or the signature is not that of the value."""
    stripped = tuple((name, value.strip(" \t")) for name, value in asked.request.headers)
    padded = {name for (name, value), (_, bare) in zip(asked.request.headers, stripped) if value != bare}
    if stripped == asked.recording.standard_headers:
        return usual_answer(asked) if padded and asked.nova.status in (403, 404) else None
    if padded == {"X-Instance-ID"} and asked.nova.status == 404:
        return pages.error_page(asked.request, 403, pages.FORBIDDEN)
    return None


# Passwords.

PASSWORD = "/openstack/latest/password"


def posts_password(asked):
    return asked.request.method == "POST" and asked.request.path == PASSWORD


@rule("password-without-length")
def password_without_length(asked):
    applies = asked.nova == HUNG_UP and posts_password(asked) and asked.request.header("Content-Length") is None
    return pages.error_page(asked.request, 400, "Content-Length header is missing from request.") if applies else None


@rule("password-not-storable")
def password_not_storable(asked):
    if asked.nova != HUNG_UP or not posts_password(asked) or is_storable(asked.request.body or b""):
        return None
    return pages.error_page(asked.request, 400, "The password is not UTF-8 text of characters up to U+FFFF.")


def is_storable(octets):
    try:
        return all(ord(each) <= 0xFFFF for each in octets.decode())
    except UnicodeDecodeError:
        return False


@rule("password-without-mapping")
def password_without_mapping(asked):
    """Nova reads such an instance but cannot find it again to store the password."""
    if asked.rows["instance_mapping"] is not None or asked.recording.profile != recordings.DEFAULT:
        return None
    kept = next((each.request.body for each in asked.earlier if is_kept(each)), None)
    if kept is None:
        return pages.password() if is_kept(asked.exchange) else None
    return with_password(asked, kept) if asked.nova == HUNG_UP or shows_none(asked) or is_too_large(asked) else None


def is_kept(exchange):
    asked = exchange.request
    return (asked.method, asked.path) == ("POST", PASSWORD) and exchange.answer == HUNG_UP and is_storable(asked.body)


def shows_none(asked):
    return (asked.request.method, asked.request.path) == ("GET", PASSWORD) and asked.nova == pages.password()


def is_too_large(asked):
    return posts_password(asked) and asked.nova == pages.error_page(asked.request, 400, "Request is too large.")


def with_password(asked, text):
    """What the password path says while this password is stored."""
    if asked.request.method == "GET":
        return pages.password(text)
    return pages.error_page(asked.request, 409, pages.CONFLICT) if posts_password(asked) else None


# The cache.

@rule("password-at-once", stores=("nova",))
def password_at_once(asked):
    """Nova's copy of an hour ago shows no password, and lets a second one through."""
    if asked.recording.profile != "cached":
        return None
    kept = next((each.request.body for each in asked.earlier if stores_password(each)), None)
    if kept is None or not (shows_none(asked) or stores_password(asked.exchange)):
        return None
    return with_password(asked, kept)


def stores_password(exchange):
    asked = exchange.request
    return (asked.method, asked.path) == ("POST", PASSWORD) and exchange.answer == pages.password()


@rule("requester-per-request", stores=("nova",))
def requester_per_request(asked):
    """An instance without an IPv4 address sees the address of the one who asks, not of the first who did."""
    own, address = asked.request.header("X-Forwarded-For") or "", "/latest/meta-data/local-ipv4"
    first = next((each.request for each in asked.earlier if each.request.path == address), None)
    if asked.recording.profile != "cached" or asked.request.path != address or first is None:
        return None
    others = (first.header("X-Forwarded-For") or "").encode()
    return pages.served(own.encode()) if asked.nova == pages.served(others) and others != own.encode() else None


# What a failure takes along.

@rule("vendordata-fatal")
def vendordata_fatal(asked):
    applies = asked.recording.profile == "vendordata-fatal" and asks_vendordata(asked)
    return pages.error_page(asked.request, 500, pages.UNKNOWN_ERROR) if applies else None


@rule("vendordata-target-without-scheme")
def vendordata_target_without_scheme(asked):
    applies = asked.recording.profile == "vendordata-badurl" and asks_vendordata(asked)
    return pages.served(b'{"static": {}, "at": {}}', pages.JSON) if applies else None


def asks_vendordata(asked):
    return asked.nova == HUNG_UP and re.fullmatch(r"/openstack/[^/]+/vendor_data2\.json", asked.request.path)


@rule("neutron-down", stores=("nova",))
def neutron_down(asked):
    """Everything but the security groups is as it is with Neutron up."""
    if asked.recording.profile != "neutron-down" or asked.nova.status != 500:
        return None
    usual = asked.recorded(asked.recording.fixture)
    if usual and usual.status == 200 and last_segment(asked) == "security-groups":
        return pages.error_page(asked.request, 503, pages.NOT_NOW, (("Retry-After", "1"),))
    return usual


@rule("no-network-information", stores=("nova",))
def no_network_information(asked):
    """Only what tells of the network fails; the rest is as with another instance of the same shape."""
    cache = asked.rows["instance_info_caches"]
    if not fails_as_a_whole(asked) or cache and cache["network_info"]:
        return None
    if re.fullmatch("/openstack/content/0000/?", asked.request.path):
        return pages.error_page(asked.request, 500, pages.UNKNOWN_ERROR)
    return like(asked, "no-security-groups", failing=("network_data.json", "local-ipv4", "public-ipv4"))


@rule("user-data-not-base64", stores=("nova",))
def user_data_not_base64(asked):
    """Only the user data fails."""
    if fails_as_a_whole(asked) and asked.recording.fixture == "userdata-invalid":
        return like(asked, "userdata-gzip", failing=("user-data", "user_data"))
    return None


def fails_as_a_whole(asked):
    is_default = asked.recording.profile == recordings.DEFAULT
    return is_default and asked.nova.status == 500 and asked.nova == pages.error_page(
        asked.request, 500, pages.UNKNOWN_ERROR)


def last_segment(asked):
    return asked.request.path.rstrip("/").rpartition("/")[2]


def like(asked, sibling, failing):
    """What Nova answered for a sibling, with the names and numbers of this instance in place of the sibling's."""
    if asked.request.header("X-Tenant-ID") != asked.rows["project_id"] or asked.request.path.startswith("/nothing"):
        return not_found(asked)
    usual = asked.recorded(sibling) if asked.is_standard else None
    if usual is None or usual.status == 404:
        return usual
    if last_segment(asked) in failing:
        return pages.error_page(asked.request, 500, pages.UNKNOWN_ERROR)
    body = usual.body.decode()
    for other, own in zip(marks(asked.oracle.rows[sibling]), marks(asked.rows)):
        body = body.replace(other, own)
    return usual.with_body(body.encode()) if asked.request.method != "HEAD" else usual


def marks(rows):
    """What tells an instance from its siblings."""
    row, number = rows["instances"], rows["instance_id_mappings"][0]["id"]
    found = [row["uuid"], f'{row["hostname"]}.', f'"name": {json.dumps(row["display_name"])}', f"i-{number:08x}",
             row["reservation_id"]]
    cache = rows["instance_info_caches"]
    for vif in json.loads(cache["network_info"] or "[]") if cache else []:
        found += [vif["id"], vif["devname"], vif["address"], *(ip["address"] for subnet in vif["network"]["subnets"]
                                                                for ip in subnet["ips"])]
    return found
