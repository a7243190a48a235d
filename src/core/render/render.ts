import type { Settings } from '../answers/settings.ts';
import { FILES } from './generated-files.ts';
import type { RenderedFile } from './rendered-file.ts';
import { specifier } from './specifier.ts';
import type { Templates } from './templates.ts';
import { viewOf } from './view.ts';

/** The text of each file that the settings require. Pure. */
export function renderFiles(settings: Settings, templates: Templates): RenderedFile[] {
  const byName = templates(settings.connection.style);
  const view = viewOf(settings);
  return FILES.filter(({ isWanted }) => isWanted(settings)).map(({ id, template, path }) => {
    const render = byName.get(template);
    if (render === undefined) throw new Error(`no template ${template} for ${settings.connection.style}`);
    const at = path(settings);
    const modules = Object.fromEntries(
      FILES.map((file) => [file.id, specifier(at, file.path(settings), view.ext)]),
    );
    return { id, path: at, text: tidy(render({ ...view, modules })) };
  });
}

/** Omitted sections leave no gaps, and a file ends with one newline. */
function tidy(text: string): string {
  return `${text.replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
