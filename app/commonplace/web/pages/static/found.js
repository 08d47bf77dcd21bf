// What the things of some kinds are that have the words which are typed, in the language of the page.

/** The things that words find, the last of which may be begun, best first: of all kinds where none is named; null where
 * there is no answer. */
export async function thingsFound(words, kinds = []) {
  const query = new URLSearchParams({ q: words, limit: 8, prefix: true, language: document.documentElement.lang });
  kinds.forEach((kind) => query.append("kind", kind));
  const answer = await fetch(new URL(`../search?${query}`, import.meta.url), { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? (await answer.json()).items : null;
}
