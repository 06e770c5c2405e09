// The timeline of the workers: a bar is a population, as long as it was trained; its height is shared by its members.

const LANE = 0.78; // of the lane's height that a bar takes
const TO_THE_END = 255; // timeline.py

/** The bars of a run: places of their members, and what became of those. */
function barsOf(run) {
  const told = run.timeline;
  let from = 0;
  return Array.from(told.size, (size, nth) => {
    const members = [];
    for (let at = from; at < from + size; at++) members.push({ place: run.place.get(told.trial[at]), epoch: told.reached[at], left: told.left[at] / TO_THE_END });
    from += size;
    const [began, ended] = [told.began[nth], told.ended[nth]];
    return { lane: told.lane[nth], round: told.round[nth], began, ended, start: told.start[nth], fold: told.fold[nth], repeat: told.repeat[nth], members };
  });
}

/** How a member's part of a bar is drawn: it went on, was pruned where the bar ends, or left in another way. */
function fateOf(run, bar, { place, epoch }) {
  const state = run.stateOf(place);
  if (bar.repeat) return "again";
  if (run.trials.epochs[place] !== epoch || state === "finished") return "on";
  return state === "failed" || state === "diverged" ? "bad" : state === "pruned" ? "pruned" : "on";
}

figure({
  id: "timeline",
  title: "Timeline of the workers",
  wide: true,
  applies: (run) => run.timeline !== null,
  build(card, run) {
    const told = run.timeline;
    const bars = barsOf(run);
    const last = bars.reduce((most, bar) => Math.max(most, bar.ended), 0) || 1;
    const starts = [...new Set(bars.filter((bar) => !bar.repeat).map((bar) => bar.start))].sort((one, other) => one - other);
    const rounds = bandsOf(bars);
    const fates = new Set(bars.flatMap((bar) => bar.members.map((member) => fateOf(run, bar, member))));
    const tone = (start) => 1 + Math.round((3 * starts.indexOf(start)) / Math.max(1, starts.length - 1));
    card.body.append(h("ul", { class: "legend" },
      starts.length <= 6
        ? starts.map((start) => h("li", { style: `--color:var(--ramp-${starts.length > 1 ? tone(start) : 3})` }, start ? `from epoch ${start} on` : "from the start"))
        : h("li", { style: "--color:var(--ramp-3)" }, "the later the epoch, the stronger"),
      fates.has("pruned") ? h("li", { style: "--color:var(--faint)" }, "pruned at its end") : null,
      fates.has("bad") ? h("li", { style: "--color:var(--bad)" }, "failed or diverged") : null,
      fates.has("again") ? h("li", { style: "--color:var(--other)" }, "re-test") : null));
    const chart = card.chart({ height: Math.min(560, 70 + 62 * told.lanes) });
    tellBars(chart, run, bars);
    return () => {
      const theme = colors();
      const { passes, marked } = selection(run);
      const paint = { on: (bar) => theme.ramp[starts.length > 1 ? tone(bar.start) : 3], pruned: () => theme.faint, bad: () => theme.bad, again: () => theme.other };
      const pieces = bars.flatMap((bar) => piecesOf(run, bar, passes, marked).map((piece) => [bar.began, bar.began + (bar.ended - bar.began) * piece.left, bar.lane, piece.low, piece.high, piece.marked ? theme.accent : paint[piece.fate](bar)]));
      chart.setOption({
        ...base(theme, { left: innerWidth < 600 ? 44 : 74, right: 14, top: 20, bottom: 46 }),
        xAxis: axis(theme, { type: "value", name: "since the search began", nameGap: 26, min: 0, max: last, splitLine: { show: false }, axisLabel: { formatter: (value) => duration(value).replace(/ 0 s$/, ""), showMaxLabel: false } }),
        yAxis: axis(theme, { type: "value", min: 0, max: told.lanes, interval: 1, inverse: true, axisTick: { show: false }, axisLabel: { show: false }, splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.55 } } }),
        series: [
          bandSeries(theme, rounds, told.lanes),
          laneNames(theme, told.lanes),
          rectangles(pieces),
          { type: "line", data: [], silent: true, markLine: { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: theme.ink, type: [2, 3] }, data: told.pauses.map(([at]) => ({ xAxis: at })) } },
        ],
      }, true);
      card.sentence(timelineWords(run, bars, rounds, last));
    };
  },
});

/** From when to when each round was trained, the first first. */
function bandsOf(bars) {
  const bands = new Map();
  for (const { round, began, ended } of bars) {
    const [low, high] = bands.get(round) ?? [Infinity, -Infinity];
    bands.set(round, [Math.min(low, began), Math.max(high, ended)]);
  }
  return [...bands].sort((one, other) => one[0] - other[0]);
}

/** A bar in pieces from below to above: who went on, who was pruned at its end, then those who left, the last first. */
function piecesOf(run, bar, passes, marked) {
  const groups = new Map();
  for (const member of bar.members) {
    if (!passes[member.place]) continue;
    const fate = fateOf(run, bar, member);
    const orange = Boolean(marked?.[member.place]);
    const key = `${member.left}|${fate}|${orange}`;
    const group = groups.get(key) ?? { left: member.left, fate, marked: orange, many: 0 };
    group.many++;
    groups.set(key, group);
  }
  const order = { on: 0, again: 0, pruned: 1, bad: 2 };
  const sorted = [...groups.values()].sort((one, other) => other.left - one.left || order[one.fate] - order[other.fate] || other.marked - one.marked);
  let low = 0;
  for (const group of sorted) {
    group.low = low / bar.members.length;
    low += group.many;
    group.high = low / bar.members.length;
  }
  return sorted;
}

