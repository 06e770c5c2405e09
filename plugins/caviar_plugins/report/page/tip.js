// What is known of one trial: beside the pointer, and in a dialog when it is clicked.

const tip = h("div", { id: "tip", role: "status", hidden: true });
const dialog = h("dialog", { id: "trial", "aria-labelledby": "trial-title" });

function rowsOf(run, place) {
  const { trials } = run;
  const value = trials.value[place];
  const spread = trials.spread[place];
  const told = [[run.metric, fmt(value, true) + (Number.isFinite(spread) ? ` ± ${fmt(Number(spread.toPrecision(2)))}` : "")]];
  for (const dim of run.dims) if (valueOf(dim, place) !== "") told.push([dim.name, valueOf(dim, place)]);
  told.push(["epochs", `${trials.epochs[place]} of ${run.epochs}`], ["seconds", fmt(trials.seconds[place])]);
  return told;
}

function headOf(run, place) {
  const rank = run.trials.rank[place];
  const ranked = rank < run.trials.count && run.stateOf(place) === "finished" ? `, rank ${rank + 1}` : "";
  return `Trial ${run.trials.number[place]}: ${run.stateOf(place)}${ranked}`;
}

function table(rows) {
  return h("table", {}, h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))));
}

/** Shows the trial that `find(x, y)` (pixels) returns, a place or null, while the pointer is on the chart. */
function hover(chart, run, find) {
  const pane = chart.getZr();
  pane.on("mousemove", ({ offsetX, offsetY, event }) => {
    const place = find(offsetX, offsetY);
    if (place === null || event.buttons) return hideTip();
    showTip(event, headOf(run, place), rowsOf(run, place).slice(0, 16));
  });
  pane.on("globalout", hideTip);
  pane.on("click", ({ offsetX, offsetY }) => {
    const place = find(offsetX, offsetY);
    if (place !== null) openTrial(run, place);
  });
}

/** Shows a heading and rows beside the pointer. */
function showTip(event, heading, rows) {
  tip.replaceChildren(h("strong", {}, heading), table(rows));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const right = event.clientX + 16 + box.width > innerWidth;
  tip.style.left = `${Math.max(4, right ? event.clientX - 16 - box.width : event.clientX + 16)}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 12, innerHeight - box.height - 8))}px`;
}

function hideTip() {
  tip.hidden = true;
}

/** The place of the nearest of these points within 14 pixels; `at(place)` -> values, NaN where it has none. */
function nearest(chart, places, at) {
  return (x, y) => {
    let found = null;
    let least = 14 * 14;
    for (const place of places()) {
      const [a, b] = at(place);
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      const pixel = chart.convertToPixel({ gridIndex: 0 }, [a, b]);
      const apart = (pixel[0] - x) ** 2 + (pixel[1] - y) ** 2;
      if (apart < least) [found, least] = [place, apart];
    }
    return found;
  };
}

function openTrial(run, place) {
  hideTip();
  const { trials } = run;
  const metrics = Object.entries(trials.metrics).filter(([, values]) => !Number.isNaN(values[place]));
  const reason = run.reasons[trials.number[place]];
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const content = h("div", {},
    h("h2", { id: "trial-title" }, headOf(run, place)),
    reason ? h("p", { class: "note" }, reason) : null,
    h("div", { class: "pair" }, table(rowsOf(run, place)), table(metrics.map(([name, values]) => [name, fmt(values[place], true)]))),
    h("p", {}, trials.runs[place] > 1 ? `The value is the mean of ${trials.runs[place]} trainings; the metrics are those of the first.` : ""),
    close,
  );
  dialog.replaceChildren(content);
  dialog.showModal();
  close.focus();
}
