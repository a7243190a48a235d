import { parseAst } from 'rolldown/parseAst';
import type { RenderedFile } from '../../src/core/render/rendered-file.ts';

/**
 * The top-level constants of a TypeScript file whose value is a literal, by name. Throws if the text is not TypeScript.
 */
export function constantsIn({ text }: RenderedFile): Record<string, unknown> {
  const constants: Record<string, unknown> = {};
  for (const node of parseAst(text, { lang: 'ts' }).body) {
    const declared = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
    if (declared?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declared.declarations) {
      if (id.type === 'Identifier' && init?.type === 'Literal') constants[id.name] = init.value;
    }
  }
  return constants;
}

/** The import specifiers of a TypeScript file that begin with a dot. */
export function relativeImportsOf({ text }: RenderedFile): string[] {
  return parseAst(text, { lang: 'ts' }).body.flatMap((node) =>
    node.type === 'ImportDeclaration' && node.source.value.startsWith('.') ? [node.source.value] : [],
  );
}
