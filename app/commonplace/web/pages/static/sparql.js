"use strict";
// The SPARQL page: an editor (Yasqe) and results (Yasr) over this server's own /sparql. What is completed and the
// examples are asked through SPARQL, from the named graphs in which the library describes itself.

const form = document.getElementById("ask");
const at = document.getElementById("at");
const examples = document.getElementById("example");
const permalink = document.getElementById("permalink");
const status = document.getElementById("status");
const problem = document.getElementById("problem");
const stop = document.getElementById("stop");
const words = form.dataset;
const questions = JSON.parse(words.questions);
const endpoint = new URL("../sparql", document.currentScript.src).href;

const TABLES = { CSV: "text/csv", TSV: "text/tab-separated-values", JSON: "application/sparql-results+json",
  XML: "application/sparql-results+xml" };
const TRUTHS = { JSON: TABLES.JSON, XML: TABLES.XML };
const GRAPHS = { Turtle: "text/turtle", "JSON-LD": "application/ld+json", "N-Triples": "application/n-triples",
  "RDF/XML": "application/rdf+xml" };
const SUFFIXES = { CSV: "csv", TSV: "tsv", JSON: "srj", XML: "srx", Turtle: "ttl", "JSON-LD": "jsonld",
  "N-Triples": "nt", "RDF/XML": "rdf" };

/** The rows of a SELECT, each {column: value}. */
async function select(query) {
  const address = `${endpoint}?${new URLSearchParams({ query })}`;
  const response = await fetch(address, { headers: { Accept: TABLES.JSON } });
  if (!response.ok) throw new Error(filled(words.wordUndescribed, { status: response.status }));
  const { results } = await response.json();
  return results.bindings.map((row) => Object.fromEntries(Object.entries(row).map(([name, { value }]) => [name, value])));
}

const SH = "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>";
const VOID = "PREFIX void: <http://rdfs.org/ns/void#>";
const known = {
  prefixes: once(() => select(`${SH} SELECT DISTINCT ?prefix ?namespace FROM <${form.dataset.examples}> {
    [] sh:prefix ?prefix ; sh:namespace ?namespace } ORDER BY ?prefix`)),
  examples: once(() => select(`${SH} SELECT ?question ?text FROM <${form.dataset.examples}> {
    ?query a sh:SPARQLExecutable ; rdfs:comment ?question ; sh:select|sh:ask|sh:construct ?text } ORDER BY ?question`)),
  class: once(() => select(`${VOID} SELECT ?iri FROM <${form.dataset.void}> {
    ?partition void:class ?iri ; void:entities ?n } ORDER BY DESC(?n)`)),
  property: once(() => select(`${VOID} SELECT ?iri FROM <${form.dataset.void}> {
    ?dataset a void:Dataset ; void:propertyPartition ?partition .
    ?partition void:property ?iri ; void:triples ?n } ORDER BY DESC(?n)`)),
};

/** A function that asks at first use and keeps the answer. */
function once(ask) {
  let asked;
  return () => (asked ??= ask());
}

function registerCompleters() {
  Yasqe.forkAutocompleter("prefixes", {
    name: "our-prefixes",
    persistenceId: null,
    get: async () => (await known.prefixes()).map(({ prefix, namespace }) => `${prefix}: <${namespace}>`),
  });
  for (const kind of ["class", "property"]) {
    Yasqe.forkAutocompleter(kind, {
      name: `our-${kind}`,
      persistenceId: null,
      get: async (_, token) => {
        const begun = token?.autocompletionString ?? "";
        const local = (iri) => iri.replace(/^.*[#/]/, "").toLowerCase();
        const fits = ({ iri }) => iri.startsWith(begun) || local(iri).startsWith(begun.toLowerCase());
        return (await known[kind]()).filter(fits).map(({ iri }) => iri);
      },
      postProcessSuggestion: (yasqe, token, iri) => shortened(yasqe.getPrefixesFromQuery(), iri),
    });
  }
}

/** The IRI with a prefix of those, or in angle brackets. */
function shortened(prefixes, iri) {
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && /^[A-Za-z_][\w-]*$/.test(local)) return `${prefix}:${local}`;
  }
  return `<${iri}>`;
}

function makeEditor() {
  const plain = document.getElementById("query");
  const first = plain.value;
  plain.remove();
  const editor = new Yasqe(document.getElementById("editor"), {
    value: first,
    autocompleters: ["our-prefixes", "our-class", "our-property", "variables"],
    persistenceId: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    lineWrapping: true,
    screenReaderLabel: words.wordLabel,
    createShareableLink: null,
    consumeShareLink: null,
    extraKeys: { ...Yasqe.defaults.extraKeys, Tab: false, "Shift-Tab": false }, // Tab leaves the editor
    requestConfig: {
      endpoint,
      acceptHeaderSelect: TABLES.JSON,
      acceptHeaderGraph: GRAPHS["N-Triples"],
      args: () => (at.value ? [{ name: "at", value: at.value }] : []),
    },
  });
  // Yasqe sets no name on the field it reads keys from; the label above is for it.
  editor.getInputField().id = "query";
  return editor;
}

