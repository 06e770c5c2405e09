// The best so far, by trials and by seconds of training, with the ensemble's and the baselines' lines.

/** A trial counts where it may win, in the order of numbers; `at` says where it stands on the axis of x. */
function bestSoFar(run, at) {
  const { trials } = run;
  const line = [];
  let best = NaN;
  const order = [...trials.number.keys()].filter((place) => !Number.isNaN(trials.value[place]));
  order.sort((one, other) => at(one) - at(other));
  for (const place of order) {
    const value = trials.value[place];
    if (trials.feasible[place] && !(run.side * value <= run.side * best)) line.push([at(place), (best = value), place]);
  }
  return { line, order };
}

/** Where each trial stands: its number from 1, or the seconds of training of all up to it. */
function clock(run, kind) {
  if (kind === "trials") return (place) => run.trials.number[place] + 1;
  if (!run.clock) {
    run.clock = new Float64Array(run.trials.count);
    run.trials.seconds.reduce((sum, seconds, place) => (run.clock[place] = sum + seconds), 0);
  }
  return (place) => run.clock[place];
}

/** For a logarithmic axis: the distance from 1 of what can be at most 1, else the value itself; null where neither can. */
function logValue(run) {
  const known = run.trials.value.filter(Number.isFinite);
  if (run.side > 0 && known.every((value) => value < 1)) return { of: (value) => 1 - value, name: `1 − ${run.metric}`, inverse: true };
  if (run.side < 0 && known.every((value) => value > 0)) return { of: (value) => value, name: run.metric, inverse: false };
  return null;
}

function references(run) {
  const rows = run.standings?.rows ?? [];
  return rows
    .filter((row) => row.name !== "winner" && row.metrics[run.metric] !== undefined && row.metrics[run.metric] !== null)
    .map((row) => ({ name: row.name, value: row.metrics[run.metric] }));
}

function segmented(name, label, options, chosen, pick) {
  const inputs = options.map(([value, text]) =>
    h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => pick(value) }), h("span", {}, text)),
  );
  return h("span", { class: "segmented", role: "radiogroup", "aria-label": label }, inputs);
}

