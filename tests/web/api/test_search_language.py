"""`language=` of `/search`, `/search/suggest` and `/map`: what is found is called in another language."""

from __future__ import annotations

import httpx
import pytest


def of_kind(client: httpx.Client, q: str, kind: str, **more: str) -> dict[str, dict[str, str]]:
    """Return what `/search` finds of a kind, by key."""
    page = client.get("/search", params={"q": q, "kind": kind, "limit": 100, **more}).raise_for_status().json()
    return {item["key"]: item for item in page["items"]}


@pytest.mark.parametrize(("kind", "plural"), [("concept", "concepts"), ("claim", "claims"), ("case", "cases")])
def test_things_with_labels_are_called_in_the_language_asked_for(client: httpx.Client, kind: str, plural: str) -> None:
    called = 0
    for q in ("role", "quebec", "professionals"):
        english, french = of_kind(client, q, kind), of_kind(client, q, kind, language="fr")
        assert english.keys() == french.keys()
        for key in french:
            labels = client.get(f"/{plural}/{key}").json()["labels"]
            assert french[key]["title"] == labels.get("fr", english[key]["title"])
            called += french[key]["title"] != english[key]["title"]
    assert called


def test_a_concept_is_shown_with_its_definition_in_that_language(client: httpx.Client) -> None:
    definitions = client.get("/concepts/professional-role").json()["definitions"]
    for language in ("en", "fr"):
        found = of_kind(client, "role of professionals", "concept", language=language)["professional-role"]
        assert definitions[language].startswith(found["snippet"].rstrip("…"))


def test_evidence_is_called_by_what_it_is_about_in_that_language(client: httpx.Client) -> None:
    labels = client.get("/concepts/professional-motivation").json()["labels"]
    key = "professional-motivation--tuurnas2015"
    title = of_kind(client, "motivations of professionals", "evidence", language="fr")[key]["title"]
    assert title.startswith(f"{labels['fr']} · Learning to co-produce?")


def test_what_is_typed_is_answered_in_that_language_and_leads_on_in_it(client: httpx.Client) -> None:
    answer = client.get("/search/suggest", params={"q": "rôle des prof", "language": "fr"}).json()
    concepts = next(kind for kind in answer["kinds"] if kind["kind"] == "concept")
    assert "rôle des professionnels" in {item["title"] for item in concepts["items"]}
    assert {item["title"] for item in client.get(concepts["all"]).json()["items"]} >= {"rôle des professionnels"}


def test_the_map_calls_concepts_in_that_language_and_finds_them_in_both(client: httpx.Client) -> None:
    labels = client.get("/concepts/professional-role").json()["labels"]
    for words in labels["en"], labels["fr"]:
        answer = client.get("/map.json", params={"language": "fr", "q": words}).json()
        called = {node["id"]: node["label"] for node in answer["nodes"]}
        assert called["concept/professional-role"] == labels["fr"]
        assert "concept/professional-role" in answer["found"]
    english = {node["id"]: node["label"] for node in client.get("/map.json").json()["nodes"]}
    assert english["concept/professional-role"] == labels["en"]


@pytest.mark.parametrize("language", ["", "f", "fr en", "français", "fr_FR"])
def test_what_is_no_tag_of_a_language_is_refused(client: httpx.Client, language: str) -> None:
    for address in "/search?q=role", "/search/suggest?q=role", "/map.json?":
        refused = client.get(f"{address}&language={language}")
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["where"] == "language"


def test_a_tag_is_read_in_any_case_and_by_its_first_part(client: httpx.Client) -> None:
    french = of_kind(client, "role", "concept", language="fr")
    assert french != of_kind(client, "role", "concept")
    typed = {"q": "role", "each": "20"}
    kinds = client.get("/search/suggest", params={**typed, "language": "fr"}).json()["kinds"]
    nodes = client.get("/map.json", params={"language": "fr"}).json()["nodes"]
    for tag in "FR", "fr-CA", "Fr-Latn-CA":
        assert of_kind(client, "role", "concept", language=tag) == french
        suggested = client.get("/search/suggest", params={**typed, "language": tag}).json()["kinds"]
        assert [kind["items"] for kind in suggested] == [kind["items"] for kind in kinds]
        assert client.get("/map.json", params={"language": tag}).json()["nodes"] == nodes


@pytest.mark.parametrize("tag", ["de", "en-GB", "DE-at"])
def test_what_has_no_label_in_that_language_is_called_as_in_english(client: httpx.Client, tag: str) -> None:
    for kind in "concept", "claim", "case", "evidence":
        assert of_kind(client, "role", kind, language=tag) == of_kind(client, "role", kind)
    typed = {"q": "motivation", "each": "20"}
    suggested = client.get("/search/suggest", params={**typed, "language": tag}).json()["kinds"]
    plain = client.get("/search/suggest", params=typed).json()["kinds"]
    assert [kind["items"] for kind in suggested] == [kind["items"] for kind in plain]
    assert client.get("/map.json", params={"language": tag}).json()["nodes"] == client.get("/map.json").json()["nodes"]


def test_a_label_in_the_whole_tag_comes_before_one_in_its_first_part(curator: httpx.Client) -> None:
    labels = curator.get("/concepts/professional-role").json()["labels"]
    etag = curator.get("/concepts/professional-role").headers["etag"]
    edit = {"labels": {**labels, "fr-CA": "rôle professionnel"}}
    curator.patch("/concepts/professional-role", json=edit, headers={"If-Match": etag}).raise_for_status()
    for tag, label in (("fr-ca", "rôle professionnel"), ("fr-BE", labels["fr"]), ("de", labels["en"])):
        assert of_kind(curator, "role of professionals", "concept", language=tag)["professional-role"]["title"] == label
