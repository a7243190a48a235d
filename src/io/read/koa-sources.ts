import { join } from 'node:path';
import { idInHeader } from '../../core/project/header.ts';
import { type KoaSource, koaSourceIn } from '../../core/project/koa-app.ts';
import { readTextIfAny } from './package-json.ts';
import { sourceFiles } from './sources.ts';

/** Beyond that, a project is not looked through to the end. */
const MAX_SOURCES = 5000;
const TEST = /(?:^|\/)(?:tests?|__tests__|spec|examples?|benchmarks?)\/|\.(?:test|spec)\.\w+$/;

/** The files of the user's own in which a Koa app is made or has sessions, tests last. */
export function findKoaSources(root: string): readonly KoaSource[] {
  const found: KoaSource[] = [];
  let seen = 0;
  for (const path of sourceFiles(root)) {
    seen += 1;
    if (seen > MAX_SOURCES) break;
    const text = readTextIfAny(join(root, path));
    if (text === undefined || idInHeader(text.slice(0, 200)) !== undefined) continue;
    const source = koaSourceIn(path, text);
    if (source !== undefined) found.push(source);
  }
  const inOrder = found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return [
    ...inOrder.filter(({ path }) => !TEST.test(path)),
    ...inOrder.filter(({ path }) => TEST.test(path)),
  ];
}
