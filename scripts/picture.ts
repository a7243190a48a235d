import { writeFileSync } from 'node:fs';
import { pictures } from './docs/picture.ts';

/** Records a run of the built program, and writes the pictures in the README. */
for (const [path, svg] of Object.entries(await pictures())) {
  writeFileSync(path, svg);
  console.log(path);
}
