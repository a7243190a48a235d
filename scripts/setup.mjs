import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Makes `npm test` and `npm run demo` work right after `git clone`: installs from the lock file, unless that has been
 * done. Imports only modules of Node, since nothing else is installed yet.
 */
const isInstalled = () => {
  try {
    const { packages: wanted } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const { packages: present } = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8'));
    return Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === '' || optional === true || present[path]?.version === version,
    );
  } catch {
    return false;
  }
};

if (!isInstalled()) {
  console.error('Installing the packages named in package-lock.json ...');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
