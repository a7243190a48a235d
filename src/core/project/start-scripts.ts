const STARTS = /^(?:start|dev|develop|serve|watch)(?::|$)/;

/** Name and command of each script that starts the app, by its name. */
export const startScripts = (
  scripts: Readonly<Record<string, string>>,
): readonly (readonly [name: string, command: string])[] =>
  Object.entries(scripts).filter(([name]) => STARTS.test(name));
