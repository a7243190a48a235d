import type { EventEmitter } from 'node:events';

/** A command as it was sent to the server, by the driver's own command monitoring. */
export interface SentCommand {
  readonly name: string;
  readonly command: Readonly<Record<string, unknown>>;
}

const OURS = new Set(['find', 'update', 'delete', 'aggregate', 'listIndexes', 'insert', 'findAndModify']);

const sent: SentCommand[] = [];
let open = 0;

/** For a client that was made with `monitorCommands`. */
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

/** What was sent since this was last asked. */
export function takeCommands(): SentCommand[] {
  return sent.splice(0);
}

/** How many more clients were opened than closed since they are monitored. */
export function openClients(): number {
  return open;
}
