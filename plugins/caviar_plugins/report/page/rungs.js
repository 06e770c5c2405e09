// Are cheap rungs trustworthy? How far the order after each epoch agrees with the final one.

/** Ranks from 0, equal values sharing their mean rank. */
function ranksOf(values) {
  const order = [...values.keys()].sort((one, other) => values[one] - values[other]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]] === values[order[from]]) to++;
    for (let nth = from; nth <= to; nth++) ranks[order[nth]] = (from + to) / 2;
    from = to + 1;
  }
  return ranks;
}

/** Spearman's correlation; NaN where one of the two does not vary. */
function spearman(ones, others) {
  const [a, b] = [ranksOf(ones), ranksOf(others)];
  const middle = (a.length - 1) / 2;
  const sum = (x, y) => x.reduce((total, each, nth) => total + (each - middle) * (y[nth] - middle), 0);
  return sum(a, b) / Math.sqrt(sum(a, a) * sum(b, b));
}

const FEWEST_FINISHED = 5;
const MOST_RANKS = 100000; // of trials at epochs; beyond that epochs between are left out, because each is sorted anew

figure({
  id: "rungs",
  title: "Order at each epoch against the final order",
  applies: (run) => run.epochs > 2 && !run.curves.thinned && finishedCurves(run).length >= FEWEST_FINISHED,
  build(card, run) {
    const chart = card.chart({ height: 300 });
    return () => {
      const theme = colors();
      const { passes } = selection(run);
      const places = finishedCurves(run).filter((place) => passes[place]);
      const longest = Math.min(...places.map((place) => run.curveOf.get(place)[1] - run.curveOf.get(place)[0]));
      const at = (epoch) => places.map((place) => run.curves.values[run.curveOf.get(place)[0] + epoch]);
      const stops = new Map();
      for (let place = 0; place < run.trials.count; place++) {
        const epochs = run.trials.epochs[place];
        if (["pruned", "paused"].includes(run.stateOf(place)) && epochs) stops.set(epochs, (stops.get(epochs) ?? 0) + 1);
      }
      const step = Math.ceil((places.length * longest) / MOST_RANKS);
      const points = [];
      for (let epoch = 0; places.length >= FEWEST_FINISHED && epoch < longest; epoch++) {
        if (epoch % step === 0 || epoch === longest - 1 || stops.has(epoch + 1)) points.push([epoch + 1, spearman(at(epoch), at(longest - 1))]);
      }
      const rungs = points.filter(([epoch]) => stops.has(epoch) && stops.get(epoch) > run.trials.count / 50);
      const value = (y) => (Number.isNaN(y) ? null : y);
      chart.setOption({
        ...base(theme, { bottom: 48, left: 58 }),
        xAxis: axis(theme, { type: "value", name: "epoch", nameGap: 28, min: 1, max: longest > 1 ? longest : 2, minInterval: 1 }),
        yAxis: axis(theme, { type: "value", name: "Spearman's correlation", nameGap: 40, min: Math.min(0, ...points.map((point) => point[1]).filter(Number.isFinite)), max: 1 }),
        series: [
          { type: "line", data: points.map(([x, y]) => [x, value(y)]), showSymbol: points.length < 30, symbolSize: 5, silent: true, lineStyle: { color: theme.data, width: 2 }, itemStyle: { color: theme.data } },
          { type: "scatter", data: rungs.map(([x, y]) => [x, value(y)]), symbolSize: 12, silent: true, itemStyle: { color: theme.accent }, z: 4 },
        ],
      }, true);
      const told = rungs.slice(0, 4).map(([epoch, agreement]) => `at epoch ${epoch}, where ${count(stops.get(epoch), "trial")} stopped, ${fmt(Number(agreement.toFixed(2)))}`);
      card.sentence(points.length
        ? `How far the order of the ${count(places.length, "finished trial")} after an epoch agrees with their final order, 1 being the same: ${told.length ? `${told.join("; ")} (dots)` : `after the first epoch ${fmt(Number(points[0][1].toFixed(2)))}`}. Trials that stopped early have no final value, so it says nothing of them.`
        : "Too few finished trials pass the filters.");
    };
  },
});

function finishedCurves(run) {
  return run.ranked.filter((place) => run.stateOf(place) === "finished" && run.curveOf.has(place));
}
