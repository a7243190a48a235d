import type { KeptFile } from '../answers/kept-files.ts';
import { MIGRATION } from '../answers/managers.ts';
import type { ProjectSettings, Settings } from '../answers/settings.ts';
import { isOpenedByApp } from '../answers/styles.ts';
import { isComposable } from './compose.ts';

/** A file that may be generated: its path, and a condition on the settings. */
interface FileRow<Id extends string = string> {
  readonly id: Id;
  readonly template: string;
  readonly path: (settings: Settings) => string;
  readonly isWanted: (settings: Settings) => boolean;
}

const always = () => true;
const whileAdopting = ({ adopt }: Settings) => adopt !== undefined;
const withApp = ({ app }: Settings) => app;
const withEncryption = ({ encrypt }: Settings) => encrypt;
/** A file of a new project, unless the project already has one. */
export const inNewProject =
  (id: KeptFile) =>
  ({ project }: { readonly project: Pick<ProjectSettings, 'kind' | 'kept'> }): boolean =>
    project.kind === 'new' && !project.kept.includes(id);
const withYarn = (settings: Settings) =>
  inNewProject('yarnrc')(settings) && settings.project.manager === 'yarn';
/** Whether the project gets a compose.yaml. */
export const withCompose = (settings: Settings) =>
  inNewProject('compose')(settings) && isComposable(settings.connection);
const withOwnDatabaseModule = ({ app, connection }: Settings) => app && isOpenedByApp(connection.style);

const at = (path: string) => () => path;

/** A file of the session folder, with its template. */
const inSessionFolder = <const Id extends string>(
  id: Id,
  name = `${id}.ts`,
  isWanted: FileRow['isWanted'] = always,
): FileRow<Id> => ({ id, template: `session/${name}`, path: ({ dir }) => `${dir}/${name}`, isWanted });

/** Every file that may be generated. */
export const FILES = [
  inSessionFolder('mount'),
  inSessionFolder('store'),
  inSessionFolder('collection'),
  inSessionFolder('sessions'),
  inSessionFolder('payload'),
  inSessionFolder('encryption', 'encryption.ts', withEncryption),
  inSessionFolder('errors'),
  { ...inSessionFolder('connection'), template: 'connection/connection.ts' },
  inSessionFolder('guide', 'README.md'),
  inSessionFolder('adopt', 'adopt.ts', whileAdopting),
  inSessionFolder('session', 'index.ts'),
  {
    id: 'database',
    template: 'connection/database.ts',
    path: at('src/database.ts'),
    isWanted: withOwnDatabaseModule,
  },
  { id: 'app', template: 'app.ts', path: at('src/app.ts'), isWanted: withApp },
  { id: 'server', template: 'server.ts', path: at('src/server.ts'), isWanted: withApp },
  { id: 'login-test', template: 'login.test.ts', path: at('test/login.test.ts'), isWanted: withApp },
  { id: 'migrate', template: 'migrate-sessions.ts', path: at(MIGRATION), isWanted: always },
  inSessionFolder('indexes'),
  {
    id: 'env-example',
    template: 'project/env.example',
    path: at('.env.example'),
    isWanted: inNewProject('env-example'),
  },
  {
    id: 'tsconfig',
    template: 'project/tsconfig.json',
    path: at('tsconfig.json'),
    isWanted: inNewProject('tsconfig'),
  },
  { id: 'yarnrc', template: 'project/yarnrc.yml', path: at('.yarnrc.yml'), isWanted: withYarn },
  { id: 'readme', template: 'project/README.md', path: at('README.md'), isWanted: inNewProject('readme') },
  { id: 'compose', template: 'project/compose.yaml', path: at('compose.yaml'), isWanted: withCompose },
] as const satisfies readonly FileRow[];

export type FileId = (typeof FILES)[number]['id'];
