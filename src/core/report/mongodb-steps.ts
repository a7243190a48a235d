import { parseEnv } from 'node:util';
import { EXECUTE, migrateCommand } from '../answers/managers.ts';
import type { OptionName } from '../answers/options.ts';
import type { Settings } from '../answers/settings.ts';
import { plainText } from '../project/text.ts';
import { composeLogin, composePort, isServedByCompose, remoteHosts } from '../render/compose.ts';
import { withCompose } from '../render/generated-files.ts';
import { byHand, isFirst, type Run, type Step, wasMade, withLines } from './step.ts';

/** The indexes depend on these answers. What `--encrypt` needs is in its warning, in the order of the deployments. */
const MIGRATED: readonly OptionName[] = ['connection', 'url', 'host', 'port', 'db', 'collection'];

/** A server on this machine has to be started; a remote one has to be reachable. */
export function startingMongo(settings: Settings, run: Run): Step[] {
  const { connection, project } = settings;
  if (!isFirst(run) || project.kind !== 'new') return [];
  const url = parseEnv(plainText(run.env)).MONGODB_URL;
  if (withCompose(settings) && isServedByCompose(connection, url)) {
    return [
      {
        what: 'Start MongoDB',
        commands: ['docker compose up -d --wait'],
        // It would have no user.
        instead: composeLogin(connection)
          ? []
          : [`${EXECUTE[project.manager]} mongodb-runner start -- --port ${composePort(connection)}`],
      },
    ];
  }
  const hosts = remoteHosts(connection, url);
  if (hosts === undefined) return [];
  const isAtlas = /\.mongodb\.net(?::\d+)?$/.test(hosts);
  return [
    byHand(
      isAtlas
        ? 'Allow this machine: Atlas, Network Access, Add IP Address'
        : `Make sure that this machine reaches ${hosts} (firewall, VPN)`,
    ),
  ];
}

export function migrating({ migration, project: { manager } }: Settings, run: Run): Step[] {
  const { saved, answers } = run;
  const isChanged = MIGRATED.some((name) => saved[name] !== answers[name]);
  const isOtherUser = typeof answers.userKey === 'string' && saved.userKey !== answers.userKey;
  if (!isChanged && !isOtherUser && !wasMade(run.entries, 'migrate')) return removingUsers(run);
  const deleted = run.entries.find(({ id, action }) => id === 'migrate' && action === 'deleted');
  const command = migrateCommand(manager, run.project.scripts, migration);
  const creating = deleted
    ? byHand(`Create the indexes: --restore ${deleted.path} brings the script for it back`)
    : { what: 'Create the indexes', commands: [command] };
  return [creating, ...removingUsers(run)];
}

/** The migration stores the users only of sessions that have none, so users by another key would stay. */
function removingUsers({ saved, answers }: Run): Step[] {
  const { userKey, collection } = answers;
  if (typeof saved.userKey !== 'string' || saved.userKey === userKey) return [];
  const sessions = `db.getCollection(${JSON.stringify(collection)})`;
  const what = `When no old process is running, remove the users by ${saved.userKey} in mongosh`;
  const lines = [`${sessions}.updateMany({}, { $unset: { user: '' } });`];
  if (typeof userKey === 'string') return withLines(`${what}, then migrate again`, lines);
  return withLines(what, [...lines, `${sessions}.dropIndex('session_user');`]);
}
