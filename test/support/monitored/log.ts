import type { EventEmitter } from 'node:events';

/** A command sent to the server, from the driver's command monitoring. */
export interface SentCommand {
  readonly name: string;
  readonly command: Readonly<Record<string, unknown>>;
}

const OURS = new Set(['find', 'update', 'delete', 'aggregate', 'listIndexes', 'insert', 'findAndModify']);

const sent: SentCommand[] = [];
let open = 0;

/** For a client created with `monitorCommands`. */
export function monitor(client: Pick<EventEmitter, 'on'>): void {
  client.on('topologyOpening', () => {
    open += 1;
  });
  client.on('topologyClosed', () => {
    open -= 1;
  });
  client.on('commandStarted', ({ commandName, command }) => {
    if (OURS.has(commandName)) sent.push({ name: commandName, command });
  });
}

/** The commands sent since the last call. */
export function takeCommands(): SentCommand[] {
  return sent.splice(0);
}

/** The number of monitored clients that are open. */
export function openClients(): number {
  return open;
}
