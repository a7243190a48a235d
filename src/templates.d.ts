/// <reference types="handlebars" />

/** Every template below templates/, precompiled, by its path without `.hbs`; see scripts/templates-plugin.ts. */
declare module 'virtual:templates' {
  const specifications: Readonly<Record<string, TemplateSpecification>>;
  export default specifications;
}

/** Handlebars without its compiler. The package has types for the whole only. */
declare module 'handlebars/runtime.js' {
  const runtime: Pick<typeof Handlebars, 'create'>;
  export default runtime;
}
