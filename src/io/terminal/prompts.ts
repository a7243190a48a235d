/* The prompts in use, as a module of their own: it is loaded when something is asked, and the bundle has no others. */
export { confirm, input, select } from '@inquirer/prompts';
