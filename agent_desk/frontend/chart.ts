/**
 * Lines and bars over time: `<figure data-chart data-src="/floor/waiting" data-topics="floor">`. The source answers
 * `{"at": [seconds], "series": [{"label", "tone", "kind", "values"}]}`; a table beside it says the same in words.
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

interface Data {
  at: number[];
  series: Series[];
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
    writeTable(figure, fresh, timeOfDay);
    const same = data?.series.length === fresh.series.length;
    data = fresh;
    if (plot && same) plot.setData(valuesOf(fresh));
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
      { ...axis, grid: { show: false }, values: (_plot, times) => times.map(timeOfDay) },
      { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    series: [{ label: time, value: (_plot, at) => (at ? timeOfDay(at) : "–") }, ...data.series.map(style)],
  };
}

function style(series: Series): uPlot.Series {
  const stroke = colour(`--${series.tone}`);
  const base: uPlot.Series = { label: series.label, stroke, width: 2, points: { show: false } };
  if (series.kind === "line") return base;
  const bars = uPlot.paths.bars?.({ size: [0.7, 24] });
  return { ...base, width: 0, fill: stroke, ...(bars ? { paths: bars } : {}) };
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
