// The desk by keyboard, without reloading, and without losing what was typed. Without this program each form is a form.
//
// A form with `data-draft` is kept in this browser from the first key until the server has confirmed it: through a
// reload, a lost network, and a conflict.

import { thingsFound } from "./found.js";

const main = document.getElementById("main");
const words = JSON.parse(document.getElementById("words").textContent); // in the language of the page
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let hotkeys = null;
let sending = false;

/** The page that a server sent, as a document. */
const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

/** Keys by letter: those that stand on buttons and links as `data-hotkey`. */
async function installKeys() {
  main.dataset.keys = "";
  hotkeys ??= await import("./vendor/hotkey.js").catch(() => ({ install() {}, uninstall() {} }));
  for (const target of main.querySelectorAll("[data-hotkey]")) {
    if (!/^Mod|^Arrow/.test(target.dataset.hotkey)) hotkeys.install(target);
  }
  main.dataset.keys = "ready";
}

/** Keys that count in a field, too, and arrows, which a choice has for itself. */
function onKey(event) {
  const mod = event.ctrlKey || event.metaKey;
  const wanted = mod && !event.altKey ? `Mod+${event.key === "Enter" ? "Enter" : event.key.toLowerCase()}` : event.key;
  if (!/^Mod|^Arrow/.test(wanted)) return enter(event);
  if (!mod && event.target.closest("input, textarea, select")) return;
  const target = [...main.querySelectorAll("[data-hotkey]")].find((one) => one.dataset.hotkey === wanted);
  if (target) {
    event.preventDefault();
    target.click();
  }
}

