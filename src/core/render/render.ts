import type { Settings } from '../answers/settings.ts';
import { FILES } from './generated-files.ts';
import { folderOf, type RenderedFile } from './rendered-file.ts';
import { EXTENSIONS, specifier } from './specifier.ts';
import type { Templates } from './templates.ts';
import { type View, viewOf } from './view.ts';

/** The text of each file that the settings require. Pure. */
export function renderFiles(settings: Settings, templates: Templates): RenderedFile[] {
  const byName = templates(settings.connection.style);
  const view = viewOf(settings);
  const modules = modulesByFolder(settings);
  return FILES.filter(({ isWanted }) => isWanted(settings)).map(({ id, template, path }) => {
    const render = byName.get(template);
    if (render === undefined) throw new Error(`no template ${template} for ${settings.connection.style}`);
    const at = path(settings);
    return { id, path: at, text: tidy(render({ ...view, modules: modules(at) })) };
  });
}

/** The import specifiers of all modules, as seen from a file: the same for all files in a folder. */
function modulesByFolder(settings: Settings): (path: string) => View['modules'] {
  const ext = EXTENSIONS[settings.importExtension];
  const targets = FILES.map((file) => [file.id, file.path(settings)] as const);
  const known = new Map<string, View['modules']>();
  return (path) => {
    const folder = folderOf(path);
    const modules =
      known.get(folder) ?? Object.fromEntries(targets.map(([id, to]) => [id, specifier(path, to, ext)]));
    known.set(folder, modules as View['modules']);
    return modules as View['modules'];
  };
}

/** Omitted sections leave no gaps, and a file ends with one newline. */
function tidy(text: string): string {
  return `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
