import { COLUMNS, type Keys, type Line, recordRun } from './screen.ts';
import { DARK, LIGHT, toSvg } from './svg.ts';

const COMMAND = 'npm create koa-mongo-session@latest my-app';
const TITLE = `What a terminal shows: ${COMMAND}, its questions, the files that it writes, and what comes next`;

/** Nothing is installed or started, since the time that takes differs with each recording. */
const KEYS: Keys = [
  ['How does the app connect', '\r'],
  ['Connection string', '\r'],
  ['Collection', '\r'],
  ['after its last use', '\r'],
  ['Change anything else', '\r'],
  ['Install the packages', 'n\r'],
];

const shell: Line = [
  { text: '$ ', colour: 8, bold: false, dim: false },
  { text: COMMAND, colour: undefined, bold: true, dim: false },
];

/** Records a run, and returns path → text of both pictures. */
export async function pictures(): Promise<Readonly<Record<string, string>>> {
  const lines = [shell, ...(await recordRun(['my-app'], KEYS))];
  return {
    'docs/run-light.svg': toSvg(lines, COLUMNS, TITLE, LIGHT),
    'docs/run-dark.svg': toSvg(lines, COLUMNS, TITLE, DARK),
  };
}
