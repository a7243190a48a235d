/** Where a command begins in a script: also in quotes, behind variables, and where another program runs it. */
const BEGINNING = String.raw`(?:^|[&;|("'\`]|(?:^|\s)(?:cross-env(?:-shell)?|dotenv|env-cmd|exec|npx|--exec|-x|--)[\s=])\s*(?:\w+=\S*\s+)*(?:\S*/)?`;

/** Where a script runs one of these programs: not where that is the name of something else, as in `--platform node`. */
export const runsOf = (programs: string): RegExp =>
  new RegExp(String.raw`(?<=${BEGINNING})(?:${programs})(?=\s)`, 'g');
