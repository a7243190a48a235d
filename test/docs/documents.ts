import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** The documents for people: at the top, and in docs/. Paths relative to the repository. */
export const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of a document. */
export const blocksIn = (document: string): Block[] => blocksOf(document, textOf(document));

export function blocksOf(document: string, text: string): Block[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^ *```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length,
    language: match[2] ?? '',
    text: (match[3] ?? '').replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
  }));
}

export const allBlocks = (...languages: readonly string[]): Block[] =>
  DOCUMENTS.flatMap(blocksIn).filter(({ language }) => languages.includes(language));
