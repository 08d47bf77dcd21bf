// What the search box finds while one types: things with why each matched. Without this program the box is a form.
// In a field for a thing (`data-names`) what is chosen is written; the form is sent by its reader.

import { thingsFound } from "./found.js";
import Combobox from "./vendor/combobox-nav.js";

const collection = { work: "works", person: "people", organization: "organizations", venue: "venues", concept: "concepts", claim: "claims", case: "cases" };

/** An element with text. */
function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** One thing that was found; `kinds` says the kinds of things in the language of the page, where there are several. */
function option(found, id, kinds) {
  const shown = element("a", found.title);
  shown.id = id;
  shown.setAttribute("role", "option");
  const kind = kinds?.[found.kind];
  if (kind) shown.prepend(element("span", `${kind} · `, "kind"));
  const why = found.found_by?.map((by) => by.label).join(", ") ?? found.snippet;
  if (why && why !== found.title) shown.append(element("span", why, "why"));
  return shown;
}

/** The address of the page of a thing. */
function pageOf(found) {
  return new URL(`../${collection[found.kind] ?? `id/${found.kind}`}/${encodeURIComponent(found.key)}`, import.meta.url);
}

/** A list for what is found, below a field for a thing. */
function listBelow(input, number) {
  const box = element("span", "", "names");
  const list = element("span", "", "found");
  const typing = document.activeElement === input;
  list.id = `found-${number}`;
  list.hidden = true;
  input.parentNode.before(box);
  box.append(input.parentNode, list);
  if (typing) input.focus(); // which it lost by being moved
  return list;
}

/** Lets a field show what it finds. */
function attach(input, number) {
  const names = input.dataset.names?.split(" ");
  const list = names ? listBelow(input, number) : document.getElementById(input.dataset.found);
  const kinds = input.dataset.kinds && JSON.parse(input.dataset.kinds);
  let asked = 0;
  let pressed = false; // whether the pointer is down on the list, where an option would be gone before it is let go
  let waiting = false; // whether an answer came meanwhile
  let combobox;

  /** The option that is chosen by a key and waits for Enter; typing on gives it up. */
  function chosen() {
    return list.hidden ? null : list.querySelector('[aria-selected="true"]');
  }

  function close() {
    asked += 1; // what was asked before is not shown any more
    combobox?.stop();
    list.hidden = true;
  }

  /** Makes an option a link, or what is written into the field: the title, or the key where several have that. */
  function leading(shown, found, items) {
    if (!names) shown.href = pageOf(found);
    else shown.dataset.written = items.filter((one) => one.title === found.title).length > 1 ? found.key : found.title;
    return shown;
  }

  async function look() {
    const words = input.value.trim();
    if (words.length < 2) return close();
    const mine = ++asked;
    const items = await thingsFound(words, names);
    if (mine !== asked || !items || chosen()) return; // what is chosen by a key is not taken away by an answer that comes late
    if (pressed) {
      waiting = true;
      return;
    }
    list.replaceChildren(...items.map((found, place) => leading(option(found, `${list.id}-${place}`, kinds), found, items)));
    list.hidden = items.length === 0;
    combobox?.destroy();
    if (items.length) {
      combobox = new Combobox(input, list);
      combobox.start();
    }
  }

  /** Looks again, after the click, for what came while the pointer was down. */
  function letGo() {
    if (pressed && waiting) setTimeout(() => list.hidden || look());
    pressed = waiting = false;
  }

  /** Writes an option that was chosen; one that is a link leads there itself, as links do with any button or key held. */
  function take({ target }) {
    if (target.href) return;
    input.value = target.dataset.written;
    close();
  }

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => event.key === "Escape" && close());
  input.addEventListener("blur", () => setTimeout(close, 150)); // a click that takes the focus away comes first
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus, however long it is held down
  list.addEventListener("pointerdown", () => (pressed = true));
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, letGo);
  addEventListener("pagehide", close); // a page that one comes back to is kept as it was left
  list.addEventListener("combobox-commit", take);
}

document.querySelectorAll("input[data-found], input[data-names]").forEach(attach);
