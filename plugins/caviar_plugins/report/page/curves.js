// Learning curves: the best few, what was pruned faded, the marked ones on top.

figure({
  id: "curves",
  title: "Learning curves",
  wide: true,
  applies: (run) => run.curves.trial.length > 0 && run.epochs > 1,
  build(card, run) {
    const told = h("output", {});
    const slider = h("input", { type: "range", min: 1, max: 300, value: choice.curves, "aria-label": "Curves shown", oninput: (event) => choose({ curves: Number(event.target.value) }) });
    card.controls.append(h("label", { class: "slider" }, "curves", slider, told));
    const chart = card.chart({ height: 340 });
    const drag = dragBox(chart, (box) => choose({ brush: box && { box } }));
    let drawn = [];
    const points = (place) => {
      const [from, to] = run.curveOf.get(place);
      return [from, to];
    };
    hover(chart, run, (x, y) => {
      let found = null;
      let least = 12;
      const [epoch] = chart.convertFromPixel({ gridIndex: 0 }, [x, y]);
      for (const place of drawn) {
        const [from, to] = points(place);
        let at = from;
        while (at + 1 < to && run.curves.epochs[at + 1] <= epoch) at++;
        const next = Math.min(at + 1, to - 1);
        const width = run.curves.epochs[next] - run.curves.epochs[at] || 1;
        const share = Math.max(0, Math.min(1, (epoch - run.curves.epochs[at]) / width));
        const value = run.curves.values[at] + share * (run.curves.values[next] - run.curves.values[at]);
        if (epoch > run.curves.epochs[to - 1] + 0.5) continue;
        const apart = Math.abs(chart.convertToPixel({ gridIndex: 0 }, [epoch, value])[1] - y);
        if (apart < least) [found, least] = [place, apart];
      }
      return found;
    });
    return () => {
      const theme = colors();
      const { shown, marked } = selection(run);
      const able = shown.filter((place) => run.curveOf.has(place));
      const finished = able.filter((place) => run.stateOf(place) === "finished").slice(0, choice.curves);
      const pruned = able.filter((place) => run.stateOf(place) !== "finished").slice(0, choice.curves);
      const chosen = marked ? able.filter((place) => marked[place]).slice(0, 200) : [];
      const plain = [...pruned, ...finished].filter((place) => !marked?.[place]);
      drawn = [...chosen, ...finished, ...pruned];
      told.textContent = `best ${finished.length}`;
      const values = (finished.length > 2 ? finished : drawn).flatMap((place) => { const [from, to] = points(place); return [...run.curves.values.subarray(from, to)]; });
      const [low, high] = domain(run, values, 0.08);
      const rows = run.ranked.length;
      const line = (places, style, z) => {
        const data = [];
        for (const place of places) {
          const [from, to] = points(place);
          for (let at = from; at < to; at++) data.push([run.curves.epochs[at], run.curves.values[at]]);
          data.push([NaN, NaN]);
        }
        return { type: "line", data, showSymbol: false, silent: true, clip: true, connectNulls: false, lineStyle: style, z, emphasis: { disabled: true } };
      };
      const groups = [0, 1, 2, 3].map((step) => plain.filter((place) => run.stateOf(place) === "finished" && Math.min(3, Math.floor((run.trials.rank[place] / Math.max(1, Math.min(rows, choice.curves))) * 4)) === step));
      const single = drawn.filter((place) => run.curveOf.get(place)[1] - run.curveOf.get(place)[0] === 1);
      chart.setOption({
        ...base(theme, { bottom: 48 }),
        ...drag.option(theme),
        xAxis: axis(theme, { type: "value", name: "epoch", nameGap: 28, min: 1, max: run.epochs, minInterval: 1 }),
        yAxis: axis(theme, { type: "value", name: run.metric, nameGap: 46, min: low, max: high, axisLabel: { showMinLabel: false, showMaxLabel: false } }),
        series: [
          line(plain.filter((place) => run.stateOf(place) !== "finished"), { color: theme.faint, width: 1, opacity: 0.5 }, 2),
          ...[3, 2, 1, 0].map((step) => line(groups[step], { color: theme.ramp[4 - step], width: step === 0 ? 1.8 : 1.2, opacity: marked ? 0.2 : 0.85 }, 6 - step)),
          line(chosen, { color: theme.accent, width: 2, opacity: 0.9 }, 8),
          { type: "scatter", silent: true, symbolSize: 5, itemStyle: { color: theme.faint }, z: 2, data: single.map((place) => [run.curves.epochs[points(place)[0]], run.curves.values[points(place)[0]]]) },
        ],
      }, true);
      drag.show(choice.brush?.box ?? null);
      const dropped = run.curves.dropped ? ` The curves of the ${count(run.curves.dropped, "worst trial")} are left out of this file.` : "";
      const thinned = run.curves.thinned ? " Epochs are thinned." : "";
      const gone = pruned.length ? `, with ${count(pruned.length, "curve")} that stopped early in grey` : "";
      card.sentence(`${run.metric} after each epoch of the best ${count(finished.length, "trial")}, the better the stronger${gone}. Point at a curve to see its values, drag a box to mark the curves that pass through it.${dropped}${thinned}`);
    };
  },
});
