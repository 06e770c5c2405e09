// Several runs on the same axes: best so far, distribution, and in what they differ.

const comparisons = [];

/** Names that tell runs apart: their folders where two have the same name. */
const RUN_NAMES = RUNS.map((run) => (RUNS.filter((each) => each.name === run.name).length > 1 ? run.folder : run.name));

function runColor(theme, nth) {
  return theme.series[nth % theme.series.length];
}

function legend() {
  return h("ul", { class: "legend" }, RUN_NAMES.map((name, nth) => h("li", { style: `--color:var(--series-${nth % 6})` }, name)));
}

function sameMetric() {
  return new Set(RUNS.map((run) => run.metric)).size === 1;
}

function compareHead() {
  const others = sameMetric() ? "" : " They search different metrics, so their curves cannot be compared.";
  return [h("div", { class: "title" }, h("h1", {}, `${RUNS.length} runs`)), h("p", { class: "dim" }, `Written ${PAGE.written}.${others}`)];
}

comparisons.push({
  id: "runs",
  title: "Runs",
  wide: true,
  build(card) {
    const head = ["", "run", "metric", "best", "trial", "test", "trials", "time in training", "strategy"];
    const rows = RUNS.map((run, nth) => {
      const place = run.best === null ? undefined : run.place.get(run.best);
      const winner = run.standings?.rows.find((row) => row.name === "winner");
      const test = run.standings && Object.entries(winner.metrics).find(([name]) => name === `test.${run.standings.metric}`);
      const spread = place === undefined ? NaN : run.trials.spread[place];
      const strategy = run.file.match(/^strategy = (?:\{ use = )?"([^"]+)"/m)?.[1] ?? "";
      return h("tr", {}, h("td", {}, h("span", { class: "swatch", style: `--color:var(--series-${nth % 6})` })), h("th", { scope: "row" }, RUN_NAMES[nth]), h("td", {}, run.metric),
        h("td", { class: "number strong" }, place === undefined ? "" : fmt(run.trials.value[place]), Number.isFinite(spread) ? h("span", { class: "dim" }, ` ± ${fmt(Number(spread.toPrecision(2)))}`) : null),
        h("td", { class: "number" }, run.best ?? ""), h("td", { class: "number" }, test ? fmt(test[1]) : ""), h("td", { class: "number" }, `${run.done} of ${run.total}`),
        h("td", { class: "number" }, duration(run.trials.seconds.reduce((sum, each) => sum + (each || 0), 0))), h("td", {}, strategy));
    });
    card.body.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Runs" }, h("table", { class: "runs" }, h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows))));
    card.sentence(`${RUNS.map((run) => run.legend).find(Boolean) ?? "Each trial was trained once, so there is no ±."}`);
  },
});

