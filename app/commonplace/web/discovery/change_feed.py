"""Serve `/changes.atom`: the versions of the library, newest first, as a feed."""

from __future__ import annotations

from fastapi import Depends, Request, Response

from commonplace.library.changes import brief
from commonplace.library.history_schemas import Change
from commonplace.model.change import Version
from commonplace.patchlog.log import PatchLog
from commonplace.web import answers
from commonplace.web.api.history.changes import ShownVersionsDep
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.atom import ATOM, NEVER, Feed, FeedEntry, FeedLink, write_feed
from commonplace.web.discovery.list_feeds import GENERATOR, feed_links
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router

router = Router(tags=["discovery"], dependencies=[Depends(only_known_parameters)])


@router.get(
    "/changes.atom",
    response_class=Response,
    responses={200: {"content": {ATOM.media_type: {"schema": {"type": "string"}}}}},
    summary="The versions, newest first, as an Atom feed",
)
def change_feed(request: Request, context: ContextDep, shown: ShownVersionsDep) -> Response:
    """Answer with every write there ever was, as `/changes` does, as a feed whose pages are linked (RFC 5005)."""
    entries = [_entry(request, context, version) for version in shown.items]
    site = context.library.read(context.title_at)
    links = feed_links(request, shown.next)
    feed = Feed(
        id=links[1].href,
        title=f"{site}: changes" + "".join(f", {one}" for one in shown.narrowed_to),
        author=site,
        links=links,
        updated=max((entry.updated for entry in entries), default=NEVER),
        generator=GENERATOR,
        entries=entries,
    )
    response = answers.answered(request, write_feed(feed), ATOM, shown.head)
    shown.link(response)
    return response


def _entry(request: Request, context: Context, version: Version) -> FeedEntry:
    log: PatchLog = context.library.log
    change: Change = brief(log, version)
    return FeedEntry(
        id=context.minter.change(version).value,
        title=f"Version {version}: {change.message or change.kind}",
        updated=log.header(version).at,
        links=[FeedLink("alternate", f"{request.base_url}changes/{version}")],
        authors=[change.agent],
        categories=[change.kind],
        summary=change.message or None,
    )
