import type { ConnectionStyle } from '../answers/styles.ts';
import { TEMPLATE_HELPERS } from './helpers.ts';
import { fillIn, type Template } from './template.ts';

type FillIn = (view: object) => string;

/**
 * The templates of one connection style, by name. The files of `connection/<style>/` are named `connection/…` here,
 * as templates and as partials.
 */
export type Templates = (style: ConnectionStyle) => ReadonlyMap<string, FillIn>;

const STYLE_FOLDER = /^connection\/([^/]+)\//;

export function bindTemplates(parsed: Readonly<Record<string, Template>>): Templates {
  return (style) => {
    const ofStyle = Object.entries(parsed).filter(([path]) =>
      [undefined, style].includes(styleOfTemplate(path)),
    );
    const templates = new Map(
      ofStyle.map(([path, template]) => [path.replace(STYLE_FOLDER, 'connection/'), template]),
    );
    const library = { templates, helpers: TEMPLATE_HELPERS };
    return new Map(
      [...templates].map(([name, template]) => [name, (view) => fillIn(template, view, library)]),
    );
  };
}

const styleOfTemplate = (path: string) => STYLE_FOLDER.exec(path)?.[1] as ConnectionStyle | undefined;