/** Enter in the field that a button needs is that button. */
function enter(event) {
  if (event.key !== "Enter" || !event.target.matches?.("input[id], select[id]")) return;
  const button = main.querySelector(`[data-needs="${event.target.id}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
}

/** What stands in a form, as names and texts, without what says where on the page it stands now. */
const contents = (form) => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !form.elements[name].dataset?.now);

/** Where a form is sent: not `form.action`, which is the button where one is called so. */
const addressOf = (form) => form.getAttribute("action") ?? location.href;

/** Where the content of a form is kept. */
const placeOf = (form) => `${placesHere()}${form.dataset.draft}`;

/** What begins each place of a form of this page. */
const placesHere = () => `desk ${location.pathname} `;

/** Says what the state of a form is. */
function tell(form, words, className = "") {
  const state = form.querySelector("[data-state]") ?? form.querySelector(".actions")?.appendChild(document.createElement("output"));
  if (!state) return;
  state.dataset.state = "";
  state.className = `state ${className}`;
  state.replaceChildren(words);
  return state;
}

/** Adds a button to what is told. */
function offer(state, words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = words;
  button.addEventListener("click", act);
  state?.append(" ", button);
}

/** Puts names and texts back into a form. */
function restore(form, held) {
  const left = new Map();
  for (const [name, value] of held) left.set(name, [...(left.get(name) ?? []), value]);
  for (const field of form.elements) {
    const values = left.get(field.name);
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.name) field.checked = values?.includes(field.value) ?? false;
    } else if (values?.length && field.type !== "file" && field.tagName !== "BUTTON") {
      field.value = values.shift();
    }
  }
}

/** Keeps a form in this browser until the server has it. */
function keep(form) {
  const place = placeOf(form);
  const shown = JSON.stringify(contents(form));
  const failed = main.querySelector("[role=alert]") !== null;
  const note = () => {
    const now = JSON.stringify(contents(form));
    if (now === shown && !failed) {
      localStorage.removeItem(place);
      tell(form, words.nothing);
    } else {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), held: JSON.parse(now) }));
      tell(form, words.unsaved, "unsaved");
    }
  };
  if (failed) note(); // what is on the page is what was typed, over what is there now
  const before = failed ? null : JSON.parse(localStorage.getItem(place) ?? "null");
  if (before && JSON.stringify(before.held) !== shown) {
    restore(form, before.held);
    const folded = form.closest("details");
    if (folded) folded.open = true;
    const state = tell(form, filled(words.again, { when: new Date(before.at).toLocaleString(document.documentElement.lang) }), "unsaved");
    offer(state, words.discard, () => {
      localStorage.removeItem(place);
      location.reload();
    });
  }
  form.addEventListener("input", note);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter, place);
  });
}

/** Holds a form back while something that was typed on this page has not been sent: it would be lost with that. */
function wait(form) {
  form.addEventListener("submit", (event) => {
    const held = Object.keys(localStorage).filter((place) => place.startsWith(placesHere()));
    const submitter = event.submitter;
    if (!held.length || !submitter?.matches("[data-waits]")) return;
    event.preventDefault();
    const typed = [...main.querySelectorAll("form[data-draft]")].find((one) => held.includes(placeOf(one)));
    typed?.querySelector("textarea, input:not([type=hidden])")?.focus();
    offer(tell(form, words.unsent, "unsaved"), words.without, () => {
      held.forEach((place) => localStorage.removeItem(place));
      form.requestSubmit(submitter);
    });
  });
}

/** Sends a form. What was typed stays until the server says that it has it. */
async function send(form, submitter, place) {
  const needed = submitter?.dataset.needs && form.elements[submitter.dataset.needs];
  if (needed && !needed.value.trim()) {
    needed.focus();
    return tell(form, words.reason, "unsaved");
  }
  const data = new FormData(form, submitter);
  const address = submitter?.getAttribute("formaction") ?? addressOf(form);
  tell(form, form.dataset.begins ?? words.saving);
  sending = true;
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers: { Accept: "text/html" } });
  } catch {
    sending = false;
    const state = tell(form, words.lost, "lost");
    const again = () => send(form, submitter, place);
    window.addEventListener("online", again, { once: true });
    return offer(state, words.retry, () => (window.removeEventListener("online", again), again()));
  }
  const page = parsed(await answer.text());
  sending = false;
  if (answer.ok) localStorage.removeItem(place);
  const same = page.querySelector(`form[data-draft="${CSS.escape(form.dataset.draft)}"]`);
  if (answer.ok || same) return show(page, answer.redirected ? answer.url : null);
  const told = [...page.querySelectorAll("main .fault :is(p, li)")].map((one) => one.textContent.trim());
  const why = told.join("; ") || answer.statusText;
  if (answer.status !== 401) return tell(form, filled(form.dataset.fails ?? words.failed, { why }), "lost");
  const again = document.createElement("a");
  const root = new URL("..", import.meta.url).pathname; // which is more than "/" below a path
  const here = location.pathname.slice(root.length - 1) + location.search;
  again.href = new URL(`../desk/sign-in?next=${encodeURIComponent(here)}`, import.meta.url);
  again.textContent = words.signin;
  tell(form, words.over, "lost")?.append(" ", again);
}

/** Shows a page in the place of this one. */
function show(page, address) {
  if (address && !page.getElementById("words")) return location.assign(address); // no page of the desk
  main.querySelectorAll("[data-hotkey]").forEach((one) => hotkeys?.uninstall(one));
  if (address) history.pushState({}, "", address);
  document.title = page.title;
  main.replaceChildren(...page.getElementById("main").childNodes);
  document.querySelector("footer.site").replaceWith(page.querySelector("footer.site")); // it tells the version
  begin();
  const told = ["[role=alert]", "[role=status]", "h1"].map((one) => main.querySelector(one)).find(Boolean);
  if (told) {
    told.tabIndex = -1;
    told.focus({ preventScroll: true });
  }
  scrollTo({ top: 0 });
}

/** Lets every choice of a pair be made at once, and shows what the merge would do. */
function pair(form) {
  for (const button of form.querySelectorAll("[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      form.querySelectorAll(`input[type=radio][value=${button.dataset.all}]`).forEach((one) => (one.checked = true));
      form.dispatchEvent(new Event("change"));
    });
  }
  form.addEventListener("change", async () => {
    const data = new URLSearchParams(new FormData(form));
    data.set("action", "preview");
    const answer = await fetch(addressOf(form), { method: "POST", body: data }).catch(() => null);
    const after = answer && parsed(await answer.text()).getElementById("after");
    if (after) document.getElementById("after")?.replaceWith(after);
  });
}

/** Shows how far an import is, and goes on when it is there. */
async function follow(shown) {
  const answer = await fetch(shown.dataset.job, { headers: { Accept: "application/json" } }).catch(() => null);
  const job = answer?.ok ? await answer.json() : null;
  if (answer?.ok === false || ["done", "failed", "cancelled"].includes(job?.state)) return location.reload();
  if (job) {
    const bar = shown.querySelector("progress");
    if (job.total) Object.assign(bar, { max: job.total, value: job.done });
    shown.querySelector("[data-count]").textContent = filled(words.count, { done: job.done, total: job.total || "…" });
  }
  setTimeout(() => shown.isConnected && follow(shown), 500);
}

/** Offers the keys of things whose names have the words that are typed. */
function find(field) {
  const list = document.createElement("datalist");
  list.id = `found-${Math.random().toString(36).slice(2)}`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.autocomplete = "off";
  const kinds = field.dataset.find.split(" ");
  field.addEventListener("input", async () => {
    const words = field.value.trim();
    if (words.length < 2) return;
    const found = (await thingsFound(words, kinds)) ?? [];
    if (field.value.trim() !== words) return;
    list.replaceChildren(...found.map((one) => new Option(one.title, one.key)));
  });
}

/** Puts the focus into the field that a fault is about. */
function toField(event) {
  const field = document.getElementById(event.target.closest?.(".fault a[href^='#f-']")?.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.matches("fieldset") ? field.querySelector("input:not([type=hidden]), select, textarea") ?? field : field).focus();
}

/** Takes files that are dropped on the page. */
function drop(form) {
  const field = form.querySelector("input[type=file]");
  document.addEventListener("dragover", (event) => (event.preventDefault(), form.classList.add("over")));
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (!event.dataTransfer.files.length || !form.isConnected) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

/** Makes what the page shows work. */
function begin() {
  installKeys();
  main.querySelectorAll("form[data-draft]").forEach(keep);
  main.querySelectorAll("form:has([data-waits])").forEach(wait);
  main.querySelectorAll("form.pair").forEach(pair);
  main.querySelectorAll("form[data-drop]").forEach(drop);
  main.querySelectorAll("[data-job]").forEach(follow);
  main.querySelectorAll("[data-find]").forEach(find);
  main.querySelectorAll("[data-select]").forEach((field) => field.addEventListener("focus", () => field.select()));
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", toField);
document.addEventListener("submit", (event) => sending && (event.preventDefault(), event.stopPropagation()), true); // one at a time
window.addEventListener("popstate", () => location.reload());
begin();
