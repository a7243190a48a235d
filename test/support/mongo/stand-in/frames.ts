import { type Document, deserialize, serialize } from 'bson';
import { crc32c } from './crc32c.ts';

export const MAX_MESSAGE_BYTES = 48_000_000;
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits 0 to 15 are required: a receiver must refuse a message with an unknown one. */
const UNKNOWN_REQUIRED_BITS = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME);

/** Bytes that are not a MongoDB message: their connection is closed. */
export class MalformedFrame extends Error {}

export interface Request {
  requestId: number;
  body: Document;
  /** The client does not wait for a reply (unacknowledged writes). */
  moreToCome: boolean;
  /** Sent as OP_QUERY, as drivers do for the first hello. */
  legacy: boolean;
}

/** Every value keeps its BSON type, so that an int stays an int and a long a long. */
const parseDocument = (bytes: Uint8Array): Document => {
  try {
    return deserialize(bytes, { promoteValues: false, promoteLongs: false, promoteBuffers: false });
  } catch (error) {
    throw new MalformedFrame(`not BSON: ${error instanceof Error ? error.message : error}`);
  }
};

/** Splits a stream of bytes into messages. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  *read(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#length < 4) return;
      const first = this.#join(4);
      const size = first.readInt32LE(0);
      if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) {
        throw new MalformedFrame(`message of ${size} bytes`);
      }
      if (this.#length < size) return;
      const whole = this.#join(size);
      this.#chunks = whole.length > size ? [whole.subarray(size)] : [];
      this.#length -= size;
      yield whole.subarray(0, size);
    }
  }

  /** The first chunk, after making it at least this long. */
  #join(bytes: number): Buffer {
    const [first] = this.#chunks;
    if (first && first.length >= bytes) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}

export function parseRequest(frame: Buffer): Request {
  const requestId = frame.readInt32LE(4);
  const opCode = frame.readInt32LE(12);
  if (opCode === OP_MSG) return { requestId, legacy: false, ...parseMsg(frame) };
  if (opCode === OP_QUERY) return { requestId, legacy: true, moreToCome: false, body: parseQuery(frame) };
  throw new MalformedFrame(`unsupported op code ${opCode}`);
}

function parseMsg(frame: Buffer): { body: Document; moreToCome: boolean } {
  if (frame.length < HEADER_BYTES + 4) throw new MalformedFrame('OP_MSG without flags');
  const flags = frame.readUInt32LE(HEADER_BYTES);
  if (flags & UNKNOWN_REQUIRED_BITS) throw new MalformedFrame(`unknown required flag bits ${flags}`);
  const end = flags & CHECKSUM_PRESENT ? frame.length - 4 : frame.length;
  if (flags & CHECKSUM_PRESENT && crc32c(frame.subarray(0, end)) !== frame.readUInt32LE(end)) {
    throw new MalformedFrame('OP_MSG checksum does not match its contents');
  }
  return {
    body: parseSections(frame.subarray(HEADER_BYTES + 4, end)),
    moreToCome: (flags & MORE_TO_COME) !== 0,
  };
}

function parseSections(bytes: Buffer): Document {
  let body: Document | undefined;
  const sequences: [string, Document[]][] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const kind = bytes[offset];
    const size = sizeAt(bytes, offset + 1);
    const section = bytes.subarray(offset + 1, offset + 1 + size);
    offset += 1 + size;
    if (kind === 0 && body === undefined) body = parseDocument(section);
    else if (kind === 1) sequences.push(parseSequence(section));
    else throw new MalformedFrame(kind === 0 ? 'two body sections' : `unknown section kind ${kind}`);
  }
  if (body === undefined) throw new MalformedFrame('OP_MSG without a body section');
  for (const [name, documents] of sequences) {
    if (Object.hasOwn(body, name)) throw new MalformedFrame(`field ${name} both in body and as a sequence`);
    body[name] = documents;
  }
  return body;
}

function parseSequence(section: Buffer): [string, Document[]] {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd === -1) throw new MalformedFrame('document sequence without a name');
  const documents: Document[] = [];
  for (let offset = nameEnd + 1; offset < section.length; ) {
    const size = sizeAt(section, offset);
    documents.push(parseDocument(section.subarray(offset, offset + size)));
    offset += size;
  }
  return [section.toString('utf8', 4, nameEnd), documents];
}

function sizeAt(bytes: Buffer, offset: number): number {
  if (offset + 4 > bytes.length) throw new MalformedFrame('section cut short');
  const size = bytes.readInt32LE(offset);
  if (size < 5 || offset + size > bytes.length) throw new MalformedFrame(`section of ${size} bytes`);
  return size;
}

function parseQuery(frame: Buffer): Document {
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4);
  if (nameEnd === -1) throw new MalformedFrame('OP_QUERY without a namespace');
  const [database, ...collection] = frame.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.');
  if (collection.join('.') !== '$cmd') throw new MalformedFrame('OP_QUERY is understood for commands only');
  const start = nameEnd + 1 + 8;
  const sent = parseDocument(frame.subarray(start, start + sizeAt(frame, start)));
  const wrapped = sent.$query as Document | undefined;
  return { ...(wrapped ?? sent), $db: database };
}

let lastRequestId = 0;

function header(size: number, responseTo: number, opCode: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  lastRequestId = (lastRequestId + 1) & 0x7fffffff;
  bytes.writeInt32LE(size, 0);
  bytes.writeInt32LE(lastRequestId, 4);
  bytes.writeInt32LE(responseTo, 8);
  bytes.writeInt32LE(opCode, 12);
  return bytes;
}

export function encodeReply(request: Request, reply: Document): Buffer {
  const document = serialize(reply, { ignoreUndefined: true });
  const prefix = request.legacy ? legacyReplyPrefix() : Buffer.alloc(5);
  const opCode = request.legacy ? OP_REPLY : OP_MSG;
  const size = HEADER_BYTES + prefix.length + document.length;
  return Buffer.concat([header(size, request.requestId, opCode), prefix, document]);
}

/** Flags "await capable", cursor 0, starting from 0, one document. */
function legacyReplyPrefix(): Buffer {
  const prefix = Buffer.alloc(20);
  prefix.writeInt32LE(8, 0);
  prefix.writeInt32LE(1, 16);
  return prefix;
}
