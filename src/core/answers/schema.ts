import { LONGEST, SECONDS } from './duration.ts';
import { ANY_TEXT, MAX_PORT, type TextRule } from './names.ts';
import type { Option } from './option-row.ts';
import { OPTION_NAMES, type OptionName, optionOf } from './options.ts';

/**
 * The JSON Schema of the answers for `--config`. Only a run checks the rules between answers, and whether a number that
 * is written as a text is too large: an exact pattern for that has hundreds of characters, and an editor shows them all.
 */
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
          { type: 'string', pattern: '^(?=0*[1-9])[0-9]{1,5}$' },
        ],
      };
    case 'duration':
      return {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: LONGEST },
          { type: 'string', pattern: `^0*[1-9][0-9]*[${Object.keys(SECONDS).join('')}]?$` },
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
