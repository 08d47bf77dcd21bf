// Paints the map on a canvas, exactly where the picture has it: the lines, the dots, the labels, the scale of years.

const UNITS = 2000; // of the grid of the picture, each way
const LETTERS = 12;
const LINE = 15; // height that a label takes
const GAP = 4;
const EDGE = 2; // between a label and the edge of the map
const NARROW = 540; // the style sheet says so too
const MOST_LETTERS = 32;
const CANDIDATES = 600;
const LEADING = 10; // labels that may lie over small dots
const sides = ["right", "left", "below", "above"];

/** The colours of the page as it is now. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const groups = [0, 1, 2, 3, 4, 5, 6].map((number) => token(`group-${number}`));
  const names = ["paper", "ink", "soft", "line", "thread", "link", "sans"];
  return { groups, ...Object.fromEntries(names.map((name) => [name, token(name)])) };
}

/** The lines and labels of the picture, as the style sheet shows them at its size. */
export function fromPicture(picture, nodes) {
  const lines = [...picture.querySelectorAll("path.lines")].map((path) => ({
    path: new Path2D(path.getAttribute("d")), doubtful: path.classList.contains("doubtful"),
  }));
  const labels = [];
  for (const text of picture.querySelectorAll("[data-thing] text")) {
    const node = nodes.get(text.parentNode.dataset.thing);
    if (node && text.getClientRects().length) labels.push({ node, text: text.textContent, side: sides.find((side) => text.classList.contains(side)) });
  }
  return { lines, labels };
}

/** A label cut after a word, as in the picture. */
export function shortened(label) {
  const text = label.split(/\s+/).join(" ").trim();
  if (text.length <= MOST_LETTERS) return text;
  const cut = text.slice(0, MOST_LETTERS - 1);
  const end = text[MOST_LETTERS - 1] === " " ? MOST_LETTERS - 1 : cut.lastIndexOf(" ");
  return `${(end >= MOST_LETTERS / 2 ? cut.slice(0, end) : cut).replace(/[\s,;:.–—(-]+$/, "")}…`;
}

/** Where a thing is seen, how large, and how far from its middle its label stands: dots are smaller where it is narrow. */
export function seen(map, node) {
  const { k, x, y } = map.view;
  const reach = (node.across / 2) * Math.sqrt(k);
  return { x: node.fx * map.width * k + x, y: node.fy * map.height * k + y, radius: map.width < NARROW ? 0.7 * reach : reach, reach };
}

/** Whether a place is on the canvas, or nearly. */
function near({ x, y }, map, margin = 30) {
  return x > -margin && y > -margin && x < map.width + margin && y < map.height + margin;
}

/** What a label covers on a side of its thing, the middle of that included, as the picture has it. */
function boxOf(node, at, width, side) {
  const far = at.reach + GAP + width;
  const tall = at.reach + LINE + 1;
  const ends = {
    right: [0, far, -LINE / 2, LINE / 2], left: [-far, 0, -LINE / 2, LINE / 2],
    below: [-width / 2, width / 2, 0, tall], above: [-width / 2, width / 2, -tall, 0],
  }[side];
  return { node, side, left: at.x + ends[0], right: at.x + ends[1], top: at.y + ends[2], bottom: at.y + ends[3] };
}

