import { withoutComments } from './code.ts';

/** By a package, or by Node. */
const LOADER = /['"](?:dotenv(?:-[\w-]+)?|@dotenvx\/dotenvx)(?:\/[\w./-]+)?['"]|\bloadEnvFile\s*\(/;
const LOADER_OF_SCRIPT = /--env-file|dotenv|env-cmd/;

/** Whether a source file loads .env. */
export const loadsEnv = (text: string): boolean => LOADER.test(withoutComments(text));

/** Whether a command loads .env, with an option or with a package. */
export const commandLoadsEnv = (command: string): boolean => LOADER_OF_SCRIPT.test(command);
