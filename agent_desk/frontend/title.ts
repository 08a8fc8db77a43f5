/** The title that a ticket would have if nobody wrote one. Pure. */

import type { Say } from "./span.ts";

export interface Written {
  place: string;
  area: string;
  matter: string;
  content: string;
}

const LONGEST = 60;
const LONGEST_PLACE = 24;

/** "Matter at place" once the matter is known, else how the citizen's own words begin; empty where nothing is known. */
export function titleFor(written: Written, say: Say): string {
  const place = written.place.length <= LONGEST_PLACE ? written.place : written.area;
  if (written.matter === "") return beginning(written.content);
  return say(place ? "desk.title_with_place" : "desk.title", { place, matter: written.matter });
}

function beginning(content: string): string {
  const [first = ""] = content.trim().split(/[\n。！？!?；;]/);
  return first.length <= LONGEST ? first : `${first.slice(0, LONGEST - 1)}…`;
}
