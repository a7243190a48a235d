/** Where a command begins in a script: also in quotes, behind variables, and where another program runs it. */
const BEGINNING = String.raw`(?:^|[&;|("'\`]|(?:^|[\s"'(])(?:--|(?:cross-env(?:-shell)?|env|dotenv|env-cmd|exec|npx|yarn|pnpm|c8|nyc|--exec|-x)(?:\s+(?:-[ef]\s+|--)\S+)*)[\s=])\s*(?:\w+=\S*\s+)*(?:\S*/)?`;

/** Where the name of a program ends. */
export const END = String.raw`(?![^\s"'\`&;|)])`;

/** Where a script runs one of these programs: not where that is the name of something else, as in `--platform node`. */
export const runsOf = (programs: string): RegExp => new RegExp(`(?<=${BEGINNING})(?:${programs})${END}`, 'g');

/** A script that gives flags to programs. At its end, nodemon would give those behind `--exec` to the app. */
export const withFlags = (script: string, programs: string, flags: string): string =>
  script
    .replace(runsOf(programs), `$& ${flags}`)
    .replace(new RegExp(String.raw`(\s(?:--exec|-x)[\s=])(\S+ ${flags})$`), '$1"$2"');
