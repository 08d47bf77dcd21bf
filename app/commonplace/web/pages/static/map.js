// Draws the map and lets it be explored by click and by keyboard. The list on the page says the same without it.

import { Graph, NodeSquareProgram, Sigma } from "./vendor/map.js";

const section = document.getElementById("map");
const canvas = document.getElementById("map-canvas");
const words = section.dataset;
const byId = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const groups = {
  light: ["#0a5c58", "#86560a", "#124a80", "#7a2f6b", "#4d6b14", "#99431a", "#4a4a8f"],
  dark: ["#64c4bc", "#dba94c", "#8dbbea", "#d79acb", "#a9c96a", "#f0a37f", "#b0b0f0"],
};

let graph;
let drawing;
let chosen = null;
let near = new Set();
let matching = null;
let span = null;
let look;

/** The colours of the page as it is now. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    paper: token("--paper"), ink: token("--ink"), soft: token("--soft"), line: token("--line"), link: token("--link"),
    thread: between(token("--line"), token("--paper"), 0.6), groups: dark.matches ? groups.dark : groups.light,
  };
}

/** A colour between two that are written as #rrggbb: `part` of the second. */
function between(one, other, part) {
  const numbers = (text) => [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
  const second = numbers(other);
  return `#${numbers(one).map((value, place) => Math.round(value + (second[place] - value) * part).toString(16).padStart(2, "0")).join("")}`;
}

/** Makes the graph from what the server answered. */
function graphOf(map) {
  const made = new Graph({ multi: true, type: "directed" });
  const most = Math.max(1, ...map.nodes.map((node) => node.links));
  const [least, more] = map.nodes.length > 400 ? [1.3, 10] : [2.5, 11];
  const xs = map.nodes.map((node) => node.x);
  const ys = map.nodes.map((node) => node.y);
  const [width, height] = [xs, ys].map((some) => Math.max(...some) - Math.min(...some) || 1);
  const square = map.layout === "year" ? (0.62 * width) / height : 1; // years lie as wide as the drawing
  map.nodes.forEach((node, place) => {
    made.addNode(node.id, {
      ...node, place, y: node.y * square, type: node.kind === "concept" ? "square" : "circle",
      size: least + more * Math.sqrt(node.links / most),
    });
  });
  for (const edge of map.edges) made.addDirectedEdge(edge.source, edge.target, { ...edge, type: "line" });
  return made;
}

/** Whether a thing is of the years chosen; a concept always is. */
function within(node) {
  return !span || node.year == null || (node.year >= span[0] && node.year <= span[1]);
}

/** How a thing is drawn now. */
function drawnNode(id, node) {
  const shown = { ...node, color: node.community < look.groups.length ? look.groups[node.community] : look.soft };
  if (!within(node)) return { ...shown, hidden: true };
  if (id === chosen) return { ...shown, highlighted: true, forceLabel: true, zIndex: 2 };
  if (chosen && near.has(id)) return { ...shown, forceLabel: near.size <= 25, zIndex: 1 };
  if (matching?.has(id)) return { ...shown, forceLabel: matching.size <= 25, zIndex: 1 };
  if (chosen || matching) return { ...shown, color: look.line, label: null };
  return shown;
}

/** How a link is drawn now: a doubtful one thinner. */
function drawnEdge(id, edge) {
  const sure = !edge.confirmation || ["confirmed", "high"].includes(edge.confirmation);
  const at = chosen && (edge.source === chosen || edge.target === chosen);
  return {
    ...edge, color: at ? look.link : graph.size > 2000 ? look.thread : look.line, size: at ? 1.6 : sure ? 0.7 : 0.35, zIndex: at ? 1 : 0,
    hidden: Boolean((chosen || matching) && !at && graph.size > 2000),
  };
}

/** Where the label of a thing begins: to its right, or to its left where the drawing ends. */
function labelStart(context, data, text, gap) {
  const width = context.measureText(text).width;
  const right = data.x + data.size + gap;
  return right + width > canvas.clientWidth ? data.x - data.size - gap - width : right;
}

/** Draws the label of a thing. */
function drawLabel(context, data, settings) {
  if (!data.label) return;
  context.font = `${settings.labelSize}px ${settings.labelFont}`;
  context.fillStyle = look.ink;
  context.fillText(data.label, labelStart(context, data, data.label, 4), data.y + settings.labelSize / 3);
}

/** Draws the ring and the label of the thing that is chosen or pointed at. */
function drawRing(context, data, settings) {
  const text = data.label ?? "";
  context.font = `600 ${settings.labelSize + 1}px ${settings.labelFont}`;
  context.strokeStyle = look.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(data.x, data.y, data.size + 4, 0, 2 * Math.PI);
  context.stroke();
  if (!text) return;
  const width = context.measureText(text).width;
  const left = labelStart(context, data, text, 8);
  context.fillStyle = look.paper;
  context.fillRect(left - 2, data.y - 10, width + 6, 20);
  context.fillStyle = look.ink;
  context.fillText(text, left, data.y + 5);
}

/** The squares of concepts, with the label and ring of all things. */
class Square extends NodeSquareProgram {
  drawLabel = drawLabel;
  drawHover = drawRing;
}

/** Makes a layer as large as the drawing, at the resolution of the screen. */
function fit(layer) {
  const { width, height } = drawing.getDimensions();
  layer.canvas.width = width * devicePixelRatio;
  layer.canvas.height = height * devicePixelRatio;
  layer.canvas.style.width = `${width}px`;
  layer.canvas.style.height = `${height}px`;
  layer.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

/** Draws the years below a map that lies by year. */
function drawYears(axis) {
  const { width, height } = drawing.getDimensions();
  axis.clearRect(0, 0, width, height);
  const years = graph.mapNodes((_, node) => node.year).filter((year) => year != null);
  if (!years.length) return;
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const place = (year) => drawing.graphToViewport({ x: year, y: 0 }).x;
  const apart = place(first + 1) - place(first);
  const step = [1, 2, 5, 10, 20, 50, 100].find((some) => some * apart >= 48) ?? 500;
  axis.font = `12px ${getComputedStyle(document.documentElement).getPropertyValue("--sans")}`;
  axis.textAlign = "center";
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    axis.strokeStyle = look.line;
    axis.beginPath();
    axis.moveTo(place(year), height - 22);
    axis.lineTo(place(year), height - 16);
    axis.stroke();
    axis.fillStyle = look.soft;
    axis.fillText(String(year), place(year), height - 4);
  }
}

/** Moves the view so that a thing is seen, where it is not. */
function reveal(id) {
  const camera = drawing.getCamera();
  const at = drawing.getNodeDisplayData(id);
  const seen = drawing.framedGraphToViewport(at);
  const { width, height } = drawing.getDimensions();
  if (seen.x > 30 && seen.x < width - 60 && seen.y > 30 && seen.y < height - 30) return;
  camera.animate({ x: at.x, y: at.y }, { duration: still.matches ? 0 : 200 });
}

/** The address of the page with the row of a thing. */
function rowOf(id) {
  const page = Math.floor(graph.getNodeAttribute(id, "place") / Number(words.size)) + 1;
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
  const node = graph.getNodeAttributes(id);
  const title = byId("map-title");
  title.textContent = node.title ?? node.label;
  title.href = pageOf(node);
  byId("map-meta").textContent = [words[node.kind === "work" ? "wordWork" : "wordConcept"], node.kind === "work" ? node.label : null, `${node.links} ${words.wordLinks}`].filter(Boolean).join(" · ");
  byId("map-status").hidden = !node.status;
  byId("map-status").textContent = { retracted: words.wordRetracted, corrected: words.wordCorrected }[node.status] ?? node.status ?? "";
  byId("map-row").href = rowOf(id);
  const focus = new URL(location.href);
  focus.hash = "";
  focus.searchParams.delete("page");
  focus.searchParams.set("focus", id);
  byId("map-focus").href = focus;
  byId("map-text").textContent = "";
  byId("map-shown").hidden = false;
  const answer = await fetch(pageOf(node), { headers: { Accept: "application/json" } }).catch(() => null);
  const thing = answer?.ok ? await answer.json() : {};
  if (chosen !== id) return;
  const held = node.kind === "work" ? thing.abstract : thing.definitions?.[document.documentElement.lang] ?? thing.definitions?.en;
  const text = typeof held === "object" ? held?.text ?? held?.value : held;
  byId("map-text").textContent = text ?? (node.kind === "work" ? words.wordNoabstract : "");
}

/** Chooses a thing, or nothing, and keeps that in the address. */
function choose(id, { keep = true } = {}) {
  chosen = id && graph.hasNode(id) ? id : null;
  near = new Set(chosen ? graph.neighbors(chosen) : []);
  canvas.classList.toggle("explored", Boolean(chosen));
  if (chosen) {
    reveal(chosen);
    tell(chosen);
  } else byId("map-shown").hidden = true;
  if (keep) history.replaceState(null, "", chosen ? `#${chosen.split("/").map(encodeURIComponent).join("/")}` : location.pathname + location.search);
  canvas.dataset.chosen = chosen ?? "";
  drawing.refresh({ skipIndexation: true });
}

/** The linked thing that lies nearest in a direction, (1, 0) being to the right. */
function towards(dx, dy) {
  const here = drawing.getNodeDisplayData(chosen);
  const from = drawing.framedGraphToViewport(here);
  let best = null;
  let least = Infinity;
  for (const id of near) {
    if (!within(graph.getNodeAttributes(id))) continue;
    const at = drawing.framedGraphToViewport(drawing.getNodeDisplayData(id));
    const along = (at.x - from.x) * dx + (at.y - from.y) * dy;
    const aside = Math.abs((at.x - from.x) * dy) + Math.abs((at.y - from.y) * dx);
    const far = along + 2.5 * aside;
    if (along > 0 && far < least) [best, least] = [id, far];
  }
  return best;
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Answers the keys while the map has the focus. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (arrows[event.key]) {
    const next = chosen ? towards(...arrows[event.key]) : graph.findNode((_, node) => within(node));
    if (next) choose(next);
  } else if (event.key === "Enter" && chosen) location.assign(pageOf(graph.getNodeAttributes(chosen)));
  else if (event.key === "Escape" && (chosen || matching)) {
    matching = null;
    choose(null);
  } else if (event.key === "Escape") byId("map-words").focus();
  else if (event.key === "+" || event.key === "=") drawing.getCamera().animatedZoom({ duration: 100 });
  else if (event.key === "-") drawing.getCamera().animatedUnzoom({ duration: 100 });
  else return;
  event.preventDefault();
}

/** A text without case and accents. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Marks what has the words that are searched for. */
function find() {
  const asked = plain(byId("map-words").value.trim()).split(/\s+/).filter(Boolean);
  const has = (node) => asked.every((word) => plain(`${node.label} ${node.title ?? ""} ${node.key}`).includes(word));
  matching = asked.length ? new Set(graph.filterNodes((_, node) => within(node) && has(node))) : null;
  byId("map-found").textContent = !matching ? "" : matching.size ? `${matching.size} ${words.wordFound}` : words.wordNone;
  if (chosen) choose(null);
  else drawing.refresh({ skipIndexation: true });
}

/** Narrows the drawing to a span of years while it is chosen; the button narrows the list too. */
function narrow(event) {
  const [from, to] = [byId("map-from"), byId("map-to")];
  if (Number(from.value) > Number(to.value)) (event.target === from ? to : from).value = event.target.value;
  byId("map-from-year").textContent = from.value;
  byId("map-to-year").textContent = to.value;
  const all = from.value === from.min && to.value === to.max;
  span = all ? null : [Number(from.value), Number(to.value)];
  byId("map-years").value = all ? "" : `${from.value}..${to.value}`;
  if (chosen && !within(graph.getNodeAttributes(chosen))) choose(null);
  else drawing.refresh({ skipIndexation: true });
}

/** The thing that the address names. */
function named() {
  try {
    return location.hash.slice(1).split("/").map(decodeURIComponent).join("/");
  } catch {
    return "";
  }
}

/** Listens to the page. */
function listen() {
  drawing.on("clickNode", ({ node }) => choose(node));
  drawing.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
    preventSigmaDefault();
    location.assign(pageOf(graph.getNodeAttributes(node)));
  });
  drawing.on("clickStage", () => choose(null));
  drawing.on("enterNode", () => canvas.classList.add("over"));
  drawing.on("leaveNode", () => canvas.classList.remove("over"));
  canvas.addEventListener("keydown", onKey);
  byId("map-closer").addEventListener("click", () => drawing.getCamera().animatedZoom());
  byId("map-farther").addEventListener("click", () => drawing.getCamera().animatedUnzoom());
  byId("map-all").addEventListener("click", () => drawing.getCamera().animatedReset());
  byId("map-words").addEventListener("input", find);
  byId("map-search").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!matching?.size) return;
    choose(matching.values().next().value);
    canvas.focus();
  });
  for (const id of ["map-from", "map-to"]) byId(id)?.addEventListener("input", narrow);
  addEventListener("hashchange", () => graph.hasNode(named()) && choose(named(), { keep: false }));
  dark.addEventListener("change", () => {
    look = colours();
    drawing.setSetting("labelColor", { color: look.ink });
    drawing.refresh();
  });
}

