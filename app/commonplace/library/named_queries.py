"""Load named queries, the files of `queries/`, and bind their parameters safely.

A query file is SPARQL 1.1 under a header of `#+` lines in YAML (grlc's decorator convention)
that gives the question in words, the parameters and the columns. A file is complete: parsed against
the base IRI of a home it runs as it is, and answers for every value of its parameters.

- A parameter that is a thing or a text is the variable of its name. It is bound by
  substitution (SPARQL-dev SEP-0007), never by writing a value into the text; the engine asks
  for a substituted variable in the SELECT clause, so it is a column as well.
- A parameter that is an integer stands where SPARQL takes no variable: `LIMIT 20 # ${limit}`.
  The number before the mark is its default; a whole number in its bounds may take its place.

`labels` are short names of parameters and columns, for forms and tables; `translations` say in other languages what
the file says in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Variable

from commonplace.errors import Message
from commonplace.library.kept_texts import KeptAnswer, has_kept_text
from commonplace.library.parameters import ANY_BASE, Parameter, ParameterError, Sentence
from commonplace.library.query_words import LanguageTag, QueryWords, QuestionText
from commonplace.model.minter import Minter

__all__ = ["Column", "NamedQuery", "Parameter", "ParameterError", "QueryFileError", "load_queries", "read_query"]

QueryForm = Literal["SELECT", "ASK", "CONSTRUCT"]
_FORMS: Mapping[str, QueryForm] = MappingProxyType({"SELECT": "SELECT", "ASK": "ASK", "CONSTRUCT": "CONSTRUCT"})

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<iri><[^<>"{}|^`\\\s]*>)
      | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = re.compile(r"[?$](\w+)")
_FORM = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b|\{", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MARK = re.compile(r"(?<![\w.?$:-])(?P<number>\d+)(?P<mark>[ \t]*#[ \t]*\$\{(?P<name>\w+)\})")
_ANY_MARK = re.compile(r"\$\{\w*\}?")


class QueryFileError(ValueError):
    """A query file that cannot be used: its `path`, and `what` is wrong in which `line` (from 1)."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path}:{line}: {what}")
        self.path, self.line, self.what = path, line, what


@dataclass(frozen=True, slots=True)
class Column:
    """A column in the answer of a SELECT query, with a description."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """One query file. `text` is its SPARQL without the header, with IRIs relative to the home's base.

    `columns` are in the order of the SELECT clause, parameters among them; none for ASK and
    CONSTRUCT. `empty_because` is set when a true answer may have no rows, and says why. `kept` names the answer to it
    that moves along with each version, where there is one: the text gives that answer too, and one that was changed has
    none.
    """

    name: str
    question: str
    description: str
    keywords: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    form: QueryForm
    text: str
    path: Path
    empty_because: str | None = None
    kept: KeptAnswer | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, QueryWords] = field(default_factory=dict)

    def in_language(self, language: str) -> NamedQuery:
        """Return the query with what its file says in a language; what it does not say there is in English."""
        words = self.translations.get(language)
        if words is None:
            return self
        told = {**words.parameters, **words.columns}
        return replace(
            self,
            question=words.question,
            description=words.description or self.description,
            empty_because=words.empty_because or self.empty_because,
            labels={**self.labels, **words.labels},
            parameters=tuple(
                p.model_copy(update={"description": words.parameters.get(p.name, p.description)})
                for p in self.parameters
            ),
            columns=tuple(Column(c.name, told.get(c.name, c.description)) for c in self.columns),
        )

    @property
    def may_be_empty(self) -> bool:
        """Return whether an answer without rows may be right even in a library that has everything else."""
        return self.empty_because is not None

    def bind(self, values: Mapping[str, str], minter: Minter) -> dict[Variable, NamedNode | RdfLiteral]:
        """Return the terms to substitute for the variables of `render(values)`, defaults included.

        Integers are not among them: `render` writes them. Raises ParameterError naming every
        value that is missing, unknown or of the wrong type, integers too.
        """
        terms = self._terms(values, minter)
        return {Variable(p.name): terms[p.name] for p in self.parameters if p.name in terms and p.type != "integer"}

    def render(self, values: Mapping[str, str]) -> str:
        """Return the text to run for `values`: `text` with its integers written in, checked as `bind` checks them."""
        integers = {p.name for p in self.parameters if p.type == "integer"}
        terms = self._terms({**self.examples(), **values}, ANY_BASE)
        return _MARK.sub(
            lambda m: terms[m["name"]].value + m["mark"] if m["name"] in integers else m[0],
            self.text,
        )

    def integers(self, values: Mapping[str, str]) -> dict[str, int]:
        """Return the integers among the values, defaults included; raises as `bind` does."""
        terms = self._terms({**self.examples(), **values}, ANY_BASE)
        return {p.name: int(terms[p.name].value) for p in self.parameters if p.type == "integer" and p.name in terms}

    def examples(self) -> dict[str, str]:
        """Return an example value for every parameter that must be given."""
        return {p.name: p.example for p in self.parameters if p.required}

    def sparql(self, minter: Minter, values: Mapping[str, str] | None = None) -> str:
        """Return the whole query as text that runs anywhere: IRIs absolute, the values in a VALUES clause at its end.

        Without `values` the examples are used. A parameter left open is UNDEF there, which
        stands for every value. Raises ParameterError as `bind` does.
        """
        given = self.examples() if values is None else values
        bound = self.bind(given, minter)
        lines = [f"# {self.question}", _absolute(self.render(given), minter.base).rstrip()]
        variables = [p for p in self.parameters if p.type != "integer"]
        for p in variables:
            example = p.term(p.example, minter)
            lines.append(f"# ?{p.name}: {' '.join(p.description.split())}; for example {example}")
        if variables:
            names = " ".join(f"?{p.name}" for p in variables)
            terms = " ".join(str(bound.get(Variable(p.name), "UNDEF")) for p in variables)
            lines.append(f"VALUES ({names}) {{ ({terms}) }}")
        return "\n".join(lines) + "\n"

    def _terms(self, values: Mapping[str, str], minter: Minter) -> dict[str, NamedNode | RdfLiteral]:
        known = {p.name for p in self.parameters}
        errors = [(name, "is not a parameter of this query") for name in values if name not in known]
        terms: dict[str, NamedNode | RdfLiteral] = {}
        for parameter in self.parameters:
            value = values.get(parameter.name, parameter.default)
            if value is None:
                if parameter.required:
                    errors.append(
                        (parameter.name, Message("is missing; for example %(example)r", example=parameter.example))
                    )
                continue
            try:
                terms[parameter.name] = parameter.term(value, minter)
            except ValueError as error:
                errors.append((parameter.name, error.args[0]))
        if errors:
            raise ParameterError(errors)
        return terms


def load_queries(folder: Path) -> Mapping[str, NamedQuery]:
    """Return every `.rq` file under `folder` by its name without `.rq`, in the order of names.

    Raises QueryFileError, which gives file and line, when a header is malformed, a parameter or
    column is undeclared or unused, or two files have one name; NotADirectoryError without a folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"there is no folder of queries at {folder}")
    found: dict[str, NamedQuery] = {}
    for path in sorted(folder.rglob("*.rq"), key=lambda p: (p.stem, p)):
        query = read_query(path)
        if query.name in found:
            raise QueryFileError(path, 1, f"the name {query.name!r} is taken by {found[query.name].path}")
        found[query.name] = query
    return MappingProxyType(found)


