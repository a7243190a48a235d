/** A template as the build writes it: plain text, values and conditions. */
export type Template = readonly Part[];

export type Part =
  | string
  /** The text at a path of the view. */
  | readonly [kind: 'value', path: string]
  /** The result of a helper for the value at a path. */
  | readonly [kind: 'call', helper: string, path: string]
  | readonly [kind: 'if', path: string, then: Template, otherwise: Template]
  /** Repeated for each item, which is the view inside. */
  | readonly [kind: 'each', path: string, body: Template]
  /** Another template, with every line indented. */
  | readonly [kind: 'partial', name: string, indentation: string];

export type Helpers = Readonly<Record<string, (value: unknown) => string>>;

export interface Library {
  readonly templates: ReadonlyMap<string, Template>;
  readonly helpers: Helpers;
}

/** @throws TypeError for a name that the view, the helpers or the templates do not have */
export function fillIn(template: Template, view: unknown, library: Library): string {
  return template.map((part) => (typeof part === 'string' ? part : fillInPart(part, view, library))).join('');
}

function fillInPart(part: Exclude<Part, string>, view: unknown, library: Library): string {
  switch (part[0]) {
    case 'value':
      return textAt(view, part[1]);
    case 'call':
      return known(library.helpers[part[1]], part[1])(valueAt(view, part[2]));
    case 'if':
      return fillIn(isFilled(valueAt(view, part[1])) ? part[2] : part[3], view, library);
    case 'each':
      return itemsAt(view, part[1])
        .map((item) => fillIn(part[2], item, library))
        .join('');
    case 'partial':
      return indent(fillIn(known(library.templates.get(part[1]), part[1]), view, library), part[2]);
  }
}

/** `undefined` is allowed as a value, but the view must have the name. */
function valueAt(view: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => {
    if (typeof value === 'object' && value !== null && name in value) {
      return (value as Readonly<Record<string, unknown>>)[name];
    }
    throw new TypeError(`the view has no ${path}`);
  }, view);
}

function textAt(view: unknown, path: string): string {
  const value = valueAt(view, path);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new TypeError(`${path} is no text`);
}

function itemsAt(view: unknown, path: string): readonly unknown[] {
  const value = valueAt(view, path);
  if (Array.isArray(value)) return value;
  throw new TypeError(`${path} is no list`);
}

const isFilled = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new TypeError(`there is no ${name}`);
  return value;
}

const indent = (text: string, indentation: string): string =>
  indentation === '' ? text : text.replace(/^(?!$(?![\s\S]))/gm, indentation);