/** Fetches the map, draws it, and chooses what the address names. */
async function start() {
  const answer = await fetch(words.map, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`map: ${answer.status}`);
  const map = await answer.json();
  look = colours();
  graph = graphOf(map);
  const many = map.nodes.length > 400;
  drawing = new Sigma(graph, canvas, {
    labelFont: getComputedStyle(document.documentElement).getPropertyValue("--sans"), labelSize: 12, labelColor: { color: look.ink },
    labelDensity: many ? 0.4 : 1, labelGridCellSize: many ? 120 : 90, labelRenderedSizeThreshold: many ? 3 : 4,
    nodeProgramClasses: { square: Square }, nodeReducer: drawnNode, edgeReducer: drawnEdge,
    defaultDrawNodeLabel: drawLabel, defaultDrawNodeHover: drawRing, hideEdgesOnMove: map.edges.length > 4000, hideLabelsOnMove: map.nodes.length > 1500, zIndex: true, stagePadding: 40,
    minCameraRatio: 0.02, maxCameraRatio: 3,
  });
  if (map.layout === "year") {
    const axis = drawing.createCanvas("years", { style: { pointerEvents: "none" } }).getContext("2d");
    drawing.on("resize", () => fit(axis));
    fit(axis);
    drawing.on("afterRender", () => drawYears(axis));
  }
  drawing.once("afterRender", () => {
    canvas.dataset.drawn = String(graph.order);
    performance.mark("map drawn");
  });
  byId("map-wait").hidden = true;
  listen();
  if (graph.hasNode(named())) choose(named(), { keep: false });
  drawing.refresh();
}

start().catch((fault) => {
  byId("map-wait").textContent = words.wordFailed;
  byId("map-wait").hidden = false;
  console.error(fault);
});
