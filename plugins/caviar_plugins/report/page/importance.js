// How much each hyperparameter matters, beside its declared tier.

figure({
  id: "importance",
  title: "Importance",
  applies: (run) => run.importance.some((each) => each.all !== null),
  build(card, run) {
    const leaders = run.leadersTrials;
    const rows = [...run.importance].sort((one, other) => (other.all ?? 0) - (one.all ?? 0));
    const bar = (share) => (share === null ? h("td", { class: "dim" }, "–") : h("td", {}, h("span", { class: "bar", style: `--share:${share}` }, `${Math.round(share * 100)} %`)));
    const tendency = (value) => {
      if (value === null) return "";
      if (Math.abs(value) < 0.15) return "no trend";
      return value > 0 ? `larger is better (${value.toFixed(2)})` : `smaller is better (${value.toFixed(2)})`;
    };
    const head = ["hyperparameter", "tier", "over all", ...(leaders ? [`among the best ${leaders}`] : []), "trend"];
    card.body.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Importance" }, h("table", { class: "importance" },
      h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((each) => {
        const dim = run.dims.find((one) => one.path === each.path);
        return h("tr", {}, h("th", { scope: "row", title: dim.path }, dim.name), h("td", { class: "number" }, dim.tier ?? "–"), bar(each.all), leaders ? bar(each.leaders) : null, h("td", { class: "dim" }, tendency(each.tendency)));
      })))));
    const order = rows.filter((each) => run.dims.find((dim) => dim.path === each.path).tier);
    const against = order.length > 1 ? " The tier is the order of tuning that the plugin declares, 1 first." : "";
    card.sentence(`Over all trials: how far the best tenth lies elsewhere than all (PED-ANOVA).${leaders ? ` Among the best ${leaders}: how far their best quarter lies elsewhere, which is what is still worth tuning.` : " Among the best alone it is told from 128 finished trials on."}${against} Trend: Spearman's correlation of value and success.`);
  },
});
