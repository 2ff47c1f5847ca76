// Numbers and moments as the text views write them, elements, and the data of this recording.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// What comes from the recording becomes text, never markup.
function element(tag, options = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "text") made.textContent = value;
    else if (name === "on") for (const [event, handler] of Object.entries(value)) made.addEventListener(event, handler);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// One digit; what lies in the middle goes to the even one, as in the text views. (toFixed() takes the larger one.)
function oneDigit(value) {
  const tenths = value * 10, lower = Math.floor(tenths);
  return ((tenths - lower === 0.5 && lower % 2 === 0 ? lower : Math.round(tenths)) / 10).toFixed(1);
}

function humanBytes(bytes) {
  if (bytes === null) return "not known";
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes, unit = 0;
  while (unit + 1 < units.length && value >= (unit === 0 ? 1024 : 1023.95)) { value /= 1024; unit += 1; }
  return (unit === 0 ? String(value) : oneDigit(value)) + " " + units[unit];
}

const humanCount = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (count, noun) =>
  humanCount(count) + " " + noun + (count === 1 ? "" : /(ch|ss)$/.test(noun) ? "es" : "s");
// As none_note() of the text views.
const noneOf = (text) => (data.complete && data.known_before_attach === "full" ? "" : "as far as is known: ") + text;
const hex = (value) => "0x" + BigInt(Math.round(value)).toString(16);

function humanDuration(ns) {
  if (ns < 1e3) return Math.round(ns) + " ns";
  if (ns < 1e6) return (ns / 1e3).toPrecision(3) + " \u00b5s";
  if (ns < 1e9) return (ns / 1e6).toPrecision(3) + " ms";
  const seconds = Math.floor(ns / 1e9);
  if (seconds < 60) return (ns / 1e9).toPrecision(3) + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + "m" + String(seconds % 60).padStart(2, "0") + "s";
  return Math.floor(seconds / 3600) + "h" + String(Math.floor(seconds / 60) % 60).padStart(2, "0") + "m";
}

// Times of the data are ns since its first event; people read them since the attach. As fine as `span` needs.
const sinceAttach = data.attached_t_ns === null ? 0 : data.from_t_ns - data.attached_t_ns;
function offset(t, span = 0) {
  const ns = t + sinceAttach;
  const digits = span === 0 ? 9 : span < 1e7 ? 6 : span > 6e10 ? 0 : 3;
  const unit = 10 ** (9 - digits);
  let rest = Math.floor(Math.abs(ns) / unit);
  const sign = ns < 0 && rest > 0 ? "-" : "+";
  const fraction = rest % 10 ** digits;
  rest = Math.floor(rest / 10 ** digits);
  const two = (value) => String(value).padStart(2, "0");
  const clock = two(Math.floor(rest / 3600)) + ":" + two(Math.floor(rest / 60) % 60) + ":" + two(rest % 60);
  return sign + clock + (digits > 0 ? "." + String(fraction).padStart(digits, "0") : "");
}

// "chips 0-7,9" of "chip 0", ...; other places by their names.
function placeList(places) {
  const chips = places.filter((place) => /^chip \d+$/.test(place)).map((place) => Number(place.slice(5))).sort((a, b) => a - b);
  const parts = [];
  for (let i = 0; i < chips.length; ) {
    let last = i;
    while (last + 1 < chips.length && chips[last + 1] === chips[last] + 1) last += 1;
    parts.push(last === i ? String(chips[i]) : chips[i] + "-" + chips[last]);
    i = last + 1;
  }
  const others = places.filter((place) => !/^chip \d+$/.test(place));
  if (chips.length > 0) others.unshift((chips.length === 1 ? "chip " : "chips ") + parts.join(","));
  return others.join(", ");
}

// The colours of the page, read anew when they change.
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

// A canvas in device pixels, cleared; drawing is in CSS pixels.
function canvasOf(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(canvas.clientWidth, 1), height = Math.max(canvas.clientHeight, 1);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  context.font = "13px system-ui, 'DejaVu Sans', sans-serif";
  return { context, width, height };
}

function fail(what) {
  byId("broken").hidden = false;
  byId("broken").textContent = "This page is broken: " + what + ". The text views of tt-alloc-trace report are not.";
}
window.addEventListener("error", (event) => fail(event.message));
document.addEventListener("securitypolicyviolation", (event) => fail("blocked " + event.violatedDirective));
