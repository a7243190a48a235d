/** Names that would reach an object's prototype when copied from parsed JSON. */
const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** The value, if it is a plain JSON object and none of its keys reaches a prototype. */
export function plainObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  return entries.some(([key]) => PROTOTYPE_KEYS.includes(key)) ? undefined : Object.fromEntries(entries);
}
