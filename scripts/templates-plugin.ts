import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import Handlebars from 'handlebars';
import type { Plugin } from 'rolldown';
import { TEMPLATE_OPTIONS } from './template-options.ts';

const FOLDER = join(import.meta.dirname, '..', 'templates');
const MODULE = 'virtual:templates';
const ENDING = '.hbs';

/** Paths below templates/, with `/`, in a fixed order. */
const templatePaths = (): string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ENDING))
    .map((path) => path.replaceAll(sep, '/'))
    .sort();

function precompile(path: string): string {
  try {
    return String(Handlebars.precompile(readFileSync(join(FOLDER, path), 'utf8'), TEMPLATE_OPTIONS));
  } catch (error) {
    throw new Error(`templates/${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The module `virtual:templates`: every template below templates/, precompiled, under its path without `.hbs`.
 * Used by the build (rolldown) and the tests (Vite), so that nothing is compiled while the program runs, and a new
 * template is a new file and nothing else.
 */
export function precompiledTemplates() {
  return {
    name: 'precompiled-templates',
    resolveId(id) {
      return id === MODULE ? `\0${MODULE}` : null;
    },
    load(id) {
      if (id !== `\0${MODULE}`) return null;
      const entries = templatePaths().map((path) => {
        this.addWatchFile(join(FOLDER, path));
        return `${JSON.stringify(path.slice(0, -ENDING.length))}: ${precompile(path)}`;
      });
      return `export default {\n${entries.join(',\n')}\n};`;
    },
  } satisfies Plugin;
}
