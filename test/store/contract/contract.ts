import { describe } from 'vitest';
import type { Harness } from './harness.ts';
import { conflicts, merging, overwriting, throwing } from './topics/conflicts.ts';
import { documents } from './topics/documents.ts';
import { encryption, plainText } from './topics/encryption.ts';
import { lifecycle } from './topics/lifecycle.ts';
import { absoluteLifetime, lifetimes, touchAfter } from './topics/lifetimes.ts';
import { reading } from './topics/reading.ts';
import { secrecy } from './topics/secrecy.ts';
import { noUsers, users } from './topics/users.ts';
import { writing } from './topics/writing.ts';
import { useWorld, type World } from './world.ts';

type Topic = (world: World) => void;

const ALWAYS: readonly Topic[] = [documents, reading, writing, lifetimes, conflicts, lifecycle, secrecy];
const BY_POLICY = { merge: merging, overwrite: overwriting, throw: throwing } as const;

/** The contract of every generated store, with any options and any supported packages. */
export function storeContract(harness: Harness): void {
  const { settings } = harness;
  const topics = [
    ...ALWAYS,
    BY_POLICY[settings.onConcurrentWrite],
    ...(settings.absoluteTtl ? [absoluteLifetime] : []),
    ...(settings.touchAfter ? [touchAfter] : []),
    settings.userKey ? users : noUsers,
    settings.encrypt ? encryption : plainText,
  ];
  describe(harness.name, () => {
    const world = useWorld(harness);
    for (const topic of topics) topic(world);
  });
}
