// The ablation path: from the defaults to the best trial, one change at a time, as a model of the search predicts it.

figure({
  id: "ablation",
  title: "From the defaults to the best, one change at a time",
  applies: (run) => run.ablation !== null,
  build(card, run) {
    const { start, steps, error, spread, ceiling, trials, kept } = run.ablation;
    const reached = [start, ...steps.map((step) => step.predicted)];
    const measured = run.trials.value[run.place.get(run.best)];
    const [low, high] = [Math.min(...reached, measured), Math.max(...reached, measured)];
    const where = (value) => `${((value - low) / (high - low || 1)) * 92 + 4}%`;
    const dim = (path) => run.dims.find((each) => each.path === path);
    const words = (value) => (typeof value === "number" ? fmt(Number(value.toPrecision(3))) : String(value));
    const track = (before, after) => {
      const better = run.side * (after - before) >= 0;
      return h("span", { class: "track", "aria-hidden": "true" },
        h("span", { class: `span ${better ? "better" : "worse"}`, style: `left:${where(Math.min(before, after))};width:calc(${where(Math.max(before, after))} - ${where(Math.min(before, after))})` }),
        h("span", { class: "dot", style: `left:${where(after)}` }));
    };
    const gain = (before, after) => `${after >= before ? "+" : "−"}${fmt(Number(Math.abs(after - before).toPrecision(2)))}`;
    const row = (name, change, value, bar, more) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, change), h("td", { class: "number" }, fmt(value)), h("td", { class: "number dim" }, more), h("td", { class: "wide-cell" }, bar));
    card.body.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ablation" }, h("table", { class: "ablation" },
      h("thead", {}, h("tr", {}, ["", "change", "predicted", "by", ""].map((name, nth) => h("th", { scope: "col", class: nth > 1 ? "number" : null }, name)))),
      h("tbody", {},
        row("the defaults", "", start, track(start, start), ""),
        steps.map((step, nth) => row(dim(step.path)?.name ?? step.path, `${words(step.from)} → ${words(step.to)}`, step.predicted, track(reached[nth], step.predicted), gain(reached[nth], step.predicted)))))));
    const doubt = error >= spread
      ? ` That is no less than they differ by (${fmt(Number(spread.toPrecision(2)))}): the order says little.`
      : error >= Math.abs(reached[reached.length - 1] - start) ? " That is more than the whole way: the order says little." : "";
    const fixed = kept.length ? ` ${kept.map((path) => dim(path)?.name ?? path).join(", ")} ${kept.length === 1 ? "has no default within its range and has" : "have no defaults within their ranges and have"} the best trial's value from the start.` : "";
    card.sentence(`A prediction, nothing was trained for it: a Gaussian process of ${count(trials, "trial")}, as the search's strategy of that name fits it, goes from the defaults to trial ${run.best} (measured: ${fmt(measured)}), each time by the change of which it expects most. It misses finished trials that it was not fitted to by ${fmt(Number(error.toPrecision(2)))} (root mean square, five folds).${doubt} What is worse than ${fmt(Number(ceiling.toPrecision(3)))} counts as that.${fixed}`);
  },
});
