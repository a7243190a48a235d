import { readFileSync, writeFileSync } from 'node:fs';
import { WITH_PARTS, withParts } from './docs/parts.ts';

/** Writes the generated parts of the documents. */
for (const path of WITH_PARTS) writeFileSync(path, withParts(readFileSync(path, 'utf8')));
