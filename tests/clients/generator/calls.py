"""Ask a library by the client that was generated from its OpenAPI description; print the answers as JSON.

Run in the environment of the generator, with the address of the library as the argument, beside the generated package.
"""

import json
import sys

from commonplace_client import Client
from commonplace_client.api.about import get_healthz
from commonplace_client.api.cases import get_case, list_cases
from commonplace_client.api.claims import get_claim, list_claims
from commonplace_client.api.concepts import get_concept, list_concepts
from commonplace_client.api.history import get_change, list_changes, list_work_history
from commonplace_client.api.organizations import get_organization, list_organizations
from commonplace_client.api.people import get_person, list_people
from commonplace_client.api.queries import query_case_table, query_most_cited
from commonplace_client.api.search import search
from commonplace_client.api.venues import get_venue, list_venues
from commonplace_client.api.works import (
    get_work,
    list_work_citations,
    list_work_provenance,
    list_work_references,
    list_works,
)
from commonplace_client.models.problem import Problem

client = Client(base_url=sys.argv[1])
said = {
    "work": get_work.sync("ostrom1996", client=client).title,
    "works": list_works.sync(client=client, discusses="professional-role").total,
    "coverage": list_works.sync(client=client, discusses="professional-role").coverage.to_dict(),
    "first": list_works.sync(client=client, limit=1).items[0].key,
    "references": list_work_references.sync("mcmullin2020citizenled", client=client).total,
    "citations": list_work_citations.sync("ostrom1996", client=client).total,
    "history": list_work_history.sync("ostrom1996", client=client).items[0].version,
    "provenance": list_work_provenance.sync("ostrom1996", client=client, limit=1).items[0].entered.version,
    "person": get_person.sync("elinor-ostrom", client=client).name,
    "people": list_people.sync(client=client, limit=2).items[0].kind,
    "organization": get_organization.sync("elsevier", client=client).name,
    "organizations": list_organizations.sync(client=client).total,
    "venue": get_venue.sync("world-development", client=client).title,
    "venues": list_venues.sync(client=client).total,
    "concept": get_concept.sync("professional-role", client=client).labels.to_dict()["en"],
    "concepts": list_concepts.sync(client=client).total,
    "claim": get_claim.sync("low-professionalisation-enables", client=client).coverage.to_dict(),
    "claims": list_claims.sync(client=client).total,
    "case": get_case.sync("quebec-drop-in", client=client).country,
    "cases": list_cases.sync(client=client).total,
    "change": get_change.sync(1, client=client).kind,
    "changes": list_changes.sync(client=client).total,
    "search": search.sync(client=client, q="professionals", limit=1).items[0].key,
    "table": len(query_case_table.sync(client=client).items),
    "most cited": query_most_cited.sync(client=client).items[0].to_dict()["citations"],
    "health": get_healthz.sync(client=client).to_dict()["status"],
    "missing": isinstance(get_work.sync("nobody1900", client=client), Problem),
    "refused": list_works.sync(client=client, year="2020..2010").errors[0].where,
}
print(json.dumps(said))
