/** `strict` makes an unknown name an error; `noEscape`, because what is written is code and not HTML. */
export const TEMPLATE_OPTIONS = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { literal: true, json: true, seconds: true, duration: true },
};
