import { pathToFileURL } from 'node:url';
import { serve } from './counter.ts';

const [module = ''] = process.argv.slice(2);
const { sessions } = await import(pathToFileURL(module).href);

await serve((app) => sessions(app));
