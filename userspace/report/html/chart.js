// Memory over time: a panel per type, all on one time axis, with what happened as lines through them.

const markStyles = {
  failed_allocation: { letter: "F", name: "bad", label: "failed allocations" },
  clash: { letter: "C", name: "bad", label: "clashes" },
  refused: { letter: "R", name: "warn", label: "refused requests" },
  gap: { letter: "G", name: "warn", label: "gaps" },
  mark: { letter: "M", name: "ink", label: "marks" },
  trace_capture: { letter: "T", name: "accent", label: "trace captures" },
  close: { letter: "x", name: "dim", label: "closes" },
  process_exit: { letter: "E", name: "dim", label: "process exits" },
  process_start: { letter: "S", name: "dim", label: "process starts" },
  walk: { letter: "w", name: "dim", label: "walks" },
};
const levelFields = 5;  // slice, lowest, highest, last, sizes
let dragged = null;     // [x, x] while a stretch is chosen

const levelCount = (series) => series.levels.length / levelFields;

// Index of the last slice with a change that begins at or before `t`; -1: none.
function sliceAt(series, t) {
  let low = 0, high = levelCount(series);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.levels[middle * levelFields] * data.slice <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// What was held at `t`: a range within a slice in which it changed.
function levelAt(series, t) {
  const index = sliceAt(series, t);
  if (index < 0) return { low: 0, high: 0, bySize: false };
  const [slice, min, max, last, bySize] = series.levels.slice(index * levelFields, index * levelFields + levelFields);
  return t < (slice + 1) * data.slice ? { low: min, high: max, bySize: bySize === 1 } : { low: last, high: last, bySize: bySize === 1 };
}

// The most there is to hand out on this chip; null if it is not known.
function capacityOf(series) {
  const type = series.type === "L1+CB" || series.type === "CB" ? "L1" : series.type;
  const sizes = data.spaces
    .filter((space) => space.type === type && space.region !== null && space.places.includes(series.places[0]))
    .map((space) => space.region.bytes * space.region.banks);
  return sizes.length === 0 ? null : Math.max(...sizes);
}

function highestIn(series, from, to) {
  const first = Math.max(sliceAt(series, from), 0);
  let highest = 0;
  for (let i = first; i < levelCount(series) && series.levels[i * levelFields] * data.slice <= to; ++i) {
    const over = (series.levels[i * levelFields] + 1) * data.slice <= from;  // only what it left is in sight
    highest = Math.max(highest, series.levels[i * levelFields + (over ? 3 : 2)]);
  }
  return highest;
}

// In sight: of each slice [left, right] with its levels, and until where the last of it was held on.
function visibleSlices(series, width) {
  const clamp = (x) => Math.min(Math.max(x, marginLeft), width - marginRight);
  const slices = [];
  for (let i = Math.max(sliceAt(series, state.from), 0); i < levelCount(series); ++i) {
    const [slice, min, max, last] = series.levels.slice(i * levelFields, i * levelFields + 4);
    const begin = slice * data.slice;
    if (begin > state.to) break;
    const next = Math.max(i + 1 < levelCount(series) ? series.levels[(i + 1) * levelFields] * data.slice : data.duration, begin);
    const end = Math.min(begin + data.slice, next);
    slices.push({ left: clamp(xOf(begin, width)), right: clamp(xOf(end, width)), until: clamp(xOf(next, width)), min, max, last });
  }
  return slices;
}

function drawLevels(context, series, width, yOf, bottom) {
  const slices = visibleSlices(series, width);
  if (slices.length === 0) return;
  context.beginPath();
  context.moveTo(slices[0].left, bottom);
  for (const { left, right, until, min, last } of slices) {
    for (const [x, bytes] of [[left, min], [right, min], [right, last], [until, last]]) context.lineTo(x, yOf(bytes));
  }
  context.lineTo(slices[slices.length - 1].until, bottom);
  context.globalAlpha = 0.2;
  context.fill();
  context.globalAlpha = 1;
  for (const { left, right, until, min, max, last } of slices) {
    const low = yOf(min), high = yOf(max);
    context.fillRect(left, high - 0.75, Math.max(right - left, 1.5), Math.max(low - high, 0) + 1.5);
    context.fillRect(right, yOf(last) - 0.75, until - right, 1.5);
  }
}

const shownMarks = () => data.marks.filter((mark) => !state.hidden.has(mark.kind) && mark.t >= state.from && mark.t <= state.to);

const mostLines = 40;  // more would hide what they are drawn over: they become ticks

function drawOverlay(context, width, height) {
  const marks = shownMarks();
  const length = marks.length > mostLines ? 9 : height;
  for (const mark of marks) {
    const style = markStyles[mark.kind];
    context.fillStyle = colour(style.name);
    context.globalAlpha = style.name === "dim" ? 0.35 : 0.8;
    context.fillRect(xOf(mark.t, width) - 0.75, 0, 1.5, length);
  }
  context.globalAlpha = 1;
  if (state.at !== null && state.at >= state.from && state.at <= state.to) {
    context.fillStyle = colour("ink");
    context.fillRect(xOf(state.at, width) - 1, 0, 2, height);
  }
  if (dragged !== null) {
    context.fillStyle = colour("accent");
    context.globalAlpha = 0.25;
    context.fillRect(Math.min(...dragged), 0, Math.abs(dragged[1] - dragged[0]), height);
    context.globalAlpha = 1;
  }
}

function drawPanel(canvas, series) {
  const { context, width, height } = canvasOf(canvas);
  const top = 12, bottom = height - 6;
  const scale = Math.max(highestIn(series, state.from, state.to), 1) * 1.04;
  const yOf = (bytes) => bottom - bytes / scale * (bottom - top);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const share of [0, 0.5, 1]) {
    const bytes = scale / 1.04 * share, y = yOf(bytes);
    context.fillStyle = colour("line");
    context.fillRect(marginLeft, y, width - marginLeft - marginRight, 1);
    context.fillStyle = colour("dim");
    if (scale > 8 || share !== 0.5) context.fillText(humanBytes(Math.round(bytes)), marginLeft - 8, y);
  }
  const capacity = capacityOf(series);
  if (capacity !== null && capacity <= scale) {
    context.fillStyle = colour("bad");
    for (let x = marginLeft; x < width - marginRight; x += 10) context.fillRect(x, yOf(capacity), 5, 1.5);
  }
  context.fillStyle = colour("accent");
  drawLevels(context, series, width, yOf, bottom);
  drawOverlay(context, width, height);
}

