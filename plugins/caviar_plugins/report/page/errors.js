// Numbers that the winner predicts: predicted against true values, and the residuals, in the target's units.

const STEPS = 40; // bars of the histogram of few rows

/** Cells of a grid as rectangles, the fuller the stronger. */
function cellSeries(theme, { x, y, steps, counts }) {
  const [columns, rows] = steps;
  const most = Math.max(1, ...counts);
  const size = [(x[1] - x[0]) / columns, (y[1] - y[0]) / rows];
  const data = [...counts.keys()].filter((cell) => counts[cell]).map((cell) => [Math.floor(cell / rows), cell % rows, counts[cell]]);
  return {
    type: "custom", silent: true, z: 2, clip: true, data, encode: { x: -1, y: -1 },
    renderItem: (_, api) => {
      const [left, top] = api.coord([x[0] + api.value(0) * size[0], y[0] + (api.value(1) + 1) * size[1]]);
      const [right, bottom] = api.coord([x[0] + (api.value(0) + 1) * size[0], y[0] + api.value(1) * size[1]]);
      const step = Math.min(4, Math.floor((Math.log1p(api.value(2)) / Math.log1p(most)) * 4.99));
      return { type: "rect", shape: { x: left, y: top, width: right - left + 0.5, height: bottom - top + 0.5 }, style: { fill: theme.ramp[step] } };
    },
  };
}

/** How many residuals are in each step of the vertical axis: [step, count]. */
function bars({ residuals }, values, [low, high]) {
  if (residuals) {
    const [columns, rows] = residuals.steps;
    return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => residuals.counts[column * rows + row]).reduce((sum, each) => sum + each, 0));
  }
  const counts = new Array(STEPS).fill(0);
  for (const value of values) counts[Math.min(STEPS - 1, Math.floor(((value - low) / (high - low)) * STEPS))] += 1;
  return counts;
}

figure({
  id: "errors",
  title: "Predicted against true, of the winner",
  wide: true,
  applies: (run) => Object.values(run.evaluation?.errors ?? {}).some((targets) => Object.values(targets).some((each) => each.rows)),
  build(card, run) {
    const errors = unpack(run.evaluation.errors);
    const parts = Object.keys(errors);
    const targets = Object.keys(errors[parts[0]]);
    let [part] = parts;
    let [target] = targets;
    if (targets.length > 1) {
      card.controls.append(h("label", { class: "check" }, "target", h("select", { name: "target", onchange: (event) => { target = event.target.value; draw(); } }, targets.map((name) => h("option", { value: name }, name)))));
    }
    card.controls.append(segmented("errors-part", "Part of the data", parts.map((name) => [name, name]), part, (name) => { part = name; draw(); }));
    const panel = (title) => {
      const place = h("div", { class: "panel" }, h("h3", {}, title));
      grid.append(place);
      return card.chart({ into: place, height: 330 });
    };
    const grid = h("div", { class: "panels two" });
    card.body.append(grid);
    const against = panel("predicted against true");
    const left = panel("residual, true − predicted, against predicted");

    function draw() {
      const theme = colors();
      const found = errors[part][target];
      const { rows, bias, half, nearlyAll, values, residuals, predicted } = found;
      const truth = found.true;
      const apart = [...truth].map((each, nth) => each - predicted[nth]);
      const both = values ? values.x : room([...truth, ...predicted]);
      const across = residuals ? residuals.x : room([...predicted]);
      const up = residuals ? residuals.y : room([...apart, 0]);
      const dots = (points) => ({ type: "scatter", data: points, symbolSize: rows > 500 ? 4 : 6, silent: true, clip: true, z: 3, itemStyle: { color: theme.data, opacity: rows > 500 ? 0.4 : 0.6 } });
      const line = (points) => ({ type: "line", data: points, showSymbol: false, silent: true, clip: true, z: 4, lineStyle: { color: theme.accent, width: 1.5, type: [6, 4] } });
      const sides = { left: 66, top: 8, bottom: 48 };
      against.setOption({
        ...base(theme, { ...sides, right: 14 }),
        xAxis: axis(theme, { type: "value", name: `true ${target}`, nameGap: 28, min: both[0], max: both[1], axisLabel: ENDLESS }),
        yAxis: axis(theme, { type: "value", name: `predicted ${target}`, nameGap: 50, min: both[0], max: both[1], axisLabel: ENDLESS }),
        series: [values ? cellSeries(theme, values) : dots([...truth].map((each, nth) => [each, predicted[nth]])), line([[both[0], both[0]], [both[1], both[1]]])],
      }, true);
      const histogram = bars(found, apart, up);
      const step = (up[1] - up[0]) / histogram.length;
      left.setOption({
        ...base(theme),
        grid: [{ ...sides, right: 74 }, { ...sides, left: null, right: 10, width: 56 }],
        xAxis: [
          axis(theme, { type: "value", name: `predicted ${target}`, nameGap: 28, min: across[0], max: across[1], axisLabel: ENDLESS }),
          { type: "value", gridIndex: 1, show: false, min: 0, max: Math.max(1, ...histogram) },
        ],
        yAxis: [
          axis(theme, { type: "value", name: "residual", nameGap: 50, min: up[0], max: up[1], axisLabel: ENDLESS }),
          { type: "value", gridIndex: 1, show: false, min: up[0], max: up[1] },
        ],
        series: [
          {
            ...(residuals ? cellSeries(theme, residuals) : dots([...predicted].map((each, nth) => [each, apart[nth]]))),
            markArea: { silent: true, animation: false, z: 5, itemStyle: { color: theme.best, opacity: 0.15 }, data: [[{ yAxis: -half }, { yAxis: half }]] },
          },
          line([[across[0], 0], [across[1], 0]]),
          {
            type: "custom", xAxisIndex: 1, yAxisIndex: 1, silent: true, z: 2, clip: true, data: histogram.map((many, nth) => [nth, many]), encode: { x: -1, y: -1 },
            renderItem: (_, api) => {
              const [x0, y0] = api.coord([0, up[0] + (api.value(0) + 1) * step]);
              const [x1, y1] = api.coord([api.value(1), up[0] + api.value(0) * step]);
              return { type: "rect", shape: { x: x0, y: y0, width: x1 - x0, height: Math.max(1, y1 - y0 - 0.5) }, style: { fill: theme.ramp[2] } };
            },
          },
        ],
      }, true);
      const lean = Math.abs(bias) < half / 20 ? "on average predictions are neither too high nor too low" : `on average predictions are ${fmt(Math.abs(bias))} too ${bias > 0 ? "low" : "high"}`;
      const beyond = values?.beyond || residuals?.beyond ? ` Up to ${count(Math.max(values.beyond, residuals.beyond), "row")} lie beyond the pictures.` : "";
      const where = part === "test" ? "" : parts.includes("test") ? "" : " There is no test part, and the search has seen these rows.";
      card.sentence(`On the ${count(rows, "row")} of the ${part} part, in the units of ${target}, half of the predictions are within ${fmt(half)} of the truth (the band), 95 % within ${fmt(nearlyAll)}; ${lean}. On the dashed lines prediction and truth are the same.${values ? ` The stronger a cell, the more rows it holds.${beyond}` : ""}${where}`);
    }
    return draw;
  },
});
