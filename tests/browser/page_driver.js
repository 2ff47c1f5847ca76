// Added to a page by html_browser_test.cpp, with the page's policy lifted: uses it as a person would and writes down what it shows.
const facts = {};
const point = (type, target, x, y) => {
  const box = target.getBoundingClientRect();
  target.dispatchEvent(new PointerEvent(type, { clientX: box.left + x, clientY: box.top + y, button: 0, pointerId: 1, bubbles: true }));
};
HTMLElement.prototype.setPointerCapture = () => {};
const drag = (target, x0, y0, x1, y1) => {
  point("pointerdown", target, x0, y0);
  point("pointermove", target, (x0 + x1) / 2, (y0 + y1) / 2);
  point("pointerup", target, x1, y1);
};
const press = (target, key, more = {}) => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const span = () => state.to - state.from;
const painted = (canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.some((value, i) => i % 4 === 3 && value > 0);
};
const rowsOf = (name) => [...[...document.querySelectorAll(".table")].find((made) => made.querySelector("h3").textContent.startsWith(name)).querySelectorAll("tbody tr")];

facts.ready = document.body.dataset.ready;
facts.sizes = [11.25 * 2 ** 30, 11.75 * 2 ** 30, 1.25 * 2 ** 20, 10.35 * 2 ** 20, 1792, 1023, 0.999 * 2 ** 30].map((bytes) => humanBytes(Math.round(bytes)));
facts.panels = panels.map((panel) => panel.series.type);
facts.painted = panels.every((panel) => painted(panel.canvas)) && painted(byId("map"));

const chart = panels[0].canvas, map = byId("map");
wholeTime();
const whole = span();
drag(chart, marginLeft + 100, 20, marginLeft + 300, 30);
facts.zoomedByDragging = span() < whole && draggedArea === null && dragged === null;
press(chart, "0");
facts.wholeAgain = span() === whole;
press(chart, "+");
facts.zoomedByKey = span() < whole;
press(chart, "ArrowRight", { shiftKey: true });
facts.movedByKey = state.from > 0;
chart.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
facts.wholeByDoubleClick = span() === whole;

chooseMoment(4.5e9);
facts.readout = byId("readout").textContent;
facts.heldThen = rowsOf("Held").length;
press(chart, "ArrowLeft");
facts.momentMoved = state.at < 4.5e9;
press(chart, "Escape");
facts.heldAtTheEnd = rowsOf("Held").length;

const box = map.getBoundingClientRect();
const clickAt = (rect) => {
  const scale = mapScale(box.height);
  const x = xOf((rect.start + rect.end) / 2, box.width), y = scale.yOf(rect.address + rect.bankBytes / 2);
  drag(map, x, y, x, y);
  return byId("who").textContent;
};
state.map = "L1";
changed();
facts.circularBuffer = clickAt(here.find((rect) => rect.type === "CB"));
facts.buffer = clickAt(here.find((rect) => rect.type === "L1"));
drag(map, xOf(4.5e9, box.width), mapScale(box.height).yOf(800 * 1024), xOf(4.5e9, box.width), mapScale(box.height).yOf(800 * 1024));
facts.hole = byId("who").textContent;
drag(map, marginLeft + 50, 50, marginLeft + 200, 200);
facts.mapZoomed = addresses !== null && span() < whole;
map.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
facts.mapWhole = addresses === null && span() === whole;
press(map, "ArrowUp");
facts.pointed = byId("who").textContent.length > 0;

const moments = [...document.querySelectorAll(".table")].find((made) => made.querySelector("h3").textContent === "Moments");
const first = () => moments.querySelector("tbody tr").textContent;
moments.querySelectorAll("th button")[1].click();
const ascending = first();
moments.querySelectorAll("th button")[1].click();
facts.sorted = ascending !== first() && moments.querySelectorAll("th")[1].getAttribute("aria-sort") === "descending";
const before = moments.querySelectorAll("tbody tr").length;
moments.querySelector("input").value = "EVENTS LOST";
moments.querySelector("input").dispatchEvent(new Event("input"));
facts.filtered = before > 1 && moments.querySelectorAll("tbody tr").length === 1;

byId("types").querySelector("input").click();
facts.panelsLeft = panels.length;
facts.commandIsText = document.querySelectorAll("b").length === 0 && document.body.textContent.includes("job.py <b>");
facts.hash = location.hash;
facts.broken = byId("broken").textContent;
document.body.append(Object.assign(document.createElement("pre"), { id: "facts", textContent: JSON.stringify(facts) }));
