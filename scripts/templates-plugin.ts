import Handlebars from 'handlebars';
import type { Plugin } from 'rolldown';
import { TEMPLATE_OPTIONS } from './template-options.ts';

/**
 * Turns `import specification from './x.hbs'` into the template's precompiled form, for the build (rolldown) and
 * for the tests (Vite), so that neither compiles a template while the program runs.
 */
export function precompiledTemplates() {
  return {
    name: 'precompiled-templates',
    transform(text, id) {
      if (!id.endsWith('.hbs')) return null;
      return `export default ${Handlebars.precompile(text, TEMPLATE_OPTIONS)};`;
    },
  } satisfies Plugin;
}
