export interface Node {
  readonly type: string;
  /** In characters of the code. */
  readonly start: number;
  readonly end: number;
}

/** All nodes of a tree of `parseAst`, each before those in it. */
export function* nodesIn(tree: unknown): Generator<Node> {
  if (typeof tree !== 'object' || tree === null) return;
  if ('type' in tree) yield tree as Node;
  for (const part of Object.values(tree)) yield* nodesIn(part);
}
