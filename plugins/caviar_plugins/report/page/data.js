// The data of the page: what `run_data.py` wrote, with its arrays unpacked.

const PAGE = JSON.parse(document.getElementById("data").textContent);
const KINDS = { f32: Float32Array, f64: Float64Array, u8: Uint8Array, u16: Uint16Array, u32: Uint32Array };
const NOWHERE = 65535; // axes.py: an inactive hyperparameter's coordinate

/** The bytes that base64 stands for. */
function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const bytes = atob(text);
  const found = new Uint8Array(bytes.length);
  for (let place = 0; place < bytes.length; place++) found[place] = bytes.charCodeAt(place);
  return found;
}

/** `names` of an object, unpacked when they are first read: most of a page's numbers are of curves. */
function whenRead(object, packed, names) {
  for (const name of names) {
    Object.defineProperty(object, name, { configurable: true, get: () => {
      const value = unpack(packed[name]);
      Object.defineProperty(object, name, { value });
      return value;
    } });
  }
  return object;
}

/** {"f32": "base64"} -> Float32Array; objects and lists of such are unpacked within. */
function unpack(value) {
  if (Array.isArray(value)) return value.map(unpack);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && KINDS[entries[0][0]] && typeof entries[0][1] === "string") {
    return new KINDS[entries[0][0]](decoded(entries[0][1]).buffer);
  }
  return Object.fromEntries(entries.map(([name, each]) => [name, unpack(each)]));
}

/** A run with lookups: `side` is 1 where more is better; `ranked` trials best first; `curveOf` trial -> places. */
function opened(raw) {
  const { values, epochs, ...few } = raw.curves;
  const run = { ...raw, ...unpack({ dims: raw.dims, trials: raw.trials }), curves: whenRead(unpack(few), { values, epochs }, ["values", "epochs"]) };
  whenRead(run, raw, ["timeline"]);
  const { trials, curves } = run;
  const shown = PAGE.shown;
  if (shown.paths.length) run.dims = shown.paths.map((path) => run.dims.find((dim) => dim.path === path)).filter(Boolean);
  if (shown.metric) {
    run.metric = shown.metric;
    run.goal = shown.goal ?? run.goal;
    trials.value = trials.metrics[shown.metric];
  }
  run.side = run.goal === "maximize" ? 1 : -1;
  run.place = new Map();
  trials.number.forEach((number, place) => run.place.set(number, place));
  run.stateNames = raw.states;
  run.stateOf = (place) => raw.states[trials.state[place]];
  run.ranked = [...trials.rank.keys()].filter((place) => trials.rank[place] < trials.count);
  run.ranked.sort((one, other) => trials.rank[one] - trials.rank[other]);
  run.unranked = [...trials.rank.keys()].filter((place) => trials.rank[place] >= trials.count);
  run.curveOf = new Map();
  let from = 0;
  curves.trial.forEach((number, nth) => {
    run.curveOf.set(run.place.get(number), [from, from + curves.length[nth]]);
    from += curves.length[nth];
  });
  run.u = (dim, place) => (dim.u[place] === NOWHERE ? NaN : dim.u[place] / (NOWHERE - 1));
  return run;
}

/** The value of a hyperparameter of a trial in words; "" where it was inactive. */
function valueOf(dim, place) {
  if (dim.words) return dim.words[dim.value[place]] ?? "";
  return fmt(dim.values[place], true);
}

/** A metric's short name: "validation.accuracy" -> "accuracy"; other parts keep theirs. */
function shortMetric(name) {
  return name.replace(/^validation\./, "");
}

const RUNS = PAGE.runs.map(opened);
