import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainObject } from '../../core/project/json.ts';
import { plainText } from '../../core/project/text.ts';

/** Of the project or of a folder around it; empty where there is none, or none that can be read. */
export function packageJsonIn(folder: string): Readonly<Record<string, unknown>> {
  try {
    return plainObject(JSON.parse(plainText(readFileSync(join(folder, 'package.json'), 'utf8')))) ?? {};
  } catch {
    return {};
  }
}
