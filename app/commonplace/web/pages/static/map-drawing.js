// Lets the map be moved and explored, by pointer and by keyboard. The picture and the list say the same without it.

import { chooseLabels, colours, fromPicture, paint, seen, textPlace } from "./map-canvas.js";
import { select, zoom, zoomIdentity } from "./vendor/zoom.js";

const byId = (id) => document.getElementById(id);
const section = byId("map");
const canvas = byId("map-canvas");
const layer = document.createElement("canvas");
const pen = layer.getContext("2d");
const words = section.dataset;
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const asked = byId("map-words").defaultValue.trim(); // what the picture marks
const SETTLED = 120; // milliseconds without movement, after which labels are chosen anew

/** All that is painted, and how it looks now. */
const map = {
  nodes: new Map(), drawn: [], edges: [], labels: [], picture: { lines: [], labels: [] }, years: null, look: null,
  width: 0, height: 0, ratio: 1, view: zoomIdentity, many: false, linesAreAll: true,
  chosen: null, over: null, linked: new Set(), matching: null, span: null,
  hides: (node) => Boolean(map.span && node.year != null && (node.year < map.span[0] || node.year > map.span[1])),
  marks(node) {
    if (map.chosen) return node.id === map.chosen || map.linked.has(node.id);
    return !map.matching || map.matching.has(node.id);
  },
  asPicture: () => !map.chosen && !map.span && map.view.k <= 1.05 && byId("map-words").value.trim() === asked,
};
const neighbours = new Map();
const gestures = zoom().scaleExtent([0.5, 40]).clickDistance(4).filter(isGesture).on("zoom", ({ transform }) => {
  map.view = transform;
  show({ labels: "settled" });
});
let frame = 0;
let settling = 0;

/** Paints at the next frame; labels are chosen anew at once, or when nothing has moved for a moment. */
function show({ labels = "now" } = {}) {
  if (labels === "now") map.labels = chooseLabels(map, pen);
  else {
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = 0;
      show();
    }, SETTLED);
  }
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    paint(map, pen);
  });
}

/** Whether an event moves the map. A wheel or finger that goes over it moves the page, until the map is taken up. */
function isGesture(event) {
  const taken = canvas === document.activeElement || canvas.classList.contains("explored");
  if (event.type === "wheel") return event.ctrlKey || taken;
  if (event.type.startsWith("touch")) return canvas.classList.contains("explored") || event.touches.length > 1;
  return !event.ctrlKey && !event.button;
}

/** Takes in what the server answered, placed as in the picture. */
function take(answer) {
  const most = Math.max(1, ...answer.nodes.map((node) => node.links));
  map.many = answer.nodes.length >= 400;
  const [least, more] = map.many ? [1.5, 9.5] : [3, 10];
  const place = placing(answer.nodes);
  const called = JSON.parse(words.called ?? "{}"); // concepts in the language of the page
  answer.nodes.forEach((node, number) => {
    const radius = least + more * Math.sqrt(node.links / most);
    const across = Math.round(node.kind === "work" ? 2 * radius : Math.sqrt(Math.PI) * radius);
    map.nodes.set(node.id, { ...node, label: called[node.id] ?? node.label, spoken: node.label, ...place(node), across, place: number });
    neighbours.set(node.id, new Set());
  });
  map.drawn = [...map.nodes.values()].sort((one, other) => other.across - one.across || one.community - other.community);
  for (const edge of answer.edges) {
    neighbours.get(edge.source).add(edge.target);
    neighbours.get(edge.target).add(edge.source);
    const doubtful = Boolean(edge.confirmation) && !["confirmed", "high"].includes(edge.confirmation);
    map.edges.push({ source: map.nodes.get(edge.source), target: map.nodes.get(edge.target), doubtful });
  }
  const years = answer.nodes.map((node) => node.year).filter((year) => year != null);
  if (answer.layout !== "year" || !years.length) return;
  map.years = { first: Math.min(...years), last: Math.max(...years), place: (year) => place({ x: year, y: 0 }).fx };
}

