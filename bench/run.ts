import { spawnSync } from 'node:child_process';
import { keep, type Section, writeReport } from './report.ts';

/** Topic → the function that measures it. Loaded on demand, since each topic needs other packages. */
const TOPICS: Readonly<Record<string, () => Promise<Section>>> = {
  start: async () => (await import('./topics/start.ts')).start(),
  weight: async () => (await import('./topics/weight.ts')).weight(),
  npx: async () => (await import('./topics/npx.ts')).npx(),
  sources: async () => (await import('./topics/sources.ts')).sources(),
  store: async () => (await import('./topics/store.ts')).store(),
  app: async () => (await import('./topics/app.ts')).app(),
  migration: async () => (await import('./topics/migration.ts')).migration(),
  adoption: async () => (await import('./topics/adoption.ts')).adoption(),
  scale: async () => (await import('./topics/scale.ts')).scale(),
};

/** Far more than any topic takes on an idle machine. */
const LIMIT_MS = 15 * 60_000;
/** A server may crash, and a busy machine may be too slow. */
const ATTEMPTS = 2;

const { BENCH_TOPIC: topic } = process.env;
if (topic === undefined) measureAll(process.argv.slice(2));
else await measure(topic);

async function measure(name: string): Promise<void> {
  const section = await TOPICS[name]?.();
  if (section) keep(name, section);
  writeReport(Object.keys(TOPICS));
  // Exits even if a topic has left something open.
  process.exit();
}

/**
 * One after the other, each in its own process: a topic that fails keeps its previous result and does not stop the
 * others.
 */
function measureAll(names: readonly string[]): void {
  const unknown = names.filter((name) => !Object.hasOwn(TOPICS, name));
  if (unknown.length > 0) {
    console.error(`no such topic: ${unknown.join(', ')}; there are ${Object.keys(TOPICS).join(', ')}`);
    process.exit(2);
  }
  for (const name of names.length > 0 ? names : Object.keys(TOPICS)) {
    if (Array.from({ length: ATTEMPTS }).some(() => isMeasured(name))) continue;
    console.error(`${name} could not be measured.`);
    process.exitCode = 1;
  }
}

function isMeasured(name: string): boolean {
  console.error(`measuring ${name} …`);
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [...process.execArgv, import.meta.filename], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_TOPIC: name },
    timeout: LIMIT_MS,
  });
  console.error(
    `${status === 0 ? 'took' : 'failed after'} ${Math.round((performance.now() - start) / 1000)} s`,
  );
  return status === 0;
}
