/** A form's values as the JSON that the server reads. */

import { isField, type Field } from "./fields.ts";

/**
 * Names to values: a box that may be ticked is true or false, several of one name marked `data-many` are a list,
 * a number stays one where `data-type="number"` says so, and an empty field marked `data-empty="null"` is null.
 */
export function valuesOf(form: HTMLFormElement, submitter: HTMLElement | null): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const element of Array.from(form.elements)) {
    if (isField(element) && element.name !== "" && !element.disabled) read(element, values);
  }
  if (submitter instanceof HTMLButtonElement && submitter.name !== "") values[submitter.name] = submitter.value;
  return values;
}

function read(field: Field, values: Record<string, unknown>): void {
  const box = field instanceof HTMLInputElement && field.type === "checkbox";
  const radio = field instanceof HTMLInputElement && field.type === "radio";
  if ("many" in field.dataset) {
    const list = (values[field.name] ??= []) as unknown[];
    if ((!box || field.checked) && field.value !== "") list.push(typed(field));
  } else if (box) {
    values[field.name] = field.checked;
  } else if (!radio || field.checked) {
    values[field.name] = typed(field);
  }
}

function typed(field: Field): unknown {
  if (field.value === "" && (field.dataset.type === "number" || field.dataset.empty === "null")) return null;
  return field.dataset.type === "number" ? Number(field.value) : field.value;
}
