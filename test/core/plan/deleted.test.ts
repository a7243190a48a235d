import { expect, test } from 'vitest';
import { renderedFrom, source } from '../../support/rerun/generate.ts';
import { regenerateInMemory } from '../../support/rerun/in-memory.ts';
import type { Tree } from '../../support/tree.ts';

/* Files that the user moved or deleted by hand, while options are turned on and off. */

const README = { 'README.md': '# One\n' };
const storeIn = (dir: string, text = 'one') =>
  renderedFrom({ ...README, [`${dir}/store.ts`]: source('store', text) });

const run = (project: Tree, rendered: ReturnType<typeof renderedFrom>) =>
  regenerateInMemory(project, rendered, 'mine');

const without = ({ 'src/store.ts': _, ...others }: Tree): Tree => others;

const actionsOf = ({ plan }: ReturnType<typeof run>) =>
  Object.fromEntries(plan.entries.map(({ id, action }) => [id, action]));

test('a file that was moved by hand and has no header is recognized if an option names its new path', () => {
  const { tree } = run({}, storeIn('src'));
  const moved = { ...without(tree), 'lib/store.ts': 'one\n' };
  const next = run(moved, storeIn('lib', 'two'));
  expect(actionsOf(next).store).toBe('merge');
  expect(next.tree['lib/store.ts']).toBe('two\n');
  expect(actionsOf(run(next.tree, storeIn('lib', 'two'))).store).toBe('keep');
});

test('new lines are merged into such a file', () => {
  const lines = ['a', 'b', 'c', 'd'];
  const { tree } = run({}, renderedFrom({ 'src/store.ts': source('store', ...lines) }));
  const moved = { ...without(tree), 'lib/store.ts': 'a\nb\nc\nd\n' };
  const next = run(moved, renderedFrom({ 'lib/store.ts': source('store', ...lines, 'e') }));
  expect(actionsOf(next).store).toBe('merge');
  expect(next.tree['lib/store.ts']).toBe('a\nb\nc\nd\ne\n');
});

test('a deleted file stays deleted when an option moves it, and a file in its old place is left alone', () => {
  const { tree } = run({}, storeIn('src'));
  const moved = run(without(tree), storeIn('lib'));
  expect(actionsOf(moved).store).toBe('deleted');
  const own = { ...moved.tree, 'src/store.ts': 'my own\n' };
  const next = run(own, storeIn('lib', 'two'));
  expect(actionsOf(next).store).toBe('deleted');
  expect(next.tree['src/store.ts']).toBe('my own\n');
  expect(next.tree['lib/store.ts']).toBe(undefined);
});

test('a deleted file stays deleted when the option is changed back', () => {
  const { tree } = run({}, storeIn('src'));
  const back = run(run(without(tree), storeIn('lib')).tree, storeIn('src'));
  expect(actionsOf(back).store).toBe('deleted');
  expect(back.tree).toEqual(run(without(tree), storeIn('src')).tree);
});

test('a deleted file is recognized when it comes back at the path to which an option moved it', () => {
  const { tree } = run({}, storeIn('src'));
  const moved = run(without(tree), storeIn('lib'));
  const back = { ...moved.tree, 'lib/store.ts': source('store', 'one') };
  expect(actionsOf(run(back, storeIn('lib', 'two'))).store).toBe('update');
});

test('a file that was deleted before its option was turned off does not come back with the option', () => {
  const { tree } = run({}, storeIn('src'));
  const off = run(without(tree), renderedFrom(README));
  expect(actionsOf(off).store).toBe('absent');
  expect(run(off.tree, renderedFrom(README)).changed).toEqual([]);
  const on = run(off.tree, storeIn('src', 'two'));
  expect(actionsOf(on).store).toBe('deleted');
  expect(on.tree['src/store.ts']).toBe(undefined);
});

test('a file of the user in the place of a file that was deleted while its option was off is a conflict', () => {
  const { tree } = run({}, storeIn('src'));
  const off = run(without(tree), renderedFrom(README));
  const own = run({ ...off.tree, 'src/store.ts': 'my own\n' }, renderedFrom(README));
  expect(actionsOf(own).store).toBe('release');
  expect(actionsOf(run(own.tree, storeIn('src'))).store).toBe('conflict');
});
