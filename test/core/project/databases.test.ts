import { describe, expect, test } from 'vitest';
import {
  databasesNamedIn,
  madeConnection,
  mongooseConnectionsIn,
  ownDatabase,
} from '../../../src/core/project/databases.ts';
import { placeText } from '../../../src/core/project/place.ts';

const inFile = (text: string) => databasesNamedIn('src/db.ts', text).map(placeText);

test.each([
  "import { MongoClient } from 'mongodb';\nexport const db = client.db('shop');\n",
  "import { client } from './mongo.js';\nexport const db = client.db(process.env.DB);\n",
  "import mongoose from 'mongoose';\nawait mongoose.connect(url, { dbName: 'shop' });\n",
  "import mongoose from 'mongoose';\nconst db = mongoose.connection.useDb('shop');\n",
])('an app names its database itself: %j', (text) => {
  expect(inFile(text)).toEqual(['src/db.ts:2']);
});

test.each([
  "import { MongoClient } from 'mongodb';\nexport const db = client.db();\n",
  "import { MongoClient } from 'mongodb';\n// client.db('shop')\n",
  "import knex from 'knex';\nknex.db('shop');\n",
])('or takes that of the connection string: %j', (text) => {
  expect(inFile(text)).toEqual([]);
});

describe('a connection of Mongoose', () => {
  const MONGOOSE = "import mongoose from 'mongoose';\n";
  const found = (text: string) => mongooseConnectionsIn('src/db.ts', text);

  test.each([
    { text: `${MONGOOSE}export const shop = mongoose.createConnection(url);\n`, name: 'shop' },
    {
      text: `${MONGOOSE}const shop: Connection = await mongoose.createConnection(url).asPromise();\n`,
      name: 'shop',
    },
    {
      text: "import * as m from 'mongoose';\nlet shop = await (m.createConnection(url));\n",
      name: undefined,
    },
    {
      text: "import { createConnection } from 'mongoose';\nconst shop = createConnection(url);\n",
      name: 'shop',
    },
    {
      text: "const { createConnection } = require('mongoose');\nmodule.exports = createConnection(url);\n",
      name: undefined,
    },
    { text: "\nconst shop = require('mongoose').createConnection(url);\n", name: 'shop' },
    { text: `${MONGOOSE}export const connect = () => mongoose.createConnection(url);\n`, name: undefined },
  ])('is made by $text', ({ text, name }) => {
    expect(found(text)).toEqual([{ path: 'src/db.ts', line: 2, name, isDefault: false }]);
  });

  test.each([
    `${MONGOOSE}await mongoose.connect(url);\n`,
    `${MONGOOSE}retry(mongoose.connect.bind(mongoose));\n`,
    `${MONGOOSE}mongoose.connection.openUri(url);\n`,
    `${MONGOOSE}const { connect } = mongoose;\n`,
    "import { connect } from 'mongoose';\nawait connect(url);\n",
  ])('is the default one in %s', (text) => {
    expect(found(text)[0]).toMatchObject({ isDefault: true });
  });

  test.each([
    `${MONGOOSE}const pool = mysql.createConnection(url);\n`,
    `${MONGOOSE}await redis.connect();\nclient().connect();\n`,
    `${MONGOOSE}import { connect } from './db.js';\nawait connect();\n`,
    `${MONGOOSE}// mongoose.createConnection(url)\n`,
    `${MONGOOSE}const { connection } = mongoose;\nmongoose.connection.on('open', log);\n`,
    "import { createConnection } from 'typeorm';\ncreateConnection(url);\n",
  ])('is not opened by %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test('is named if it is the only one, and the default one is not opened', () => {
    const one = { path: 'src/a.ts', line: 1, name: 'one', isDefault: false };
    const two = { path: 'src/b.ts', line: 2, name: 'two', isDefault: false };
    expect(madeConnection([one])).toEqual({ name: 'one', place: 'src/a.ts:1' });
    expect(madeConnection([one, two])).toEqual({ name: 'connection', place: 'src/a.ts:1 or src/b.ts:2' });
    expect(madeConnection([one, { ...two, isDefault: true }])).toBeUndefined();
    expect(madeConnection([])).toBeUndefined();
  });
});

test.each([
  { of: 'spaces', long: ' '.repeat(1_000_000) },
  { of: 'one name', long: 'a'.repeat(1_000_000) },
  { of: 'keys', long: `use({ ${'a: 1, '.repeat(100_000)}});` },
])('a very long file of $of is searched once, not once for each of its characters', ({ long }) => {
  const text = `${long}\nimport mongoose from 'mongoose';\nconst client = new MongoClient(url);\nmongoose.connect(url);\n`;
  expect(mongooseConnectionsIn('src/db.ts', text)).toHaveLength(1);
  expect(ownDatabase(text, text)).toEqual({ kind: 'client', client: 'client' });
});

test.each([
  { text: "const shop = client.db('shop')\n", expression: 'shop' },
  { text: "const shop: Db = client.db(config.get('db'));\n", expression: 'shop' },
  { text: "const users = client.db('shop').collection('users');\n", expression: "client.db('shop')" },
  { text: "const users = client.db('shop')\n  .collection('users');\n", expression: "client.db('shop')" },
])('the database is not a collection of it: $text', ({ text, expression }) => {
  const code = `const client = new MongoClient(url);\n${text}`;
  expect(ownDatabase(code, code)).toEqual({ kind: 'known', expression });
});

test('the promise of a client is no client', () => {
  const code = 'const connecting = new MongoClient(url).connect();\n';
  expect(ownDatabase(code, code)).toEqual({ kind: 'unknown' });
});
