import { jsonLiteral, literal } from './literal.ts';

const UNITS = [
  { seconds: 86_400, product: ['24', '60', '60'], name: 'day' },
  { seconds: 3600, product: ['60', '60'], name: 'hour' },
  { seconds: 60, product: ['60'], name: 'minute' },
  { seconds: 1, product: [], name: 'second' },
] as const;

/** In the largest unit that is exact: 5400 s are 90 minutes. */
function inUnit(seconds: unknown) {
  const unit = UNITS.find((each) => Number.isInteger(seconds) && Number(seconds) % each.seconds === 0);
  if (unit === undefined) throw new TypeError('not a whole number of seconds');
  return { count: Number(seconds) / unit.seconds, unit };
}

/** As a product: 1209600 is `14 * 24 * 60 * 60`. */
function seconds(value: unknown): string {
  const { count, unit } = inUnit(value);
  const factors = count === 1 && unit.product.length > 0 ? unit.product : [count, ...unit.product];
  return factors.join(' * ');
}

/** For comments: 1209600 is `14 days`. */
function duration(value: unknown): string {
  const { count, unit } = inUnit(value);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** All functions that a template can apply to a value. Each throws for a value of the wrong type. */
export const TEMPLATE_HELPERS = { literal, json: jsonLiteral, seconds, duration };
