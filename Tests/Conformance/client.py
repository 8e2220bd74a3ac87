"""A client that sends a request octet for octet and reads the answer until the server hangs up."""
import socket

import recordings

TIMEOUT = 30


def ask(port, request, host="127.0.0.1"):
    """The server's answer; an answer with an `error` when there is none that can be read."""
    source = (request.source, 0) if request.source else None
    try:
        with socket.create_connection((host, port), TIMEOUT, source_address=source) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(octets(request))
            return read(connection, request)
    except TimeoutError:
        return recordings.Answer(error=f"no complete answer within {TIMEOUT} s")
    except ConnectionRefusedError:
        return recordings.Answer(error="connection refused")
    except OSError as error:
        return recordings.Answer(error=f"connection lost: {error}")


def octets(request):
    lines = [f"{request.method} {request.path} HTTP/{request.version}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (request.body or b"")


def read(connection, request):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return recordings.Answer(error="truncated response") if data else recordings.HUNG_UP
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    _, status, reason = (first.split(" ", 2) + ["", ""])[:3]
    headers = tuple(tuple((line.split(": ", 1) + [""])[:2]) for line in lines)
    body += rest(connection, request, headers, len(body))
    return recordings.Answer(int(status), reason, headers, body)


def rest(connection, request, headers, have):
    """The rest of the body. Where the request says that the connection is to be closed, this waits for that, and
    so sees everything that a server may send beyond its Content-Length."""
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), None)
    closes = request.version == "1.0" or ("Connection", "close") in request.headers
    found = b""
    while closes or length is None or (have + len(found) < length and request.method != "HEAD"):
        part = connection.recv(65536)
        if not part:
            break
        found += part
    return found
