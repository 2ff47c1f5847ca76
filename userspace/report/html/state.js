// What is shown now: chip, types, a stretch of time, one chosen moment. The address bar keeps it, so a link shows the same.

const marginLeft = 92, marginRight = 12;  // of all pictures that share the time axis
const leastSpan = 1000;                  // ns

const state = { place: 0, types: null, hidden: new Set(["walk", "process_start"]), from: 0, to: Math.max(data.duration, 1), at: null, map: null, space: "" };
const listeners = [];

function changed() {
  for (const listener of listeners) listener();
  saveState();
}

function setSpan(from, to) {
  const whole = Math.max(data.duration, 1);
  const span = Math.min(Math.max(to - from, Math.min(leastSpan, whole)), whole);
  state.from = Math.min(Math.max(from, 0), whole - span);
  state.to = state.from + span;
  changed();
}

function zoom(factor, centre = (state.from + state.to) / 2) {
  setSpan(centre - (centre - state.from) * factor, centre + (state.to - centre) * factor);
}

const move = (share) => setSpan(state.from + (state.to - state.from) * share, state.to + (state.to - state.from) * share);
const wholeTime = () => setSpan(0, data.duration);

// A job may take long until it first allocates: the page opens where there is something to see.
function firstSpan() {
  const first = Math.min(...data.series.map((series) => series.levels[0] * data.slice), ...data.marks.filter((mark) => !state.hidden.has(mark.kind)).map((mark) => mark.t));
  const lead = (data.duration - first) * 0.05;
  if (Number.isFinite(first) && first > data.duration * 0.3) state.from = Math.max(Math.min(first - lead, state.to - leastSpan), 0);
}

function chooseMoment(t) {
  state.at = t === null ? null : Math.min(Math.max(t, 0), data.duration);
  changed();
}

// Places whose histories are all the same are one choice.
const placeGroups = (() => {
  const rows = new Map();
  const add = (place, what) => rows.set(place, (rows.get(place) || "") + " " + what);
  data.series.forEach((series, index) => series.places.forEach((place) => add(place, index)));
  data.spaces.forEach((space, index) => {
    if (space.type !== "CB") space.places.forEach((place) => add(place, "s" + index));
  });
  const groups = new Map();
  for (const [place, key] of rows) groups.set(key, [...(groups.get(key) || []), place]);
  return [...groups.values()];
})();

const seriesHere = () => {
  const group = placeGroups[state.place];
  return group === undefined ? [] : data.series.filter((series) => series.places.includes(group[0]));
};

function saveState() {
  const parts = new URLSearchParams();
  if (state.place !== 0) parts.set("chip", state.place);
  parts.set("from", Math.round(state.from));
  parts.set("to", Math.round(state.to));
  if (state.at !== null) parts.set("at", Math.round(state.at));
  if (state.map !== null) parts.set("map", state.map);
  try {
    history.replaceState(null, "", "#" + parts.toString());
  } catch (error) {
    // Some browsers forbid it for file://, others when it comes too often.
  }
}

function loadState() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const number = (name, fallback) => {
    const value = Number(parts.get(name));
    return parts.has(name) && Number.isFinite(value) ? value : fallback;
  };
  state.place = Math.min(Math.max(Math.trunc(number("chip", 0)), 0), Math.max(placeGroups.length - 1, 0));
  state.map = parts.get("map");
  const at = number("at", null);
  state.at = at === null ? null : Math.min(Math.max(at, 0), data.duration);
  const whole = Math.max(data.duration, 1);
  if (!parts.has("from")) {
    state.from = 0;
    state.to = whole;
    firstSpan();
    return;
  }
  const from = Math.min(Math.max(number("from", 0), 0), whole), to = Math.min(number("to", whole), whole);
  if (to - from >= Math.min(leastSpan, whole)) {
    state.from = from;
    state.to = to;
  }
}

const xOf = (t, width) => marginLeft + (t - state.from) / (state.to - state.from) * (width - marginLeft - marginRight);
const tOf = (x, width) => state.from + (x - marginLeft) / Math.max(width - marginLeft - marginRight, 1) * (state.to - state.from);

const keys = {
  "+": () => zoom(0.5, state.at === null ? undefined : state.at),
  "=": () => zoom(0.5, state.at === null ? undefined : state.at),
  "-": () => zoom(2),
  "0": wholeTime,
  "Escape": () => chooseMoment(null),
};

// Dragging chooses a stretch of time, a click one moment, a double click all of it; `pick` may take part.
function timeGestures(canvas, pick = {}) {
  let start = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, width: box.width, height: box.height };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = at(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = at(event);
    if (start !== null && pick.drag) pick.drag(start, here);
    else if (pick.hover) pick.hover(here, event);
  });
  canvas.addEventListener("pointerup", (event) => {
    const first = start, here = at(event);
    start = null;
    if (first === null) return;
    if (pick.drag) pick.drag(null, null);
    if (Math.abs(here.x - first.x) < 4 && Math.abs(here.y - first.y) < 4) {
      if (pick.click) pick.click(here);
      else chooseMoment(tOf(here.x, here.width));
      return;
    }
    if (pick.area) pick.area(first, here);
    if (Math.abs(here.x - first.x) >= 4) setSpan(tOf(Math.min(first.x, here.x), here.width), tOf(Math.max(first.x, here.x), here.width));
  });
  canvas.addEventListener("pointercancel", () => { start = null; if (pick.drag) pick.drag(null, null); });
  canvas.addEventListener("pointerleave", () => { if (pick.leave) pick.leave(); });
  canvas.addEventListener("dblclick", () => { if (pick.reset) pick.reset(); wholeTime(); });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const handler = (pick.keys && pick.keys[event.key]) || keys[event.key];
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step !== 0 && event.shiftKey) move(step * 0.25);
    else if (step !== 0) {
      const span = state.to - state.from;
      const moment = Math.min(Math.max((state.at === null ? state.from + span / 2 : state.at) + step * span / 100, 0), data.duration);
      state.at = moment;
      if (moment < state.from || moment > state.to) setSpan(moment - span / 2, moment + span / 2);
      else changed();
    } else if (handler) handler();
    else return;
    event.preventDefault();
  });
}
