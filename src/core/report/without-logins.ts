/**
 * A message that may quote what was given, such as a connection string in the place of a file. The form that a
 * connection string must have stays as it is, and so does what follows the string in a command.
 */
export const withoutLogins = (message: string): string =>
  message.replace(/(mongodb\S{0,9}:\/\/)(?![[…])(?:(?! --).)*@/gi, '$1<credentials>@');
