import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Plugin } from 'rolldown';
import type { Template } from '../src/core/render/template.ts';
import { parseTemplate } from './parse-template.ts';

const FOLDER = join(import.meta.dirname, '..', 'templates');
const MODULE = 'virtual:templates';
const ENDING = '.hbs';

/** Paths below templates/, with `/`, in a fixed order. */
const templatePaths = (): string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ENDING))
    .map((path) => path.replaceAll(sep, '/'))
    .sort();

function parse(path: string): Template {
  try {
    return parseTemplate(readFileSync(join(FOLDER, path), 'utf8'));
  } catch (error) {
    throw new Error(`templates/${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The module `virtual:templates`: every template below templates/, parsed, under its path without `.hbs`. Used by
 * the build (rolldown) and the tests (Vite), so that nothing is parsed while the program runs, and a new template is
 * a new file and nothing else.
 */
export function parsedTemplates() {
  return {
    name: 'parsed-templates',
    resolveId(id) {
      return id === MODULE ? `\0${MODULE}` : null;
    },
    load(id) {
      if (id !== `\0${MODULE}`) return null;
      const templates = templatePaths().map((path) => {
        this.addWatchFile(join(FOLDER, path));
        return [path.slice(0, -ENDING.length), parse(path)];
      });
      // As a string: JSON is read faster than an object literal of the same text.
      const json = JSON.stringify(JSON.stringify(Object.fromEntries(templates)));
      return `export default JSON.parse(${json});`;
    },
  } satisfies Plugin;
}
