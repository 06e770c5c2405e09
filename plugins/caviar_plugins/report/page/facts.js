// What is not a figure: data and columns, the file, environment, identity, and the commands that make it again.

function fold(title, ...content) {
  return h("details", {}, h("summary", {}, title), ...content);
}

function copyable(text) {
  const button = h("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
    }
  } }, "copy");
  const code = h("code", {}, text);
  return h("pre", { class: "command" }, code, button);
}

function columnsTable(columns) {
  const told = (column) => (column.kind === "words"
    ? column.words.map(([word, many]) => `${word} (${many})`).join(", ") + (column.more ? `, ${column.more} more` : "")
    : column.kind === "dates"
      ? [column.low, column.high].map((each) => (each === null ? "" : new Date(each * 1000).toISOString().slice(0, 10))).join(" to ")
      : column.low === null ? "" : `${fmt(column.low)} to ${fmt(column.high)}, median ${fmt(column.middle)}`);
  const rows = columns.slice(0, 500).map((column) => h("tr", {},
    h("th", { scope: "row" }, column.name), h("td", {}, column.kind), h("td", { class: "number" }, column.missing ? `${fmt((100 * column.missing) / column.rows)} %` : "none"), h("td", {}, told(column))));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Columns" }, h("table", {},
    h("thead", {}, h("tr", {}, ["column", "kind", "missing", "training rows"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows)));
}

function factsOf(run) {
  const { rows, columns, again } = run;
  const split = rows && Object.entries(rows).map(([part, many]) => `${many.toLocaleString("en")} ${part}`).join(", ");
  const reasons = Object.entries(run.reasons);
  const settings = Object.entries(again.values).map(([path, value]) => `${path}=${value}`);
  const start = ["pipe", "run", again.file, ...again.code.flatMap((file) => ["--code", file])];
  const search = shell([...start, "--runs", "again"]);
  const alone = shell([...start, "--set", `name=${run.name}-winner`, "--set", "search.trials=1", ...settings.flatMap((each) => ["--set", each])]);
  const inCode = again.program && h("p", {}, again.program.length
    ? `It was made with code of ${again.program.join(", ")}. Where that is a file of its own, ${shell(["pipe", "report", run.folder, "--code", "FILE"])} puts the command here; a program makes the same call again, under another name.`
    : "It was made by a program, with a class of its own: the same call makes it again, under another name.");
  const inProgram = `caviar.load(${JSON.stringify(again.file)}).run(X, y)`;
  const winner = settings.length && again.rows === "file" && !again.program
    ? [h("p", {}, "The winner's values alone, trained once from another random start:"), copyable(alone)]
    : [];
  const space = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Space" }, h("table", {},
    h("thead", {}, h("tr", {}, ["hyperparameter", "scale", "range", "tier", "default", "only where"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, run.dims.map((dim) => h("tr", {}, h("th", { scope: "row" }, dim.path), h("td", {}, dim.scale), h("td", {}, dim.span), h("td", {}, dim.tier ?? ""), h("td", {}, dim.default ? String(dim.default.value) : ""), h("td", {}, dim.when ?? ""))))));
  return h("section", { id: "facts", class: "card wide" },
    h("h2", {}, "How it was made"),
    ...(inCode ? [inCode] : [
      h("p", {}, "The whole search again, to the same bits where the data, the versions and the processor below are the same:"),
      copyable(again.rows === "file" ? search : inProgram)]), ...winner,
    split ? h("p", {}, `Rows: ${split}. Seed ${run.seed}: it decides the split, the points, the first weights and the order of rows.`) : h("p", {}, `Seed ${run.seed}.`),
    run.revalidations.length ? fold(`Tested again: ${count(run.revalidations.length, "time")}`, table(run.revalidations)) : null,
    columns.length ? fold(`Data: ${count(columns.length, "column")}`, columnsTable(columns)) : null,
    run.dims.length ? fold(`Space: ${count(run.dims.length, "hyperparameter")}`, space) : null,
    reasons.length ? fold(`Reasons of ${count(reasons.length + run.moreReasons, "trial")} that failed, diverged or were stopped`, table(reasons.map(([number, reason]) => [`trial ${number}`, reason])),
      run.moreReasons ? h("p", { class: "dim" }, `${count(run.moreReasons, "later trial")} ${run.moreReasons === 1 ? "has a reason" : "have reasons"} too: pipe results --json has them.`) : null) : null,
    fold("The resolved file", h("pre", { tabindex: "0" }, run.file)),
    fold("Environment and identity", h("p", {}, "Everything that the bits of the results depend on besides file, seed and data:"),
      table(Object.entries(run.identity)),
      ...(run.origins.length ? [h("p", {}, "Not all trials were trained alike:"),
        table(run.origins.map(([what, which], place) => [`origin ${place}, trials ${which}`, what]))] : []),
      h("p", {}, `Fingerprint of the data: ${run.fingerprint}`), table(Object.entries(run.plugins))),
  );
}
