// Activations of hidden layers over epochs: mean and spread before and after the normalizer, and dead units.

figure({
  id: "activations",
  title: "Activations of each layer",
  wide: true,
  applies: (run) => run.activations.length > 0,
  build(card, run) {
    const trials = unpack(run.activations);
    let shown = trials.find((each) => each.trial === run.best) ?? trials[0];
    const name = ({ trial }) => `trial ${trial}${trial === run.best ? ", the winner" : ""}`;
    if (trials.length > 1) {
      card.controls.append(h("label", { class: "check" }, "of", h("select", { name: "recorded", onchange: (event) => { shown = trials[Number(event.target.value)]; draw(); } },
        trials.map((each, nth) => h("option", { value: nth, selected: each === shown }, name(each))))));
    }
    const normalized = trials.some((each) => each.layers.some((layer) => layer["after.mean"]));
    const key = h("ul", { class: "legend" },
      h("li", { style: "--color:var(--faint)" }, normalized ? "before the normalizer" : "before the activation"),
      normalized ? h("li", { style: "--color:var(--data)" }, "after it") : null,
      h("li", { class: "dim" }, "line: mean, band: one standard deviation to each side"));
    const grid = h("div", { class: "panels" });
    const numbers = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers of each layer" });
    card.body.append(key, grid, h("details", {}, h("summary", {}, "As numbers, after the last epoch"), numbers));
    const panel = () => {
      const title = h("h3", {});
      const lines = h("ul", { class: "legend" });
      const root = h("div", { class: "panel" }, title);
      grid.append(root);
      const chart = card.chart({ into: root, height: 210 });
      root.append(lines);
      return { root, title, lines, chart };
    };
    const panels = Array.from({ length: Math.max(...trials.map((each) => each.layers.length)) + 1 }, panel);

    function draw() {
      const theme = colors();
      const { layers } = shown;
      const [low, high] = span(layers);
      const epochs = Math.max(...layers.flatMap((layer) => Object.values(layer).filter((each) => each.length && typeof each !== "string").map((each) => each.length)));
      const across = axis(theme, { type: "value", name: "epoch", nameGap: 24, min: 1, max: Math.max(2, epochs), minInterval: 1 });
      const whole = (values) => [...values].map((each, nth) => [nth + 1, each]);
      const common = { type: "line", silent: true, animation: false, showSymbol: epochs === 1, symbolSize: 6 };
      const band = (layer, place, color, z) => {
        if (!layer[`${place}.mean`]) return [];
        const [mean, std] = [layer[`${place}.mean`], layer[`${place}.std`]];
        const sides = [...mean].map((each, nth) => [nth + 1, each - std[nth], each + std[nth]]);
        return [
          {
            type: "custom", silent: true, clip: true, z, data: [[0, 0]], encode: { x: -1, y: -1 },
            renderItem: (_, api) => ({
              type: "polygon", style: { fill: color, opacity: 0.22 },
              shape: { points: [...sides.map(([at, , top]) => api.coord([at, top])), ...sides.toReversed().map(([at, bottom]) => api.coord([at, bottom]))] },
            }),
          },
          { ...common, z: z + 2, data: whole(mean), lineStyle: { color, width: 2 }, itemStyle: { color } },
        ];
      };
      const drawn = layers.filter((layer) => layer["before.mean"]);
      const dead = layers.filter((layer) => layer.dead);
      panels.forEach(({ root, title, lines, chart }, nth) => {
        const layer = nth < drawn.length ? drawn[nth] : null;
        root.hidden = nth > drawn.length || (!layer && !dead.length);
        if (root.hidden) return;
        title.textContent = layer ? layer.name : "dead units";
        lines.replaceChildren(...(layer ? [] : dead.map((each, at) => h("li", { style: `--color:var(--series-${colorOf(at)})` }, each.name))));
        chart.setOption({
          ...base(theme, { left: 52, right: 14, top: 10, bottom: 42 }),
          xAxis: across,
          yAxis: layer
            ? axis(theme, { type: "value", min: low, max: high, splitNumber: 4, axisLabel: ENDLESS })
            : axis(theme, { type: "value", min: 0, max: Math.max(0.1, Math.min(1, 1.1 * Math.max(...dead.flatMap((each) => [...each.dead])))), splitNumber: 4, axisLabel: { formatter: (value) => `${fmt(Number((100 * value).toPrecision(3)))} %`, showMaxLabel: false } }),
          series: layer
            ? [...band(layer, "before", theme.faint, 2), ...band(layer, "after", theme.data, 3)]
            : dead.map((each, at) => ({ ...common, data: whole(each.dead), z: 3, lineStyle: { color: theme.series[colorOf(at)], width: 2, type: DASHES[at % DASHES.length] }, itemStyle: { color: theme.series[colorOf(at)] } })),
        }, true);
      });
      const last = (values) => (values ? values[values.length - 1] : NaN);
      const around = (layer, place) => (layer[`${place}.mean`] ? `${fmt(Number(last(layer[`${place}.mean`]).toPrecision(2)))} ± ${fmt(Number(last(layer[`${place}.std`]).toPrecision(2)))}` : "");
      const share = (layer) => (layer.dead ? `${fmt(Number((100 * last(layer.dead)).toPrecision(2)))} %` : "");
      numbers.replaceChildren(h("table", {},
        h("thead", {}, h("tr", {}, ["layer", normalized ? "before the normalizer" : "before the activation", ...(normalized ? ["after it"] : []), "dead units"].map((each) => h("th", { scope: "col" }, each)))),
        h("tbody", {}, layers.map((layer) => h("tr", {}, h("th", { scope: "row" }, layer.name), [around(layer, "before"), ...(normalized ? [around(layer, "after")] : []), share(layer)].map((text) => h("td", { class: "number" }, text)))))));
      const words = layers.slice(0, 4).map((layer) => `${layer.name} ${[around(layer, "before") && `${around(layer, "before")}${normalized ? " before" : ""}`, around(layer, "after") && `${around(layer, "after")} after`, share(layer) && `${share(layer)} dead`].filter(Boolean).join(", ")}`);
      card.sentence(`What the hidden layers compute, in ${name(shown)}, for the same training rows after each epoch, on one scale. After epoch ${epochs}: ${words.join("; ")}${layers.length > 4 ? "; …" : ""}. A dead unit gives the same for all of these rows.`);
    }

    return draw;
  },
});

/** The ends of all bands. */
function span(layers) {
  const ends = layers.flatMap((layer) => ["before", "after"].filter((place) => layer[`${place}.mean`]).flatMap((place) => [...layer[`${place}.mean`]].flatMap((mean, nth) => [mean - layer[`${place}.std`][nth], mean + layer[`${place}.std`][nth]])));
  return room(ends.filter(Number.isFinite));
}
