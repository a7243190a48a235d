import { readFileSync, writeFileSync } from 'node:fs';
import { withParts } from './docs/parts.ts';

/** Writes the generated parts of the README. */
writeFileSync('README.md', withParts(readFileSync('README.md', 'utf8')));
