import { readFileSync, writeFileSync } from 'node:fs';
import { withParts } from './docs/parts.ts';

/** Writes the parts of the README that follow from the code. */
writeFileSync('README.md', withParts(readFileSync('README.md', 'utf8')));
