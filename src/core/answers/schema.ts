import { OPTION_NAMES, type Option, type OptionName, optionOf } from './options.ts';

/** The JSON Schema of the answers that `--config` takes. The rules between answers are checked by a run alone. */
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
  const schema = { description: option.help, ...typeOf(option) };
  return {
    ...(option.optional
      ? { description: schema.description, anyOf: [typeOf(option), { type: 'null' }] }
      : schema),
    ...(option.default === undefined ? {} : { default: option.default }),
  };
}

function typeOf({ kind, choices }: Option): object {
  switch (kind) {
    case 'choice':
      return { enum: Object.keys(choices ?? {}) };
    case 'switch':
      return { type: 'boolean' };
    case 'port':
      return { type: 'integer', minimum: 1, maximum: 65_535 };
    case 'duration':
      return {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
          { type: 'string', pattern: '^[0-9]+[smhdw]?$' },
        ],
      };
    case 'text':
      return { type: 'string', minLength: 1 };
  }
}
