import manifest from '../package.json' with { type: 'json' };

const argv = process.argv.slice(2);
// Before anything else is loaded: scripts ask for it, and so do people who report a bug.
if (argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? ''))
  process.stdout.write(`${manifest.version}\n`);
else import('./run.ts').then(({ run }) => run(argv));
