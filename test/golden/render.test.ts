import { expect, test } from 'vitest';
import { expectedFiles, goldens, keptFiles, updateGolden } from '../support/goldens.ts';

/** `vitest --update` rewrites the goldens, as it does snapshots: `npm run goldens`. */
const isUpdate = () => expect.getState().snapshotState.snapshotUpdateState === 'all';

test.each(goldens)('$name: the project is what the golden says, file for file', (golden) => {
  if (isUpdate()) updateGolden(golden);
  else expect(keptFiles(golden)).toEqual(expectedFiles(golden));
});
