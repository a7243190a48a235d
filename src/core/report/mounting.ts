import type { Settings } from '../answers/settings.ts';
import type { ConnectionStyle } from '../answers/styles.ts';
import type { KoaApp, KoaSource } from '../project/koa-app.ts';
import { EXTENSIONS, specifier } from '../render/render.ts';

/** How to mount the sessions in the user's own app. */
export interface Mounting {
  /** The lines to add: the import and the call. */
  readonly mount: readonly string[];
  /** `src/app.ts:3`, where the app is made; a folder, or `the project`, where that is not known. */
  readonly mountIn: string;
  readonly within: KoaApp['within'];
  /** `src/app.ts:1`: other sessions, which these replace. */
  readonly instead: string | undefined;
}

/** The usual expression for the database in an app that uses this package. */
const SOURCE: Readonly<Record<ConnectionStyle, string | undefined>> = {
  url: undefined,
  host: undefined,
  db: 'client.db()',
  mongoose: 'mongoose.connection',
};

/** @param sources where an app of the project is made or has sessions */
export function mountingOf(settings: Settings, sources: readonly KoaSource[]): Mounting {
  const source = sources.find(({ app }) => app !== undefined);
  const other = sources.find(({ sessions }) => sessions !== undefined);
  const from = moduleFrom(settings, source);
  const taken =
    source?.syntax === 'require' || (source === undefined && settings.project.modules === 'commonjs')
      ? `const { sessions } = require('${from}');`
      : `import { sessions } from '${from}';`;
  const argument = SOURCE[settings.connection.style];
  const call = `sessions(${source?.app?.name ?? 'app'}${argument === undefined ? '' : `, ${argument}`});`;
  return {
    mount: [taken, call],
    mountIn: source?.app === undefined ? folderOf(settings) : `${source.path}:${source.app.line}`,
    within: source?.app?.within,
    instead: other?.sessions && `${other.path}:${other.sessions.line} (${other.sessions.name})`,
  };
}

/** If the file is not known, as seen from a file next to the session folder. */
function moduleFrom({ dir, importExtension }: Settings, source: KoaSource | undefined): string {
  const ext = EXTENSIONS[importExtension];
  const [first = '', ...rest] = dir.split('/');
  return specifier(source?.path ?? (rest.length > 0 ? `${first}/app.ts` : 'app.ts'), `${dir}/index.ts`, ext);
}

const folderOf = ({ dir }: Settings): string => (dir.includes('/') ? `${dir.split('/')[0]}/` : 'the project');
