import { UserError } from '../../core/errors.ts';
import { choose } from './ask.ts';
import { say } from './output.ts';

const AGREEMENT = {
  write: 'make these changes',
  diff: 'show the difference first',
  abort: 'write nothing at all',
} as const;

/**
 * Shows what would be written and asks for a yes. Needs a terminal.
 *
 * @param isProject whether the folder is a project: in any other non-empty folder, Enter writes nothing
 * @throws UserError (4) for a no
 */
export async function agreeTo(report: string, diff: () => string, isProject: boolean): Promise<void> {
  say(`\n${report}\n`);
  const question = isProject ? 'Write this?' : 'This folder is not empty and not a project. Write this?';
  for (;;) {
    const choice = await choose(question, AGREEMENT, isProject ? 'write' : 'abort');
    if (choice === 'write') return;
    if (choice === 'abort') throw new UserError('Nothing was written.', 4);
    say(diff());
  }
}
