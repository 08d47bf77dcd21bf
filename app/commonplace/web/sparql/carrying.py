"""Learn what the cache needs to carry answers over to a later version: patterns of queries, and changed statements."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict

from starlette.concurrency import run_in_threadpool

from commonplace.derived.graph.query_patterns import (
    CHANGED,
    ChangedStatements,
    Patterns,
    filled,
    template_of,
)
from commonplace.derived.workers.messages import Call, Reply, whole
from commonplace.derived.workers.pool import Lane
from commonplace.errors import CommonplaceError, TooManyQueries
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog
from commonplace.web.context import Context
from commonplace.web.sparql.answer_cache import AnswerCache, CacheKey

TASK = "patterns of template"
"""Name of what a worker does: see `read_in_worker`."""

SECONDS = 5.0
"""Maximum time for the reading of one template."""

TEMPLATES = 2_000
"""Maximum number of templates whose patterns are kept."""

AT_ONCE = 2
"""Maximum number of templates that are read at a time."""

CHANGE_BYTES = 4_000_000
"""Maximum length of an entry of the log that is compared with queries; a longer one matters to all."""


class Learning:
    """Finds the patterns of a query that is asked again after a change, and the statements that were changed since."""

    def __init__(self, context: Context, cache: AnswerCache) -> None:
        self._context = context
        self._cache = cache
        self._changes = asyncio.Lock()
        self._templates: OrderedDict[str, Patterns | None] = OrderedDict()
        """The patterns of templates."""
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def learn(self, key: CacheKey) -> bool:
        """Learn what changed up to the version of a question, and return whether its answer may have become known.

        A template that is not known is read by a worker meanwhile, for the next time.
        """
        if self._cache.wants_patterns(key):
            self._find_patterns(key)
        if not self._cache.may_carry(key):
            return False
        async with self._changes:
            for version in self._cache.unknown_changes(key):
                changed = await run_in_threadpool(changed_statements, self._context.library.log, Version(version))
                self._cache.learn_change(version, changed)
        return True

    def _find_patterns(self, key: CacheKey) -> None:
        template = template_of(key.text, self._context.minter.base)
        if template is None:
            self._cache.learn_patterns(key.text, None)
        elif template.text in self._templates:
            patterns = self._templates[template.text]
            self._cache.learn_patterns(key.text, patterns and filled(patterns, template.iris))
        elif template.text not in self._reading and len(self._reading) < AT_ONCE:
            self._reading[template.text] = asyncio.create_task(self._read(template.text, key.version))

    async def _read(self, template: str, version: int) -> None:
        """Let a worker read a template; to a query of one that cannot be read every change matters."""
        call = Call(task=TASK, given={"template": template}, version=version, seconds=SECONDS)
        try:
            reply = await self._context.workers.call(call, "the cache", Lane.QUERIES)
            self._templates[template] = _unpacked(reply)
        except TooManyQueries:
            return  # another time
        except CommonplaceError:
            self._templates[template] = None
        finally:
            del self._reading[template]
        if len(self._templates) > TEMPLATES:
            self._templates.popitem(last=False)


def load_reader() -> None:
    """Load what `read_in_worker` needs, so that workers that are forked from this process have it."""
    import commonplace.derived.graph.query_reading  # noqa: F401


def read_in_worker(call: Call) -> Reply:
    """Return the patterns of a template, read in the process of a worker."""
    from commonplace.derived.graph.query_reading import patterns_of_template

    patterns = patterns_of_template(str(call.given["template"]))
    found = None if patterns is None else [list(pattern) for pattern in patterns]
    return Reply(given={}, body=json.dumps(found).encode())


def _unpacked(reply: Reply) -> Patterns | None:
    found = json.loads(whole(reply.body))
    if found is None:
        return None
    return frozenset((subject, predicate, object) for subject, predicate, object in found)


def changed_statements(log: PatchLog, version: Version) -> ChangedStatements | None:
    """Return the statements that a version changed, None where they are too many to be compared."""
    if log.size(Version(version - 1), version) > CHANGE_BYTES:
        return None
    change = log.entry(version).change
    quads = [*change.added, *change.removed]
    return ChangedStatements.of(quads) if len(quads) <= CHANGED else None
