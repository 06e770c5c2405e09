// The best trials: values, metrics and seconds, with marks that are those of the brush.

function metricColumns(run) {
  const names = Object.keys(run.trials.metrics).filter((name) => name !== run.metric && !name.startsWith("train.") && !/deviation|_std$/.test(name));
  return names.slice(0, 6);
}

figure({
  id: "leaderboard",
  title: "Leaderboard",
  wide: true,
  applies: (run) => run.ranked.length > 0,
  build(card, run) {
    const others = metricColumns(run);
    const body = h("tbody");
    const box = (place) => h("input", {
      type: "checkbox", "aria-label": `Mark trial ${run.trials.number[place]}`, checked: choice.brush?.trials?.includes(run.trials.number[place]),
      onchange: (event) => {
        const before = choice.brush?.trials ?? [];
        const number = run.trials.number[place];
        const now = event.target.checked ? [...before, number] : before.filter((each) => each !== number);
        choose({ brush: now.length ? { trials: now } : null });
        body.querySelector(`[aria-label="Mark trial ${number}"]`)?.focus();
      },
    });
    const more = h("button", { type: "button", onclick: () => choose({ page: choice.page + 50 }) }, "Show 50 more");
    const head = ["", "rank", "trial", run.metric, "state", ...run.dims.map((dim) => dim.name), ...others.map(shortMetric), "epochs", "seconds"];
    card.body.append(
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Leaderboard, scrolls sideways" },
        h("table", { class: "board" }, h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))), body)),
      more,
    );
    return () => {
      const { shown, marked } = selection(run);
      const listed = marked && !choice.brush.trials ? shown.filter((place) => marked[place]) : shown;
      const { trials } = run;
      body.replaceChildren(...listed.slice(0, choice.page).map((place) => {
        const spread = trials.spread[place];
        const rank = trials.rank[place] < trials.count ? trials.rank[place] + 1 : "";
        const value = h("td", { class: "number strong" }, fmt(trials.value[place]),
          Number.isFinite(spread) ? h("span", { class: "dim" }, ` ± ${fmt(Number(spread.toPrecision(2)))}`) : null,
          trials.runs[place] > 1 ? h("span", { class: "dim" }, ` of ${trials.runs[place]}`) : null);
        const open = h("button", { type: "button", class: "link", onclick: () => openTrial(run, place) }, String(trials.number[place]));
        const cells = [
          h("td", {}, box(place)), h("td", { class: "number dim" }, String(rank)), h("td", { class: "number" }, open), value,
          h("td", {}, h("span", { class: `state ${run.stateOf(place)}` }, run.stateOf(place))),
          ...run.dims.map((dim) => h("td", { class: "number" }, valueOf(dim, place))),
          ...others.map((name) => h("td", { class: "number" }, fmt(trials.metrics[name][place]))),
          h("td", { class: "number" }, String(trials.epochs[place])), h("td", { class: "number" }, fmt(trials.seconds[place])),
        ];
        return h("tr", { class: marked?.[place] ? "marked" : place === run.place.get(run.best) ? "winner" : null }, cells);
      }));
      more.hidden = listed.length <= choice.page;
      const which = marked && !choice.brush.trials ? "marked trials" : "trials that pass the filters";
      card.sentence(`${Math.min(listed.length, choice.page)} of ${count(listed.length, "trial")} (${which}), best first. ${run.legend || "Each trial was trained once, so there is no ±."}`);
    };
  },
});
