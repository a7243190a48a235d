import { showsLines } from './environment.ts';
import { paintFor, say } from './output.ts';
import { isTerminal } from './standard.ts';

const CLEAR_LINE = '\r\u001B[K';
const INTERVAL_MS = 1000;

/** Whether a line can be redrawn. */
export const hasLivingLine = (): boolean => isTerminal('stderr') && !showsLines();

/**
 * Shows progress: at a terminal in one line that counts the seconds, elsewhere in one line at the start and one at the
 * end.
 *
 * @param what such as `Installing with npm`
 * @param done the text for the end, such as `Installed with npm`; undefined after a failure
 */
export async function withProgress<T>(
  what: string,
  work: () => Promise<T>,
  done: (result: T) => string | undefined,
): Promise<T> {
  const begun = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - begun) / 1000)} s`;
  const isLiving = hasLivingLine();
  const draw = (): void => say(`${CLEAR_LINE}${what}… ${seconds()}`);
  if (isLiving) draw();
  else say(`${what}…\n`);
  const timer = isLiving ? setInterval(draw, INTERVAL_MS) : undefined;
  try {
    const result = await work();
    const end = done(result);
    if (isLiving) say(CLEAR_LINE);
    if (end !== undefined) say(`${paintFor('stderr')('good', end)} in ${seconds()}.\n`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
