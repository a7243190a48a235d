import type { Linter } from 'eslint';

/** Rules of typescript-eslint's strict and stylistic sets that are off, or milder, for the generated code, and why. */
export const RULES: Linter.RulesRecord = {
  // A number in a text.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // `return home(ctx)` is the usual short form of a route.
  '@typescript-eslint/no-confusing-void-expression': 'off',
  // `a || b` of two booleans means what it says.
  '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true } }],
  // What is taken out of an object so that the rest is without it.
  '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
  // `while (true)` with its way out in the middle.
  '@typescript-eslint/no-unnecessary-condition': [
    'error',
    { allowConstantLoopConditions: 'only-allowed-literals' },
  ],
  // The test runner of Node waits for its tests by itself.
  '@typescript-eslint/no-floating-promises': [
    'error',
    { allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'node:test' }] },
  ],
  // There is nothing to do where the connection is the app's own, or where an index is gone already.
  '@typescript-eslint/no-empty-function': 'off',
  // An interface that answers with a promise is met by an async function: what that throws is a rejection, too.
  '@typescript-eslint/require-await': 'off',
  // A payload is a record: its properties have the names that the app gave them.
  '@typescript-eslint/no-dynamic-delete': 'off',
};

interface Accepted {
  readonly rule: string;
  readonly file: string;
  /** The line of the code. */
  readonly line: string;
}

/** What is found and stays. */
export const ACCEPTED: readonly Accepted[] = [
  // The types of Koa have keys in every app; an app has none until it is given some.
  {
    rule: '@typescript-eslint/no-unnecessary-condition',
    file: 'index.ts',
    line: 'app.keys ??= cookieKeys();',
  },
  // Koa calls `onerror` without an error, too, whatever its types say.
  {
    rule: '@typescript-eslint/no-unnecessary-condition',
    file: 'mount.ts',
    line: 'if (error) keepCookie(this, options.key);',
  },
  // Koa's types leave it open what koa-session adds to a context, and koa-session's options are no type that Koa takes.
  {
    rule: '@typescript-eslint/no-unsafe-argument',
    file: 'mount.ts',
    line: 'ctx.cookies.set(options.key, key, sessionOptions);',
  },
  // A method that is put in the place of another one calls that with its own `this`.
  ...[
    'context.onerror = keeping(context.onerror);',
    'ctx.onerror = keeping(context.onerror);',
    'const { end } = ctx.res;',
  ].map((line) => ({
    rule: '@typescript-eslint/unbound-method',
    file: 'mount.ts',
    line,
  })),
  // From JavaScript an object may come, which would be a query operator.
  {
    rule: '@typescript-eslint/no-unnecessary-type-conversion',
    file: 'sessions.ts',
    line: 'const filter = { _id: String(id), user: String(user) };',
  },
];