/** Returns what puts a thing within the margins, in parts of the width and height, as in the picture. */
function placing(nodes) {
  const wider = 0.4 / (nodes.length + 1);
  const margins = { side: 0.04 + wider, top: 0.05 + wider, bottom: (words.layout === "year" ? 0.1 : 0.05) + wider };
  const part = (value, low, high) => (high > low ? (value - low) / (high - low) : 0.5);
  const [xs, ys] = [nodes.map((node) => node.x), nodes.map((node) => node.y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return ({ x, y }) => ({
    fx: margins.side + (1 - 2 * margins.side) * part(x, left, right),
    fy: margins.top + (1 - margins.top - margins.bottom) * (high > low ? part(high - y, 0, high - low) : 0.5),
  });
}

/** Makes the canvas as large as the picture, at the resolution of the screen. */
function fit() {
  map.width = canvas.clientWidth;
  map.height = canvas.clientHeight;
  map.ratio = devicePixelRatio;
  layer.width = Math.round(map.width * map.ratio);
  layer.height = Math.round(map.height * map.ratio);
  const [width, height] = [map.width, map.height];
  gestures.extent([[0, 0], [width, height]]).translateExtent([[-width / 2, -height / 2], [1.5 * width, 1.5 * height]]);
  map.picture = fromPicture(byId("map-picture"), map.nodes);
  map.labels = chooseLabels(map, pen);
  paint(map, pen); // at once: a canvas that was resized is empty
}

/** Moves the view, slowly where the reader does not mind. */
function move(act, ...given) {
  const moved = select(canvas);
  (still.matches ? moved : moved.transition().duration(200)).call(act, ...given);
}

export const closer = () => move(gestures.scaleBy, 1.6);
export const farther = () => move(gestures.scaleBy, 1 / 1.6);
export const wholeMap = () => move(gestures.transform, zoomIdentity);

/** Moves the view so that a thing is seen, where it is not. */
function reveal(node) {
  const at = seen(map, node);
  if (at.x > 30 && at.x < map.width - 60 && at.y > 30 && at.y < map.height - 30) return;
  if (map.view.k > 1 || at.x < 0 || at.y < 0 || at.x > map.width || at.y > map.height) {
    move(gestures.translateTo, node.fx * map.width, node.fy * map.height);
  }
}

/** The address of the page with the row of a thing. */
function rowOf(id) {
  const page = Math.floor(map.nodes.get(id).place / Number(words.size)) + 1;
  const row = `#${id.split("/").map(encodeURIComponent).join("/")}`;
  if (page === Number(words.page)) return row;
  return `${words.rows}${words.rows.includes("?") ? "&" : "?"}page=${page}${row}`;
}

/** The address of the page of a thing, at the version that is shown. */
function pageOf(node) {
  const at = new URLSearchParams(location.search).get("at");
  return new URL(`../${node.kind === "work" ? "works" : "concepts"}/${encodeURIComponent(node.key)}${at ? `?at=${at}` : ""}`, import.meta.url);
}

/** Shows beside the map what a thing is, with its abstract or definition. */
async function tell(id) {
  const node = map.nodes.get(id);
  const title = byId("map-title");
  title.textContent = node.title ?? node.label;
  title.href = pageOf(node);
  byId("map-meta").textContent = [words[node.kind === "work" ? "wordWork" : "wordConcept"], node.kind === "work" ? node.label : null, `${node.links.toLocaleString(document.documentElement.lang)} ${node.links === 1 ? words.wordLink : words.wordLinks}`].filter(Boolean).join(" · ");
  byId("map-status").hidden = !node.status;
  byId("map-status").textContent = JSON.parse(words.states)[node.status] ?? node.status ?? "";
  byId("map-row").href = rowOf(id);
  const focus = new URL(location.href);
  focus.hash = "";
  for (const name of ["page", "q"]) focus.searchParams.delete(name);
  focus.searchParams.set("focus", id);
  byId("map-focus").href = focus;
  byId("map-text").textContent = "";
  byId("map-shown").hidden = false;
  const answer = await fetch(pageOf(node), { headers: { Accept: "application/json" } }).catch(() => null);
  const thing = answer?.ok ? await answer.json() : {};
  if (map.chosen !== id) return;
  const held = node.kind === "work" ? thing.abstract : thing.definitions?.[document.documentElement.lang] ?? thing.definitions?.en;
  const text = typeof held === "object" ? held?.text ?? held?.value : held;
  byId("map-text").textContent = text ?? (node.kind === "work" ? words.wordNoabstract : "");
}

/** Chooses a thing, or nothing, and keeps that in the address. */
export function choose(id, { keep = true } = {}) {
  map.chosen = map.nodes.has(id) ? id : null;
  map.linked = map.chosen ? neighbours.get(map.chosen) : new Set();
  canvas.classList.toggle("explored", Boolean(map.chosen));
  if (map.chosen) {
    reveal(map.nodes.get(map.chosen));
    tell(map.chosen);
  } else byId("map-shown").hidden = true;
  if (keep) history.replaceState(null, "", map.chosen ? `#${map.chosen.split("/").map(encodeURIComponent).join("/")}` : location.pathname + location.search);
  canvas.dataset.chosen = map.chosen ?? "";
  show();
}

/** The linked thing that lies nearest in a direction, (1, 0) being to the right. */
function towards(dx, dy) {
  const from = seen(map, map.nodes.get(map.chosen));
  let best = null;
  let least = Infinity;
  for (const id of map.linked) {
    const node = map.nodes.get(id);
    if (map.hides(node)) continue;
    const at = seen(map, node);
    const along = (at.x - from.x) * dx + (at.y - from.y) * dy;
    const aside = Math.abs((at.x - from.x) * dy) + Math.abs((at.y - from.y) * dx);
    const far = along + 2.5 * aside;
    if (along > 0 && far < least) [best, least] = [id, far];
  }
  return best;
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Answers the keys while the map has the focus. */
export function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (arrows[event.key]) {
    const next = map.chosen ? towards(...arrows[event.key]) : [...map.nodes.values()].find((node) => !map.hides(node) && map.marks(node))?.id;
    if (next) choose(next);
  } else if (event.key === "Enter" && map.chosen) location.assign(pageOf(map.nodes.get(map.chosen)));
  else if (event.key === "Escape" && (map.chosen || map.matching)) {
    map.matching = null;
    choose(null);
  } else if (event.key === "Escape") byId("map-words").focus();
  else if (event.key === "+" || event.key === "=") closer();
  else if (event.key === "-") farther();
  else return;
  event.preventDefault();
}

/** A text without case and accents. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Marks what has the words that are searched for. */
function find() {
  const parts = plain(byId("map-words").value.trim()).split(/\s+/).filter(Boolean);
  const has = (node) => parts.every((word) => plain(`${node.label} ${node.spoken} ${node.title ?? ""} ${node.key}`).includes(word));
  const found = [...map.nodes.values()].filter((node) => !map.hides(node) && has(node));
  map.matching = parts.length ? new Set(found.map((node) => node.id)) : null;
  byId("map-found").textContent = !map.matching ? "" : map.matching.size ? `${map.matching.size} ${words.wordFound}` : words.wordNone;
  const listed = byId("map-list-found"); // of the search that the page was asked for
  if (listed) listed.hidden = byId("map-words").value.trim() !== asked;
  if (map.chosen) choose(null);
  else show();
}

/** Narrows the drawing to a span of years while it is chosen; the button narrows the list too. */
function narrow(event) {
  const [from, to] = [byId("map-from"), byId("map-to")];
  if (Number(from.value) > Number(to.value)) (event?.target === from ? to : from).value = event?.target.value ?? to.value;
  byId("map-from-year").textContent = from.value;
  byId("map-to-year").textContent = to.value;
  const all = from.value === from.min && to.value === to.max;
  map.span = all ? null : [Number(from.value), Number(to.value)];
  byId("map-years").value = all ? byId("map-years").defaultValue : `${from.value}..${to.value}`;
  if (map.chosen && map.hides(map.nodes.get(map.chosen))) choose(null);
  else show();
}

/** The thing that the address names. */
function named() {
  try {
    return location.hash.slice(1).split("/").map(decodeURIComponent).join("/");
  } catch {
    return "";
  }
}

/** The thing at a place of the canvas: that whose middle is nearest, among those that are pointed at. */
function thingAt(event) {
  const box = layer.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  let best = null;
  let least = Infinity;
  for (const node of map.drawn) {
    const at = seen(map, node);
    const far = Math.hypot(at.x - x, at.y - y);
    if (far <= Math.max(at.radius + 2, 7) && far < least && !map.hides(node)) [best, least] = [node, far];
  }
  return best;
}

/** Shows which thing the pointer is over. */
function hover(event) {
  const over = event.buttons ? map.over : thingAt(event)?.id ?? null;
  if (over === map.over) return;
  map.over = over;
  canvas.classList.toggle("over", Boolean(over));
  show({ labels: "settled" });
}

/** Listens to the page. */
function listen() {
  select(canvas).call(gestures).on("dblclick.zoom", null);
  canvas.addEventListener("pointermove", hover);
  canvas.addEventListener("pointerleave", (event) => hover({ ...event, clientX: -100, clientY: -100, buttons: 0 }));
  canvas.addEventListener("click", (event) => {
    canvas.focus({ preventScroll: true }); // so that the keys go on from what was clicked
    choose(thingAt(event)?.id ?? null);
  });
  canvas.addEventListener("dblclick", (event) => {
    const node = thingAt(event);
    if (node) location.assign(pageOf(node));
    else closer();
  });
  canvas.addEventListener("keydown", onKey);
  byId("map-words").addEventListener("input", find);
  byId("map-search").addEventListener("submit", (event) => {
    if (!map.matching?.size) return; // the server says that there is nothing, or shows all
    event.preventDefault();
    choose(map.matching.values().next().value);
    canvas.focus();
  });
  for (const id of ["map-from", "map-to"]) byId(id)?.addEventListener("input", narrow);
  addEventListener("hashchange", () => map.nodes.has(named()) && choose(named(), { keep: false }));
  dark.addEventListener("change", () => {
    map.look = colours();
    show();
  });
  new ResizeObserver(fit).observe(canvas);
}

/** Fetches the map, puts the drawing in the place of the picture, and chooses what the address names. */
export async function start() {
  const answer = await fetch(words.map, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`map: ${answer.status}`);
  take(await answer.json());
  map.look = colours();
  canvas.append(layer);
  fit();
  map.linesAreAll = byId("map-picture").dataset.lines === String(map.edges.length);
  if (byId("map-words").value.trim()) find();
  if (byId("map-from")) narrow();
  listen();
  if (map.nodes.has(named())) choose(named(), { keep: false });
  canvas.classList.remove("waiting");
  byId("map-picture").classList.add("replaced");
  canvas.dataset.drawn = String(map.nodes.size);
  requestAnimationFrame(() => performance.mark("map drawn"));
}

/** The labels that are shown now, as boxes in pixels of the map, for tests. */
export function labelBoxes() {
  pen.font = `12px ${map.look.sans}`;
  return map.labels.map((label) => {
    const { align, x, y } = textPlace(map, label);
    const { width } = pen.measureText(label.text);
    return { text: label.text, x: x - width * { start: 0, center: 0.5, end: 1 }[align], y: y - 10, width, height: 12 };
  });
}

/** Whether nothing has moved for a moment, for tests. */
export function atRest() {
  return !frame && !settling;
}

/** How much nearer than the whole the map is seen, for tests. */
export function scale() {
  return map.view.k;
}

/** Where a thing is seen, for tests. */
export function placeOf(id) {
  return seen(map, map.nodes.get(id));
}
