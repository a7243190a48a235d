import { expect, test } from 'vitest';
import { goldens, wholeProject, writeExpected } from '../support/goldens.ts';

/** `vitest --update` rewrites the goldens, as it does snapshots: `npm run goldens`. */
const isUpdate = () => expect.getState().snapshotState.snapshotUpdateState === 'all';

test.each(goldens)('$name: the project is what the golden says, file for file', (golden) => {
  const project = wholeProject(golden);
  if (isUpdate()) writeExpected(golden.name, project);
  else expect(project).toEqual(golden.expected);
});
