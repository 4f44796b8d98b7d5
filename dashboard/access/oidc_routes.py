"""Routes to the identity provider and back. What the answer is held against is sealed in the step of this browser."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import asdict
from hmac import compare_digest

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access import answers
from dashboard.access.beginning import digest_of
from dashboard.access.choosing import AskedFor
from dashboard.access.forms import over_page
from dashboard.access.oidc import Begun, Provider, ProviderDownError, ProviderLiesError
from dashboard.access.policy import OIDC, OIDC_CALLBACK
from dashboard.access.provided import Provided
from dashboard.access.sessions import COOKIE, SignedIn
from dashboard.access.steps import STEP_COOKIE, Asked, Kind, Problem, Refused, begin_step
from dashboard.access.throttle import Throttle
from models.records.base import Millis
from store import sign_ins
from store.errors import StorageError

_LOG = logging.getLogger("dashboard.oidc")

#: Ways to the provider and back from one address per minute that led to no session, and how many may wait for it at
#: once.
ATTEMPTS_A_MINUTE, AT_ONCE = 20, 8


class OidcRoutes:
    """`provider` None: there is none, and both routes say so."""

    def __init__(self, choosing: AskedFor, provider: Provider | None, clock: Callable[[], Millis]) -> None:
        self._choosing = choosing
        self._provider = provider
        self._clock = clock
        self._throttle = Throttle(clock, ATTEMPTS_A_MINUTE, 60_000)
        self._limiter = CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        """The routes, for the app's list; their paths are the ones the policy opens."""
        return [Route(OIDC, self._go, methods=["GET"]), Route(OIDC_CALLBACK, self._back, methods=["GET"])]

    async def _go(self, request: Request) -> Response:
        return await self._guarded(request, self._begun)

    async def _back(self, request: Request) -> Response:
        return await self._guarded(request, self._finished)

    async def _guarded(self, request: Request, work: Callable[[Request, Provider], Response]) -> Response:
        provider, address = self._provider, answers.origin_of(request).address
        if provider is None:
            return answers.over(404)
        if not self._throttle.allow(address):
            await answers.note_refused(self._choosing().entrance.keeper, answers.origin_of(request), "oidc", "busy")
            return answers.html(over_page("busy"), 429, {"retry-after": "60"})
        try:
            return await to_thread.run_sync(work, request, provider, limiter=self._limiter)
        except ProviderDownError as error:
            _LOG.warning("the identity provider is away: %s", error)
            return answers.html(over_page(Problem.PROVIDER_DOWN.value), 503, {"retry-after": "5"})
        except ProviderLiesError as error:
            _LOG.error("the identity provider's answer was refused: %s", error)
            await to_thread.run_sync(self._provided().note_refused, answers.origin_of(request), str(error))
            return answers.html(over_page(Problem.PROVIDER_LIES.value), 403)
        except StorageError:
            return answers.html(over_page("unread"), 503, {"retry-after": "5"})

    def _provided(self) -> Provided:
        return Provided(self._choosing().entrance)

    def _begun(self, request: Request, provider: Provider) -> Response:
        begun = provider.begin(_callback(request))
        entrance, cookie = self._choosing().entrance, secrets.token_urlsafe(32)
        sealed = entrance.seal.close(orjson.dumps(asdict(begun)).decode(), digest_of(cookie))
        with entrance.db.write() as tx:
            begin_step(tx, Kind.OIDC, "", self._clock(), cookie, sealed)
        return answers.asked(Asked(Kind.OIDC, cookie), request, begun.url)

    def _finished(self, request: Request, provider: Provider) -> Response:
        cookie, query = request.cookies.get(STEP_COOKIE, ""), request.query_params
        begun = self._taken(cookie)
        if begun is None or not compare_digest(query.get("state", "").encode(), begun.state.encode()):
            return answers.over()
        if query.get("iss") not in (None, provider.client.issuer):
            raise ProviderLiesError("answer of another issuer")  # RFC 9207
        if "code" not in query:
            return answers.html(over_page(Problem.NO_RIGHTS.value), 403)
        origin = answers.origin_of(request)
        identity = provider.finish(_callback(request), query["code"][:4096], begun)
        result = self._provided().sign_in(identity, origin, request.cookies.get(COOKIE, ""))
        if isinstance(result, SignedIn):
            for _ in range(2):  # the way there and the way back: a sign-in that led somewhere counts nothing
                self._throttle.forgive(origin.address)
            return answers.signed_in(result, request)
        why = result.why if isinstance(result, Refused) else Problem.NO_RIGHTS
        return answers.html(over_page(why.value), 403)

    def _taken(self, cookie: str) -> Begun | None:
        """What this browser was sent away with, used up by this: an answer is looked at once."""
        entrance, now = self._choosing().entrance, self._clock()
        with entrance.db.write() as tx:
            step = sign_ins.step(tx.conn, digest_of(cookie), Kind.OIDC.value, now)
            if step is None or not sign_ins.use_step(tx, step.hash, now):
                return None
            text = entrance.seal.open(step.data, step.hash)
        return Begun(**orjson.loads(text)) if text else None


def _callback(request: Request) -> str:
    """The address the provider sends the browser back to; the door has checked that the host is ours."""
    return f"{request.url.scheme}://{request.headers['host']}{OIDC_CALLBACK}"
