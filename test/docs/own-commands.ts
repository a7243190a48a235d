import { problemsIn } from '../../src/core/answers/check.ts';
import { parseFlags } from '../../src/flags.ts';

/** The beginning of our commands, by package manager. */
export const OURS =
  /^(?:npm create koa-mongo-session(?:@latest)?|(?:npx|bunx|pnpm dlx|yarn dlx) create-koa-mongo-session(?:@latest)?|(?:pnpm|yarn|bun) create koa-mongo-session(?:@latest)?)(?![\w-])/;

/** The problems that the program would report for such a command. Throws for unknown options. */
export function problemsOf(command: string): readonly unknown[] {
  const words = command
    .replace(OURS, '')
    .trim()
    .split(/ +/)
    .filter((word) => word !== '' && word !== '--');
  const flags = parseFlags(words, {});
  return flags.command === 'generate' ? problemsIn(flags.given) : [];
}
