/** What a chart shows, once more as a table for whoever reads instead of looking: `<table data-table>` beside it. */

interface Data {
  at: number[];
  series: { label: string; values: (number | null)[] }[];
}

/** Writes `data` into the figure's table: one row for each series, one column for each time. */
export function writeTable(figure: HTMLElement, data: Data, timeOfDay: (seconds: number) => string): void {
  const table = figure.querySelector<HTMLTableElement>("[data-table]");
  if (table === null) return;
  const head = row(cell("th", figure.dataset.time ?? ""), ...data.at.map((at) => cell("th", timeOfDay(at))));
  const rows = data.series.map((series) =>
    row(cell("th", series.label), ...series.values.map((value) => cell("td", String(value ?? "–")))),
  );
  table.replaceChildren(head, ...rows);
}

function row(...cells: HTMLElement[]): HTMLElement {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

function cell(kind: "th" | "td", text: string): HTMLElement {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}
