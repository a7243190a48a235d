import { plainObject } from '../../core/project/json.ts';
import { plainText } from '../../core/project/text.ts';
import { readRegular, within } from '../files.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** That of the project or of a parent folder; empty if there is none that can be read. */
export const packageJsonIn = (folder: string): Fields =>
  fieldsOf(readTextIfAny(within(folder, 'package.json')) ?? '');

/** Empty for an invalid package.json. That of the project is refused when it is patched. */
export function fieldsOf(text: string): Fields {
  try {
    return plainObject(JSON.parse(plainText(text))) ?? {};
  } catch {
    return {};
  }
}

/** An optional text: undefined if it cannot be read. */
export function readTextIfAny(path: string): string | undefined {
  try {
    return readRegular(path)?.bytes.toString('utf8');
  } catch {
    return undefined;
  }
}
