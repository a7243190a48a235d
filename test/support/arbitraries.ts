import fc from 'fast-check';

/** Texts that end a literal, a comment, a template or a line in some syntax, or look like something else. */
const TRAPS = [
  ...["'", '"', '`', '\\', "\\'", `$\{1}`, '{{x}}', '{{{x}}}', '*/', '/*', '//', '#', '$', '%', '%27', '%00'],
  ...['\n', '\r\n', '\t', '\0', '\u2028', '\u2029', '\u202E', '\u200B', '\uFEFF', '\uD800', '\\n', '\\u0041'],
  ...[
    '😀',
    'ä',
    'é',
    'ﬁ',
    '名前',
    '<script>',
    '&&',
    ';',
    '|',
    '$(id)',
    '=',
    ' ',
    '  ',
    '.',
    '..',
    '/',
    '@',
    ':',
  ],
  ...['__proto__', 'constructor', 'system.', '-', '--', '~', '!', '?', ',', '[', ']', '(', ')', '+', 'null'],
];

const word = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);

/** Texts that code generators often escape wrongly. */
export const trickyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...TRAPS), word, fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 0,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

/** Mostly valid, so that a large share of the values built from it is accepted. */
export const trickyName: fc.Arbitrary<string> = fc.oneof(
  word,
  fc.tuple(word, fc.constantFrom(...TRAPS), word).map((parts) => parts.join('')),
  trickyText,
);
