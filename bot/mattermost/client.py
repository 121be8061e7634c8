"""mattermostdriver's client on one pooled session (docs/faits-mattermost.md, « Pilotes »).

The driver's own opens a connection a call, has no timeout, sends a body with each GET, and keeps of an error its message
alone. Ours keeps connections and no cookie (a session cookie would win over the token), and errors keep their id.
"""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx
from mattermostdriver import Driver
from mattermostdriver.client import Client

TIMEOUT = httpx.Timeout(15, connect=5)
"""Well under the outbox's lease."""
POOL = httpx.Limits(max_connections=8, max_keepalive_connections=8)
API = "/api/v4"
PORTS = {"http": 80, "https": 443}
BODIES = frozenset({"post", "put"})


class Failure(Exception):
    """What the server refused, or did not answer: `code` is its error's id, empty when it gave none."""

    def __init__(self, status: int, code: str, *, request: str = "", wait: float | None = None) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status, self.code, self.request, self.wait = status, code, request, wait


class Pooled(Client):  # type: ignore[misc]  # the driver has no types
    """The driver's `client_cls`. Methods raise Failure; status 0 is a server that was not reached."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self.http = httpx.Client(timeout=TIMEOUT, limits=POOL, verify=options["verify"], cookies=jar, http2=False)

    def make_request(  # noqa: PLR0917 - the driver's own
        self, method: str, endpoint: str, options: Any = None, params: Any = None, data: Any = None, files: Any = None,
        basepath: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """One request, answered with success. Raises Failure."""
        root = self.url if basepath is None else f"{self.url.removesuffix(self._basepath)}{basepath}"
        content = (options or {}) if method.lower() in BODIES and not (data or files) else None
        try:
            response = self.http.request(
                method.upper(), root + endpoint, headers=self.auth_header(), params=params, data=data, files=files, json=content
            )  # fmt: skip
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failure(0, type(error).__name__) from error
        if not response.is_success:
            raise failure(response)
        return response

    def get(self, endpoint: str, options: Any = None, params: Any = None) -> Any:
        """The JSON of an answer. Raises Failure, also for what is no JSON (a proxy's page)."""
        return _json(self.make_request("get", endpoint, options=options, params=params))

    def post(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None, files: Any = None) -> Any:
        """The same by POST."""
        return _json(self.make_request("post", endpoint, options, params, data, files))

    def put(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None) -> Any:
        """The same by PUT."""
        return _json(self.make_request("put", endpoint, options, params, data))

    def delete(self, endpoint: str, options: Any = None, params: Any = None, data: Any = None) -> Any:
        """The same by DELETE."""
        return _json(self.make_request("delete", endpoint, options, params, data))

    def fetch(self, endpoint: str, most: int) -> tuple[str, bytes]:
        """The type and bytes of a file, cut just after `most`. Raises Failure."""
        try:
            with self.http.stream("GET", self.url + endpoint, headers=self.auth_header()) as response:
                if not response.is_success:
                    response.read()
                    raise failure(response)
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > most:
                        break
                return response.headers.get("Content-Type", "").partition(";")[0].strip(), bytes(content)
        except httpx.HTTPError as error:
            raise Failure(0, type(error).__name__) from error

    def send(self, url: str, body: dict[str, Any]) -> None:
        """Answer by a response_url, which needs no token. Raises Failure."""
        try:
            response = self.http.post(url, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failure(0, type(error).__name__) from error
        if not response.is_success:
            raise failure(response)


def driver(url: str, token: str, tls: ssl.SSLContext) -> Driver:
    """A driver of ours for a server's address, its path included. Raises ValueError for what is no address."""
    asked = urlsplit(url.rstrip("/"))
    if asked.scheme not in PORTS or not asked.hostname:
        raise ValueError(url)
    options = {
        "scheme": asked.scheme, "url": asked.hostname, "port": asked.port or PORTS[asked.scheme],
        "basepath": asked.path + API, "verify": tls, "token": token,
    }  # fmt: skip
    made = Driver(options, client_cls=Pooled)
    made.client.token = token
    return made


def trust() -> ssl.SSLContext:
    """The authorities trusted for REST and the socket alike: certifi's or SSL_CERT_FILE's, and the machine's own."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def failure(response: httpx.Response) -> Failure:
    """What a refusal says: its id and request, how long to wait."""
    try:
        told = response.json()
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    wait = response.headers.get("Retry-After", "")
    return Failure(
        response.status_code, str(told.get("id", "")), request=str(told.get("request_id", "")),
        wait=float(wait) if wait.isdecimal() else None,
    )  # fmt: skip


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise Failure(response.status_code, "no JSON") from error
