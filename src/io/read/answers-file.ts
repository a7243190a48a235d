import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { parseAnswersJson } from '../../core/answers/answers-json.ts';
import type { Answers } from '../../core/answers/options.ts';
import { UserError } from '../../core/errors.ts';
import { READ_WITHOUT_WAITING, readText } from '../files.ts';
import { PathError, reasonOf } from '../system-errors.ts';

/** Far more than answers need. */
const MAX_CONFIG_BYTES = 1_000_000;
/** How long to wait for a program that writes them, in ms. */
const CONFIG_PATIENCE_MS = 30_000;

/**
 * The answers of `--config`: a file, a pipe such as the shell creates for `<(command)`, or `-` for stdin.
 *
 * @throws UserError if it cannot be read, or contains no answers
 */
export async function readConfig(path: string): Promise<Answers> {
  return parseAnswersJson(path === '-' ? await textOfStream(process.stdin) : await textOfFile(path));
}

async function textOfFile(path: string): Promise<string> {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFIFO()) return await textOfStream(openPipe(path));
    const text = readText(path, '', MAX_CONFIG_BYTES);
    if (text !== undefined) return text;
  } catch (error) {
    if (error instanceof PathError) throw new UserError(`--config: ${error.problem}`);
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new UserError(`--config: cannot be read: ${reason}`);
  }
  throw new UserError(`--config: there is no file ${path}`);
}

/** Does not wait in a thread, which nothing could end. */
function openPipe(path: string): Readable {
  const fd = openSync(path, READ_WITHOUT_WAITING);
  if (fstatSync(fd).isFIFO()) {
    const { Socket } = process.getBuiltinModule('node:net');
    const pipe = new Socket({ fd, readable: true, writable: false });
    const silent = new UserError(`--config: no data came from ${path} for ${CONFIG_PATIENCE_MS / 1000} s`);
    return pipe.setTimeout(CONFIG_PATIENCE_MS, () => pipe.destroy(silent));
  }
  closeSync(fd);
  throw new PathError(path, 'was replaced while it was read');
}

async function textOfStream(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > MAX_CONFIG_BYTES) throw new UserError(`--config: is larger than ${MAX_CONFIG_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