figure({
  id: "history",
  title: "Best so far",
  wide: true,
  applies: (run) => run.trials.count > 0,
  build(card, run) {
    card.controls.append(
      segmented("x", "Horizontal axis", [["trials", "by trials"], ["seconds", "by seconds"]], choice.x, (x) => choose({ x })),
      h("label", { class: "check" }, h("input", { type: "checkbox", checked: choice.log, onchange: (event) => choose({ log: event.target.checked }) }), "log axes"),
    );
    const chart = card.chart({ height: 340 });
    let points = [];
    let at = () => NaN;
    let shownValue = (value) => value;
    hover(chart, run, nearest(chart, () => points, (place) => [at(place), shownValue(run.trials.value[place])]));
    return () => {
      const theme = colors();
      const { passes, marked } = selection(run);
      at = clock(run, choice.x);
      const { line, order } = bestSoFar(run, at);
      const log = choice.log ? logValue(run) : null;
      shownValue = log ? log.of : (value) => value;
      points = order.filter((place) => passes[place] && !Number.isNaN(shownValue(run.trials.value[place])));
      const last = order.length ? at(order[order.length - 1]) : 1;
      const steps = line.map(([x, value]) => [x, shownValue(value)]);
      if (steps.length) steps.push([Math.max(last, run.total === run.done ? last : last * 1.02), steps[steps.length - 1][1]]);
      const [low, high] = domain(run, telling(run, points).concat(line.map((step) => step[1])));
      const known = references(run);
      const lines = known.filter((each) => each.value > low - (high - low) * 0.5 && each.value < high + (high - low) * 0.5);
      const outside = known.filter((each) => !lines.includes(each));
      const ends = [low, high, ...lines.map((each) => each.value)];
      const dot = (places) => places.map((place) => [at(place), shownValue(run.trials.value[place])]);
      const good = points.filter((place) => run.stateOf(place) === "finished" && !marked?.[place]);
      const rest = points.filter((place) => run.stateOf(place) !== "finished" && !marked?.[place]);
      const dots = (places, color, opacity, size) => ({
        type: "scatter", data: dot(places), symbolSize: size, large: places.length > 2000, silent: true, clip: true, itemStyle: { color, opacity }, z: 2,
      });
      chart.setOption({
        ...base(theme, { right: innerWidth < 600 ? 16 : 108, bottom: 48 }),
        xAxis: axis(theme, {
          type: choice.log ? "log" : "value", name: choice.x === "trials" ? "trials" : "seconds of training, added up over trials", nameGap: 28,
          ...(choice.log ? { min: Math.max(1e-3, Math.min(...order.map(at).filter((x) => x > 0))), max: last } : { min: 0, max: last }),
        }),
        yAxis: axis(theme, log
          ? { type: "log", name: log.name, nameGap: 46, inverse: log.inverse, min: logEnd(ends.map(log.of), Math.min), max: logEnd(ends.map(log.of), Math.max) }
          : { type: "value", name: run.metric, nameGap: 46, min: Math.min(...ends), max: Math.max(...ends), axisLabel: { showMinLabel: false, showMaxLabel: false } }),
        series: [
          dots(rest, theme.faint, 0.6, 4),
          dots(good, theme.data, marked ? 0.15 : points.length > 2000 ? 0.25 : 0.5, points.length > 2000 ? 3 : 5),
          dots(points.filter((place) => marked?.[place]), theme.accent, 0.9, 6),
          {
            type: "line", step: "end", data: steps, showSymbol: false, silent: true, clip: true, lineStyle: { color: theme.best, width: 2.5 }, z: 4,
            markLine: {
              silent: true, symbol: "none", animation: false, precision: 8,
              data: spaced(lines, Math.min(...ends), Math.max(...ends)).map((each) => ({ yAxis: shownValue(each.value), name: each.name, label: { offset: [0, each.shift] } })),
              lineStyle: { color: theme.other, type: [6, 4], width: 1.5 },
              label: { color: theme.muted, position: innerWidth < 600 ? "insideStartTop" : "end", formatter: ({ name, value }) => `${name} ${fmt(log ? (log.inverse ? 1 - value : value) : value)}` },
            },
          },
        ],
      }, true);
      const told = line.length
        ? `The line is the best ${run.metric} so far: ${fmt(line[line.length - 1][1])} of trial ${run.trials.number[line[line.length - 1][2]]}, reached after ${line[line.length - 1][0] && choice.x === "trials" ? count(line[line.length - 1][0], "trial") : duration(line[line.length - 1][0])}. Each dot is a trial${rest.length ? "; grey ones did not finish" : ""}.`
        : unfinished(run);
      const left = outside.length ? ` Beyond the picture: ${outside.map((each) => `${each.name} ${fmt(each.value)}`).join(", ")}.` : "";
      const hidden = points.some((place) => run.side * run.trials.value[place] < run.side * (run.side > 0 ? low : high)) ? " The worst trials lie below the picture." : "";
      const none = choice.log && !log ? ` ${run.metric} has no logarithm here, so only the horizontal axis is logarithmic.` : "";
      card.sentence(told + left + hidden + none);
    };
  },
});

/** What to say where no trial may win. */
function unfinished(run) {
  const many = (name) => run.trials.state.reduce((sum, each) => sum + (run.stateNames[each] === name ? 1 : 0), 0);
  if (run.done < run.total && !many("finished")) return "No trial has finished yet.";
  const ends = run.stateNames.filter(many).map((name) => `${many(name)} ${name}`);
  const why = many("finished") ? "None of the trials that finished meets the search's conditions" : "None of the trials has finished";
  const reasons = PAGE.figure || !Object.keys(run.reasons).length ? "" : " The reasons stand at the end of this page.";
  return `${why}: ${ends.join(", ")}.${reasons}`;
}

/** Lines with a `shift` of their labels in pixels, where they would stand on each other. */
function spaced(lines, low, high) {
  const height = 270;
  let before = Infinity;
  return [...lines].sort((one, other) => one.value - other.value).map((each) => {
    const y = height * (1 - (each.value - low) / (high - low));
    before = Math.min(y, before - 15);
    return { ...each, shift: before - y };
  });
}

function logEnd(numbers, pick) {
  const positive = numbers.filter((number) => number > 0);
  return positive.length ? pick(...positive) : undefined;
}
