import { namesInUrl } from './mongodb-url.ts';
import { type Answers, type OptionName, optionOf } from './options.ts';
import { type ConnectionStyle, STYLE_NAMES } from './styles.ts';

export const isGiven = (answers: Answers, name: OptionName): boolean => answers[name] !== undefined;

export const styleOf = ({ connection }: Answers): ConnectionStyle | undefined =>
  STYLE_NAMES.find((style) => style === connection);

/** Whether an optional answer was given, and not turned off. */
const isOn = (answer: unknown): boolean => answer !== undefined && answer !== null;

/** Whether an answer has an effect, given the other answers. */
export function applies(name: OptionName, answers: Answers): boolean {
  if (name === 'adoptCollection') return isOn(answers.adopt);
  // Adoption needs the old cookie, so there is nothing to ask.
  if (name === 'legacyCookie') return !isOn(answers.adopt);
  const { styles } = optionOf(name);
  if (styles === undefined) return !(name === 'collection' && namesInUrl(answers.url).collection);
  const style = styleOf(answers);
  if (style === undefined || !styles.includes(style)) return false;
  if (name === 'db' && style === 'url') return isGiven(answers, 'url') && !namesInUrl(answers.url).database;
  if (name === 'authSource') return typeof answers.username === 'string' && answers.username !== '';
  return true;
}
