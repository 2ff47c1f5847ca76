// Who held which addresses when. Rectangles: time from left to right, addresses of one bank from bottom to top.

const rectFields = 12;
const rects = (() => {
  const list = [];
  for (let i = 0; i < data.rects.length; i += rectFields) {
    const [space, start, end, address, bankBytes, size, object, cores, origin, ending, unsafe, plan] = data.rects.slice(i, i + rectFields);
    list.push({ space, start, end, address, bankBytes, size, object, cores, origin, ending, unsafe, plan, type: data.spaces[space].type });
  }
  return list;
})();
const leftOutOf = (type) => data.rects_left_out[type] || 0;

let addresses = null;     // [low, high] chosen; null: all there are
let selected = null;      // rectangle
let pointed = null;       // address under the keyboard's crosshair
let draggedArea = null;
let here = [];            // rectangles of the chosen memory
let mapTypes = [];

const placeHere = () => (placeGroups[state.place] || [null])[0];
const spacesOf = (type) => data.spaces.map((space, index) => ({ ...space, index }))
  .filter((space) => space.type === type && space.places.includes(placeHere()));

function mapChoice() {
  const types = ["DRAM", "L1", "L1_SMALL", "TRACE", "SYSTEM_MEMORY"].filter((type) => spacesOf(type).length > 0);
  if (types.length === 0 && spacesOf("CB").length > 0) types.push("L1");
  mapTypes = types;
  if (!types.includes(state.map)) state.map = types.includes("L1") && data.marks.some((mark) => mark.kind === "clash") ? "L1" : types[0] || null;
  const spaces = spacesOf(state.map);
  if (!spaces.some((space) => String(space.index) === state.space)) state.space = "";
  byId("map-type").replaceChildren(...types.map((type) => element("option", { value: type, text: type === "L1" ? "L1 and circular buffers" : type, selected: type === state.map })));
  byId("map-space").replaceChildren(
    element("option", { value: "", text: spaces.length === 1 ? "the only one" : "all " + spaces.length }),
    ...spaces.map((space) => element("option", { value: space.index, selected: String(space.index) === state.space, text: space.owner + ", pid " + space.pid + ", at " + space.allocator })),
  );
  const kinds = state.map === "L1" ? ["L1", "CB"] : [state.map];
  here = rects.filter((rect) => kinds.includes(rect.type) && data.spaces[rect.space].places.includes(placeHere()) &&
    (state.space === "" || String(rect.space) === state.space || rect.type === "CB"));
  if (selected !== null && !here.includes(selected)) selected = null;
  const left = kinds.reduce((sum, kind) => sum + leftOutOf(kind), 0);
  const unknown = here.filter((rect) => rect.bankBytes === 0).length;
  byId("map-hint").textContent = state.map === null ? "No addresses are known." :
    "Addresses of one bank" + (kinds.length > 1 ? " or core" : "") + ", the same in all of them. Drag to zoom, click to learn who. " +
    (left > 0 ? "Of all chips, " + counted(left, "smaller or shorter rectangle") + " of " + kinds.join(" and ") + " are left out: what looks free may not have been. " : "") +
    (unknown > 0 ? "Of " + counted(unknown, "buffer") + " it is not known how much of a bank they took: they are drawn as lines." : "");
}

const topOf = (rect) => rect.address + (rect.bankBytes || 0);

// What is drawn: chosen, or all that was ever used, and a little more.
function addressRange() {
  if (addresses !== null) return addresses;
  let low = Infinity, high = 0;
  for (const rect of here) {
    if (rect.end < state.from || rect.start > state.to) continue;
    low = Math.min(low, rect.address);
    high = Math.max(high, topOf(rect));
  }
  if (high <= low) [low, high] = low === Infinity ? [0, 1024] : [low, low + Math.max(1024, low * 1e-6)];
  const margin = (high - low) * 0.03;
  return [Math.max(low - margin, 0), high + margin];
}

const mapBottom = 30, mapTop = 6;
function mapScale(height) {
  const [low, high] = addressRange();
  const space = height - mapBottom - mapTop;
  return {
    low, high,
    yOf: (address) => mapTop + (high - address) / (high - low) * space,
    addressOf: (y) => high - (y - mapTop) / space * (high - low),
  };
}

// Equal sizes look alike, so that a pattern shows; circular buffers are apart.
function rectColour(rect) {
  let hash = Math.round(rect.size / 32) % 4093;
  hash = hash * 137.508 % 300 + 60;  // not among the oranges, which are circular buffers
  return rect.type === "CB" ? "hsl(28 95% 50%)" : "hsl(" + hash.toFixed(0) + " 55% 52%)";
}

