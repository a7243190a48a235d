import { expect, test } from 'vitest';
import { expectedFiles, goldens, keptFiles, updateGolden } from '../support/goldens.ts';

/** `vitest --update` rewrites the goldens, as it does snapshots: `npm run goldens`. */
const isUpdate = () => expect.getState().snapshotState.snapshotUpdateState === 'all';

test.each(goldens)('$name: the rendered project matches the golden', (golden) => {
  if (isUpdate()) updateGolden(golden);
  else expect(keptFiles(golden)).toEqual(expectedFiles(golden));
});
