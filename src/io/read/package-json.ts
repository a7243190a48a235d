import { plainObject } from '../../core/project/json.ts';
import { plainText } from '../../core/project/text.ts';
import { readRegular, within } from '../files.ts';

/** That of the project or of a parent folder; empty if there is none that can be read. */
export function packageJsonIn(folder: string): Readonly<Record<string, unknown>> {
  const text = readTextIfAny(within(folder, 'package.json'));
  try {
    return text === undefined ? {} : (plainObject(JSON.parse(plainText(text))) ?? {});
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
