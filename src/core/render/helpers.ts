import { inLargestUnit } from '../answers/duration.ts';
import { jsonLiteral, literal } from './literal.ts';

const NAMES = { d: 'day', h: 'hour', m: 'minute', s: 'second' };
const PRODUCTS = { d: '24 * 60 * 60', h: '60 * 60', m: '60', s: '' };

function inUnit(seconds: unknown) {
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) throw new TypeError('not whole seconds');
  return inLargestUnit(seconds);
}

/** As a product: 1209600 is `14 * 24 * 60 * 60`. */
function seconds(value: unknown): string {
  const { count, unit } = inUnit(value);
  const product = PRODUCTS[unit];
  if (product === '') return `${count}`;
  return count === 1 ? product : `${count} * ${product}`;
}

/** For comments: 1209600 is `14 days`. */
function duration(value: unknown): string {
  const { count, unit } = inUnit(value);
  return `${count} ${NAMES[unit]}${count === 1 ? '' : 's'}`;
}

/** All functions that a template can apply to a value. Each throws for a value of the wrong type. */
export const TEMPLATE_HELPERS = { literal, json: jsonLiteral, seconds, duration };
