"""Split the text of a file into drafts, one for every entry in it, broken or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from bibtexparser import model as bib

from commonplace.errors import Message
from commonplace.importers.bibtex.blocks import blocks, fields_of_unread
from commonplace.importers.bibtex.braces import TYPE, comments_between_fields, without_comments
from commonplace.importers.bibtex.draft import BibtexFile, Draft, UnreadDraft
from commonplace.importers.bibtex.parser_faults import fault_of_block
from commonplace.importers.bibtex.placed import PlainEntry, RefusedSegment, UnreadEntry
from commonplace.importers.bibtex.salvage import salvage, swallows
from commonplace.importers.bibtex.strings import MONTH_NAMES, MalformedValue, plain_value
from commonplace.importers.reading import Fault

_SHOWN = 400
LONGEST_STRING = 20_000
"""Maximum length of an `@string`, in characters: each can hold others many times over, and fill the memory."""
_MACRO_OR_MONTH = re.compile(r"[=#]\s*+[A-Za-z]")
_MACRO = re.compile(rf"[=#]\s*+(?!(?i:{'|'.join(MONTH_NAMES)})(?![\w:+./-]))[A-Za-z]")
"""What every entry with a macro has in it, and a few others in the text of a value."""
_COMMENTED = re.compile(rf"@[ \t]*({TYPE}+)\s*[{{(]\s*[^\s,={{}}()\"]*\s*,")
"""An entry in a comment: its type, its key and the comma after that."""

_DEFINITIONS = ("string", "comment", "preamble")
_STRING = re.compile(r"@\s*string", re.IGNORECASE)

BATCH = 400
"""Number of drafts that are handed to another process at a time."""

HandOut = Callable[[Sequence[UnreadDraft]], object]


@dataclass(slots=True)
class SplitFile:
    """Hold a file in pieces: drafts in order, what concerns the whole file, and what belongs to no entry."""

    drafts: list[Draft | UnreadDraft] = field(default_factory=list)
    file: BibtexFile = field(default_factory=BibtexFile)
    faults: list[Fault] = field(default_factory=list)
    preserved: dict[str, list[str]] = field(default_factory=lambda: {"comment": [], "preamble": [], "string": []})
    handed_out: int = 0
    """How many of the drafts were handed out while the rest was split."""

    handed_keys: set[str] = field(default_factory=set)
    """The keys of those."""


def split(text: str, *, unread: bool = False, hand_out: HandOut | None = None) -> SplitFile:
    """Split `text` into drafts. `@string`s are resolved here, in order, because later ones may use earlier ones.

    With `unread`, an entry that needs nothing of the rest of the file is left as it stands, for `take_apart`. Those
    before the first other one are then handed out, `BATCH` at a time, as soon as nothing more can befall them.
    """
    result = SplitFile()
    if _STRING.search(text):
        hand_out = None  # which entries have macros is known when all of those are
    for block, raw, line in blocks(text, unread=unread):
        if isinstance(block, UnreadEntry):
            _add_unread(block, line, raw, result)
        elif isinstance(block, PlainEntry):
            _add_plain(block, line, raw, result)
        elif isinstance(block, RefusedSegment):
            _refuse(block, line, raw, result)
        elif not (isinstance(block, bib.ImplicitComment) and _goes_on(block.comment, line, result)):
            _take(block, raw, line, result)
        if hand_out and len(result.drafts) - result.handed_out > BATCH and not _hand_out(hand_out, result):
            hand_out = None
    for container in result.file.data_containers.values():
        result.faults.extend(
            Fault(
                line=container.line,
                why=Message("@xdata %(key)s: %(field)s: %(why)s", key=container.key, field=loss.field, why=loss.why),
                raw=loss.raw,
            )
            for loss in container.losses
        )
    _enter_keys(result, result.drafts[result.handed_out :])
    _take_apart_what_has_strings(result)
    return result


def _hand_out(hand_out: HandOut, result: SplitFile) -> bool:
    """Hand out the next batch, when all of it is unread. (What follows an entry may still change the last draft.)"""
    batch = [
        draft
        for draft in islice(result.drafts, result.handed_out, result.handed_out + BATCH)
        if isinstance(draft, UnreadDraft) and draft.key  # one that is made depends on all others
    ]
    keys = {draft.key for draft in batch}
    if len(keys) < BATCH or not keys.isdisjoint(result.handed_keys):  # nor may two have one key
        return False
    result.handed_keys |= keys
    _enter_keys(result, batch)
    result.handed_out += BATCH
    hand_out(batch)
    return True


def _enter_keys(result: SplitFile, drafts: Sequence[Draft | UnreadDraft]) -> None:
    for draft in drafts:
        key = draft.key.lower()
        if not key:
            draft.lose("key", "", "the entry has no citation key")
        elif key in result.file.by_key:
            first = result.file.by_key[key]
            same = (
                "the same key"
                if first.key == draft.key
                else Message("the key %(key)s, different only in case,", key=first.key)
            )
            draft.lose(
                "key",
                draft.key,
                Message("%(same)s was used on line %(line)s; both entries were read", same=same, line=first.line),
            )
        else:
            result.file.by_key[key] = draft


def _take_apart_what_has_strings(result: SplitFile) -> None:
    """Take apart the entries with strings of the file; those with months can wait, unless a month is redefined."""
    macros = result.file.macros
    if not macros:
        return
    has_macro = _MACRO if MONTH_NAMES.keys().isdisjoint(macros) else _MACRO_OR_MONTH
    for draft in result.drafts:
        if isinstance(draft, UnreadDraft) and has_macro.search(draft.raw):
            take_apart_in(result, draft)


def take_apart(unread: UnreadDraft) -> Draft:
    """Return the draft of an entry that was left as it stood."""
    position, line, raw, key, entry_type, losses, made_key = unread
    read = fields_of_unread(raw)
    if read is not None and not _runs_on(read[0], raw):
        draft = Draft(position, line, raw, key, entry_type, read[0])
        draft.macros = read[1]
    else:  # a field stands in it twice, or in the value of another
        (draft,) = (made for made in split(raw).drafts if isinstance(made, Draft))
        draft.position, draft.line = position, line
    draft.losses.extend(losses)
    draft.made_key = made_key
    return draft


def take_apart_in(pieces: SplitFile, unread: UnreadDraft) -> Draft:
    """Return the draft of an entry that was left as it stood, and put it into its place in the file."""
    draft = take_apart(unread)
    pieces.drafts[unread.position - 1] = draft
    key = draft.key.lower()
    if pieces.file.by_key.get(key) is unread:
        pieces.file.by_key[key] = draft
    return draft


def _take(block: bib.Block, raw: str, line: int, result: SplitFile) -> None:
    if isinstance(block, bib.Entry):
        _add_entry(block, line, raw, result)
    elif isinstance(block, bib.DuplicateBlockKeyBlock | bib.DuplicateFieldKeyBlock):
        inner = block.ignore_error_block
        if inner is not None:
            _take(inner, raw, line, result)
    elif isinstance(block, bib.String):
        _define(block.key, block.value, line, raw, result)
    elif isinstance(block, bib.Preamble):
        result.preserved["preamble"].append(block.value)
    elif isinstance(block, bib.ExplicitComment | bib.ImplicitComment):
        result.preserved["comment"].append(block.comment)
        _tell_entries(raw, line, isinstance(block, bib.ExplicitComment), result)
    else:
        _salvage(block, line, raw, result)


def _tell_entries(raw: str, line: int, explicit: bool, result: SplitFile) -> None:
    """Say which entries stand in a comment: biber and pandoc pass over them, BibTeX itself would read them."""
    for found in _COMMENTED.finditer(raw, 1):
        if found[1].lower() not in _DEFINITIONS:
            kind = "in a @comment" if explicit else "in a line that begins with %"
            begun = " ".join(found[0].rstrip(",").split())
            why = Message(
                "the entry %(begun)s stands %(kind)s; it was not read, though BibTeX itself would read it",
                begun=begun,
                kind=kind,
            )
            result.faults.append(Fault(line=line + raw.count("\n", 0, found.start()), why=why, raw=raw[:_SHOWN]))


def _goes_on(comment: str, line: int, result: SplitFile) -> bool:
    """Take what stands after an entry for its fields, where a brace too many has closed it before they end."""
    draft = result.drafts[-1] if result.drafts else None
    if not isinstance(draft, Draft) or not comment.startswith(",") or line != draft.line + draft.raw.count("\n"):
        return False
    read = salvage("@x{k" + comment)
    fields = [(name.lower(), value) for name, value in read.fields] if read else []
    if not fields or draft.macros is not None:
        return False
    draft.lose("entry", comment[:_SHOWN], "a brace closes the entry before these fields; they were read too")
    for name, value in fields:
        if name not in draft.fields:
            draft.fields[name] = value
        else:
            draft.lose(
                name, value, Message("the field %(name)s occurs more than once; the first one was kept", name=name)
            )
    draft.raw += comment
    return True


def _define(name: str, expression: str, line: int, raw: str, result: SplitFile) -> None:
    result.preserved["string"].append(raw)
    try:
        text = plain_value(expression, result.file.macros)
    except MalformedValue as fault:
        text = fault.partial
        result.faults.append(Fault(line=line, why=f"@string {name}: {fault}", raw=raw[:_SHOWN]))
    if len(text) > LONGEST_STRING:
        why = Message(
            "@string %(name)s is %(count)s characters long; the first %(longest)s are used",
            name=name,
            count=len(text),
            longest=LONGEST_STRING,
        )
        result.faults.append(Fault(line=line, why=why, raw=raw[:_SHOWN]))
        text = text[:LONGEST_STRING]
    before = result.file.macros.get(name.lower(), text)
    if before != text:
        result.faults.append(
            Fault(
                line=line,
                why=Message("@string %(name)s is defined twice; the later text is used", name=name),
                raw=raw[:_SHOWN],
            )
        )
    result.file.macros[name.lower()] = text


def _add_entry(entry: bib.Entry, line: int, raw: str, result: SplitFile) -> None:
    if not entry.entry_type:
        result.faults.append(
            Fault(line=line, why="'@' and a brace without an entry type between them", raw=raw[:_SHOWN])
        )
        return
    if any("=" in f.value and swallows(f.value) for f in entry.fields):
        _add_salvaged("a value runs on over the fields after it", line, raw, result)
        return
    fields = [(f.key, f.value) for f in entry.fields]
    _tell_comments(_add_draft(entry.entry_type, entry.key, fields, line, raw, result), raw)


def _tell_comments(draft: Draft, raw: str) -> None:
    """Say of what stands after a `%` between fields that it is a comment: BibTeX knows none there, biber does."""
    for first, last in comments_between_fields(raw, 0, len(raw)):
        why = "a comment within the entry; it stays in the entry's source only"
        draft.lose("entry", raw[first:last].rstrip(), why)


def _add_draft(
    entry_type: str, key: str, fields: list[tuple[str, str]], line: int, raw: str, result: SplitFile
) -> Draft:
    draft = Draft(len(result.drafts) + 1, line, raw, key, entry_type, {})
    for name, value in fields:
        lower = name.lower()
        if lower not in draft.fields:
            draft.fields[lower] = value
        elif value.strip() != draft.fields[lower].strip():
            draft.lose(
                lower, value, Message("the field %(name)s occurs more than once; the first one was kept", name=lower)
            )
    _file_draft(draft, result)
    return draft


def _add_unread(entry: UnreadEntry, line: int, raw: str, result: SplitFile) -> None:
    position = len(result.drafts) + 1
    result.drafts.append(UnreadDraft(position, line, raw, entry.key, entry.entry_type, []))


def _add_plain(entry: PlainEntry, line: int, raw: str, result: SplitFile) -> None:
    if _runs_on(entry.fields, raw):
        _add_salvaged("a value runs on over the fields after it", line, raw, result)
        return
    draft = Draft(len(result.drafts) + 1, line, raw, entry.key, entry.entry_type, entry.fields)
    draft.macros = entry.macros
    _file_draft(draft, result)


def _runs_on(fields: dict[str, str], raw: str) -> bool:
    """Return whether a value of the entry has swallowed others: none has where there is one `=` for each field."""
    return raw.count("=") != len(fields) and any("=" in value and swallows(value) for value in fields.values())


def _refuse(block: RefusedSegment, line: int, raw: str, result: SplitFile) -> None:
    head = salvage(raw[:_SHOWN])
    if head is None or head.entry_type in _DEFINITIONS:
        result.faults.append(Fault(line=line, why=block.why, raw=raw[:_SHOWN]))
        return
    draft = Draft(len(result.drafts) + 1, line, raw, head.key, head.entry_type, {})
    draft.error = block.why
    result.drafts.append(draft)


def _file_draft(draft: Draft, result: SplitFile) -> None:
    if draft.entry_type.strip().lower() == "xdata":
        result.file.data_containers[draft.key.lower()] = draft
        result.preserved.setdefault("xdata", []).append(draft.raw)
    else:
        result.drafts.append(draft)


def _salvage(block: bib.Block, line: int, raw: str, result: SplitFile) -> None:
    why = fault_of_block(str(getattr(getattr(block, "error", None), "abort_reason", "")))
    _add_salvaged(why, line, raw, result)


def _add_salvaged(why: str, line: int, raw: str, result: SplitFile) -> None:
    read = salvage(without_comments(raw))
    if read is None or read.entry_type in _DEFINITIONS:
        result.faults.append(Fault(line=line, why=why, raw=raw[:_SHOWN]))
        return
    draft = _add_draft(read.entry_type, read.key, list(read.fields), line, raw, result)
    draft.lose(
        "entry", raw[:_SHOWN], Message("the entry is broken (%(why)s); its fields were read one by one", why=why)
    )
    for name, text in read.faults:
        draft.lose(name or "entry", text, "the value is not closed" if name else "not part of any field")
    _tell_comments(draft, raw)
    if not draft.fields:
        draft.error = Message("nothing could be read of this entry: %(why)s", why=why)
