#!/usr/bin/env python3
"""Stand-in for a Nova that takes its time: checks the signature, waits, and answers with the instance's id.

    slow_nova.py PORT SECRET SECONDS
"""
import asyncio
import hashlib
import hmac
import sys

BACKLOG = 4096


def answer(head, secret):
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    instance = headers.get(b"x-instance-id", b"")
    signature = hmac.new(secret, instance, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(signature, headers.get(b"x-instance-id-signature", b"")):
        return b"403 Forbidden", b"The signature does not match.", False
    return b"200 OK", instance, headers.get(b"connection", b"").lower() != b"close"


async def serve(reader, writer, secret, seconds):
    try:
        keep = True
        while keep:
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"GET / "):
                await asyncio.sleep(seconds)
            status, body, keep = answer(head, secret)
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n%b\r\n%b"
                % (status, len(body), b"" if keep else b"Connection: close\r\n", body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    port, secret, seconds = int(sys.argv[1]), sys.argv[2].encode(), float(sys.argv[3])
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, secret, seconds), "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


asyncio.run(main())
