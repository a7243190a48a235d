/** What a report of an unexpected error needs in addition to the error. */
export interface Surroundings {
  readonly version: string;
  /** The address for reports. */
  readonly bugs: string;
  readonly node: string;
  readonly platform: string;
  /** A stack may contain secrets, so it is shown only on request. */
  readonly showStack: boolean;
}

/** Tells the user what to do about an unexpected error. */
export function bugReport(
  error: unknown,
  { version, bugs, node, platform, showStack }: Surroundings,
): string {
  const stack = error instanceof Error ? error.stack : String(error);
  return [
    'this is a bug in create-koa-mongo-session. Please report it:',
    `  ${bugs}`,
    'with the command that you ran, without passwords, and with this:',
    `  create-koa-mongo-session ${version}, Node.js ${node}, ${platform}`,
    ...(showStack ? [`${stack}`] : ['and what the same command says with DEBUG=1 before it.']),
  ].join('\n');
}
