// What the reader has chosen. Filters act on every figure; the brush marks trials in all of them.
// It is kept in the address after "#", so a page that reads itself again, or is sent to someone, shows the same.

const listeners = new Set();
const choice = { hidden: [], best: 100, brush: null, x: "trials", log: false, curves: 40, paused: false, page: 20 };

function restore() {
  try {
    Object.assign(choice, JSON.parse(decodeURIComponent(location.hash.slice(1))));
  } catch {
    // no state, or one of an older page
  }
}

let remembering = 0;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(rememberNow, 150); // browsers refuse an address that changes with every step of a slider
}

function rememberNow() {
  try {
    history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(choice))}`);
  } catch {
    // within a frame without an address
  }
}

function choose(changes) {
  Object.assign(choice, changes);
  remember();
  selections.clear();
  for (const listener of listeners) listener();
}

/** How many of the best the slider shows: all at its right end, then on a logarithmic scale. */
function bestOf(run) {
  const ranked = run.ranked.length;
  if (PAGE.shown.top < 1) return Math.max(1, Math.ceil(PAGE.shown.top * ranked));
  return choice.best >= 100 ? Infinity : Math.max(1, Math.round(ranked ** (choice.best / 100)));
}

const selections = new Map();

/** Which trials pass the filters, and which of those the brush marks; `shown` their places, best first. */
function selection(run) {
  if (!selections.has(run)) selections.set(run, selected(run));
  return selections.get(run);
}

function selected(run) {
  const { count: many, state, rank } = run.trials;
  const hidden = new Set(choice.hidden.map((name) => run.stateNames.indexOf(name)));
  const most = bestOf(run);
  const passes = new Uint8Array(many);
  for (let place = 0; place < many; place++) passes[place] = !hidden.has(state[place]) && (most === Infinity || rank[place] < most) ? 1 : 0;
  const shown = [...run.ranked, ...run.unranked].filter((place) => passes[place]);
  const marked = choice.brush ? brushed(run, choice.brush, passes) : null;
  return { passes, shown, marked, markedCount: marked ? marked.reduce((sum, each) => sum + each, 0) : 0 };
}

/** The trials of a brush: those in ranges of hyperparameters and metric, through a box of curves, or named ones. */
function brushed(run, brush, passes) {
  const marked = new Uint8Array(run.trials.count);
  const dims = Object.entries(brush.ranges ?? {}).map(([path, ends]) => [run.dims.find((dim) => dim.path === path), ends]);
  const named = brush.trials && new Set(brush.trials);
  for (let place = 0; place < marked.length; place++) {
    if (!passes[place]) continue;
    if (named) marked[place] = named.has(run.trials.number[place]) ? 1 : 0;
    else if (brush.box) marked[place] = passesBox(run, place, brush.box) ? 1 : 0;
    else {
      const value = run.trials.value[place];
      const inside = ([dim, [low, high]]) => dim && run.u(dim, place) >= low && run.u(dim, place) <= high;
      const good = !brush.metric || (value >= brush.metric[0] && value <= brush.metric[1]);
      marked[place] = good && dims.every(inside) ? 1 : 0;
    }
  }
  return marked;
}

function passesBox(run, place, [first, last, low, high]) {
  const [from, to] = run.curveOf.get(place) ?? [0, 0];
  for (let at = from; at < to; at++) {
    const epoch = run.curves.epochs[at];
    const value = run.curves.values[at];
    if (epoch >= first && epoch <= last && value >= low && value <= high) return true;
  }
  return false;
}

/** The brush in words. */
function brushWords(run, brush) {
  if (brush.trials) return brush.trials.length === 1 ? `trial ${brush.trials[0]}` : count(brush.trials.length, "chosen trial");
  if (brush.box) return `curves through epochs ${Math.ceil(brush.box[0])} to ${Math.floor(brush.box[1])}, ${fmt(brush.box[2])} to ${fmt(brush.box[3])}`;
  const told = Object.keys(brush.ranges ?? {}).map((path) => run.dims.find((dim) => dim.path === path)?.name ?? path);
  if (brush.metric) told.push(`${run.metric} ${fmt(brush.metric[0])} to ${fmt(brush.metric[1])}`);
  return `ranges of ${told.join(", ")}`;
}
