"use strict";
// "Graph": results as nodes and edges, drawn by cytoscape. Triples as they are; of a table, each row's first
// IRI leads to its other IRIs, by edges named as their columns.

const MOST_NODES = 400;
const NAMING = /(?:#|\/)(?:label|prefLabel|title|name|citationKey)$/;

/** Words of the page with values in the places of their names. */
function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

class ResultGraph {
  constructor(yasr) {
    this.yasr = yasr;
    this.label = document.getElementById("ask").dataset.wordDrawn;
    this.priority = 5;
  }

  canHandleResults() {
    return this.edges().length > 0;
  }

  getIcon() {
    const icon = document.createElement("span");
    icon.setAttribute("aria-hidden", "true");
    return icon;
  }

  /** Every edge of the results: {from, name, to}, the names of properties or columns shortened. */
  edges() {
    const results = this.yasr.results;
    if (!results || results.hasError() || results.getBoolean() !== undefined) return [];
    const bindings = results.getBindings() ?? [];
    const statements = results.getStatements?.() ?? null;
    if (statements) {
      return statements
        .filter((triple) => triple.object.termType !== "Literal")
        .map((triple) => ({ from: triple.subject.value, name: triple.predicate.value, to: triple.object.value }));
    }
    return bindings.flatMap((row) => {
      const things = results.getVariables().filter((name) => ["uri", "bnode"].includes(row[name]?.type));
      return things.slice(1).map((name) => ({ from: row[things[0]].value, name, to: row[name].value }));
    });
  }

  /** What the results themselves call a thing, by its IRI. */
  names() {
    const statements = this.yasr.results.getStatements?.() ?? [];
    const naming = statements.filter((t) => t.object.termType === "Literal" && NAMING.test(t.predicate.value));
    return new Map(naming.map((triple) => [triple.subject.value, triple.object.value]));
  }

  shorten(iri) {
    for (const [prefix, namespace] of Object.entries(this.yasr.getPrefixes())) {
      if (iri.startsWith(namespace)) return `${prefix}:${iri.slice(namespace.length)}`;
    }
    return decodeURI(iri).replace(/^.*\/id\//, "");
  }

  draw() {
    const names = this.names();
    const nodes = new Map();
    const edges = [];
    const all = [...new Map(this.edges().map((edge) => [JSON.stringify(edge), edge])).values()];
    for (const { from, name, to } of all) {
      if (nodes.size >= MOST_NODES && !(nodes.has(from) && nodes.has(to))) continue;
      for (const id of [from, to]) {
        const label = names.get(id) ?? this.shorten(id);
        nodes.set(id, { data: { id, label: label.length > 40 ? `${label.slice(0, 39)}…` : label } });
      }
      edges.push({ data: { source: from, target: to, label: this.shorten(name) } });
    }
    const note = document.createElement("p");
    const counts = { things: nodes.size, links: edges.length, all: all.length };
    const words = document.getElementById("ask").dataset;
    note.textContent = filled(edges.length < all.length ? words.wordCutGraph : words.wordGraph, counts);
    const canvas = document.createElement("div");
    canvas.className = "graph";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", filled(words.wordDrawing, counts));
    this.yasr.resultsEl.replaceChildren(note, canvas);
    this.show(canvas, note, [...nodes.values(), ...edges]);
  }

  show(canvas, note, elements) {
    const style = getComputedStyle(document.body);
    const text = { color: style.color, "font-size": 10, label: "data(label)" };
    this.drawing = cytoscape({
      container: canvas,
      elements,
      layout: { name: "cose", animate: false, randomize: true, nodeDimensionsIncludeLabels: true },
      style: [
        { selector: "node", style: { ...text, width: 14, height: 14, "background-color": "#3a7bd5" } },
        {
          selector: "edge",
          style: {
            ...text,
            "font-size": 8,
            width: 1,
            "line-color": "#888",
            "target-arrow-color": "#888",
            "target-arrow-shape": "triangle",
            "curve-style": "bezier",
            "text-rotation": "autorotate",
          },
        },
      ],
    });
    this.drawing.on("tap", "node", (event) => {
      const iri = event.target.id();
      const link = document.createElement("a");
      link.href = link.textContent = iri;
      note.replaceChildren(/^https?:/i.test(iri) ? link : iri); // no other leads anywhere, and `javascript:` runs
    });
  }

  destroy() {
    this.drawing?.destroy();
  }
}
