import { mkdir, writeFile } from 'node:fs/promises';
import { answersSchema } from '../src/core/answers/schema.ts';

/** Writes the published schema of the answers anew; a test fails while it lags behind the table of options. */
await mkdir('schema', { recursive: true });
await writeFile('schema/answers.schema.json', `${JSON.stringify(answersSchema(), undefined, 2)}\n`);