function rectangles(pieces) {
  return {
    type: "custom", silent: true, z: 3, clip: true, encode: { x: [0, 1], y: 2 }, data: pieces.map((piece) => piece.slice(0, 5)),
    renderItem: ({ dataIndex }, api) => {
      const [from, to, lane, low, high, fill] = pieces[dataIndex];
      const foot = lane + 0.5 + LANE / 2;
      const [x, y] = api.coord([from, foot - LANE * high]);
      const [x1, y1] = api.coord([to, foot - LANE * low]);
      const gap = x1 - x > 4 ? 0.75 : 0; // so that bars that follow each other are told apart
      return { type: "rect", shape: { x, y, width: Math.max(0.6, x1 - x - gap), height: Math.max(0.6, y1 - y) }, style: { fill } };
    },
  };
}

function bandSeries(theme, rounds, lanes) {
  return {
    type: "custom", silent: true, z: 1, clip: false, encode: { x: [0, 1], y: -1 }, data: rounds.map(([, [low, high]]) => [low, high]),
    renderItem: ({ dataIndex }, api) => {
      const [round, [low, high]] = rounds[dataIndex];
      const [x, y] = api.coord([low, 0]);
      const [x1, y1] = api.coord([high, lanes]);
      const band = { type: "rect", shape: { x, y, width: x1 - x, height: y1 - y }, style: { fill: theme.line, opacity: dataIndex % 2 ? 0.16 : 0.5 } };
      const name = x1 - x > 60 ? `round ${round + 1}` : x1 - x > 16 ? String(round + 1) : "";
      return { type: "group", children: [band, { type: "text", style: { text: name, x: (x + x1) / 2, y: y - 4, align: "center", verticalAlign: "bottom", fill: theme.muted, fontSize: 11 } }] };
    },
  };
}

function laneNames(theme, lanes) {
  const names = Array.from({ length: lanes }, (_, lane) => [0, lane + 0.5]);
  return {
    type: "custom", silent: true, z: 2, clip: false, encode: { x: 0, y: 1 }, data: names,
    renderItem: ({ dataIndex }, api) => {
      const [x, y] = api.coord(names[dataIndex]);
      const text = innerWidth < 600 ? String(dataIndex + 1) : `worker ${dataIndex + 1}`;
      return { type: "text", style: { text, x: x - 8, y, align: "right", verticalAlign: "middle", fill: theme.muted, fontSize: lanes > 24 ? 8 : 11 } };
    },
  };
}

/** Tells of the bar beneath the pointer. */
function tellBars(chart, run, bars) {
  const pane = chart.getZr();
  pane.on("mousemove", ({ offsetX, offsetY, event }) => {
    const [at, height] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
    const near = Math.abs(chart.convertFromPixel({ gridIndex: 0 }, [offsetX + 2, offsetY])[0] - at);
    const lane = Math.floor(height);
    const found = bars.filter((bar) => bar.lane === lane && bar.began <= at + near && bar.ended >= at - near);
    if (!found.length) return hideTip();
    showTip(event, `Worker ${lane + 1}, round ${found[0].round + 1}`, barRows(run, found[found.length - 1]));
  });
  pane.on("globalout", hideTip);
}

function barRows(run, bar) {
  const fates = bar.members.map((member) => fateOf(run, bar, member));
  const many = (fate) => fates.filter((each) => each === fate).length;
  const best = bar.members.reduce((found, member) => (run.trials.rank[member.place] < run.trials.rank[found.place] ? member : found));
  const names = bar.members.slice(0, 8).map((member) => run.trials.number[member.place]).join(", ");
  return [
    [bar.repeat ? `re-test ${bar.repeat}` : "trained", `${count(bar.members.length, "trial")}: ${names}${bar.members.length > 8 ? " …" : ""}`],
    ["epochs", `${bar.start + 1} to ${bar.members.reduce((most, member) => Math.max(most, member.epoch), 0)}${bar.fold ? `, fold ${bar.fold + 1}` : ""}`],
    ["time", `${duration(bar.ended - bar.began)} from ${duration(bar.began)} on`],
    ...(many("pruned") ? [["pruned at its end", many("pruned")]] : []),
    ...(many("bad") ? [["failed or diverged", many("bad")]] : []),
    ["best of them", `trial ${run.trials.number[best.place]}, ${fmt(run.trials.value[best.place])}`],
  ];
}

function timelineWords(run, bars, rounds, last) {
  const told = run.timeline;
  const largest = bars.reduce((most, bar) => Math.max(most, bar.members.length), 0);
  const share = Math.min(100, Math.round((100 * told.busy) / (last * told.lanes)));
  const joined = told.joined ? ` Those that follow each other within ${duration(told.joined)} are drawn as one.` : "";
  const dropped = told.dropped ? ` The ${count(told.dropped, "earliest population")} ${told.dropped === 1 ? "is" : "are"} left out of this file.` : "";
  const cut = told.pauses.length ? ` At a dotted line ${told.pauses.length === 1 ? "a pause" : "a pause each"} without work is cut out: ${told.pauses.slice(0, 4).map(([, seconds]) => duration(seconds)).join(", ")}${told.pauses.length > 4 ? " …" : ""}.` : "";
  return `A bar is a population that a worker trained, at most ${count(largest, "trial")} here; its height is shared by its members, so it steps down where one leaves. Bands are the ${count(rounds.length, "round")}. ${told.lanes === 1 ? "The worker was" : `The ${told.lanes} workers were`} busy for ${share} % of ${duration(last)}; a bar includes compiling where that was needed.${joined}${cut}${dropped}`;
}
