import { readFileSync } from 'node:fs';

/* Prevents publishing until package.json says where to report bugs, and where npm finds what the README links to. */

if (readFileSync(new URL('../package.json', import.meta.url), 'utf8').includes('OWNER')) {
  console.error('package.json: put the owner of the repository in the place of OWNER.');
  process.exit(1);
}
