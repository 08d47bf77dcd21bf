"""Find the token of a request, `Authorization: Bearer TOKEN` (RFC 6750), before any of its body is read."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.types import Scope

from commonplace.home.tokens import Role, Token, Tokens
from commonplace.web.context import context_of
from commonplace.web.http.problems import HttpProblem

REALM = 'Bearer realm="commonplace"'

_scheme = HTTPBearer(auto_error=False, scheme_name="token", description="A token of this library; reading needs none.")


def writer(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)] = None) -> Token:
    """Return the token that a request carries, of any role. Raises 401, and 429 after many wrong ones."""
    if given is None:
        detail = "a write needs Authorization: Bearer TOKEN"
        raise HttpProblem(401, detail, headers={"WWW-Authenticate": REALM})
    context = context_of(request)
    token = context.wrong_tokens.holder(context.tokens, given.credentials, _address_of(request.scope))
    if token is None:
        headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token"'}
        raise HttpProblem(401, "this token is not known here, or was revoked", headers=headers)
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
    return HttpProblem(403, f"{why}; yours ({token.name!r}) has the role {token.role.value}", headers=headers)
