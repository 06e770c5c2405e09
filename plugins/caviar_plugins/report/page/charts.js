// Charts and the cards that they stand in; drawing.js says when they are drawn.

const figures = []; // {id, title, applies(run), build(card, run)}: each file that draws adds its own
const cards = [];

function figure(definition) {
  figures.push(definition);
}

const DASHES = ["solid", [7, 4], [2, 3], [8, 3, 2, 3], [4, 2], [1, 3]];
const ENDLESS = { showMinLabel: false, showMaxLabel: false }; // labels of an axis whose ends are no round numbers

/** The colours of the page, which follow the system's scheme. */
function colors() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"), muted: read("muted"), line: read("line"), panel: read("panel"), data: read("data"),
    faint: read("faint"), accent: read("accent"), best: read("best"), other: read("other"), bad: read("bad"),
    ramp: [0, 1, 2, 3, 4].map((step) => read(`ramp-${step}`)),
    series: [0, 1, 2, 3, 4, 5].map((step) => read(`series-${step}`)),
  };
}

/** A card: its heading, controls, the place of its figure and the sentence beneath, which says what is to be seen. */
function makeCard(definition, run) {
  const heading = h("h2", { id: `${definition.id}-title` }, definition.title);
  const controls = h("div", { class: "controls" });
  const body = h("div", { class: "body" });
  const caption = h("figcaption", { id: `${definition.id}-text` });
  const root = h(
    "figure",
    { id: definition.id, class: definition.wide ? "card wide" : "card", "aria-labelledby": heading.id, tabindex: "-1" },
    h("div", { class: "head" }, heading, controls), body, caption,
  );
  const card = { id: definition.id, root, controls, body, caption, run, drawn: false, near: false, charts: [] };
  card.sentence = (text) => {
    caption.textContent = text;
    for (const place of body.querySelectorAll("[role=img]")) place.setAttribute("aria-label", text);
  };
  card.chart = (options = {}) => {
    const place = h("div", { class: `chart ${options.class ?? ""}`, role: "img", style: options.height ? `height:${options.height}px` : null });
    (options.into ?? body).append(place);
    const chart = echarts.init(place, null, { renderer: "canvas" });
    card.charts.push(chart);
    new ResizeObserver(() => chart.resize()).observe(place);
    return chart;
  };
  card.draw = () => {
    if (card.drawn) return;
    card.drawn = true;
    root.classList.add("drawn"); // until then it keeps room for its figure
    card.update = definition.build(card, run) ?? (() => {});
    card.update();
  };
  cards.push(card);
  return card;
}

/** What all charts share. Nothing moves: a page that reads itself again must not flicker. */
function base(theme, grid = {}) {
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif", color: theme.ink },
    grid: { left: 64, right: 20, top: 16, bottom: 44, ...grid },
  };
}

function axis(theme, more = {}) {
  return {
    nameTextStyle: { color: theme.muted, fontSize: 12 },
    nameLocation: "middle",
    axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: (value) => fmt(value), ...more.axisLabel },
    axisLine: { show: true, lineStyle: { color: theme.line } },
    axisTick: { lineStyle: { color: theme.line }, ...more.axisTick },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.55 } },
    minorTick: { show: false },
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== "axisLabel" && name !== "axisTick")),
  };
}

/** The axis of a hyperparameter: coordinates of its sampler, labelled with its values. */
function scaleAxis(theme, dim, more = {}) {
  const label = new Map(dim.ticks.map(([at, text]) => [at, text]));
  const places = [...label.keys()];
  return axis(theme, {
    type: "value", min: 0, max: 1,
    ...more,
    axisLabel: { customValues: places, formatter: (at) => label.get(at) ?? "", ...more.axisLabel },
    axisTick: { customValues: places },
    splitLine: { show: false },
  });
}

/** The least and the greatest of some numbers, with a little room. */
function room(numbers) {
  const low = numbers.reduce((one, other) => Math.min(one, other), Infinity);
  const high = numbers.reduce((one, other) => Math.max(one, other), -Infinity);
  const more = (high - low || Math.abs(high) || 1) * 0.04;
  return [low - more, high + more];
}

/** Colours that stay apart side by side: blue, teal, purple, amber, pink; orange marks. */
function colorOf(nth) {
  return [0, 2, 3, 4, 5][nth % 5];
}

/** What tells how good finished trials are, where they are not few; the values of pruned ones would hide it. */
function telling(run, places) {
  const finished = places.filter((place) => run.stateOf(place) === "finished");
  return (finished.length * 4 >= places.length ? finished : places).map((place) => run.trials.value[place]);
}

/** The part of a metric's values that is worth a picture: from its worst tenth to its best. */
function domain(run, values, worst = 0.1) {
  const low = quantile(values, run.side > 0 ? worst : 0);
  const high = quantile(values, run.side > 0 ? 1 : 1 - worst);
  if (!Number.isFinite(low)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

/** A rectangle that the reader drags over a chart: `ended(x0, x1, y0, y1)` in the chart's values, or null when cleared. */
function dragBox(chart, ended) {
  const takeBrush = () => chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "rect", brushMode: "single" } });
  chart.on("brushEnd", ({ areas }) => {
    if (!areas.length) return;
    const [[x0, x1], [y0, y1]] = areas[0].coordRange;
    ended(x0 === x1 ? null : [x0, x1, y0, y1]);
  });
  let shown = false;
  return {
    option: (theme) => ({
      brush: {
        xAxisIndex: 0, toolbox: [], outOfBrush: { colorAlpha: 1 }, throttleType: "debounce", throttleDelay: 100,
        brushStyle: { borderWidth: 1.5, color: `${theme.accent}22`, borderColor: theme.accent },
      },
    }),
    show: (box) => {
      takeBrush();
      if (!box && !shown) return; // a dispatch draws the chart once more
      shown = Boolean(box);
      const areas = box ? [{ brushType: "rect", xAxisIndex: 0, coordRange: [[box[0], box[1]], [box[2], box[3]]] }] : [];
      chart.dispatchAction({ type: "brush", areas });
    },
  };
}
