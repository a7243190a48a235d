import { writeFileSync } from 'node:fs';
import { pictures } from './docs/picture.ts';

/** Records a run of the built program, and writes the pictures of the README. */
for (const [path, svg] of Object.entries(await pictures())) {
  writeFileSync(path, svg);
  console.log(path);
}