comparisons.push({
  id: "history",
  title: "Best so far",
  wide: true,
  build(card) {
    card.controls.append(
      segmented("x", "Horizontal axis", [["trials", "by trials"], ["seconds", "by seconds"]], choice.x, (x) => choose({ x })),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: choice.log, onchange: (event) => choose({ log: event.target.checked }) }), "log axes"),
    );
    card.body.append(legend());
    const chart = card.chart({ height: 340 });
    return () => {
      const theme = colors();
      const logs = RUNS.map(logValue);
      const log = choice.log && logs.every(Boolean) ? logs[0] : null;
      const shown = log ? log.of : (value) => value;
      const lines = RUNS.map((run) => {
        const at = clock(run, choice.x);
        const { line, order } = bestSoFar(run, at);
        const steps = line.map(([x, value]) => [x, shown(value)]);
        if (steps.length) steps.push([at(order[order.length - 1]), steps[steps.length - 1][1]]);
        return steps;
      });
      const last = Math.max(1, ...lines.flat().map(([x]) => x));
      const values = lines.flat().map(([, y]) => y);
      const [low, high] = log ? [Math.min(...values), Math.max(...values)] : domain(RUNS[0], values, 0.15);
      chart.setOption({
        ...base(theme, { bottom: 48 }),
        xAxis: axis(theme, { type: choice.log ? "log" : "value", name: choice.x === "trials" ? "trials" : "seconds of training, added up over trials", nameGap: 28, min: choice.log ? Math.max(1e-3, Math.min(...lines.flat().map(([x]) => x))) : 0, max: last }),
        yAxis: axis(theme, { type: log ? "log" : "value", name: log ? log.name : RUNS[0].metric, nameGap: 46, inverse: log ? log.inverse : false, min: low, max: high, axisLabel: { showMinLabel: false, showMaxLabel: false } }),
        series: lines.map((data, nth) => ({ type: "line", step: "end", data, showSymbol: false, silent: true, clip: true, lineStyle: { color: runColor(theme, nth), width: 2.2, type: nth % 2 ? [8, 3] : "solid" } })),
      }, true);
      const ends = RUNS.map((run, nth) => { const { line } = bestSoFar(run, clock(run, "trials")); return line.length ? `${RUN_NAMES[nth]} ${fmt(line[line.length - 1][1])}` : `${RUN_NAMES[nth]} none yet`; });
      card.sentence(`The best ${RUNS[0].metric} so far of each run; at the end ${ends.join(", ")}.`);
    };
  },
});

comparisons.push({
  id: "distribution",
  title: "Distribution over trials",
  wide: true,
  build(card) {
    card.body.append(legend());
    const chart = card.chart({ height: 300 });
    return () => {
      const theme = colors();
      const sorted = RUNS.map((run) => Float64Array.from(run.trials.value.filter((value, place) => Number.isFinite(value) && run.stateOf(place) === "finished")).sort());
      const [low, high] = domain(RUNS[0], sorted.flatMap((values) => [...values]), 0.1);
      const line = (values) => { const step = Math.max(1, Math.floor(values.length / 2000)); return [...values].map((value, nth) => [value, (nth + 1) / values.length]).filter((_, nth) => nth % step === 0 || nth === values.length - 1); };
      chart.setOption({
        ...base(theme, { bottom: 48 }),
        xAxis: axis(theme, { type: "value", name: RUNS[0].metric, nameGap: 28, min: low, max: high, axisLabel: { showMinLabel: false, showMaxLabel: false } }),
        yAxis: axis(theme, { type: "value", name: "share of trials at most", nameGap: 46, min: 0, max: 1 }),
        series: sorted.map((values, nth) => ({ type: "line", step: "end", data: line(values), showSymbol: false, silent: true, clip: true, lineStyle: { color: runColor(theme, nth), width: 2.2, type: nth % 2 ? [8, 3] : "solid" } })),
      }, true);
      const halves = sorted.map((values, nth) => `${RUN_NAMES[nth]} ${fmt(values[Math.floor(values.length / 2)])}`);
      card.sentence(`For each value the share of finished trials that are at most as large; medians: ${halves.join(", ")}. ${RUNS[0].side > 0 ? "Further right" : "Further left"} is better. The worst tenth lies beyond the picture.`);
    };
  },
});

/** The axis of a hyperparameter that may have another range in each run, and where a trial stands on it. */
function sharedAxis(theme, dims) {
  const [first] = dims.filter(Boolean);
  const alike = dims.every((dim) => !dim || (dim.scale === first.scale && dim.span === first.span));
  if (alike) return { axis: scaleAxis(theme, first), at: (run, dim, place) => run.u(dim, place) };
  if (dims.some((dim) => dim?.words)) return null;
  const values = dims.flatMap((dim) => (dim ? [...dim.values].filter(Number.isFinite) : []));
  const log = dims.every((dim) => !dim || dim.scale.startsWith("log")) && values.every((value) => value > 0);
  return { axis: axis(theme, { type: log ? "log" : "value", min: Math.min(...values), max: Math.max(...values) }), at: (_, dim, place) => dim.values[place] };
}

