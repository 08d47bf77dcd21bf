"""Make of a route at first what matches requests, and the rest when one comes for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name


class LateRoute(APIRoute):
    """A route of FastAPI's that reads the signature of its endpoint, and makes fields of its answer, when it must.

    For all routes of this server that was a quarter of the time in which the program is loaded, and a server answers by
    a few of them for long. Until then it has what matching takes: path, methods, name and endpoint. Whatever else is
    asked of it makes it whole. A fault in a signature is told then, too; a test makes all of them.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        """Take what FastAPI's route takes."""
        self._later = settings
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {method.upper() for method in settings.get("methods") or ("GET",)}
        self.name = settings.get("name") or get_name(endpoint)
        self.include_in_schema = settings.get("include_in_schema", True)

    def __getattr__(self, name: str) -> Any:
        """Return what the route does not have yet. Threads that ask at one time may each make it."""
        if not name.startswith("__"):
            self.complete()
            with suppress(KeyError):
                return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    @property
    def is_whole(self) -> bool:
        """Return whether the route has been made whole."""
        return "app" in self.__dict__

    def complete(self) -> None:
        """Make the whole route, if it is not. What other threads see of it is either of the beginning or of the end."""
        if not self.is_whole and (settings := self.__dict__.get("_later")) is not None:
            whole = type(self).__new__(type(self))
            APIRoute.__init__(whole, self.path, self.endpoint, **settings)
            self.__dict__.update(vars(whole))
