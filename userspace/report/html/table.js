// Tables that sort by a click on a heading and show the rows that hold a text.

const mostRows = 500;  // more than anybody reads, and few enough to draw at every key

// `columns`: {title, key, show(row), number, wide}; sorts by row[key]. Returns a function that sets new rows and heading.
function table(title, columns, sortBy, empty) {
  let rows = [], order = { key: sortBy, down: true };
  const heading = element("h3"), note = element("span", { class: "dim", role: "status" }), body = element("tbody");
  const filter = element("input", { type: "search", placeholder: "filter", "aria-label": "filter " + title, on: { input: () => draw() } });
  const cells = columns.map((column) => element("th", { class: column.number ? "number" : "", scope: "col" }, [
    element("button", { type: "button", text: column.title, on: { click: () => sort(column) } }),
  ]));
  const scroll = element("div", { class: "scroll" }, [element("table", {}, [element("thead", {}, [element("tr", {}, cells)]), body])]);
  const made = element("div", { class: "table" }, [element("div", { class: "top" }, [heading, filter, note]), scroll]);
  byId("tables").append(made);

  const shown = (column, row) => column.show ? column.show(row) : String(row[column.key]);
  function sort(column) {
    order = { key: column.key, down: order.key === column.key ? !order.down : Boolean(column.number) };
    draw();
  }
  function compare(a, b) {
    const x = a[order.key], y = b[order.key];
    const sign = x === y ? 0 : x === null ? -1 : y === null ? 1 : x < y ? -1 : 1;
    return order.down ? -sign : sign;
  }
  function draw() {
    const wanted = filter.value.toLowerCase();
    const matching = rows.filter((row) => wanted === "" || columns.some((column) => shown(column, row).toLowerCase().includes(wanted)));
    matching.sort(compare);
    body.replaceChildren(...matching.slice(0, mostRows).map((row) => element("tr", {}, columns.map((column) =>
      element("td", { class: column.number ? "number" : column.wide ? "text" : "", text: shown(column, row) })))));
    columns.forEach((column, i) => {
      const sorted = column.key === order.key;
      cells[i].setAttribute("aria-sort", !sorted ? "none" : order.down ? "descending" : "ascending");
      cells[i].firstChild.textContent = column.title + (sorted ? (order.down ? " \u25be" : " \u25b4") : "");
    });
    const more = matching.length - mostRows;
    note.textContent = rows.length === 0 ? empty : (wanted === "" ? counted(rows.length, "row") : humanCount(matching.length) + " of " + counted(rows.length, "row")) +
      (more > 0 ? ", the first " + mostRows + " shown" : "");
    scroll.hidden = rows.length === 0;
    filter.hidden = rows.length === 0;
  }
  return (newRows, newTitle = title) => {
    rows = newRows;
    heading.textContent = newTitle;
    draw();
  };
}

const time = (key, title) => ({ key, title, number: true, show: (row) => offset(row[key]) });
const bytes = (key, title) => ({ key, title, number: true, show: (row) => humanBytes(row[key]) });
const count = (key, title) => ({ key, title, number: true, show: (row) => humanCount(row[key]) });
const word = (key, title, wide = false) => ({ key, title, wide });

let setHeld = null;

// Held at the chosen moment by what the map kept; at the end, or at the last use if all was released by then, by the books themselves.
function heldGroups() {
  if (state.at === null || (state.at >= data.duration && data.live_t === null)) {
    const title = data.live_t === null ? "Held at the end" : "Held at the last allocation or failure, " + offset(data.live_t, state.to - state.from);
    return { rows: data.live_groups, title, left: data.live_groups_left_out, noun: "group" };
  }
  const groups = new Map();
  for (const rect of rects) {
    if (rect.type === "CB" || rect.start > state.at || rect.end < state.at || (rect.end === state.at && rect.ending !== 0)) continue;
    const space = data.spaces[rect.space];
    const key = [space.pid, space.owner, rect.type, rect.size].join("|");
    const group = groups.get(key) || { pid: space.pid, owner: space.owner, type: rect.type, size: rect.size, count: 0, bytes: 0, first: rect.start, last: rect.start, call_sites: "" };
    group.count += 1;
    group.bytes += rect.size;
    group.first = Math.min(group.first, rect.start);
    group.last = Math.max(group.last, rect.start);
    groups.set(key, group);
  }
  const left = Object.entries(data.rects_left_out).filter(([type]) => type !== "CB").reduce((sum, entry) => sum + entry[1], 0);
  return { rows: [...groups.values()], title: "Held at " + offset(state.at, state.to - state.from), left, noun: "smaller or shorter buffer" };
}

function drawHeld() {
  const { rows, title, left, noun } = heldGroups();
  setHeld(rows, title + (left > 0 ? " (without " + counted(left, noun) + " that the page leaves out, of any time)" : ""));
}

function buildTables() {
  setHeld = table("Held", [
    word("owner", "Owner"), word("type", "Type"), bytes("size", "Size"), count("count", "Count"), bytes("bytes", "Total"),
    time("first", "First"), time("last", "Last"), ...(data.flame.frames.length > 0 ? [word("call_sites", "Call site", true)] : []), word("pid", "Pid"),
  ], "bytes", noneOf("nothing was held then"));
  table("Peaks", [
    word("where", "Device"), word("type", "Type"), bytes("peak", "Peak"), time("peak_t", "At"), bytes("end", "At the end"),
  ], "peak", noneOf("no device memory was held"))(data.series.map((series) => ({ ...series, where: placeList(series.places) })));
  const failures = data.processes.reduce((sum, process) => sum + process.failures + process.clashes + process.refused, 0);
  const left = failures - data.failures.reduce((sum, kind) => sum + kind.count, 0);
  table("Failures", [
    time("t", "First"), time("last", "Last"), count("count", "Count"), word("kind", "Kind"), word("owner", "Owner"), word("type", "Type"), bytes("size", "Asked for"),
    bytes("needed", "Per bank"), bytes("free", "Free per bank"), bytes("largest", "Largest free"), word("message", "Message", true), word("pid", "Pid"),
  ], "t", noneOf("no failed allocation and no refused launch was seen"))(data.failures, "Failed allocations and refused requests" + (left > 0 ? " (" + counted(left, "one") + " of more kinds left out)" : ""));
  table("Moments", [
    time("t", "Time"), word("noun", "What"), count("count", "Count"), word("text", "The greatest of them", true), word("pid", "Pid"),
  ], "t", "none")(data.marks);
  table("Processes", [
    word("pid", "Pid"), word("state", "State"), word("command", "Command", true), count("live", "Live"),
    ...data.rect_ends.slice(1).map((name, i) => ({ key: "end" + i, title: name, number: true, show: (row) => humanCount(row["end" + i]) })),
  ], "pid", "no process was seen")(data.processes.map((process) => ({ ...process, ...Object.fromEntries(process.ends.map((value, i) => ["end" + i, value])) })), "Processes and how their buffers ended");
}
