"""Asking an identity provider who somebody is: OpenID Connect, code flow with PKCE, and an ID token that is believed
only when all of it holds. Nothing is kept between two sign-ins: a provider may change its keys at any time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from models.accounts.claims import Identity, Mapped, identity_of
from models.records.base import Millis

if TYPE_CHECKING:
    from requests import Response, Session

S = TypeVar("S", bound="Session")

#: How long the provider may take for all of one answer, in s, and how long one may be, in bytes.
PATIENCE_S, MOST_BYTES = 5.0, 262_144

#: Signatures that are believed: with a key of the provider's that is no secret of ours. `none` and HMAC are not.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")

#: How far the clocks may be apart, in s.
LEEWAY_S = 60


class ProviderDownError(Exception):
    """The provider does not answer as one; `str()` is for the log."""


class ProviderLiesError(Exception):
    """What came does not hold: nobody is let in by it; `str()` is for the log and names no secret."""


@dataclass(frozen=True, slots=True)
class Client:
    """How the product is known at the provider. `secret` may be empty: PKCE alone then. `name`: on the button."""

    issuer: str
    client_id: str
    secret: str
    name: str
    scopes: str
    mapped: Mapped


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in sent to the provider: where, and what its answer is held against."""

    url: str
    state: str
    nonce: str
    verifier: str


class Provider:
    """The provider of the settings. Its methods block on the network; any thread may call them."""

    def __init__(self, client: Client, clock: Callable[[], Millis]) -> None:
        self.client = client
        self._clock = clock

    def begin(self, back: str) -> Begun:
        """Where to send the browser, that comes `back` to this address.

        Raises:
            ProviderDownError: it does not say where.
            ProviderLiesError: it is not the one of the settings.
        """
        told = self._metadata()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        with self._session(back) as session:
            url, state = session.create_authorization_url(
                told["authorization_endpoint"], state=secrets.token_urlsafe(32), code_verifier=verifier, nonce=nonce
            )
        return Begun(url, state, nonce, verifier)

    def finish(self, back: str, code: str, begun: Begun) -> Identity:
        """Exchange the code the browser brought, and see that all of the ID token holds.

        Raises:
            ProviderDownError: it does not answer.
            ProviderLiesError: code or token do not hold.
        """
        import requests
        from authlib.integrations.base_client import OAuthError

        told = self._metadata()
        try:
            with self._session(back) as session:
                session.register_compliance_hook("access_token_response", _answered)
                tokens = session.fetch_token(
                    told["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=begun.verifier,
                    allow_redirects=False,
                )  # fmt: skip
        except requests.RequestException as error:
            raise ProviderDownError(f"token endpoint: {type(error).__name__}") from error
        except (OAuthError, ValueError, TypeError) as error:
            raise ProviderLiesError(f"token endpoint: {type(error).__name__}") from error
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise ProviderLiesError("no ID token")
        return self._identity(token, self._json(told["jwks_uri"]), begun.nonce)

    def _identity(self, token: str, keys: dict[str, Any], nonce: str) -> Identity:
        """OpenID Connect Core 1.0 section 3.1.3.7."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        rules = jwt.JWTClaimsRegistry(
            now=self._clock() // 1000, leeway=LEEWAY_S,
            iss={"essential": True, "value": self.client.issuer}, sub={"essential": True},
            aud={"essential": True, "value": self.client.client_id}, exp={"essential": True}, iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderLiesError(f"ID token: {type(error).__name__}") from error
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != self.client.client_id:
            raise ProviderLiesError("ID token: for another client")
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise ProviderLiesError("ID token: no subject")
        return identity_of(claims, self.client.mapped)

    def _metadata(self) -> dict[str, str]:
        """OpenID Connect Discovery 1.0 section 4."""
        told = self._json(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self.client.issuer:
            raise ProviderLiesError("discovery: another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(told.get(name), str) or not safe_address(told[name]):
                raise ProviderLiesError(f"discovery: no safe {name}")
        return told

    def _json(self, url: str) -> dict[str, Any]:
        import requests

        try:
            with _bounded(requests.Session()) as session:
                answer = session.get(url, allow_redirects=False)
        except requests.RequestException as error:
            raise ProviderDownError(f"{urlsplit(url).path}: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise ProviderDownError(f"{urlsplit(url).path}: status {answer.status_code}")
        return _object(answer.content)

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        made = OAuth2Session(
            self.client.client_id, self.client.secret or None, scope=self.client.scopes, redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self.client.secret else "none",
        )  # fmt: skip
        return _bounded(made)


def _bounded(session: S) -> S:
    """A session whose every answer has an end."""
    from dashboard.access.bounded import Bounded

    for scheme in ("https://", "http://"):
        session.mount(scheme, Bounded(PATIENCE_S, MOST_BYTES))
    return session


def _answered(answer: Response) -> Response:
    """The token endpoint's answer, if it is a JSON object: whatever else it is, it holds no token."""
    if answer.status_code >= 500:
        raise ProviderDownError(f"token endpoint: status {answer.status_code}")
    try:
        found = _object(answer.content)
    except ProviderDownError as error:
        raise ProviderLiesError(f"token endpoint: {error}") from error
    if "error" not in found and answer.status_code != 200:
        raise ProviderLiesError(f"token endpoint: status {answer.status_code}")
    return answer


def _object(body: bytes) -> dict[str, Any]:
    import orjson

    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProviderDownError("no JSON") from error
    if not isinstance(found, dict):
        raise ProviderDownError("no JSON object")
    return found


def safe_address(url: str) -> bool:
    """Whether tokens may travel there: over TLS, or within this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
