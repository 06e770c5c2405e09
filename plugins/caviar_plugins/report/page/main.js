// Builds the page: its head, the filters, the cards; and reads the file again while the run goes on.

function tile(label, value, more) {
  return h("div", { class: "tile" }, h("div", { class: "label" }, label), h("div", { class: "value" }, value), more ? h("div", { class: "dim" }, more) : null);
}

function tiles(run) {
  const { trials, standings } = run;
  const best = run.best === null ? undefined : run.place.get(run.best);
  const told = [];
  if (best !== undefined) {
    const spread = trials.spread[best];
    told.push(tile(`best ${run.metric}`, fmt(trials.value[best]), `${Number.isFinite(spread) ? `± ${fmt(Number(spread.toPrecision(2)))}, ` : ""}trial ${run.best}`));
  }
  for (const part of (standings?.parts ?? []).filter((each) => each.part === "test" && standings.metric)) {
    const winner = standings.rows.find((row) => row.name === "winner");
    const together = standings.rows.find((row) => row.name === "ensemble");
    const ends = winner.intervals[part.metric];
    told.push(tile(part.metric, fmt(winner.metrics[part.metric]), ends ? `${fmt(Number(ends[0].toPrecision(4)))} to ${fmt(Number(ends[1].toPrecision(4)))} over rows` : ""));
    if (together) told.push(tile(`${part.metric}, ensemble`, fmt(together.metrics[part.metric]), `of ${count(Object.keys(standings.members ?? {}).length, "trial")}`));
  }
  const ends = run.stateNames.map((name, nth) => [name, trials.state.reduce((sum, each) => sum + (each === nth ? 1 : 0), 0)]).filter(([, many]) => many);
  told.push(tile("trials", `${run.done} of ${run.total}`, ends.map(([name, many]) => `${many} ${name}`).join(", ")));
  told.push(tile("time in training", duration(trials.seconds.reduce((sum, each) => sum + (each || 0), 0)), "added up over trials"));
  return h("div", { class: "tiles" }, told);
}

function head(run) {
  const live = PAGE.reload > 0;
  const pause = h("button", { type: "button", "aria-pressed": String(choice.paused), onclick: () => {
    choose({ paused: !choice.paused });
    pause.setAttribute("aria-pressed", String(choice.paused));
    pause.textContent = choice.paused ? "Go on reloading" : "Stop reloading";
  } }, choice.paused ? "Go on reloading" : "Stop reloading");
  return [
    h("div", { class: "title" }, h("h1", {}, run.name), live ? h("span", { class: "live" }, "running") : null, live ? pause : null),
    h("p", { class: "dim" }, `${run.goal === "maximize" ? "Maximizes" : "Minimizes"} ${run.metric}. Written ${PAGE.written}, folder ${run.folder}.`),
    PAGE.note ? h("p", { class: "note" }, PAGE.note) : null,
    tiles(run),
    run.advice.length ? h("section", { class: "advice", "aria-label": "Advice" }, h("h2", {}, "Advice"), h("ul", {}, run.advice.map((text) => h("li", {}, text)))) : null,
  ];
}

function filters(run) {
  const present = run.stateNames.filter((name, nth) => run.trials.state.includes(nth));
  const boxes = present.map((name) => h("label", { class: "check" }, h("input", { type: "checkbox", name: `state-${name}`, checked: !choice.hidden.includes(name), onchange: (event) =>
    choose({ hidden: event.target.checked ? choice.hidden.filter((each) => each !== name) : [...choice.hidden, name] }) }), h("span", { class: `state ${name}` }, name)));
  const best = h("output", {});
  const slider = h("input", { type: "range", name: "best", min: 0, max: 100, value: choice.best, "aria-label": "Only the best trials", oninput: (event) => choose({ best: Number(event.target.value) }) });
  const chip = h("span", { class: "chip", role: "status" });
  const clear = h("button", { type: "button", name: "clear", onclick: () => choose({ brush: null }) }, "Clear");
  const range = h("select", { name: "range", "aria-label": "Mark a range of" }, h("option", { value: "" }, "Mark a range of …"), run.dims.map((dim) => h("option", { value: dim.path }, dim.name)));
  const low = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 0, "aria-label": "From" });
  const high = h("input", { type: "range", min: 0, max: 1, step: 0.01, value: 1, "aria-label": "To" });
  const ends = h("span", { class: "ends", hidden: true }, low, high);
  const mark = () => {
    ends.hidden = !range.value;
    if (!range.value) return;
    const [from, to] = [Number(low.value), Number(high.value)].sort((one, other) => one - other);
    choose({ brush: { ranges: { ...(choice.brush?.ranges ?? {}), [range.value]: [from, to] }, ...(choice.brush?.metric ? { metric: choice.brush.metric } : {}) } });
  };
  range.addEventListener("change", () => { [low.value, high.value] = choice.brush?.ranges?.[range.value] ?? [0, 1]; mark(); });
  low.addEventListener("input", mark);
  high.addEventListener("input", mark);
  const update = () => {
    const { shown, markedCount } = selection(run);
    const most = bestOf(run);
    best.textContent = most === Infinity ? `all ${run.trials.count.toLocaleString("en")}` : `best ${most.toLocaleString("en")} of ${run.ranked.length.toLocaleString("en")}`;
    chip.textContent = choice.brush ? `${count(markedCount, "trial")} marked: ${brushWords(run, choice.brush)}` : "Nothing is marked: drag over a figure, or choose a range.";
    chip.classList.toggle("on", choice.brush !== null);
    clear.hidden = !choice.brush;
    slider.setAttribute("aria-valuetext", best.textContent);
    void shown;
  };
  listeners.add(update);
  update();
  return [
    h("fieldset", {}, h("legend", {}, "State"), boxes),
    h("label", { class: "slider" }, "Show", slider, best),
    h("span", { class: "marking" }, range, ends, chip, clear),
  ];
}

function build() {
  restore();
  const main = document.getElementById("figures");
  const form = document.getElementById("filters");
  form.addEventListener("submit", (event) => event.preventDefault());
  document.body.append(tip, dialog);
  const [run] = RUNS;
  if (PAGE.figure) {
    document.body.classList.add("single");
    document.getElementById("top").remove();
    form.remove();
    const definition = (RUNS.length > 1 ? comparisons : figures).find((each) => each.id === PAGE.figure);
    if (definition && (definition.applies?.(run) ?? true)) main.append(makeCard(definition, run).root);
    else main.append(h("p", { class: "note" }, "There is nothing to draw yet."));
  } else if (RUNS.length > 1) {
    document.getElementById("top").append(...compareHead());
    form.remove();
    for (const definition of comparisons) main.append(makeCard(definition, run).root);
  } else {
    document.getElementById("top").append(...head(run).filter(Boolean));
    form.append(...filters(run));
    for (const definition of figures.filter((each) => each.applies(run))) main.append(makeCard(definition, run).root);
    main.append(factsOf(run));
  }
  listeners.add(updateAll);
  drawWhenNear();
  window.report = { figures: cards.map((card) => card.id), drawAll, choose, choice, selection: () => selection(run), cards };
  readAgain();
}

/** Reads the file anew, unless the reader stopped that, is typing, or looks at something else. */
function readAgain() {
  if (!(PAGE.reload > 0)) return;
  setInterval(() => {
    const busy = document.hidden || choice.paused || dialog.open || document.activeElement?.matches("input, select");
    if (busy) return;
    rememberNow(); // what was chosen a moment ago, too
    location.reload();
  }, PAGE.reload * 1000);
}

build();
