"""Find the token of a request before any of its body is read.

A program sends it, `Authorization: Bearer TOKEN` (RFC 6750); a browser that was signed in with it has a session.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.types import Scope

from commonplace.errors import Message
from commonplace.home.tokens import Role, Token, Tokens
from commonplace.web.context import context_of
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.session_cookie import refuse_foreign, session_of, signed_in

REALM = 'Bearer realm="commonplace"'

_scheme = HTTPBearer(auto_error=False, scheme_name="token", description="A token of this library; reading needs none.")


def writer(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)] = None) -> Token:
    """Return the token of a request, of any role. Raises 401, 403 for a foreign page, and 429 after many wrong ones."""
    if given is None:
        return _of_session(request)
    token = known_token(request, given.credentials)
    if token is None:
        headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        raise HttpProblem(401, "this token is not known here, or was revoked", headers=headers)
    return token


def known_token(request: Request, secret: str) -> Token | None:
    """Return the token of that text, None for a wrong one. Raises 429 after many wrong ones from that address."""
    context = context_of(request)
    return context.wrong_tokens.holder(context.tokens, secret, _address_of(request.scope))


def token_of(request: Request) -> Token | None:
    """Return the token of a request that only reads, None where it brings none. Raises 401 for one that is not known,
    and 429 after many wrong ones."""
    scheme, credentials = get_authorization_scheme_param(request.headers.get("authorization"))
    if scheme.lower() != "bearer" or not credentials:
        return signed_in(request)
    return writer(request, HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials))


def _of_session(request: Request) -> Token:
    """Return the token of the session of a request. Raises 401, and 403 for a write that a page of another site sent.

    A read changes nothing, and no page of another site gets its answer: an address that is typed is one.
    """
    token = signed_in(request)
    if token is None:
        over = "this session is over: sign in again at /desk/sign-in"
        detail = over if session_of(request) else "a write needs Authorization: Bearer TOKEN"
        raise HttpProblem(401, detail, headers={"WWW-Authenticate": REALM})
    if request.method not in ("GET", "HEAD"):
        refuse_foreign(request)
    return token


WriterDep = Annotated[Token, Depends(writer)]


def curator(token: WriterDep) -> Token:
    """Return the token of a request, which must be a curator's. Raises 401, 403."""
    if token.role is not Role.CURATOR:
        raise forbidden(token, "this needs a curator's token")
    return token


CuratorDep = Annotated[Token, Depends(curator)]


def curator_of(request: Request) -> Token:
    """Return the curator's token of a request that comes by no FastAPI route. Raises 401, 403."""
    scheme, credentials = get_authorization_scheme_param(request.headers.get("authorization"))
    bearer = scheme.lower() == "bearer" and credentials
    given = HTTPAuthorizationCredentials(scheme=scheme, credentials=credentials) if bearer else None
    return curator(writer(request, given))


def client_of(tokens: Tokens, scope: Scope, authorization: bytes) -> str:
    """Return the name by which a client waits in the queue: its token's, or its address without one."""
    if not authorization:
        return _address_of(scope)
    scheme, _, text = authorization.decode("latin-1").partition(" ")
    token = tokens.holder(text.strip()) if scheme.lower() == "bearer" else None
    if token is not None:
        return f"token {token.name}"
    return _address_of(scope)


def _address_of(scope: Scope) -> str:
    """Return the address that a request came from."""
    return str((scope.get("client") or ("",))[0])


def forbidden(token: Token, why: str) -> HttpProblem:
    """Return the problem for a writer whose role does not allow this."""
    headers = {"WWW-Authenticate": f'{REALM}, error="insufficient_scope"'}
    return HttpProblem(
        403,
        Message("%(why)s; yours (%(token)r) has the role %(role)s", why=why, token=token.name, role=token.role.value),
        headers=headers,
    )
