export const NAME = 'mine';
