import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** Each folder imports only from itself and from those before it. All may import `core/errors.ts`. */
const ROOMS = [
  'core/answers',
  'core/project',
  'core/render',
  'core/plan',
  'core/patch',
  'core/write',
  'core/report',
  'io',
  'io/read',
  'io/write',
  'io/terminal',
  '.',
];

const FOR_ALL = ['core/errors.ts'];

/** The Node modules that `core/` may use: plain functions, no files, no processes, no network. */
const PURE_BUILTINS = ['node:crypto', 'node:net', 'node:util'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

/** Without code that is shown to the user, which stands in double quotes, since it has single ones in it. */
const textOf = (path: string): string =>
  readFileSync(join(SRC, path), 'utf8').replace(/"[^"\n]*'[^"\n]*"/g, '""');

const importsOf = (path: string): Import[] =>
  [...textOf(path).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name = '']) => ({
    from: path,
    to: name.startsWith('.') ? relative(SRC, join(SRC, dirname(path), name)) : name,
  }));

const isOwn = ({ to }: Import): boolean => to.endsWith('.ts');

test.each(files.filter((path) => !FOR_ALL.includes(path)))(
  '%s is in a listed folder and imports only from earlier ones',
  (path) => {
    const room = ROOMS.indexOf(dirname(path));
    expect(room).not.toBe(-1);
    const isLater = ({ to }: Import): boolean => !FOR_ALL.includes(to) && ROOMS.indexOf(dirname(to)) > room;
    expect(importsOf(path).filter(isOwn).filter(isLater)).toEqual([]);
  },
);

test('no file imports itself through other files', () => {
  const importsBy = new Map(files.map((path) => [path, importsOf(path).filter(isOwn)]));
  const circleFrom = (path: string, trail: readonly string[] = []): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    for (const { to } of importsBy.get(path) ?? []) {
      const circle = circleFrom(to, [...trail, path]);
      if (circle) return circle;
    }
    importsBy.set(path, []); // Known to be in no cycle.
    return undefined;
  };
  expect(files.map((path) => circleFrom(path)).filter(Boolean)).toEqual([]);
});

test.each(files.filter((path) => path.startsWith('core/')))('%s only decides, without effects', (path) => {
  const effects = importsOf(path).filter(({ to }) => to.startsWith('node:') && !PURE_BUILTINS.includes(to));
  expect(effects).toEqual([]);
  expect(textOf(path)).not.toMatch(/\b(process|console|globalThis)\./);
});
