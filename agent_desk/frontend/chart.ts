/**
 * Lines and bars over time: `<figure data-chart data-src="/floor/waiting" data-topics="floor">`. The source answers
 * `{"at": [seconds], "series": [{"label", "tone", "kind", "values"}]}`; a table beside it says the same in words.
 * With `"step": "day"` its times are days, and `"marks": [{"at", "words"}]` are drawn across it.
 */

import uPlot from "uplot";
import { read } from "./api.ts";
import { writeTable } from "./charttable.ts";
import { coalesce } from "./coalesce.ts";
import { follow } from "./live.ts";

interface Series {
  label: string;
  tone: "accent" | "good" | "wait" | "bad" | "talk";
  kind: "line" | "bars";
  values: (number | null)[];
}

interface Mark {
  at: number;
  words: string;
}

interface Data {
  at: number[];
  series: Series[];
  step?: "day";
  marks?: Mark[];
}

const GAP = 1000;
const HEIGHT = 190;

export function startChart(figure: HTMLElement): void {
  const place = figure.querySelector<HTMLElement>("[data-plot]") ?? figure;
  let plot: uPlot | null = null;
  let data: Data | null = null;
  const draw = (): void => {
    if (data === null) return;
    plot?.destroy();
    plot = new uPlot(optionsFor(data, place.clientWidth, figure.dataset.time ?? ""), valuesOf(data), place);
  };
  const refresh = coalesce(GAP, async () => {
    const answer = await read(figure.dataset.src ?? "");
    if (!answer.ok) return;
    const fresh = answer.data as unknown as Data;
    writeTable(figure, fresh, sayingOf(fresh));
    const same = data?.series.length === fresh.series.length;
    data = fresh;
    if (plot && same && !fresh.marks) plot.setData(valuesOf(fresh));
    else draw();
  });
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  document.addEventListener("themechange", draw);
  follow((figure.dataset.topics ?? "").split(" ").filter(Boolean), refresh);
  refresh();
}

function valuesOf(data: Data): uPlot.AlignedData {
  return [data.at, ...data.series.map((series) => series.values)];
}

function optionsFor(data: Data, width: number, time: string): uPlot.Options {
  const ink = colour("--ink-soft");
  const say = sayingOf(data);
  const axis: uPlot.Axis = {
    stroke: ink,
    font: "12px system-ui",
    grid: { stroke: colour("--hair"), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    cursor: { points: { size: 6 }, y: false },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, Math.ceil(most * 1.1))] } },
    axes: [
      { ...axis, grid: { show: false }, values: (_plot, times) => times.map(say) },
      { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, data.marks ?? [])] },
    series: [{ label: time, value: (_plot, at) => (at ? say(at) : "–") }, ...data.series.map(style)],
  };
}

function style(series: Series): uPlot.Series {
  const stroke = colour(`--${series.tone}`);
  const base: uPlot.Series = { label: series.label, stroke, width: 2, points: { show: false } };
  if (series.kind === "line") return base;
  const bars = uPlot.paths.bars?.({ size: [0.7, 24] });
  return { ...base, width: 0, fill: stroke, ...(bars ? { paths: bars } : {}) };
}

/** Across the curve, with its words at the top; those that would cover one another stand below. */
function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour("--ink");
  ctx.lineWidth = devicePixelRatio;
  ctx.font = `${12 * devicePixelRatio}px system-ui`;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  marks.forEach((mark, place) => {
    const x = plot.valToPos(mark.at, "x", true);
    const isRight = x > bbox.left + bbox.width * 0.75;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const below = (12 + 15 * (place % 4)) * devicePixelRatio;
    ctx.fillText(mark.words, x + (isRight ? -5 : 5) * devicePixelRatio, bbox.top + below);
  });
  ctx.restore();
}

function sayingOf(data: Data): (seconds: number) => string {
  return data.step === "day" ? dayOf : timeOfDay;
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString(document.documentElement.lang, {
    month: "2-digit",
    day: "2-digit",
    timeZone: document.body.dataset.zone,
  });
}

function timeOfDay(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: document.body.dataset.zone,
  });
}

/** The present value of a colour token: light or dark is already decided in it. */
function colour(token: string): string {
  const probe = document.createElement("span");
  probe.className = "unseen";
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
