import type { Answers } from './options.ts';
import type { Settings } from './settings.ts';

/** Warnings about settings that are allowed but do less than they seem to. */
export function doubtsAboutSettings(
  { touchAfter, rolling, userKey }: Settings,
  saved: Answers,
): readonly string[] {
  const isIdle = touchAfter !== undefined && !rolling;
  const isOtherUser = saved.userKey !== undefined && userKey !== undefined && userKey !== saved.userKey;
  return [
    ...(isIdle
      ? [
          '--touch-after has almost no effect without --rolling: sessions are then renewed only after half of --ttl',
        ]
      : []),
    ...(isOtherUser
      ? [
          '--user-key has changed: until the step in mongosh is done, listByUser and destroyByUser find sessions under their old users',
        ]
      : []),
  ];
}