async function offerExamples() {
  const found = await known.examples();
  examples.append(...found.map(({ question, text }) => new Option(questions[question] ?? question, text)));
}

/** What a failed answer says, as text: problem+json's detail, or the text itself. */
function reason(fault) {
  try {
    return JSON.parse(fault.message).detail;
  } catch {
    return fault.message;
  }
}

function linkTo(query, version) {
  const asked = new URLSearchParams({ query, ...(version && { at: version }) });
  return `${location.origin}${location.pathname}#${asked}`;
}

function readLink(editor) {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (!asked.has("query")) return false;
  editor.setValue(asked.get("query"));
  at.value = asked.get("at") ?? "";
  return true;
}

function formatsFor(kind) {
  if (kind === "ASK") return TRUTHS;
  return kind === "SELECT" ? TABLES : GRAPHS;
}

function offerDownloads(kind) {
  const names = Object.keys(formatsFor(kind));
  document.getElementById("format").replaceChildren(...names.map((name) => new Option(name)));
  document.getElementById("downloads").hidden = false;
}

async function download({ query, version, kind }) {
  const format = document.getElementById("format").value;
  const body = new URLSearchParams({ query, at: version });
  const response = await fetch(endpoint, { method: "POST", body, headers: { Accept: formatsFor(kind)[format] } });
  if (!response.ok) return tell(new Error(await response.text()));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `commonplace-${version}.${SUFFIXES[format]}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function tell(fault) {
  problem.textContent = reason(fault);
  problem.hidden = false;
}

/** Give a way of showing results its name in the language of the page. */
function labelled(name, label) {
  const Shown = Yasr.plugins[name];
  Yasr.registerPlugin(name, class extends Shown {
    constructor(yasr) {
      super(yasr);
      this.label = label;
    }
  });
}

/** Say what the controls of the table are in the language of the page, for the table is drawn in English. */
function nameControls() {
  const said = JSON.parse(words.controls);
  for (const span of document.querySelectorAll("#results .yasr_header span")) {
    const word = said[span.textContent.trim()];
    if (word) span.textContent = `${word} `;
  }
  const filter = document.querySelector("#results .tableFilter");
  if (filter) {
    filter.placeholder = said["Filter query results"];
    filter.setAttribute("aria-label", filter.placeholder);
  }
}

function start() {
  registerCompleters();
  const editor = makeEditor();
  Yasr.registerPlugin("graph", ResultGraph);
  labelled("table", words.wordTable);
  labelled("response", words.wordResponse);
  const declared = {};
  known.prefixes().then((found) => found.forEach(({ prefix, namespace }) => (declared[prefix] = namespace)), tell);
  const results = new Yasr(document.getElementById("results"), {
    persistenceId: null,
    pluginOrder: ["table", "boolean", "graph", "response"],
    defaultPlugin: "table",
    plugins: { ...Yasr.defaults.plugins, table: { enabled: true, dynamicConfig: { compact: true, isEllipsed: false } } },
    prefixes: () => ({ ...declared, ...editor.getPrefixesFromQuery() }),
  });
  results.on("drawn", nameControls);
  let answered;
  let cancel;

  const refreshLink = () => (permalink.href = linkTo(editor.getValue(), at.value));
  const run = () => {
    problem.hidden = true;
    status.textContent = words.wordAsking;
    editor.query().catch(() => {}); // told by queryResponse
  };
  editor.on("change", refreshLink);
  at.addEventListener("input", refreshLink);
  editor.on("query", (_, request, controller) => {
    cancel = controller;
    stop.hidden = false;
    answered = { query: editor.getValue(), kind: editor.getQueryType() };
  });
  editor.on("queryResponse", (_, response, duration) => {
    stop.hidden = true;
    document.getElementById("downloads").hidden = true;
    document.getElementById("results").hidden = response instanceof Error;
    if (response instanceof Error) {
      status.textContent = response.name === "AbortError" ? words.wordStopped : "";
      if (response.name !== "AbortError") tell(response);
      return;
    }
    const version = response.headers.get("Commonplace-Version");
    const whole = response.headers.get("Commonplace-Complete");
    answered.version = version;
    const said = whole === "complete" ? words.wordWhole : words.wordCut;
    status.textContent = filled(said, { version, seconds: (duration / 1000).toFixed(2) });
    permalink.href = linkTo(answered.query, version);
    results.setResponse(response, duration);
    offerDownloads(answered.kind);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  stop.addEventListener("click", () => cancel?.abort());
  document.getElementById("download").addEventListener("click", () => download(answered).catch(tell));
  examples.addEventListener("change", () => {
    if (!examples.value) return;
    editor.setValue(examples.value);
    run();
  });
  window.addEventListener("hashchange", () => readLink(editor) && run());
  offerExamples().catch(tell);
  refreshLink();
  if (readLink(editor)) run();
}

start();