function drawMapAxis(context, scale, width, height) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  const rough = (scale.high - scale.low) / 6;
  const step = 2 ** Math.max(Math.round(Math.log2(rough)), 0);
  const first = Math.ceil(scale.low / step);
  for (let i = 0; i < 20 && (first + i) * step <= scale.high; ++i) {
    const address = (first + i) * step;
    const y = scale.yOf(address);
    context.fillStyle = colour("line");
    context.fillRect(marginLeft - 5, y, 5, 1);
    context.fillStyle = colour("dim");
    context.fillText(hex(address), marginLeft - 8, y);
  }
  context.fillStyle = colour("panel");
  context.fillRect(marginLeft, height - mapBottom, width - marginLeft, mapBottom);
  drawTimeAxis(context, width, height - mapBottom);
}

// What allocators may hand out is paper, the rest is not theirs.
function drawRegions(context, scale, width) {
  context.fillStyle = colour("paper");
  for (const space of spacesOf(state.map)) {
    const low = space.region === null ? scale.low : space.region.base;
    const high = space.region === null ? scale.high : space.region.base + space.region.bytes;
    const top = scale.yOf(Math.min(high, scale.high)), bottom = scale.yOf(Math.max(low, scale.low));
    if (bottom > top) context.fillRect(marginLeft, top, width - marginLeft - marginRight, bottom - top);
  }
}

function drawRect(context, rect, scale, width) {
  if (rect.end < state.from || rect.start > state.to || rect.address > scale.high || topOf(rect) < scale.low) return;
  const x = Math.max(xOf(rect.start, width), marginLeft), right = Math.min(xOf(rect.end, width), width - marginRight);
  const y = Math.max(scale.yOf(topOf(rect)), mapTop), bottom = Math.min(scale.yOf(rect.address), scale.yOf(scale.low));
  const w = Math.max(right - x, 1), h = Math.max(bottom - y, rect.bankBytes > 0 ? 1 : 3);
  context.fillStyle = rectColour(rect);
  context.globalAlpha = rect.type === "CB" ? 0.6 : 0.85;
  context.fillRect(x, y, w, h);
  context.globalAlpha = 1;
  if (w > 6 && h > 5) {
    context.strokeStyle = colour("paper");
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  }
  if (rect === selected) {
    context.strokeStyle = colour("ink");
    context.lineWidth = 3;
    context.strokeRect(x, y, w, h);
  }
}

function drawMap() {
  const { context, width, height } = canvasOf(byId("map"));
  if (state.map === null) return;
  const scale = mapScale(height);
  drawRegions(context, scale, width);
  context.save();
  context.beginPath();
  context.rect(marginLeft, mapTop, width - marginLeft - marginRight, height - mapTop - mapBottom);
  context.clip();
  for (const rect of here) if (rect.type !== "CB") drawRect(context, rect, scale, width);
  for (const rect of here) if (rect.type === "CB") drawRect(context, rect, scale, width);
  if (selected !== null) drawRect(context, selected, scale, width);
  drawOverlay(context, width, height);
  if (pointed !== null) {
    context.fillStyle = colour("ink");
    context.fillRect(marginLeft, scale.yOf(pointed), width, 1);
  }
  context.restore();
  drawMapAxis(context, scale, width, height);
  if (draggedArea !== null) {
    const [a, b] = draggedArea;
    context.fillStyle = colour("accent");
    context.globalAlpha = 0.25;
    context.fillRect(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(a.x - b.x), Math.abs(a.y - b.y));
    context.globalAlpha = 1;
  }
}

// The smallest there; a little beside counts, as many are thin.
function rectAt(t, address, slack) {
  let found = null;
  for (const rect of here) {
    const inTime = rect.start - slack.t <= t && t <= rect.end + slack.t;
    if (!inTime || address < rect.address - slack.address || address > topOf(rect) + slack.address) continue;
    if (found === null || rect.type === "CB" && found.type !== "CB" || topOf(rect) - rect.address < topOf(found) - found.address) found = rect;
  }
  return found;
}

function describe(rect) {
  const space = data.spaces[rect.space];
  const circular = rect.type === "CB";
  const bank = rect.bankBytes === 0 ? "not known" : humanBytes(rect.bankBytes);
  return [
    ["", circular ? (rect.plan === 1 ? "Dataflow buffers on " : "Circular buffer on ") + space.owner : rect.type + " buffer of " + space.owner],
    ["address", hex(rect.address) + (rect.bankBytes > 0 ? " to " + hex(topOf(rect)) : "")],
    [circular ? "per core" : "size", humanBytes(rect.size)],
    circular ? ["cores", humanCount(rect.cores)] : ["per bank", bank],
    ["from", offset(rect.start, state.to - state.from) + (circular || rect.origin === 0 ? "" : " (" + data.rect_origins[rect.origin] + ")")],
    ["for", humanDuration(rect.end - rect.start)],
    circular ? null : ["end", data.rect_ends[rect.ending]],
    rect.unsafe ? ["trace", "allocated after the capture of a trace, which may overwrite it"] : null,
    [circular ? "program" : "Buffer", rect.object === 0 ? "not known" : hex(rect.object)],
    ["pid", String(space.pid)],
  ].filter((row) => row !== null);
}

