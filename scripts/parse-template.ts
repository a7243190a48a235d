import Handlebars from 'handlebars';
import type { Part, Template } from '../src/core/render/template.ts';

type Node = hbs.AST.Statement | hbs.AST.Expression | undefined;

/**
 * Parses the subset of Handlebars that the templates use into data: values, helpers of one argument, `if`, `unless`,
 * `each` and partials. Handlebars' own parser reads it and handles white space.
 *
 * @throws Error for anything else, so that no part of a template is silently ignored
 */
export function parseTemplate(source: string): Template {
  return partsOf(Handlebars.parse(source));
}

const partsOf = (program: hbs.AST.Program | undefined): Part[] =>
  (program?.body ?? []).flatMap(partOf).filter((part) => part !== '');

function partOf(node: hbs.AST.Statement): Part[] {
  switch (node.type) {
    case 'ContentStatement':
      return [(node as hbs.AST.ContentStatement).value];
    case 'CommentStatement':
      return [];
    case 'MustacheStatement':
      return [mustache(node as hbs.AST.MustacheStatement)];
    case 'BlockStatement':
      return [block(node as hbs.AST.BlockStatement)];
    case 'PartialStatement':
      return [partial(node as hbs.AST.PartialStatement)];
    default:
      throw new Error(`${node.type} is not used in templates`);
  }
}

function mustache({ path, params, hash }: hbs.AST.MustacheStatement): Part {
  if (hash) throw new Error(`${pathOf(path)} takes no named arguments`);
  if (params.length === 0) return ['value', pathOf(path)];
  return ['call', pathOf(path), only(params)];
}

function block({ path, params, program, inverse }: hbs.AST.BlockStatement): Part {
  const name = pathOf(path);
  if (name === 'if') return ['if', only(params), partsOf(program), partsOf(inverse)];
  if (name === 'unless') return ['if', only(params), partsOf(inverse), partsOf(program)];
  if (name === 'each' && !inverse) return ['each', only(params), partsOf(program)];
  throw new Error(`a block of ${name} is not used in templates`);
}

function partial({ name, params, hash, indent }: hbs.AST.PartialStatement): Part {
  if (params.length > 0 || hash) throw new Error(`${pathOf(name)} takes no arguments`);
  return ['partial', pathOf(name), indent];
}

function only(params: readonly hbs.AST.Expression[]): string {
  if (params.length !== 1) throw new Error('a helper takes one argument');
  return pathOf(params[0]);
}

function pathOf(node: Node): string {
  const { type, original, depth, data } = node as hbs.AST.PathExpression;
  if (type === 'PathExpression' && depth === 0 && !data) return original;
  throw new Error(`${type} is not used in templates`);
}
