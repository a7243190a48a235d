import type { Linter } from 'eslint';

/**
 * Rules of typescript-eslint's strict and stylistic sets that are off or milder for the generated code, with the
 * reason.
 */
export const RULES: Linter.RulesRecord = {
  // A number in a template literal is fine.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  // `return home(ctx)` is a common short form in routes.
  '@typescript-eslint/no-confusing-void-expression': 'off',
  // `a || b` of two booleans is clear.
  '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true } }],
  // A property that is destructured only to leave it out of the rest.
  '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
  // The test runner of Node waits for its tests.
  '@typescript-eslint/no-floating-promises': [
    'error',
    { allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'node:test' }] },
  ],
  // An async function implements an interface that returns a promise, so that errors become rejections.
  '@typescript-eslint/require-await': 'off',
  // A payload is a record with property names chosen by the app.
  '@typescript-eslint/no-dynamic-delete': 'off',
};

interface Accepted {
  readonly rule: string;
  readonly file: string;
  /** The line of code. */
  readonly line: string;
}

/** Accepted findings. */
export const ACCEPTED: readonly Accepted[] = [
  // Koa's types say that every app has keys, but an app has none until they are set.
  {
    rule: '@typescript-eslint/no-unnecessary-condition',
    file: 'index.ts',
    line: 'app.keys ??= cookieKeys();',
  },
  // Koa also calls `onerror` without an error, unlike its types say.
  {
    rule: '@typescript-eslint/no-unnecessary-condition',
    file: 'mount.ts',
    line: 'if (error) keepCookie(this, options.key);',
  },
  // Koa's types do not know what koa-session adds to a context, and do not accept the type of koa-session's options.
  {
    rule: '@typescript-eslint/no-unsafe-argument',
    file: 'mount.ts',
    line: 'if (!headerSent && !unsaved.has(ctx)) ctx.cookies.set(options.key, key, sessionOptions);',
  },
  // The replacement of a method calls the original with its own `this`.
  ...[
    'context.onerror = keeping(context.onerror);',
    'ctx.onerror = keeping(ctx.onerror);',
    'const { end } = ctx.res;',
  ].map((line) => ({
    rule: '@typescript-eslint/unbound-method',
    file: 'mount.ts',
    line,
  })),
  // JavaScript code may pass an object, which would be a query operator.
  ...[
    "return this.deleteMany('destroyById', { _id: String(id), user: String(user) });",
    'const filter = { _id: String(id), user: String(user) };',
  ].map((line) => ({
    rule: '@typescript-eslint/no-unnecessary-type-conversion',
    file: 'sessions.ts',
    line,
  })),
];
