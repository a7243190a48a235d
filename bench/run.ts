import { keep, type Section, writeReport } from './report.ts';

/** Topic → what measures it. Loaded when it is wanted, for each needs other packages. */
const TOPICS: Readonly<Record<string, () => Promise<Section>>> = {
  start: async () => (await import('./topics/start.ts')).start(),
  weight: async () => (await import('./topics/weight.ts')).weight(),
  npx: async () => (await import('./topics/npx.ts')).npx(),
  sources: async () => (await import('./topics/sources.ts')).sources(),
  store: async () => (await import('./topics/store.ts')).store(),
  app: async () => (await import('./topics/app.ts')).app(),
  scale: async () => (await import('./topics/scale.ts')).scale(),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(TOPICS, name));
if (unknown.length > 0) {
  console.error(`no such topic: ${unknown.join(', ')}; there are ${Object.keys(TOPICS).join(', ')}`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(TOPICS)) {
  console.error(`measuring ${name} …`);
  const section = await TOPICS[name]?.();
  if (section) keep(name, section);
  writeReport(Object.keys(TOPICS));
}
