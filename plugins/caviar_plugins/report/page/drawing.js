// When figures are drawn: as they come near the screen, one after the other, so that the page answers in between.

const AT_ONCE = 2000; // trials; up to so many a change is drawn in all figures at once
const waiting = new Set(); // cards to be drawn, or drawn anew
let working = false;

function soon(some) {
  for (const card of some) waiting.add(card);
  if (working || !waiting.size) return;
  working = true;
  afterPaint(drawNext);
}

/** Near cards go first; those that are drawn and far away wait until the page has nothing else to do. */
function drawNext() {
  const [next] = [...waiting].sort((one, other) => other.near - one.near);
  if (!next) return void (working = false);
  waiting.delete(next);
  if (next.drawn) next.update();
  else next.draw();
  const near = [...waiting].some((card) => card.near);
  if (near || !window.requestIdleCallback) afterPaint(drawNext);
  else requestIdleCallback(drawNext, { timeout: 500 });
}

function afterPaint(work) {
  if (document.hidden) setTimeout(work);
  else requestAnimationFrame(() => setTimeout(work));
}

function drawWhenNear() {
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) cards.find((card) => card.root === entry.target).near = entry.isIntersecting;
      soon(cards.filter((card) => card.near && !card.drawn));
    },
    { rootMargin: "600px" },
  );
  cards.forEach((card) => near.observe(card.root));
  addEventListener("beforeprint", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", updateAll);
}

/** Draws everything now. */
function drawAll() {
  const stale = [...waiting].filter((card) => card.drawn);
  waiting.clear();
  for (const card of stale) card.update();
  for (const card of cards) if (!card.drawn) card.draw();
}

function updateAll() {
  const drawn = cards.filter((card) => card.drawn);
  if (RUNS.every((run) => run.trials.count <= AT_ONCE)) drawn.forEach((card) => card.update());
  else soon(drawn);
}
