import { readFileSync } from 'node:fs';

/* Keeps a package from being published while nobody is named to whom its bugs are reported. */

const { bugs } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (bugs.url.includes('/OWNER/')) {
  console.error(
    `package.json: bugs.url is ${bugs.url}. Put the owner of the repository in the place of OWNER.`,
  );
  process.exit(1);
}
