import type { KeptFile } from '../answers/kept-files.ts';
import { MIGRATION } from '../answers/managers.ts';
import type { Settings } from '../answers/settings.ts';
import { isComposable } from './compose.ts';

/** A file that may be generated: its path, and a condition on the settings. */
interface FileRow {
  readonly id: string;
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
  ({ project }: Settings): boolean =>
    project.kind === 'new' && !project.kept.includes(id);
const withYarn = (settings: Settings) =>
  inNewProject('yarnrc')(settings) && settings.project.manager === 'yarn';
/** Whether the project gets a compose.yaml. */
export const withCompose = (settings: Settings) =>
  inNewProject('compose')(settings) && isComposable(settings.connection);
const withOwnDatabaseModule = ({ app, connection }: Settings) =>
  app && (connection.style === 'db' || connection.style === 'mongoose');

const at = (path: string) => () => path;
const inSessionFolder = (name: string) => (settings: Settings) => `${settings.dir}/${name}`;

/** Every file that may be generated. */
export const FILES = [
  { id: 'mount', template: 'session/mount.ts', path: inSessionFolder('mount.ts'), isWanted: always },
  { id: 'store', template: 'session/store.ts', path: inSessionFolder('store.ts'), isWanted: always },
  {
    id: 'collection',
    template: 'session/collection.ts',
    path: inSessionFolder('collection.ts'),
    isWanted: always,
  },
  { id: 'sessions', template: 'session/sessions.ts', path: inSessionFolder('sessions.ts'), isWanted: always },
  { id: 'payload', template: 'session/payload.ts', path: inSessionFolder('payload.ts'), isWanted: always },
  {
    id: 'encryption',
    template: 'session/encryption.ts',
    path: inSessionFolder('encryption.ts'),
    isWanted: withEncryption,
  },
  { id: 'errors', template: 'session/errors.ts', path: inSessionFolder('errors.ts'), isWanted: always },
  {
    id: 'connection',
    template: 'connection/connection.ts',
    path: inSessionFolder('connection.ts'),
    isWanted: always,
  },
  { id: 'guide', template: 'session/README.md', path: inSessionFolder('README.md'), isWanted: always },
  { id: 'adopt', template: 'session/adopt.ts', path: inSessionFolder('adopt.ts'), isWanted: whileAdopting },
  { id: 'session', template: 'session/index.ts', path: inSessionFolder('index.ts'), isWanted: always },
  {
    id: 'database',
    template: 'connection/database.ts',
    path: at('src/database.ts'),
    isWanted: withOwnDatabaseModule,
  },
  { id: 'app', template: 'app.ts', path: at('src/app.ts'), isWanted: withApp },
  { id: 'server', template: 'server.ts', path: at('src/server.ts'), isWanted: withApp },
  { id: 'login-test', template: 'login.test.ts', path: at('test/login.test.ts'), isWanted: withApp },
  {
    id: 'migrate',
    template: 'migrate-sessions.ts',
    path: at(MIGRATION),
    isWanted: always,
  },
  {
    id: 'indexes',
    template: 'session/indexes.ts',
    path: inSessionFolder('indexes.ts'),
    isWanted: always,
  },
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