// Round steps of a clock, about `count` in the span.
function timeTicks(count) {
  const span = state.to - state.from;
  const steps = [1, 2, 5].flatMap((n) => [...Array(10).keys()].map((e) => n * 10 ** e)).filter((n) => n < 6e10)
    .concat([60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].map((s) => s * 1e9)).sort((a, b) => a - b);
  const step = steps.find((candidate) => span / candidate <= count) || steps[steps.length - 1] * Math.ceil(span / steps[steps.length - 1] / count);
  const first = Math.ceil((state.from + sinceAttach) / step);
  return [...Array(count + 1).keys()].map((i) => (first + i) * step - sinceAttach).filter((t) => t <= state.to);
}

function drawTimeAxis(context, width, y) {
  context.textBaseline = "top";
  const ticks = timeTicks(Math.max(Math.floor(width / 170), 1));
  for (const t of ticks) {
    const x = xOf(t, width);
    context.fillStyle = colour("line");
    context.fillRect(x, y, 1, 6);
    context.fillStyle = colour("dim");
    context.textAlign = x > width - 60 ? "right" : "center";
    context.fillText(offset(t, state.to - state.from), x > width - 60 ? width - 2 : x, y + 9);
  }
}

function drawStrip(canvas) {
  const { context, width, height } = canvasOf(canvas);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "bold " + context.font;
  const taken = [];
  for (const kind of Object.keys(markStyles)) {  // the gravest first, and not over each other
    for (const mark of shownMarks().filter((candidate) => candidate.kind === kind)) {
      const x = xOf(mark.t, width);
      if (taken.some((other) => Math.abs(other - x) < 12)) continue;
      taken.push(x);
      context.fillStyle = colour(markStyles[kind].name);
      context.fillText(markStyles[kind].letter, x, height / 2);
    }
  }
}

