import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { type Document, deserialize, serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StandIn } from '../../support/mongo/stand-in/server.ts';
import { CA_FILE, KEY_AND_CERTIFICATE_FILE } from '../../support/mongo/tls.ts';
import { fc, runs } from '../../support/sampling.ts';

const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;

let server: StandIn;
let sockets: Socket[] = [];

beforeAll(async () => {
  server = await StandIn.start();
});
afterAll(() => server.close());
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

async function open(port = server.port): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

function frame(opCode: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(16 + body.length), int32(7), int32(0), int32(opCode), body]);
}

const body = (document: Document): Buffer => Buffer.concat([Buffer.from([0]), serialize(document)]);

function sequence(name: string, ...documents: Document[]): Buffer {
  const content = Buffer.concat([
    Buffer.from(`${name}\0`),
    ...documents.map((document) => serialize(document)),
  ]);
  return Buffer.concat([Buffer.from([1]), int32(4 + content.length), content]);
}

const ping = body({ ping: 1, $db: 'admin' });

/** The first complete message of the reply. */
async function reply(socket: Socket): Promise<Document> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length >= 4 && bytes.length >= bytes.readInt32LE(0)) break;
  }
  return deserialize(bytes.subarray(16 + 4 + 1, bytes.readInt32LE(0)));
}

/** An independent, bitwise implementation of CRC-32C. */
function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc;
}

function withChecksum(...sections: Uint8Array[]): Buffer {
  const message = frame(OP_MSG, int32(CHECKSUM_PRESENT), ...sections, int32(0));
  message.writeInt32LE(crc32c(message.subarray(0, -4)), message.length - 4);
  return message;
}

async function stillServes(): Promise<void> {
  const socket = await open();
  socket.write(frame(OP_MSG, int32(0), ping));
  expect(await reply(socket)).toMatchObject({ ok: 1 });
}

test('CRC-32C has the check value of the standard', () => {
  expect(crc32c(Buffer.from('123456789')) >>> 0).toBe(0xe3069283);
});

describe('OP_MSG accepts', () => {
  test('a correct checksum', async () => {
    const socket = await open();
    socket.write(withChecksum(ping));
    expect(await reply(socket)).toMatchObject({ ok: 1 });
  });

  test('document sequences, as many as needed', async () => {
    const socket = await open();
    const insert = body({ insert: 'sequences', $db: 'wire' });
    socket.write(frame(OP_MSG, int32(0), insert, sequence('documents', { _id: 1 }, { _id: 2 })));
    expect(await reply(socket)).toMatchObject({ ok: 1, n: 2 });
  });

  test('the sequence before the body', async () => {
    const socket = await open();
    const insert = body({ insert: 'before', $db: 'wire' });
    socket.write(frame(OP_MSG, int32(0), sequence('documents', { _id: 1 }), insert));
    expect(await reply(socket)).toMatchObject({ ok: 1, n: 1 });
  });

  test('an unacknowledged write, which gets no reply and is done before the next request', async () => {
    const socket = await open();
    const silent = body({ insert: 'silent', documents: [{ _id: 1 }], writeConcern: { w: 0 }, $db: 'wire' });
    socket.write(frame(OP_MSG, int32(MORE_TO_COME), silent));
    socket.write(frame(OP_MSG, int32(0), body({ count: 'silent', $db: 'wire' })));
    expect(await reply(socket)).toMatchObject({ n: 1 });
  });

  test('a message in pieces of one byte', async () => {
    const socket = await open();
    for (const byte of frame(OP_MSG, int32(0), ping)) socket.write(Buffer.from([byte]));
    expect(await reply(socket)).toMatchObject({ ok: 1 });
  });

  test('several messages at once, answered in order', async () => {
    const socket = await open();
    const find = body({ find: 'none', $db: 'wire' });
    socket.write(Buffer.concat([frame(OP_MSG, int32(0), find), frame(OP_MSG, int32(0), ping)]));
    expect(await reply(socket)).toHaveProperty('cursor');
  });
});

const truncated = frame(OP_MSG, int32(0), ping).subarray(0, -3);
truncated.writeInt32LE(truncated.length, 0);
const wrongChecksum = withChecksum(ping);
wrongChecksum.writeInt32LE(0, wrongChecksum.length - 4);

const malformed: [name: string, bytes: Buffer][] = [
  ['a length smaller than a header', int32(15)],
  ['a negative length', int32(-1)],
  ['a length beyond 48 MB', Buffer.concat([int32(48_000_001), Buffer.alloc(12)])],
  ['an unknown op code', frame(4242, ping)],
  ['a compressed message without negotiation', frame(2012, ping)],
  ['OP_MSG without flags', frame(OP_MSG)],
  ['OP_MSG without a body', frame(OP_MSG, int32(0))],
  ['OP_MSG with two bodies', frame(OP_MSG, int32(0), ping, ping)],
  ['an unknown required flag', frame(OP_MSG, int32(1 << 5), ping)],
  ['an unknown section kind', frame(OP_MSG, int32(0), Buffer.from([9]), serialize({}))],
  ['a wrong checksum', wrongChecksum],
  ['a document that ends too early', truncated],
  [
    'a document that is not BSON',
    frame(OP_MSG, int32(0), Buffer.from([0, 12, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0])),
  ],
  [
    'a sequence that is also in the body',
    frame(OP_MSG, int32(0), body({ insert: 'a', documents: [], $db: 'a' }), sequence('documents')),
  ],
];

describe('the connection is closed, and no other, by', () => {
  test.each(malformed)('%s', async (_, bytes) => {
    const socket = await open();
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
    await stillServes();
  });

  test('a client that closes its half, after the reply is sent', async () => {
    const socket = await open();
    socket.end(frame(OP_MSG, int32(0), ping));
    expect(await reply(socket)).toMatchObject({ ok: 1 });
    socket.resume();
    await once(socket, 'close');
    await stillServes();
  });

  test('a client that goes away in the middle of a message', async () => {
    const socket = await open();
    socket.write(frame(OP_MSG, int32(0), ping).subarray(0, 20));
    socket.destroy();
    await once(socket, 'close');
    await stillServes();
  });

  test('a client without TLS on a server with TLS', async () => {
    const tls = await StandIn.start({
      tls: { keyAndCertificate: await readFile(KEY_AND_CERTIFICATE_FILE, 'utf8') },
    });
    const socket = await open(tls.port);
    socket.resume();
    socket.write(frame(OP_MSG, int32(0), ping));
    await once(socket, 'close');
    const url = `mongodb://127.0.0.1:${tls.port}/?tls=true&tlsCAFile=${encodeURIComponent(CA_FILE)}`;
    const client = await MongoClient.connect(url);
    expect(await client.db('wire').command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
    await tls.close();
  });

  test('random bytes', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => frame(OP_MSG, int32(0), bytes)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => frame(OP_MSG, int32(0), Buffer.from([0]), bytes)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => frame(2004, bytes)),
      fc.tuple(fc.nat(ping.length - 1), fc.nat(255)).map(([at, byte]) => {
        const bent = Buffer.from(ping);
        bent[at] = byte;
        return frame(OP_MSG, int32(0), bent);
      }),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        const socket = await open();
        socket.resume();
        socket.end(bytes);
        await once(socket, 'close');
      }),
      { numRuns: runs(150) },
    );
    await stillServes();
  });
});
