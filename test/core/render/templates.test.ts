import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { TEMPLATE_HELPERS } from '../../../src/core/render/helpers.ts';
import { viewOf } from '../../../src/core/render/view.ts';
import { goldens } from '../../support/goldens.ts';

const FOLDER = join(import.meta.dirname, '../../../templates');
const paths = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.hbs'))
  .map((path) => path.replaceAll('\\', '/'));
const textOf = (path: string) => readFileSync(join(FOLDER, path), 'utf8');

/** The names that a template uses, except those that a loop provides. */
class Names extends Handlebars.Visitor {
  readonly found = new Set<string>();
  #isInLoop = false;

  override PathExpression(path: hbs.AST.PathExpression): void {
    const [name = ''] = path.parts;
    if (!path.data && !this.#isInLoop) this.found.add(name);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const isLoop = block.path.original === 'each';
    if (isLoop) {
      for (const param of block.params) this.accept(param);
      this.#isInLoop = true;
    }
    super.BlockStatement(block);
    this.#isInLoop = false;
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    for (const param of partial.params) this.accept(param);
  }
}

function namesIn(path: string): string[] {
  const names = new Names();
  names.accept(Handlebars.parse(textOf(path)));
  return [...names.found];
}

describe.each(paths)('templates/%s', (path) => {
  test('uses only names of the view, since a section would treat an unknown one as false', () => {
    const [golden] = goldens;
    if (!golden) throw new Error('no golden');
    const known = [...Object.keys(viewOf(golden.settings)), 'modules', ...Object.keys(TEMPLATE_HELPERS)];
    const builtIn = ['if', 'unless', 'each'];
    expect(namesIn(path).filter((name) => ![...known, ...builtIn].includes(name))).toEqual([]);
  });

  test('mentions no style of connection, outside of the folders of the styles', () => {
    const names = path.startsWith('connection/') ? [] : namesIn(path);
    expect(names.filter((name) => ['connection', 'style'].includes(name))).toEqual([]);
  });

  test('has only complete sections, none within a line', () => {
    const lines = textOf(path).split('\n');
    const wrong = lines.filter((line) => /\{\{[#/]|\{\{else/.test(line) && !/^\{\{[^}]*\}\}$/.test(line));
    expect(wrong).toEqual([]);
  });
});

test('every style has the same partials', () => {
  const styles = ['url', 'host', 'db', 'mongoose'];
  const partials = (style: string) =>
    readdirSync(join(FOLDER, 'connection', style)).filter((name) => name !== 'database.ts.hbs');
  for (const style of styles) expect(partials(style)).toEqual(partials('url'));
});
