import type { Db } from 'mongodb';
import type { Settings } from '../../src/core/answers/settings.ts';
import { renderFiles } from '../../src/core/render/render.ts';
import { templates } from '../../src/io/templates.ts';

/** Creates the role `sessions`, as the guide of a project with these settings shows it for mongosh. */
export async function createGuideRole(db: Db, settings: Settings): Promise<void> {
  const guide = renderFiles(settings, templates).find(({ id }) => id === 'guide')?.text ?? '';
  const [, code = ''] = /```js\n(const privileges[\s\S]*?)```/.exec(guide) ?? [];
  const roles: { role: string; privileges: unknown; roles: [] }[] = [];
  new Function('db', code)({
    getName: () => db.databaseName,
    createRole: (role: never) => roles.push(role),
  });
  for (const { role, ...rest } of roles) await db.command({ createRole: role, ...rest });
}
