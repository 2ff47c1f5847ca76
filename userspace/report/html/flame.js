// Who asked for the memory: an icicle of the calls, outermost on top. A click on a call makes it the whole width.

const flameRow = 1.45;      // rem
const leastShare = 0.0015;  // of the width: narrower calls are not drawn
const flame = { weight: "peak", search: "", zoom: [] };  // zoom: names from the outermost call on

// A tree of all that passes the chosen types: {name, value, children by name}.
function flameTree() {
  const root = { name: "all", value: 0, children: new Map() };
  for (const stack of data.flame.stacks) {
    const value = stack[flame.weight];
    if (value === 0 || !state.types.has(stack.type)) continue;
    const names = stack.frames.length === 0 ? ["(no stack)"] : stack.frames.map((frame) => data.flame.frames[frame]);
    let node = root;
    node.value += value;
    for (const name of [...names, stack.type]) {
      if (!node.children.has(name)) node.children.set(name, { name, value: 0, children: new Map() });
      node = node.children.get(name);
      node.value += value;
    }
  }
  return root;
}

function flameBar(node, path, left, width, depth, total) {
  const share = total === 0 ? 0 : node.value / total;
  const hit = flame.search !== "" && node.name.toLowerCase().includes(flame.search);
  const title = node.name + "\n" + humanBytes(node.value) + ", " + (100 * share).toFixed(1) + " % of all";
  const bar = element("button", { type: "button", class: hit ? "bar hit" : "bar", title, text: node.name, on: { click: () => { flame.zoom = path; drawFlame(); } } });
  bar.style.left = (100 * left).toFixed(3) + "%";
  bar.style.width = (100 * width).toFixed(3) + "%";
  bar.style.top = (flameRow * depth).toFixed(2) + "rem";
  return bar;
}

function drawFlame() {
  byId("flame-section").hidden = data.flame.stacks.every((stack) => stack.frames.length === 0);
  if (byId("flame-section").hidden) return;
  const root = flameTree();
  const bars = [];
  let node = root, depth = 0;
  const path = [];
  bars.push(flameBar(root, [], 0, 1, depth++, root.value));
  for (const name of flame.zoom) {
    if (!node.children.has(name)) break;
    node = node.children.get(name);
    path.push(name);
    bars.push(flameBar(node, [...path], 0, 1, depth++, root.value));
  }
  let deepest = depth;
  const add = (parent, parentPath, left, width, at) => {
    let begin = left;
    for (const child of [...parent.children.values()].sort((a, b) => b.value - a.value)) {
      const share = width * child.value / parent.value;
      if (share >= leastShare) {
        const childPath = [...parentPath, child.name];
        bars.push(flameBar(child, childPath, begin, share, at, root.value));
        deepest = Math.max(deepest, at + 1);
        add(child, childPath, begin, share, at + 1);
      }
      begin += share;
    }
  };
  if (node.value > 0) add(node, path, 0, 1, depth);
  const picture = byId("flame");
  picture.style.height = (flameRow * deepest).toFixed(2) + "rem";
  picture.replaceChildren(...bars);
  byId("flame-hint").textContent = "Bytes on all chips together: " + humanBytes(root.value) + ". Click a call to widen it, the top one for all." +
    (data.flame.left_out > 0 ? " " + counted(data.flame.left_out, "smaller stack") + " left out." : "");
}

function startFlame() {
  byId("flame-weight").addEventListener("change", (event) => { flame.weight = event.target.value; drawFlame(); });
  byId("flame-search").addEventListener("input", (event) => { flame.search = event.target.value.toLowerCase(); drawFlame(); });
}

