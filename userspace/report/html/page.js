// Head, choices, and what is drawn when.

function buildHead() {
  byId("target").textContent = data.target || "an unknown target";
  document.title = (data.target || "tt-alloc-trace") + " \u2013 tt-alloc-trace report";
  const known = { full: "all of it", partial: "a part of it", none: "nothing" }[data.known_before_attach] || "not known";
  const facts = [
    ["host", data.host + (data.kernel ? ", Linux " + data.kernel : "")],
    ["attached", data.attached_at === null ? "not known" : data.attached_at.slice(0, 19).replace("T", " ") + "Z"],
    ["shown", data.events === 0 ? "nothing" : humanDuration(data.duration) + " from " + offset(0) + " since the attach"],
    ["events", humanCount(data.events)],
    ["lost events", data.lost_events === 0 ? "none" : humanCount(data.lost_events)],
    ["held before the attach", known + " is known"],
    ["complete", data.complete ? "yes" : "no"],
    ["recorded by", "tt-alloc-trace " + data.tool_version],
  ];
  byId("facts").replaceChildren(...facts.map(([name, value]) => element("div", {}, [element("dt", { text: name }), element("dd", { text: value })])));
  byId("notes").replaceChildren(...data.notes.map((note) => element("li", { class: note.ink, text: note.text })));
  byId("series-hint").textContent = "Bytes on each chip: " + data.unit + ". In slices of " + humanDuration(data.slice) +
    ": the dark band is from the lowest to the highest of a slice. Drag to zoom, double click for the whole time; arrow keys, + and - do as well." +
    (data.rows_left_out ? " There are more chips than are kept: some are missing." : "");
}

function checkbox(text, checked, toggle) {
  return element("label", {}, [element("input", { type: "checkbox", checked, on: { change: (event) => { toggle(event.target.checked); changed(); } } }), " " + text]);
}

function buildChoice() {
  byId("place").replaceChildren(...placeGroups.map((group, i) => element("option", { value: i, text: placeList(group), selected: i === state.place })));
  byId("place").addEventListener("change", (event) => {
    state.place = Number(event.target.value);
    addresses = null;
    changed();
  });
  const types = [...new Set(data.series.map((series) => series.type))];
  state.types = new Set(types);
  byId("types").replaceChildren(...types.map((type) => checkbox(type, true, (on) => on ? state.types.add(type) : state.types.delete(type))));
  const kinds = Object.keys(markStyles).filter((kind) => data.marks.some((mark) => mark.kind === kind));
  byId("kinds").replaceChildren(...kinds.map((kind) => checkbox(markStyles[kind].letter + " " + markStyles[kind].label, !state.hidden.has(kind), (on) => on ? state.hidden.delete(kind) : state.hidden.add(kind))));
  const buttons = { earlier: () => move(-0.5), later: () => move(0.5), closer: () => keys["+"](), wider: () => keys["-"](), whole: wholeTime };
  for (const [id, action] of Object.entries(buttons)) byId(id).addEventListener("click", action);
  byId("choice").hidden = data.series.length === 0;
}

let builtFor = null;

function drawAll() {
  const wanted = state.place + ":" + [...state.types].join(",");
  if (builtFor !== wanted) {
    builtFor = wanted;
    buildCharts();
  }
  mapChoice();
  drawCharts();
  drawMap();
  drawCores();
  drawFlame();
  drawHeld();
}

function start() {
  loadState();
  buildHead();
  buildChoice();
  buildTables();
  startMap();
  startFlame();
  listeners.push(drawAll);
  drawAll();
  const redraw = () => { drawCharts(); drawMap(); };
  window.addEventListener("resize", redraw);
  window.addEventListener("hashchange", () => { loadState(); drawAll(); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.body.dataset.ready = "yes";
}

try {
  start();
} catch (error) {
  fail(error.message);
  throw error;
}
