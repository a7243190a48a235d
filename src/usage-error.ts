import { type Command, CommanderError } from 'commander';
import { PASSWORD_RULE } from './core/answers/answers-json.ts';
import { UserError } from './core/errors.ts';

const UNKNOWN_OPTION = /unknown option '(-[^-]|--[\w-]*)(.+)?'/s;

/**
 * The message of commander, without the value of an unknown flag: everything from the first character that a flag
 * cannot have.
 */
export function usageError({ code, message }: CommanderError, program: Command): UserError {
  const hint = '\nSee create-koa-mongo-session --help';
  const [, flag = '', value] = (code === 'commander.unknownOption' && UNKNOWN_OPTION.exec(message)) || [];
  if (value === undefined) return new UserError(message.replace(/^error: /, '') + hint);
  const known = program.options.find(({ long, short }) => long === flag || short === flag);
  if (known?.long === '--password') return refusedPassword();
  if (known?.required || known?.optional) {
    return new UserError(`${flag}: its value is a separate argument, or follows a "=": ${known.flags}`);
  }
  if (known) {
    const opposite = program.options.find(({ long }) => long === flag.replace('--', '--no-'))?.long;
    return new UserError(`${flag}: takes no value${opposite ? `; to turn it off, give ${opposite}` : ''}`);
  }
  try {
    program.parse([flag], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander does not list its help flag with the options.
    return error.exitCode === 0 ? new UserError(`${flag}: takes no value`) : usageError(error, program);
  }
  return new UserError(`unknown option '${flag}'${hint}`);
}

export const refusedPassword = (): UserError => new UserError(`--password: ${PASSWORD_RULE}`);
