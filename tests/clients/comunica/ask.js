// Asks a SPARQL endpoint as Comunica does when it is told nothing but the address.
// Arguments: the address, and a SELECT or CONSTRUCT query. Prints a line of JSON for each row or triple.

import { QueryEngine } from "@comunica/query-sparql";

const [address, query] = process.argv.slice(2);
const engine = new QueryEngine();
const context = { sources: [address] };
const result = await engine.query(query, context);
const found = await (await result.execute()).toArray();
for (const one of found) {
  const terms = result.resultType === "bindings"
    ? Object.fromEntries([...one].map(([variable, term]) => [variable.value, term.value]))
    : [one.subject.value, one.predicate.value, one.object.value];
  console.log(JSON.stringify(terms));
}
