// L1 of the chosen chip, core by core, at the moment its fullest core was fullest.

const mostCores = 64;  // columns or rows drawn: of those that any launch has used

// Bytes of circular buffers at each core they lie on, by "x,y".
function coreBytes(cores) {
  const bytes = new Map();
  for (const range of cores.ranges) {
    const [x0, y0, x1, y1] = range.cores;
    for (let y = y0; y <= Math.min(y1, mostCores - 1); ++y)
      for (let x = x0; x <= Math.min(x1, mostCores - 1); ++x) bytes.set(x + "," + y, range.bytes);
  }
  return bytes;
}

function coreCell(x, y, bytes, cores) {
  const share = cores.core_bytes === null ? null : bytes / cores.core_bytes;
  const fill = share === null ? (bytes > 0 ? 5 : 0) : bytes === 0 ? 0 : Math.min(Math.max(Math.floor(share * 10), 1), 10);
  const text = share === null ? humanBytes(bytes) : Math.round(share * 100) + "%";
  return element("td", { class: "f" + fill, title: "core (" + x + "," + y + "): " + humanCount(bytes) + " B", text });
}

function drawCores() {
  const group = placeGroups[state.place];
  const cores = group === undefined ? undefined : data.cores.find((entry) => entry.places.includes(group[0]));
  byId("cores-section").hidden = cores === undefined;
  if (cores === undefined) return;
  const of = cores.core_bytes === null ? "" : " of " + humanCount(cores.core_bytes) + " B";
  const held = cores.buffer_bytes === null ? 0 : cores.buffer_bytes;
  const where = cores.busiest === null ? "each core" : "core (" + cores.busiest.x + "," + cores.busiest.y + ")";
  const others = cores.cores === null || held === 0 ? "" : " Buffers are reserved on each of the " + humanCount(cores.cores) + " cores: " + humanCount(held) + " B.";
  byId("cores-hint").textContent = "Fullest: " + where + " with " + humanCount(cores.most) + " B" + of + ", at " + offset(cores.t) +
    " (event " + humanCount(cores.event) + "), circular buffers and L1 buffers together." + others +
    (cores.cores_complete ? "" : " More cores hold circular buffers than are known.");
  const columns = Math.min(cores.grid.columns, mostCores), rows = Math.min(cores.grid.rows, mostCores), bytes = coreBytes(cores);
  const heads = [element("th")];
  for (let x = 0; x < columns; ++x) heads.push(element("th", { scope: "col", text: String(x) }));
  const lines = [element("tr", {}, heads)];
  for (let y = 0; y < rows; ++y) {
    const cells = [element("th", { scope: "row", text: String(y) })];
    for (let x = 0; x < columns; ++x) cells.push(coreCell(x, y, bytes.get(x + "," + y) ?? held, cores));
    lines.push(element("tr", {}, cells));
  }
  byId("cores").replaceChildren(...(columns === 0 ? [] : lines));
}
