// The winner beside ensemble and baselines on the same rows, and the best trials.

function metricColumns(run) {
  const names = Object.keys(run.trials.metrics).filter((name) => name !== run.metric && !name.startsWith("train.") && !/deviation|_std$/.test(name));
  return names.slice(0, 6);
}

figure({
  id: "standings",
  title: "On the same rows",
  applies: (run) => run.standings !== null && run.standings.metric !== "",
  build(card, run) {
    const { rows, parts, trial } = run.standings;
    const titled = (row) => (row.name === "winner" ? `trial ${trial}` : row.name);
    const ends = (row, { metric }) => row.intervals[metric] ?? [row.metrics[metric], row.metrics[metric]];
    const blocks = parts.map((part) => {
      const known = rows.filter((row) => Number.isFinite(row.metrics[part.metric] ?? NaN));
      const all = known.filter((row) => row.name !== "constant").flatMap((row) => ends(row, part)).filter(Number.isFinite);
      const low = Math.min(...all);
      const width = Math.max(...all) - low || 1;
      const where = (value) => `${Math.max(-4, Math.min(104, ((value - low) / width) * 100))}%`;
      const bar = (row) => {
        const [from, to] = ends(row, part);
        const value = row.metrics[part.metric];
        if (value < low - width * 0.1 || value > low + width * 1.1) return h("span", { class: "off" }, value < low ? "◂ off the scale" : "off the scale ▸");
        return h("span", { class: "track", "aria-hidden": "true" },
          h("span", { class: "span", style: `left:${where(from)};width:calc(${where(to)} - ${where(from)})` }),
          h("span", { class: "dot", style: `left:${where(value)}` }));
      };
      return h("table", { class: "standings" },
        h("caption", {}, part.metric, h("span", { class: "dim" }, ` on ${count(part.rows, "row")}`)),
        h("tbody", {}, known.map((row) => h("tr", { class: row.name },
          h("th", { scope: "row" }, titled(row)), h("td", { class: "number" }, fmt(row.metrics[part.metric])),
          h("td", { class: "wide-cell" }, bar(row)),
          h("td", { class: "dim" }, row.intervals[part.metric] ? row.intervals[part.metric].map((each) => fmt(Number(each.toPrecision(4)))).join(" to ") : "")))));
    });
    card.body.append(...blocks);
    const notes = rows.filter((row) => row.note).map((row) => `${titled(row)}: ${row.note}.`);
    card.sentence(`Bars are 95 % intervals over rows, not over training seeds. ${notes.join(" ")}`);
  },
});

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
