/** Every template below templates/, parsed, by its path without `.hbs`; see scripts/templates-plugin.ts. */
declare module 'virtual:templates' {
  import type { Template } from './core/render/template.ts';

  const templates: Readonly<Record<string, Template>>;
  export default templates;
}
