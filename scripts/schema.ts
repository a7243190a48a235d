import { mkdir, writeFile } from 'node:fs/promises';
import { answersSchema } from '../src/core/answers/schema.ts';
import manifestSchema from '../src/core/project/manifest.schema.json' with { type: 'json' };
import { outputSchema } from '../src/core/report/output-schema.ts';

/**
 * Writes the published schemas, without white space, which would take 520 bytes of the package. A test fails if one of
 * them is out of date.
 */
await mkdir('schema', { recursive: true });
await writeFile('schema/answers.schema.json', `${JSON.stringify(answersSchema())}\n`);
await writeFile('schema/output.schema.json', `${JSON.stringify(outputSchema())}\n`);
await writeFile('schema/manifest.schema.json', `${JSON.stringify(manifestSchema)}\n`);
