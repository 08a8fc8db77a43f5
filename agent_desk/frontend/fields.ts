/** A form's fields by their names. */

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The one field called `name`. Throws where the page and its script disagree. */
export function fieldOf(form: HTMLFormElement, name: string): Field {
  const field = form.elements.namedItem(name);
  if (isField(field)) return field;
  throw new Error(`the form ${form.id} has no field ${name}`);
}

/** The value of the field or of the chosen radio button called `name`. */
export function valueOf(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  return field !== null && "value" in field ? String(field.value) : "";
}

export function isField(element: unknown): element is Field {
  return (
    element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement
  );
}
