import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

/*
 * Usage: await-silence.mjs <url> <longest wait for an answer, in ms> [--once]
 *
 * Ends with code 1 as soon as the MongoDB at the URL does not answer: under Wine, a mongod may stop answering while its
 * process goes on. With --once, asks a single time, and ends with code 0 if there is an answer.
 */
const INTERVAL_MS = 5_000;

const [url = '', limit, once] = process.argv.slice(2);

/** On a new connection each time, as a test would open it. */
async function answers() {
  const limitMs = Number(limit);
  const client = new MongoClient(url, {
    socketTimeoutMS: limitMs,
    connectTimeoutMS: limitMs,
    serverSelectionTimeoutMS: limitMs,
  });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

while (await answers()) {
  if (once === '--once') process.exit(0);
  await sleep(INTERVAL_MS);
}
process.exit(1);
