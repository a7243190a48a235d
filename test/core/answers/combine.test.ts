import { expect, test } from 'vitest';
import { combineAnswers } from '../../../src/core/answers/combine.ts';
import { OPTION_NAMES, optionOf } from '../../../src/core/answers/options.ts';
import { STYLE_NAMES } from '../../../src/core/answers/styles.ts';

test('a saved answer does not start programs: --install has to be given in each run', () => {
  const saved = { connection: 'mongoose', install: true, packageManager: 'bun', ttl: '1h' };
  expect(combineAnswers({}, saved).answers).toEqual({ connection: 'mongoose', ttl: '1h' });
  expect(combineAnswers({ install: true }, saved).answers).toMatchObject({ install: true });
});

/** The check refuses these. */
const REFUSED = ['host --url', 'host --authSource'];
const OF_STYLES = STYLE_NAMES.flatMap((connection) =>
  OPTION_NAMES.filter((name) => optionOf(name).styles !== undefined).map((name) => ({ connection, name })),
).filter(({ connection, name }) => !REFUSED.includes(`${connection} --${name}`));

test.each(OF_STYLES)(
  'with $connection, $name is either used in later runs too, or named in a warning',
  ({ connection, name }) => {
    const { answers, warnings } = combineAnswers({ connection, [name]: 'mongodb://h' }, {});
    expect(combineAnswers({}, answers).answers).toEqual(answers);
    expect(warnings).toHaveLength(name in answers ? 0 : 1);
  },
);
