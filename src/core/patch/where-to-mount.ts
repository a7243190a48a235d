import type { KoaApp } from '../project/koa-app.ts';

/**
 * Before the router, since only later middleware has `ctx.session`.
 *
 * @param mountIn `src/app.ts:3`, or a folder if the file is not known
 */
export function whereToMount(mountIn: string, within: KoaApp['within']): string {
  const [, file, line] = /^(.+):(\d+)$/.exec(mountIn) ?? [];
  if (within === 'field')
    return `in ${file}, at the start of the constructor of the class that creates the app at line ${line}, before the router`;
  if (within === 'class')
    return `in ${file}, directly after \`super()\` in the constructor of the class at line ${line}, before the router`;
  if (within === 'chain')
    return `in ${file}, directly after \`new Koa()\` in line ${line}, and call the methods that are chained to it on the app after that`;
  if (within === 'routing')
    return `in ${file}, in the place of \`createKoaServer(options)\` in line ${line}, whose app has its routes already, and then call \`useKoaServer(app, options)\``;
  if (within === 'part')
    return `in ${file}, as the first call with the app that line ${line} creates, before the router`;
  return file === undefined
    ? `where the app is created, before the router (import as seen from ${mountIn})`
    : `in ${file}, directly after line ${line}, where the app is created, before the router`;
}
