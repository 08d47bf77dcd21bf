"""No query from outside makes the engine reach out, and the guard changes no other answer."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from commonplace.derived.graph.guard import guarded
from commonplace.errors import QueryRefused

EX = "http://example.org/"


class Trap:
    """A server on a loopback socket that counts who comes, and sends them away."""

    def __init__(self) -> None:
        self.connections = 0
        trap = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                trap.connections += 1
                self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        self.server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
        self.iri = f"http://127.0.0.1:{self.server.server_address[1]}/"


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    made = Trap()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def small_graph() -> Store:
    store = Store()
    a, b, p = (NamedNode(EX + name) for name in ("a", "service", "load"))
    store.add(Quad(a, p, Literal("SERVICE <urn:x> {}")))
    store.add(Quad(a, p, Literal("un service", language="fr")))
    store.add(Quad(b, p, a))
    store.add(Quad(b, NamedNode(EX + "n"), Literal(1)))
    store.add(Quad(a, NamedNode(EX + "n"), Literal(2)))
    return store


STORE = small_graph()


def aimed(text: str, trap: Trap) -> str:
    """The query with its signs resolved."""
    return plain(text).replace("<U", f"<{trap.iri}")


def plain(text: str) -> str:
    return text.replace("¶", "\n").replace("§", "'''")


def run(text: str) -> object:
    """What the engine answers, or the class of its complaint."""
    try:
        result = STORE.query(text, base_iri=EX)
        if isinstance(result, QueryBoolean):
            return bool(result)
        rows = [str(list(row)) for row in result] if isinstance(result, QuerySolutions) else [str(t) for t in result]
        return sorted(rows)
    except (SyntaxError, RuntimeError, OSError) as fault:
        return type(fault)


def run_guarded(text: str) -> object:
    try:
        safe = guarded(text)
    except QueryRefused:
        return QueryRefused
    return run(safe)


def test_the_trap_catches_what_is_not_guarded(trap: Trap) -> None:
    before = trap.connections
    for text in ("SELECT * { SERVICE <U> { ?s ?p ?o } }", "SELECT * { serviceSILENT<U>{} }"):
        run(aimed(text, trap))
    assert trap.connections == before + 2


# In these lists ¶ stands for a new line, § for three single quotes, <U> for the trap's address.
ATTACKS = r'''
SELECT * { SERVICE <U> { ?s ?p ?o } }
select * { service <U> { ?s ?p ?o } }
SELECT * { SeRvIcE SILENT <U> { ?s ?p ?o } }
SELECT * { SERVICE<U>{} }
SELECT * { SERVICESILENT<U>{} }
SELECT * { SERVICE:x {} }
PREFIX : <U> SELECT * { SERVICE: {} }
PREFIX : <U> SELECT * { SERVICE:x {} }
PREFIX : <U> SELECT * { SERVICESILENT:x {} }
PREFIX service: <U> SELECT * { SERVICE service:x {} }
PREFIX p: <U> SELECT * { SERVICE p:x {} }
BASE <U> SELECT * { SERVICE <x> {} }
BASE <U> SELECT * { SERVICE <> {} }
SELECT * { ?s ?p trueSERVICE<U>{} }
SELECT * { ?s ?p falseSERVICE<U>{} }
SELECT * { ?s ?p 1SERVICE<U>{} }
SELECT * { ?s ?p 1.5SERVICE<U>{} }
SELECT * { ?s ?p 1e5SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a.b.SERVICE<U>{} }
SELECT * { ?s ?p "x"SERVICE<U>{} }
SELECT * { ?s ?p "x"@en.SERVICE<U>{} }
SELECT * { ?s ?p _:a.SERVICE<U>{} }
SELECT * { ?s ?p _:a.b.SERVICE<U>{} }
SELECT * { ?s ?p _:a..SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a..SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a.b.c.d.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a.b.SERVICESILENT<U>{} }
PREFIX : <U> SELECT * { ?s ?p :a.b.SERVICE:c {} }
PREFIX : <U> SELECT * { ?s ?p :a.b.SERVICE: {} }
PREFIX : <U> SELECT * { ?s ?p true.SERVICE:c {} }
PREFIX : <U> SELECT * { ?s ?p 1.SERVICE:c {} }
PREFIX : <U> SELECT * { ?s ?p 1.5.SERVICE:c {} }
PREFIX : <U> PREFIX a.b: <U> SELECT * { ?s ?p a.b.SERVICE:c {} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:\.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a%41.b.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a:b.SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a-SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a·SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a‿SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ?x·SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ?xªSERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ?x²SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a²SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p _:a²SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p "x"@en²SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p "x"@en-SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a%SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a%4SERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:a\xSERVICE<U>{} }
PREFIX ex: <http://example.org/> SELECT * { ?s ?p ex:%SERVICE<U>{} }
SELECT * { ?s ?p _:a .SERVICE<U>{} }
SELECT * { ?s ?p ?o.SERVICE<U>{} }
SELECT * { ?s ?p <http://example.org/a>SERVICE<U>{} }
SELECT * { {}SERVICE<U>{} }
SELECT * { OPTIONAL { SERVICE <U> {} } }
SELECT * { { ?s ?p ?o } UNION { SERVICE <U> {} } }
SELECT * { { SELECT * { SERVICE <U> {} } } }
SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <U> {} } }
SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <U> {} } }
SELECT * { ?s ?p ?o MINUS { SERVICE <U> {} } }
SELECT * { GRAPH ?g { SERVICE <U> {} } }
SELECT (EXISTS { SERVICE <U> {} } AS ?x) {}
SELECT * {} ORDER BY (EXISTS { SERVICE <U> {} })
SELECT * { BIND(EXISTS { SERVICE <U> {} } AS ?x) }
ASK { SERVICE <U> {} }
CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <U> { ?s ?p ?o } }
DESCRIBE ?s { SERVICE <U> { ?s ?p ?o } }
SELECT * { BIND(<U> AS ?u) SERVICE ?u {} }
SELECT * { VALUES ?u { <U> } SERVICE ?u {} }
SELECT * { SERVICE#comment¶<U> {} }
SELECT * {#comment¶SERVICE <U> {} }
SELECT * { ?s ?p ?o . # "¶SERVICE <U> {} # "¶}
SELECT * { BIND(1 AS ?a) BIND(2 AS ?b) FILTER(?a<?b#>"""¶) SERVICE <U> {} #"""¶}
SELECT * { BIND(1 AS ?a) FILTER(?a<1)SERVICE#>¶<U> { ?x ?y ?z } }
SELECT * { BIND(1 AS ?a) FILTER(?a<'>')SERVICE<U>{} #'¶}
SELECT * { BIND(1 AS ?a) FILTER(?a<"x>")SERVICE<U>{} #"¶}
SELECT * { BIND(1 AS ?a) BIND(2 AS ?b) FILTER(?a<?b&&?b>?a) SERVICE<U>{} }
SELECT * { BIND(1 AS ?a) FILTER(?a<2||?a>'#') SERVICE<U>{} #'¶}
SELECT * { ?s ?p "\\" . SERVICE <U> {} #"¶}
SELECT * { ?s ?p "\"" . SERVICE <U> {} #"¶}
SELECT * { ?s ?p 'a\\'SERVICE <U> {} #'¶}
SELECT * { ?s ?p """\""""SERVICE <U> {} #"""¶}
SELECT * { ?s ?p """""" . SERVICE <U> {} #"""¶}
SELECT * { ?s ?p §a§ . SERVICE <U> {} }
SELECT * { ?s ?p "\u0022 . SERVICE <U> {} #"¶}
SELECT * { ?s ?p "a\u0022SERVICE <U> {} #"¶}
SELECT * { ?s ?p <http://example.org/\u003E> . SERVICE <U> {} }
SELECT * { ?s ?p <http://example.org/a\u003ESERVICE<U>{} > }
SELECT * { \u0053ERVICE <U> {} }
SELECT * { SERV\u0049CE <U> {} }
SELECT * { \U00000053ERVICE <U> {} }
SELECT * { ?s ?p ?oSERVICE <U> {} }
SELECT * { ?s ?p $o SERVICE <U> {} }
SELECT * { [] ?p [SERVICE <U> {}] }
SELECT * { ?s ?p () SERVICE <U> {} }
SELECT * { ?s ?p 1. SERVICE <U> {} }
SELECT * { ?s !a ?o SERVICE <U> {} }
LOAD <U>
LOAD SILENT <U>
load<U>
SELECT * {} ; LOAD <U>
SELECT * { LOAD <U> }
INSERT DATA {} ; LOAD <U> INTO GRAPH <urn:g>
'''.strip().split("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_or_harmless(trap: Trap, attack: str) -> None:
    before = trap.connections

    run_guarded(aimed(attack, trap))

    assert trap.connections == before


def test_most_attacks_do_reach_out_when_not_guarded(trap: Trap) -> None:
    before = trap.connections
    for attack in ATTACKS[:20]:
        run(aimed(attack, trap))
    assert trap.connections - before >= 10


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("SELECT *\n{ SERVICE <urn:x> {} }", "line 2, column 3"),
        ("LOAD <urn:x>", "line 1, column 1"),
        ("SELECT * { SERVICE:x {} }", "line 1, column 12"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(text: str, where: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        guarded(text)

    ((place, remedy),) = refused.value.errors
    assert place == where
    assert remedy


INNOCENTS = r'''
SELECT * { ?s ?p "SERVICE <urn:x> {}" }
SELECT * { ?s ?p 'SERVICE <urn:x> {}' }
SELECT * { ?s ?p """SERVICE <urn:x> {}""" }
SELECT * { ?s ?p §SERVICE <urn:x> {}§ }
SELECT * { ?s ?p "un service"@fr }
SELECT * { ?s ?p """un service"""@fr }
SELECT * { ?s <http://example.org/load> ?o }
SELECT * { <http://example.org/service> ?p ?o }
SELECT * { <http://example.org/serv\u0069ce> ?p ?o }
SELECT * { <service> ?p ?o }
PREFIX ex: <http://example.org/> SELECT * { ex:service ex:load ?o }
PREFIX ex: <http://example.org/> SELECT * { ex:service ex:load ?load ; ex:n 1 . }
PREFIX ex: <http://example.org/> SELECT * { ?service ex:n ?load FILTER(?load < 2 && ?load > 0) }
PREFIX ex: <http://example.org/> SELECT * { ?service ex:n ?load FILTER(?load<2&&?load>0) }
PREFIX ex: <http://example.org/> SELECT * { ?service ex:n ?load FILTER(?load<=2||?load>=0) }
PREFIX ex: <http://example.org/> SELECT ($load AS ?x) { ?s ex:n $load }
PREFIX ex: <http://example.org/> SELECT (SUM(?n) AS ?load) { ?s ex:n ?n } GROUP BY ?s HAVING (SUM(?n) > 1)
SELECT * { ?s ?p ?o } # SERVICE <urn:x>
# LOAD <urn:x>¶SELECT * { ?s ?p ?o }
SELECT * { _:service ?p ?o }
ASK { ?s ?p ?o FILTER(CONTAINS(STR(?o), "service")) }
SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), "^SERVICE\\s<")) }
SELECT (CONCAT("a\nservice\t\"", '\'') AS ?x) {}
SELECT ("""two¶lines of "service" and \\ more\n""" AS ?x) {}
SELECT (§it's a "service"§ AS ?x) {}
SELECT ("\u0053ERVICE" AS ?x) {}
CONSTRUCT { ?o <http://example.org/load> ?s } WHERE { ?s <http://example.org/load> ?o }
DESCRIBE <http://example.org/service>
PREFIX ex: <http://example.org/> SELECT * { ?s (ex:load/ex:load|^ex:load)* ?o FILTER(?s != ex:service) }
SELECT * { ?s ?p ?o FILTER(STRLEN("load") = 4.0 && 1e0 = 1 && -1 < +1) }
'''.strip().split("\n")


@pytest.mark.parametrize("innocent", INNOCENTS)
def test_an_innocent_query_answers_the_same(innocent: str) -> None:
    text = plain(innocent)

    answer = run(text)

    assert isinstance(answer, bool | list), "the example itself must be a query"
    assert run(guarded(text)) == answer


def test_a_query_without_the_words_is_left_as_it_is() -> None:
    text = "SELECT * # comment\n{ ?s ?p '''long\n string''' }"
    assert guarded(text) == text


TOKENS = st.sampled_from(
    r"""SERVICE service SERVICESILENT SILENT LOAD <U> <U >  U < > <= # ¶ { } ( ) . ; , ? ?a ?b $c "x" 'x' " ' \"\"\" '''
    \ \" \\ \u0022 \u003E \u0053 SELECT * WHERE FILTER FILTER( EXISTS OPTIONAL UNION MINUS GRAPH BIND( AS true false
    1 1e5 1.5 . ex: ex:a ex:. ex:a.b %41 % ² · - :x : a _:b _:b.c @en ^^ && ||
    ! = + - / | ^ [ ] PREFIX BASE VALUES IN NOT""".replace(r"\"\"\"", '"""').split()
)
SOUPS = st.lists(st.one_of(TOKENS, st.sampled_from(["SERVICE", "SERVICE<U>{}", "<U>{}", " "])), max_size=14).map(
    lambda tokens: "".join(tokens)
)
SPACED_SOUPS = st.lists(st.tuples(TOKENS, st.sampled_from(["", " "])), max_size=14).map(
    lambda pairs: "".join(token + space for token, space in pairs)
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(soup=st.one_of(SOUPS, SPACED_SOUPS), head=st.sampled_from(["", "?s ?p ?o .", "FILTER(1<2) ", "?s ?p 'x'"]))
def test_no_soup_of_tokens_reaches_out(trap: Trap, soup: str, head: str) -> None:
    before = trap.connections
    for end in ("", "SERVICE<U>{}", "\nSERVICE <U> {} #\n"):
        text = f"PREFIX ex: <{EX}> PREFIX : <{EX}> SELECT * {{ {head}{soup}{end} }}"
        run_guarded(aimed(text, trap))
    assert trap.connections == before


PARTS = st.sampled_from(
    [
        "?s ?p ?o",
        "?s ex:n ?n FILTER(?n<2&&?n>0)",
        "?s ex:n ?n FILTER(?n < 2 || ?n >= 2)",
        '?s ex:load "un service"@fr',
        "OPTIONAL { ?s ex:load ?load }",
        "MINUS { ?s ex:n 1 }",
        "{ ?s ex:n 1 } UNION { ?s ex:n 2 }",
        "BIND('''it's\n\"so\" \\u0041''' AS ?text)",
        'BIND("""\\"\\\\""" AS ?other)',
        "?s ex:load|ex:n ?any # a comment with \" and '\n",
        "FILTER EXISTS { ?s ?x ?y }",
        "VALUES ?s { ex:a ex:service }",
    ]
)


@settings(max_examples=100)
@given(st.lists(PARTS, min_size=1, max_size=5, unique=True))
def test_the_guards_writing_does_not_change_what_is_asked(parts: list[str]) -> None:
    text = f"PREFIX ex: <{EX}> SELECT * {{ {' . '.join(parts)} }}"
    written = guarded(text + " # service")

    answer = run(text)
    assert isinstance(answer, list)
    assert run(written) == answer
