import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** Header, flags, kind of the first section, length of its document, type of its first element. */
const NAME_AT = HEADER_BYTES + 4 + 1 + 4 + 1;

/**
 * Stands between a client and a standalone server, and tells the name of each command once that is on its way to the
 * server. Gives back the URL to use instead; it ends with the test.
 */
export async function watchCommands(url: string, onCommand: (name: string) => void): Promise<string> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    let unread = Buffer.alloc(0);
    client.on('data', (chunk) => {
      upstream.write(chunk);
      unread = readCommands(Buffer.concat([unread, chunk]), onCommand);
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  const through = new URL(url);
  through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return through.href;
}

/** Gives back what is left after the last whole message. */
function readCommands(bytes: Buffer, onCommand: (name: string) => void): Buffer<ArrayBuffer> {
  let rest = bytes;
  while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
    const message = rest.subarray(0, rest.readInt32LE(0));
    if (message.readInt32LE(12) === OP_MSG)
      onCommand(message.toString('utf8', NAME_AT, message.indexOf(0, NAME_AT)));
    rest = rest.subarray(message.length);
  }
  return Buffer.from(rest);
}