comparisons.push({
  id: "scatter",
  title: "Metric against each hyperparameter",
  wide: true,
  applies: () => RUNS.some((run) => run.dims.length > 0),
  build(card) {
    card.body.append(legend());
    const grid = h("div", { class: "panels" });
    card.body.append(grid);
    const apart = [];
    const paths = [...new Set(RUNS.flatMap((run) => run.dims.map((dim) => dim.path)))];
    const panels = paths.map((path) => {
      const dims = RUNS.map((run) => run.dims.find((dim) => dim.path === path));
      const [first] = dims.filter(Boolean);
      const scales = [...new Set(dims.filter(Boolean).map((dim) => dim.scale))];
      const panel = h("div", { class: "panel" }, h("h3", {}, first.name, h("span", { class: "dim" }, ` ${scales.join(", ")}`)));
      return { name: first.name, dims, panel };
    }).filter((each) => sharedAxis(colors(), each.dims) || !apart.push(each.name));
    for (const each of panels) {
      grid.append(each.panel);
      each.chart = card.chart({ into: each.panel, height: panels.length > 1 ? 240 : 340 });
    }
    return () => {
      const theme = colors();
      const judged = RUNS.map((run) => selection(run).shown.filter((place) => Number.isFinite(run.trials.value[place])));
      const [low, high] = domain(RUNS[0], RUNS.flatMap((run, nth) => telling(run, judged[nth])), 0.15);
      for (const { dims, chart } of panels) {
        const { axis: across, at } = sharedAxis(theme, dims);
        const many = Math.max(...judged.map((places) => places.length));
        chart.setOption({
          ...base(theme, { left: 52, right: 14, top: 10, bottom: 26 }),
          xAxis: across,
          yAxis: axis(theme, { type: "value", min: low, max: high, splitNumber: 4, axisLabel: { showMinLabel: false, showMaxLabel: false } }),
          series: RUNS.map((run, nth) => ({
            type: "scatter", silent: true, clip: true, large: many > 2000, symbol: nth % 2 ? "diamond" : "circle", symbolSize: many > 500 ? 4 : 7,
            itemStyle: { color: runColor(theme, nth), opacity: many > 500 ? 0.35 : 0.65 },
            data: dims[nth] ? judged[nth].map((place) => [at(run, dims[nth], place), run.trials.value[place]]).filter(([x]) => Number.isFinite(x)) : [],
          })),
        }, true);
      }
      card.sentence(`Each mark is a trial${PAGE.shown.top < 1 ? " of the best" : ""}: ${RUNS.map((_, nth) => `${judged[nth].length} of ${RUN_NAMES[nth]}`).join(", ")}. The worst ${RUNS[0].metric} may lie beyond the picture.${apart.length ? ` Left out, because their options differ: ${apart.join(", ")}.` : ""}`);
    };
  },
});

function sideBySide(card, rows, what) {
  const entries = Object.entries(rows);
  card.body.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": card.id }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, what), RUN_NAMES.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, entries.map(([path, cells]) => h("tr", { class: new Set(cells).size > 1 ? "differs" : null }, h("th", { scope: "row" }, path), cells.map((cell) => h("td", {}, cell ?? "–"))))))));
  return entries.length;
}

comparisons.push({
  id: "differs",
  title: "What differs",
  wide: true,
  build(card) {
    const many = sideBySide(card, PAGE.compared.settings, "setting");
    card.sentence(many ? `${count(many, "setting")} of the resolved files and the environment differ; all others are equal.` : "The resolved files and the environment are equal.");
  },
});

comparisons.push({
  id: "spaces",
  title: "Spaces",
  wide: true,
  build(card) {
    sideBySide(card, PAGE.compared.spaces, "hyperparameter");
    card.sentence("The range of each hyperparameter that one of the runs searches; – where it is not searched.");
  },
});