def read_query(path: Path) -> NamedQuery:
    """Read one query file. Raises QueryFileError when it cannot be used, OSError when it cannot be read."""
    if not _NAME.fullmatch(path.stem):
        raise QueryFileError(path, 1, "a query's file name is lower-case words with hyphens between")
    try:
        lines = path.read_text("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise QueryFileError(path, 1, "is not UTF-8") from error
    count = next((n for n, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    header = _read_header(path, "\n".join(line[2:].removeprefix(" ") for line in lines[:count]))
    body = _QueryBody(path, count + 1, "\n".join(lines[count:]))
    body.check(header)
    described = {**{p.name: p.description for p in header.parameters}, **header.columns}
    return NamedQuery(
        name=path.stem,
        question=header.question,
        description=header.description.strip(),
        keywords=header.keywords,
        parameters=header.parameters,
        columns=tuple(Column(name, described[name]) for name in body.projected),
        form=body.form,
        text=body.text,
        path=path,
        empty_because=header.empty_because,
        kept=header.kept if has_kept_text(header.kept, body.text) else None,
        labels=header.labels,
        translations=header.translations,
    )


class _QueryHeader(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    question: QuestionText
    description: Sentence
    keywords: Annotated[tuple[Sentence, ...], Field(min_length=1)]
    parameters: tuple[Parameter, ...] = ()
    columns: dict[str, Sentence] = {}
    may_be_empty: bool = False
    empty_because: Sentence | None = None
    kept: KeptAnswer | None = None
    labels: dict[str, Sentence] = {}
    translations: dict[LanguageTag, QueryWords] = {}

    @model_validator(mode="after")
    def _reasoned(self) -> _QueryHeader:
        if self.may_be_empty != (self.empty_because is not None):
            raise ValueError("may_be_empty: true and empty_because go together")
        return self

    def strangers(self) -> Iterator[tuple[str, ...]]:
        """Yield the place in the header of each name that has words, and is none of a parameter or column."""
        parameters = {p.name for p in self.parameters}
        columns = parameters | set(self.columns)
        yield from (("labels", name) for name in self.labels if name not in columns)
        for tag, words in self.translations.items():
            yield from (("translations", tag, *place) for place in words.strangers(parameters, columns))

    @field_validator("parameters")
    @classmethod
    def _named_once(cls, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        names = [p.name for p in parameters]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"declared twice: {', '.join(sorted(twice))}")
        return parameters


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The reader of YAML written in C, where there is one: every start of a server or a zygote reads all queries."""


def _read_header(path: Path, text: str) -> _QueryHeader:
    if not text:
        raise QueryFileError(path, 1, "has no header of #+ lines")
    try:
        root = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QueryFileError(path, line, f"the header is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise QueryFileError(path, 1, f"the header is not YAML: {error}") from error
    lines: dict[tuple[str | int, ...], int] = {}
    for where, line in _positions(root) if root else ():
        if where in lines:
            raise QueryFileError(path, line, f"{where[-1]} is written twice")
        lines[where] = line
    try:
        header = _QueryHeader.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        loc = first["loc"]
        line = next((lines[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in lines), 1)
        raise QueryFileError(path, line, f"{'.'.join(map(str, loc)) or 'header'}: {first['msg']}") from error
    if header.kept not in (None, path.stem):
        what = f"kept: {header.kept} belongs to {header.kept}.rq alone: leave the line out of a copy"
        raise QueryFileError(path, lines["kept",], what)
    for where in header.strangers():
        raise QueryFileError(path, lines[where], f"{where[-1]} has words, and is neither a parameter nor a column")
    return header


def _positions(node: yaml.Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Return the line (from 1) of each place in the header, by the keys that lead to it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _positions(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line + 1
            yield from _positions(value, (*path, index))


class _QueryBody:
    """The SPARQL of a file, read as far as its header has to agree with it.

    The engine parses it in full when it runs; here only the query form, the variables and
    the names in the first SELECT clause are read, with comments, strings and IRIs blanked.
    """

    def __init__(self, path: Path, line: int, text: str) -> None:
        self.path, self.first_line, self.text = path, line, text
        code = _TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
        form = _FORM.search(code)
        if form is None or form[1].upper() not in _FORMS:
            raise self.fault(0, "is not a SELECT, ASK or CONSTRUCT query")
        self.form: QueryForm = (
            "SELECT" if form[1].upper() == "SELECT" else "ASK" if form[1].upper() == "ASK" else "CONSTRUCT"
        )
        self.form_at = form.start()
        self.variables = set(_VARIABLE.findall(code))
        where = _WHERE.search(code, form.end())
        clause = code[form.end() : where.start() if where else len(code)]
        self.projected = tuple(_projected(clause)) if self.form == "SELECT" else ()

    def fault(self, at: int, what: str) -> QueryFileError:
        """Return the error for the place `at` in the text."""
        return QueryFileError(self.path, self.first_line + self.text.count("\n", 0, at), what)

    def check(self, header: _QueryHeader) -> None:
        """Raise QueryFileError unless header and query declare and use the same names."""
        self._check_marks({p.name: p for p in header.parameters if p.type == "integer"})
        if at := re.search(r"^#\+", self.text, re.MULTILINE):
            raise self.fault(at.start(), "a #+ line below the header")
        variables = {p.name for p in header.parameters if p.type != "integer"}
        if unused := sorted(variables - self.variables):
            raise self.fault(self.form_at, f"the parameter {unused[0]} is declared and not used")
        if self.form == "SELECT" and (hidden := sorted(variables - set(self.projected))):
            raise self.fault(self.form_at, f"the parameter {hidden[0]} is not in the SELECT clause")
        if self.form == "SELECT" and not self.projected:
            raise self.fault(self.form_at, "SELECT does not name its columns")
        if absent := sorted(set(header.columns) - set(self.projected)):
            raise self.fault(self.form_at, f"the column {absent[0]} is declared and not selected")
        if bare := [name for name in self.projected if name not in header.columns and name not in variables]:
            raise self.fault(self.form_at, f"the column {bare[0]} is selected and not declared")

    def _check_marks(self, integers: Mapping[str, Parameter]) -> None:
        marks = list(_MARK.finditer(self.text))
        starts = {m.start("name") - 2 for m in marks}
        if stray := [m for m in _ANY_MARK.finditer(self.text) if m.start() not in starts]:
            raise self.fault(stray[0].start(), f"{stray[0][0]} does not follow a number, as in: LIMIT 20 # ${{limit}}")
        for mark in marks:
            if mark["name"] not in integers:
                raise self.fault(mark.start(), f"{mark['name']} is not a declared integer parameter")
            if mark["number"] != integers[mark["name"]].default:
                raise self.fault(mark.start(), f"the number before ${{{mark['name']}}} is not its default")
        if unused := sorted(set(integers) - {m["name"] for m in marks}):
            raise self.fault(self.form_at, f"the parameter {unused[0]} is declared and not used")


def _projected(clause: str) -> Iterator[str]:
    """Return the names that a SELECT clause gives its columns: `?x` and the last of `(… AS ?y)`."""
    depth, last = 0, ""
    for token in re.finditer(r"[?$](\w+)|[()]", clause):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth -= 1
            if depth == 0:
                yield last
        elif depth == 0:
            yield token[1]
        else:
            last = token[1]


def _absolute(text: str, base: str) -> str:
    """Return the text with `base` before every relative IRI; comments and strings are left alone."""

    def resolved(token: re.Match[str]) -> str:
        iri = token["iri"]
        return f"<{base}{iri[1:-1]}>" if iri is not None and not _SCHEME.match(iri[1:]) else token[0]

    return _TOKEN.sub(resolved, text)