/** Whether two boxes have a part in common. */
function meet(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** Chooses the labels to be shown: none lies over another, and few over a dot. */
export function chooseLabels(map, pen) {
  if (map.asPicture()) return map.picture.labels;
  pen.font = `${LETTERS}px ${map.look.sans}`;
  const shown = map.drawn.map((node) => ({ node, at: seen(map, node) })).filter(({ node, at }) => !map.hides(node) && near(at, map, 0));
  const many = shown.length > 400;
  const dots = shown.filter(({ node, at }) => map.marks(node) && (!many || at.radius >= 5)).map(({ node, at }) => ({
    node, radius: at.radius, left: at.x - at.radius, right: at.x + at.radius, top: at.y - at.radius, bottom: at.y + at.radius,
  }));
  const wanted = shown.filter(({ node }) => map.marks(node) && node.id !== map.chosen); // that one has a box of its own
  wanted.sort((one, other) => one.node.place - other.node.place);
  const room = (map.width * map.height) / (many ? 11000 : 5000);
  const leading = map.chosen || map.matching ? 0 : LEADING;
  const taken = map.chosen ? [ringBox(map, pen, map.nodes.get(map.chosen))] : [];
  wanted.slice(0, CANDIDATES).forEach(({ node, at }, rank) => {
    if (taken.length >= room + 1) return;
    const text = shortened(node.label);
    const boxes = sides.map((side) => boxOf(node, at, pen.measureText(text).width + 2, side)).filter((box) => box.left >= EDGE
      && box.right <= map.width - EDGE && box.top >= EDGE && box.bottom <= map.height - EDGE && !taken.some((other) => meet(box, other)));
    const clear = (box, least) => !dots.some((dot) => dot.node !== node && dot.radius >= least && meet(box, dot));
    const box = boxes.find((one) => clear(one, 0)) ?? (rank < leading ? boxes.find((one) => clear(one, at.radius)) : null);
    if (box) taken.push({ ...box, text });
  });
  return taken.filter(({ side }) => side).map(({ node, text, side }) => ({ node, text, side }));
}

/** Where the text of a label is drawn, and how it is aligned to that. */
export function textPlace(map, { node, side }) {
  const at = seen(map, node);
  if (side === "right") return { align: "start", x: at.x + at.reach + GAP, y: at.y + 0.35 * LETTERS };
  if (side === "left") return { align: "end", x: at.x - at.reach - GAP, y: at.y + 0.35 * LETTERS };
  return { align: "center", x: at.x, y: side === "below" ? at.y + at.reach + LETTERS : at.y - at.reach - 0.35 * LETTERS };
}

/** Paints all of it. */
export function paint(map, pen) {
  pen.setTransform(map.ratio, 0, 0, map.ratio, 0, 0);
  pen.clearRect(0, 0, map.width, map.height);
  paintLines(map, pen);
  paintDots(map, pen);
  if (map.years) paintYears(map, pen);
  for (const label of map.labels) paintLabel(map, pen, label);
  for (const id of new Set([map.chosen, map.over])) if (id) paintRing(map, pen, map.nodes.get(id));
}

/** Paints the lines: those of the picture, or all where a reader is near, and those of what is chosen upon them. */
function paintLines(map, pen) {
  const { look, view } = map;
  const quiet = map.edges.length > 2000 && (map.chosen || map.matching);
  pen.strokeStyle = map.many ? look.thread : look.line;
  if (!quiet && !map.span && (view.k <= 2 || map.linesAreAll)) {
    const placed = new DOMMatrix([(map.width * view.k) / UNITS, 0, 0, (map.height * view.k) / UNITS, view.x, view.y]);
    for (const { path, doubtful } of map.picture.lines) {
      const moved = new Path2D();
      moved.addPath(path, placed);
      pen.lineWidth = doubtful ? 0.35 : 0.7;
      pen.stroke(moved);
    }
  } else if (!quiet) {
    for (const doubtful of [false, true]) {
      strokeEdges(map, pen, map.edges.filter((edge) => edge.doubtful === doubtful), doubtful ? 0.35 : 0.7);
    }
  }
  if (!map.chosen) return;
  pen.strokeStyle = look.link;
  strokeEdges(map, pen, map.edges.filter((edge) => edge.source.id === map.chosen || edge.target.id === map.chosen), 1.6);
}

/** Strokes some lines at once. */
function strokeEdges(map, pen, edges, width) {
  pen.lineWidth = width;
  pen.beginPath();
  for (const { source, target } of edges) {
    if (map.hides(source) || map.hides(target)) continue;
    const [from, to] = [seen(map, source), seen(map, target)];
    if (Math.max(from.x, to.x) < 0 || Math.min(from.x, to.x) > map.width) continue;
    if (Math.max(from.y, to.y) < 0 || Math.min(from.y, to.y) > map.height) continue;
    pen.moveTo(from.x, from.y);
    pen.lineTo(to.x, to.y);
  }
  pen.stroke();
}

/** Paints the dots, the small ones upon the large; what is not marked is pale and below. */
function paintDots(map, pen) {
  for (const marked of [false, true]) {
    let colour = null;
    for (const node of map.drawn) {
      if (map.hides(node) || map.marks(node) !== marked) continue;
      const at = seen(map, node);
      if (!near(at, map)) continue;
      const wanted = marked ? map.look.groups[node.community] ?? map.look.soft : map.look.line;
      if (wanted !== colour) {
        if (colour) pen.fill();
        pen.fillStyle = colour = wanted;
        pen.beginPath();
      }
      if (node.kind === "concept") pen.rect(at.x - at.radius, at.y - at.radius, 2 * at.radius, 2 * at.radius);
      else {
        pen.moveTo(at.x + at.radius, at.y);
        pen.arc(at.x, at.y, at.radius, 0, 2 * Math.PI);
      }
    }
    if (colour) pen.fill();
  }
}

/** Paints a label on a rim of paper. */
function paintLabel(map, pen, label) {
  const { node, text } = label;
  if (map.hides(node) || node.id === map.chosen || !near(seen(map, node), map, 200)) return;
  const { align, x, y } = textPlace(map, label);
  pen.font = `${LETTERS}px ${map.look.sans}`;
  pen.textAlign = align;
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = map.look.paper;
  pen.fillStyle = map.look.ink;
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
}

/** What the whole label of a thing covers, beside its ring. */
function ringBox(map, pen, node) {
  const at = seen(map, node);
  pen.font = `600 ${LETTERS + 1}px ${map.look.sans}`;
  const width = Math.min(pen.measureText(node.label).width, map.width - 8);
  pen.font = `${LETTERS}px ${map.look.sans}`;
  const beside = at.x + at.radius + 8;
  const left = beside + width + 4 <= map.width ? beside : Math.max(4, at.x - at.radius - 8 - width);
  return { node, left: left - 3, right: left + width + 3, top: at.y - 11, bottom: at.y + 11, width };
}

/** Paints a ring around a thing, and its whole label on paper. */
function paintRing(map, pen, node) {
  if (map.hides(node)) return;
  const at = seen(map, node);
  const box = ringBox(map, pen, node);
  pen.strokeStyle = map.look.ink;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(at.x, at.y, at.radius + 4, 0, 2 * Math.PI);
  pen.stroke();
  pen.font = `600 ${LETTERS + 1}px ${map.look.sans}`;
  pen.textAlign = "start";
  pen.fillStyle = map.look.paper;
  pen.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  pen.fillStyle = map.look.ink;
  pen.fillText(node.label, box.left + 3, at.y + 4.5, box.width);
}

/** Paints the years below a map that lies by year. */
function paintYears(map, pen) {
  const { first, last, place } = map.years;
  const across = (year) => place(year) * map.width * map.view.k + map.view.x;
  const apart = across(first + 1) - across(first);
  const step = [1, 5, 10, 50, 100].find((some) => some * apart >= 48) ?? 500;
  pen.font = `${LETTERS}px ${map.look.sans}`;
  pen.textAlign = "center";
  pen.lineWidth = 1;
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    const x = across(year);
    if (x < 14 || x > map.width - 14) continue;
    pen.strokeStyle = map.look.line;
    pen.beginPath();
    pen.moveTo(x, map.height - 22);
    pen.lineTo(x, map.height - 16);
    pen.stroke();
    pen.fillStyle = map.look.soft;
    pen.fillText(String(year), x, map.height - 4);
  }
}
