import runtime from 'handlebars/runtime.js';
import type { ConnectionStyle } from '../answers/styles.ts';
import { TEMPLATE_HELPERS } from './helpers.ts';

export type Template = (view: object) => string;

/**
 * The templates of one connection style, by name. What lies in `connection/<style>/` is there as `connection/…`,
 * both as a template and as a partial: the one place where the styles differ.
 */
export type Templates = (style: ConnectionStyle) => ReadonlyMap<string, Template>;

const STYLE_FOLDER = /^connection\/([^/]+)\//;

export function bindTemplates(specifications: Readonly<Record<string, TemplateSpecification>>): Templates {
  return (style) => {
    const handlebars = runtime.create();
    handlebars.registerHelper(TEMPLATE_HELPERS);
    const templates = new Map<string, Template>();
    for (const [path, specification] of Object.entries(specifications)) {
      const folder = STYLE_FOLDER.exec(path)?.[1];
      if (folder !== undefined && folder !== style) continue;
      const name = path.replace(STYLE_FOLDER, 'connection/');
      const template = handlebars.template<object>(specification);
      templates.set(name, template);
      handlebars.registerPartial(name, template);
    }
    return templates;
  };
}
