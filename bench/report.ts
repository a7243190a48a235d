import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { RESULTS as HOME, NAMED } from './subject.ts';

/** The section of a topic in bench/RESULTS.md. */
export interface Section {
  readonly title: string;
  /** What was measured, and how to read it. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures depend on besides the machine: servers and packages with their versions. */
  readonly versions: readonly string[];
}

interface Result extends Section {
  readonly topic: string;
  readonly date: string;
  readonly machine: string;
  readonly program: string;
}

const RESULTS = join(HOME, 'results');
const REPORT = join(HOME, 'RESULTS.md');

/** Saves the result of this topic, and writes the report of all topics. */
export function keep(topic: string, section: Section): void {
  mkdirSync(RESULTS, { recursive: true });
  const result: Result = {
    topic,
    ...section,
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: machine(),
    program: NAMED,
  };
  writeFileSync(join(RESULTS, `${topic}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** @param order the topics, in the order of the report */
export function writeReport(order: readonly string[]): void {
  const kept = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
  const results = order
    .filter((topic) => kept.includes(`${topic}.json`))
    .map((topic): Result => JSON.parse(readFileSync(join(RESULTS, `${topic}.json`), 'utf8')));
  writeFileSync(REPORT, [HEAD, ...results.map(sectionText)].join('\n'));
}

function sectionText(result: Result): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `## ${result.title}`,
    '',
    result.text,
    '',
    line(result.columns),
    line(result.columns.map(() => '---')),
    ...result.rows.map(line),
    '',
    `${result.date} UTC · ${result.program} · ${[...result.versions, result.machine].join(' · ')} · \`npm run bench -- ${result.topic}\``,
    '',
  ].join('\n');
}

const HEAD = `# Measurements

Written by \`npm run bench\`; no number here was typed by hand. Contenders are measured in turns within one run, so that what else the machine does hits all of them. A figure is the median of the rounds, with the least and the greatest in brackets. Figures of different runs or machines cannot be compared; ratios within one table can.
`;

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`;
}
