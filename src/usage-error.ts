import type { Command, CommanderError, Option } from 'commander';
import { PASSWORD_RULE } from './core/answers/answers-json.ts';
import { beginsWithDash, RULE_OF_DASH } from './core/answers/directory.ts';
import { flagsMeantBy } from './core/answers/near-words.ts';
import { UserError } from './core/errors.ts';

export const SEE_HELP = '\nSee create-koa-mongo-session --help';
export const RULE_OF_SWITCH = 'a switch takes no value; its --no-… form turns it off';

const UNKNOWN_OPTION = /unknown option '(-[^-]|--[\w-]*)(.+)?'/s;

/** The mistake in words, without the value of a flag: everything from the first character that a flag cannot have. */
export function usageError({ code, message }: CommanderError, program: Command): UserError {
  if (code === 'commander.excessArguments') {
    if (program.args.some(beginsWithDash)) return new UserError(`directory: ${RULE_OF_DASH}`);
    return new UserError(`too many arguments: give one directory; ${RULE_OF_SWITCH}${SEE_HELP}`);
  }
  const [, flag = '', value] = (code === 'commander.unknownOption' && UNKNOWN_OPTION.exec(message)) || [];
  if (flag === '') return new UserError(message.replace(/^error: /, '') + SEE_HELP);
  const known = program.options.find(({ long, short }) => long === flag || short === flag);
  if (known?.long === '--password') return refusedPassword();
  if (known?.required || known?.optional) {
    return missingValue(flag, known);
  }
  if (value !== undefined && (known || ['-h', '--help'].includes(flag))) {
    const opposite = program.options.find(({ long }) => long === flag.replace('--', '--no-'))?.long;
    return new UserError(`${flag}: takes no value${opposite ? `; to turn it off, give ${opposite}` : ''}`);
  }
  return new UserError(`unknown option '${flag}'${suggestion(flag, program)}${SEE_HELP}`);
}

export const missingValue = (flag: string, { flags }: Option): UserError =>
  new UserError(
    `${flag}: give its value as a separate argument, or after a "=" if it begins with -: ${flags}`,
  );

/** commander does not list its help flag with the options. */
function suggestion(flag: string, { options }: Command): string {
  const meant = flagsMeantBy(flag, ['--help', ...options.map(({ long }) => long ?? '')]);
  return meant.length === 0 ? '' : `\n(Did you mean ${meant.join(' or ')}?)`;
}

export const refusedPassword = (): UserError => new UserError(`--password: ${PASSWORD_RULE}`);
