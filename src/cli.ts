import manifest from '../package.json' with { type: 'json' };
import { write } from './io/terminal/standard.ts';

const argv = process.argv.slice(2);
// Before anything else is loaded, so that `--version` is fast and works even if the rest fails.
if (argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? ''))
  write('stdout', `${manifest.version}\n`);
else import('./lifecycle.ts').then(({ run }) => run(argv));
