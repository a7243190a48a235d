import { expect, test } from 'vitest';
import { parseTemplate } from '../../../scripts/parse-template.ts';
import { fillIn } from '../../../src/core/render/template.ts';

const VIEW = { name: 'ann', ttl: 60, none: undefined, empty: [], items: [{ name: 'one' }, { name: 'two' }] };

const helpers = { loud: (value: unknown) => String(value).toUpperCase() };
const templates = new Map([['part', parseTemplate('a\n\nb\n')]]);
const fill = (source: string): string => fillIn(parseTemplate(source), VIEW, { templates, helpers });

test.each([
  ['{{name}} {{ttl}}', 'ann 60'],
  ['{{loud name}}', 'ANN'],
  ['{{#if none}}\nyes\n{{else}}\nno\n{{/if}}\n', 'no\n'],
  ['{{#if empty}}\nyes\n{{else if name}}\nname\n{{/if}}\n', 'name\n'],
  ['{{#unless none}}\nno\n{{/unless}}\n', 'no\n'],
  ['{{#each items}}\n- {{name}}\n{{/each}}\n', '- one\n- two\n'],
  ['  {{> part}}\nc', '  a\n  \n  b\nc'],
  ['{{! for who edits the template }}\na', 'a'],
])('%j becomes %j', (source, text) => {
  expect(fill(source)).toBe(text);
});

test.each([
  ['{{nobody}}', 'the view has no nobody'],
  ['{{#if nobody}}{{/if}}', 'the view has no nobody'],
  ['{{name.first}}', 'the view has no name.first'],
  ['{{none}}', 'none is no text'],
  ['{{loud nobody}}', 'the view has no nobody'],
  ['{{soft name}}', 'there is no soft'],
  ['{{> nothing}}', 'there is no nothing'],
  ['{{#each name}}{{/each}}', 'name is no list'],
])('%j is a mistake: %s', (source, message) => {
  expect(() => fill(source)).toThrow(message);
});

test.each([
  '{{loud name ttl}}',
  '{{loud "text"}}',
  '{{loud name=ttl}}',
  '{{#with name}}{{/with}}',
  '{{../name}}',
  '{{@index}}',
  '{{> part name}}',
  '{{{{raw}}}} {{{{/raw}}}}',
])('%j is refused by the build', (source) => {
  expect(() => parseTemplate(source)).toThrow();
});
