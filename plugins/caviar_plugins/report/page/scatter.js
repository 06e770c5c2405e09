// The metric against each hyperparameter, on its sampler's own scale; above 2,000 trials as density.

const BINNED = 2000;
const CELLS = [40, 26];

/** Cells of a panel with how many trials each has. */
function binned(run, dim, places, low, high) {
  const [columns, rows] = CELLS;
  const counts = new Map();
  for (const place of places) {
    const u = run.u(dim, place);
    const value = run.trials.value[place];
    if (Number.isNaN(u) || !(value >= low && value <= high)) continue;
    const cell = Math.min(columns - 1, Math.floor(u * columns)) * rows + Math.min(rows - 1, Math.floor(((value - low) / (high - low)) * rows));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts].map(([cell, many]) => [Math.floor(cell / rows), cell % rows, many]);
}

figure({
  id: "scatter",
  title: "Metric against each hyperparameter",
  wide: true,
  applies: (run) => run.dims.length > 0 && run.ranked.length > 0,
  build(card, run) {
    const grid = h("div", { class: "panels" });
    card.body.append(grid);
    const weight = new Map(run.importance.map((each) => [each.path, each.all ?? 0]));
    const named = PAGE.shown.paths.length > 0;
    const dims = named ? run.dims : [...run.dims].sort((one, other) => weight.get(other.path) - weight.get(one.path));
    let shownPlaces = [];
    const panels = dims.map((dim) => {
      const title = h("h3", {}, dim.name, h("span", { class: "dim" }, ` ${dim.scale}${dim.tier ? `, tier ${dim.tier}` : ""}`));
      const panel = h("div", { class: "panel" }, title);
      grid.append(panel);
      const chart = card.chart({ into: panel, height: dims.length > 1 ? 210 : 340 });
      const brush = dragBox(chart, (box) => choose({ brush: box && { ranges: { [dim.path]: [box[0], box[1]] }, metric: [box[2], box[3]] } }));
      hover(chart, run, nearest(chart, () => shownPlaces, (place) => [run.u(dim, place), run.trials.value[place]]));
      return { dim, chart, brush };
    });
    return () => {
      const theme = colors();
      const { shown, marked } = selection(run);
      const judged = shown.filter((place) => Number.isFinite(run.trials.value[place]));
      const many = judged.length > BINNED;
      const [low, high] = domain(run, telling(run, judged), 0.15);
      shownPlaces = many ? judged.slice(0, 300) : judged;
      const chosen = marked ? judged.filter((place) => marked[place]).slice(0, BINNED) : [];
      for (const { dim, chart, brush } of panels) {
        const point = (place) => [run.u(dim, place), run.trials.value[place]];
        const dots = (places, color, opacity, size, z) => ({
          type: "scatter", data: places.filter((place) => !Number.isNaN(run.u(dim, place))).map(point), symbolSize: size, silent: true, clip: true, itemStyle: { color, opacity }, z,
        });
        const pruned = many ? [] : judged.filter((place) => run.stateOf(place) !== "finished" && !marked?.[place]);
        const finished = many ? [] : judged.filter((place) => run.stateOf(place) === "finished" && !marked?.[place]);
        const best = run.place.get(run.best);
        chart.setOption({
          ...base(theme, { left: 52, right: 14, top: 10, bottom: 26 }),
          ...brush.option(theme),
          xAxis: scaleAxis(theme, dim),
          yAxis: axis(theme, { type: "value", min: low, max: high, splitNumber: 4, axisLabel: { showMinLabel: false, showMaxLabel: false } }),
          series: [
            ...(many ? [density(theme, binned(run, dim, judged, low, high), low, high, marked)] : []),
            dots(pruned, theme.faint, 0.7, 4, 2),
            dots(finished, theme.data, marked ? 0.15 : finished.length > 500 ? 0.35 : 0.6, finished.length > 500 ? 4 : 6, 3),
            dots(chosen, theme.accent, 0.85, 6, 5),
            {
              ...dots(best === undefined || !selection(run).passes[best] ? [] : [best], "transparent", 1, 13, 6),
              itemStyle: { color: "transparent", borderColor: theme.best, borderWidth: 2.5 },
              markLine: dim.default?.u === undefined || dim.default?.u === null ? undefined : {
                silent: true, symbol: "none", animation: false, data: [{ xAxis: dim.default.u }], label: { show: false }, lineStyle: { color: theme.muted, type: [3, 3] },
              },
              markArea: dim.box ? {
                silent: true, animation: false, data: [[{ xAxis: dim.box[0] }, { xAxis: dim.box[1] }]], itemStyle: { color: theme.best, opacity: 0.09 },
              } : undefined,
            },
          ],
        }, true);
        const range = choice.brush?.ranges?.[dim.path];
        brush.show(range && choice.brush.metric && Object.keys(choice.brush.ranges).length === 1 ? [...range, ...choice.brush.metric] : null);
      }
      const what = many
        ? `The stronger a cell, the more of the ${count(judged.length, "trial")} it holds; point at a cell to see its best trials.`
        : `Each dot is one of ${PAGE.shown.top < 1 ? "the best " : ""}${count(judged.length, "trial")}${judged.some((place) => run.stateOf(place) !== "finished") ? ", grey where it did not finish" : ""}.`;
      const boxes = run.dims.some((dim) => dim.box) ? " The band is the box from which the search would draw its next trials." : "";
      card.sentence(`${what} The ring is the best trial${PAGE.shown.metric ? " by the searched metric" : ""}, the dotted line the default. Axes are the samplers' own scales${named ? "" : ", the most important first"}; the worst tenth may lie beyond the picture.${boxes} Drag over a panel to mark trials${PAGE.figure ? "" : " in all figures"}.`);
    };
  },
});

function density(theme, cells, low, high, faded) {
  const [columns, rows] = CELLS;
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  return {
    type: "custom", silent: true, z: 2, clip: true, data: cells,
    renderItem: (_, api) => {
      const [column, row, many] = [api.value(0), api.value(1), api.value(2)];
      const size = (high - low) / rows;
      const [x, y] = api.coord([column / columns, low + (row + 1) * size]);
      const [x1, y1] = api.coord([(column + 1) / columns, low + row * size]);
      const step = Math.min(4, Math.floor((Math.log1p(many) / Math.log1p(most)) * 4.99));
      return { type: "rect", shape: { x, y, width: x1 - x + 0.5, height: y1 - y + 0.5 }, style: { fill: theme.ramp[step], opacity: faded ? 0.4 : 1 } };
    },
    encode: { x: -1, y: -1 },
  };
}
