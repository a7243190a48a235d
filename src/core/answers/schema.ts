import { LONGEST, SECONDS } from './duration.ts';
import { ANY_TEXT, MAX_PORT, type TextRule } from './names.ts';
import type { Option } from './option-row.ts';
import { OPTION_NAMES, type OptionName, optionOf } from './options.ts';

/** The JSON Schema of the answers for `--config`. Only a run checks the rules between answers. */
export const answersSchema = (): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://unpkg.com/create-koa-mongo-session/schema/answers.schema.json',
  title: 'Answers for create-koa-mongo-session',
  type: 'object',
  properties: {
    $schema: { type: 'string' },
    ...Object.fromEntries(OPTION_NAMES.map((name) => [name, schemaOf(name)])),
  },
  additionalProperties: false,
});

function schemaOf(name: OptionName): object {
  const option = optionOf(name);
  return {
    description: option.help,
    ...(option.optional ? { anyOf: [typeOf(option), { type: 'null' }] } : typeOf(option)),
    ...(option.default === undefined ? {} : { default: option.default }),
  };
}

function typeOf({ kind, choices, rules = [], takes }: Option): object {
  switch (kind) {
    case 'choice':
      return { enum: Object.keys(choices ?? {}) };
    case 'switch':
      return takes === undefined ? { type: 'boolean' } : { const: takes };
    case 'port':
      return {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: MAX_PORT },
          { type: 'string', pattern: `^(?=0*[1-9])(?=[0-9]{1,5}$)0*(?:${atMost(MAX_PORT)})$` },
        ],
      };
    case 'duration':
      return {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: LONGEST },
          { type: 'string', pattern: `^(?=0*[1-9])0*(?:${lengths().join('|')})$` },
        ],
      };
    case 'text':
      return { type: 'string', allOf: [...ANY_TEXT, ...rules].map(ruleOf) };
  }
}

/** A schema counts characters, each of which has at least one byte. */
function ruleOf(rule: TextRule): object {
  if ('bytes' in rule) return { maxLength: rule.bytes };
  if ('forbids' in rule) return { not: { pattern: rule.forbids.source } };
  const patterns = rule.wants.map(({ source }) => ({ pattern: source }));
  return patterns.length === 1 ? { ...patterns[0] } : { anyOf: patterns };
}

/** The largest number for each unit. */
function lengths(): string[] {
  const units = Object.entries(SECONDS).map(
    ([unit, seconds]) => `(?:${atMost(Math.floor(LONGEST / seconds))})${unit}`,
  );
  return [`(?:${atMost(LONGEST)})`, ...units];
}

/** A pattern for the whole numbers up to this one, without leading zeros. */
function atMost(number: number): string {
  const digits = String(number);
  const smaller = [...digits].flatMap((digit, at) => {
    const rest = digits.length - at - 1;
    return digit === '0' ? [] : [`${digits.slice(0, at)}[0-${Number(digit) - 1}][0-9]{${rest}}`];
  });
  const shorter = digits.length > 1 ? [`[0-9]{1,${digits.length - 1}}`] : [];
  return [...shorter, ...smaller, digits].join('|');
}
