"""The way of a model client's requests: aiohttp under the client library, which reads streams several times cheaper.

Owns connections, and the names of their failures. Knows no protocol above HTTP. One session for each event loop: connections are
kept for the next request of a server, and a command line that runs a loop each question gets new ones.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import aiohttp
import httpx2

Session = aiohttp.ClientSession
PART: Final = 1 << 16
"""Bytes read at once, at most: what is there is handed on."""
AT_ONCE: Final = 0
"""Connections: as many as there are questions."""
IDLE_S: Final = 15.0
_FAILURES: Final[tuple[tuple[type[Exception], type[httpx2.TransportError]], ...]] = (
    # The first that fits: some of them are kinds of the later ones.
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx2.ReadTimeout),
    (TimeoutError, httpx2.TimeoutException),
    (aiohttp.ClientProxyConnectionError, httpx2.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx2.ProxyError),
    (aiohttp.ClientConnectorError, httpx2.ConnectError),
    (aiohttp.NonHttpUrlClientError, httpx2.UnsupportedProtocol),
    (aiohttp.InvalidURL, httpx2.UnsupportedProtocol),
    (aiohttp.ServerDisconnectedError, httpx2.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx2.RemoteProtocolError),
    (aiohttp.ClientOSError, httpx2.ReadError),
    (aiohttp.ClientError, httpx2.RemoteProtocolError),
    (OSError, httpx2.NetworkError),
)


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends the client's requests over aiohttp; proxies are those of the environment.

    Raises httpx2's TransportError by what happened: a refused connection is a ConnectError, a cut body a RemoteProtocolError.
    """

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Session, AsyncGenerator[Session, None]]]
        self._open = WeakKeyDictionary()
        self._tls = httpx2.create_ssl_context()
        # Looked at once: with every request it takes as long as sending it.
        self._has_proxies = bool(getproxies())

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The response, its body still to be read."""
        session = await self._session()
        allowed: dict[str, float | None] = request.extensions.get("timeout", {})
        with _told(request):
            response = await session.request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=allowed.get("pool"), sock_connect=allowed.get("connect"), sock_read=allowed.get("read")
                ),
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
            )
        return httpx2.Response(response.status, headers=response.raw_headers, stream=_Body(request, response), request=request)

    async def _session(self) -> Session:
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            lasting = _session_of(self._tls, self._has_proxies)
            self._open[loop] = (await anext(lasting), lasting)
        return self._open[loop][0]

    async def aclose(self) -> None:
        """Close the running loop's connections; other loops close theirs when they end."""
        _, lasting = self._open.pop(asyncio.get_running_loop(), (None, None))
        if lasting is not None:
            await lasting.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, request: httpx2.Request, response: aiohttp.ClientResponse) -> None:
        self._request = request
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told(self._request):
            async for part in self._response.content.iter_chunked(PART):
                yield part

    async def aclose(self) -> None:
        self._response.release()


async def _session_of(tls: ssl.SSLContext, has_proxies: bool) -> AsyncGenerator[Session, None]:
    """One session. A loop that ends closes the generators it began, and this one its session."""
    connector = aiohttp.TCPConnector(ssl=tls, limit=AT_ONCE, keepalive_timeout=IDLE_S)
    session = Session(connector=connector, auto_decompress=False, trust_env=has_proxies, cookie_jar=aiohttp.DummyCookieJar())
    try:
        yield session
    finally:
        await session.close()


@contextmanager
def _told(request: httpx2.Request) -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        named = next(ours for theirs, ours in _FAILURES if isinstance(error, theirs))
        raise named(str(error) or type(error).__name__, request=request) from error