// Between which neighbours a free address lies.
function describeHole(t, address) {
  let low = null, high = null, below = null, above = null;
  for (const rect of here) {
    if (rect.start > t || rect.end < t) continue;
    if (topOf(rect) <= address && (low === null || topOf(rect) > low)) { low = topOf(rect); below = rect; }
    if (rect.address > address && (high === null || rect.address < high)) { high = rect.address; above = rect; }
  }
  const regions = spacesOf(state.map).map((space) => space.region).filter((region) => region !== null);
  const known = regions.length > 0;
  if (low === null && known) low = Math.min(...regions.map((region) => region.base));
  if (high === null && known) high = Math.max(...regions.map((region) => region.base + region.bytes));
  const inside = !known || regions.some((region) => address >= region.base && address < region.base + region.bytes);
  const name = (rect) => rect === null ? "the end" : humanBytes(rect.size) + " of " + data.spaces[rect.space].owner;
  const kinds = state.map === "L1" ? ["L1", "CB"] : [state.map];
  return [
    ["", !inside ? "Outside of what allocators hand out" : kinds.some((kind) => leftOutOf(kind) > 0) ? "Nothing that was kept" : "Free"],
    ["address", hex(Math.max(address, 0))],
    ["at", offset(t, state.to - state.from)],
    low !== null && high !== null && high > low ? ["hole", humanBytes(high - low) + " per bank, " + hex(low) + " to " + hex(high)] : null,
    ["above", name(above)],
    ["below", name(below)],
  ].filter((row) => row !== null);
}

function showWho(rows) {
  byId("who").replaceChildren(...rows.flatMap(([name, value]) => name === ""
    ? [element("dt", { class: "whole strong", text: value })]
    : [element("dt", { text: name }), element("dd", { text: value })]));
}

function lookAt(point) {
  const scale = mapScale(point.height);
  const t = tOf(point.x, point.width), address = scale.addressOf(point.y);
  const slack = { t: (state.to - state.from) / point.width, address: (scale.high - scale.low) / point.height };
  return { t, address, rect: rectAt(t, address, slack) };
}

function choose(t, address, rect) {
  selected = rect;
  showWho(rect === null ? describeHole(t, address) : describe(rect));
  chooseMoment(t);
}

function movePointed(share) {
  const [low, high] = addressRange();
  pointed = Math.min(Math.max((pointed === null ? (low + high) / 2 : pointed) + (high - low) * share, low), high);
  const t = state.at === null ? (state.from + state.to) / 2 : state.at;
  choose(t, pointed, rectAt(t, pointed, { t: (state.to - state.from) / 1000, address: (high - low) / 500 }));
}

function wholeMap() {
  addresses = null;
  pointed = null;
  drawMap();
}

function startMap() {
  const canvas = byId("map");
  timeGestures(canvas, {
    drag: (first, now) => {
      draggedArea = first === null ? null : [first, now];
      hideTip();
      drawMap();
    },
    hover: (point, event) => {
      if (state.map === null) return;
      const { t, address, rect } = lookAt(point);
      const rows = rect === null ? describeHole(t, address) : describe(rect);
      showTip(event, rows.map(([name, value]) => name === "" ? value : name + ": " + value));
    },
    leave: hideTip,
    click: (point) => {
      const { t, address, rect } = lookAt(point);
      choose(t, address, rect);
    },
    area: (a, b) => {
      const scale = mapScale(a.height);
      const low = scale.addressOf(Math.max(a.y, b.y)), high = scale.addressOf(Math.min(a.y, b.y));
      if (Math.abs(a.y - b.y) > 8 && high - low >= 32) addresses = [Math.max(low, 0), high];
    },
    reset: wholeMap,
    keys: {
      ArrowUp: () => movePointed(0.02),
      ArrowDown: () => movePointed(-0.02),
      PageUp: () => movePointed(0.1),
      PageDown: () => movePointed(-0.1),
    },
  });
  byId("map-type").addEventListener("change", (event) => { state.map = event.target.value; state.space = ""; addresses = null; changed(); });
  byId("map-space").addEventListener("change", (event) => { state.space = event.target.value; changed(); });
  byId("map-whole").addEventListener("click", wholeMap);
  showWho([["", "Click a rectangle, or a hole"]]);
}
