import type { Document } from 'bson';
import { CommandFailure, notImplemented } from './errors.ts';
import { Options } from './options.ts';
import { formatValue, isDocument, isNumber, textOf, toNumber } from './values.ts';

/** The effect of a fail point on a command. */
export interface Misfortune {
  closeConnection: boolean;
  errorCode: number | undefined;
  errorExtraInfo: Document | undefined;
  errorLabels: string[] | undefined;
  blockTimeMS: number;
  writeConcernError: Document | undefined;
}

interface FailCommand extends Misfortune {
  failCommands: ReadonlySet<string>;
  appName: string | undefined;
  namespace: string | undefined;
}

const DATA_FIELDS = new Set([
  'failCommands',
  'closeConnection',
  'errorCode',
  'errorExtraInfo',
  'errorLabels',
  'blockConnection',
  'blockTimeMS',
  'appName',
  'namespace',
  'writeConcernError',
]);

/** The fail point `failCommand`, which is also used by the tests of the drivers. */
export class FailPoints {
  #active: FailCommand | undefined;
  #skip = 0;
  #times = Number.POSITIVE_INFINITY;
  #entered = 0;

  configure(options: Options): number {
    const name = options.raw('configureFailPoint');
    if (name !== 'failCommand') throw notImplemented(`the fail point ${formatValue(name)}`);
    const { skip, times } = parseMode(options.raw('mode'));
    const before = this.#entered;
    this.#skip = skip;
    this.#times = times;
    this.#active = times === 0 ? undefined : parseData(options.document('data') ?? {});
    return before;
  }

  /** The effect on this command, if any. Fail points never affect the command that sets them. */
  take(command: string, appName: string | undefined, namespace: string): Misfortune | undefined {
    const point = this.#active;
    if (!point?.failCommands.has(command) || command === 'configureFailPoint') return undefined;
    if (point.appName !== undefined && point.appName !== appName) return undefined;
    if (point.namespace !== undefined && point.namespace !== namespace) return undefined;
    if (this.#skip > 0) {
      this.#skip -= 1;
      return undefined;
    }
    this.#times -= 1;
    this.#entered += 1;
    if (this.#times <= 0) this.#active = undefined;
    return point;
  }
}

function parseMode(mode: unknown): { skip: number; times: number } {
  if (mode === 'off') return { skip: 0, times: 0 };
  if (mode === 'alwaysOn') return { skip: 0, times: Number.POSITIVE_INFINITY };
  if (isDocument(mode) && isNumber(mode.times)) return { skip: 0, times: toNumber(mode.times) };
  if (isDocument(mode) && isNumber(mode.skip)) {
    return { skip: toNumber(mode.skip), times: Number.POSITIVE_INFINITY };
  }
  throw new CommandFailure(9, "'mode' of a fail point is 'off', 'alwaysOn', {times: n} or {skip: n}");
}

function parseData(data: Document): FailCommand {
  const unknown = Object.keys(data).find((field) => !DATA_FIELDS.has(field));
  if (unknown) throw notImplemented(`the field ${unknown} of failCommand`);
  const options = new Options('failCommand', data);
  const commands = options.raw('failCommands');
  if (!Array.isArray(commands)) throw new CommandFailure(9, "failCommand needs an array 'failCommands'");
  return {
    failCommands: new Set(commands.map(textOf)),
    appName: options.text('appName'),
    namespace: options.text('namespace'),
    closeConnection: options.boolean('closeConnection'),
    errorCode: options.number('errorCode'),
    errorExtraInfo: options.document('errorExtraInfo'),
    errorLabels: (options.raw('errorLabels') as string[] | undefined) ?? undefined,
    blockTimeMS: options.boolean('blockConnection') ? (options.count('blockTimeMS') ?? 0) : 0,
    writeConcernError: options.document('writeConcernError'),
  };
}
