import { execFile } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Collection, MongoClient } from 'mongodb';
import { withDatabase } from '../../test/support/mongo/urls.ts';
import { cleanEnvironment } from '../child.ts';
import { inTurns, ratio, shown } from '../measure.ts';
import { generate } from '../project.ts';
import type { Section } from '../report.ts';
import { startServer } from '../server.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 100_000);
const BATCH = 500;
/** The TTL that the project is generated with, in ms. */
const TTL = 14 * 24 * 60 * 60 * 1000;
const PAYLOAD = JSON.stringify({ userId: 7, rest: 'x'.repeat(300) });

interface Stored {
  readonly _id: string;
  readonly [field: string]: unknown;
}

interface Change {
  readonly name: string;
  /** The fields that the sessions have before the migration. */
  readonly has: object;
  readonly env: Readonly<Record<string, string>>;
  /** The field that the bare loop writes, with a value like the one that the migration writes. */
  readonly bare: (id: string) => Readonly<Record<string, unknown>>;
  /** The filter that matches changed sessions. */
  readonly changed: object;
}

const KEY = Buffer.alloc(32, 1);

/** Encrypted like a payload of the store, without the bytes that identify the key. */
function encrypted(id: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEY, iv).setAAD(Buffer.from(id));
  const ciphertext = Buffer.concat([cipher.update(PAYLOAD, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

const CHANGES: readonly Change[] = [
  {
    name: 'names of users',
    has: {},
    env: { SESSION_PLAIN_TEXT: 'write' },
    bare: () => ({ user: '7' }),
    changed: { user: '7' },
  },
  {
    name: 'encryption',
    has: { user: '7' },
    env: { SESSION_PLAIN_TEXT: 'read' },
    bare: (id) => ({ data: encrypted(id) }),
    changed: { data: { $type: 'binData' } },
  },
];

/** The migration script, in its own process, changes all sessions of a collection. */
export async function migration(): Promise<Section> {
  const server = await startServer();
  const url = withDatabase(server.url, `bench-${randomBytes(6).toString('hex')}`);
  const client = new MongoClient(url);
  const project = generate(['--connection', 'url', '--user-key', 'userId', '--encrypt']);
  const sessions = client.db().collection<Stored>('sessions');
  try {
    const rows: string[][] = [];
    await run(project.folder, url, {});
    for (const { name, has, env, bare, changed } of CHANGES) {
      const measure = async (work: () => Promise<unknown>, done: object) => {
        await fill(sessions, has);
        const start = performance.now();
        await work();
        const seconds = (performance.now() - start) / 1000;
        const left = SESSIONS - (await sessions.countDocuments(done));
        if (left > 0) throw new Error(`${left} sessions were not changed`);
        return seconds;
      };
      const figures = await inTurns(ROUNDS, {
        script: () => measure(() => run(project.folder, url, env), changed),
        bare: () => measure(() => bareLoop(sessions, bare), {}),
      });
      rows.push([
        name,
        shown(figures.script),
        shown(figures.bare),
        `**${ratio(figures.bare, figures.script)}**`,
      ]);
    }
    return {
      title: 'Migration',
      text: `Time to change ${SESSIONS.toLocaleString('en')} sessions, in s. The script plans, changes and verifies in a process of its own, whose start counts; the bare loop only reads each document and writes one field of it, 500 at a time, without a condition: a user, or the payload encrypted with the same cipher. The script writes only where the session is still the one that it read, and then reads all of them again. Both write with w: majority. In bold, the speed of the script as a multiple of that of the loop; the goal is 0.5. A change of the lifetime has no row, since it needs no migration: each session keeps the date of its own end, and the next request moves it.`,
      columns: ['', 'the script', 'a bare loop', 'its speed'],
      rows,
      versions: [server.announce, `Node ${process.version}`],
    };
  } finally {
    project.remove();
    await client.db().dropDatabase();
    await client.close();
    await server.stop();
  }
}

async function run(cwd: string, url: string, env: object): Promise<void> {
  const script = ['--import', 'tsx', join('scripts', 'migrate-sessions.ts')];
  const keys = { SESSION_ENCRYPTION_KEYS: KEY.toString('base64') };
  await promisify(execFile)(process.execPath, script, {
    cwd,
    env: { ...cleanEnvironment(), MONGODB_URL: url, ...keys, ...env },
  });
}

/** Sessions as they are before the migration. */
async function fill(sessions: Collection<Stored>, fields: object): Promise<void> {
  await sessions.deleteMany({});
  const now = Date.now();
  for (let first = 0; first < SESSIONS; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, SESSIONS - first) }, (_, at) => ({
      _id: createHash('sha256')
        .update(`${first + at}`)
        .digest('base64url'),
      data: PAYLOAD,
      cookie: { _expire: now + TTL },
      expiresAt: new Date(now + TTL),
      createdAt: new Date(now),
      updatedAt: new Date(now),
      version: 1,
      ...fields,
    }));
    await sessions.insertMany(batch);
  }
}

/** The minimum work of a program that changes sessions one by one. */
async function bareLoop(sessions: Collection<Stored>, fieldsOf: Change['bare']): Promise<void> {
  const found = sessions.find().sort({ _id: 1 }).batchSize(BATCH);
  while (await found.hasNext()) {
    const batch = found.readBufferedDocuments();
    const changes = batch.map(({ _id }) => ({
      updateOne: { filter: { _id }, update: { $set: fieldsOf(_id) } },
    }));
    await sessions.bulkWrite(changes, { ordered: false, writeConcern: { w: 'majority' } });
  }
}
