export const codeOf = 1;
