import { problemsIn } from '../../src/core/answers/settings.ts';
import { parseFlags } from '../../src/flags.ts';

/** How a command of this program begins, by package manager. */
export const OURS =
  /^(?:npm create koa-mongo-session(?:@latest)?|(?:npx|bunx|pnpm dlx|yarn dlx) create-koa-mongo-session(?:@latest)?|(?:pnpm|yarn|bun) create koa-mongo-session(?:@latest)?)(?![\w-])/;

/** What the program would have against such a command; throws where it does not know a word of it. */
export function problemsOf(command: string): readonly unknown[] {
  const words = command
    .replace(OURS, '')
    .trim()
    .split(/ +/)
    .filter((word) => word !== '' && word !== '--');
  const flags = parseFlags(words);
  return flags.command === 'generate' ? problemsIn(flags.given) : [];
}
