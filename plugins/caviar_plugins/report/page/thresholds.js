// What the decision threshold of two classes does: precision, recall, F1 and the searched metric over it.

const METRIC_WORDS = { precision: "precision", recall: "recall", f1: "F1" };

/** The place of the threshold that is nearest. */
function placeOf(thresholds, wanted) {
  let found = 0;
  thresholds.forEach((each, place) => {
    if (Math.abs(each - wanted) < Math.abs(thresholds[found] - wanted)) found = place;
  });
  return found;
}

figure({
  id: "thresholds",
  title: "Decision threshold of the winner",
  wide: true,
  applies: (run) => run.decision !== null && Object.keys(run.evaluation?.thresholds ?? {}).length > 0,
  build(card, run) {
    const curves = unpack(run.evaluation.thresholds);
    const parts = Object.keys(curves);
    const positive = run.decision.classes[1];
    const inUse = run.decision.threshold ?? 0.5;
    let part = parts[0];
    let place = placeOf(curves[part].thresholds, inUse);
    const names = Object.keys(curves[part].metrics);
    const word = (name) => METRIC_WORDS[name] ?? name;
    const key = h("ul", { class: "legend lines" }, names.map((name, nth) => h("li", { style: `--color:var(--series-${colorOf(nth)})` }, word(name))));
    const picture = h("div", {}, key);
    const told = h("output", {});
    const slider = h("input", { type: "range", name: "threshold", min: 0, step: 1, "aria-label": "Decision threshold", oninput: () => { place = Number(slider.value); draw(); } });
    const numbers = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "At these thresholds" });
    card.body.append(h("div", { class: "beside" }, picture, h("div", {}, h("label", { class: "slider threshold" }, "threshold", slider, told), numbers)));
    const chart = card.chart({ into: picture, height: 290 });
    card.controls.append(segmented("threshold-part", "Part of the data", parts.map((name) => [name, name]), part, (name) => {
      const wanted = curves[part].thresholds[place];
      part = name;
      place = placeOf(curves[part].thresholds, wanted);
      draw();
    }));
    chart.getZr().on("click", ({ offsetX, offsetY }) => {
      if (!chart.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return;
      place = placeOf(curves[part].thresholds, chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY])[0]);
      draw();
    });

    /** What is told of a threshold, in words. */
    function rowsAt(used) {
      const { thresholds, guessed, right, positives, metrics } = curves[part];
      const row = (label, value) => h("tr", {}, h("th", { scope: "row" }, label), [used, place].map((at) => h("td", { class: "number" }, Number.isNaN(value(at)) ? "–" : fmt(value(at)))));
      return [
        row("threshold", (at) => thresholds[at]),
        row(`predicted ${positive}`, (at) => guessed[at]),
        row("of them rightly", (at) => right[at]),
        row(`${positive}, but missed`, (at) => positives - right[at]),
        ...names.map((name) => row(word(name), (at) => metrics[name][at])),
      ];
    }

    function draw() {
      const theme = colors();
      const { thresholds, metrics, rows, positives } = curves[part];
      const used = placeOf(thresholds, inUse);
      slider.max = String(thresholds.length - 1);
      slider.value = String(place);
      told.textContent = fmt(thresholds[place]);
      slider.setAttribute("aria-valuetext", `${told.textContent}: ${names.map((name) => `${word(name)} ${fmt(metrics[name][place]) || "none"}`).join(", ")}`);
      const line = (name, nth) => ({
        type: "line", step: "start", showSymbol: false, silent: true, z: 3, data: thresholds.map((each, at) => [each, metrics[name][at]]),
        lineStyle: { color: theme.series[colorOf(nth)], width: 2, type: DASHES[nth % DASHES.length] },
      });
      const marks = [{ xAxis: inUse, lineStyle: { color: theme.best, width: 2, type: "solid" }, label: { formatter: `in use ${fmt(inUse)}`, color: theme.best } }];
      if (place !== used) marks.push({ xAxis: thresholds[place], lineStyle: { color: theme.accent, width: 1.5, type: "solid" }, label: { show: false } });
      chart.setOption({
        ...base(theme, { left: 44, right: 16, top: 26, bottom: 46 }),
        xAxis: axis(theme, { type: "value", name: `probability of ${positive} from which it is predicted`, nameGap: 26, min: 0, max: 1 }),
        yAxis: axis(theme, { type: "value", min: Math.min(0, ...names.flatMap((name) => [...metrics[name]].filter(Number.isFinite))), max: 1 }),
        series: [
          ...names.map(line),
          { type: "line", data: [], silent: true, z: 5, markLine: { silent: true, symbol: "none", animation: false, data: marks, label: { position: "end", fontSize: 11, distance: 4 } } },
        ],
      }, true);
      numbers.replaceChildren(h("table", { class: "thresholds" },
        h("thead", {}, h("tr", {}, ["", "in use", "at the slider"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rowsAt(used))));
      const at = (name, one) => `${word(name)} ${fmt(metrics[name][one]) || "without value"}`;
      const highest = metrics.f1.indexOf(Math.max(...metrics.f1));
      const better = metrics.f1[highest] > metrics.f1[used] ? ` Here F1 is highest from ${fmt(thresholds[highest])} on (${fmt(metrics.f1[highest])}).` : " F1 is highest there.";
      const honest = part === "test" ? " A threshold is to be chosen on the validation part: these rows only tell how good it is."
        : `${parts.includes("test") ? "" : " There is no test part."} ${run.decision.chosenBy ? `The threshold was chosen for ${run.decision.chosenBy} on these rows, which flatters it.` : "The search has seen these rows."}`;
      card.sentence(`On the ${count(rows, "row")} of the ${part} part, ${fmt(positives)} of them ${positive}, the threshold in use, ${fmt(inUse)}, has ${names.map((name) => at(name, used)).join(", ")}.${better}${honest}`);
    }
    return draw;
  },
});
