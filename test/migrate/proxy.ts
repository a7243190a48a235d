import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Document, deserialize, serialize } from 'bson';
import { onTestFinished } from 'vitest';
import { encodeReply, FrameReader, parseRequest, type Request } from '../support/mongo/stand-in/frames.ts';

/** May answer instead of the server, or act before the command is passed on. */
export type Intercept = (
  name: string,
  command: Document,
) => Promise<Document | undefined> | Document | undefined;

/** A proxy between clients and a standalone server, until the test ends. Returns the URL to use instead. */
export async function between(url: string, intercept: Intercept): Promise<string> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    server.pipe(client);
    client.on('close', () => server.destroy());
    const frames = new FrameReader();
    let turn = Promise.resolve();
    client.on('data', (chunk: Buffer) => {
      for (const frame of frames.read(chunk)) {
        turn = turn.then(async () => {
          const request = parseRequest(frame);
          const reply = await answer(request, intercept);
          if (reply) client.write(encodeReply(request, reply));
          else server.write(frame);
        });
      }
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

async function answer({ body }: Request, intercept: Intercept): Promise<Document | undefined> {
  const command = deserialize(serialize(body));
  return intercept(Object.keys(command)[0] ?? '', command);
}
