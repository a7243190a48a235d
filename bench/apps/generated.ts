import { serve } from './counter.ts';

// Not by name: it would tell the type checker of this whole repository what a session holds.
const module = new URL('../../test/golden/url/expected/src/session/index.ts', import.meta.url).href;
const { sessions } = await import(module);

await serve((app) => sessions(app));
