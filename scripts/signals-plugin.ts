import type { Plugin } from 'rolldown';

const PACKAGE = 'signal-exit';
const ON_EXIT = `
export function onExit(callback) {
  process.once('exit', callback);
  return () => process.removeListener('exit', callback);
}`;

/**
 * Replaces the package with which questions restore the terminal at every kind of exit: the program handles its signals
 * itself, and ends with `process.exit()` then.
 */
export function signalsOfProgram() {
  return {
    name: 'signals-of-program',
    resolveId: (id) => (id === PACKAGE ? `\0${PACKAGE}` : null),
    load: (id) => (id === `\0${PACKAGE}` ? ON_EXIT : null),
  } satisfies Plugin;
}
