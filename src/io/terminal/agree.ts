import { UserError } from '../../core/errors.ts';
import { choose } from './ask.ts';
import { say } from './output.ts';

const CHOICES = {
  write: 'make these changes',
  diff: 'show the difference first',
  stop: 'write nothing at all',
} as const;

/**
 * Shows what would be written and asks for a yes. Needs a terminal.
 *
 * @throws UserError (4) for a no
 */
export async function agreeTo(report: string, diff: () => string): Promise<void> {
  say(`\n${report}\n`);
  for (;;) {
    const choice = await choose('Write this?', CHOICES, 'write');
    if (choice === 'write') return;
    if (choice === 'stop') throw new UserError('Nothing was written.', 4);
    say(diff());
  }
}
