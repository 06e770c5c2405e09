// The winner beside ensemble and baselines on the same rows, with intervals.

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
