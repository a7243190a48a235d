import { Binary, Double, Int32, Long, ObjectId } from 'bson';
import { expect, test } from 'vitest';
import { toPlain } from '../../support/mongo/stand-in/plain.ts';
import { cloneValue, compareValues, identical, keyText } from '../../support/mongo/stand-in/values.ts';
import { fc, runs } from '../../support/sampling.ts';

/** Small ranges, so that equal values of different types occur. */
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }).map((value) => new Int32(value)),
  fc.integer({ min: -3, max: 3 }).map((value) => Long.fromNumber(value)),
  fc.constantFrom('9007199254740992', '9007199254740993').map((text) => Long.fromString(text)),
  fc.constantFrom(-1.5, 0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY).map((value) => new Double(value)),
  fc.string({ maxLength: 3, unit: 'binary' }),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => new Binary(bytes)),
  fc.constantFrom('0', '1', 'a').map((digit) => new ObjectId(digit.repeat(24))),
  fc.integer({ min: -2, max: 2 }).map((time) => new Date(time)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { maxKeys: 2 }),
  ),
}));

test('the order of values is total: antisymmetric and transitive', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
      const [x, y, z] = [a, b, c].sort(compareValues);
      expect(compareValues(x, y)).toBeLessThanOrEqual(0);
      expect(compareValues(y, z)).toBeLessThanOrEqual(0);
      expect(compareValues(x, z)).toBeLessThanOrEqual(0);
    }),
    { numRuns: runs(1_000) },
  );
});

test('two values have the same key text if and only if they are equal', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(keyText(a) === keyText(b)).toBe(compareValues(a, b) === 0);
    }),
    { numRuns: runs(3_000) },
  );
});

test('strings are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('a copy has the same value and type', () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(identical(cloneValue(original), original)).toBe(true);
    }),
  );
});

test('plain values compare like their originals, as far as numbers are exact', () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(compareValues(toPlain(original), original)).toBe(0);
    }),
  );
});
