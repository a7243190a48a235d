import { readFileSync } from 'node:fs';

/* Prevents publishing until package.json says where to report bugs. */

const { bugs } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (bugs.url.includes('/OWNER/')) {
  console.error(
    `package.json: bugs.url is ${bugs.url}. Put the owner of the repository in the place of OWNER.`,
  );
  process.exit(1);
}
