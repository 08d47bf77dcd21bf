// Brings the program that moves the map when a reader first wants to: by pointer, key, focus or tap, or where the
// address names a thing on it. Until then the picture is the map, and costs no program.

const section = document.getElementById("map");
const box = section.querySelector(".drawing");
const canvas = document.getElementById("map-canvas");
const byId = (id) => document.getElementById(id);

let program = null;
let failed = false;

/** Returns the program once it draws the map; it is fetched the first time. */
function start() {
  program ??= (async () => {
    performance.mark("map asked");
    const fetched = await import(section.dataset.program);
    await fetched.start();
    return fetched;
  })().catch((fault) => {
    failed = true;
    canvas.hidden = true;
    byId("map-found").textContent = section.dataset.wordFailed;
    throw fault;
  });
  return program;
}

/** Lets the program do something once it is there. */
function then(act) {
  if (!failed) start().then(act, (fault) => console.error(fault));
}

/** Chooses the thing that was clicked on the picture; a click that asks for another tab is left alone. */
function onClick(event) {
  if (failed || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("[data-thing]");
  event.preventDefault();
  canvas.focus({ preventScroll: true }); // so that the keys go on from what was clicked
  then((map) => map.choose(link?.dataset.thing ?? null));
}

/** Whether the address names a thing, which the list below has an anchor for. */
function namesThing() {
  return /^#(work|concept)\//.test(location.hash);
}

canvas.hidden = false;
canvas.tabIndex = 0;
canvas.classList.add("waiting");
box.addEventListener("pointerenter", (event) => event.pointerType === "touch" || then(() => {}));
byId("map-picture").addEventListener("click", onClick);
canvas.addEventListener("focus", () => then(() => {}), { once: true });
canvas.addEventListener("keydown", (event) => {
  if (canvas.dataset.drawn || event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  then((map) => map.onKey(event)); // a key that was pressed before the program was there counts
});
for (const id of ["map-words", "map-from", "map-to"]) byId(id)?.addEventListener("input", () => then(() => {}), { once: true });
for (const [id, act] of [["map-closer", "closer"], ["map-farther", "farther"], ["map-all", "wholeMap"]]) {
  byId(id).addEventListener("click", () => then((map) => map[act]()));
}
addEventListener("hashchange", () => namesThing() && then(() => {}));
if (namesThing()) then(() => {});
