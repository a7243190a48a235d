import type { Settings } from '../answers/settings.ts';
import { shellQuote } from '../answers/shell.ts';
import { markedPlaces } from '../plan/settle.ts';
import { fillingIn, namesToFillIn } from './env-steps.ts';
import { migrating, startingMongo } from './mongodb-steps.ts';
import { changingCall, mountingSteps } from './mount-steps.ts';
import { mountingOf } from './mounting.ts';
import { type Run, type Step, wasMade, wasTouched, withLines } from './step.ts';

/** What the user has to do after a run. */
export interface NextSteps {
  /** In order; only the steps that this run made necessary. */
  readonly steps: readonly Step[];
  /** The commands of all steps, in order. */
  readonly commands: readonly string[];
  /** Names in `.env` that only the user can give a value. */
  readonly toFillIn: readonly string[];
  /** The lines that mount sessions in the user's own app, with the import as in a file of the folder `mountIn`. */
  readonly mount: readonly string[];
  readonly mountIn: string;
  /** Repeats the run. */
  readonly repeat: string;
}

export function nextSteps(settings: Settings, run: Run): NextSteps {
  const toFillIn = namesToFillIn(settings, run);
  const mounting = mountingOf(settings, run.project);
  const steps = [
    ...withLines('Resolve the conflict markers', markedPlaces(run.entries)),
    ...fillingIn(settings, run, toFillIn),
    ...installing(settings, run),
    ...startingMongo(settings, run),
    ...migrating(settings, run),
    ...mountingSteps(settings, run, mounting),
    ...changingCall(settings, run, mounting),
    ...starting(settings, run),
  ];
  const all = [...(steps.length > 0 ? goingThere(run) : []), ...steps];
  return {
    steps: all,
    commands: all.flatMap(({ commands }) => commands),
    toFillIn,
    mount: settings.app ? [] : mounting.mount,
    mountIn: mounting.mountIn,
    repeat: run.repeat,
  };
}

function goingThere({ directory }: Run): Step[] {
  return directory === '.' ? [] : [{ what: 'Go to the project', commands: [`cd ${shellQuote(directory)}`] }];
}

function installing({ project: { manager } }: Settings, { entries, isInstalled }: Run): Step[] {
  const isNeeded = !isInstalled && wasTouched(entries, 'package');
  return isNeeded ? [{ what: 'Install the packages', commands: [`${manager} install`] }] : [];
}

const starting = ({ app, project: { manager } }: Settings, { entries }: Run): Step[] =>
  app && wasMade(entries, 'app')
    ? [{ what: 'Start the app at http://localhost:3000', commands: [`${manager} run dev`], starts: true }]
    : [];
