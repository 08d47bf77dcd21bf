// What the search box finds while one types: things with why each matched. Without this program the box is a form.

import Combobox from "./vendor/combobox-nav.js";

const collection = { work: "works", person: "people", organization: "organizations", venue: "venues", concept: "concepts", claim: "claims", case: "cases" };

/** An element with text. */
function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** One thing that was found, as a link; `kinds` says the kinds of things in the language of the page. */
function option(found, id, kinds) {
  const link = element("a", found.title);
  link.id = id;
  link.href = new URL(`../${collection[found.kind] ?? `id/${found.kind}`}/${encodeURIComponent(found.key)}`, import.meta.url);
  link.setAttribute("role", "option");
  link.prepend(element("span", `${kinds[found.kind] ?? found.kind} · `, "kind"));
  const why = found.found_by?.map((by) => by.label).join(", ") ?? found.snippet;
  if (why && why !== found.title) link.append(element("span", why, "why"));
  return link;
}

/** Lets a search box show what it finds. */
function attach(input) {
  const list = document.getElementById(input.dataset.found);
  const kinds = JSON.parse(input.dataset.kinds);
  let asked = 0;
  let combobox;

  /** The option that is chosen by a key and waits for Enter; typing on gives it up. */
  function chosen() {
    return list.hidden ? null : list.querySelector('[aria-selected="true"]');
  }

  function close() {
    combobox?.stop();
    list.hidden = true;
  }

  async function look() {
    const words = input.value.trim();
    const mine = ++asked;
    if (words.length < 2) return close();
    const query = new URLSearchParams({ q: words, limit: 8, prefix: true, language: document.documentElement.lang });
    const answer = await fetch(new URL(`../search?${query}`, import.meta.url), { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const { items } = await answer.json();
    if (mine !== asked || chosen()) return; // what is chosen by a key is not taken away by an answer that comes late
    list.replaceChildren(...items.map((found, number) => option(found, `${list.id}-${number}`, kinds)));
    list.hidden = items.length === 0;
    combobox?.destroy();
    if (items.length) {
      combobox = new Combobox(input, list);
      combobox.start();
    }
  }

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => event.key === "Escape" && close());
  input.addEventListener("blur", () => setTimeout(close, 150)); // a click on what was found comes first
  addEventListener("pagehide", close); // a page that one comes back to is kept as it was left
  list.addEventListener("combobox-commit", (event) => event.target.href && location.assign(event.target.href));
}

document.querySelectorAll("input[data-found]").forEach(attach);
