import { expect, test } from 'vitest';
import { databasesNamedIn } from '../../../src/core/project/databases.ts';

const inFile = (text: string) => databasesNamedIn('src/db.ts', text);

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
