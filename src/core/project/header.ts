/** First line of a generated TypeScript file. It identifies the file after the user has moved it. */
const HEADER = /^\uFEFF?\/\/ create-koa-mongo-session: ([a-z][a-z0-9-]*)\r?\n/;

export function idInHeader(text: string): string | undefined {
  return HEADER.exec(text)?.[1];
}
