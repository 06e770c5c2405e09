// Parallel coordinates: a line for each trial; ranges that are dragged along the axes mark trials in all figures.

const MOST_LINES = 1200;
const MOST_AXES = 14;

figure({
  id: "parallel",
  title: "Parallel coordinates",
  wide: true,
  applies: (run) => run.dims.length > 1 && run.ranked.length > 1,
  build(card, run) {
    const weight = new Map(run.importance.map((each) => [each.path, each.all ?? 0]));
    const kept = [...run.dims].sort((one, other) => weight.get(other.path) - weight.get(one.path)).slice(0, MOST_AXES);
    const dims = run.dims.filter((dim) => kept.includes(dim));
    const chart = card.chart({ height: 360 });
    let drawing = false;
    chart.on("axisareaselected", ({ parallelAxisId, intervals }) => {
      if (drawing) return;
      const place = chart.getOption().parallelAxis.findIndex((each) => each.id === parallelAxisId || each.id === String(parallelAxisId));
      const at = place >= 0 ? place : Number(String(parallelAxisId).match(/\d+/)?.[0] ?? 0);
      const before = choice.brush?.ranges || choice.brush?.metric ? choice.brush : {};
      const ranges = { ...before.ranges };
      let metric = before.metric;
      const ends = intervals.length ? [Math.min(...intervals.flat()), Math.max(...intervals.flat())] : null;
      if (at === dims.length) metric = ends;
      else if (ends) ranges[dims[at].path] = ends;
      else delete ranges[dims[at].path];
      choose({ brush: Object.keys(ranges).length || metric ? { ranges, ...(metric ? { metric } : {}) } : null });
    });
    return () => {
      const theme = colors();
      const { shown, marked } = selection(run);
      const judged = shown.filter((place) => Number.isFinite(run.trials.value[place]));
      const lines = (marked ? [...judged.filter((place) => marked[place]), ...judged.filter((place) => !marked[place])] : judged).slice(0, MOST_LINES);
      const [low, high] = domain(run, telling(run, judged), 0.1);
      const upright = card.root.clientWidth < 620;
      const last = Math.max(1, judged.length);
      const nth = new Map(judged.map((place, rank) => [place, rank]));
      const style = (place) => {
        if (marked) return marked[place] ? { color: theme.accent, opacity: 0.75, width: 1.6 } : { color: theme.faint, opacity: 0.18, width: 1 };
        const step = 4 - Math.min(4, Math.floor(Math.sqrt(nth.get(place) / last) * 5));
        return { color: theme.ramp[step], opacity: 0.25 + 0.14 * step, width: step === 4 ? 1.8 : 1 };
      };
      const point = (place) => [...dims.map((dim) => { const u = run.u(dim, place); return Number.isNaN(u) ? "-" : u; }), Math.max(low, Math.min(high, run.trials.value[place]))];
      const axes = [...dims, null].map((dim, place) => ({
        dim: place, id: `axis${place}`, type: "value",
        ...(dim
          ? { name: dim.name, min: 0, max: 1, axisLabel: { color: theme.muted, fontSize: 11, customValues: dim.ticks.map((tick) => tick[0]), formatter: (at) => new Map(dim.ticks).get(at) ?? "" }, axisTick: { customValues: dim.ticks.map((tick) => tick[0]) } }
          : { name: shortMetric(run.metric), min: low, max: high, inverse: run.side < 0, axisLabel: { color: theme.muted, fontSize: 11, formatter: (value) => fmt(Number(value.toPrecision(3))), showMinLabel: false, showMaxLabel: false } }),
        nameLocation: "end", nameGap: upright ? 6 : 14,
        nameTextStyle: { color: theme.ink, fontSize: 12, width: upright ? 100 : 110, overflow: "truncate", ...(upright ? { align: "right", verticalAlign: "bottom", padding: [0, 0, 14, 0] } : {}) },
        axisLine: { lineStyle: { color: theme.muted } },
        areaSelectStyle: { width: 18, borderColor: theme.accent, color: theme.accent, opacity: 0.3 },
      }));
      card.body.firstChild.style.height = upright ? `${Math.max(300, 66 * axes.length)}px` : "360px";
      chart.resize();
      drawing = true;
      chart.setOption({
        ...base(theme),
        parallel: upright ? { layout: "vertical", left: 20, right: 24, top: 34, bottom: 30 } : { left: 46, right: 60, top: 44, bottom: 22 },
        parallelAxis: axes,
        series: [{
          type: "parallel", silent: true, progressive: 0, inactiveOpacity: 1, activeOpacity: 1, smooth: false,
          data: [...lines].reverse().map((place) => ({ value: point(place), lineStyle: style(place) })),
        }],
      }, true);
      const brush = choice.brush;
      [...dims, null].forEach((dim, place) => {
        const ends = dim ? brush?.ranges?.[dim.path] : brush?.metric;
        if (ends) chart.dispatchAction({ type: "axisAreaSelect", parallelAxisId: `axis${place}`, intervals: [ends] });
      });
      drawing = false;
      const cut = judged.length > lines.length ? ` Of ${count(judged.length, "trial")} the ${marked ? "marked and the " : ""}best ${lines.length.toLocaleString("en")} are drawn.` : "";
      const few = run.dims.length > dims.length ? ` The ${dims.length} most important of ${run.dims.length} hyperparameters are shown.` : "";
      card.sentence(`A line is a trial, the better the stronger. Drag along an axis to mark the trials in that range${PAGE.figure ? "" : ", in all figures"}.${cut}${few}`);
    };
  },
});
