import type { Settings } from '../answers/settings.ts';

/** One environment variable of the generated project, as written in `.env` and `.env.example`. */
export interface EnvEntry {
  readonly name: string;
  /** One line, without `#` and without values of the user. */
  readonly comment: string;
  /** What `.env.example` shows; not a secret. */
  readonly example: string;
  /**
   * The value in `.env`: new random keys, the value from the command line (otherwise the example), or empty for the
   * user to fill in.
   */
  readonly secret: 'random-keys' | 'given' | 'empty';
}

const NEW_APP_KEYS: EnvEntry = {
  name: 'APP_KEYS',
  comment: 'Sign the session cookie. Comma-separated; the first one signs, all of them verify.',
  example: '',
  secret: 'random-keys',
};

/** With new keys, no cookie of the old app would be valid. */
const OLD_APP_KEYS: EnvEntry = {
  name: 'APP_KEYS',
  comment:
    'Sign the session cookie: the keys of the old app (app.keys), comma-separated, in their order, in quotes if one contains a #. The first one signs, all of them verify.',
  example: '',
  secret: 'empty',
};

const SESSION_ENCRYPTION_KEYS: EnvEntry = {
  name: 'SESSION_ENCRYPTION_KEYS',
  comment:
    'Encrypt the sessions in MongoDB. Comma-separated, 32 bytes each in base64url; the first one encrypts, all of them decrypt.',
  example: '',
  secret: 'random-keys',
};

const MONGODB_PASSWORD: EnvEntry = {
  name: 'MONGODB_PASSWORD',
  comment: 'The password of the MongoDB user, in quotes if it contains a #.',
  example: '',
  secret: 'given',
};

const mongodbUrl = (example: string, whose = ''): EnvEntry => ({
  name: 'MONGODB_URL',
  comment: `Where MongoDB is: mongodb://[user:password@]host[:port]/database${whose}`,
  example,
  secret: 'given',
});

const EXAMPLE_URL = 'mongodb://127.0.0.1:27017/app';

/** The app passes its own database, and the migration opens one with this URL. */
const OF_THE_APP = ', with the database that the app uses: the migration works on the one that is named here';

/** An existing app has its own database, which cannot be guessed. */
function connectionEntries({ connection, project, app }: Settings): EnvEntry[] {
  if (connection.style === 'url') return [mongodbUrl(connection.url)];
  if (connection.style === 'host') return connection.login ? [MONGODB_PASSWORD] : [];
  return [mongodbUrl(project.kind === 'new' ? EXAMPLE_URL : '', app ? '' : OF_THE_APP)];
}

/** The secrets that the generated code reads from the environment, in the order in which they are written. */
export function envEntries(settings: Settings): EnvEntry[] {
  return [
    settings.adopt ? OLD_APP_KEYS : NEW_APP_KEYS,
    ...connectionEntries(settings),
    ...(settings.encrypt ? [SESSION_ENCRYPTION_KEYS] : []),
  ];
}
