const HEADER_START = '// create-koa-mongo-session: ';
/** The first line of a generated TypeScript file. A linter of the user may have put a licence above it. */
const HEADER = new RegExp(`^\\uFEFF?${HEADER_START}([a-z][a-z0-9-]*)\\r?$`, 'm');

/** How much of a file is searched for the line, which identifies the file after the user has moved it. */
export const HEAD_LENGTH = 2000;

export function idInHeader(text: string): string | undefined {
  return text.includes(HEADER_START) ? HEADER.exec(text.slice(0, HEAD_LENGTH))?.[1] : undefined;
}

export const withoutHeader = (text: string): string =>
  text.startsWith(HEADER_START) ? text.slice(text.indexOf('\n') + 1) : text;
