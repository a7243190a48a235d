import { databasesNamedIn, mongooseConnectionsIn } from './databases.ts';
import { koaSourceIn } from './koa-source.ts';
import { byPath, type Place } from './place.ts';
import { sessionUsesIn } from './session-uses.ts';
import type { Project } from './working-tree.ts';

/** The project once one of its source files has another text, in which what is found stands at other lines. */
export function withEditedSource(project: Project, path: string, text: string): Project {
  const { koaSources, sessionUses, databases, connections } = project;
  const uses = sessionUsesIn(path, text);
  const withNew = <P extends Place>(old: readonly P[], found: readonly P[]): readonly P[] =>
    [...old.filter((place) => place.path !== path), ...found].toSorted(byPath);
  return {
    ...project,
    koaSources: koaSources.map((source) => (source.path === path && koaSourceIn(path, text)) || source),
    sessionUses: {
      properties: sessionUses.properties.flatMap((use) =>
        use.path === path ? (uses.properties.find(({ name }) => name === use.name) ?? []) : use,
      ),
      declarations: withNew(sessionUses.declarations, uses.declarations),
      typeImports: withNew(sessionUses.typeImports, uses.typeImports),
      generic: withNew(sessionUses.generic, uses.generic),
      unawaited: withNew(sessionUses.unawaited, uses.unawaited),
    },
    databases: withNew(databases, databasesNamedIn(path, text)),
    connections: withNew(connections, mongooseConnectionsIn(path, text)),
  };
}
