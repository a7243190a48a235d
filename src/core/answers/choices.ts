import type { Parsed } from './parsed.ts';

export const oneOf =
  <const T extends string>(choices: Readonly<Record<T, string>>) =>
  (answer: unknown): Parsed<T> =>
    typeof answer === 'string' && Object.hasOwn(choices, answer)
      ? { value: answer as T }
      : { problem: `must be one of ${Object.keys(choices).join(', ')}` };

export const yesOrNo = (answer: unknown): Parsed<boolean> =>
  typeof answer === 'boolean' ? { value: answer } : { problem: 'must be true or false' };
