// How the winner's model decides between classes: its confusion matrix.

const MOST_CLASSES = 30;

figure({
  id: "confusion",
  title: "Confusion matrix of the winner",
  applies: (run) => run.decision !== null && Object.keys(run.decision.confusion).length > 0 && run.decision.classes.length <= MOST_CLASSES,
  build(card, run) {
    const { classes, confusion, threshold, chosenBy } = run.decision;
    const parts = Object.keys(confusion).reverse(); // the test part first
    let part = parts[0];
    const place = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" });
    const draw = () => {
      const rows = confusion[part];
      const cell = (many, row, column) => {
        const share = many / Math.max(1, rows[row].reduce((sum, each) => sum + each, 0));
        return h("td", { class: row === column ? "cell right" : "cell wrong", style: `--share:${share.toFixed(3)}`, title: `${classes[row]} predicted as ${classes[column]}: ${many}` }, many ? String(many) : "");
      };
      place.replaceChildren(h("table", { class: classes.length > 12 ? "confusion small" : "confusion" },
        h("thead", {}, h("tr", {}, h("th", {}, "true \\ predicted"), classes.map((name) => h("th", { scope: "col" }, name)), h("th", {}, "recall"))),
        h("tbody", {}, rows.map((row, nth) => h("tr", {}, h("th", { scope: "row" }, classes[nth]), row.map((many, column) => cell(many, nth, column)),
          h("td", { class: "number dim" }, fmt(row[nth] / Math.max(1, row.reduce((sum, each) => sum + each, 0)))))))));
      const pairs = rows.flatMap((row, one) => row.map((many, other) => ({ many, one, other }))).filter((each) => each.one !== each.other && each.many);
      pairs.sort((one, other) => other.many - one.many);
      const all = rows.flat().reduce((sum, each) => sum + each, 0);
      const wrong = pairs.reduce((sum, each) => sum + each.many, 0);
      const worst = pairs.length ? ` The most frequent mistake: ${classes[pairs[0].one]} predicted as ${classes[pairs[0].other]}, ${count(pairs[0].many, "time")}.` : "";
      const cut = threshold === null ? "" : ` ${classes[1]} is predicted from a probability of ${fmt(threshold)} on${chosenBy ? `, chosen for ${chosenBy} on the validation rows` : ""}.`;
      card.sentence(`${wrong} of ${count(all, "row")} of the ${part} part are predicted wrongly.${worst}${cut}`);
    };
    card.controls.append(segmented("part", "Part of the data", parts.map((name) => [name, name]), part, (name) => { part = name; draw(); }));
    card.body.append(place);
    draw();
  },
});