function momentText(t) {
  const lines = seriesHere().filter((series) => state.types.has(series.type)).map((series) => {
    const level = levelAt(series, t);
    const range = level.low === level.high ? humanBytes(level.low) : humanBytes(level.low) + " to " + humanBytes(level.high);
    return series.type + "  " + range + (level.bySize && level.high > 0 ? " (size)" : "");
  });
  const mark = data.marks.findLast((candidate) => candidate.kind === "mark" && candidate.t <= t);
  const phase = mark === undefined ? "" : ", phase " + mark.text;
  return [offset(t, state.to - state.from) + " since the attach" + phase, ...lines];
}

// Those near a place on the time axis, the gravest first.
function marksNear(t, width) {
  const near = (state.to - state.from) / Math.max(width - marginLeft - marginRight, 1) * 5;
  const order = Object.keys(markStyles);
  return shownMarks().filter((mark) => Math.abs(mark.t - t) <= near).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).slice(0, 5)
    .map((mark) => counted(mark.count, mark.noun) + (mark.count > 1 ? ", such as " : ": ") + mark.text);
}

function showTip(event, lines) {
  const tip = byId("tip");
  tip.hidden = false;
  tip.textContent = lines.join("\n");
  const left = Math.min(event.clientX + 16, window.innerWidth - tip.offsetWidth - 8);
  const under = event.clientY + 18 + tip.offsetHeight < window.innerHeight;
  tip.style.left = Math.max(left, 8) + "px";
  tip.style.top = (under ? event.clientY + 18 : Math.max(event.clientY - tip.offsetHeight - 12, 8)) + "px";
}
const hideTip = () => { byId("tip").hidden = true; };

const chartGestures = {
  drag: (first, here) => {
    dragged = first === null ? null : [first.x, here.x];
    hideTip();
    drawCharts();
  },
  hover: (here, event) => {
    const t = Math.min(Math.max(tOf(here.x, here.width), state.from), state.to);
    showTip(event, [...momentText(t), ...marksNear(t, here.width)]);
  },
  leave: hideTip,
};

let panels = [];
let strip = null, axis = null;

function buildCharts() {
  const container = byId("charts");
  container.replaceChildren();
  panels = [];
  strip = element("canvas", { class: "strip", "aria-hidden": "true" });
  axis = element("canvas", { class: "axis", "aria-hidden": "true" });
  timeGestures(strip, chartGestures);
  container.append(strip);
  for (const series of seriesHere().filter((candidate) => state.types.has(candidate.type))) {
    const capacity = capacityOf(series);
    const label = series.type + " on " + placeList(placeGroups[state.place]);
    const canvas = element("canvas", { tabindex: "0", role: "img", "aria-label": label + " over time, peak " + humanBytes(series.peak) });
    const peak = element("button", { type: "button", title: "choose this moment", text: offset(series.peak_t), on: { click: () => chooseMoment(series.peak_t) } });
    timeGestures(canvas, chartGestures);
    container.append(element("figure", { class: "chart" }, [
      element("figcaption", {}, [
        element("h3", { text: series.type }),
        element("span", { class: "dim", text: "peak " + humanBytes(series.peak) + (capacity === null ? "" : " of " + humanBytes(capacity)) + " at" }),
        peak,
        element("span", { class: "dim", text: "at the end " + humanBytes(series.end) }),
      ]),
      canvas,
    ]));
    panels.push({ canvas, series });
  }
  container.append(axis);
  if (panels.length === 0) container.replaceChildren(element("p", { class: "note", text: "No device memory was held by what this page shows." }));
}

function drawCharts() {
  if (panels.length === 0) return;
  drawStrip(strip);
  for (const panel of panels) drawPanel(panel.canvas, panel.series);
  const { context, width } = canvasOf(axis);
  drawTimeAxis(context, width, 0);
  byId("readout").textContent = state.at === null ? "Click, or press an arrow key in a picture, to choose a moment." : momentText(state.at).join(" \u00b7 ");
}
