"""Answers written down after the contract (nova.md §2.5), to be held against what a server says."""
import html
import json

import recordings

NOT_FOUND = "The resource could not be found."
FORBIDDEN = "Invalid proxy request signature."
CONFLICT = "There was a conflict when trying to complete your request."
UNKNOWN_ERROR = "An unknown error has occurred. Please try your request again."
NOT_NOW = "The metadata is not available at the moment. Please try your request again."
REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 500: "Internal Server Error",
           503: "Service Unavailable"}
HTML, JSON, PLAIN = "text/html; charset=UTF-8", "application/json", "text/plain; charset=UTF-8"
# Those that are asked for where an error page is expected; what others lead to is for the recordings to show.
FORMS = {"*/*": HTML, "text/html": HTML, "application/json": JSON, "text/plain": PLAIN, None: PLAIN}


def error_page(request, status, explanation, extra=()):
    """The page that says so, in the form that the request accepts."""
    title = f"{status} {REASONS[status]}"
    if request.method == "OPTIONS":
        return recordings.Answer(200, "OK", (("Content-Length", "0"),))
    if request.method == "HEAD":
        headers = (("Content-Type", HTML), *extra, ("Content-Length", "0"))
        return recordings.Answer(status, REASONS[status], headers)
    form = FORMS[request.header("Accept")]
    if form == HTML:
        body = (f"<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n"
                f"  {html.escape(explanation)}<br /><br />\n\n\n\n </body>\n</html>")
    elif form == JSON:
        message = f"{explanation}<br /><br />\n\n\n"
        body = json.dumps({"message": message, "code": title, "title": REASONS[status]})
    else:
        body = f"{title}\n\n{explanation}\n\n   "
    return served(body.encode(), form, status, extra)


def served(body, form=PLAIN, status=200, extra=()):
    headers = (("Content-Length", str(len(body))), ("Content-Type", form), *extra)
    return recordings.Answer(status, REASONS.get(status, "OK"), headers, body)


def password(text=b""):
    """What the password path says, with its headers in its own order."""
    headers = (("Content-Type", HTML), ("Content-Length", str(len(text))))
    return recordings.Answer(200, "OK", headers, text)
